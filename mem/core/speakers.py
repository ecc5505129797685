"""What the names of speakers tell of who is the user."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

#: Speakers who are nobody by name; the role alone tells of them.
GENERIC: Final = frozenset({"user", "you", "me", "human", "myself", "i"})

#: What stands before the name of somebody whose words another one's mail repeats.
QUOTED: Final = "quoted by "


def own_names(configured: Collection[str], speakers: Collection[str]) -> frozenset[str]:
    """The names, in lower case, under which the user speaks in a chat with those speakers.

    A first name is enough, unless somebody in the chat has the full one: then the first name alone
    is somebody else's.
    """
    full = frozenset(name.lower() for name in configured)
    if any(one.lower() in full for one in speakers if " " in one):
        return full
    return full | {name.split()[0].lower() for name in configured if name.split()}
