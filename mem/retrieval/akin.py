"""Words that mean nearly the same: how well a text covers a question that uses other words.

Each word of the question looks for the word of the text whose vector is nearest, so that "dog"
finds "puppy" without a list of synonyms; its own stem counts in full. Compare the soft cosine of
Sidorov et al. 2014 and, for single words, the translation of Berger and Lafferty 1999.
"""

from __future__ import annotations

import re
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
_WORD = re.compile(r"\w+")


class WordVectors:
    """Vectors of single words, kept by a hash of each: no word is held.

    May be shared by threads: a vector that two of them compute is the same.
    """

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], most: int = 16_384) -> None:
        """`embed` is the embedder's `embed_words`; `most` words are kept, then all are let go."""
        self._embed = embed
        self._most = most
        self._kept: dict[int, npt.NDArray[np.float16]] = {}

    def of(self, words: Sequence[str]) -> Floats:
        """(len(words), width) float32 rows of length 1; there must be one word at least."""
        import numpy as np

        found = [self._kept.get(hash(word)) for word in words]
        missing = [word for word, row in zip(words, found, strict=True) if row is None]
        if missing:
            fresh = dict(zip(missing, self._embed(missing).astype(np.float16), strict=True))
            found = [
                fresh[word] if row is None else row for word, row in zip(words, found, strict=True)
            ]
            if len(self._kept) + len(fresh) > self._most:
                self._kept.clear()
            self._kept.update((hash(word), row.copy()) for word, row in fresh.items())
        rows = np.concatenate([row for row in found if row is not None])
        return rows.reshape(len(words), -1).astype(np.float32)


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
