"""Which entities may be one, for a person to say: nothing is joined here.

A pure comparison of names; what is told apart by a title or by whose kin it is, is offered too,
since only a person knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mem.consolidation.reconciling.naming import TITLES, entity_key
from mem.extraction.vocabulary.people import is_given_name
from mem.store.memory.entities import EntityRecord

#: Names are compared of no more than so many entities, the most mentioned.
LOOKED_AT = 400
_SAME_SPELLING = 88.0
_LEAST_LETTERS = 5
_SHORT_FORMS = """
Abigail Abby|Alexander Alex Sasha|Alexandra Alex Sandra|Andrew Andy Drew|Anthony Tony|Benjamin Ben|
Bernard Bernie|Catherine Cathy Kate Katie|Charles Charlie|Charlotte Lottie|Christina Chris Tina|
Christine Chris|Christopher Chris|Daniel Dan Danny|David Dave|Deborah Debbie|Dorothy Dot Dottie|
Edward Ed Eddie Ted|Elizabeth Liz Lizzie Beth Betty Eliza|Eleanor Ellie Nell|Frederick Fred|
Gabriel Gabe|Geoffrey Geoff|Gregory Greg|Isabella Bella|Jacob Jake|James Jim Jimmy|Jeffrey Jeff|
Jennifer Jen Jenny|Jessica Jess|John Jack Johnny|Jonathan Jon|Joseph Joe Joey|Joshua Josh|
Katherine Kate Katie Kathy|Kenneth Ken|Kimberly Kim|Lawrence Larry|Leonard Leo Len|Margaret Maggie
Meg Peggy|Matthew Matt|Melanie Mel|Michael Mike Mick|Nathaniel Nate Nathan|Nicholas Nick|Olivia Liv|
Pamela Pam|Patricia Pat Patty|Patrick Pat Paddy|Peter Pete|Philip Phil|Raymond Ray|Rebecca Becky|
Richard Rick Dick Rich|Robert Rob Bob Bobby|Ronald Ron|Samantha Sam|Samuel Sam|Stephen Steve|
Steven Steve|Susan Sue Susie|Theodore Ted Theo|Thomas Tom Tommy|Timothy Tim|Victoria Vicky|
Vincent Vince|William Will Bill Billy|Zachary Zach
"""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two entities that may be one; `kept` is the more mentioned, whose name would stay."""

    kept: EntityRecord
    other: EntityRecord


def alike(records: Sequence[EntityRecord]) -> list[Likeness]:
    """The pairs among the most mentioned that may be one, those known best first.

    `records` have the most mentioned first.
    """
    looked_at = records[:LOOKED_AT]
    keys = [_keys(one) for one in looked_at]
    return [
        Likeness(looked_at[first], looked_at[second])
        for first in range(len(looked_at))
        for second in range(first + 1, len(looked_at))
        if any(_may_be_one(a, b) for a in keys[first] for b in keys[second])
    ]


def likest_first(one: EntityRecord, records: Sequence[EntityRecord]) -> list[EntityRecord]:
    """The other records, those that may be `one` before the rest, each in the order given."""
    own = _keys(one)
    others = [other for other in records if other.pk != one.pk]
    return sorted(
        others,
        key=lambda other: not any(_may_be_one(a, b) for a in own for b in _keys(other)),
    )


def _keys(record: EntityRecord) -> list[list[str]]:
    """The words of each name by which one is called; what tells whose kin somebody is, is none."""
    names = (record.name, *record.aliases)
    keys = (entity_key(name).split() for name in names if "'s " not in name.replace("’", "'"))
    return [words for words in keys if words]


def _may_be_one(words: Sequence[str], theirs: Sequence[str]) -> bool:
    short, long = sorted((words, theirs), key=len)
    if short == long:
        return True
    if len(short) == 1:
        return any(_first_names_agree(short, long))
    same_end = words[-1] == theirs[-1]
    if same_end and (words[0] in TITLES or theirs[0] in TITLES):
        return not (words[0] in TITLES and theirs[0] in TITLES and len(words) == len(theirs))
    if same_end and _are_forms(words[0], theirs[0]):
        return True
    if same_end and len(words) != len(theirs) and words[0] == theirs[0]:
        return True
    return _nearly_spelt(words, theirs)


def _first_names_agree(short: Sequence[str], long: Sequence[str]) -> Iterator[bool]:
    """A first name alone beside another form of it, a full name, or one with what they are called
    ("Aunt Mary").
    """
    (name,) = short
    first, last = long[0], long[-1]
    known = is_given_name(name.capitalize())
    if len(long) == 1:
        yield _are_forms(name, first) or (known and _nearly_spelt(short, long))
    else:
        yield known and name == first
        yield first not in TITLES and known and _are_forms(name, first)
        yield known and name == last and is_given_name(last.capitalize())


def _are_forms(one: str, other: str) -> bool:
    """Whether two first names are forms of one: "Bob" and "Robert"."""
    if one == other:
        return False
    return bool(_rows_of(one) & _rows_of(other))


@cache
def _rows_of(name: str) -> frozenset[int]:
    """The rows of short forms in which a name stands."""
    rows = enumerate(_SHORT_FORMS.lower().split("|"))
    return frozenset(number for number, row in rows if name in row.split())


def _nearly_spelt(words: Sequence[str], theirs: Sequence[str]) -> bool:
    from rapidfuzz import fuzz

    one, other = " ".join(words), " ".join(theirs)
    if len(words) != len(theirs) or min(len(one), len(other)) < _LEAST_LETTERS:
        return False
    return (one + other).replace(" ", "").isalpha() and fuzz.ratio(one, other) >= _SAME_SPELLING
