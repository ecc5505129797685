"""What is known of the user, read from the store: the surest memories of each kind, ranked.

What others say of themselves is never among it: a memory is about the user by the configured names,
or was said by whom a chat names as the user.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mem.consolidation import views
from mem.consolidation.reconciling.normal import subject_key, user_keys
from mem.core.memory import Memory, MemoryKind, MemoryStatus
from mem.store.browsing import lists
from mem.store.database import Database
from mem.store.memory.memories import Memories
from mem.store.speakers import own_passages, voices

POOL = 200  # memories of a kind that are ranked by their words, at least


def profile_of(
    database: Database,
    memories: Memories,
    names: Collection[str],
    *,
    each: int | None,
    now: datetime,
) -> views.Profile:
    """What is known of the user at a time, at most `each` of one kind (None: all).

    `names` are what the user is called.
    """
    who = voices(database, names)
    own, said = user_keys(names), user_keys(who.names)
    keys = {one: subject_key(one, own) for one in lists.subjects(database, MemoryStatus.ACTIVE)}
    limit = None if each is None else max(POOL, each)
    found: list[Memory] = []
    for kind in MemoryKind:
        mine = {"user", *said} | ({""} if kind is MemoryKind.PROFILE else set())
        about = [one for one, key in keys.items() if key in mine]
        pks = lists.surest_of(database, kind, about, limit=limit)
        read = memories.by_pks(pks)
        found += [read[pk].memory for pk in pks if pk in read]
    heard = {place.chunk_id for one in found for place in one.evidence}
    passages = own_passages(database, who, heard)
    kept = [one for one in found if keys.get(one.subject) == "user" or _is_said(one, passages)]
    return views.profile(kept, each=each, now=now)


def _is_said(memory: Memory, passages: Collection[str]) -> bool:
    """Whether the user says it."""
    return any(place.chunk_id in passages for place in memory.evidence)
