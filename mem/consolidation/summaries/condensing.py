"""Summaries without a model: sentences that stand in the source, the most central and unlike.

A chunk is weighed by its stored vector, so that nothing is embedded; of each chosen chunk the
sentence that says most is taken, word for word, under the name of who said it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mem.extraction.screening import plausible
from mem.extraction.sentences import split_sentences
from mem.extraction.vocabulary.words import content_words
from mem.store.chunks import StoredChunk
from mem.store.summaries import SummarySentence

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

MOST_SENTENCES = 3
LONGEST = 240
_REDUNDANCY = 0.6
_LEAST_WORDS = 3
_MANY_WORDS, _WORD_WORTH, _STATEMENT_WORTH = 10, 0.035, 0.15
_ANSWERING = frozenset({"assistant", "tool", "system"})


def of_chunks(
    chunks: Sequence[StoredChunk], vectors: Mapping[int, Vectors]
) -> list[SummarySentence]:
    """At most `MOST_SENTENCES` of the chunks, in their order; `vectors` by chunk key."""
    people = [one for one in chunks if one.chunk.role not in _ANSWERING]
    told = [
        (one, sentence)
        for one in (people or chunks)
        if one.pk in vectors and (sentence := _telling(one)) is not None
    ]
    every = [vectors[one.pk] for one in chunks if one.pk in vectors]
    rows = [vectors[one.pk] for one, _ in told]
    order = central(rows, MOST_SENTENCES, among=every, worth=[says(one.text) for _, one in told])
    return [told[place][1] for place in sorted(order)]


def of_sentences(
    sentences: Sequence[SummarySentence],
    vectors: Mapping[str, Vectors],
    most: int,
) -> list[SummarySentence]:
    """At most `most` of the sentences below, in their order; `vectors` by chunk id."""
    distinct = {one.text: one for one in sentences}.values()
    known = [one for one in distinct if any(chunk in vectors for chunk in one.chunks)]
    rows = [next(vectors[chunk] for chunk in one.chunks if chunk in vectors) for one in known]
    order = central(rows, most, worth=[says(one.text) for one in known])
    return [known[place] for place in sorted(order)]


def central(
    rows: Sequence[Vectors],
    most: int,
    *,
    among: Sequence[Vectors] | None = None,
    worth: Sequence[float] | None = None,
) -> list[int]:
    """Places of at most `most` unit rows near the middle of all (or of `among`), unlike each other.

    `worth` is added to the nearness of each. The best first. Maximal marginal relevance:
    Carbonell and Goldstein 1998.
    """
    import numpy as np

    if not rows:
        return []
    table = np.stack(rows)
    middle = (np.stack(among) if among else table).sum(axis=0)
    near = table @ middle / (float(np.linalg.norm(middle)) or 1.0)
    near += np.array(worth or [0.0] * len(rows), dtype=np.float32)
    alike = np.zeros(len(rows), dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < min(most, len(rows)):
        left = near - _REDUNDANCY * alike
        left[chosen] = -np.inf
        best = int(left.argmax())
        chosen.append(best)
        alike = np.maximum(alike, table @ table[best])
    return chosen


def says(text: str) -> float:
    """How much a sentence says by itself, in [0, 0.5]: words with content, a statement or not."""
    words = len(set(content_words(text.partition(": ")[2] or text)))
    return _WORD_WORTH * min(words, _MANY_WORDS) + (_STATEMENT_WORTH if plausible(text) else 0.0)


def _telling(one: StoredChunk) -> SummarySentence | None:
    """The sentence of a chunk that says most, with who said it; None where none says anything."""
    sentences = [
        sentence.text
        for sentence in split_sentences(one.chunk.text)
        if "?" not in sentence.text and len(set(content_words(sentence.text))) >= _LEAST_WORDS
    ]
    best = max(sentences, key=says, default="")
    if not best:
        return None
    text = " ".join(best.split())
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rpartition(" ")[0] + "…"
    speaker = f"{one.chunk.speaker}: " if one.chunk.speaker else ""
    return SummarySentence(f"{speaker}{text}", (one.chunk.id,))
