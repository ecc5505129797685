"""One import at work: walk, read, chunk, embed, write, mark what is gone, tell the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from mem.core.clock import Clock, format_time
from mem.core.ids import source_id
from mem.core.protocols import FileEntry
from mem.hooks.specs import Importer as FolderImporter
from mem.ingest.ledger import Ledger, Progress
from mem.ingest.reading import (
    FORGOTTEN,
    FileReader,
    Finished,
    LeftOut,
    Prepared,
    Reading,
    Unchanged,
)
from mem.ingest.shaped import read_shaped
from mem.ingest.writing import Writer
from mem.sources.folders import STREAMED_BYTES, Skipped, file_uri, path_of, walk
from mem.store.documents import mark_gone
from mem.store.erasing.erase import forget_sources
from mem.store.files import FileRecord, put_file
from mem.store.journal import write_entry
from mem.store.store import Store

_LISTING_STEP = 500
_LEFT_TOGETHER = 200
_JOURNALLED = ("added", "updated", "unchanged", "skipped", "failed", "moved", "gone")


class Run:
    """Takes in, once; made by `Importer`, and used up by `over`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        reader: FileReader,
        writer: Writer,
        ledger: Ledger,
        shaped_by: Callable[[Path], FolderImporter | None],
        on_progress: Callable[[Progress], None],
        *,
        dry_run: bool,
    ) -> None:
        """`shaped_by` says which importer takes a place whole; `writer` counts in `ledger` too."""
        self._store = store
        self._clock = clock
        self._reader = reader
        self._writer = writer
        self.ledger = ledger
        self._shaped_by = shaped_by
        self._on_progress = on_progress
        self._dry_run = dry_run
        self._missing: list[str] = []
        self._emptied: set[str] = set()
        self._met: set[str] = set()
        self._left: list[FileRecord] = []
        self._made: set[str] = set()
        self._files_done = 0

    def over(self, roots: Sequence[Path], only: Sequence[Path] | None = None) -> Ledger:
        """The whole run: read, write, mark what is gone, note it in the journal."""
        started = time.perf_counter()
        try:
            for root in roots:
                self._take_in(root, only)
            self._writer.close()
            self._remember_left()
        except BaseException:
            self._writer.abandon()
            raise
        self.ledger.notices += self._notices()
        if not self._dry_run:
            self._reader.forgotten.settle()
            self._mark_gone()
            self._write_journal(roots)
        self._forget_sources()
        self.ledger.elapsed_ms = (time.perf_counter() - started) * 1000
        return self.ledger

    def _notices(self) -> Iterator[str]:
        """What a person should know of this import beyond its counts."""
        if self.ledger.undated:
            yield (
                f"documents without a date: {self.ledger.undated:,}; the time of their file counts "
                "instead (`date:` in front matter or 2024-03-05 in the name gives one)"
            )
        if self._reader.secrets:
            yield (
                f"secrets replaced by a mark: {self._reader.secrets:,}; "
                "`mem review --secrets` lists them"
            )
        if self._reader.forgotten.passages:
            yield (
                f"passages left out because they were forgotten: "
                f"{self._reader.forgotten.passages:,}; --readmit takes them in again"
            )

    def _take_in(self, root: Path, only: Sequence[Path] | None) -> None:
        """Everything at or below `root` (absolute, links resolved), or `only` these parts of it."""
        uri = file_uri(root)
        known: dict[str, FileRecord] = {}
        for place in [root] if only is None else only:
            known.update(self._store.files.under(file_uri(place)))
        if root.is_file() and uri not in known and self._reader.forgotten.address(uri):
            # Nor is it noted as a source.
            self.ledger.skip(uri, "forgotten", FORGOTTEN)
            return
        source = self._source(uri, "folder" if root.is_dir() else "file")
        shaped = self._shaped_by(root)
        if shaped is not None:
            self._take(read_shaped(self._reader, shaped, root, known.get(uri), source))
            return
        entries: list[FileEntry] = []
        unread: list[str] = []
        for found in walk(root, max_bytes=STREAMED_BYTES, only=only):
            if isinstance(found, Skipped):
                self._skip(found, unread)
                continue
            entries.append(found)
            if len(entries) % _LISTING_STEP == 0:
                self._progress(None, str(found.path))
        seen = set()
        for entry in entries:
            entry_uri = file_uri(entry.path)
            seen.add(entry_uri)
            if entry_uri not in self._met:
                self._met.add(entry_uri)
                self._take_file(entry, known.get(entry_uri), source)
            self._files_done += 1
            self._progress(len(entries), str(entry.path))
        self._missing += _gone(known.values(), seen, unread)

    def _skip(self, found: Skipped, unread: list[str]) -> None:
        uri = file_uri(found.path)
        if uri in self._met:
            return
        self._met.add(uri)
        if found.code == "unreadable":
            unread.append(uri)
            self.ledger.fail(uri, found.code, found.reason)
        else:
            self.ledger.skip(uri, found.code, found.reason)
            if found.code == "empty":
                self._emptied.add(uri)

    def _take_file(self, entry: FileEntry, known: FileRecord | None, source: str) -> None:
        self._take(self._reader.read(entry, known, source))

    def _take(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            if isinstance(reading, Prepared | Finished):
                self._writer.add(reading)
            elif isinstance(reading, Unchanged):
                self.ledger.unchanged += reading.documents
                self._remember(reading.touched)
            else:
                self._leave_out(reading)

    def _leave_out(self, reading: LeftOut) -> None:
        count = self.ledger.skip if reading.outcome == "skipped" else self.ledger.fail
        count(reading.uri, reading.code, reading.reason)
        self._remember(reading.record)

    def _remember(self, record: FileRecord | None) -> None:
        """Note a file that gave nothing to write; many of them share a transaction.

        What a killed import has not noted is looked at again by the next.
        """
        if record is None or self._dry_run:
            return
        self._left.append(record)
        if len(self._left) >= _LEFT_TOGETHER:
            self._remember_left()

    def _remember_left(self) -> None:
        if not self._left:
            return
        with self._store.database.transaction() as connection:
            for record in self._left:
                put_file(connection, record)
        self._left.clear()

    def _source(self, uri: str, kind: str) -> str:
        identity = source_id(uri)
        if self._store.database.rows("SELECT 1 FROM source WHERE id = ?", (identity,)):
            return identity
        with self._store.database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO source (id, uri, kind, added_at) VALUES (?, ?, ?, ?)",
                (identity, uri, kind, format_time(self._clock.utc())),
            )
        self._made.add(identity)
        return identity

    def _forget_sources(self) -> None:
        """Nothing of a trial run is a source, and no file that is forgotten."""
        forgotten = [source_id(one.uri) for one in self.ledger.entries if one.code == "forgotten"]
        made = self._made if self._dry_run else self._made.intersection(forgotten)
        if made:
            with self._store.database.transaction() as connection:
                forget_sources(connection, sorted(made))

    def _progress(self, total: int | None, place: str) -> None:
        ledger = self.ledger
        documents = ledger.added + ledger.updated + ledger.unchanged
        self._on_progress(Progress(self._files_done, total, documents, ledger.chunks_added, place))

    def _mark_gone(self) -> None:
        """Files that were known under a root and are no longer there, or hold nothing now."""
        missing = [
            uri for uri in self._missing if uri in self._emptied or not path_of(uri).exists()
        ]
        if missing:
            with self._store.database.transaction() as connection:
                self.ledger.gone += mark_gone(connection, missing, self._clock.utc())

    def _write_journal(self, roots: Sequence[Path]) -> None:
        """One entry for the import, where it changed anything."""
        if not self.ledger.changed:
            return
        ledger = self.ledger
        detail = {name: getattr(ledger, name) for name in _JOURNALLED}
        with self._store.database.transaction() as connection:
            for root in roots:
                write_entry(
                    connection,
                    at=self._clock.utc(),
                    actor="import",
                    action="import",
                    subject=source_id(file_uri(root)),
                    detail=detail,
                )


def _gone(known: Iterable[FileRecord], seen: set[str], unread: Sequence[str]) -> list[str]:
    """Known active files that a walk did not meet, save below folders it could not read."""
    return [
        record.uri
        for record in known
        if record.state == "active"
        and record.uri not in seen
        and not any(record.uri.startswith(folder + "/") for folder in unread)
    ]
