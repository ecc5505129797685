"""One home's memory within a scope: what is outside is as if it were not there.

Invariant: every value that leaves here was tested against the scope; quarantined and rejected
memories never leave. A summary of more than one document leaves only where nothing is withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.consolidation.chronicle import Entry, Period, SummaryView
from mem.consolidation.reconciling.naming import entity_key
from mem.consolidation.records import EntityView, MemoryView
from mem.consolidation.views import Profile, TimelineEntry
from mem.core.memory import Memory, MemoryKind, MemoryStatus
from mem.core.query import Filters, Scope
from mem.errors import AmbiguousId, UnknownId, UnknownName
from mem.store.episodes import EpisodeRecord, EpisodeView
from mem.store.memory.entities import EntityRecord
from mem.store.scopes import Scopes

if TYPE_CHECKING:
    from mem.assistant import Assistant, DocumentView
    from mem.core.answer import Answer
    from mem.core.query import SearchResult

WITHHELD = (MemoryStatus.QUARANTINED, MemoryStatus.REJECTED)


class SharedMemory:
    """Reads of one home within `scope`. May be used by several threads."""

    def __init__(self, assistant: Assistant, scope: Scope) -> None:
        self.assistant = assistant
        self.scope = scope
        self._scopes = Scopes(assistant.store.database, scope)

    # --- questions -------------------------------------------------------------------------

    def search(self, query: str, *, limit: int, filters: Filters) -> SearchResult:
        """Ranked hits. Raises EmptyQuery."""
        within = replace(filters, scope=self.scope)
        return self.assistant.search(query, limit=limit, filters=within, sure=False)

    def ask(
        self,
        question: str,
        *,
        filters: Filters,
        llm: bool,
        on_piece: Callable[[str], None] | None = None,
    ) -> Answer:
        """A cited answer, or an abstention. `on_piece` may stop a model by raising.

        Raises EmptyQuery.
        """
        within = replace(filters, scope=self.scope)
        return self.assistant.ask(question, filters=within, llm=llm, on_piece=on_piece)

    # --- one thing by its id ---------------------------------------------------------------

    def memory(self, given: str) -> MemoryView:
        """A memory with its evidence. Raises UnknownId."""
        try:
            found = self.assistant.memories.view(given)
        except AmbiguousId as error:
            raise self._hidden(given, error) from error
        kept = self._within([found.memory])
        if not kept:
            raise UnknownId(given)
        linked = [one for one in self._within(found.linked) if one.id in _ends(kept[0])]
        names = found.entities
        if not self.scope.everything:
            told = _said([found.memory])
            names = tuple(name for name in names if name.casefold() in told)
        return replace(found, memory=kept[0], linked=tuple(linked), entities=names)

    def episode(self, given: str) -> tuple[EpisodeView, SummaryView | None] | None:
        """An episode and what sums it up; None where there is none of that id."""
        try:
            found = self.assistant.chronicle.episode(given)
        except AmbiguousId as error:
            raise self._hidden(given, error) from error
        if found is None or not self._scopes.documents([found.episode.document_id]):
            return None
        return found, self.assistant.chronicle.summary("episode", found.episode.id)

    def document(self, given: str) -> DocumentView:
        """The document of that id or uri, or that holds that passage. Raises UnknownId."""
        try:
            found = self.assistant.show(given, paths=False)
        except AmbiguousId as error:
            raise self._hidden(given, error) from error
        if not self._scopes.documents([found.document.id]):
            raise UnknownId(given)
        return found

    def holds_memory(self, given: str) -> bool:
        """Whether an id, or the beginning of one, names a memory, shared or not."""
        return self.assistant.memories.holds(given)

    def _hidden(self, given: str, error: AmbiguousId) -> UnknownId | AmbiguousId:
        """How many things share a beginning is not told where some of them may be outside."""
        return error if self.scope.everything else UnknownId(given)

    # --- lists -----------------------------------------------------------------------------

    def memories(
        self,
        *,
        limit: int,
        kind: MemoryKind | None = None,
        statuses: Sequence[MemoryStatus] | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[Memory]:
        """As `MemoryReader.list`."""
        wanted = [one for one in statuses if one not in WITHHELD] if statuses else None
        if statuses and not wanted:
            return []
        found = self.assistant.memories.list(
            limit=limit if self.scope.everything else None,
            kind=kind,
            statuses=wanted,
            as_of=as_of,
            known_at=known_at,
        )
        return self._within(found)[:limit]

    def profile(self, *, each: int) -> tuple[Profile, SummaryView | None]:
        """What is known of the user, at most `each` of a kind, and what sums it up."""
        assistant = self.assistant
        whole = self.scope.everything
        found = assistant.memories.profile(each=each if whole else None)
        sections = [(title, self._within(memories)[:each]) for title, memories in found.sections]
        kept = tuple((title, tuple(those)) for title, those in sections if those)
        summary = assistant.chronicle.summary("profile", "user") if whole else None
        return replace(found, sections=kept), summary

    def timeline(
        self, *, entity: str | None, since: datetime | None, limit: int, by: str
    ) -> list[Period]:
        """As `Chronicle.timeline`. Raises UnknownName."""
        if entity is not None:
            self.entity(entity)
        return self.assistant.chronicle.timeline(
            entity=entity,
            since=since,
            limit=limit,
            by=by,
            keep=self._entries,
            summed_up=self.scope.everything,
        )

    def _entries(self, entries: Sequence[Entry]) -> list[Entry]:
        episodes = [one for one in entries if isinstance(one, EpisodeRecord)]
        told = [one for one in entries if isinstance(one, TimelineEntry)]
        documents = self._scopes.documents({one.document_id for one in episodes})
        memories = {one.id: one for one in self._within([one.memory for one in told])}
        kept: list[Entry] = [one for one in episodes if one.document_id in documents]
        for one in told:
            memory = memories.get(one.memory.id)
            if memory is not None:
                ends = _ends(memory)
                replaced = tuple(other for other in one.replaced if other in ends)
                kept.append(replace(one, memory=memory, replaced=replaced))
        return kept

    # --- entities --------------------------------------------------------------------------

    def entities(self, *, limit: int) -> list[EntityRecord]:
        """Who and what memories mention, the most mentioned first."""
        if self.scope.everything:
            return list(self.assistant.memories.entities(limit=limit))
        mentions = self._scopes.mentions()
        records = self.assistant.memories.entities()
        kept = [
            shown
            for record in records
            if (shown := self._named(record, mentions.get(record.pk, ()))) is not None
        ]
        return sorted(kept, key=lambda one: (-one.mentions, one.name))[:limit]

    def entity(self, name: str) -> EntityView:
        """Everything about one, by any of the names that are shared. Raises UnknownName."""
        found = self.assistant.memories.entity(name)
        memories = self._within(found.memories)
        if self.scope.everything:
            return replace(found, memories=tuple(memories))
        shown = self._named(found.entity, [one.id for one in memories])
        names = {entity_key(one) for one in (shown.name, *shown.aliases)} if shown else set()
        if shown is None or entity_key(name) not in names:
            raise UnknownName(name)
        return EntityView(shown, tuple(memories))

    def _named(self, record: EntityRecord, ids: Sequence[str]) -> EntityRecord | None:
        """An entity by the names that the memories of those ids say; None where they say none."""
        memories = [one for one in self.assistant.memories.several(ids) if one is not None]
        told = _said(memories)
        names = [one for one in (record.name, *record.aliases) if one.casefold() in told]
        if not names:
            return None
        first, *others = names
        return replace(record, name=first, aliases=tuple(others), mentions=len(memories))

    # --- what is shared at all -------------------------------------------------------------

    def _within(self, memories: Sequence[Memory]) -> list[Memory]:
        """Those that are shared, with the links whose other end is."""
        ids = {one.id for one in memories}
        for one in memories:
            ids |= _ends(one)
        shared = self._scopes.memories(ids)
        return [
            replace(
                one,
                links=tuple(
                    link for link in one.links if link.source in shared and link.target in shared
                ),
            )
            for one in memories
            if one.id in shared and one.status not in WITHHELD
        ]


def _ends(memory: Memory) -> set[str]:
    """The ids at the ends of a memory's links."""
    return {end for link in memory.links for end in (link.source, link.target)}


def _said(memories: Sequence[Memory]) -> str:
    """What memories say and quote, folded for comparing."""
    return "\n".join(
        text
        for one in memories
        for text in (one.text, one.subject, one.object, *(part.quote for part in one.evidence))
    ).casefold()
