"""How well the words of a question match chunks: BM25 over stems, and how much is covered.

Speakers' names are no words here; a word that the store does not hold stands for close ones.
Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mem.store.fulltext import Fulltext, Posting

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Keys = npt.NDArray[np.int64]

K1 = 0.9
B = 0.3
# Characters of a chunk at which length neither helps nor harms. Fixed, so that what else is in
# the store does not change how two chunks compare.
PIVOT_LENGTH = 300.0
CONTEXT_WEIGHT = 0.6
# A word of the store that stands for one that it lacks counts by so much.
VARIANT_WEIGHT = 0.7
# Occurrences read for one question; the commonest words are left out beyond it.
MAX_OCCURRENCES = 20_000


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question: its weight (idf), and where it or what stands for it occurs."""

    word: str
    idf: float
    posting: Posting | None
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexical:
    """The terms of one question against one store."""

    terms: tuple[Term, ...]
    total: float

    def ranked(self) -> tuple[Keys, Floats]:
        """Keys of all chunks that hold a term and their scores, without regard to length."""
        import numpy as np

        held = [term for term in self.terms if term.posting is not None]
        if not held:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        postings = [term.posting for term in held if term.posting is not None]
        keys = np.concatenate([posting.keys for posting in postings])
        parts = [
            term.idf * saturated(frequency(posting), None)
            for term, posting in zip(held, postings, strict=True)
        ]
        unique, place = np.unique(keys, return_inverse=True)
        scores = np.bincount(place, weights=np.concatenate(parts), minlength=len(unique))
        return unique, scores.astype(np.float32)

    def matches(self, keys: Keys) -> Floats:
        """(terms, len(keys)) weighted occurrences of each term in each of the ascending keys."""
        import numpy as np

        found = np.zeros((len(self.terms), len(keys)), dtype=np.float32)
        for row, term in enumerate(self.terms):
            if term.posting is None or not len(keys):
                continue
            at = np.searchsorted(keys, term.posting.keys)
            at = np.minimum(at, len(keys) - 1)
            known = keys[at] == term.posting.keys
            found[row, at[known]] = frequency(term.posting)[known]
        return found

    def weights(self) -> Floats:
        """(terms,) the idf of each."""
        import numpy as np

        return np.array([term.idf for term in self.terms], dtype=np.float32)


def frequency(posting: Posting) -> Floats:
    """Occurrences, those in the context counted less."""
    return posting.in_text + CONTEXT_WEIGHT * posting.in_context


def saturated(counts: Floats, lengths: Floats | None) -> Floats:
    """BM25's share of a term: grows with its count, never beyond `K1 + 1`."""
    norm = K1 if lengths is None else K1 * (1 - B + B * lengths / PIVOT_LENGTH)
    return (counts * (K1 + 1) / (counts + norm)).astype(counts.dtype, copy=False)


def look_up(fulltext: Fulltext, words: Sequence[str], *, chunks: int) -> Lexical:
    """The words' places in a store of so many chunks."""
    stems = fulltext.stems(words)
    distinct: dict[str, str] = {}
    for word, found in zip(words, stems, strict=True):
        for stem in found:
            distinct.setdefault(stem, word)
    known = fulltext.frequencies(distinct)
    terms: list[Term] = []
    budget = MAX_OCCURRENCES
    for stem in sorted(distinct, key=lambda one: known.get(one, 0)):
        if stem not in known:
            terms.append(_stand_in(fulltext, distinct[stem], chunks))
            continue
        if terms and known[stem] > budget:
            continue
        budget -= known[stem]
        posting = fulltext.posting(stem)
        terms.append(Term(distinct[stem], idf(len(posting.keys), chunks), posting, (stem,)))
    return Lexical(tuple(terms), sum(term.idf for term in terms))


def idf(documents: int, chunks: int) -> float:
    """How much a term that occurs in so many chunks tells; never negative."""
    return math.log(1 + (chunks - min(documents, chunks) + 0.5) / (documents + 0.5))


def _stand_in(fulltext: Fulltext, word: str, chunks: int) -> Term:
    """Words near one that the store lacks, as one term; without any, a term that never occurs."""
    import numpy as np

    near = fulltext.near(word)
    if not near:
        return Term(word, idf(0, chunks), None, ())
    postings = [fulltext.posting(stem) for stem in near]
    keys, place = np.unique(
        np.concatenate([posting.keys for posting in postings]), return_inverse=True
    )
    text = np.bincount(place, np.concatenate([p.in_text for p in postings]))
    context = np.bincount(place, np.concatenate([p.in_context for p in postings]))
    merged = Posting(keys, text.astype(np.float32), context.astype(np.float32))
    return Term(word, VARIANT_WEIGHT * idf(len(keys), chunks), merged, tuple(near))
