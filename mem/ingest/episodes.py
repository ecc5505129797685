"""Documents to episodes: what was taken in, or has changed, is cut into runs about one thing.

One transaction a document, so that the work stops and goes on anywhere; doing it twice changes
nothing. Of a document that has grown only the end is cut anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mem.core.ids import episode_id
from mem.ingest.segmentation import REACH, Segmenter, Turn
from mem.ingest.titles import Vocabulary, title_of
from mem.store.chunks import StoredChunk, changed_since
from mem.store.database import Database
from mem.store.embeddings import Embeddings
from mem.store.episodes import Episodes, NewEpisode, PendingDocument
from mem.store.fulltext import Fulltext

if TYPE_CHECKING:
    from mem.core.protocols import Vectors


@dataclass(slots=True)
class EpisodeReport:
    """What a run did. `waiting` documents have chunks without a vector of the model in use."""

    documents: int = 0
    added: int = 0
    removed: int = 0
    waiting: int = 0


class EpisodeCutter:
    """Keeps the episodes of one store in step with its documents."""

    def __init__(self, database: Database, embeddings: Embeddings, embedder: str) -> None:
        """`embedder` is the fingerprint of the model in use. Raises ModelFileMissing."""
        self._database = database
        self._embeddings = embeddings
        self._episodes = Episodes(database)
        self._segmenter = Segmenter(embedder)

    @property
    def fingerprint(self) -> str:
        return self._segmenter.fingerprint

    def run(self, on_progress: Callable[[int, int], None] | None = None) -> EpisodeReport:
        """Cut every document that waits. Raises StoreLocked, StoreFull."""
        report = EpisodeReport()
        pending = self._episodes.pending_documents(self.fingerprint)
        fulltext = Fulltext(self._database)
        chunks = self._embeddings.count()
        words = Vocabulary(fulltext.stems, fulltext.frequencies, chunks)
        try:
            for done, document in enumerate(pending, 1):
                self._cut(document, words, report)
                if on_progress is not None:
                    on_progress(done, len(pending))
        finally:
            fulltext.close()
        return report

    def _cut(self, document: PendingDocument, words: Vocabulary, report: EpisodeReport) -> None:
        since = self._since(document)
        context = self._episodes.spoken(document.id, max(0, since - 2 * REACH))
        vectors = self._embeddings.vectors([stored.pk for stored in context])
        if len(vectors) < len(context):
            report.waiting += 1
            return
        new = self._made(document, context, vectors, since, words)
        with self._database.transaction() as connection:
            if changed_since(connection, context):
                # What was read is there no longer; the document waits for the next run.
                return
            added, removed = self._episodes.replace(
                connection, document, new, since_seq=since, fingerprint=self.fingerprint
            )
        report.documents += 1
        report.added += added
        report.removed += removed

    def _since(self, document: PendingDocument) -> int:
        """The seq from which a document is cut: the beginning of the last episode that stays."""
        if not document.current or document.kind == "note":
            return 0
        sound = self._episodes.sound_until(document.id)
        since = 0
        for record in self._episodes.of_document(document.id):
            if record.last_seq + REACH >= sound:
                break
            since = record.last_seq + 1
        return since

    def _made(
        self,
        document: PendingDocument,
        context: Sequence[StoredChunk],
        vectors: Mapping[int, Vectors],
        since: int,
        words: Vocabulary,
    ) -> list[NewEpisode]:
        import numpy as np

        if not context:
            return []
        note = document.kind == "note"
        turns = [_turn(stored, note=note) for stored in context]
        rows = np.stack([vectors[stored.pk] for stored in context])
        first = next(
            (at for at, stored in enumerate(context) if stored.chunk.seq >= since), len(context)
        )
        starts = self._segmenter.starts(turns, rows, first)
        ends = [*starts[1:], len(context)]
        return [
            self._episode(document, context[start:end], rows[start:end], words, note=note)
            for start, end in zip(starts, ends, strict=True)
        ]

    def _episode(
        self,
        document: PendingDocument,
        chunks: Sequence[StoredChunk],
        rows: Vectors,
        words: Vocabulary,
        *,
        note: bool,
    ) -> NewEpisode:
        own = [stored.chunk for stored in chunks]
        title = title_of(own, document.title, words, note=note, central=_central(rows))
        return NewEpisode(
            episode_id(document.id, [chunk.id for chunk in own]), title, tuple(chunks)
        )


def _turn(stored: StoredChunk, *, note: bool) -> Turn:
    chunk = stored.chunk
    return Turn(
        chunk.text,
        role=chunk.role,
        said_at=chunk.said_at,
        session=chunk.session_id,
        message=chunk.message_id,
        section=_section(chunk.context) if note else None,
    )


def _central(rows: Vectors) -> list[float]:
    """How near each unit row is to the middle of all, in [0, 1]."""
    import numpy as np

    middle = rows.sum(axis=0)
    length = float(np.linalg.norm(middle)) or 1.0
    near: list[float] = np.clip(rows @ middle / length, 0.0, 1.0).tolist()
    return near


def _section(context: str) -> str:
    """The outermost heading under a note's title: deeper ones are parts of one thing."""
    return " > ".join(context.split(" > ")[:2])
