"""A file that only grew is read from where it ended before, where that surely gives the same.

Whenever anything speaks against it (a conversation begins, an id is met again, a message has no
time of its own), the whole file is read instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from mem.core.document import DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.ingest.scanning import Scan
from mem.sources.resuming import CannotResume
from mem.store.documents import DocumentRecord
from mem.store.files import FileRecord
from mem.store.store import Store

_COUNTED = re.compile(r"left out: (\d+) × (.*)", re.DOTALL)
_MOST_NOTICES = 20


@runtime_checkable
class Resumable(Protocol):
    """A parser of files that are appended to."""

    def resume(self, entry: FileEntry, offset: int, line: int) -> Iterator[ParsedDocument]:
        """The documents of what stands behind the byte `offset`, whose first line is `line`.

        Raises CannotResume where that depends on what stands before, ParseFailed.
        """
        ...


def may_have_grown(known: FileRecord | None, entry: FileEntry, unfinished: int) -> bool:
    """Whether a known file could be the same with more behind it."""
    return (
        known is not None
        and known.state == "active"
        and known.modified_ns != unfinished
        and known.content_hash is not None
        and 0 < known.size < entry.size
    )


def resumed(
    store: Store, parser: Parser, entry: FileEntry, known: FileRecord, scan: Scan
) -> list[ParsedDocument] | None:
    """The documents of a file that only grew, with only what is added to each; None where the
    whole file is to be read.
    """
    if not isinstance(parser, Resumable):
        return None
    ours = set(store.files.documents_of(known.uri))
    try:
        parts = list(parser.resume(entry, known.size, scan.prefix_lines + 1))
        return [_continued(store, part, ours) for part in parts]
    except CannotResume:
        return None


def _continued(store: Store, part: ParsedDocument, ours: set[str]) -> ParsedDocument:
    """`part` with what the store knows of its conversation. Raises CannotResume."""
    record = next((one for one in store.documents.matching(part.uri) if one.uri == part.uri), None)
    if record is None or record.id not in ours or record.gone:
        raise CannotResume
    if part.kind is not DocumentKind.CHAT or any(one.at is None for one in part.messages):
        raise CannotResume
    ids, speakers = store.chunks.messages_of(record.id)
    if not {one.speaker for one in part.messages} <= speakers:
        raise CannotResume
    if any(one.id in ids for one in part.messages):
        raise CannotResume
    return _as_known(part, record)


def _as_known(part: ParsedDocument, record: DocumentRecord) -> ParsedDocument:
    return replace(
        part,
        title=record.title,
        said_at=record.said_at,
        said_at_origin=record.said_at_origin,
        tags=record.tags,
        aliases=record.aliases,
        links=record.links,
        notices=tuple(_summed((*record.notices, *part.notices)))[:_MOST_NOTICES],
    )


def _summed(notices: Iterable[str]) -> list[str]:
    """Each notice once; counts of the same thing are added."""
    counts: dict[str, int] = {}
    for notice in notices:
        found = _COUNTED.fullmatch(notice)
        if found is None:
            counts.setdefault(notice, 0)
        else:
            counts[found[2]] = counts.get(found[2], 0) + int(found[1])
    return [f"left out: {count} × {what}" if count else what for what, count in counts.items()]
