"""From a passage to readings: statements with their words, before the screen has judged them.

A reading's span is an exact slice of its chunk; where a pronoun was resolved, `beside` is the exact
place that names who or what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mem.core.chunk import Chunk
from mem.core.memory import Evidence
from mem.extraction.grammar.clauses import clauses, opened
from mem.extraction.grammar.clipped import completed, keyed, planned
from mem.extraction.grammar.forms import read_clause
from mem.extraction.grammar.lives import is_by_name, is_ended
from mem.extraction.grammar.naming import read_name
from mem.extraction.grammar.objects import DATED_VERBS
from mem.extraction.grammar.outcomes import outcome
from mem.extraction.grammar.spans import span_of
from mem.extraction.grammar.statement import Statement
from mem.extraction.grammar.timing import Timed, take_times
from mem.extraction.grammar.unfolding import unfold
from mem.extraction.notes import (
    read_choice,
    read_condition,
    read_definition,
    read_how_to,
    read_passage,
    read_reminder,
    read_todo,
    read_where,
)
from mem.extraction.references import (
    REACH,
    Passage,
    References,
    Resolved,
    is_ours,
    leaves_there,
)
from mem.extraction.screening import is_amount_or_code, plausible
from mem.extraction.sentences import LineKind, Sentence, split_sentences, without_request
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.speaking.transcripts import Spans
from mem.extraction.textual import is_of_text
from mem.extraction.vocabulary.people import is_given_name
from mem.extraction.vocabulary.words import word_set

PER_SENTENCE = 3
FULL_CHUNK = 900  # characters from which a chunk may have been cut inside a sentence
FUTURE = re.compile(
    r"\b(?:will|\w+'ll|going to|gonna|planning|plans? to|wants? to|hopes?|ha(?:ve|s) to|"
    r"needs? to|must|upcoming|appointment|leaves|starts|begins|ends|expires|closes|due|booked|"
    r"expecting|todo|"
    r"(?:i'm|i am|we're|we are|is|are) \w+ing|exam|deadline)\b",
    re.IGNORECASE,
)
#: What opens a message that brings somebody else's words, or asks for words to be made up.
_PASTED = re.compile(
    r"^[^\n]{0,80}\b(?:write|rewrite|translate|proofread|summari[sz]e|correct|improve|fix|edit|"
    r"paraphrase|analy[sz]e|explain|reply to|respond to|answer|following|"
    r"below)\b[^\n]{0,120}:\s*(?=\n|\")|"
    r"^\W*(?:please |can you |could you )?(?:write|continue|complete|translate|proofread|rewrite|"
    r"rephrase|paraphrase|summari[sz]e|conjugate|rate|draft|make up|invent)\b[^\n:.?!]{0,100}:\s|"
    r"^\W*(?:please )?(?:fix|improve|edit|shorten|polish|check|correct|review)\b[^\n:.?!]{0,60}"
    r"\b(?:this|following)\b[^\n:.?!]{0,40}:\s|"
    r"^[^\n:]{0,40}\b(?:wrote|said|says|answered|replied|posted)\s?:\s|"
    r"^[^\n]{0,20}\bhere(?:'s| is| are) (?:the|an?|what|some) [^\n:]{0,60}:\s",
    re.IGNORECASE,
)
#: "Standing two metres tall, he …": the words before the comma are no sentence of their own.
_PARTICIPLE = re.compile(
    r"\w+ing\b[^,.!?]*,\s+(?:i|we|you|it|he|she|they|this|that)\b", re.IGNORECASE
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
    r"so|if|when|using|called|named|from|into|by|like|about|the following|as follows|"
    r"to (?:say|tell|know))$|\b(?:is|are|am|was|were) not (?:only|just) (?!.*\bbut\b)",
    re.IGNORECASE,
)
#: What ties two clauses together: neither is quoted without the other.
_REASON = re.compile(
    r"\b(?:because|cause|so|therefore|hence|due to|thanks to|as a result|why)\b", re.IGNORECASE
)
#: "I was blown away, says the editor": the first person is somebody else's.
_TOLD_BY = re.compile(
    r",[\"'’”]? (?:says|said|writes|wrote|explains|adds|recalls) (?!(?:i|we|that|it|so)\b)\w+",
    re.IGNORECASE,
)
#: A line in bold alone is a title, or a reader's question.
_BOLD_LINE = re.compile(r"^[ \t]*(?:\*\*|__)[^*_\n]+(?:\*\*|__)[ \t]*:?$", re.MULTILINE)
_OPINIONS = word_set("think believe assume suppose guess doubt suspect")
_DAY = timedelta(days=1)
_UNTIMED = Timed("", "", None, None)


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement found in a chunk, before the screen has judged the sentence it stands in."""

    chunk: Chunk
    speaker: Speaker
    start: int
    end: int
    statement: Statement
    timed: Timed
    judged: str  # what the screen judges: the whole sentence
    known: str | None = None  # the class, where the form alone says it
    beside: Evidence | None = None  # a second place that the statement rests on
    owner: Speaker | None = None  # whose words that place are, where a pronoun was resolved

    @property
    def quote(self) -> str:
        """The words of the chunk that say it."""
        return self.chunk.text[self.start : self.end]


class Reader:
    """Reads the chunks of one document in their order."""

    def __init__(
        self, names: Sequence[str], *, note: bool, title: str, machine: Spans | None = None
    ) -> None:
        """`names`: who takes part in the conversation; `title`: of the document; `machine`: what
        an assistant wrote in it.
        """
        self._machine = machine or {}
        self._names = names
        self._note = note
        self._title = title
        self._references = References(names)
        self._said: list[Passage] = []  # the messages before, the last one first
        self._last: tuple[int, str | None] | None = None  # place and session of the last one

    def heard(self, chunk: Chunk, speaker: Speaker | None) -> None:
        """Note a message that was gone through; one that is not to be heard cuts off the rest."""
        self._last = (chunk.seq, chunk.session_id)
        if speaker is None or self._note:
            self._said = []
            return
        start = max(0, len(chunk.text) - REACH)
        self._said = [Passage(chunk.text[start:], start, chunk, speaker), *self._said[:1]]

    def read(self, chunk: Chunk, speaker: Speaker) -> Iterator[Reading]:
        """The readings of a chunk in the order of its text."""
        if self._last != (chunk.seq - 1, chunk.session_id):
            self._said = []
        sentences = [without_request(one) for one in split_sentences(chunk.text)]
        if self._note and not self._machine:
            heading = chunk.context.rsplit(" > ", 1)[-1] or self._title
            if passage := read_passage(heading, sentences):
                statement, start, end = passage
                steps = chunk.text[start:end]
                yield Reading(chunk, speaker, start, end, statement, _UNTIMED, steps, "procedure")
                return
        pasted = _PASTED.match(chunk.text) if speaker.to_assistant else None
        titles = [one.span() for one in _BOLD_LINE.finditer(chunk.text)] if self._note else []
        for sentence in sentences:
            if any(start <= sentence.start < end for start, end in titles):
                continue
            if (pasted and sentence.end > pasted.end()) or _quoted(chunk.text, sentence):
                continue
            said = self._machine.get(chunk.id, ())
            if any(start <= sentence.start < end for start, end in said):
                continue
            struck = "~~" in sentence.text or sentence.text.count('"') % 2
            if struck or sentence.text.endswith(":") or _cut_off(chunk.text, sentence):
                continue
            yield from self._sentence(chunk, speaker, sentence)

    def _sentence(self, chunk: Chunk, speaker: Speaker, sentence: Sentence) -> Iterator[Reading]:
        def reading(
            statement: Statement, timed: Timed = _UNTIMED, known: str | None = None
        ) -> Reading:
            start, end = sentence.start, sentence.end
            return Reading(chunk, speaker, start, end, statement, timed, sentence.text, known)

        if sentence.line is LineKind.TODO:
            timed = take_times(sentence.text, chunk.said_at, future=True)
            todo = read_todo(replace(sentence, text=timed.text), speaker)
            if todo is not None and plausible("I " + sentence.text):
                yield reading(todo, timed, "plan")
        if sentence.line in {LineKind.TODO, LineKind.DONE}:
            return
        if self._note and (noted := _noted(chunk, speaker, sentence)) is not None:
            yield reading(*noted)
            if noted[2] != "meaning":
                return
        if (named := read_name(chunk.text, sentence.start, sentence.end, speaker)) is not None:
            start, end = named[1]
            place = Evidence(chunk.id, start, end, chunk.text[start:end])
            yield replace(reading(named[0], known="named"), beside=place)
        if speaker.is_user and (jotted := self._jotted(chunk, speaker, sentence)) is not None:
            statement, timed, told = jotted
            form = "kept" if timed is _UNTIMED else "clipped"
            yield replace(reading(statement, timed, form), judged=told)
            return
        found = list(self._clauses(reading, chunk, speaker, sentence))
        whole = len(found) == 1 or _REASON.search(sentence.text)
        yield from (one if whole else _narrowed(one, core) for one, core in found)

    def _jotted(
        self, chunk: Chunk, speaker: Speaker, sentence: Sentence
    ) -> tuple[Statement, Timed, str] | None:
        """A line that is no sentence: "Car: blue Skoda", "Dentist on 3 June"; with its time and
        the sentence that it stands for.
        """
        plain = opened(sentence.text, self._names)
        if not sentence.first or not plausible(f"I {plain}") or is_amount_or_code(chunk.text):
            return None
        if not self._of_another(chunk) and (kept := keyed(plain, speaker)) is not None:
            return kept, _UNTIMED, f"My {plain[:1].lower()}{plain[1:].replace(': ', ' is ', 1)}"
        timed = take_times(plain, chunk.said_at, future=True)
        if timed.start is None or timed.end is None or chunk.said_at is None:
            return None
        today = chunk.said_at.replace(tzinfo=None, hour=0, minute=0)
        if timed.start < today or timed.end - timed.start > _DAY:
            return None
        plan = planned(timed.text, speaker)
        return None if plan is None else (plan, timed, f"I have {plain[:1].lower()}{plain[1:]}")

    def _counts(self, statement: Statement | None, speaker: Speaker) -> bool:
        """Whether a statement is the speaker's own, or of someone or something worth a memory."""
        if statement is None or (self._note and is_of_text(statement)):
            return False
        if statement.exclusive and not statement.own and not speaker.is_user:
            return is_by_name(statement)
        if statement.predicate in _OPINIONS and (self._note or not speaker.is_user):
            return False
        if statement.own or statement.exclusive:
            return True
        return (self._note and _named(statement)) or (speaker.is_user and is_ended(statement))

    def _whole(
        self, chunk: Chunk, speaker: Speaker, sentence: Sentence, told: str, timed: Timed
    ) -> tuple[Statement, Timed, str] | None:
        """A clipped clause of a person's own read with what it leaves out: the statement, its
        time and the words.
        """
        if (
            not speaker.is_user
            or "please" in sentence.text.lower()
            or is_amount_or_code(chunk.text)
        ):
            return None
        stopped = chunk.text[sentence.end - 1 : sentence.end + 1].strip()[-1:] in {".", "!", "…"}
        dated = bool(timed.phrase or timed.start or timed.since)
        whole = completed(told, stopped=stopped, dated=dated)
        if whole is None or (whole.startswith("My ") and self._of_another(chunk)):
            return None
        timed = take_times(whole, chunk.said_at, future=FUTURE.search(whole) is not None)
        statement = read_clause(timed.text, speaker, gapped=False)
        return None if statement is None else (statement, timed, whole)

    def _of_another(self, chunk: Chunk) -> bool:
        """Whether a passage stands under somebody's name, so that its bare nouns are theirs."""
        over = f"{self._title} {chunk.context}" if self._note else ""
        return any(is_given_name(word) for word in re.findall(r"\w+", over))

    def _clauses(
        self, reading: Callable[..., Reading], chunk: Chunk, speaker: Speaker, sentence: Sentence
    ) -> Iterator[tuple[Reading, str]]:
        """Up to `PER_SENTENCE` readings of a sentence's clauses, with the words that say each."""
        itself, found = plausible(sentence.text), 0
        if not itself and not plausible(f"I {sentence.text}"):
            return
        for at, (clause, core) in enumerate(self._cut(sentence.text)):
            resolved = self._resolved(clause, core, chunk, speaker, sentence)
            if not (itself if resolved is None else plausible(resolved.clause)):
                continue
            told = leaves_there(clause) if resolved is None else resolved.clause
            owner = speaker if resolved is None else resolved.speaker
            timed = take_times(told, chunk.said_at, future=FUTURE.search(told) is not None)
            first = at == 0 and resolved is None
            gapped = first and not speaker.to_assistant and not self._note
            gapped = gapped and not _PARTICIPLE.match(sentence.text)
            statement, known = read_choice(timed.text, speaker), None
            statement = statement or read_clause(timed.text, owner, gapped=gapped)
            if first and (statement is None or not statement.own):
                whole = self._whole(chunk, speaker, sentence, told, timed)
                statement, timed, told = whole or (statement, timed, told)
                known = "clipped" if whole else None
            if statement is None or _DANGLING.search(statement.text):
                continue
            statement = outcome(statement, since=timed.since is not None)
            if statement.predicate in DATED_VERBS and not (statement.object or timed.phrase):
                continue
            if not resolved and not self._counts(statement, speaker):
                continue
            one = reading(statement, timed, known)
            if known:
                one = replace(one, judged=f"{told}.")
            if resolved is not None:
                one = replace(one, judged=told, beside=resolved.evidence, owner=owner)
            yield one, core
            found += 1
            if found == PER_SENTENCE:
                return

    def _resolved(
        self, clause: str, core: str, chunk: Chunk, speaker: Speaker, sentence: Sentence
    ) -> Resolved | None:
        """The clause with its pronoun resolved, where that is certain."""
        span = span_of(chunk.text, sentence.start, sentence.end, core)
        at = span[0] if span else sentence.start
        start = max(0, at - REACH)
        before = [Passage(chunk.text[start:at], start, chunk, speaker)]
        resolved = self._references.resolve(clause, before + (self._said if not start else []))
        return resolved if resolved and is_ours(resolved, speaker) else None

    def _cut(self, sentence: str) -> Iterator[tuple[str, str]]:
        """Each clause of a sentence, with the words of the sentence that say it."""
        for part in unfold(opened(sentence, self._names)):
            for clause in clauses(part.text, self._names):
                yield clause, part.core or clause


def _noted(
    chunk: Chunk, speaker: Speaker, sentence: Sentence
) -> tuple[Statement, Timed, str] | None:
    """What a sentence of a note states by its form, with the class that the form tells."""
    if (how_to := read_how_to(sentence.text)) is not None:
        return how_to, _UNTIMED, "procedure"
    if (condition := read_condition(sentence.text)) is not None:
        return condition, _UNTIMED, "condition"
    timed = take_times(sentence.text, chunk.said_at, future=True)
    if (reminder := read_reminder(timed.text, speaker)) is not None:
        return reminder, timed, "plan"
    if (where := read_where(sentence.text)) is not None:
        return where, _UNTIMED, "where"
    meant = read_definition(sentence.text)
    return None if meant is None else (meant, _UNTIMED, "meaning")


def _narrowed(one: Reading, core: str) -> Reading:
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
    if is_by_name(statement):
        return True
    return statement.subject.istitle() and (by_a_person or " " in statement.subject)


def _quoted(text: str, sentence: Sentence) -> bool:
    """Whether the sentence is told of someone, or stands in quotation marks: their words."""
    if _TOLD_BY.search(sentence.text):
        return True
    before = text[: sentence.start].rpartition("\n\n")[2]
    if text.rfind("“", 0, sentence.start) > text.rfind("”", 0, sentence.start):
        return True
    after = text[sentence.start :].partition("\n\n")[0]
    return before.count('"') % 2 == 1 and after.count('"') % 2 == 1
