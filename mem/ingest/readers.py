"""Which parser reads a file, and whether what was read before is still what it would read.

The name of a reader holds its parser, version and options, the chunker, and why it was chosen: by
its format being asked for, or from among all readers there were. What was asked for stays so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mem.core.ids import content_hash
from mem.core.protocols import FileEntry, Parser
from mem.errors import ParseFailed
from mem.hooks.known import missing_plugin
from mem.hooks.specs import Importer
from mem.ingest.chunking import CHUNKER_VERSION
from mem.sources.kinds import unread_kind
from mem.sources.sniffing import choose, is_binary

_ASKED = "asked"
_READER = re.compile(
    r"(?P<base>(?P<name>[^:]+):\d+(?:\[(?P<options>.*)\])?/chunks-\d+)(?:@(?P<why>\w+))?", re.DOTALL
)
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """A parser and the name under which its reading is remembered."""

    parser: Parser
    reader: str

    @property
    def base(self) -> str:
        """The name without why it was chosen."""
        return self.reader.rpartition("@")[0]


class Readers:
    """The parsers of one import."""

    def __init__(self, parsers: Sequence[Parser], *, form: str | None = None) -> None:
        """`form` names the one parser to use; None lets the content decide."""
        self._parsers = [parser for parser in parsers if form is None or parser.name == form]
        self._asked = form is not None
        self._bases = {_base(parser): parser for parser in self._parsers}
        self.all = content_hash("|".join(sorted(self._bases)).encode())
        self._why = _ASKED if self._asked else self.all[:_DIGITS]

    def is_current(self, reader: str) -> bool:
        """Whether a file read by `reader` would be read the same, whatever it holds."""
        found = _READER.fullmatch(reader)
        if found is None:
            return False
        if found["base"] in self._bases:
            return self._asked or found["why"] in (_ASKED, self._why)
        kept = self._kept(found)
        return kept is not None and kept.base == found["base"]

    def choose(self, path: Path, head: bytes, before: str | None = None) -> Chosen:
        """The parser for a file that opens with `head`; one that was asked for `before` stays.

        Raises ParseFailed where no parser takes it.
        """
        found = _READER.fullmatch(before) if before else None
        kept = self._kept(found) if found else None
        if kept is not None:
            return kept
        parser = choose(self._parsers, path, head)
        if parser is None and len(self._parsers) == 1 and not is_binary(head):
            parser = self._parsers[0]
        if parser is not None:
            return Chosen(parser, f"{_base(parser)}@{self._why}")
        code, reason = unread_kind(path, head)
        remedy = missing_plugin(path, head)
        if remedy is not None:
            code, reason = "unsupported", f"{reason}; {remedy}"
        raise ParseFailed(str(path), reason, code=code)

    def _kept(self, found: re.Match[str]) -> Chosen | None:
        """The parser of a format that was asked for earlier, with the options it had."""
        if self._asked or found["why"] != _ASKED:
            return None
        for parser in self._parsers:
            if parser.name != found["name"]:
                continue
            with_options = getattr(parser, "with_options", None)
            same = with_options(found["options"]) if found["options"] and with_options else parser
            return Chosen(same, f"{_base(same)}@{_ASKED}")
        return None


def bare_name(reader: str) -> str:
    """A reader's parser and options, whatever their versions."""
    found = _READER.fullmatch(reader)
    return f"{found['name']}[{found['options'] or ''}]" if found else reader


def too_large(entry: FileEntry, max_bytes: int) -> ParseFailed:
    """Why a file is not read that its parser would have to hold whole."""
    reason = f"{entry.size:,} bytes, the limit is {max_bytes:,} (import.max_file_mb raises it)"
    return ParseFailed(str(entry.path), reason, code="too-large")


def reader_of(importer: Importer) -> str:
    """The name under which the reading of an importer is remembered."""
    return f"{importer.name}:{importer.version}/chunks-{CHUNKER_VERSION}@importer"


def _base(parser: Parser) -> str:
    options = getattr(parser, "options", "")
    shown = f"[{options}]" if options else ""
    return f"{parser.name}:{parser.version}{shown}/chunks-{CHUNKER_VERSION}"
