"""What was forgotten stays out of an import: whole documents, passages of others, and labels.

Nothing is kept out by resemblance: only what a mark was left for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection

from mem.core.chunk import Chunk
from mem.core.document import DocumentKind, ParsedDocument
from mem.store.database import Database
from mem.store.erasing.tombstones import Tombstones, leave_marks


class Forgotten:
    """Tests what is about to be taken in against the marks of one home."""

    def __init__(self, database: Database, *, readmit: bool) -> None:
        """With `readmit` everything is taken in, and the marks against it are lifted."""
        self._marks = Tombstones(database)
        self._every = Tombstones.every(database)
        self._digests = self._marks.digests()
        self._readmit = readmit
        self._lifted: set[str] = set()
        self._since: set[str] = set()
        self._version = 0
        self.passages = 0

    def file(self, uri: str, size: int, modified_ns: int) -> bool:
        """Whether all of a file was forgotten, and it is as it was then: it is left unread."""
        marks = {one.of_file(uri, size, modified_ns) for one in self._every}
        marks |= {one.of_named_file(uri, size) for one in self._every}
        return not self._readmit and not marks.isdisjoint(self._digests)

    def is_called(self, name: str) -> bool:
        """Whether that is what someone or something was called that is forgotten."""
        return any(one.of_called(name) in self._digests for one in self._every)

    def address(self, uri: str) -> bool:
        """Whether what stands at that address was forgotten, however it is now."""
        marks = {one.of_uri(uri) for one in self._every}
        return not self._readmit and not marks.isdisjoint(self._digests)

    def known_bytes(self, content_hash: str) -> str:
        """What a file's bytes are known by: a hash that nobody can guess at without the store."""
        return self._marks.of_bytes(content_hash)

    def mark_file(
        self, connection: Connection, uri: str, size: int, modified_ns: int, at: datetime
    ) -> None:
        """Leave a mark instead of a row that names the file, in the caller's transaction."""
        leave_marks(connection, [self._marks.of_file(uri, size, modified_ns)], at)

    def whole(self, parsed: ParsedDocument, chunks: Sequence[Chunk]) -> bool:
        """Whether the document was forgotten, by its address or its words."""
        return self._kept_out(*self._of_document(parsed, chunks))

    def without(
        self, parsed: ParsedDocument, chunks: Sequence[Chunk]
    ) -> tuple[ParsedDocument, tuple[Chunk, ...]]:
        """Both without the passages and labels that were forgotten; `passages` counts those."""
        if not self._digests:
            return parsed, tuple(chunks)
        kept = [chunk for chunk in chunks if not self._kept_out(*self._against(chunk, parsed.uri))]
        self.passages += len(chunks) - len(kept)
        if parsed.kind is DocumentKind.CHAT and self._is_label(parsed.title):
            parsed = replace(parsed, title="")
            kept = [replace(chunk, context="") for chunk in kept]
        return self._unlabelled(parsed), tuple(kept)

    def since(
        self, connection: Connection, parsed: ParsedDocument, chunks: Sequence[Chunk]
    ) -> bool:
        """Whether anything of a document was forgotten after it was tested, by another process.

        For the transaction that writes it.
        """
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._since = self._marks.digests() - self._digests
        if not self._since:
            return False
        marks = self._of_document(parsed, chunks)
        for chunk in chunks:
            marks |= self._against(chunk, parsed.uri)
        for label in (parsed.title, *parsed.tags, *parsed.aliases, *parsed.links):
            marks |= self._of_label(label)
        return not marks.isdisjoint(self._since)

    def settle(self) -> None:
        """Lift the marks against what was taken in again. Raises StoreLocked, StoreFull."""
        if self._lifted:
            self._marks.lift(self._lifted)

    def _kept_out(self, *marks: str) -> bool:
        against = self._digests.intersection(marks)
        if self._readmit:
            self._lifted |= against
            return False
        return bool(against)

    def _unlabelled(self, parsed: ParsedDocument) -> ParsedDocument:
        def kept(labels: Sequence[str]) -> tuple[str, ...]:
            return tuple(label for label in labels if not self._is_label(label))

        return replace(
            parsed,
            tags=kept(parsed.tags),
            aliases=kept(parsed.aliases),
            links=kept(parsed.links),
            notices=kept(parsed.notices),
        )

    def _is_label(self, label: str) -> bool:
        return self._kept_out(*self._of_label(label))

    def _of_document(self, parsed: ParsedDocument, chunks: Sequence[Chunk]) -> set[str]:
        texts = [chunk.text for chunk in chunks]
        uris = {one.of_uri(parsed.uri) for one in self._every}
        return uris | {one.of_texts(texts) for one in self._every}

    def _against(self, chunk: Chunk, uri: str) -> set[str]:
        return {mark for one in self._every for mark in one.against(chunk, uri)}

    def _of_label(self, label: str) -> set[str]:
        return {one.of_label(label) for one in self._every}
