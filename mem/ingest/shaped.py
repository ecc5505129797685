"""A folder or file that an importer takes whole: which importer, and whether it has changed since.

An importer is asked only about what was named, never about what stands inside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mem.core.ids import text_hash
from mem.core.protocols import FileEntry, Parser
from mem.errors import FileUnreadable, ParseFailed
from mem.hooks.specs import Importer
from mem.ingest.readers import reader_of
from mem.ingest.reading import (
    UNFINISHED,
    FileReader,
    Finished,
    LeftOut,
    Reading,
    Unchanged,
)
from mem.ingest.scanning import read_head
from mem.sources.folders import STREAMED_BYTES, file_uri, walk
from mem.sources.sniffing import choose
from mem.store.files import FileRecord

_SURE = 50
"""A folder is an importer's own from this score on; without one its files are read singly."""


def importer_for(
    root: Path, importers: Sequence[Importer], parsers: Sequence[Parser], form: str | None
) -> Importer | None:
    """The importer that takes `root`: the one asked for by `form`, else the surest, where it is
    surer than every parser of a single file.
    """
    if form is not None:
        return next((one for one in importers if one.name == form), None)
    best, score = None, 0
    for one in importers:
        found = one.recognises(root)
        if found > score:
            best, score = one, found
    if best is None or root.is_dir():
        return best if score >= _SURE else None
    head = read_head(root)
    parser = choose(parsers, root, head)
    return best if parser is None or score > parser.sniff(root, head) else None


def read_shaped(
    reader: FileReader, importer: Importer, root: Path, known: FileRecord | None, source: str
) -> Iterator[Reading]:
    """What becomes of `root`, document by document; unchanged where all its files are."""
    record = _record(importer, root, source)
    record = replace(record, content_hash=reader.forgotten.known_bytes(record.content_hash or ""))
    same = known is not None and known.state == "active" and known.modified_ns != UNFINISHED
    if (
        known
        and same
        and (known.content_hash, known.reader) == (record.content_hash, record.reader)
    ):
        yield Unchanged(known.documents)
        return
    unfinished = replace(record, modified_ns=UNFINISHED)
    count = 0
    try:
        for parsed in importer.documents(root):
            count += 1
            yield reader.prepare(parsed, unfinished)
    except ParseFailed as error:
        failed = replace(record, state="failed", code=error.code, reason=error.reason)
        yield LeftOut(record.uri, "failed", error.code, error.reason, failed)
    except FileUnreadable as error:
        yield LeftOut(record.uri, "failed", "unreadable", str(error))
    else:
        yield Finished(replace(record, documents=count), replaces=True)


def _record(importer: Importer, root: Path, source: str) -> FileRecord:
    """The state of all that stands at or below `root`: its hash is one of names, sizes, times."""
    entries = [
        found for found in walk(root, max_bytes=STREAMED_BYTES) if isinstance(found, FileEntry)
    ]
    lines = (f"{file_uri(one.path)}\x1f{one.size}\x1f{one.modified_ns}" for one in entries)
    return FileRecord(
        file_uri(root),
        source,
        sum(one.size for one in entries),
        max((one.modified_ns for one in entries), default=0),
        text_hash("\n".join(lines)),
        reader_of(importer),
    )
