"""The one façade over memory: command line, terminal UI and scripts all use it.

It holds no logic of its own: it calls the layers that `mem.parts` wires together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mem.core.answer import Answer, Citation
from mem.core.chunk import Chunk
from mem.core.clock import Clock, SystemClock, parse_time
from mem.core.files import expanded
from mem.core.language import LanguageModel
from mem.core.memory import Memory, MemoryKind
from mem.core.protocols import Embedder, Reranker
from mem.core.query import Filters, SearchResult
from mem.errors import AmbiguousId, IndexOwned, SeveralDocuments, UnknownId, VectorIndexError
from mem.settings.config import Settings
from mem.settings.config import load as load_settings
from mem.settings.paths import Paths
from mem.store.documents import DocumentRecord
from mem.store.erasing.erase import Receipt
from mem.store.journal import JournalEntry
from mem.store.store import SourceRecord
from mem.upkeep import Upkeep

if TYPE_CHECKING:
    from mem.answer.generative import OnPiece, OnSentence
    from mem.consolidation.forgetting import ForgetPlan, Forgetter
    from mem.ingest.ledger import Ledger, Progress
    from mem.store.browsing.browser import Browser

# An import that changed at least this much brings the derived index up to date itself.
INDEX_WHEN_CHANGED = 1000
# Hits that are read to say how sure a search is, however few are asked for.
_READ_FIRST = 5


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its chunks; `focus` is the id of the chunk that was asked for."""

    document: DocumentRecord
    chunks: tuple[Chunk, ...]
    focus: str | None = None


class Assistant(Upkeep):
    """A person's memory in one home. Use as a context manager, or call `close`."""

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        *,
        settings: Settings | None = None,
        clock: Clock | None = None,
        embedder: Embedder | None = None,
        language_model: LanguageModel | None = None,
        reranker: Reranker | None = None,
        read_only: bool = False,
    ) -> Assistant:
        """The memory in `home`, or where `MEM_HOME` or the platform puts it; made when absent.

        With `read_only` a store that exists is opened for reading: nothing can write to it here.

        Raises HomeNotWritable, SchemaTooNew, MigrationFailed, StoreDamaged, ConfigUnreadable,
        BadSetting.
        """
        paths = Paths.of(Path(home)) if home is not None else Paths.find()
        settings = settings or load_settings(paths)
        assistant = cls(
            paths,
            settings,
            clock or SystemClock.from_environment(),
            embedder=embedder,
            language_model=language_model,
            reranker=reranker,
            read_only=read_only,
        )
        assistant.store  # noqa: B018  (opened here, so that a bad home is told at once)
        return assistant

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- taking in -------------------------------------------------------------------------

    def ingest(
        self,
        *paths: str | Path,
        format: str = "auto",  # noqa: A002  (the documented name)
        columns: str = "",
        dry_run: bool = False,
        readmit: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Ledger:
        """Take in files and folders; what is unchanged is left unread.

        `columns` makes rows of tables messages (`text=body,at=date`). `readmit` takes in again
        what was forgotten. Raises PathMissing, WholeSystem, UnknownFormat, BadMapping, StoreFull,
        StoreLocked.
        """
        ledger = self.importer().run(
            [*map(Path, paths)],
            form="table" if columns else format,
            options=columns,
            dry_run=dry_run,
            readmit=readmit,
            on_progress=on_progress,
        )
        ledger.notices += self.plugins.notices()
        if not dry_run and ledger.chunks_added + ledger.chunks_removed >= INDEX_WHEN_CHANGED:
            self._follow_index(ledger)
        return ledger

    def _follow_index(self, ledger: Ledger) -> None:
        """Bring Chroma up to date; where another process owns it, its owner will."""
        try:
            with self.chroma() as chroma:
                chroma.sync()
        except IndexOwned:
            return
        except VectorIndexError as error:
            ledger.notices.append(str(error))

    def remember(
        self, text: str, *, said_at: datetime | None = None, title: str | None = None
    ) -> DocumentRecord:
        """Take in something typed; it is searchable at once. Raises EmptyQuery for no words."""
        from mem.ingest.typed import take_in_typed

        identity = take_in_typed(
            self.store,
            self.embeddings,
            self.embedder,
            text,
            title=title,
            said_at=said_at or self.clock.now(),
            recorded_at=self.clock.utc(),
            redact=self.settings.import_secrets == "redact",
        )
        record = self.store.documents.get(identity)
        assert record is not None
        return record

    def receive(self, text: str, kind: MemoryKind, *, sender: str) -> tuple[DocumentRecord, Memory]:
        """Take in what the program `sender` says, with one memory of it that waits for review.

        The words are kept as a message of `sender`, searchable at once; the memory has the lowest
        trust. Raises EmptyQuery, WasForgotten, WasRejected, StoreLocked.
        """
        from mem.ingest.typed import take_in_received

        self.memories.refuse_received(text, kind)
        identity = take_in_received(
            self.store,
            self.embeddings,
            self.embedder,
            text,
            sender=sender,
            said_at=self.clock.now(),
            recorded_at=self.clock.utc(),
            redact=self.settings.import_secrets == "redact",
        )
        record = self.store.documents.get(identity)
        assert record is not None
        return record, self.memories.propose(identity, kind, sender=sender)

    # --- finding ---------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        filters: Filters | None = None,
        since: datetime | str | None = None,
        before: datetime | str | None = None,
        sessions: Collection[str] | None = None,
        asked_at: datetime | str | None = None,
        explain: bool = False,
        memories: bool = True,
        deep: bool = False,
        rerank: bool = True,
        sure: bool = True,
    ) -> SearchResult:
        """A sequence of hits, best first: passages, and with `memories` statements drawn from them.

        The result's confidence says how likely its first hits answer the query; they are read for
        that, and without `sure` the signals of the search alone say it. `asked_at` is the moment
        that "yesterday" in the query refers to; times given as text are ISO 8601. `deep` looks
        several times, for questions whose evidence is in many places, and has the first hits read
        by a reranker where one is set up and `rerank` allows. Raises EmptyQuery.
        """
        moment = _moment(asked_at) or self.clock.now()
        found = self.retriever.search(
            query,
            filters=_filters(filters, since, before, sessions),
            limit=max(limit, _READ_FIRST) if sure else limit,
            asked_at=moment,
            explain=explain,
            deep=deep,
            rerank=rerank,
        )
        if sure:
            from mem.answer.reading import how_sure

            confidence = how_sure(query, found, hits=_READ_FIRST)
            found = replace(found, hits=found.hits[:limit], confidence=confidence)
        if not memories or not self.store.has_memories():
            return found
        return self.memory_finder.add(found, limit=limit, asked_at=moment)

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        since: datetime | str | None = None,
        before: datetime | str | None = None,
        sessions: Collection[str] | None = None,
        asked_at: datetime | str | None = None,
        limit: int = 20,
        llm: bool = True,
        after: Sequence[str] = (),
        deep: bool = False,
        on_sentence: OnSentence | None = None,
        on_piece: OnPiece | None = None,
    ) -> Answer:
        """An answer whose every sentence is cited, or an abstention.

        A language model writes it where one is set up and `llm` is true; where it cannot, the
        answer quotes memory and a notice says why. `after` are the questions that this one follows
        on, the oldest first. Memory is searched deeper with `deep`, and where the first look at a
        question of several parts is unsure; `Answer.effort` says why. `on_sentence` is called with
        each sentence that a model wrote, as soon as it is checked, and the citations that it adds;
        `on_piece` with each piece of its reply, and may stop it by raising. Raises EmptyQuery.
        """
        moment = _moment(asked_at) or self.clock.now()
        limits = _filters(filters, since, before, sessions)

        def search(text: str, *, deep: bool = False) -> SearchResult:
            return self.search(
                text,
                limit=limit,
                filters=limits,
                asked_at=moment,
                memories=False,
                deep=deep,
                sure=False,
            )

        def deeper(text: str) -> SearchResult:
            return search(text, deep=True)

        asker = self.asker(search, limit=limit, asked_at=moment, llm=llm, deeper=deeper, deep=deep)
        return asker.ask(
            question,
            asked_at=moment,
            earlier=after,
            on_sentence=on_sentence,
            on_piece=on_piece,
        )

    def judge(self, given: Sequence[str | Citation], *, useful: bool) -> int:
        """Learn that memories, passages (by id) or an answer's citations were useful, or wrong.

        Returns how many memories stand behind them. Raises UnknownId, AmbiguousId, StoreLocked.
        """
        from mem.consolidation.learning import note_judged

        return note_judged(self.store, given, self.memories.find, self.clock, useful=useful)

    # --- looking ---------------------------------------------------------------------------

    def documents(
        self, *, limit: int = 20, kind: str | None = None, gone: bool | None = None
    ) -> list[DocumentRecord]:
        """Documents, the newest said first."""
        return self.store.documents.newest(limit=limit, kind=kind, gone=gone)

    def show(self, identity: str, *, paths: bool = True) -> DocumentView:
        """The document with that id (or beginning of one), uri or path, or that holds that chunk.

        Without `paths` the file system is not looked at. Raises UnknownId, AmbiguousId.
        """
        identity = self.store.chunks.whole_id(identity)
        keys = self.store.chunks.keys_of([identity])
        if keys:
            chunk = self.store.chunks.by_keys(keys.values())[keys[identity]].chunk
            record = self.store.documents.get(chunk.document_id)
            focus: str | None = identity
        else:
            record, focus = self._document(identity, paths=paths), None
        assert record is not None
        return DocumentView(record, tuple(self.store.chunks.of_document(record.id)), focus)

    def _document(self, given: str, *, paths: bool = True) -> DocumentRecord:
        from mem.sources.folders import file_uri

        uris = []
        if paths and given.strip():
            uris = [file_uri(expanded(given).resolve())]
        found = self.store.documents.matching(given, uris=uris) if given.strip() else []
        if not found:
            raise UnknownId(given)
        if len(found) > 1 and not any(one.id.startswith(given) for one in found):
            raise SeveralDocuments(given)
        if len(found) > 1:
            raise AmbiguousId(given, len(found))
        return found[0]

    def browse(self) -> Browser:
        """Lists, filters and passages for a person who looks around."""
        from mem.store.browsing.browser import Browser

        return Browser(self.store.database)

    def sources(self) -> list[SourceRecord]:
        """Every folder and file that was imported."""
        return self.store.sources()

    def history(self, limit: int = 50) -> list[JournalEntry]:
        """What was done to the store, newest first."""
        return self.store.journal.newest(limit)

    # --- forgetting ------------------------------------------------------------------------

    def forget_preview(
        self,
        *,
        documents: Sequence[str] = (),
        source: str | None = None,
        entity: str | None = None,
        match: str | None = None,
    ) -> ForgetPlan:
        """What `forget` would destroy: documents by id, uri or path, a whole source, or the
        passages that name an entity or a text, with all that was drawn from them.

        Raises UnknownId, AmbiguousId, EmptyQuery.
        """
        if entity is not None:
            return self._forgetter.of_entity(entity)
        if match is not None:
            return self._forgetter.of_text(match)
        if source is not None:
            return self._forgetter.of_source(source)
        return self._forgetter.of_documents([self._document(given) for given in documents])

    def forget(self, plan: ForgetPlan) -> Receipt:
        """Destroy for good what the plan names, everywhere; it does not come back by import.

        Raises StoreLocked, StoreFull, IndexOwned (before anything is destroyed).
        """
        self.close_index()
        return self._forgetter.destroy(plan)

    @cached_property
    def _forgetter(self) -> Forgetter:
        from mem.consolidation.forgetting import Forgetter

        return Forgetter(self.store, self.paths, self.clock)


def _moment(given: datetime | str | None) -> datetime | None:
    return parse_time(given) if isinstance(given, str) else given


def _filters(
    filters: Filters | None,
    since: datetime | str | None,
    before: datetime | str | None,
    sessions: Collection[str] | None,
) -> Filters:
    given = filters or Filters()
    return replace(
        given,
        since=_moment(since) or given.since,
        before=_moment(before) or given.before,
        sessions=frozenset(sessions) if sessions is not None else given.sessions,
    )
