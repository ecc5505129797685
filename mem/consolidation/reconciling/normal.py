"""Normalised forms by which statements are compared: words, names, and what a statement is about.

Two statements share a *slot* when they answer the same question of the same subject; their
*values* say the same when they give the same answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime

from mem.consolidation.reconciling.frames import frame_of
from mem.core.ids import text_hash
from mem.core.memory import MemoryKind

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNMARKED = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae"}
)
_LEADING = re.compile(r"^(?:the|a|an|my|our|his|her|their|your|some|to)\s+")
_USER = frozenset({"i", "me", "my", "myself", "user", "the user", "we", "us"})
_POLARITY = {
    **dict.fromkeys(
        ("like", "love", "enjoy", "adore", "prefer", "be fond of", "be into", "stand", "bear"), "+"
    ),
    **dict.fromkeys(
        ("dislike", "hate", "detest", "loathe", "can't stand", "cannot stand", "avoid"), "-"
    ),
}
_AUXILIARY = re.compile(
    r"^(?:is|are|was|were|am|be|been|being|has|have|had|do|does|did|will|now|currently|recently|"
    r"just|still|also|really)\s+"
)
_FORMS = {
    **dict.fromkeys(("is", "are", "was", "were", "am"), "be"),
    **dict.fromkeys(("has", "had"), "have"),
}


def words_of(text: str) -> list[str]:
    """Lower-case words, apostrophes kept."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def folded(text: str) -> str:
    """Letters of the Latin alphabet without their marks: "José" → "Jose"."""
    if text.isascii():
        return text
    bare = (unicodedata.normalize("NFD", letter) for letter in unicodedata.normalize("NFC", text))
    plain = (parts[0] if parts[0].isascii() else parts for parts in bare)
    return unicodedata.normalize("NFC", "".join(plain)).translate(_UNMARKED)


def name_key(name: str) -> str:
    """The form by which names are compared: lower case, no article, single spaces."""
    key = " ".join(words_of(name))
    while (shorter := _LEADING.sub("", key)) != key:
        key = shorter
    return key.removesuffix("'s")


def subject_key(subject: str, user_names: Collection[str] = ()) -> str:
    """As `name_key`; the user under every name is `user`."""
    key = name_key(subject)
    return "user" if key in _USER or key in user_names else key


def user_keys(names: Collection[str]) -> frozenset[str]:
    """What `subject_key` has to know of the user's names."""
    return frozenset(filter(None, map(name_key, names)))


def predicate_key(predicate: str) -> tuple[str, str]:
    """(key, polarity): opposite feelings about a thing are one predicate with two polarities."""
    key = " ".join(words_of(predicate))
    if key in _FORMS:
        return _FORMS[key], "+"
    while (shorter := _AUXILIARY.sub("", key)) != key:
        key = shorter
    base = key[:-1] if key.endswith("s") and key[:-1] in _POLARITY else key
    base = key[:-1] if key.endswith("d") and key[:-1] in _POLARITY else base
    if base in _POLARITY:
        return "like", _POLARITY[base]
    return key, "+"


def object_key(text: str) -> str:
    """As `name_key`, without what follows a comma ("Berlin, Germany" is Berlin)."""
    head = text.split(",", 1)[0]
    return name_key(head) or name_key(text)


def slot_of(
    kind: MemoryKind,
    text: str,
    subject: str,
    predicate: str,
    obj: str,
    *,
    exclusive: bool,
    negated: bool,
    day: datetime | None,
    user_names: Collection[str] = (),
) -> tuple[str, str]:
    """(slot, value) as hashes; a value begins with its polarity, "+" or "-".

    An exclusive predicate has one object at a time, so its slot leaves the object to the value; so
    does what fits a frame (`frames`), whichever verb says it.
    `day` is when an event happened: the same thing on another day is another event.
    """
    lasting = exclusive or kind is not MemoryKind.EVENT
    frame = frame_of(subject, predicate, obj) if lasting else None
    if frame is not None:
        about, what = subject_key(frame.about, user_names), object_key(frame.value)
        if about and what:
            return _hash("one", about, frame.relation), ("-" if negated else "+") + _hash(what)
    about, (relation, polarity), what = (
        subject_key(subject, user_names),
        predicate_key(predicate),
        object_key(obj),
    )
    if negated:
        polarity = "-" if polarity == "+" else "+"
    if not (about and relation and what):
        whole = " ".join(words_of(text))
        return _hash("text", kind.value, whole, _day(kind, day)), f"+{_hash(whole)}"
    if exclusive:
        slot = _hash("one", about, relation)
    elif kind is MemoryKind.EVENT:
        slot = _hash("event", about, relation, what, _day(kind, day))
    else:
        slot = _hash("many", about, relation, what)
    return slot, polarity + _hash(what)


def value_of(key: str) -> str:
    """A value without its polarity, from the normalised words that give it."""
    return _hash(object_key(key))


def _day(kind: MemoryKind, day: datetime | None) -> str:
    return f"{day:%Y-%m-%d}" if kind is MemoryKind.EVENT and day is not None else ""


def _hash(*parts: str) -> str:
    return text_hash("\x1f".join(parts))[:20]
