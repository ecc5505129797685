"""What tells of a state that a question asks for: who moved to a town lives there.

Invariant: a general table of English, by stems; it holds no name and nothing of any one memory. A
word on the left is asked for, one on the right bears it out; never the other way round.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from mem.answer.words import stem

_TOLD_BY: Final = {
    "live": "move settle flat apartment house address based rent",
    "address": "move street road lane avenue",
    "work": "job join hire employ employer company office firm boss colleague teacher nurse "
    "position promote teach shift apprentice dentist doctor midwife engineer carpenter plumber "
    "electrician lawyer gardener baker butcher cook driver farmer architect librarian programmer "
    "accountant secretary waiter hairdresser tailor journalist",
    "job": "work join hire employ promote position start role",
    "employer": "work join hire employ job company",
    "own": "buy get adopt inherit have bring",
    "pet": "dog cat rabbit hamster terrier beagle puppy kitten spaniel poodle parrot",
    "dog": "puppy terrier beagle spaniel poodle labrador retriever collie dachshund",
    "cat": "kitten tomcat",
    "car": "drive",
    "instrument": "piano guitar violin cello flute clarinet drum trumpet trombone saxophone harp "
    "ukulele viola accordion organ",
    "language": "english french german spanish portuguese italian dutch swedish danish norwegian "
    "polish russian arabic chinese japanese korean turkish greek latin",
    "direct": "director",
    "write": "author writer novelist",
    "sing": "singer",
    "publish": "publisher",
    "visit": "trip travel",
    "end": "until return",
    "vehicle": "car bike motorbike motorcycle van bicycle scooter truck",
    "wife": "marry husband spouse partner",
    "husband": "marry wife spouse partner",
    "married": "wife husband spouse propose honeymoon",
    "born": "turn arrive",
    "old": "turn born age",
    "age": "turn born old",
    "study": "university college course degree graduate enrol enroll student",
    "school": "class teacher pupil",
    "brother": "sibling twin",
    "sister": "sibling twin",
    "avoid": "allergic allergy intolerant vegetarian vegan cannot without no rash hives",
    "leave": "allergic allergy intolerant vegetarian vegan cannot without no rash hives",
    "eat": "allergic allergy intolerant vegetarian vegan diet hate rash hives",
    "tolerate": "allergic allergy intolerant intolerance rash",
    "allergic": "allergy intolerant rash hives",
    "hurt": "break sprain injury injure fall weak pain twist",
    "injury": "break sprain hurt fall weak pain twist",
    "weigh": "weight kg kilo pound",
    "salary": "earn wage income pay",
    "earn": "salary wage income",
    "owner": "own belong landlord",
    "doctor": "surgeon specialist dr",
    "appointment": "booked",
    "open": "opening",
    "repair": "fix mend replace",
    "supply": "deliver order supplier",
    "run": "jog marathon",
}


@lru_cache(maxsize=1)
def _told_by() -> dict[str, frozenset[str]]:
    return {
        stem(asked): frozenset(stem(one) for one in told.split()) - {stem(asked)}
        for asked, told in _TOLD_BY.items()
    }


def borne_out(asked: frozenset[str], held: frozenset[str]) -> frozenset[str]:
    """`held` with those of the stems `asked` for that something in `held` bears out."""
    table = _told_by()
    return held | {one for one in asked - held if one in table and table[one] & held}
