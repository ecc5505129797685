"""One question from its words to its answer: searched for, answered by a model where there is one,
else with memory's own words.

Invariant: whatever a language model does, the question is answered; the answer says in one notice
why the model did not answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.answer.conversation import standing_alone
from mem.answer.extractive import ExtractiveAnswerer
from mem.answer.generative import GenerativeAnswerer, OnPiece, OnSentence, random_word
from mem.consolidation.learning import note_cited, note_found
from mem.core.answer import Answer
from mem.core.chunk import Chunk
from mem.core.clock import Clock
from mem.core.language import LanguageModel
from mem.core.query import Drawn, Hit, HitSource, SearchResult
from mem.errors import LanguageModelError
from mem.retrieval.asked import asked_in
from mem.retrieval.effort import parts_of
from mem.store.memory.memories import Memories

if TYPE_CHECKING:
    from mem.core.protocols import Embedder
    from mem.store.store import Store

Search = Callable[[str], SearchResult]

#: Confidence below which a first look is unsure. A deeper one then gains where the question has
#: several parts, and loses elsewhere (docs/retrieval.md, "Effort").
UNSURE = 0.5


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers questions over one store. `search` finds passages, `recall` adds memories to them.

    `deeper` searches with more effort: where `deep`, or where the first look at a question of
    several parts is unsure; None never.
    `model` gives the language model in use and may raise LanguageModelError; None where none is
    set up. `sentences` bounds an answer; with `learn` what is cited gains by it; `draw` makes the
    delimiters of prompts.
    """

    store: Store
    embedder: Embedder
    clock: Clock
    search: Search
    recall: Callable[[SearchResult], SearchResult]
    model: Callable[[], LanguageModel] | None
    sentences: int
    deeper: Search | None = None
    deep: bool = False
    learn: bool = False
    draw: Callable[[], str] = random_word

    def ask(
        self,
        question: str,
        *,
        asked_at: datetime,
        earlier: Sequence[str] = (),
        on_sentence: OnSentence | None = None,
        on_piece: OnPiece | None = None,
    ) -> Answer:
        """The answer to `question`, understood after the questions `earlier`.

        Raises EmptyQuery.
        """
        told = asked_in(standing_alone(question, earlier))
        result, why = self.found(told)
        answer = self._answered(told, result, asked_at, earlier, on_sentence, on_piece)
        if why:
            answer = replace(answer, effort=why)
        if self.learn and self.store.has_memories():
            note_cited(self.store, answer.citations, self.clock)
            note_found(self.store, result)
        if told != question.strip():
            answer = replace(
                answer, question=question, notices=(f"Understood as: {told}", *answer.notices)
            )
        return answer

    def found(self, question: str) -> tuple[SearchResult, str]:
        """What was found, and why deeper than at first; empty where it was not."""
        if self.deeper is None:
            return self.search(question), ""
        if self.deep:
            return self._deeper(self.deeper, question, "as asked")
        first = self.search(question)
        if not first.hits or first.prior >= UNSURE or not parts_of(question):
            return first, ""
        why = f"the question has several parts and the first look was unsure ({first.prior:.2f})"
        return self._deeper(self.deeper, question, why)

    def _deeper(self, deeper: Search, question: str, why: str) -> tuple[SearchResult, str]:
        """What a deep search found, and why it was made and what a reranker did."""
        result = deeper(question)
        if result.reranked is not None:
            done = result.reranked
            why += f"; {done.model} reranked {done.done} of {done.wanted} hits"
        return result, why

    def _answered(
        self,
        question: str,
        result: SearchResult,
        asked_at: datetime,
        earlier: Sequence[str],
        on_sentence: OnSentence | None,
        on_piece: OnPiece | None,
    ) -> Answer:
        extractive = self.extractive()
        notice = ""
        if self.model is not None:
            try:
                generative = GenerativeAnswerer(
                    model=self.model(),
                    embedder=self.embedder,
                    extractive=extractive,
                    draw=self.draw,
                    earlier=earlier,
                    on_sentence=on_sentence,
                    on_piece=on_piece,
                )
                answer = generative.answer(
                    question,
                    self._grounded(self.recall(result)),
                    asked_at=asked_at,
                    sentences=self.sentences,
                )
            except LanguageModelError as error:
                notice = f"{error} Answered without it."
            else:
                if answer.sentences or not answer.dropped:
                    return answer
                notice = (
                    "Nothing that the language model wrote is supported by memory. "
                    "Answered without it."
                )
        answer = extractive.answer(question, result, asked_at=asked_at, sentences=self.sentences)
        return replace(answer, notices=(notice, *answer.notices)) if notice else answer

    def extractive(self) -> ExtractiveAnswerer:
        """What answers without a language model."""
        return ExtractiveAnswerer(
            embedder=self.embedder,
            neighbours=self._neighbours,
            search=self.search,
            replaced=Memories(self.store.database, self.clock.now).replaced_spans,
        )

    def _neighbours(self, chunk: str) -> Sequence[Chunk]:
        """The chunk with the one before and the one after it."""
        chunks = self.store.chunks
        key = chunks.keys_of([chunk]).get(chunk)
        if key is None:
            return ()
        place = chunks.places([key])[key]
        return [found for _, found in chunks.around(place[0], place[1], reach=1)]

    def _grounded(self, result: SearchResult) -> SearchResult:
        """The result with every memory replaced by the passage that it was drawn from.

        A memory whose passage is among the hits is noted there already.
        """
        seen = {hit.id for hit in result.hits}
        hits: list[Hit] = []
        for hit in result.hits:
            if hit.kind != "memory":
                hits.append(hit)
                continue
            passage = self._passage_of(hit)
            if passage is not None and passage.id not in seen:
                seen.add(passage.id)
                hits.append(passage)
        return replace(result, hits=tuple(hits))

    def _passage_of(self, hit: Hit) -> Hit | None:
        """The chunk of a memory's first evidence, with the memory noted on it."""
        memory = Memories(self.store.database, self.clock.now).get(hit.id)
        if memory is None or not memory.memory.evidence:
            return None
        identity = memory.memory.evidence[0].chunk_id
        stored = self.store.chunks.by_keys(self.store.chunks.keys_of([identity]).values())
        if not stored:
            return None
        one = next(iter(stored.values()))
        conflicts = bool(hit.signals.get("conflict"))
        return replace(
            hit,
            id=identity,
            kind="chunk",
            text=one.chunk.text,
            source=HitSource(one.uri, one.title, one.chunk.locator),
            highlights=(),
            derived=(Drawn(hit.id, hit.text, hit.score, conflicts),),
        )
