"""What an assistant is made of: the one place where the layers are wired together.

Heavy parts are made when they are first used, over what `Resources` holds open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import IO, TYPE_CHECKING

from mem import language
from mem.core.protocols import Parser
from mem.core.query import SearchResult
from mem.errors import UnknownFormat
from mem.resources import Resources

if TYPE_CHECKING:
    from datetime import datetime

    from mem.answer.asking import Asker
    from mem.consolidation.chronicle import Chronicle
    from mem.consolidation.keeper import MemoryKeeper
    from mem.consolidation.summaries.summariser import Summariser
    from mem.consolidation.summaries.writing import SummaryWriter
    from mem.consolidation.worker import Extractor
    from mem.extraction.proposing.model import ModelExtractor
    from mem.hooks.manager import Plugins
    from mem.hooks.specs import Exporter
    from mem.ingest.episodes import EpisodeReport
    from mem.ingest.pipeline import Importer
    from mem.ingest.secretkeeper import SecretKeeper
    from mem.retrieval.derived import MemoryFinder
    from mem.retrieval.reread import Rereading
    from mem.retrieval.retriever import Retriever
    from mem.store.episodes import Episodes
    from mem.store.summaries import Summaries

_MEGABYTE = 1024 * 1024


class Parts(Resources):
    """What reads, searches, answers and remembers, made of one home's store and models."""

    def _rereading(self) -> Rereading | None:
        """None where no reranker is set up."""
        from mem.retrieval.reread import Rereading

        settings = self.settings
        if self._given_reranker is None and not language.reranks(settings):
            return None
        seconds = settings.rerank_deadline_ms / 1000
        return Rereading(lambda: self.reranker, settings.rerank_hits, seconds)

    @cached_property
    def retriever(self) -> Retriever:
        """From a question to ranked hits."""
        from mem.retrieval.retriever import Retriever
        from mem.store.fulltext import Fulltext

        return Retriever(
            chunks=self.store.chunks,
            fulltext=Fulltext(self.store.database),
            stored=self.embeddings,
            index=self.index,
            embedder=self.embedder,
            rereading=self._rereading(),
        )

    @cached_property
    def memory_finder(self) -> MemoryFinder:
        """Puts the memories that match a search among its hits."""
        from mem.retrieval.derived import MemoryFinder
        from mem.store.fulltext import Fulltext
        from mem.store.memory.search import MemorySearch

        model = self.embedder
        return MemoryFinder(
            memories=MemorySearch(self.store.database, model.fingerprint, model.dimensions),
            chunks=self.store.chunks,
            fulltext=Fulltext(self.store.database),
            embedder=model,
        )

    def asker(
        self,
        search: Callable[[str], SearchResult],
        *,
        limit: int,
        asked_at: datetime,
        llm: bool = True,
        deeper: Callable[[str], SearchResult] | None = None,
        deep: bool = False,
    ) -> Asker:
        """Answers questions from what `search` finds, with a language model where `llm` allows.

        `deeper` is the search of more effort, see `Asker`.
        """
        from mem.answer.asking import Asker

        def recall(found: SearchResult) -> SearchResult:
            if not self.store.has_memories():
                return found
            return self.memory_finder.add(found, limit=limit, asked_at=asked_at)

        return Asker(
            store=self.store,
            embedder=self.embedder,
            clock=self.clock,
            search=search,
            recall=recall,
            model=(lambda: self.language_model) if llm and self.has_language_model else None,
            sentences=self.settings.answer_sentences,
            deeper=deeper,
            deep=deep,
            learn=self.settings.learn_from_use == "on",
        )

    @cached_property
    def episodes(self) -> Episodes:
        """Runs of passages about one thing, as they are stored."""
        from mem.store.episodes import Episodes

        return Episodes(self.store.database)

    def cut_episodes(self) -> EpisodeReport:
        """Cut what was taken in since, or has changed, into episodes.

        Raises StoreLocked, StoreFull, ModelFileMissing, ModelFileDamaged.
        """
        from mem.ingest.episodes import EpisodeCutter

        return EpisodeCutter(self.store.database, self.embeddings, self.embedder.fingerprint).run()

    @cached_property
    def memories(self) -> MemoryKeeper:
        """The memories, and everything that can be done with them."""
        from mem.consolidation.keeper import MemoryKeeper

        return MemoryKeeper(
            self.store,
            self.clock,
            lambda: self.embedder,
            extractor=self._extractor,
            cut_episodes=lambda: self.cut_episodes().added,
            summariser=self._summariser,
            backups=self.paths.backups,
            user_names=self.settings.user_names,
            redact=self.settings.import_secrets == "redact",
            more_extractors=self._more_extractors,
            model_extractor=self._model_extractor,
            summary_writer=self._summary_writer,
        )

    @cached_property
    def summaries(self) -> Summaries:
        """Summaries of episodes, days, weeks, months and the person, as they are stored."""
        from mem.store.summaries import Summaries

        return Summaries(self.store.database)

    @cached_property
    def chronicle(self) -> Chronicle:
        """What happened: episodes, the timeline and what sums them up, for a reader."""
        from mem.consolidation.chronicle import Chronicle

        return Chronicle(self.memories, self.episodes, self.store.chunks, self.summaries)

    def _summariser(self) -> Summariser:
        from mem.consolidation.summaries.summariser import Summariser

        return Summariser(
            self.store.database,
            self.embeddings,
            self.clock,
            user_names=self.settings.user_names,
        )

    def _summary_writer(self) -> SummaryWriter | None:
        """Over the language model in use; None without one. Raises LanguageModelUnusable."""
        from mem.consolidation.summaries.writing import SummaryWriter

        if not self.has_language_model:
            return None
        return SummaryWriter(
            self.language_model, self.embedder, deadline=float(self.settings.model_deadline)
        )

    def _more_extractors(self) -> Sequence[Extractor]:
        from mem.consolidation.plugged import PluggedExtractor

        names = self.settings.user_names
        return [PluggedExtractor(one, user_names=names) for one in self.plugins.extractors()]

    def _model_extractor(self) -> ModelExtractor | None:
        """Over the language model in use; None where none is set up.

        Raises NoLanguageModel where what runs it is missing, LanguageModelUnusable.
        """
        from mem.extraction.proposing.model import ModelExtractor

        if not self.has_language_model:
            return None
        return ModelExtractor(
            self.language_model,
            user_names=self.settings.user_names,
            deadline=float(self.settings.model_deadline),
        )

    def _extractor(self) -> Extractor:
        from mem.consolidation.rules import Rules

        return Rules(self.embedder, user_names=self.settings.user_names)

    @cached_property
    def plugins(self) -> Plugins:
        """What comes with `mem` and what is installed beside it; parsers of the latter run in a
        child process.
        """
        from mem.hooks.manager import load_all
        from mem.sources import builtin
        from mem.sources.isolation import IsolatedImporter, IsolatedParser, Isolation

        isolation = Isolation()
        self._opened.append(isolation.close)
        paths = self.paths
        return load_all(
            builtin,
            data_folders=(paths.data, paths.config, paths.cache),
            wrap=lambda parser: IsolatedParser(parser, isolation),
            wrap_importer=lambda importer: IsolatedImporter(importer, isolation),
        )

    @cached_property
    def _parsers(self) -> Sequence[Parser]:
        from mem.sources.builtin import with_archives

        return with_archives(self.plugins.parsers(), self.paths.cache)

    @cached_property
    def secrets(self) -> SecretKeeper:
        """The secrets that were kept out, and what can be done about them."""
        from mem.ingest.secretkeeper import SecretKeeper

        return SecretKeeper(self.store, self.paths, self.clock, self.parsers)

    def parsers(self) -> Sequence[Parser]:
        """Everything that can be taken in."""
        return self._parsers

    def exporters(self) -> Sequence[Exporter]:
        """The formats that documents can be written in."""
        return self.plugins.exporters()

    def export(self, name: str, target: IO[bytes]) -> int:
        """Write every document that is not gone in the format `name`; returns how many.

        Raises UnknownFormat, PluginFailed, OSError.
        """
        from mem.store.exporting import stored_documents

        known = {one.name: one for one in self.exporters()}
        if name not in known:
            raise UnknownFormat(name, list(known))
        return known[name].export(stored_documents(self.store.database), target)

    def importer(self) -> Importer:
        """Takes files and folders in."""
        from mem.ingest.pipeline import Importer

        return Importer(
            self.store,
            self.parsers(),
            self.embeddings,
            lambda: self.embedder,
            self.clock,
            max_bytes=self.settings.import_max_file_mb * _MEGABYTE,
            redact=self.settings.import_secrets == "redact",
            importers=self.plugins.importers(),
        )
