"""Who speaks in the chats of a store, and in which of them the user is known.

The configured names tell, and a chat tells itself where one speaker alone has the user's role. The
words of anybody else are never taken for the user's.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mem.core.chunk import METADATA_ROLE
from mem.core.clippings import is_clipping
from mem.core.speakers import GENERIC, QUOTED, own_names
from mem.store.database import Database

_SPOKEN = (
    "SELECT document_id, role, coalesce(speaker, ''), count(*) FROM chunk "
    "JOIN document ON document.id = document_id "
    "WHERE document.kind = 'chat' AND role IN ('user', 'other') GROUP BY 1, 2, 3"
)


@dataclass(frozen=True, slots=True)
class Voices:
    """Who the user is in the chats of a store.

    users: by id of a chat the names, in lower case, under which the user speaks in it.
    configured: the names that the user has given; `found` whether anybody speaks under one.
    unknown: how many chats have people in them and nobody who is known to be the user.
    speakers: who speaks in those, the most talkative first.
    """

    users: Mapping[str, frozenset[str]]
    configured: tuple[str, ...] = ()
    found: bool = False
    unknown: int = 0
    speakers: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name under which the user speaks in any chat, in lower case."""
        return frozenset().union(*self.users.values())

    def is_user(self, document: str, role: str | None, speaker: str | None) -> bool:
        """Whether what is said in a chat is the user's own."""
        name = (speaker or "").lower()
        return role == "user" if _is_nobody(name) else name in self.users.get(document, ())


def voices(database: Database, configured: Collection[str]) -> Voices:
    """Who speaks, given the names that the user has configured."""
    chats: dict[str, dict[str, Counter[str]]] = {}
    for document, role, speaker, count in database.rows(_SPOKEN):
        roles = chats.setdefault(str(document), {"user": Counter(), "other": Counter()})
        roles[str(role)][str(speaker)] += int(str(count))
    by_role = {chat: _named(roles["user"]) for chat, roles in chats.items()}
    # Where one chat gives everybody the user's role, that role tells nothing of them elsewhere.
    shared = frozenset().union(*(names for names in by_role.values() if len(names) > 1))
    users: dict[str, frozenset[str]] = {}
    found, unknown, talk = False, 0, Counter[str]()
    for chat, roles in chats.items():
        spoken = roles["user"] + roles["other"]
        users[chat] = _named(spoken) & own_names(configured, spoken)
        found = found or bool(users[chat])
        if not users[chat] and len(by_role[chat]) == 1:
            users[chat] = by_role[chat] - shared
        if not users[chat] and not any(_is_nobody(one.lower()) for one in roles["user"]):
            unknown += 1
            talk += Counter({one: n for one, n in spoken.items() if not _is_nobody(one.lower())})
    return Voices(
        users, tuple(configured), found, unknown, tuple(name for name, _ in talk.most_common())
    )


def own_passages(database: Database, who: Voices, ids: Collection[str]) -> set[str]:
    """Those of the passages, by id, that are the user's own words: of a note that was not clipped
    from somebody's page, or said in a chat.
    """
    rows = database.rows(
        "SELECT chunk.id, document_id, kind, role, speaker FROM chunk "
        "JOIN document ON document.id = document_id "
        "WHERE chunk.id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(ids)),),
    )
    clipped = _clipped(database, {str(row[1]) for row in rows if row[2] != "chat"}, who.configured)
    return {
        str(identity)
        for identity, document, kind, role, speaker in rows
        if (
            who.is_user(str(document), *map(_text, (role, speaker)))
            if kind == "chat"
            else str(document) not in clipped
        )
    }


def _clipped(database: Database, notes: Collection[str], names: Collection[str]) -> set[str]:
    """Those of the notes, by id, that were clipped from somebody's page."""
    heads = database.rows(
        "SELECT document_id, text FROM chunk WHERE role = ? "
        "AND document_id IN (SELECT value FROM json_each(?))",
        (METADATA_ROLE, json.dumps(sorted(notes))),
    )
    return {str(document) for document, text in heads if is_clipping(str(text), names)}


def _named(speakers: Collection[str]) -> frozenset[str]:
    return frozenset(one.lower() for one in speakers if not _is_nobody(one.lower()))


def _is_nobody(name: str) -> bool:
    return not name or name in GENERIC or name.startswith(QUOTED)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
