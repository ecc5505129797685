"""Summaries that a language model writes: taken whole, or not at all.

Every sentence must name and number nothing that what it covers does not, say it in words that are
said there, deny only what is denied there, and lie near the passage that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mem.consolidation.summaries.condensing import central
from mem.consolidation.summaries.prompts import (
    PROMPT_VERSION,
    WrittenSentence,
    parse_summary,
    summary_prompt,
    summary_schema,
)
from mem.core.clock import parse_time
from mem.core.language import LanguageModel, Prompt, until_stopped
from mem.core.protocols import Embedder
from mem.errors import PromptTooLong
from mem.extraction.proposing.evidence import denies, said_share, unsupported
from mem.extraction.proposing.passages import Passage, random_mark
from mem.store.chunks import StoredChunk
from mem.store.summaries import SummaryRecord, SummarySentence

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

REPLY_TOKENS: Final = 320
SOURCE_TOKENS: Final = 1500
"""Of a whole prompt, at most."""
DEADLINE: Final = 300.0
#: Cosine of a sentence with the passage that it names, at least.
NEAR: Final = 0.3
#: Share of a sentence's content words that its passages have.
SAID: Final = 0.6


class RefusedError(Exception):
    """A reply of which nothing is kept; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a summary covers, as a model is shown it; `chunks` are the ids that it rests on.

    `pk` is the key of the chunk, or of the summary.
    """

    pk: int
    passage: Passage
    chunks: tuple[str, ...]
    vector: Vectors | None

    @classmethod
    def of_chunk(cls, one: StoredChunk, vector: Vectors | None) -> Part:
        """A chunk, under its speaker; a note's under its title."""
        speaker = one.chunk.speaker or one.title or "Note"
        passage = Passage(speaker, one.chunk.said_at, one.chunk.text)
        return cls(one.pk, passage, (one.chunk.id,), vector)

    @classmethod
    def of_summary(cls, one: SummaryRecord, vectors: Mapping[str, Vectors]) -> Part:
        """A summary below; its vector is the middle of what its sentences rest on."""
        chunks = tuple(dict.fromkeys(chunk for part in one.sentences for chunk in part.chunks))
        rows = [vectors[chunk] for chunk in chunks if chunk in vectors]
        day = parse_time(one.key) if one.level == "day" else None
        return cls(one.pk, Passage(_label(one), day, one.text), chunks, _middle(rows))


def _label(one: SummaryRecord) -> str:
    return f"Summary of {one.key}" if one.level in {"week", "month"} else "Summary"


def _middle(rows: Sequence[Vectors]) -> Vectors | None:
    import numpy as np

    if not rows:
        return None
    total: Vectors = np.stack(rows).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else None


class SummaryWriter:
    """Has one model write, and checks what it wrote."""

    def __init__(
        self,
        model: LanguageModel,
        embedder: Embedder,
        *,
        mark: Callable[[], str] = random_mark,
        deadline: float = DEADLINE,
    ) -> None:
        """`mark` gives a delimiter a call; `deadline` is in seconds a call."""
        self._model = model
        self._embedder = embedder
        self._mark = mark
        self.deadline = deadline
        self.origin = f"model:{model.name}"
        self.maker = f"{model.fingerprint}/prompt-{PROMPT_VERSION}"
        self.last_tokens = 0

    def write(
        self, parts: Sequence[Part], stop: Callable[[], bool] = lambda: False
    ) -> list[SummarySentence]:
        """One to three sentences, each with the chunks that it rests on.

        `stop` is asked while the model writes. Raises StoppedError, RefusedError,
        LanguageModelError, PromptTooLong where the context has no room.
        """
        self.last_tokens = 0
        shown, prompt = self._fitting(list(parts))
        self.last_tokens = self._model.count_prompt(prompt)
        reply = self._reply(prompt, len(shown), stop)
        self.last_tokens += self._model.count_tokens(reply)
        try:
            written = parse_summary(reply, passages=len(shown))
        except ValueError as error:
            raise RefusedError("the reply could not be read") from error
        if not written:
            raise RefusedError("nothing to tell")
        self._check(written, shown)
        return [SummarySentence(one.text, shown[one.passage].chunks) for one in written]

    def _reply(self, prompt: Prompt, passages: int, stop: Callable[[], bool]) -> str:
        pieces = self._model.generate(
            prompt,
            max_tokens=self._reply_tokens,
            schema=summary_schema(passages),
            deadline=self.deadline,
        )
        return "".join(until_stopped(pieces, stop))

    @property
    def _reply_tokens(self) -> int:
        return min(REPLY_TOKENS, self._model.context_tokens // 3)

    def _fitting(self, parts: list[Part]) -> tuple[list[Part], Prompt]:
        """As many of the most central parts as fit, in their order."""
        room = min(SOURCE_TOKENS, self._model.context_tokens - self._reply_tokens)
        known = [part for part in parts if part.vector is not None]
        rows = [part.vector for part in known if part.vector is not None]
        order = [known[place] for place in central(rows, len(rows))]
        count = len(order)
        while count:
            kept = {part.pk for part in order[:count]}
            shown = [part for part in parts if part.pk in kept]
            prompt = summary_prompt([part.passage for part in shown], mark=self._mark)
            used = self._model.count_prompt(prompt)
            if used <= room:
                return shown, prompt
            count = min(count - 1, count * room // used)
        raise PromptTooLong(room + 1, room)

    def _check(self, written: Sequence[WrittenSentence], shown: Sequence[Part]) -> None:
        """Raises RefusedError where any sentence is not borne out."""
        grounds = [part.passage.text for part in shown]
        grounds += [part.passage.speaker for part in shown]
        grounds += [
            f"{part.passage.said_at:%Y-%m-%d %Y %B %d %A}"
            for part in shown
            if part.passage.said_at is not None
        ]
        rows = self._embedder.embed([one.text for one in written])
        for one, row in zip(written, rows, strict=True):
            part = shown[one.passage]
            if unsupported(one.text, grounds):
                raise RefusedError("a name or number that was not said")
            if said_share(one.text, grounds) < SAID:
                raise RefusedError("words that were not said")
            if denies(one.text) and not denies(part.passage.text):
                raise RefusedError("a denial that was not said")
            if part.vector is None or float(row @ part.vector) < NEAR:
                raise RefusedError("far from the passage")
