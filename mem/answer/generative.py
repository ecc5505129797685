"""Answers in a language model's words, every sentence checked against the passages it cites.

Invariant: a sentence is given out only after `mem.answer.support` found it supported, with
citations that quote the passages verbatim; what is not supported is left out and counted.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mem.answer import abstention
from mem.answer.citations import Citations, joined
from mem.answer.extractive import NEAREST, ExtractiveAnswerer
from mem.answer.packing import Packing
from mem.answer.prompts import Written, read_reply
from mem.answer.support import Checker
from mem.core.answer import Answer, Citation, Sentence
from mem.core.language import LanguageModel, Prompt
from mem.core.query import SearchResult
from mem.errors import JunkReply

if TYPE_CHECKING:
    from mem.core.protocols import Embedder

#: Below this confidence of the extractive answerer no model is asked. It is lower than what a
#: quoted answer needs: a model may join statements of which none answers alone. Its figures
#: come from scripts/calibrate_abstention.py.
GATE: Final = 0.12
#: Tokens of a reply for each sentence, and beside them.
PER_SENTENCE: Final = 60
MARGIN: Final = 40
#: Sentences without support after which the model is not listened to any more.
PATIENCE: Final = 6

OnSentence = Callable[[Sentence, Sequence[Citation]], None]
"""Called with each supported sentence as soon as it is checked, and the citations that it adds."""

OnPiece = Callable[[str], None]
"""Called with each piece of the reply, unchecked: it may stop the work by raising, not show it."""


def random_word() -> str:
    """A delimiter that nobody can foresee."""
    return secrets.token_hex(4)


@dataclass
class _Told:
    """What has become of the reply so far."""

    said: list[Sentence] = field(default_factory=list)
    dropped: int = 0
    gap: bool = False


class GenerativeAnswerer:
    """Answers with a language model; stands behind `mem.answer.protocol.Answerer`."""

    mode = "generative"

    def __init__(
        self,
        *,
        model: LanguageModel,
        embedder: Embedder,
        extractive: ExtractiveAnswerer,
        draw: Callable[[], str] = random_word,
        earlier: Sequence[str] = (),
        on_sentence: OnSentence | None = None,
        on_piece: OnPiece | None = None,
    ) -> None:
        """`extractive` ranks the evidence and says how sure it is; `draw` makes delimiters.

        `earlier` are the questions that this one follows on.
        """
        self._model = model
        self._embedder = embedder
        self._extractive = extractive
        self._draw = draw
        self._earlier = earlier
        self._on_sentence = on_sentence
        self._on_piece = on_piece

    def answer(
        self, question: str, result: SearchResult, *, asked_at: datetime, sentences: int = 3
    ) -> Answer:
        """What the model says of `question` and the passages bear out, or an abstention.

        An answer without sentences that dropped some is an abstention of a model that did not
        keep to its passages. Raises LanguageModelError, JunkReply where it wrote no words at all.
        """
        began = time.perf_counter()
        found, sure = self._extractive.weigh(question, result)
        packing = Packing(found, result)
        book, told = Citations(), _Told()
        if len(packing) and max(sure, default=0.0) >= GATE:
            reply_tokens = min(PER_SENTENCE * sentences + MARGIN, self._model.context_tokens // 3)
            passages, prompt = packing.fit(
                self._model,
                question,
                asked_at=asked_at,
                reply_tokens=reply_tokens,
                draw=self._draw,
                earlier=self._earlier,
            )
            checker = Checker(self._embedder, question, passages, asked_at)
            with self._writing(prompt, reply_tokens) as reply:
                self._listen(reply, checker, book, told, sentences)
            if not (told.said or told.dropped or told.gap):
                raise JunkReply(self._model.name)
        return self._answer(question, result, told, book, max(sure, default=0.0), began)

    @contextmanager
    def _writing(self, prompt: Prompt, tokens: int) -> Iterator[Iterator[Written]]:
        """The sentences of the reply; the request is cancelled when they are left."""
        reply = self._model.generate(prompt, max_tokens=tokens)
        try:
            yield read_reply(self._noticed(reply))
        finally:
            close = getattr(reply, "close", None)
            if close is not None:
                close()

    def _noticed(self, pieces: Iterator[str]) -> Iterator[str]:
        for piece in pieces:
            if self._on_piece is not None:
                self._on_piece(piece)
            yield piece

    def _listen(
        self,
        reply: Iterator[Written],
        checker: Checker,
        book: Citations,
        told: _Told,
        most: int,
    ) -> None:
        """Keep what is supported, in order, until it is enough or the model repeats itself."""
        seen: set[str] = set()
        for written in reply:
            if written.absent:
                told.gap = True
                if not told.said:
                    return
                continue
            if written.text in seen:
                return
            seen.add(written.text)
            support = checker.check(written)
            if not support.statements:
                told.dropped += 1
                if told.dropped >= PATIENCE:
                    return
                continue
            known = len(book.found)
            numbers = tuple(dict.fromkeys(book.number(one) for one in support.statements))
            told.said.append(Sentence(written.text, numbers))
            if self._on_sentence is not None:
                self._on_sentence(told.said[-1], book.found[known:])
            if len(told.said) >= most:
                return

    def _answer(
        self,
        question: str,
        result: SearchResult,
        told: _Told,
        book: Citations,
        sure: float,
        began: float,
    ) -> Answer:
        abstained = not told.said
        confidence = sure if abstained else max(sure, abstention.THRESHOLD)
        return Answer(
            question=question,
            answer=joined(tuple(told.said)),
            abstained=abstained,
            confidence=round(confidence, 3),
            mode=self.mode,
            sentences=tuple(told.said),
            citations=book.found,
            nearest=tuple(hit for hit in result.hits if hit.kind == "chunk")[:NEAREST],
            elapsed_ms=(time.perf_counter() - began) * 1000.0,
            notices=(*result.notices, *_notices(told)),
            dropped=told.dropped,
        )


def _notices(told: _Told) -> list[str]:
    """What a person should know of what the model wrote."""
    notices = []
    if told.dropped:
        what = "1 sentence" if told.dropped == 1 else f"{told.dropped} sentences"
        notices.append(f"Left out: {what} of the language model without support in memory.")
    if told.gap and told.said:
        notices.append("Memory does not hold all that was asked.")
    return notices
