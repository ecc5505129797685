"""The YAML block that may open a note; reading it can fail, but never costs words or long time.

Values are strings as written, lists and mappings: YAML types are not guessed. Anchors and aliases
are refused, since a few hundred bytes of them can expand without end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from mem.sources.textfile import well_formed

MAX_BYTES = 64 * 1024
_MAX_DEPTH = 20
_OPENING = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)", re.MULTILINE)
_PLAIN = re.compile(r"([A-Za-z_][\w -]{0,60}):[ \t]+(\S.*)")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What opens a note: `end` is the offset behind it, 0 where there is none."""

    end: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def text(self, *keys: str) -> str | None:
        """The first of `keys` with a plain value, as written."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str) and value.strip() not in _NOTHING:
                return well_formed(value.strip())
        return None

    def words(self, *keys: str, separators: str) -> tuple[str, ...]:
        """The items of the lists under `keys`; a plain value is split at `separators`."""
        found: dict[str, None] = {}
        for key in keys:
            value = self.values.get(key)
            items = re.split(f"[{separators}]", value) if isinstance(value, str) else value
            for item in items if isinstance(items, list) else ():
                if isinstance(item, str) and item.strip() not in _NOTHING:
                    found[well_formed(item.strip())] = None
        return tuple(found)


def read(text: str) -> FrontMatter:
    """The front matter of `text`; what is malformed or too long is left as text, with a notice."""
    opening = _OPENING.match(text)
    if opening is None:
        return FrontMatter()
    closing = _CLOSING.search(text, opening.end(), opening.end() + MAX_BYTES)
    if closing is None:
        if _CLOSING.search(text, opening.end()) is None:
            return FrontMatter()
        return FrontMatter(notices=("front matter over 64 KB, kept as text",))
    source = text[opening.end() : closing.start()]
    try:
        values = _load(source)
    except (_RefusedError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        notice = well_formed(f"front matter not readable as YAML, read line by line: {reason}")
        return FrontMatter(closing.end(), _plain_lines(source), (notice,))
    if values is None:
        return FrontMatter()
    return FrontMatter(end=closing.end(), values=values)


def _plain_lines(source: str) -> dict[str, Any]:
    """The `key: value` lines of what is no YAML (a title with a colon is the usual reason)."""
    matches = (_PLAIN.match(line) for line in source.splitlines())
    return {found[1].lower(): found[2].strip().strip("\"'") for found in matches if found}


class _RefusedError(Exception):
    """The YAML is malformed or uses what is not allowed here."""


def _load(source: str) -> dict[str, Any] | None:
    """The mapping in `source` by lower-case key; None where it is something else (just text)."""
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    try:
        for event in yaml.parse(source, Loader=loader):
            if getattr(event, "anchor", None) is not None:
                raise _RefusedError("anchors and aliases are not read")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise _RefusedError("nested too deeply")
        loaded = yaml.load(source, Loader=loader)  # noqa: S506 (makes plain strings only)
    except yaml.YAMLError as error:
        raise _RefusedError(getattr(error, "problem", None) or str(error)) from error
    if not loaded:
        return {}
    if not isinstance(loaded, dict):
        return None
    return {str(key).lower(): value for key, value in loaded.items()}
