"""Numbers the evidence of an answer and says it in sentences.

Invariant: a citation's quote is the hit's text at its span; the same statement gets one number.
What a statement leads up to with a colon is quoted with it: "like this:" alone shows nothing.
"""

from __future__ import annotations

from typing import Final

from mem.answer.context import Statement, led_to, plain
from mem.answer.dates import day_of
from mem.core.answer import Citation, Sentence
from mem.core.chunk import locator_at
from mem.core.times.spans import describe

#: Longest quotation inside an answer's sentence; the citation itself always holds all of it.
SHOWN: Final = 260


class Citations:
    """Hands out numbers from 1, in the order in which statements are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._found: list[Citation] = []

    def number(self, statement: Statement) -> int:
        """The statement's number, given now if it has none yet."""
        key = (statement.hit.id, statement.start, statement.end)
        if key not in self._numbers:
            self._numbers[key] = len(self._found) + 1
            self._found.append(_citation(len(self._found) + 1, statement))
        return self._numbers[key]

    @property
    def found(self) -> tuple[Citation, ...]:
        """All citations by number."""
        return tuple(self._found)


def reported(statement: Statement, *, dated: bool) -> str:
    """The statement as somebody's words, so that "I" is never taken for the assistant's.

    `dated` puts when it was said before it; a chat message always has it.
    """
    hit = statement.hit
    who = hit.speaker or f"Note “{hit.source.title}”"
    # Exports name no person: there the speaker is the role.
    who = {"user": "You", "assistant": "Assistant"}.get(who, who)
    who = f"Quoted{who[6:]}" if who.startswith("quoted by ") else who
    if hit.said_at is not None and (dated or hit.speaker) and not hit.of_file:
        who = f"{who}, {describe(day_of(hit.said_at))}"
    return f"{who}: “{shown(statement)}”"


def shown(statement: Statement) -> str:
    """The statement's words without markup, cut at a word where they are long."""
    text = plain(statement.text)
    if statement.code:
        text = "\n".join(
            line
            for line in statement.text.splitlines()
            if not line.lstrip().startswith(("```", "~~~"))
        ).strip()
    if len(text) <= SHOWN:
        return text
    return text[:SHOWN].rsplit(" ", 1)[0].rstrip(",;: ") + " …"


def joined(sentences: tuple[Sentence, ...]) -> str:
    """The whole answer: every sentence followed by its numbers, as in "Barley. [1]"."""
    return " ".join(
        sentence.text + "".join(f" [{n}]" for n in sentence.citations) for sentence in sentences
    )


def _citation(n: int, statement: Statement) -> Citation:
    hit, end = statement.hit, led_to(statement)
    return Citation(
        n=n,
        id=hit.id,
        uri=hit.source.uri,
        title=hit.source.title,
        locator=locator_at(hit.source.locator, hit.text, statement.start),
        quote=hit.text[statement.start : end],
        said_at=hit.said_at,
        speaker=hit.speaker,
        start=statement.start,
        end=end,
        said_at_origin=hit.said_at_origin,
    )
