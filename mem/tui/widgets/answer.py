"""An answer as it is shown and copied: sentences with their numbers, citations as rows.

Pure: values in, text out; what came from a source is sanitized.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from mem.core.answer import Answer, Citation, Sentence
from mem.core.display import sanitize, sanitize_line
from mem.core.document import SaidAtOrigin
from mem.core.query import Hit
from mem.tui.widgets.cells import Cell, Row
from mem.tui.widgets.lines import MUTED, on_a_line
from mem.tui.widgets.passage import shown_path

if TYPE_CHECKING:
    from mem.store.browsing.view import Span


def shown_answer(answer: Answer, *, current: str = "") -> Content:
    """The sentences with the numbers of their citations; that of `current` brought out."""
    if answer.abstained:
        text = "Memory does not hold an answer to this."
        if answer.nearest:
            text += " The passages that come nearest:"
        lines = [Content.styled(text, "italic")]
    else:
        lines = [Content(answer.between).join(shown_sentences(answer.sentences, current))]
    lines += [Content.styled(sanitize(note), MUTED) for note in answer.notices]
    return Content("\n").join(lines)


def shown_sentences(sentences: Sequence[Sentence], current: str = "") -> list[Content]:
    """Each sentence with its numbers."""
    return [
        Content.assemble(
            sanitize(sentence.text),
            " ",
            *(
                (f"[{n}]", "bold reverse" if str(n) == current else "bold $text-accent")
                for n in sentence.citations
            ),
        )
        for sentence in sentences
    ]


def _day(one: Citation | Hit) -> str:
    """When the words were said; empty where only their file has a date."""
    known = one.said_at is not None and one.said_at_origin is not SaidAtOrigin.FILE_TIME
    return f"{one.said_at:%Y-%m-%d}" if known else ""


def citation_rows(citations: tuple[Citation, ...]) -> list[Row]:
    """A row for each citation: number, day, title with quote, speaker."""
    return [
        Row(
            f"citation-{one.n}",
            (
                f"{one.n}",
                Cell(_day(one), dim=True),
                on_a_line(f"{one.title}: {one.quote}" if one.title else one.quote),
                Cell(one.speaker or "", dim=True),
            ),
        )
        for one in citations
    ]


def nearest_rows(hits: tuple[Hit, ...]) -> list[Row]:
    """A row for each passage that came nearest."""
    return [
        Row(
            f"nearest-{number}",
            (
                "≈",
                Cell(_day(one), dim=True),
                on_a_line(f"{one.source.title}: {one.text}" if one.source.title else one.text),
                Cell(one.speaker or "", dim=True),
            ),
        )
        for number, one in enumerate(hits)
    ]


def places_of(answer: Answer, rows: list[Row]) -> list[tuple[Row, str, tuple[Span, ...]]]:
    """Each row with its chunk and what of it to bring out."""
    if answer.abstained:
        return [
            (row, one.id, one.highlights) for row, one in zip(rows, answer.nearest, strict=True)
        ]
    return [
        (row, one.id, ((one.start, one.end),))
        for row, one in zip(rows, answer.citations, strict=True)
    ]


def answer_text(answer: Answer) -> str:
    """The answer as plain text, as it is copied."""
    if answer.abstained:
        return f"{answer.question}\nNot in memory.\n"
    return f"{answer.question}\n{answer.answer}\n"


def answer_markdown(answer: Answer) -> str:
    """The answer as Markdown with its citations as footnotes."""
    lines = [f"**{sanitize_line(answer.question)}**", ""]
    if answer.abstained:
        return "\n".join([*lines, "*Not in memory.*", ""])
    lines.append(
        " ".join(
            sanitize(sentence.text) + "".join(f"[^{n}]" for n in sentence.citations)
            for sentence in answer.sentences
        )
    )
    for one in answer.citations:
        when = f", {_day(one)}" if _day(one) else ""
        who = f"{sanitize_line(one.speaker)}, " if one.speaker else ""
        lines.append(
            f"\n[^{one.n}]: “{sanitize_line(one.quote).strip()}” — {who}{sanitize_line(one.title)}"
            f"{when} (`{shown_path(one.uri)}`, {sanitize_line(one.locator)})"
        )
    return "\n".join(lines) + "\n"
