"""Memories without a language model: what people write about themselves, as typed statements.

Every candidate carries the exact sentence it came from. Precision goes before recall: a sentence
that the rules do not fully read, or that the screen finds ordinary, yields nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mem.core.chunk import Chunk
from mem.core.memory import Candidate, Evidence
from mem.extraction.candidates import candidate
from mem.extraction.grammar.lives import is_by_name, is_ended, is_taste, is_turn
from mem.extraction.grammar.outcomes import is_priced
from mem.extraction.grammar.statement import Tense
from mem.extraction.kinds import kind_of
from mem.extraction.reading import FUTURE, Reader, Reading
from mem.extraction.screening import Screen, is_impersonal, is_publication, shows_how
from mem.extraction.speaking.subjects import Speakers

if TYPE_CHECKING:
    from mem.core.protocols import Embedder

ORIGIN = "rules"
ORIGIN_RESOLVED = "rules, a pronoun resolved"
KEEP_OWN = 0.35  # screen score from which a first-person statement is kept
KEEP_OTHER = 0.8  # one about anything else
KEEP_VALUE = 0.6  # such a one that gives a value: a price, a date
KEEP_CHOICE = 0.25  # a decision in so many words
#: What the form alone does not tell: kept from a score, and only if the screen says the same.
CONFIRMED = {
    "where": ("resource", 0.6),
    "meaning": ("definition", 0.65),
    "condition": ("procedure", 0.7),
}
KEEP_ONE = 0.2  # of oneself, what is so of one thing at a time
KEEP_PRICE = 0.1  # what a thing costs, in one's own words
KEEP_PERSON = 0.25  # of someone by name, what is so of one thing at a time: a home, an employer
KEEP_ENDED = 0.25  # what someone who is named does no longer
#: By the form: what is named, what was judged with the words that it left out, a
#: thing and which it is, and `CONFIRMED`.
KEEP_KNOWN = {"named": 0.0, "clipped": 0.75} | {
    form: least for form, (_, least) in CONFIRMED.items()
}
_PLANNED = frozenset({"have", "be on", "be for", "be at", "fly to", "meet", "see", "visit"})
KEEP_RESOLVED = 0.5  # one about someone whom a pronoun stood for
RESOLVED = 0.9  # of the confidence, where a pronoun was resolved


class RulesExtractor:
    """Draws candidate memories from one document's chunks, at the speed of embedding them."""

    def __init__(self, embedder: Embedder, *, user_names: tuple[str, ...] = ()) -> None:
        """`user_names`: what the user is called; the first becomes the subject of their memories.

        Raises `ModelFileMissing` or `ModelFileDamaged` when the screen's weights cannot be read.
        """
        self._screen = Screen(embedder)
        self._user_names = user_names

    def extract(
        self,
        chunks: Sequence[Chunk],
        *,
        document_kind: str,
        document_title: str,
        dated: bool = True,
    ) -> list[Candidate]:
        """The candidates of one document in the order of its text.

        `document_kind` is `note` or `chat`. Evidence spans are offsets in `chunk.text`. Where the
        document is not `dated`, its time is only that of its file, which is as old as the words at
        the most: "yesterday" and "3 May" are then no day.
        """
        if not dated:
            said = {one.id: one.said_at for one in chunks}
            found = self.extract(
                [replace(one, said_at=None) for one in chunks],
                document_kind=document_kind,
                document_title=document_title,
            )
            return [
                replace(one, said_at=said[one.evidence[0].chunk_id], dated=False) for one in found
            ]
        if document_kind == "note" and is_publication([one.text for one in chunks]):
            return []
        speakers = Speakers(chunks, document_kind=document_kind, user_names=self._user_names)
        note = document_kind == "note"
        reader = Reader(speakers.names, note=note, title=document_title, machine=speakers.machine)
        readings: list[Reading] = []
        strict = note and shows_how([one.text for one in chunks])
        for chunk in chunks:
            speaker = speakers.of(chunk)
            headings = [document_title, *chunk.context.split(" > ")] if note else []
            if speaker is None:
                reader.heard(chunk, None)
                continue
            if not is_impersonal(
                speakers.own_words(chunk),
                headings=headings,
                note=note,
                pasted=speaker.to_assistant,
                received=not speaker.is_user,
            ):
                readings += reader.read(chunk, speaker)
            reader.heard(chunk, speaker)
        return self._judged(readings, strict=strict)

    def _judged(self, readings: list[Reading], *, strict: bool) -> list[Candidate]:
        texts = list(dict.fromkeys(one.judged for one in readings))
        verdicts = dict(zip(texts, self._screen.judge(texts), strict=True))
        found: list[Candidate] = []
        seen: set[tuple[str, str]] = set()
        for one in readings:
            verdict = verdicts[one.judged]
            least = _least(one)
            said, label = CONFIRMED.get(one.known or "", ("", 0.0))[0], verdict.label
            if verdict.score < least or (said and said != label):
                continue
            if strict and not _outlasts(one, label, verdict.score):
                continue
            known = None if one.known in {"clipped", "kept"} else one.known
            drawn = _candidate(one, said or known or label, verdict.score)
            if (key := (one.chunk.id, drawn.fingerprint)) not in seen:
                seen.add(key)
                found.append(drawn)
        return found


def _least(one: Reading) -> float:
    """The screen score from which a reading is kept; the clearer its form, the lower."""
    if one.statement.predicate in {"choose", "decide"}:
        return KEEP_CHOICE
    if one.statement.own or one.known:
        least = KEEP_ONE if one.statement.exclusive else KEEP_OWN
        return KEEP_KNOWN.get(one.known or "", least)
    if is_ended(one.statement) or (one.speaker.is_user and is_turn(one.statement)):
        return KEEP_ENDED
    if one.owner is not None:
        return KEEP_RESOLVED
    return _least_of_other(one)


def _least_of_other(one: Reading) -> float:
    """As `_least`, of what is about someone or something else."""
    mine = one.speaker.is_user
    if mine and not one.speaker.to_assistant and is_priced(one.statement):
        return KEEP_PRICE
    by_name = mine and is_by_name(one.statement)
    if by_name and is_taste(one.statement):
        return KEEP_PERSON
    return (KEEP_PERSON if by_name else KEEP_VALUE) if one.statement.exclusive else KEEP_OTHER


def _outlasts(one: Reading, label: str, score: float) -> bool:
    """Whether a statement of a note that shows how something is done holds beyond it: a choice, a
    passage that is one by its form, or a lasting trait.
    """
    if one.known in {"procedure", "plan"} or one.known in CONFIRMED:
        return True
    if "`" in one.quote or "://" in one.statement.text:
        return False
    if one.statement.predicate in {"choose", "decide"} or one.statement.exclusive:
        return True
    return label == "profile" and one.statement.tense is Tense.PRESENT and score >= KEEP_OTHER


def _lasts(one: Reading, label: str) -> bool:
    """Whether what the screen finds a plan is no more than what is so: it names no time to come."""
    statement, timed = one.statement, one.timed
    if label != "plan" or one.known is not None or statement.tense is not Tense.PRESENT:
        return False
    untimed = timed.start is None and timed.since is None and not timed.phrase
    return untimed and statement.predicate not in _PLANNED and not FUTURE.search(statement.text)


def _candidate(one: Reading, label: str, score: float) -> Candidate:
    speaker, owner = one.speaker, one.owner
    return candidate(
        one.statement,
        one.timed,
        speaker,
        kind=kind_of(one.statement, "fact" if _lasts(one, label) else label, speaker),
        evidence=_evidence(one),
        said_at=one.chunk.said_at,
        trust=min(speaker.trust, owner.trust) if owner else speaker.trust,
        confidence=score * (RESOLVED if owner else 1),
        origin=ORIGIN_RESOLVED if owner else ORIGIN,
    )


def _evidence(one: Reading) -> tuple[Evidence, ...]:
    said = Evidence(one.chunk.id, one.start, one.end, one.quote)
    beside = one.beside
    if beside is None:
        return (said,)
    inside = beside.chunk_id == said.chunk_id and said.start <= beside.start < said.end
    return (said,) if inside else (said, beside)
