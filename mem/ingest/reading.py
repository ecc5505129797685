"""From a file to prepared documents: an unchanged file is left unread, a moved one keeps its id.

Reading decides and parses; it never writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mem.core.chunk import Chunk
from mem.core.document import DocumentKind, ParsedDocument
from mem.core.ids import content_hash
from mem.core.protocols import FileEntry, Parser
from mem.errors import FileUnreadable, InputError, ParseFailed
from mem.hooks.known import missing_plugin
from mem.ingest.chunking import CHUNKER_VERSION, chunk_document
from mem.ingest.forgotten import Forgotten
from mem.ingest.secrets import SecretScreen
from mem.sources.folders import file_uri, path_of
from mem.sources.kinds import unread_kind
from mem.sources.sniffing import HEAD_BYTES, choose, is_binary
from mem.store.documents import identity_of
from mem.store.files import FileRecord
from mem.store.secrets import SecretPlace
from mem.store.store import Store

UNFINISHED = -1
# What is left out by nature, not because something is wrong with it.
_SKIPPED = {
    *("binary", "unsupported", "companion", "empty", "no-text", "encrypted", "nested-archive")
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be written, with the state its file has after that."""

    parsed: ParsedDocument
    identity: str
    chunks: tuple[Chunk, ...]
    file: FileRecord
    moved_from: str | None = None
    secrets: tuple[SecretPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """All documents of a file have been handed over; `record` is its final state."""

    record: FileRecord


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that need not be read; `touched` when its row must be refreshed."""

    documents: int
    touched: FileRecord | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or document that is skipped or failed; `record` is remembered where it helps."""

    uri: str
    outcome: str
    code: str
    reason: str
    record: FileRecord | None = None


Reading = Prepared | Finished | Unchanged | LeftOut


class FileReader:
    """Reads the files of one import."""

    def __init__(
        self,
        store: Store,
        parsers: Sequence[Parser],
        *,
        form: str | None,
        readmit: bool,
        redact: bool = True,
    ) -> None:
        """`form` names the one parser to use; None lets the content decide.

        Secrets are replaced by placeholders unless `redact` is False.
        """
        self._store = store
        self._parsers = [parser for parser in parsers if form is None or parser.name == form]
        self._readers = {_reader_name(parser) for parser in self._parsers}
        self._all_readers = content_hash("|".join(sorted(self._readers)).encode())
        self.forgotten = Forgotten(store.database, readmit=readmit)
        self._readmit = readmit
        self._screen = SecretScreen.of(store.database) if redact else None
        self.secrets = 0

    def read(self, entry: FileEntry, known: FileRecord | None, source: str) -> Iterator[Reading]:
        """What becomes of the file, document by document."""
        uri = known.uri if known else file_uri(entry.path)
        source = known.source_id if known else source
        if known and (known.size, known.modified_ns) == (entry.size, entry.modified_ns):
            same = self._same_as_before(known)
            if same is not None:
                yield same
                return
        record = FileRecord(uri, source, entry.size, entry.modified_ns, None, self._all_readers)
        try:
            yield from self._read_changed(entry, known, record)
        except FileUnreadable as error:
            yield LeftOut(uri, "failed", "unreadable", str(error))
        except ParseFailed as error:
            outcome = "skipped" if error.code in _SKIPPED else "failed"
            failed = replace(record, state=outcome, code=error.code, reason=error.reason)
            yield LeftOut(uri, outcome, error.code, error.reason, failed)
        except InputError as error:
            yield LeftOut(uri, "failed", "unreadable", str(error))

    def _same_as_before(self, known: FileRecord) -> Reading | None:
        if self._readmit:
            return None
        if known.state == "active" and known.reader in self._readers:
            return Unchanged(known.documents)
        if known.state in {"skipped", "failed"} and known.reader == self._all_readers:
            return LeftOut(known.uri, known.state, known.code or "", known.reason or "")
        return None

    def _read_changed(
        self, entry: FileEntry, known: FileRecord | None, record: FileRecord
    ) -> Iterator[Reading]:
        data = _read(entry.path)
        record = replace(record, content_hash=content_hash(data))
        if (
            known
            and known.content_hash == record.content_hash
            and known.state == "active"
            and known.reader in self._readers
            and known.modified_ns != UNFINISHED
            and not self._readmit
        ):
            yield Unchanged(known.documents, replace(known, modified_ns=entry.modified_ns))
            return
        parser = self._parser_for(entry, data[:HEAD_BYTES])
        del data
        moved_from = None if known else self._moved_from(record)
        record = replace(record, reader=_reader_name(parser))
        yield from self._parse(parser, entry, record, moved_from)

    def _parser_for(self, entry: FileEntry, head: bytes) -> Parser:
        parser = choose(self._parsers, entry.path, head)
        if parser is None and len(self._parsers) == 1 and not is_binary(head):
            parser = self._parsers[0]
        if parser is not None:
            return parser
        code, reason = unread_kind(entry.path, head)
        remedy = missing_plugin(entry.path, head)
        if remedy is not None:
            code, reason = "unsupported", f"{reason}; {remedy}"
        raise ParseFailed(str(entry.path), reason, code=code)

    def _parse(
        self,
        parser: Parser,
        entry: FileEntry,
        record: FileRecord,
        moved_from: str | None,
    ) -> Iterator[Reading]:
        unfinished = replace(record, modified_ns=UNFINISHED)
        count = 0
        for parsed in parser.parse(entry):
            count += 1
            yield self._prepare(parsed, unfinished, moved_from)
        if count == 0:
            raise ParseFailed(str(entry.path), "it holds no text", code="empty")
        after = os.stat(entry.path)
        if (after.st_size, after.st_mtime_ns) == (entry.size, entry.modified_ns):
            yield Finished(replace(record, documents=count))
        else:
            # Written to while it was read: the next import reads it again.
            yield Finished(replace(unfinished, documents=count))

    def _prepare(
        self, parsed: ParsedDocument, record: FileRecord, moved_from: str | None
    ) -> Reading:
        places: tuple[SecretPlace, ...] = ()
        if self._screen is not None:
            screened = self._screen.document(parsed)
            parsed, places = screened.parsed, screened.places
            self.secrets += len(places)
        moved = _moved_uri(parsed, record, moved_from)
        identity = identity_of(self._store.database.connection, moved or parsed.uri)
        whole = chunk_document(parsed, identity)
        parsed, chunks = self.forgotten.without(parsed, whole)
        nothing = bool(whole) and not chunks and self._store.documents.get(identity) is None
        if self.forgotten.whole(parsed, whole) or nothing:
            reason = "it was forgotten; --readmit takes it in again"
            return LeftOut(parsed.uri, "skipped", "forgotten", reason)
        return Prepared(parsed, identity, chunks, record, moved, places)

    def _moved_from(self, record: FileRecord) -> str | None:
        """The uri of a file with the same bytes that is no longer where it was."""
        for other in self._store.files.with_hash(record.content_hash or ""):
            if other.uri != record.uri and not os.path.lexists(path_of(other.uri)):
                return other.uri
        return None


def _moved_uri(parsed: ParsedDocument, record: FileRecord, moved_from: str | None) -> str | None:
    """The uri that a note of a moved file, or of a moved archive, had before.

    Conversations have addresses of their own and do not move with their file.
    """
    if moved_from is None or parsed.kind is not DocumentKind.NOTE:
        return None
    inside = parsed.uri.removeprefix(record.uri)
    moves = parsed.uri == record.uri or inside.startswith("!/")
    return moved_from + inside if moves else None


def _reader_name(parser: Parser) -> str:
    return f"{parser.name}:{parser.version}/chunks-{CHUNKER_VERSION}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or str(error)) from error
