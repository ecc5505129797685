"""Forgetting: a plan says what would be destroyed, and only a plan is carried out.

Making a plan writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mem.core.clock import Clock
from mem.errors import AmbiguousId, UnknownId
from mem.settings.paths import Paths
from mem.store.documents import DocumentRecord
from mem.store.erase import Receipt, erase
from mem.store.store import SourceRecord, Store


@dataclass(frozen=True, slots=True)
class ForgetPlan:
    """What a forgetting would destroy."""

    documents: tuple[DocumentRecord, ...]
    chunks: int
    source: SourceRecord | None = None


class Forgetter:
    """Plans and carries out what destroys."""

    def __init__(self, store: Store, paths: Paths, clock: Clock) -> None:
        self._store = store
        self._paths = paths
        self._clock = clock

    def of_documents(self, records: Iterable[DocumentRecord]) -> ForgetPlan:
        """Those documents, each once."""
        return _plan(records, None)

    def of_source(self, given: str) -> ForgetPlan:
        """Everything that only the source of that id, uri or path supplies.

        Raises UnknownId, AmbiguousId.
        """
        source = self._source(given)
        ids = self._store.documents.of_source(source.id)
        records = [record for one in ids if (record := self._store.documents.get(one))]
        return _plan(records, source)

    def _source(self, given: str) -> SourceRecord:
        from mem.sources.folders import file_uri

        wanted = {given, file_uri(Path(given).expanduser().resolve())} if given.strip() else set()
        found = [
            source
            for source in self._store.sources()
            if source.uri in wanted or (len(given) > 1 and source.id.startswith(given))
        ]
        if not found:
            raise UnknownId(given)
        if len(found) > 1:
            raise AmbiguousId(given, len(found))
        return found[0]

    def destroy(self, plan: ForgetPlan) -> Receipt:
        """Destroy what the plan names, everywhere, copies and the index's folder included.

        Raises StoreLocked, StoreFull, IndexOwned (before anything is destroyed).
        """
        from mem.vectors.chroma import erase as erase_index

        erase_index(self._paths.index)
        return erase(
            self._store.database,
            [record.id for record in plan.documents],
            backups=self._paths.backups,
            actor="user",
            at=self._clock.utc(),
            source=plan.source.id if plan.source else None,
        )


def _plan(records: Iterable[DocumentRecord], source: SourceRecord | None) -> ForgetPlan:
    unique = {record.id: record for record in records}
    return ForgetPlan(
        tuple(unique.values()), sum(record.chunks for record in unique.values()), source
    )
