"""Nouns that need an owner or a time: one's body, home and figures, and what a day is kept for.

"Rent is 780" without an article can only be one's own; a noun that is not listed may be anyone's.
"""

from __future__ import annotations

import re

from mem.extraction.vocabulary.people import is_kin_or_pet
from mem.extraction.vocabulary.words import word_set

_BODY = word_set(
    "knee shoulder wrist ankle elbow hip thumb toe stomach throat tooth eyesight hearing hamstring"
)
_HOME = word_set(
    "flat apartment house kitchen bathroom bedroom balcony garden cellar attic garage allotment "
    "shed mortgage lease boiler fridge dishwasher commute gym van camper boat laptop phone piano "
    "guitar violin cello passport pension boss physio"
)
#: Of these a bare line says which: "Car: blue Skoda", "Dentist: Dr Lopez".
_KEPT = word_set(
    "car bike bicycle motorbike scooter landlord landlady dentist doctor gp therapist optician vet "
    "hairdresser childminder"
)
_FIGURE = re.compile(r"rent|salary|wage|weight|blood pressure|resting pulse|commute")
_FIGURE_KEPT = re.compile(
    r"blood type|(?:shoe|dress|shirt|trouser|ring|hat|collar|glove|clothes) size|allerg(?:y|ies)|"
    r"emergency contact|next of kin|mother tongue|native language|star sign|favou?rite [a-z'-]+|"
    r"(?:car|bike) (?:registration|insurance|plate)|licen[cs]e plate"
)
_LIKE = word_set("left right new old electric second")
_OCCASION = word_set(
    "appointment meeting exam test flight train ferry dinner lunch breakfast brunch party wedding "
    "concert rehearsal interview evening visit trip check-up checkup surgery operation class "
    "lesson match race ceremony funeral viewing delivery dentist doctor physio gp vet optician "
    "hairdresser holiday vacation christening graduation recital marathon housewarming barbecue "
    "bbq picnic theatre cinema opera mot scan vaccination jab x-ray therapist therapy sleepover "
    "playdate handover inspection hearing audition"
)
_SHARED = word_set("coffee drinks tea call walk beer pizza game")


def is_figure(noun: str) -> bool:
    """Whether the noun, in lower case, is a value that a person has: "blood type"."""
    return bool(_FIGURE.fullmatch(noun) or _FIGURE_KEPT.fullmatch(noun))


def is_kept(noun: str) -> bool:
    """Whether a line that opens with the noun and a colon says which of them is one's own."""
    return noun in _KEPT or _FIGURE_KEPT.fullmatch(noun) is not None


def is_belonging(noun: str) -> bool:
    """Whether the noun, alone or after what it is like, is someone's own thing, kin or figure."""
    like, _, last = noun.rpartition(" ")
    if is_figure(noun):
        return True
    return (not like or like in _LIKE) and (last in _BODY | _HOME | _KEPT or is_kin_or_pet(last))


def is_occasion(noun: str, *, shared: bool) -> bool:
    """Whether a noun phrase in lower case names what a day is kept for; `shared`: with someone."""
    last = noun.rpartition(" ")[2]
    return last in _OCCASION or (shared and noun in _SHARED)
