"""Forgetting: a plan says what would be destroyed, and only a plan is carried out.

Making a plan writes nothing, and what was asked for is kept in the plan alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mem.consolidation.reconciling.naming import entity_key, find
from mem.consolidation.reconciling.normal import name_key
from mem.consolidation.reconciling.settling import Settler
from mem.core.chunk import Chunk
from mem.core.clock import Clock
from mem.core.files import expanded
from mem.core.memory import Memory
from mem.core.mentions import Mentions, Span
from mem.errors import AmbiguousId, EmptyQuery, UnknownName, UnknownSource
from mem.settings.paths import Paths
from mem.store.documents import DocumentRecord
from mem.store.erasing.erase import Receipt, erase
from mem.store.erasing.named import Named, add_entity, chunks_by_key, count_within_words, find_named
from mem.store.erasing.passages import cascade_of, erase_named
from mem.store.memory.changes import Changes
from mem.store.memory.entities import Entities
from mem.store.memory.memories import Memories
from mem.store.store import SourceRecord, Store

_BLOCK = 1 << 20
_WORDLESS = {".gguf", ".onnx", ".lock", ".wanted"}


@dataclass(frozen=True, slots=True)
class ForgetPlan:
    """What a forgetting would destroy."""

    documents: tuple[DocumentRecord, ...]
    chunks: int
    source: SourceRecord | None = None
    named: NamedPlan | None = None

    @property
    def empty(self) -> bool:
        """Whether something was looked for by name and nothing was found."""
        return self.named is not None and not (
            self.documents or self.named.passages or self.named.labelled or self.named.draws
        )


@dataclass(frozen=True, slots=True)
class NamedPlan:
    """What of a plan goes because it names something: passages of documents that stay, memories.

    `within_words` counts passages that hold a name only within a longer word; those stay.
    """

    found: Named
    mentions: Mentions
    passages: tuple[Passage, ...]
    memories: tuple[Memory, ...]
    within_words: int

    @property
    def draws(self) -> bool:
        """Whether memories go, be it only some whose making was taken back."""
        return bool(self.memories or self.found.memories)

    @property
    def labelled(self) -> int:
        """How many documents have a title, tag or link that names it."""
        return len(self.found.labelled)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that goes, and its document; `spans` of its text name what is forgotten."""

    chunk: Chunk
    document: DocumentRecord
    spans: tuple[Span, ...]


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

        Raises UnknownSource, AmbiguousId.
        """
        source = self._source(given)
        ids = self._store.documents.of_source(source.id)
        records = [record for one in ids if (record := self._store.documents.get(one))]
        return _plan(records, source)

    def of_text(self, text: str) -> ForgetPlan:
        """Every passage that names `text` (whole words, in any case), and what came of it.

        Raises EmptyQuery where the text holds no letter or digit.
        """
        mentions = Mentions([text])
        if not mentions.names:
            raise EmptyQuery
        return self._of_named(find_named(self._store.database, mentions), mentions)

    def of_entity(self, name: str) -> ForgetPlan:
        """The memories about an entity, their passages, and every passage that names it.

        It is found by any of its names; one that is another entity's name too is not looked for.
        Raises EmptyQuery, UnknownName.
        """
        entities = Entities(self._store.database)
        if not name_key(name):
            raise EmptyQuery
        record = find(entities, name)
        if record is None:
            raise UnknownName(name)
        names = [
            one
            for one in (record.name, *record.aliases)
            if entity_key(one) == entity_key(name)
            or entities.is_only_of(entity_key(one), record.pk)
        ]
        mentions = Mentions([*names, name])
        found = find_named(self._store.database, mentions)
        add_entity(self._store.database, found, record.pk)
        return self._of_named(found, mentions)

    def _of_named(self, found: Named, mentions: Mentions) -> ForgetPlan:
        database = self._store.database
        cascade = cascade_of(database, found)
        by_id = {one: self._store.documents.get(one) for one in cascade.documents}
        whole = [record for record in by_id.values() if record is not None]
        chunks = chunks_by_key(database.connection, cascade.passages)
        passages = [
            Passage(chunk, record, tuple(cascade.passages[pk]))
            for pk, chunk in chunks.items()
            if (record := self._store.documents.get(chunk.document_id)) is not None
        ]
        passages.sort(key=lambda one: (one.document.uri, one.chunk.seq))
        stored = Memories(database, self._clock.now).by_pks(cascade.memories)
        named = NamedPlan(
            found,
            mentions,
            tuple(passages),
            tuple(stored[pk].memory for pk in sorted(stored)),
            count_within_words(database, found, mentions),
        )
        inside = sum(one.document.id not in by_id for one in passages)
        return ForgetPlan(tuple(whole), sum(one.chunks for one in whole) + inside, named=named)

    def _source(self, given: str) -> SourceRecord:
        from mem.sources.folders import file_uri

        wanted = {given, file_uri(expanded(given).resolve())} if given.strip() else set()
        found = [
            source
            for source in self._store.sources()
            if source.uri in wanted or (len(given) > 1 and source.id.startswith(given))
        ]
        if not found:
            raise UnknownSource(given)
        if len(found) > 1:
            raise AmbiguousId(given, len(found))
        return found[0]

    def destroy(self, plan: ForgetPlan) -> Receipt:
        """Destroy what the plan names, everywhere, copies and the index's folder included.

        Raises StoreLocked, StoreFull, IndexOwned (before anything is destroyed), and
        ForgettingUnfinished where only their bytes could not be removed yet.
        """
        from mem.vectors.erasing import erased

        with erased(self._paths.index):
            if plan.named is None:
                return self._destroy_documents(plan)
            receipt = self._destroy_named(plan.named)
        names = plan.named.mentions.names
        left = sum(files_with(one, names) for one in (self._paths.data, self._paths.cache))
        left += self._paths.config_file.is_file() and _holds(self._paths.config_file, _forms(names))
        return replace(receipt, found_after=left)

    def _destroy_documents(self, plan: ForgetPlan) -> Receipt:
        return erase(
            self._store.database,
            [record.id for record in plan.documents],
            backups=self._paths.backups,
            actor="user",
            at=self._clock.utc(),
            resettle=self._settler.settle_left,
            source=plan.source.id if plan.source else None,
        )

    def _destroy_named(self, named: NamedPlan) -> Receipt:
        return erase_named(
            self._store.database,
            named.found,
            named.mentions,
            backups=self._paths.backups,
            actor="user",
            at=self._clock.utc(),
            resettle=self._settler.settle_left,
        )

    @property
    def _settler(self) -> Settler:
        database = self._store.database
        changes = Changes(database, self._clock.utc)
        return Settler(changes, Memories(database, self._clock.now), self._clock.utc)


def files_with(folder: Path, names: Sequence[str]) -> int:
    """How many files below `folder` hold the bytes of a name as given, in lower or upper case.

    Model and lock files are no place for words and are left unread; one that cannot be read is
    counted.
    """
    wanted = _forms(names)
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix not in _WORDLESS)
    return sum(_holds(one, wanted) for one in files)


def _forms(names: Sequence[str]) -> set[bytes]:
    """The bytes of names, as they are compared with bytes in lower case."""
    cased = (form for name in names for form in (name, name.lower(), name.upper()))
    return {form.encode().lower() for form in cased}


def _holds(path: Path, wanted: Iterable[bytes]) -> bool:
    longest = max(map(len, wanted), default=1)
    kept = b""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                kept = kept[-longest:] + block.lower()
                if any(one in kept for one in wanted):
                    return True
    except FileNotFoundError:
        # Another process has removed it meanwhile.
        return False
    except OSError:
        return True
    return False


def _plan(records: Iterable[DocumentRecord], source: SourceRecord | None) -> ForgetPlan:
    unique = {record.id: record for record in records}
    return ForgetPlan(
        tuple(unique.values()), sum(record.chunks for record in unique.values()), source
    )
