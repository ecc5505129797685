"""What is in a home, whether it is sound, and what can be made anew from its store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mem.errors import IndexOwned, VectorIndexError
from mem.parts import Parts
from mem.store.restored import last_backup
from mem.store.verify import Finding, rebuild_full_text, verify

_EMBED_STEP = 1024


@dataclass(frozen=True, slots=True)
class Stats:
    """The size and state of a store; times are ISO 8601."""

    documents: dict[str, int]
    gone: int
    chunks: int
    vectors: int
    pending_vectors: int
    sources: int
    database_bytes: int
    index_bytes: int
    index_state: str
    model: str
    oldest: str | None
    newest: str | None
    last_backup: str | None


class Upkeep(Parts):
    """The part of the façade that looks after the store and what is derived from it."""

    def stats(self) -> Stats:
        """Sizes and states."""
        from mem.vectors.report import describe_folder

        oldest, newest = self.store.chunks.said_between()
        index_state, index_bytes = describe_folder(self.paths.index, self.embeddings)
        return Stats(
            documents=self.store.documents.counts(),
            gone=self.store.documents.gone_count(),
            chunks=self.store.chunks.count(),
            vectors=self.embeddings.count(),
            pending_vectors=self.embeddings.pending_count(),
            sources=len(self.store.sources()),
            database_bytes=self.paths.database.stat().st_size,
            index_bytes=index_bytes,
            index_state=index_state,
            model=self.embedder.fingerprint,
            oldest=oldest,
            newest=newest,
            last_backup=last_backup(self.store.database),
        )

    def doctor(self, *, thorough: bool = True) -> list[Finding]:
        """Everything that is not as it should be; an index that is only behind follows first.

        Raises StoreDamaged.
        """
        findings = verify(self.store.database, thorough=thorough)
        pending = self.embeddings.pending_count()
        if pending:
            findings.append(
                Finding("vectors", f"{pending} chunks have no vector yet", "mem doctor --embed")
            )
        return findings + self._index_findings()

    def _index_findings(self) -> list[Finding]:
        from mem.vectors.report import describe_folder

        state, _ = describe_folder(self.paths.index, self.embeddings)
        if state == "absent":
            return []
        try:
            with self.chroma() as chroma:
                if state == "behind":  # `mem add` leaves following to whoever comes next
                    chroma.sync()
                problems = chroma.verify()
        except IndexOwned:
            return []
        except VectorIndexError as error:
            problems = [str(error)]
        return [Finding("index", problem, "mem doctor --rebuild-index") for problem in problems]

    def embed_pending(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Embed chunks that have no vector of the model in use; returns how many."""
        from mem.store.embeddings import put_vectors

        total, done = self.embeddings.pending_count(), 0
        while pending := self.embeddings.pending(limit=_EMBED_STEP):
            vectors = self.embedder.embed([chunk.embedded_text for _, chunk in pending])
            by_key = {key: vector for (key, _), vector in zip(pending, vectors, strict=True)}
            with self.store.database.transaction() as connection:
                put_vectors(connection, self.embeddings.fingerprint, by_key)
            done += len(pending)
            if on_progress is not None:
                on_progress(done, total)
        return done

    def rebuild_index(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make Chroma's folder anew from the stored vectors; returns how many it holds.

        Raises IndexOwned where its owner does not give it up.
        """
        from mem.vectors.chroma import ChromaIndex
        from mem.vectors.owner import PATIENCE_S

        self.close_index()
        folder, stored = self.paths.index, self.embeddings
        chroma = ChromaIndex.open(folder, stored, discard=True, wait_seconds=PATIENCE_S)
        try:
            chroma.sync(on_progress)
            return chroma.count()
        finally:
            chroma.close()

    def rebuild_text(self) -> None:
        """Make the word index anew from the chunks."""
        rebuild_full_text(self.store.database)
