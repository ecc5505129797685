"""Logseq pages and journals: Markdown in outline, with marks of its own.

Every line keeps its number. Lines that only Logseq reads (`id::`, `collapsed::`, `:LOGBOOK:`)
become blank, and a reference to a block of the same page is written out as that block's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry
from mem.sources import dates
from mem.sources.parsers.markdown import parse_text
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text

_SUFFIXES = frozenset({".md", ".markdown"})
_JOURNAL = re.compile(r"\d{4}[_-]\d{2}[_-]\d{2}")
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_PROPERTY = re.compile(r"[ \t]*(?:[-*] )?([A-Za-z][\w.-]{0,60}):: ?(.*)")
_BULLET = re.compile(r"[ \t]*- ?")
_TASK = re.compile(
    r"[ \t]*- (TODO|DOING|DONE|NOW|LATER|WAITING|WAIT|CANCELLED|CANCELED|IN-PROGRESS)\b"
)
_REFERENCE = re.compile(rf"\(\(({_UUID})\)\)")
_EMBED = re.compile(r"\{\{embed\s+(\(\([^()\n]{1,100}\)\)|\[\[[^\[\]\n]{1,300}\]\])\s*\}\}")
_MARKS = re.compile(
    rf"^[ \t]*(?:- )?(?:id:: {_UUID}|collapsed:: (?:true|false))[ \t]*\r?$|\(\({_UUID}\)\)|"
    r"\{\{(?:embed|query|video|renderer) |^[ \t]*:LOGBOOK:|^[ \t]*- (?:TODO|DOING|NOW|LATER) ",
    re.MULTILINE,
)
_NOISE_NAMES = (
    "id collapsed background-color heading ls-type hl-page hl-color hl-stamp hl-type "
    "card-last-interval card-repeats card-ease-factor card-next-schedule card-last-reviewed "
    "card-last-score query-table query-properties query-sort-by query-sort-desc"
)
_NOISE = frozenset(_NOISE_NAMES.split())
_NOISE_PREFIX = "logseq."
_LONGEST_QUOTE = 1000


class LogseqParser:
    """One note a page or a journal's day."""

    name = "logseq"
    version = 2

    def sniff(self, path: Path, head: bytes) -> int:
        """A journal by its place and name; a page that is an outline with Logseq's marks."""
        start = text_start(head)
        if not start or path.suffix.lower() not in _SUFFIXES:
            return 0
        lines = [line for line in start.splitlines() if line.strip()]
        outline = sum(
            line.lstrip().startswith(("- ", "-\t")) or line.strip() == "-" for line in lines
        )
        indented = sum(line.startswith((" ", "\t")) for line in lines)
        if not outline or outline + indented < len(lines) / 2:
            return 85 if _opens_with_property(lines) and path.parent.name == "pages" else 0
        if path.parent.name == "journals" and _JOURNAL.fullmatch(path.stem):
            return 90
        return 88 if _MARKS.search(start) or _opens_with_property(lines) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable, ParseFailed."""
        text, notices = read_text(entry)
        page, lines = _page_properties(text.split("\n"))
        quotes = _blocks_by_id(lines)
        tasks: dict[str, None] = {}
        shown = []
        for line in _without_noise(lines):
            task = _TASK.match(line)
            if task:
                tasks[task[1].lower()] = None
            shown.append(_EMBED.sub(r"\1", line) if "{{" in line else line)
        note = parse_text(
            "\n".join(_REFERENCE.sub(lambda found: _quoted(found, quotes), line) for line in shown),
            entry,
            form=self.name,
            notices=notices,
        )
        stated = page.get("date") or page.get("created") or page.get("said_at")
        moment, origin = (
            dates.said_at(stated, entry) if stated else (note.said_at, note.said_at_origin)
        )
        references = dict.fromkeys(
            found[1] for line in lines for found in _REFERENCE.finditer(line)
        )
        yield replace(
            note,
            title=page.get("title") or note.title.replace("___", "/").replace("%2F", "/"),
            said_at=moment,
            said_at_origin=origin,
            tags=tuple(dict.fromkeys((*_listed(page.get("tags", "")), *note.tags, *tasks))),
            aliases=tuple(dict.fromkeys((*_listed(page.get("alias", "")), *note.aliases))),
            links=tuple(dict.fromkeys((*note.links, *(f"(({one}))" for one in references)))),
        )


def _opens_with_property(lines: list[str]) -> bool:
    found = _PROPERTY.fullmatch(lines[0].rstrip("\r")) if lines else None
    return found is not None and not lines[0].lstrip().startswith("- ")


def _page_properties(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The properties that open the page, and the lines."""
    found: dict[str, str] = {}
    for line in lines:
        if not line.strip() and not found:
            continue
        match = _PROPERTY.fullmatch(line.rstrip("\r"))
        if match is None:
            break
        found.setdefault(match[1].lower(), match[2].strip())
    return found, lines


def _without_noise(lines: list[str]) -> Iterator[str]:
    """The lines, those that only Logseq reads as blank ones."""
    drawers = _in_drawers(lines)
    for place, line in enumerate(lines):
        bare = line.strip()
        if place in drawers:
            yield ""
            continue
        found = _PROPERTY.fullmatch(line.rstrip("\r"))
        if found is not None and _is_noise(found[1].lower()):
            # The mark of a block stays where its only line is a property.
            yield "-" if bare.startswith("- ") else ""
        else:
            yield line


def _in_drawers(lines: list[str]) -> set[int]:
    """The places of the lines from `:LOGBOOK:` to the `:END:` in the same block; where there is
    none, of `:LOGBOOK:` alone.
    """
    found: set[int] = set()
    start: int | None = None
    for place, line in enumerate(lines):
        bare = line.strip()
        if bare == ":LOGBOOK:":
            found.add(place)
            start = place if start is None else start
        elif bare == ":END:" and start is not None:
            found.update(range(start, place + 1))
            start = None
        elif _BULLET.match(line):
            start = None
    return found


def _is_noise(name: str) -> bool:
    return name in _NOISE or name.startswith(_NOISE_PREFIX)


def _blocks_by_id(lines: list[str]) -> dict[str, str]:
    """The first line of each block that has an id."""
    found: dict[str, str] = {}
    latest = ""
    for line in lines:
        match = _PROPERTY.fullmatch(line.rstrip("\r"))
        if match is None:
            bullet = _BULLET.match(line)
            if bullet:
                latest = line[bullet.end() :].strip()
        elif match[1].lower() == "id" and latest:
            found[match[2].strip().lower()] = latest[:_LONGEST_QUOTE]
    return found


def _quoted(found: re.Match[str], quotes: dict[str, str]) -> str:
    """The words of the block referred to, where it is on the page and refers to none itself."""
    words = quotes.get(found[1].lower(), "")
    return words if words and not _REFERENCE.search(words) else found[0]


def _listed(value: str) -> Iterator[str]:
    """The names in `[[one]], two, #three`."""
    for part in re.split(r"[,，]", value):
        name = part.strip().removeprefix("#").strip()
        name = name.removeprefix("[[").removesuffix("]]").strip()
        if name:
            yield name
