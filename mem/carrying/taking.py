"""A bundle of memories is merged into a home: all of it in one transaction, or nothing.

A memory is taken in only where its quote stands in a document of this home, which may have come
with it. What becomes of it then is decided as for any other statement.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mem.assistant import Assistant
from mem.carrying.arriving import CARRIED_SOURCE, Arrivals, Arriving
from mem.carrying.bundle import (
    BundledLink,
    BundledMemory,
    CarriedDocument,
    Quote,
    read,
)
from mem.consolidation.absorbing import CarriedLink, CarriedMemory, MergeReport
from mem.consolidation.reconciling.admission import gives_orders
from mem.consolidation.reconciling.book import NewStatement
from mem.core.chunk import Chunk
from mem.core.document import SaidAtOrigin
from mem.core.ids import source_id
from mem.core.memory import Evidence, Trust
from mem.ingest.ledger import Ledger
from mem.store.journal import write_entry
from mem.store.memory.rows import EvidenceRow

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

OnProgress = Callable[[int, int], None]
NO_QUOTE = "its quote does not stand in its source here"
NO_PASSAGE = "it names no passage of its own document"
FORGOTTEN = "forgotten"
_TOGETHER = 256  # passages that are embedded together


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a bundle: its documents, and its memories."""

    documents: Ledger
    memories: MergeReport


class _DryRun(Exception):
    """Raised inside the transaction of a dry run to leave no trace of it."""


@dataclass(slots=True)
class _Bundle:
    """What of a bundle is kept in mind while its documents are gone through."""

    memories: list[BundledMemory]
    links: list[BundledLink]
    names: list[tuple[str, ...]]
    documents: int


def take_in(
    assistant: Assistant,
    path: Path,
    *,
    dry_run: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> TakenIn:
    """Merge the bundle at `path`. A dry run says what would happen and changes nothing.

    Raises PathMissing, FileUnreadable, BundleDamaged, BundleTooNew, StoreLocked, StoreFull.
    """
    begun = time.perf_counter()
    bundle = _looked_through(path)
    arrivals = Arrivals(assistant)
    ledger, report = Ledger(), MergeReport()
    vectors, standing = _embedded(path, arrivals, bundle, on_progress)
    memories = [_cleaned(one, arrivals) for one in bundle.memories]
    assistant.memories.prepare([one.candidate.text for one in memories])
    try:
        with assistant.store.database.transaction() as connection:
            places = _Places(assistant)
            for document in _documents(path):
                one = arrivals.prepared(document)
                arrivals.write(connection, one, vectors, ledger)
                places.note(one)
            carried = [
                found
                for memory in memories
                if (found := _located(memory, places, standing, report)) is not None
            ]
            places.draw_again(connection)
            links = [CarriedLink(o.source, o.target, o.relation, o.weight) for o in bundle.links]
            names = [arrivals.names(several) for several in bundle.names]
            assistant.memories.absorb(carried, links, names, report)
            if ledger.changed:
                _note_import(connection, ledger, assistant.clock.utc())
            if dry_run:
                raise _DryRun
    except _DryRun:
        report.change = None
        assistant.memories.drop_prepared()
    except BaseException:
        assistant.memories.drop_prepared()
        raise
    else:
        assistant.memories.embed_pending()
    ledger.elapsed_ms = (time.perf_counter() - begun) * 1000
    return TakenIn(ledger, report)


def _note_import(connection: sqlite3.Connection, ledger: Ledger, at: datetime) -> None:
    write_entry(
        connection,
        at=at,
        actor="import",
        action="import",
        subject=source_id(CARRIED_SOURCE),
        detail={"added": ledger.added, "updated": ledger.updated},
    )


def _looked_through(path: Path) -> _Bundle:
    """All of a bundle but its documents, after every line of it was checked."""
    bundle = _Bundle([], [], [], 0)
    for item in read(path):
        if isinstance(item, BundledMemory):
            bundle.memories.append(item)
        elif isinstance(item, BundledLink):
            bundle.links.append(item)
        elif isinstance(item, CarriedDocument):
            bundle.documents += 1
        else:
            bundle.names.append(item)
    return bundle


def _documents(path: Path) -> Iterator[CarriedDocument]:
    return (item for item in read(path) if isinstance(item, CarriedDocument))


def _embedded(
    path: Path, arrivals: Arrivals, bundle: _Bundle, on_progress: OnProgress
) -> tuple[dict[str, Vectors], set[Quote]]:
    """Vectors of what is to be written, made before anyone has to wait for this process; and the
    quotes that stand in the passages that they name.
    """
    quotes: dict[str, list[Quote]] = defaultdict(list)
    for memory in bundle.memories:
        for quote in memory.quotes:
            quotes[quote.uri].append(quote)
    vectors: dict[str, Vectors] = {}
    standing: set[Quote] = set()
    waiting: list[Arriving] = []
    for done, document in enumerate(_documents(path), start=1):
        waiting.append(arrivals.prepared(document))
        if sum(len(one.chunks) for one in waiting) >= _TOGETHER or done == bundle.documents:
            vectors |= arrivals.vectors(waiting)
            waiting.clear()
        texts = [one.chunk.text for one in document.passages]
        standing.update(one for one in quotes[document.head.uri] if _stands(one, texts))
        on_progress(done, bundle.documents)
    return vectors, standing


def _stands(quote: Quote, texts: Sequence[str]) -> bool:
    if not 0 <= quote.passage < len(texts) or not 0 <= quote.start < quote.end:
        return False
    return texts[quote.passage][quote.start : quote.end] == quote.quote


def _cleaned(memory: BundledMemory, arrivals: Arrivals) -> BundledMemory:
    """The memory without secrets."""
    candidate = memory.candidate
    changed = replace(
        candidate,
        text=arrivals.clean(candidate.text),
        subject=arrivals.clean(candidate.subject),
        predicate=arrivals.clean(candidate.predicate),
        object=arrivals.clean(candidate.object),
        entities=arrivals.names(map(arrivals.clean, candidate.entities)),
    )
    return replace(memory, candidate=changed)


class _Places:
    """Where passages of the bundle stand in this store."""

    def __init__(self, assistant: Assistant) -> None:
        self._chunks = assistant.store.chunks
        self._ids: dict[str, tuple[str, ...]] = {}
        self._identities: dict[str, str] = {}
        self._left_out: set[str] = set()
        self._undated: set[str] = set()
        self._again: set[int] = set()

    def note(self, one: Arriving) -> None:
        """Remember what a document's passages are called here."""
        self._ids[one.head.uri] = one.ids
        self._identities[one.head.uri] = one.identity
        self._left_out |= one.left_out
        if one.head.said_at_origin is SaidAtOrigin.FILE_TIME:
            self._undated.add(one.head.uri)

    def is_dated(self, quote: Quote) -> bool:
        """Whether more than a file's time is known of when a quote was said."""
        return quote.uri not in self._undated

    def is_forgotten(self, quote: Quote) -> bool:
        """Whether the passage that a quote of the bundle stands in is forgotten here."""
        ids = self._ids.get(quote.uri)
        return ids is not None and ids[quote.passage] in self._left_out

    def again(self, found: Iterable[tuple[int, Chunk, int]]) -> None:
        """What else these passages say is to be drawn from them here."""
        self._again.update(pk for pk, _, _ in found)

    def draw_again(self, connection: sqlite3.Connection) -> None:
        """Have extraction go through those passages, in the caller's transaction."""
        connection.executemany(
            "DELETE FROM extraction WHERE chunk_pk = ?", [(pk,) for pk in sorted(self._again)]
        )

    def find(self, quote: Quote) -> tuple[int, Chunk, int] | None:
        """(key, chunk, start) of where the words of a quote stand; None where they do not."""
        words = quote.quote
        if quote.uri not in self._ids:
            return None
        own = self._chunks.keys_of([self._ids[quote.uri][quote.passage]])
        for pk, stored in self._chunks.by_keys(own.values()).items():
            start = _find(words, stored.chunk.text, quote.start)
            if start >= 0:
                return pk, stored.chunk, start
        # The note says it elsewhere, or this store has cut it otherwise.
        chunks = self._chunks.of_document(self._identities[quote.uri])
        for chunk in chunks:
            start = _find(words, chunk.text, quote.start)
            if start >= 0:
                return self._chunks.keys_of([chunk.id])[chunk.id], chunk, start
        return None


def _find(words: str, text: str, near: int) -> int:
    return near if text.startswith(words, near) else text.find(words)


def _located(
    memory: BundledMemory, places: _Places, standing: set[Quote], report: MergeReport
) -> CarriedMemory | None:
    """The memory with its evidence in this store; None, and counted, where it has none."""
    quotes = [one for one in memory.quotes if one in standing]
    places_of = [(one, found) for one in quotes if (found := places.find(one)) is not None]
    if not places_of or any(map(places.is_forgotten, quotes)):
        report.seen += 1
        report.refused[_why_none(quotes, places)] += 1
        places.again(found for _, found in places_of)
        return None
    rows = [
        replace(_row(quote, *found), dated=places.is_dated(quote)) for quote, found in places_of
    ]
    evidence = tuple(
        Evidence(chunk.id, start, start + len(quote.quote), quote.quote)
        for quote, (_, chunk, start) in places_of
    )
    trust = min(memory.candidate.trust, max(row.trust for row in rows))
    if any(gives_orders(text) for text in (memory.candidate.text, *(one.quote for one in quotes))):
        # Who typed it is told by the file alone: such a text waits for review.
        trust = min(trust, Trust.OWN_NOTE)
    dated = rows[0].dated
    candidate = replace(memory.candidate, evidence=evidence, trust=trust, dated=dated)
    return CarriedMemory(
        id=memory.id,
        statement=NewStatement(candidate, tuple(rows)),
        status=memory.status,
        closed=memory.closed,
        pinned=memory.pinned,
    )


def _row(quote: Quote, pk: int, chunk: Chunk, start: int) -> EvidenceRow:
    return EvidenceRow(
        pk=0,
        memory_pk=0,
        chunk_pk=pk,
        start=start,
        end=start + len(quote.quote),
        said_at=quote.said_at,
        valid_from=quote.valid_from,
        valid_to=quote.valid_to,
        trust=quote.trust,
        document_id=chunk.document_id,
        seq=chunk.seq,
    )


def _why_none(quotes: Sequence[Quote], places: _Places) -> str:
    if not quotes:
        return NO_PASSAGE
    return FORGOTTEN if any(map(places.is_forgotten, quotes)) else NO_QUOTE


def shown(refused: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons and counts, the most frequent first."""
    return sorted(refused.items(), key=lambda one: (-one[1], one[0]))
