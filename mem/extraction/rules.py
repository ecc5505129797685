"""Memories without a language model: what people write about themselves, as typed statements.

Every candidate carries the exact sentence it came from. Precision goes before recall: a sentence
that the rules do not fully read, or that the screen finds ordinary, yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.core.chunk import Chunk
from mem.core.memory import Candidate, Evidence
from mem.extraction import words
from mem.extraction.clauses import clauses, opened
from mem.extraction.grammar import read_clause
from mem.extraction.kinds import importance_of, kind_of
from mem.extraction.naming import read_name
from mem.extraction.notes import read_choice, read_how_to, read_passage, read_todo
from mem.extraction.people import is_given_name
from mem.extraction.screening import Screen, is_impersonal, is_publication, plausible
from mem.extraction.sentences import LineKind, Sentence, split_sentences
from mem.extraction.spans import span_of
from mem.extraction.statement import Statement, Tense
from mem.extraction.subjects import Speaker, Speakers
from mem.extraction.timing import Timed, take_times
from mem.extraction.unfolding import unfold
from mem.extraction.words import word_set

if TYPE_CHECKING:
    from mem.core.protocols import Embedder

ORIGIN = "rules"
KEEP_OWN = 0.35  # screen score from which a first-person statement is kept
KEEP_OTHER = 0.8  # one about anything else
KEEP_VALUE = 0.6  # such a one that gives a value: a price, a date
KEEP_CHOICE = 0.25  # a decision in so many words
PER_SENTENCE = 3
FULL_CHUNK = 900  # characters from which a chunk may have been cut inside a sentence
MAX_STATEMENT = 320
FUTURE = re.compile(
    r"\b(?:will|\w+'ll|going to|gonna|planning|plans? to|wants? to|hopes?|ha(?:ve|s) to|"
    r"needs? to|must|upcoming|appointment|leaves|starts|due|booked|expecting|todo|"
    r"(?:i'm|i am|we're|we are|is|are) \w+ing|exam|deadline)\b",
    re.IGNORECASE,
)
_PASTED = re.compile(
    r"^[^\n]{0,80}\b(?:write|rewrite|translate|proofread|summari[sz]e|correct|improve|fix|edit|"
    r"paraphrase|analy[sz]e|explain|reply to|respond to|answer|following|"
    r"below)\b[^\n]{0,120}:\s*(?=\n|\")",
    re.IGNORECASE,
)
PLACES = frozenset(
    f"{verb} {preposition}"
    for verb in ("be", "hang", "live", "be kept", "be stored", "be saved")
    for preposition in ("in", "on", "at", "under", "behind", "above", "near", "with")
)
_PERSONAL = word_set(
    "live work love like hate prefer adopt move marry study teach own drive play speak want plan "
    "decide join graduate retire visit"
)
_DANGLING = re.compile(
    r"\b(?:and|or|but|to|the|a|an|of|with|for|because|that|which|who|is|are|was|my|their|as|than|"
    r"so|if|when|using|called|named|from|into|by|like|about)$",
    re.IGNORECASE,
)
#: What ties two clauses together: neither is quoted without the other.
_REASON = re.compile(
    r"\b(?:because|cause|so|therefore|hence|due to|thanks to|as a result|why)\b", re.IGNORECASE
)
_NAME = re.compile(r"(?<![.!?:;] )\b(?!The\b|A\b|An\b)[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,3}")


_CALENDAR = words.word_set(
    "January February March April May June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Tuesdays Wednesdays Thursdays "
    "Fridays Saturdays Sundays Christmas Easter"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement found in a chunk, before the screen has judged the sentence it stands in."""

    chunk: Chunk
    speaker: Speaker
    start: int
    end: int
    statement: Statement
    timed: Timed
    judged: str  # what the screen judges: the whole sentence
    known: str | None = None  # the class, where the form alone says it
    beside: tuple[int, int] | None = None  # a second span that the statement rests on

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
        if document_kind == "note" and is_publication([one.text for one in chunks]):
            return []
        speakers = Speakers(chunks, document_kind=document_kind, user_names=self._user_names)
        readings: list[_Reading] = []
        for chunk in chunks:
            speaker = speakers.of(chunk)
            note = document_kind == "note"
            headings = [document_title, *chunk.context.split(" > ")] if note else []
            if speaker is None:
                continue
            heard = speaker.to_assistant
            if not is_impersonal(chunk.text, headings=headings, note=note, pasted=heard):
                readings += _read_chunk(chunk, speaker, speakers.names, note, document_title)
        return self._judged(readings)

    def _judged(self, readings: list[_Reading]) -> list[Candidate]:
        texts = list(dict.fromkeys(one.judged for one in readings))
        verdicts = dict(zip(texts, self._screen.judge(texts), strict=True))
        found: list[Candidate] = []
        seen: set[tuple[str, str]] = set()
        for one in readings:
            verdict = verdicts[one.judged]
            least = _least(one)
            if verdict.score < least and one.beside is None:
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
        if passage := read_passage(heading, sentences):
            statement, start, end = passage
            nothing = Timed("", "", None, None)
            steps = chunk.text[start:end]
            yield _Reading(chunk, speaker, start, end, statement, nothing, steps, "procedure")
            return
    pasted = _PASTED.match(chunk.text) if speaker.to_assistant else None
    for sentence in sentences:
        if (pasted and sentence.start >= pasted.end()) or _quoted(chunk.text, sentence):
            continue
        struck = "~~" in sentence.text or sentence.text.count('"') % 2
        if struck or sentence.text.endswith(":") or _cut_off(chunk.text, sentence):
            continue
        yield from _read_sentence(chunk, speaker, names, note, sentence)


def _read_sentence(
    chunk: Chunk, speaker: Speaker, names: Sequence[str], note: bool, sentence: Sentence
) -> Iterator[_Reading]:
    def reading(statement: Statement, timed: Timed, known: str | None = None) -> _Reading:
        start, end = sentence.start, sentence.end
        return _Reading(chunk, speaker, start, end, statement, timed, sentence.text, known)

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
    if (named := read_name(chunk.text, sentence.start, sentence.end, speaker)) is not None:
        yield replace(reading(named[0], Timed("", "", None, None), "fact"), beside=named[1])
    if not plausible(sentence.text):
        return
    found: list[tuple[_Reading, str]] = []
    for at, (clause, core) in enumerate(_clauses(sentence.text, names)):
        future = FUTURE.search(clause) is not None
        timed = take_times(clause, chunk.said_at, future=future)
        statement = read_choice(timed.text, speaker) or read_clause(
            timed.text, speaker, gapped=at == 0 and not speaker.to_assistant
        )
        if statement is None or _DANGLING.search(statement.text):
            continue
        if statement.own or statement.exclusive or (note and _named(statement)):
            found.append((reading(statement, timed), core))
        if len(found) == PER_SENTENCE:
            break
    whole = len(found) == 1 or _REASON.search(sentence.text)
    yield from (one if whole else _narrowed(one, core) for one, core in found)


def _clauses(sentence: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each clause of a sentence, with the words of the sentence that say it."""
    for part in unfold(opened(sentence, names)):
        for clause in clauses(part.text, names):
            yield clause, part.core or clause


def _narrowed(one: _Reading, core: str) -> _Reading:
    """A reading whose quote is its own words of a sentence that says several things."""
    span = span_of(one.chunk.text, one.start, one.end, core)
    return replace(one, start=span[0], end=span[1]) if span else one


def _cut_off(text: str, sentence: Sentence) -> bool:
    """Whether a long chunk ends in the midst of the sentence."""
    last = sentence.end == len(text.rstrip()) and sentence.text[-1:] not in ".!?)…"
    return last and len(text) > FULL_CHUNK


def _named(statement: Statement) -> bool:
    """Whether a statement that is not the speaker's own has a subject worth a memory: a name, or
    a thing and its place.
    """
    if statement.predicate in PLACES:
        return True
    by_a_person = statement.predicate.split()[0] in _PERSONAL
    if is_given_name(re.split(r"['’]s\b| ", statement.subject)[0]):
        return True
    return statement.subject.istitle() and (by_a_person or " " in statement.subject)


def _least(one: _Reading) -> float:
    """The screen score from which a reading is kept; the clearer its form, the lower."""
    if one.statement.predicate in {"choose", "decide"}:
        return KEEP_CHOICE
    if one.statement.own or one.known:
        return KEEP_OWN
    return KEEP_VALUE if one.statement.exclusive else KEEP_OTHER


def _quoted(text: str, sentence: Sentence) -> bool:
    """Whether the sentence stands in quotation marks: someone else's words."""
    before, after = text[: sentence.start].rstrip("*_ "), text[sentence.end :].lstrip("*_ ")
    return before.endswith(('"', "“")) and after.startswith(('"', "”"))


def _candidate(one: _Reading, label: str, score: float) -> Candidate:
    statement, timed = one.statement, one.timed
    kind = kind_of(statement, label, one.speaker)
    text = f"{statement.text}{timed.phrase}."
    statement, valid_from = settled(statement, timed)
    return Candidate(
        kind=kind,
        text=text[:1].upper() + text[1:],
        subject=statement.subject,
        predicate=statement.predicate,
        object=statement.object,
        evidence=_evidence(one),
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
        entities=entities_of(statement, one.speaker),
    )


def settled(statement: Statement, timed: Timed) -> tuple[Statement, datetime | None]:
    """The statement with since when it holds; who has moved to a place lives in it since."""
    moved = statement.predicate in {"move to", "relocate to"} and statement.object[:1].isupper()
    if moved and statement.tense is Tense.PAST:
        statement = replace(statement, predicate="live in", exclusive=True)
    return statement, timed.since or (timed.start if moved and statement.exclusive else None)


def _evidence(one: _Reading) -> tuple[Evidence, ...]:
    spans = [(one.start, one.end)]
    if one.beside and not one.start <= one.beside[0] < one.end:
        spans.append(one.beside)
    return tuple(
        Evidence(one.chunk.id, start, end, one.chunk.text[start:end]) for start, end in spans
    )


def entities_of(statement: Statement, speaker: Speaker) -> tuple[str, ...]:
    """Names in the statement, the speaker's first."""
    if statement.predicate == "be done by":
        return ()
    named = [speaker.subject] if speaker.subject != "user" and statement.own else []
    about = "" if statement.subject == speaker.subject else statement.subject
    for part in (about.replace(speaker.subject, "").lstrip("'s "), f"- {statement.object}"):
        named += [re.sub(r"['’]s$", "", name) for name in _NAME.findall(part)]
    return tuple(name for name in dict.fromkeys(named) if name not in _CALENDAR and name)
