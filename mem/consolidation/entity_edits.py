"""What a person does to entities: make one of two that are the same, split off a name, rename.

Each act is one operation of the change log, so that it can be taken back; no memory changes, only
whom it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mem.consolidation.reconciling.naming import NOBODY, entity_key
from mem.consolidation.reconciling.normal import folded, name_key, words_of
from mem.core.memory import Memory
from mem.errors import EmptyQuery, NotAllowed, UnknownName
from mem.store.memory.changes import Changes
from mem.store.memory.entities import RENAME, Entities, EntityRecord
from mem.store.memory.memories import Memories

ACTOR = "user"
LONGEST_NAME = 100


def merge(
    changes: Changes, entities: Entities, kept: EntityRecord, others: Sequence[EntityRecord]
) -> None:
    """`kept` takes over the names of the others and what is known of them; they go.

    Raises NotAllowed where there is nothing to merge.
    """
    rest = {one.pk: one for one in others if one.pk != kept.pk}
    if not rest:
        raise NotAllowed(kept.name, "it is one already")
    with changes.operation(ACTOR, "merge-entities", subject=kept.id) as operation:
        for other in rest.values():
            for memory in entities.memories_of(other.pk):
                operation.delete("mention", [memory, other.pk])
                entities.mention(operation, memory, [kept.pk])
            for key, name in entities.names_of(other.pk):
                operation.delete("alias", [other.pk, key])
                entities.add_alias(operation, kept.pk, key, name)
            operation.delete("entity", [other.pk])
        operation.detail["merged"] = [one.id for one in rest.values()]


def split(
    changes: Changes, entities: Entities, memories: Memories, whole: EntityRecord, alias: str
) -> int:
    """`alias` becomes an entity of its own, with the memories that say that name.

    A memory that says another name of `whole` too is about both. Returns the new entity's key.
    Raises UnknownName where `whole` has no such name, NotAllowed where it has no other.
    """
    names = dict(entities.names_of(whole.pk))
    key = next((one for one in (name_key(alias), entity_key(alias)) if one in names), None)
    if key is None:
        raise UnknownName(alias)
    if len(names) < 2:
        raise NotAllowed(whole.name, "it has no other name to go by")
    with changes.operation(ACTOR, "split-entity", subject=whole.id) as operation:
        operation.delete("alias", [whole.pk, key])
        pk = entities.add(operation, key, names.pop(key))
        if key in (name_key(whole.name), entity_key(whole.name)):
            operation.update("entity", [whole.pk], {"name": names[min(names)]})
        for stored in memories.of_entity(whole.pk):
            said = names_said(stored.memory, [key, *names])
            if key in said:
                entities.mention(operation, stored.pk, [pk])
                if len(said) == 1:
                    operation.delete("mention", [stored.pk, whole.pk])
        made = entities.get(pk)
        operation.detail["split"] = made.id if made else ""
    return pk


def rename(changes: Changes, entities: Entities, whole: EntityRecord, name: str) -> None:
    """`name` is what `whole` goes by from here on; the old name stays one of its others.

    Raises EmptyQuery for a name without a letter or digit, and NotAllowed for one that it goes by
    already, that names nobody in particular ("she"), that somebody else has, or that is too long.
    """
    given = " ".join(name.split())
    key = entity_key(given)
    if not key:
        raise EmptyQuery
    if given == whole.name:
        raise NotAllowed(whole.name, "it goes by that name already")
    if key in NOBODY:
        raise NotAllowed(given, "that could be anybody; give a name")
    if len(given) > LONGEST_NAME:
        raise NotAllowed(whole.name, f"a name has at most {LONGEST_NAME} characters")
    if not entities.is_only_of(key, whole.pk):
        reason = "somebody or something else has that name; --merge makes one of two that are one"
        raise NotAllowed(given, reason)
    with changes.operation(ACTOR, RENAME, subject=whole.id) as operation:
        entities.add_alias(operation, whole.pk, key, given)
        operation.update("alias", [whole.pk, key], {"name": given})
        operation.update("entity", [whole.pk], {"name": given})


def names_said(memory: Memory, keys: Collection[str]) -> set[str]:
    """Which of the names a memory says; a name inside of a longer one is not said."""
    words = [*words_of(memory.text), "", *words_of(memory.subject), "", *words_of(memory.object)]
    bare = [folded(word).removesuffix("'s") for word in words]
    said: set[str] = set()
    for key in sorted(keys, key=lambda one: -len(one.split())):
        name = [word.removesuffix("'s") for word in folded(key).split()]
        for at in range(len(bare) - len(name) + 1):
            if bare[at : at + len(name)] == name:
                bare[at : at + len(name)] = [""] * len(name)
                said.add(key)
    return said
