"""What the keeper hands out to be shown: memories with what a person needs to judge them."""

from __future__ import annotations

from dataclasses import dataclass

from mem.core.document import SaidAtOrigin
from mem.core.memory import Memory
from mem.store.memory.entities import EntityRecord
from mem.store.memory.rows import EvidencePlace


@dataclass(frozen=True, slots=True)
class MemoryView:
    """A memory with its evidence in context, and what its links lead to."""

    memory: Memory
    places: tuple[EvidencePlace, ...]
    linked: tuple[Memory, ...]
    entities: tuple[str, ...]

    @property
    def of_file(self) -> bool:
        """Whether since when it holds is told by nothing but the time of a file."""
        memory, origins = self.memory, {place.said_at_origin for place in self.places}
        begun = memory.happened_from or memory.valid_from
        return origins == {SaidAtOrigin.FILE_TIME} and begun == memory.said_at


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something to decide: `reason` is proposed, quarantined or conflict; `against` what with."""

    memory: Memory
    reason: str
    against: tuple[Memory, ...]
    places: tuple[EvidencePlace, ...]


@dataclass(frozen=True, slots=True)
class EntityView:
    """Everything about one entity, oldest first."""

    entity: EntityRecord
    memories: tuple[Memory, ...]
