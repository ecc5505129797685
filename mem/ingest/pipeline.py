"""Imports of files and folders, resumable at any point and counted in a ledger.

A file's row is completed only after all its documents are in the store, so that an import that
was killed reads again exactly what it had not finished.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mem.core.clock import Clock
from mem.core.protocols import Embedder, Parser
from mem.errors import UnknownFormat
from mem.hooks.specs import Importer as FolderImporter
from mem.ingest.ledger import Ledger, Progress
from mem.ingest.reading import FileReader
from mem.ingest.run import Run
from mem.ingest.shaped import importer_for
from mem.ingest.writing import Writer
from mem.sources.folders import file_uri, source_root
from mem.store.documents import mark_gone
from mem.store.embeddings import Embeddings
from mem.store.store import Store


class Importer:
    """Takes files and folders in."""

    def __init__(
        self,
        store: Store,
        parsers: Sequence[Parser],
        embeddings: Embeddings,
        embedder: Callable[[], Embedder],
        clock: Clock,
        *,
        max_bytes: int,
        redact: bool = True,
        importers: Sequence[FolderImporter] = (),
    ) -> None:
        """Secrets are replaced by placeholders unless `redact` is False. `importers` take whole
        what a single parser cannot.
        """
        self._importers = importers
        self._store = store
        self._parsers = parsers
        self._embeddings = embeddings
        self._embedder = embedder
        self._clock = clock
        self._max_bytes = max_bytes
        self._redact = redact

    def run(
        self,
        paths: Sequence[Path],
        *,
        form: str = "auto",
        options: str = "",
        dry_run: bool = False,
        readmit: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Ledger:
        """Import every path; `options` are those of the parser of `form` (a table's mapping).

        Raises PathMissing, WholeSystem, UnknownFormat, BadMapping before anything is done.
        StoreFull, StoreLocked; what was committed before stays.
        """
        names = [one.name for one in self._parsers] + [one.name for one in self._importers]
        if form != "auto" and form not in names:
            raise UnknownFormat(form, names)
        parsers = [_with_options(one, options) for one in self._parsers if one.name == form]
        roots = list(dict.fromkeys(map(source_root, paths)))
        chosen = parsers if options else self._parsers
        run = self._begun(
            chosen, form=form, dry_run=dry_run, readmit=readmit, on_progress=on_progress
        )
        return run.over(roots)

    def refresh(
        self,
        root: Path,
        paths: Sequence[Path],
        *,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Ledger:
        """Bring what stands at or below `paths` into step, as parts of the source at `root`.

        All are absolute with links resolved, the paths at or below `root`; one that is not there
        any more is marked gone. Raises PathMissing for `root`, StoreFull, StoreLocked.
        """
        return self._begun(self._parsers, on_progress=on_progress).over([root], only=paths)

    def let_go(self, path: Path) -> Ledger:
        """Mark a single file that was deleted as gone; its words stay. Raises StoreLocked."""
        ledger = Ledger()
        uri = file_uri(path)
        known = self._store.files.under(uri).get(uri)
        if known is not None and known.state == "active":
            with self._store.database.transaction() as connection:
                ledger.gone = mark_gone(connection, [uri], self._clock.utc())
        return ledger

    def _begun(
        self,
        parsers: Sequence[Parser],
        *,
        form: str = "auto",
        dry_run: bool = False,
        readmit: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Run:
        """An import by those parsers, of which nothing is done yet."""
        ledger = Ledger()
        wanted = None if form == "auto" else form
        reader = FileReader(
            self._store,
            parsers,
            form=wanted,
            readmit=readmit,
            redact=self._redact,
            max_bytes=self._max_bytes,
        )
        writer = Writer(
            self._store,
            self._embeddings,
            self._embedder,
            self._clock,
            ledger,
            forgotten=reader.forgotten,
            dry_run=dry_run,
        )

        def shaped_by(root: Path) -> FolderImporter | None:
            return importer_for(root, self._importers, parsers, wanted)

        return Run(
            self._store,
            self._clock,
            reader,
            writer,
            ledger,
            shaped_by,
            on_progress or (lambda progress: None),
            dry_run=dry_run,
        )


def _with_options(parser: Parser, options: str) -> Parser:
    """The parser with options of its own where it takes any. Raises BadMapping."""
    with_options = getattr(parser, "with_options", None)
    return with_options(options) if with_options is not None else parser
