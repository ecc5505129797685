"""What a phrase names: somebody by name, somebody told by whose kin they are, or nobody.

A pure reading of the words. Sentences begin with a capital whatever their subject is, so a capital
alone makes no name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mem.extraction.vocabulary.people import is_given_name, is_kin_or_pet, is_role
from mem.extraction.vocabulary.words import is_base, is_gerund, word_set

#: Words within names that have no capital.
_PARTICLES = word_set(
    "of the de da do dos del della der den di du la le van von bin ibn al el y for and"
)
#: Kin who are called by what they are before their name, so that it is part of it.
_CALLED = word_set("aunt auntie uncle grandma grandpa granny gran nana granddad")
_MORE_KIN = word_set("cousin twin parent grandparent grandchild child kid baby toddler")
#: Words that open a sentence and name nobody.
_OPENERS = word_set(
    "a an each every some any many most much all both few several another other others nothing "
    "something everything anything nobody somebody everybody anybody one none lots plenty part "
    "art music dance family guitar piano yoga poetry nature life love work school home time money "
    "food health creativity photography meditation therapy sports fitness sleep travel education "
    "mental physical blue red green perfect pottery gardening am pm no ok okay yes "
    "since while when after before if because although though first second third fourth last next"
)
#: What is done with somebody who is named after it.
_DOING = word_set(
    "having seeing being getting losing meeting visiting hearing watching making giving helping "
    "missing knowing telling asking calling loving letting"
)
_OWNED = re.compile(r"^(?P<owner>.+?)['’]s? (?P<rest>.+)$")
_POSSESSIVE = re.compile(r"['’]s?$")
_EDGES = '.,;:!?()[]"“”'


@dataclass(frozen=True, slots=True)
class Kin:
    """Whose kin somebody is told to be: `owner` is empty where that is the one who speaks."""

    owner: str
    role: str
    name: str

    @property
    def phrase(self) -> str:
        """The words for it: "Ann's brother Tom", "brother Tom"."""
        owned = f"{self.owner}'s " if self.owner else ""
        return f"{owned}{self.role} {self.name}"

    def is_other(self, phrase: str) -> bool:
        """Whether a phrase tells of the same name as kin of somebody else, or as other kin."""
        kin = named_in(phrase).kin
        if kin is None:
            return False
        return (kin.owner.split()[:1], kin.role) != (self.owner.split()[:1], self.role)


@dataclass(frozen=True, slots=True)
class Named:
    """`name` is who or what a phrase is about, None where that is nobody by name; `beside` who else
    is named in it; `kin` how it tells whose kin that is.
    """

    name: str | None
    beside: tuple[str, ...] = ()
    kin: Kin | None = None


def named_in(phrase: str) -> Named:
    """Read a phrase that may name somebody or something."""
    tokens = [
        bare for token in _POSSESSIVE.sub("", phrase).split() if (bare := token.strip(_EDGES))
    ]
    if len(tokens) > 1 and _is_done_with(tokens[0].lower(), tokens[1]):
        tokens = tokens[1:]
    owned = _OWNED.match(" ".join(tokens))
    if owned and _is_name(owned["owner"].split()) and not _is_name(owned["rest"].split()):
        return _of_owner(owned["owner"], owned["rest"].split())
    if "and" in tokens and (pair := _pair(tokens)):
        return Named(pair[0], (pair[1],))
    described, name = _described(tokens)
    if described and name:
        return Named(name, kin=_kin("", described[-1], name))
    plain = len(tokens) == 1 and not _has_capital(tokens[0])
    return Named(" ".join(tokens) if plain or _is_name(tokens) else None)


def _is_done_with(doing: str, name: str) -> bool:
    """Whether a sentence begins with what is done with somebody: "Seeing Jon"."""
    given = is_given_name(_POSSESSIVE.sub("", name))
    return (doing in _DOING and _has_capital(name)) or (given and is_gerund(doing))


def _of_owner(owner: str, rest: Sequence[str]) -> Named:
    """Of "Ann's brother Tom" Tom and Ann, of "Ann's brother" both too; of "Ann's dream" Ann."""
    described, name = _described(rest)
    if name:
        return Named(name, (owner,), _kin(owner, described[-1], name))
    if is_role(rest[-1]):
        return Named(f"{owner}'s {' '.join(rest)}", (owner,))
    return Named(None, (owner,))


def _kin(owner: str, role: str, name: str) -> Kin | None:
    return Kin(owner, role, name) if is_kin_or_pet(role) or role in _MORE_KIN else None


def _described(tokens: Sequence[str]) -> tuple[list[str], str]:
    """Words in lower case that end in a role, and the name after them; empty where it is not so."""
    at = next((n for n, token in enumerate(tokens) if token[:1].isupper()), len(tokens))
    before, after = list(tokens[:at]), tokens[at:]
    if not before or before[0] in _CALLED or not is_role(before[-1]) or not _is_name(after):
        return [], ""
    return before, " ".join(after)


def _pair(tokens: Sequence[str]) -> tuple[str, str] | None:
    """Two people of one first name each or more: "Tom and Ann"."""
    at = tokens.index("and")
    first, second = tokens[:at], tokens[at + 1 :]
    if _is_name(first) and _is_name(second) and is_given_name(first[0]):
        return " ".join(first), " ".join(second)
    return None


def _is_name(tokens: Sequence[str]) -> bool:
    """Whether words can be a name: each has a capital or a figure, save particles within."""
    if not tokens:
        return False
    if len(tokens) == 1:
        low = tokens[0].lower()
        given = is_given_name(tokens[0])
        other = low in _OPENERS or is_gerund(low) or is_base(low)
        return given or (_has_capital(tokens[0]) and not other)
    if tokens[0].lower() in _CALLED:
        return _is_name(tokens[1:])
    first, *inner, last = tokens
    capital = _has_capital(first) and _has_capital(last)
    return capital and all(_has_capital(one) or one in _PARTICLES for one in inner)


def _has_capital(token: str) -> bool:
    return any(letter.isupper() or letter.isdigit() for letter in token) or not token.isascii()
