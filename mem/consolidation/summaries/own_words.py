"""The profile without a model: what the user said of themselves, word for word.

Each sentence is the quote behind a memory in use, so that what was corrected or is over is not
told any more.
"""

from __future__ import annotations

from mem.consolidation.views import Profile
from mem.core.memory import Evidence, MemoryKind
from mem.store.summaries import SummarySentence

MOST = 5
CHOSEN_FROM = 2 * MOST  # memories of a kind, since some may be out of reach
_LONGEST = 200  # characters of a quote that is told
_TELLING = frozenset({MemoryKind.PROFILE, MemoryKind.FACT})


def places_of(profile: Profile) -> list[Evidence]:
    """The places that lasting memories of a profile rest on, the most prominent first, a passage
    once.
    """
    places: dict[str, Evidence] = {}
    lasting = [one for _, those in profile.sections for one in those if one.kind in _TELLING]
    for place in (one.evidence[0] for one in lasting if one.evidence):
        if len(place.quote) <= _LONGEST:
            places.setdefault(place.chunk_id, place)
    return list(places.values())


def sentence(place: Evidence) -> SummarySentence:
    """A quote of the user as a sentence of a summary."""
    return SummarySentence(" ".join(place.quote.split()), (place.chunk_id,))
