"""Words that mean nearly the same: how well a text covers a question that uses other words.

Each word of the question looks for the word of the text whose vector is nearest, so that "dog"
finds "puppy" without a list of synonyms; its own stem counts in full. Compare the soft cosine of
Sidorov et al. 2014 and, for single words, the translation of Berger and Lafferty 1999.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mem.store.fulltext import STOPWORDS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors
    from mem.retrieval.lexical import Lexical

    Floats = npt.NDArray[np.float32]
    Keys = npt.NDArray[np.int64]

AKIN_NAMES = ("akin", "akin_missing")
# Cosines up to this are what any two words have; above it they grow from 0 to 1.
UNRELATED = 0.3
# A pasted page is not compared whole.
MAX_WORDS = 512
# Vectors are kept in so many steps from 0 to 1: a cosine is off by 0.003.
_STEPS = 127
_WORD = re.compile(r"\w+")


class WordVectors:
    """Vectors of single words, kept by a hash of each: no word is held.

    Those that were not used since half of the room was filled anew are let go. May be shared by
    threads.
    """

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], most: int = 40_000) -> None:
        """`embed` is the embedder's `embed_words`; at most `most` words are kept."""
        self._embed = embed
        self._room = most // 2
        self._guard = threading.Lock()
        self._young, self._old = _Rows(), _Rows()

    def of(self, words: Sequence[str]) -> Floats:
        """(len(words), width) float32 rows of about length 1; there must be one word at least."""

        hashes = [hash(word) for word in words]
        with self._guard:
            lacking = {h: w for h, w in zip(hashes, words, strict=True) if h not in self._young.at}
            if len(lacking) + len(self._young.at) > self._room:
                self._old, self._young = self._young, _Rows()
                lacking = dict(zip(hashes, words, strict=True))
            if len(lacking) > self._room:
                return _unit(_rounded(self._embed(words)))
            known = [h for h in lacking if h in self._old.at]
            self._young.add(known, self._old.rows_of(known), self._room)
            fresh = {h: word for h, word in lacking.items() if h not in self._old.at}
            if fresh:
                made = _rounded(self._embed(list(fresh.values())))
                self._young.add(list(fresh), made, self._room)
            return _unit(self._young.rows_of(hashes))


def _rounded(rows: Floats) -> npt.NDArray[np.int8]:
    import numpy as np

    return np.rint(rows * _STEPS).astype(np.int8)


def _unit(rows: npt.NDArray[np.int8]) -> Floats:
    import numpy as np

    vectors: Floats = rows.astype(np.float32)
    vectors /= _STEPS
    return vectors


class _Rows:
    """Vectors in one array, and where each stands by the hash of its word."""

    def __init__(self) -> None:
        self.at: dict[int, int] = {}
        self._rows: npt.NDArray[np.int8] | None = None

    def rows_of(self, hashes: Sequence[int]) -> npt.NDArray[np.int8]:
        """(len(hashes), width); each must be there."""
        import numpy as np

        if self._rows is None:
            return np.empty((0, 0), dtype=np.int8)
        found: npt.NDArray[np.int8] = self._rows[[self.at[one] for one in hashes]]
        return found

    def add(self, hashes: Sequence[int], rows: npt.NDArray[np.int8], room: int) -> None:
        """Keep rows of words that are not there; at most `room` in all."""
        import numpy as np

        if not len(hashes):
            return
        if self._rows is None:
            self._rows = np.empty((room, rows.shape[1]), dtype=np.int8)
        first = len(self.at)
        self._rows[first : first + len(hashes)] = rows
        self.at.update(zip(hashes, range(first, first + len(hashes)), strict=True))


def of_words(lexical: Lexical, keys: Keys, texts: Sequence[str], words: WordVectors) -> Floats:
    """(len(keys), len(AKIN_NAMES)) for chunks and their texts: how much of the question's weight
    is covered, and how much of it by words that are merely akin.
    """
    import numpy as np

    if not lexical.terms:
        return np.zeros((len(keys), len(AKIN_NAMES)), dtype=np.float32)
    order = np.argsort(keys)
    held = np.zeros((len(lexical.terms), len(keys)), dtype=np.bool_)
    held[:, order] = lexical.matches(keys[order]) > 0
    near = np.where(held, 0, _nearest([term.word for term in lexical.terms], texts, words))
    share = lexical.weights() / (lexical.total or 1.0)
    missing = share @ near
    return np.stack([missing + share @ held, missing], axis=1).astype(np.float32)


def _nearest(sought: Sequence[str], texts: Sequence[str], words: WordVectors) -> Floats:
    """(len(sought), len(texts)) in [0, 1]: how near each text's nearest word comes to each."""
    import numpy as np

    places: dict[str, int] = {}
    of_texts = [
        [places.setdefault(word, len(places)) for word in _carrying(text)] for text in texts
    ]
    fits = np.zeros((len(sought), len(texts)), dtype=np.float32)
    counts = np.array([len(one) for one in of_texts], dtype=np.int64)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return fits
    cosines = words.of(sought) @ words.of(list(places)).T
    spread = np.clip((cosines - UNRELATED) / (1 - UNRELATED), 0, 1)
    flat = np.array([place for one in of_texts for place in one], dtype=np.int64)
    starts = np.cumsum(counts[filled]) - counts[filled]
    fits[:, filled] = np.maximum.reduceat(spread[:, flat], starts, axis=1)
    return fits


def _carrying(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())[:MAX_WORDS]) - STOPWORDS
