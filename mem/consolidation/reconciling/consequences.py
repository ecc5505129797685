"""Which memories a statement ends, takes up again or replaces, and by which ones it is itself.

Read from the store in both directions, so that the order of arrival makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from mem.consolidation.reconciling.endings import Effect, effects_of, key_of
from mem.consolidation.reconciling.frames import who
from mem.consolidation.reconciling.normal import subject_key, value_of
from mem.core.memory import Candidate, Memory, MemoryStatus
from mem.extraction.vocabulary.words import lemma, third_person
from mem.store.memory.memories import Memories
from mem.store.memory.rows import StoredMemory

#: A memory that is touched, and the value that the other statement gives in its history.
Touched = tuple[StoredMemory, str]

_ANYONE = "*"
_BE = re.compile(r"\b(is|are|has been|have been)\b(?! no longer)")


class Consequences:
    """Looks up what statements do to each other; `settled` are the states that take part."""

    def __init__(self, memories: Memories, settled: tuple[MemoryStatus, ...]) -> None:
        self._memories = memories
        self._settled = settled
        self._last = 0
        self._effects: dict[str, list[tuple[int, Effect]]] = {}

    def touched_by(self, one: Candidate | Memory, slot: str) -> tuple[list[Touched], list[Touched]]:
        """What a statement of that slot ends, takes up again or replaces of what was so: in whose
        histories it stands, and what is over beside that.

        One memory of each history; where something is taken up again or replaced, only one.
        """
        moment = moment_of(one)
        if moment is None:
            return [], []
        effects = effects_of(one)
        beside = any(effect.instead_of for effect in effects)
        found: dict[str, Touched] = {}
        for effect in effects:
            those = [
                other
                for other in self._named(effect)
                if other.slot not in found
                and not (beside and other.slot == slot)
                and effect.touches(other.memory)
                and _held(other.memory, moment, effect)
            ]
            those.sort(key=lambda other: (_began(other.memory), -other.pk), reverse=True)
            for other in those if effect.becomes is None else those[:1]:
                found.setdefault(other.slot, (other, _given(effect, other.value)))
        touched = list(found.values())
        return ([], touched) if beside else (touched, [])

    def _named(self, effect: Effect) -> Iterable[StoredMemory]:
        if effect.things and not effect.instead_of:
            return self._memories.lasting_that_say(effect.things, self._settled)
        families = effect.families | ({effect.verb} if effect.verb else set())
        return self._memories.lasting_about(effect.subjects, self._settled) if families else ()

    def touching(self, candidate: Candidate, value: str) -> list[tuple[StoredMemory, str, bool]]:
        """What was told of before and ends, takes up again or replaces what a candidate says, and
        whether it does so beside what it says itself.
        """
        self._read_on()
        subject = subject_key(who(candidate.subject))
        keys = {subject, subject.partition("'s ")[0], _ANYONE}
        begun = candidate.valid_from or candidate.said_at or datetime.min
        pks = {
            pk
            for key in keys
            for pk, effect in self._effects.get(key, ())
            if effect.touches(candidate)
        }
        found: list[tuple[StoredMemory, str, bool]] = []
        for other in self._memories.by_pks(pks).values():
            moment = moment_of(other.memory)
            if moment is None or other.memory.status not in self._settled or not other.slot:
                continue
            for effect in effects_of(other.memory):
                if effect.touches(candidate) and begun <= moment:
                    found.append((other, _given(effect, value), effect.instead_of))
                    break
        return found

    def _read_on(self) -> None:
        """Note what has been stored since, in this process or another."""
        for one in self._memories.telling_ends(self._last):
            self._last = max(self._last, one.pk)
            for effect in effects_of(one.memory):
                for subject in effect.subjects or {_ANYONE}:
                    self._effects.setdefault(subject, []).append((one.pk, effect))


def moment_of(one: Candidate | Memory) -> datetime | None:
    """When what a statement does takes place."""
    return one.happened_from or one.valid_from or one.said_at


def _began(memory: Memory) -> datetime:
    return memory.valid_from or memory.said_at or datetime.min


def _held(memory: Memory, moment: datetime, effect: Effect) -> bool:
    """Whether it was so when it ended; what is taken up again was so at any time before."""
    if _began(memory) > moment:
        return False
    return effect.becomes == "" or memory.valid_to is None or memory.valid_to > moment


def _given(effect: Effect, value: str) -> str:
    if effect.becomes is None:
        return f"-{value[1:]}"
    return f"+{value[1:]}" if not effect.becomes else f"+{value_of(key_of(effect.becomes))}"


def denial_of(memory: Candidate | Memory) -> str:
    """The text of a memory as what is so no longer."""
    told = _BE.sub(r"\1 no longer", memory.text, count=1)
    if told != memory.text:
        return told
    verb = third_person(lemma(memory.predicate.split()[0]))
    told = re.sub(rf"\b{re.escape(verb)}\b", f"no longer {verb}", memory.text, count=1)
    return told if told != memory.text else f"No longer so: {memory.text}"
