"""From a file to prepared documents: an unchanged file is left unread, a moved one keeps its id.

Reading decides and parses; it never writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mem.core.chunk import Chunk
from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.errors import FileUnreadable, InputError, ParseFailed
from mem.ingest.chunking import chunk_document
from mem.ingest.forgotten import Forgotten
from mem.ingest.readers import Chosen, Readers, bare_name, too_large
from mem.ingest.resuming import may_have_grown, resumed
from mem.ingest.scanning import Scan, read_head, scan
from mem.ingest.secrets import SecretScreen
from mem.sources.folders import MAX_BYTES, file_uri, path_of
from mem.store.documents import identity_of
from mem.store.files import FileRecord
from mem.store.secrets import SecretPlace
from mem.store.store import Store

UNFINISHED = -1
# What is left out by nature, not because something is wrong with it.
_SKIPPED = {
    *("binary", "unsupported", "companion", "empty", "no-text", "encrypted", "nested-archive"),
    "too-large",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be written, with the state its file has after that.

    One that `continues` holds only what is added to it; all that is stored of it stays.
    """

    parsed: ParsedDocument
    identity: str
    chunks: tuple[Chunk, ...]
    file: FileRecord
    moved_from: str | None = None
    secrets: tuple[SecretPlace, ...] = ()
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """All documents of a file have been handed over; `record` is its final state.

    Where the file `continues`, the documents that it supplied before are still its own; where it
    `replaces` them, as read by another parser, those that are not supplied again are gone.
    """

    record: FileRecord
    continues: bool = False
    replaces: bool = False


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


FORGOTTEN = "it was forgotten; --readmit takes it in again"


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
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`form` names the one parser to use; None lets the content decide. Files of over
        `max_bytes` are read by parsers that never hold a whole file.

        Secrets are replaced by placeholders unless `redact` is False.
        """
        self._store = store
        self._readers = Readers(parsers, form=form)
        self._max_bytes = max_bytes
        self.forgotten = Forgotten(store.database, readmit=readmit)
        self._readmit = readmit
        self._screen = SecretScreen.of(store.database) if redact else None
        self.secrets = 0

    def read(self, entry: FileEntry, known: FileRecord | None, source: str) -> Iterator[Reading]:
        """What becomes of the file, document by document."""
        uri = known.uri if known else file_uri(entry.path)
        source = known.source_id if known else source
        if known is None and self.forgotten.file(uri, entry.size, entry.modified_ns):
            yield LeftOut(uri, "skipped", "forgotten", FORGOTTEN)
            return
        alike = known and (known.size, known.modified_ns) == (entry.size, entry.modified_ns)
        if known and alike and not self._readmit:
            same = self._same_as_before(known, entry)
            if same is not None:
                yield same
                return
        record = FileRecord(uri, source, entry.size, entry.modified_ns, None, self._readers.all)
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

    def _same_as_before(self, known: FileRecord, entry: FileEntry) -> Reading | None:
        """What becomes of a file with the size and time that it had; None where it is read again.

        Where other readers were there when it was chosen, only its start is looked at.
        """
        refused = known.state in {"skipped", "failed"} and known.reader == self._readers.all
        if refused and (known.code != "too-large" or entry.size > self._max_bytes):
            return LeftOut(known.uri, known.state, known.code or "", known.reason or "")
        if known.state != "active":
            return None
        if self._readers.is_current(known.reader):
            return Unchanged(known.documents)
        try:
            chosen = self._readers.choose(entry.path, read_head(entry.path), known.reader)
        except InputError:
            return None
        if not _is_reader(known, chosen):
            return None
        return Unchanged(known.documents, replace(known, reader=chosen.reader))

    def _read_changed(
        self, entry: FileEntry, known: FileRecord | None, record: FileRecord
    ) -> Iterator[Reading]:
        if entry.size > self._max_bytes:
            self._refuse_large(entry, known)
        grown = may_have_grown(known, entry, UNFINISHED)
        found = scan(entry.path, known.size if known and grown else 0)
        record = replace(record, content_hash=self.forgotten.known_bytes(found.content_hash))
        chosen = self._readers.choose(entry.path, found.head, known.reader if known else None)
        record = replace(record, reader=chosen.reader)
        finished = known and known.modified_ns != UNFINISHED and known.state == "active"
        if known and finished and not self._readmit:
            same = _is_reader(known, chosen)
            if same and known.content_hash == record.content_hash:
                fresh = replace(known, modified_ns=entry.modified_ns, reader=chosen.reader)
                yield Unchanged(known.documents, fresh)
                return
            grew = same and self._only_grew(known, found)
            parts = resumed(self._store, chosen.parser, entry, known, found) if grew else None
            if parts is not None:
                yield from self._continue(parts, entry, record, known)
                return
        moved_from = None if known else self._moved_from(record)
        other = not _is_parser(known, chosen)
        yield from self._parse(chosen.parser, entry, record, moved_from, replaces=other)

    def _only_grew(self, known: FileRecord, found: Scan) -> bool:
        """Whether the file begins with all that it held when it was last read."""
        before = found.prefix_hash
        return before is not None and self.forgotten.known_bytes(before) == known.content_hash

    def _refuse_large(self, entry: FileEntry, known: FileRecord | None) -> None:
        """Raises ParseFailed, code too-large, where its parser would hold all of the file."""
        head = read_head(entry.path)
        chosen = self._readers.choose(entry.path, head, known.reader if known else None)
        if not getattr(chosen.parser, "streams", False):
            raise too_large(entry, self._max_bytes)

    def _continue(
        self,
        parts: Sequence[ParsedDocument],
        entry: FileEntry,
        record: FileRecord,
        known: FileRecord,
    ) -> Iterator[Reading]:
        """What is added to the documents of a file that only grew."""
        unfinished = replace(record, modified_ns=UNFINISHED, documents=known.documents)
        for part in parts:
            prepared = self._prepare(part, unfinished, None)
            if isinstance(prepared, Prepared):
                prepared = replace(prepared, continues=True)
            yield prepared
        whole = _is_still(entry)
        final = replace(record, documents=known.documents) if whole else unfinished
        yield Finished(final, continues=True)

    def _parse(
        self,
        parser: Parser,
        entry: FileEntry,
        record: FileRecord,
        moved_from: str | None,
        *,
        replaces: bool,
    ) -> Iterator[Reading]:
        unfinished = replace(record, modified_ns=UNFINISHED)
        count = 0
        for parsed in parser.parse(entry):
            count += 1
            yield self._prepare(parsed, unfinished, moved_from)
        if count == 0:
            raise ParseFailed(str(entry.path), "it holds no text", code="empty")
        if _is_still(entry):
            yield Finished(replace(record, documents=count), replaces=replaces)
        else:
            # Written to while it was read: the next import reads it again.
            yield Finished(replace(unfinished, documents=count), replaces=replaces)

    def prepare(self, parsed: ParsedDocument, record: FileRecord) -> Reading:
        """What becomes of a document of the file or folder that `record` is of."""
        return self._prepare(parsed, record, None)

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
            return LeftOut(parsed.uri, "skipped", "forgotten", FORGOTTEN)
        return Prepared(parsed, identity, chunks, record, moved, places)

    def _moved_from(self, record: FileRecord) -> str | None:
        """The uri of a file with the same bytes that is no longer where it was."""
        for other in self._store.files.with_hash(record.content_hash or ""):
            if other.uri != record.uri and not os.path.lexists(path_of(other.uri)):
                return other.uri
        return None


def _moved_uri(parsed: ParsedDocument, record: FileRecord, moved_from: str | None) -> str | None:
    """The uri that a document of a moved file, or of a moved archive, had before.

    Conversations with addresses of their own do not move with their file.
    """
    if moved_from is None:
        return None
    inside = parsed.uri.removeprefix(record.uri)
    moves = parsed.uri == record.uri or inside.startswith(("!/", "#"))
    return moved_from + inside if moves else None


def _is_reader(known: FileRecord, chosen: Chosen) -> bool:
    """Whether the file was read by the same parser, whyever it was chosen."""
    return known.reader.partition("@")[0] == chosen.base


def _is_parser(known: FileRecord | None, chosen: Chosen) -> bool:
    """Whether the file was read by a parser of that name and with those options, if at all."""
    return known is None or bare_name(known.reader) == bare_name(chosen.reader)


def _is_still(entry: FileEntry) -> bool:
    """Whether the file is as it was when its reading began."""
    after = os.stat(entry.path)
    return (after.st_size, after.st_mtime_ns) == (entry.size, entry.modified_ns)
