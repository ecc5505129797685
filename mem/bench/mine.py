"""Measure search on a person's own notes and chats, with questions made of their words.

Nothing is written, neither questions nor figures, and no search counts as a use. What is asked is
close to the text, so that the figures bound from above what questions in other words find.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mem.assistant import Assistant
from mem.core.query import Filters, Hit

if TYPE_CHECKING:
    from mem.store.chunks import StoredChunk

HEADINGS, SENTENCES = "headings", "sentences with a blank"
CUTS: Final = (1, 5, 10)
QUESTIONS: Final = 100
BLANK = "____"
#: Carrying words that a heading, and a sentence without its blank, must have to tell anything.
LEAST_WORDS: Final = {HEADINGS: 1, SENTENCES: 4}
#: What stands between title and headings in a passage's context.
_BELOW: Final = " > "
_WORD = re.compile(r"[^\W\d_]{4,}")
#: Chunks that are looked at for each question that is wanted.
_DRAWN_PER_QUESTION = 4


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question, and what is right: a passage with `text` in it, or one of `chunks`."""

    kind: str
    query: str
    text: str
    chunks: frozenset[str]

    def answered_by(self, hit: Hit) -> bool:
        """Whether a hit is a right one."""
        return hit.id in self.chunks or bool(self.text and self.text in hit.text)


@dataclass(frozen=True, slots=True)
class OwnReport:
    """How many questions of each kind, and the share with a right hit among the first `CUTS`."""

    questions: dict[str, int]
    recall: dict[str, dict[int, float]]


def run(assistant: Assistant, *, count: int = QUESTIONS, seed: int = 0) -> OwnReport:
    """Ask up to `count` questions of each kind, drawn by `seed`."""
    asked = make(assistant, count=count, seed=seed)
    ranks: dict[str, list[int | None]] = {}
    for one in asked:
        hits = assistant.search(one.query, limit=max(CUTS), memories=False)
        found = (at for at, hit in enumerate(hits, 1) if one.answered_by(hit))
        ranks.setdefault(one.kind, []).append(next(found, None))
    return OwnReport(
        questions={kind: len(of_kind) for kind, of_kind in ranks.items()},
        recall={
            kind: {
                cut: sum(rank is not None and rank <= cut for rank in of_kind) / len(of_kind)
                for cut in CUTS
            }
            for kind, of_kind in ranks.items()
        },
    )


def make(assistant: Assistant, *, count: int = QUESTIONS, seed: int = 0) -> list[OwnQuestion]:
    """Up to `count` questions of each kind; the same store and seed make the same ones."""
    chance = random.Random(seed)  # noqa: S311  (a sample)
    chunks = assistant.store.chunks
    keys = sorted(chunks.allowed(Filters()) or ())
    stored = chunks.by_keys(chance.sample(keys, min(len(keys), count * _DRAWN_PER_QUESTION)))
    drawn = [stored[key] for key in sorted(stored)]
    chance.shuffle(drawn)
    headings: dict[str, OwnQuestion] = {}
    sentences: dict[str, OwnQuestion] = {}
    for one in drawn:
        if len(headings) < count and (heading := _heading(assistant, one)) is not None:
            headings.setdefault(heading.query, heading)
        if len(sentences) < count and (sentence := _sentence(one, chance)) is not None:
            sentences.setdefault(sentence.query, sentence)
    return [*headings.values(), *sentences.values()]


def _heading(assistant: Assistant, one: StoredChunk) -> OwnQuestion | None:
    """The innermost heading above a note's passage; every passage below it is right."""
    chunk = one.chunk
    if chunk.message_id is not None or not chunk.context:
        return None
    heading = chunk.context.rpartition(_BELOW)[2]
    if not _tells(heading, HEADINGS):
        return None
    below = frozenset(
        other.id
        for other in assistant.store.chunks.of_document(chunk.document_id)
        if f"{other.context}{_BELOW}".startswith(f"{chunk.context}{_BELOW}")
    )
    return OwnQuestion(HEADINGS, heading, "", below)


def _sentence(one: StoredChunk, chance: random.Random) -> OwnQuestion | None:
    """A sentence of the passage with one of its longer words blanked; drawn at random."""
    usable = list(_blanked(one.chunk.text, chance))
    if not usable:
        return None
    query, sentence = chance.choice(usable)
    return OwnQuestion(SENTENCES, query, sentence, frozenset({one.chunk.id}))


def _blanked(text: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """(question, sentence) of each sentence that still tells enough with a blank."""
    from mem.extraction.sentences import split_sentences

    for sentence in split_sentences(text):
        said = text[sentence.start : sentence.end]
        words = list(_WORD.finditer(said))
        if not words:
            continue
        word = chance.choice(words)
        query = f"{said[: word.start()]}{BLANK}{said[word.end() :]}"
        if _tells(query, SENTENCES):
            yield query, said


def _tells(text: str, kind: str) -> bool:
    """Whether enough words of the text carry meaning."""
    from mem.store.fulltext import content_words

    words = [word for word in content_words(text) if word.strip("_")]
    return len(words) >= LEAST_WORDS[kind]
