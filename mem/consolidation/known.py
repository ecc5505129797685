"""What is known of the user, read from the store: the surest memories of each kind, ranked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mem.consolidation import views
from mem.consolidation.reconciling.normal import subject_key
from mem.core.memory import Memory, MemoryKind, MemoryStatus
from mem.store import memory_lists as lists
from mem.store.database import Database
from mem.store.memories import Memories

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

    `names` are what the user is called, in lower case.
    """
    keys = {one: subject_key(one, names) for one in lists.subjects(database, MemoryStatus.ACTIVE)}
    limit = None if each is None else max(POOL, each)
    found: list[Memory] = []
    for kind in MemoryKind:
        mine = ("user", "") if kind is MemoryKind.PROFILE else ("user",)
        about = [one for one, key in keys.items() if key in mine]
        pks = lists.surest_of(database, kind, about, limit=limit)
        read = memories.by_pks(pks)
        found += [read[pk].memory for pk in pks if pk in read]
    return views.profile(found, each=each, now=now)
