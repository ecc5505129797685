"""Memories without a language model: what people write about themselves, as typed statements.

Every candidate carries the exact sentence it came from. Precision goes before recall: a sentence
that the rules do not fully read, or that the screen finds ordinary, yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mem.core.chunk import Chunk
from mem.core.memory import Candidate, Evidence
from mem.extraction.clauses import clauses
from mem.extraction.grammar import Statement, Tense, read_clause
from mem.extraction.kinds import importance_of, kind_of
from mem.extraction.notes import read_choice, read_how_to, read_passage, read_todo
from mem.extraction.screening import Screen, is_own, plausible
from mem.extraction.sentences import LineKind, Sentence, split_sentences
from mem.extraction.subjects import Speaker, Speakers
from mem.extraction.timing import Timed, take_times

if TYPE_CHECKING:
    from mem.core.protocols import Embedder

ORIGIN = "rules"
KEEP_OWN = 0.5  # screen score from which a first-person statement is kept
KEEP_OTHER = 0.8  # and one about anything else
PER_SENTENCE = 2
MAX_STATEMENT = 320
_FUTURE = re.compile(
    r"\b(?:will|\w+'ll|going to|gonna|planning|plan to|want to|hope|have to|need to|must|upcoming|"
    r"appointment|leaves|starts|due|booked|expecting|todo|i'm (?:meeting|seeing|taking|giving|"
    r"having|visiting|flying)|we're (?:meeting|having|going|visiting|flying)|exam|deadline)\b",
    re.IGNORECASE,
)
_PASTED = re.compile(
    r"^[^\n]{0,80}\b(?:write|rewrite|translate|proofread|summari[sz]e|correct|improve|fix|edit|"
    r"paraphrase|analy[sz]e|explain|reply to|respond to|answer|following|below)\b[^\n]{0,120}:\s*(?=\n|\")",
    re.IGNORECASE,
)
_PERSONA = re.compile(
    r"^\W*(?:(?:please )?act as|you are (?:an?|the|now)\b|you're an? |i want you to act|"
    r"imagine (?:you|that you)|pretend|roleplay|from now on)",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"\b(?:and|or|but|to|the|a|an|of|with|for|because|that|which|who|is|are|was|my|their|as|than|"
    r"so|if|when)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,3}")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement found in a chunk, before the screen has judged the sentence it stands in."""

    chunk: Chunk
    speaker: Speaker
    start: int
    end: int
    statement: Statement
    timed: Timed
    known: str | None = None  # the class, where the form alone says it

    @property
    def quote(self) -> str:
        return self.chunk.text[self.start : self.end]


class RulesExtractor:
    """Draws candidate memories from one document's chunks, at the speed of embedding them."""

    def __init__(self, embedder: Embedder, *, user_names: tuple[str, ...] = ()) -> None:
        """`user_names`: what the user is called; the first becomes the subject of their memories.

        Raises `ModelFileMissing` or `ModelFileDamaged` when the screen's weights cannot be read.
        """
        self._screen = Screen(embedder)
        self._user_names = user_names

    def extract(
        self, chunks: Sequence[Chunk], *, document_kind: str, document_title: str
    ) -> list[Candidate]:
        """The candidates of one document in the order of its text.

        `document_kind` is `note` or `chat`. Evidence spans are offsets in `chunk.text`.
        """
        speakers = Speakers(chunks, document_kind=document_kind, user_names=self._user_names)
        readings: list[_Reading] = []
        for chunk in chunks:
            speaker = speakers.of(chunk)
            if speaker is not None and not _PERSONA.match(chunk.text):
                note = document_kind == "note"
                readings += _read_chunk(chunk, speaker, speakers.names, note, document_title)
        return self._judged(readings)

    def _judged(self, readings: list[_Reading]) -> list[Candidate]:
        quotes = list(dict.fromkeys(one.quote for one in readings))
        verdicts = dict(zip(quotes, self._screen.judge(quotes), strict=True))
        found: list[Candidate] = []
        seen: set[tuple[str, str]] = set()
        for one in readings:
            verdict = verdicts[one.quote]
            least = KEEP_OWN if one.statement.own or one.known else KEEP_OTHER
            if verdict.score < least:
                continue
            candidate = _candidate(one, one.known or verdict.label, verdict.score)
            if (key := (one.chunk.id, candidate.fingerprint)) not in seen:
                seen.add(key)
                found.append(candidate)
        return found


def _read_chunk(
    chunk: Chunk, speaker: Speaker, names: Sequence[str], note: bool, title: str
) -> Iterator[_Reading]:
    sentences = split_sentences(chunk.text)
    if note:
        heading = chunk.context.rsplit(" > ", 1)[-1] or title
        if passage := read_passage(heading, sentences, chunk.text):
            statement, start, end = passage
            nothing = Timed("", "", None, None)
            yield _Reading(chunk, speaker, start, end, statement, nothing, "procedure")
            return
    pasted = _PASTED.match(chunk.text) if speaker.to_assistant else None
    for sentence in sentences:
        if (pasted and sentence.start >= pasted.end()) or _quoted(chunk.text, sentence):
            continue
        yield from _read_sentence(chunk, speaker, names, note, sentence)


def _read_sentence(
    chunk: Chunk, speaker: Speaker, names: Sequence[str], note: bool, sentence: Sentence
) -> Iterator[_Reading]:
    def reading(statement: Statement, timed: Timed, known: str | None = None) -> _Reading:
        return _Reading(chunk, speaker, sentence.start, sentence.end, statement, timed, known)

    if sentence.line is LineKind.TODO:
        timed = take_times(sentence.text, chunk.said_at, future=True)
        todo = read_todo(replace(sentence, text=timed.text), speaker)
        if todo is not None and plausible("I " + sentence.text):
            yield reading(todo, timed, "plan")
        return
    if sentence.line is LineKind.DONE:
        return
    if note and (how_to := read_how_to(sentence.text)) is not None:
        yield reading(how_to, Timed("", "", None, None), "procedure")
        return
    if not plausible(sentence.text):
        return
    found = 0
    for clause in clauses(sentence.text, names):
        future = _FUTURE.search(clause) is not None
        timed = take_times(clause, chunk.said_at, future=future)
        statement = read_choice(timed.text, speaker) or read_clause(
            timed.text, speaker, gapped=not speaker.to_assistant
        )
        if statement is not None and (note or statement.own or not speaker.to_assistant):
            yield reading(statement, timed, None)
            found += 1
            if found == PER_SENTENCE:
                return


def _quoted(text: str, sentence: Sentence) -> bool:
    """Whether the sentence stands in quotation marks: someone else's words."""
    before, after = text[: sentence.start].rstrip("*_ "), text[sentence.end :].lstrip("*_ ")
    return before.endswith(("\"", "“")) and after.startswith(("\"", "”"))


def _candidate(one: _Reading, label: str, score: float) -> Candidate:
    statement, timed = one.statement, one.timed
    kind = kind_of(statement, label, one.speaker)
    text = f"{statement.text}{timed.phrase}."
    moved = statement.predicate in {"move to", "relocate to"} and statement.object[:1].isupper()
    if moved and statement.tense is Tense.PAST:
        statement = replace(statement, predicate="live in", exclusive=True)
    valid_from = timed.since or (timed.start if moved and statement.exclusive else None)
    return Candidate(
        kind=kind,
        text=text[:1].upper() + text[1:],
        subject=statement.subject,
        predicate=statement.predicate,
        object=statement.object,
        evidence=(Evidence(one.chunk.id, one.start, one.end, one.quote),),
        said_at=one.chunk.said_at,
        trust=one.speaker.trust,
        confidence=round(score, 3),
        origin=ORIGIN,
        importance=importance_of(kind, text, exclusive=statement.exclusive),
        exclusive=statement.exclusive,
        negated=statement.negated,
        happened_from=timed.start,
        happened_to=timed.end,
        valid_from=valid_from,
        entities=_entities(statement, one.speaker),
    )


def _entities(statement: Statement, speaker: Speaker) -> tuple[str, ...]:
    """Names in the statement, the speaker's first."""
    named = [speaker.subject] if speaker.subject != "user" and statement.own else []
    named += _NAME.findall(f". {statement.object}")
    if statement.subject[:1].isupper() and statement.subject != speaker.subject:
        named.append(statement.subject.split("'s")[0])
    return tuple(dict.fromkeys(named))
