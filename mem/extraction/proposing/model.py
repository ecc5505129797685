"""Memories drawn by a language model: it proposes, and only what its passage bears out is kept.

Passages of one or several documents go together into a call, about a thousand tokens of them; what
holds nothing that could be a memory is screened off before any model sees it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from mem.core.chunk import Chunk
from mem.core.language import LanguageModel, until_stopped
from mem.core.memory import Candidate, Trust
from mem.errors import JunkReply, ModelTimedOut, PromptTooLong
from mem.extraction.proposing.passages import Passage, as_shown, random_mark
from mem.extraction.proposing.prompts import (
    PROMPT_VERSION,
    Reply,
    extraction_prompt,
    parse_reply,
    reply_schema,
)
from mem.extraction.proposing.proposals import Source, judge
from mem.extraction.screening import is_impersonal, plausible
from mem.extraction.sentences import split_sentences
from mem.extraction.speaking import echo
from mem.extraction.speaking.subjects import Speaker, Speakers
from mem.store.chunks import StoredChunk

SOURCE_TOKENS: Final = 1000
"""Of passages, in one call."""
REPLY_TOKENS: Final = 1024
DEADLINE: Final = 300.0
"""Seconds for one call."""
TWICE: Final = "said twice"
_LEAST_ROOM: Final = 48
_LENGTHS_KEPT: Final = 2048
_TYPED: Final = "mem:typed/"
_MARK_LIKE: Final = "#0a1b2c3d"  # stands for a mark where only its length counts


@dataclass(slots=True)
class Drawn:
    """What a model's calls gave: candidates, and what became of the other items, by reason."""

    candidates: list[Candidate] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    items: int = 0
    calls: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk, or a part of one that is too long; `tokens` with what stands above it.

    `names` are those of everyone who speaks in its document.
    """

    chunk: Chunk
    start: int
    end: int
    speaker: Speaker
    names: tuple[str, ...]
    typed: bool
    tokens: int = 0

    @property
    def passage(self) -> Passage:
        text = self.chunk.text[self.start : self.end]
        return Passage(self.speaker.phrase, self.chunk.said_at, text)


def _never() -> bool:
    return False


class ModelExtractor:
    """Draws candidates with a language model (implements the worker's `Extractor`)."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        user_names: Sequence[str] = (),
        mark: Callable[[], str] = random_mark,
        deadline: float = DEADLINE,
    ) -> None:
        """`mark` gives a delimiter a call; `deadline` is in seconds a call. Loads nothing."""
        self._model = model
        self._user_names = tuple(user_names)
        self._mark = mark
        self.deadline = deadline
        self._lengths: dict[str, int] = {}
        self.name = model.name
        self.fingerprint = f"model-{model.fingerprint}/prompt-{PROMPT_VERSION}"
        self.origin = f"model:{model.name}"

    def fitting(self, context: Sequence[StoredChunk], chunks: Sequence[StoredChunk]) -> int:
        """How many of the chunks make up one call, at least one.

        What no model needs to see takes no room. `context` are the first chunks of the documents.
        Raises PromptTooLong where the model's context has no room for a passage.
        """
        speakers = self._speakers([*context, *chunks])
        used = 0
        for count, one in enumerate(chunks):
            used += sum(piece.tokens for piece in self._pieces(one, speakers))
            if used > self._room and count:
                return count
        return len(chunks)

    def extract(self, chunks: Sequence[StoredChunk]) -> Sequence[Candidate]:
        """Candidates of the chunks. Raises LanguageModelError, JunkReply."""
        drawn = Drawn()
        self.draw([], chunks, drawn)
        return drawn.candidates

    def draw(
        self,
        context: Sequence[StoredChunk],
        chunks: Sequence[StoredChunk],
        drawn: Drawn,
        *,
        parts: int = 1,
        stop: Callable[[], bool] = _never,
        before_call: Callable[[], None] = lambda: None,
    ) -> None:
        """As many calls as the chunks need, into `drawn`, which counts them if they fail, too.

        `parts` above 1 makes each call so much smaller, for what failed as a whole.
        `context` shows who takes part in the documents. `stop` is asked while the model writes,
        `before_call` called before it begins. Raises StoppedError, LanguageModelError, JunkReply
        where a reply cannot be read at all, PromptTooLong where the context has no room.
        """
        speakers = self._speakers([*context, *chunks])
        pieces = [piece for one in chunks for piece in self._pieces(one, speakers)]
        for batch in self._batches(pieces, self._room // parts):
            before_call()
            reply = self._ask(batch, drawn, stop)
            self._keep(reply, batch, drawn)

    @cached_property
    def _reply_tokens(self) -> int:
        return min(REPLY_TOKENS, self._model.context_tokens // 3)

    @cached_property
    def _room(self) -> int:
        """Tokens of passages in one call."""
        bare = self._model.count_prompt(extraction_prompt([Passage("", None, "")], mark=self._mark))
        room = self._model.context_tokens - self._reply_tokens - bare
        if room < _LEAST_ROOM:
            raise PromptTooLong(bare + _LEAST_ROOM + self._reply_tokens, self._model.context_tokens)
        return min(SOURCE_TOKENS, room)

    def _speakers(self, chunks: Sequence[StoredChunk]) -> dict[str, Speakers]:
        """By document."""
        by_document: dict[str, list[StoredChunk]] = {}
        for one in chunks:
            by_document.setdefault(one.chunk.document_id, []).append(one)
        return {
            document: Speakers(
                [one.chunk for one in those],
                document_kind=those[0].kind,
                user_names=self._user_names,
            )
            for document, those in by_document.items()
        }

    def _pieces(self, one: StoredChunk, documents: dict[str, Speakers]) -> Iterator[_Piece]:
        """The chunk as the model will see it; nothing where it holds nothing to remember."""
        chunk, speakers = one.chunk, documents[one.chunk.document_id]
        speaker = speakers.of(chunk)
        note = one.kind == "note"
        headings = [one.title, *chunk.context.split(" > ")] if note else []
        if speaker is None or not _worth_reading(chunk.text):
            return
        if is_impersonal(
            chunk.text,
            headings=headings,
            note=note,
            pasted=speaker.to_assistant,
            received=not speaker.is_user,
        ):
            return
        typed = one.uri.startswith(_TYPED)
        whole = _Piece(chunk, 0, len(chunk.text), speaker, speakers.names, typed)
        tokens = self._length(whole)
        if tokens <= self._room:
            yield replace(whole, tokens=tokens)
            return
        heading = self._length(replace(whole, end=0))
        for start, end in self._cut(chunk.text, self._room - heading):
            part = replace(whole, start=start, end=end)
            yield replace(part, tokens=self._length(part))

    def _length(self, piece: _Piece) -> int:
        """Tokens that a piece takes in a prompt; one pass over a document asks twice."""
        shown = as_shown(piece.passage, 10, _MARK_LIKE)
        if (known := self._lengths.get(shown)) is not None:
            return known
        if len(self._lengths) >= _LENGTHS_KEPT:
            self._lengths.clear()
        return self._lengths.setdefault(shown, self._model.count_tokens(shown))

    def _cut(self, text: str, most: int) -> Iterator[tuple[int, int]]:
        """Spans of whole sentences, at most `most` tokens each.

        A sentence that is longer by itself is left out: nothing that long is one statement.
        """
        start = end = used = 0
        for sentence in split_sentences(text):
            tokens = self._model.count_tokens(sentence.text) + 1
            if tokens > most:
                continue
            if used and used + tokens > most:
                yield start, end
                used = 0
            if not used:
                start = sentence.start
            end, used = sentence.end, used + tokens
        if used:
            yield start, end

    def _batches(self, pieces: Sequence[_Piece], room: int) -> Iterator[list[_Piece]]:
        batch: list[_Piece] = []
        used = 0
        for piece in pieces:
            if batch and used + piece.tokens > room:
                yield batch
                batch, used = [], 0
            batch.append(piece)
            used += piece.tokens
        if batch:
            yield batch

    def _ask(self, batch: list[_Piece], drawn: Drawn, stop: Callable[[], bool]) -> Reply:
        """One call; its tokens are counted whatever comes of it."""
        prompt = extraction_prompt([piece.passage for piece in batch], mark=self._mark)
        drawn.calls += 1
        drawn.tokens += self._model.count_prompt(prompt)
        stream = self._model.generate(
            prompt,
            max_tokens=self._reply_tokens,
            schema=reply_schema(len(batch)),
            deadline=self.deadline,
        )
        written: list[str] = []
        try:
            written.extend(until_stopped(stream, stop))  # keeps what came before an error
        except ModelTimedOut:
            # What was written in time is a reply cut off, and as good as one.
            if not parse_reply("".join(written), passages=len(batch)).proposals:
                raise
        text = "".join(written)
        drawn.tokens += self._model.count_tokens(text)
        reply = parse_reply(text, passages=len(batch))
        if not reply.readable:
            raise JunkReply(self._model.name)
        return reply

    def _keep(self, reply: Reply, batch: Sequence[_Piece], drawn: Drawn) -> None:
        """Judge every proposal; each ends as a candidate or under a reason."""
        drawn.items += reply.seen
        drawn.rejected += reply.dropped
        seen = {(one.evidence, one.fingerprint) for one in drawn.candidates}
        for proposal in reply.proposals:
            piece = batch[proposal.passage]
            source = Source(piece.chunk, piece.start, piece.end, piece.speaker, piece.names)
            found = judge(proposal, source, origin=self.origin)
            if isinstance(found, str):
                drawn.rejected[found] += 1
            elif (key := (found.evidence, found.fingerprint)) in seen:
                drawn.rejected[TWICE] += 1
            else:
                seen.add(key)
                trust = Trust.TYPED if piece.typed else found.trust
                drawn.candidates.append(replace(found, trust=trust))


def _worth_reading(text: str) -> bool:
    """Whether a chunk has a sentence that may state something, and is not all `mem`'s own words."""
    printed = echo.spans(text)
    return any(
        plausible(one.text) and not echo.touches(printed, one.start, one.end)
        for one in split_sentences(text)
    )
