"""What an assistant is made of: the one place where the layers are wired together.

Heavy parts are made when they are first used, and released by `close`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from mem.core.clock import Clock
from mem.core.protocols import Embedder, Parser
from mem.errors import VectorIndexError
from mem.settings.config import Settings
from mem.settings.paths import Paths
from mem.store.store import Store

if TYPE_CHECKING:
    from mem.retrieval.retriever import Retriever
    from mem.store.embeddings import Embeddings
    from mem.vectors.choice import AutoIndex
    from mem.vectors.chroma import ChromaIndex


class Parts:
    """The store, the model, the indexes and the retriever of one home."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        clock: Clock,
        *,
        embedder: Embedder | None = None,
    ) -> None:
        self.paths = paths
        self.settings = settings
        self.clock = clock
        self._given_embedder = embedder
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
        if not self.paths.database.exists():
            self.paths.create()
        read_only = self.paths.database.exists() and not os.access(self.paths.database, os.W_OK)
        store = Store.open(self.paths.database, self.paths.backups, read_only=read_only)
        self._opened.append(store.close)
        return store

    @cached_property
    def embedder(self) -> Embedder:
        """The bundled model."""
        if self._given_embedder is not None:
            return self._given_embedder
        from mem.inference.embedder import OnnxEmbedder

        return OnnxEmbedder()

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
        """Become the owner of Chroma's folder, for a process that stays (terminal UI, watcher).

        Returns why not, where it cannot be had; searches scan the stored vectors then.
        """
        from mem.vectors.chroma import ChromaIndex

        try:
            chroma = ChromaIndex.open(self.paths.index, self.embeddings)
            chroma.sync()
        except VectorIndexError as error:
            return str(error)
        self.close_index()
        self._chroma = chroma
        return None

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
        )

    def parsers(self) -> Sequence[Parser]:
        """Everything that can be taken in."""
        from mem.sources.builtin import parsers

        return parsers()

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
        self.__dict__.pop("retriever", None)
        if index is not None:
            self._opened.remove(index.close)
            index.close()
        elif self._chroma is not None:
            self._chroma.close()
        self._chroma = None
