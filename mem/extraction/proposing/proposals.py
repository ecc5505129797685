"""From a model's proposal to a candidate, or to the reason why it is refused.

The quote must stand in the passage named; the statement is held against the whole sentence around
it, so that no part of a sentence can be quoted against its meaning. Code resolves the times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mem.core.chunk import Chunk
from mem.core.memory import Candidate, Evidence, MemoryKind
from mem.core.times.spans import TimeMention, describe, find_mentions
from mem.extraction.candidates import candidate
from mem.extraction.grammar.predicates import is_exclusive, normalised
from mem.extraction.grammar.statement import Statement, Tense
from mem.extraction.grammar.timing import Timed, take_times
from mem.extraction.grammar.verbs import verb_group
from mem.extraction.proposing.evidence import denies, find_quote, said_share, unsupported
from mem.extraction.proposing.prompts import Proposal, echoes_prompt
from mem.extraction.reading import FUTURE
from mem.extraction.screening import asks, is_code_or_secret
from mem.extraction.sentences import split_sentences
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary import words

PROMPT_ECHO = "words of the prompt"
NO_QUOTE = "quote not in the passage"
NO_SENTENCE = "quote is no sentence"
ASKED = "question or request"
OPENS_DOORS = "code or secret"
PERSON = "not in the third person"
SPEAKER = "said of the wrong one"
NAMES = "names or numbers not in the evidence"
WRONG_DATE = "date not in the evidence"
DENIED = "denial not in the evidence"
UNSAID = "not what the quote says"
REASONS = (
    PROMPT_ECHO,
    NO_QUOTE,
    NO_SENTENCE,
    ASKED,
    OPENS_DOORS,
    PERSON,
    SPEAKER,
    NAMES,
    WRONG_DATE,
    DENIED,
    UNSAID,
)
"""Why a proposal is refused, in the order in which it is looked at."""

# Shares of a statement's content words that its sentence must have, and that its sentence must
# have with the ones beside it. Chosen on a development set (scripts/measure_guards.py).
LEAST_QUOTED = 0.25
LEAST_SAID = 0.6
_BESIDE = 2  # sentences before and after
_LEAST_FITTING = 0.5  # share of the words of a part of a statement that the whole must have
MOST_QUOTED = 600  # characters
_OWN = re.compile(
    r"(?<!-)\b(?:I|[Ii]'(?:m|ve|d|ll)|[Mm]y|[Mm]e|[Mm]ine|[Mm]yself|[Ww]e|[Oo]ur|us|[Yy]ou|[Yy]our)\b(?!-)"
)
_ADDRESSED = re.compile(r"\byou(?:r|rs|'\w+)?\b", re.IGNORECASE)
_FINITE = {"has": "have", "does": "do"}
_USER = frozenset({"user", "the user"})
_SUBJECTLESS = words.word_set("he she it they this that these those someone everyone there who")


@dataclass(frozen=True, slots=True)
class Source:
    """What a proposal is held against: its passage, and who speaks in the passages around it."""

    chunk: Chunk
    start: int
    end: int
    speaker: Speaker
    around: Sequence[str]

    @property
    def text(self) -> str:
        """The passage as the model saw it."""
        return self.chunk.text[self.start : self.end]


def judge(proposal: Proposal, source: Source, *, origin: str) -> Candidate | str:
    """The candidate that a proposal makes, or one of `REASONS`."""
    if echoes_prompt(proposal.text) or echoes_prompt(proposal.quote):
        return PROMPT_ECHO
    span = find_quote(proposal.quote, source.text)
    if span is None or len(proposal.quote.split()) < 2:
        return NO_QUOTE
    whole = _sentences_around(source, span)
    if whole is None:
        return NO_SENTENCE
    sentence = source.chunk.text[slice(*whole)]
    if (reason := _refused(proposal, source, sentence)) is not None:
        return reason
    return _candidate(proposal, source, whole, origin)


def _sentences_around(source: Source, span: tuple[int, int]) -> tuple[int, int] | None:
    """The chunk's span of the sentences that a quote touches; None where it is in none."""
    start, end = source.start + span[0], source.start + span[1]
    touched = [
        one for one in split_sentences(source.chunk.text) if one.start < end and start < one.end
    ]
    if not touched or touched[-1].end - touched[0].start > MOST_QUOTED:
        return None
    return touched[0].start, touched[-1].end


def _refused(proposal: Proposal, source: Source, sentence: str) -> str | None:  # noqa: PLR0911
    """Why a proposal may not stand on its sentence; one return per reason."""
    if asks(sentence):
        return ASKED
    if is_code_or_secret(sentence):
        return OPENS_DOORS
    if _OWN.search(proposal.text.replace("’", "'")) or _bare(proposal.subject) in _SUBJECTLESS:
        return PERSON
    if not _may_be_subject(proposal.subject, source):
        return SPEAKER
    said_at = source.chunk.said_at
    times = find_mentions(source.text, said_at=said_at) if said_at is not None else []
    spoken = [source.speaker.phrase, "The user" if source.speaker.is_user else ""]
    grounds = [source.text, *spoken, *source.around, *map(_said_as, times)]
    # A predicate may begin with a capital that makes no name of it.
    predicate = proposal.predicate[:1].lower() + proposal.predicate[1:]
    stated = f"{proposal.text} {proposal.subject} {predicate} {proposal.object}"
    if unsupported(stated, grounds):
        return NAMES
    if said_at is not None and not _dated_as_said(proposal.text, times, said_at):
        return WRONG_DATE
    if denies(proposal.text) != denies(sentence) and _is_plain(sentence, proposal.text):
        return DENIED
    about = _without_subject(proposal.text, proposal.subject)
    dated = list(map(_said_as, times))
    quoted = said_share(about, [sentence, *dated])
    said = said_share(about, [_beside(source.text, sentence), *dated])
    return None if quoted >= LEAST_QUOTED and said >= LEAST_SAID else UNSAID


def _beside(text: str, sentence: str) -> str:
    """A sentence of a text with those before and after it."""
    sentences = split_sentences(text)
    touched = [place for place, one in enumerate(sentences) if one.text in sentence]
    if not touched:
        return sentence
    near = sentences[max(0, touched[0] - _BESIDE) : touched[-1] + _BESIDE + 1]
    return " ".join([sentence, *(one.text for one in near)])


def _said_as(mention: TimeMention) -> str:
    """A time in words, with the day of the week and the month that it begins in."""
    return f"{describe(mention.span)} {mention.span.start:%A %B}"


def _may_be_subject(subject: str, source: Source) -> bool:
    """Whether the passage can say something of a subject: its speaker, or what it names."""
    name = _bare(subject)
    if name in _USER:
        return source.speaker.is_user
    if name == source.speaker.subject.lower() or name == source.speaker.phrase.lower():
        return True
    owner, _, thing = name.replace("’", "'").partition("'s ")
    if thing and _may_be_subject(owner, source):
        return said_share(thing, [source.text]) >= _LEAST_FITTING
    if said_share(name, [source.text]) >= _LEAST_FITTING:
        return True
    others = {one.lower() for one in source.around}
    return name in others and _ADDRESSED.search(source.text) is not None


def _dated_as_said(text: str, times: Sequence[TimeMention], said_at: datetime) -> bool:
    """Whether every date of a statement is one that its passage gives."""
    return all(
        any(said.span.overlaps(one.span) for said in times)
        for one in find_mentions(text, said_at=said_at)
    )


def _is_plain(sentence: str, text: str) -> bool:
    """Whether a difference in denial is one in meaning: the statement denies on its own, or the
    sentence has one clause.
    """
    return denies(text) or not re.search(r"[,;–—]|\b(?:and|but|or|so|because)\b", sentence)


def _candidate(
    proposal: Proposal, source: Source, whole: tuple[int, int], origin: str
) -> Candidate:
    chunk, speaker = source.chunk, source.speaker
    sentence = chunk.text[slice(*whole)]
    timed = _timed(proposal, chunk.said_at, sentence)
    statement = _statement(proposal, speaker, timed, chunk.said_at)
    kind = _kind(proposal.kind, statement, speaker)
    about = _without_subject(proposal.text, proposal.subject)
    return candidate(
        statement,
        timed,
        speaker,
        kind=kind,
        evidence=(Evidence(chunk.id, *whole, sentence),),
        said_at=chunk.said_at,
        trust=speaker.trust,
        confidence=0.5 + 0.3 * said_share(about, [sentence]),
        origin=origin,
    )


def _timed(proposal: Proposal, said_at: datetime | None, sentence: str) -> Timed:
    """The statement with the sentence's time, as dates; a time that is not there is left out."""
    text = proposal.text.strip().rstrip(".!")
    when = proposal.when
    if when and find_quote(when, sentence) and find_quote(when, text) is None:
        text = f"{text} {when}"
    return take_times(text, said_at, future=FUTURE.search(sentence) is not None)


def _statement(
    proposal: Proposal, speaker: Speaker, timed: Timed, said_at: datetime | None
) -> Statement:
    """Subject, predicate and object as the rules would write them.

    Where they are not those of the sentence, the text alone stands for the statement.
    """
    own = _bare(proposal.subject) in {*_USER, speaker.subject.lower(), speaker.phrase.lower()}
    subject = speaker.subject if own else proposal.subject
    rest = _without_subject(timed.text, proposal.subject)
    plain = re.sub(r"n['’]t\b", " not", rest.lower())
    low = [_FINITE.get(word, word) for word in (one.strip(",.") for one in plain.split())]
    group = verb_group(low)
    past, negated = (group.past, group.negated) if group else (False, denies(rest))
    tense = group.tense if group else Tense.PRESENT
    predicate = _predicate(proposal.predicate)
    value = take_times(proposal.object.strip(" ."), said_at, future=False).text
    predicate, value = normalised(predicate, value)
    fits = (
        predicate and value and said_share(f"{predicate} {value}", [timed.text]) >= _LEAST_FITTING
    )
    if not fits:
        return Statement(subject, "", "", timed.text, tense, negated, exclusive=False, own=own)
    exclusive = is_exclusive(predicate, value, past=past)
    return Statement(subject, predicate, value, timed.text, tense, negated, exclusive, own)


def _predicate(given: str) -> str:
    """A predicate as a key: its verb in the base form, without what only bends it."""
    low = [word for word in given.lower().replace("n't", " not").split() if word != "not"]
    while len(low) > 1 and low[0] in words.AUXILIARIES | words.ADVERBS and words.readings(low[1]):
        low = low[1:]
    return " ".join([words.lemma(low[0]), *low[1:]]) if low else ""


def _kind(kind: MemoryKind, statement: Statement, speaker: Speaker) -> MemoryKind:
    """PROFILE is for the user alone; what a subject has one of, and has now, did not happen."""
    about_user = speaker.is_user and statement.own
    if statement.exclusive and kind is MemoryKind.EVENT and statement.tense is Tense.PRESENT:
        kind = MemoryKind.PROFILE
    return MemoryKind.FACT if kind is MemoryKind.PROFILE and not about_user else kind


def _without_subject(text: str, subject: str) -> str:
    """What a statement says of its subject."""
    plain = text.strip()
    for lead in (subject, f"The {subject}"):
        if plain.lower().startswith(lead.lower()):
            return plain[len(lead) :].strip()
    return plain


def _bare(subject: str) -> str:
    return " ".join(subject.lower().split()).strip(" .,")
