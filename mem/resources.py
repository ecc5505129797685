"""What a home holds open: its store, its models and its vectors.

Each is made when it is first used, and all of them are released by `close`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from mem import language
from mem.core.clock import Clock
from mem.core.language import LanguageModel
from mem.core.protocols import Embedder, Reranker
from mem.errors import VectorIndexError
from mem.settings.config import Settings
from mem.settings.leftovers import remove_spools
from mem.settings.paths import Paths
from mem.store.restored import put_files
from mem.store.store import Store

if TYPE_CHECKING:
    from mem.store.embeddings import Embeddings
    from mem.vectors.choice import AutoIndex
    from mem.vectors.chroma import ChromaIndex


class Resources:
    """The store, the models and the vector indexes of one home."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        clock: Clock,
        *,
        embedder: Embedder | None = None,
        language_model: LanguageModel | None = None,
        reranker: Reranker | None = None,
        read_only: bool = False,
    ) -> None:
        self.paths = paths
        self.settings = settings
        self.clock = clock
        self._given_embedder = embedder
        self._given_language_model = language_model
        self._given_reranker = reranker
        self._read_only = read_only
        self._opened: list[Callable[[], None]] = []
        self._chroma: ChromaIndex | None = None

    def close(self) -> None:
        """Release files, connections and models."""
        self.close_index()
        while self._opened:
            self._opened.pop()()

    @cached_property
    def store(self) -> Store:
        """The SQLite store."""
        remove_spools(self.paths.cache)
        if not self.paths.database.exists():
            self.paths.create()
        exists = self.paths.database.exists()
        read_only = exists and (self._read_only or not os.access(self.paths.database, os.W_OK))
        store = Store.open(self.paths.database, self.paths.backups, read_only=read_only)
        self._opened.append(store.close)
        # A restore that was killed once its store was in place.
        put_files(store.database, self.paths.carried)
        return store

    @cached_property
    def embedder(self) -> Embedder:
        """The bundled model."""
        if self._given_embedder is not None:
            return self._given_embedder
        from mem.inference.embedder import OnnxEmbedder

        return OnnxEmbedder()

    @cached_property
    def language_model(self) -> LanguageModel:
        """The language model in use. Raises NoLanguageModel, LanguageModelUnusable."""
        if self._given_language_model is not None:
            return self._given_language_model
        model = language.language_model(self.paths, self.settings)
        self._opened.append(model.close)
        return model

    def release_language_model(self) -> None:
        """Free the memory of the language model; the next request loads it again."""
        model = self.__dict__.get("language_model")
        if model is not None:
            model.close()

    @property
    def has_language_model(self) -> bool:
        """Whether one is set up, be it usable or not."""
        return self._given_language_model is not None or language.is_set_up(self.settings)

    @cached_property
    def reranker(self) -> Reranker:
        """The reranker that deep searches use. Raises RerankerUnusable."""
        if self._given_reranker is not None:
            return self._given_reranker
        reranker = language.reranker(self.paths, self.settings)
        self._opened.append(reranker.close)
        return reranker

    @cached_property
    def embeddings(self) -> Embeddings:
        """The stored vectors of the model and chunker in use."""
        from mem.ingest.chunking import CHUNKER_VERSION
        from mem.store.embeddings import Embeddings

        fingerprint = f"{self.embedder.fingerprint}/chunks-{CHUNKER_VERSION}"
        return Embeddings(self.store.database, fingerprint, self.embedder.dimensions)

    @cached_property
    def index(self) -> AutoIndex:
        """Nearest neighbours: Chroma where this process owns it and it is current, else a scan."""
        from mem.vectors.choice import AutoIndex
        from mem.vectors.exact import ExactIndex

        index = AutoIndex(
            ExactIndex(self.embeddings), self._chroma, exact_below=self.settings.index_exact_below
        )
        self._opened.append(index.close)
        return index

    def own_index(self) -> str | None:
        """Become the owner of Chroma's folder, for a process that stays (terminal UI, watcher),
        until another process asks for it.

        Returns why not, where it cannot be had; searches scan the stored vectors then.
        """
        from mem.vectors.chroma import ChromaIndex

        try:
            chroma = ChromaIndex.open(self.paths.index, self.embeddings, lend=True)
            chroma.sync()
        except VectorIndexError as error:
            return str(error)
        self.close_index()
        self._chroma = chroma
        return None

    def gave_up_index(self) -> bool:
        """Whether Chroma's folder was owned and has been given to a process that asked for it."""
        return self._chroma is not None and self._chroma.is_closed

    @contextmanager
    def chroma(self) -> Iterator[ChromaIndex]:
        """Chroma's index, this process's own or opened for the moment.

        Raises IndexOwned where another process has it, IndexDamaged.
        """
        from mem.vectors.chroma import ChromaIndex

        if self._chroma is not None:
            yield self._chroma
            return
        chroma = ChromaIndex.open(self.paths.index, self.embeddings)
        try:
            yield chroma
        finally:
            chroma.close()

    def close_index(self) -> None:
        """Let go of the loaded vectors and of Chroma."""
        index = self.__dict__.pop("index", None)
        # What was made over it (`Parts.retriever`) goes with it.
        self.__dict__.pop("retriever", None)
        if index is not None:
            self._opened.remove(index.close)
            index.close()
        elif self._chroma is not None:
            self._chroma.close()
        self._chroma = None
