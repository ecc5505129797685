"""Ask: a question, its answer with numbered citations, and each citation in its surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from mem.core.answer import Answer, Citation
from mem.core.display import sanitize, sanitize_line
from mem.core.query import Hit
from mem.tui.actions import bindings
from mem.tui.messages import AskWanted, GoTo, PassageWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.passage import PassageView, shown_path
from mem.tui.widgets.table import Cell, Column, Row, VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key

    from mem.store.browse import Passage, Span

_HINT = (
    "Ask in your own words. Every sentence of an answer names its evidence; "
    "what memory does not hold, it says so."
)
_REACH = 3


class AskScreen(MemScreen):
    """Question, answer, citations, passage."""

    NAME = "ask"
    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")

    def __init__(self) -> None:
        super().__init__()
        self.answer: Answer | None = None
        self.asked: list[str] = []
        self._recalled = 0
        self._places: dict[str, tuple[str, tuple[Span, ...]]] = {}

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder="Ask your memory …", id="question", compact=True)
        with Horizontal(id="ask-body"):
            with Vertical(id="ask-left"):
                with VerticalScroll(id="answer-box", can_focus=False):
                    yield Static(Content.styled(_HINT, "$text-muted"), id="answer", markup=False)
                yield VirtualTable(
                    Column("#", 3, right=True),
                    Column("said", 10, least=50),
                    Column("passage"),
                    Column("who", 12, least=80),
                    id="citations",
                    header=False,
                )
            yield PassageView(id="ask-passage")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#question"))
        self.query_one("#citations").display = False
        self.query_one("#ask-passage").display = False

    # --- asking ----------------------------------------------------------------------------

    @on(Input.Submitted, "#question")
    def _submitted(self, event: Input.Submitted) -> None:
        question = event.value.strip()
        if question:
            self.ask(question)

    def ask(self, question: str) -> None:
        """Ask, and show the answer when it comes."""
        if question in self.asked:
            self.asked.remove(question)
        self.asked.append(question)
        self._recalled = len(self.asked)
        self.query_one("#question", Input).value = question
        self.query_one("#answer-box").set_class(False, "-absent")
        self.query_one("#answer", Static).update(Content.styled("Looking …", "$text-muted"))
        self.want(AskWanted(question, reply=self.show_answer, failed=self._failed))

    def _failed(self, error: Exception) -> None:
        self.query_one("#answer", Static).update(Content(sanitize(str(error))))

    def show_answer(self, answer: Answer) -> None:
        """Show an answer, or that there is none and what comes nearest."""
        self.answer = answer
        box = self.query_one("#answer-box", VerticalScroll)
        box.set_class(answer.abstained, "-absent")
        box.border_title = "Not in memory" if answer.abstained else "Answer"
        box.border_subtitle = f"{answer.elapsed_ms:.0f} ms"
        box.scroll_home(animate=False)
        self.query_one("#answer", Static).update(shown_answer(answer))
        rows = _nearest(answer.nearest) if answer.abstained else _citations(answer.citations)
        self._places = {
            row.key: (identity, spans) for row, identity, spans in _places(answer, rows)
        }
        table = self.query_one("#citations", VirtualTable)
        table.styles.height = max(1, min(len(rows), 6))
        table.display = bool(rows)
        self.query_one("#ask-passage", PassageView).display = bool(rows)
        table.set_rows(rows, cursor=0)
        if rows:
            self.set_focus(table)

    @on(VirtualTable.Highlighted, "#citations")
    def _on_citation(self, event: VirtualTable.Highlighted) -> None:
        if event.row is None or event.row.key not in self._places:
            return
        identity, spans = self._places[event.row.key]
        self.want(
            PassageWanted(
                identity, reach=_REACH, reply=lambda passage: self._show_passage(passage, spans)
            )
        )

    def _show_passage(self, passage: Passage | None, spans: tuple[Span, ...]) -> None:
        view = self.query_one("#ask-passage", PassageView)
        if passage is None:
            view.clear("This passage is no longer in memory.")
        else:
            view.show(passage, spans)

    # --- actions ---------------------------------------------------------------------------

    def action_question(self) -> None:
        self.set_focus(self.query_one("#question"))

    def action_follow_up(self) -> None:
        box = self.query_one("#question", Input)
        self.set_focus(box)
        box.cursor_position = len(box.value)

    def action_past(self) -> None:
        from mem.tui.widgets.dialogs import Picker

        choices = [(question, question) for question in reversed(self.asked)]
        self.app.push_screen(Picker("Asked before", choices), self._picked)

    def _picked(self, question: str | None) -> None:
        if question:
            self.ask(question)

    def action_copy(self) -> None:
        if self.answer is not None:
            self.app.copy_to_clipboard(answer_text(self.answer))
            self.notify("The answer is copied.", markup=False)

    def action_copy_markdown(self) -> None:
        if self.answer is not None:
            self.app.copy_to_clipboard(answer_markdown(self.answer))
            self.notify("The answer is copied as Markdown.", markup=False)

    def action_browse(self) -> None:
        place = self._place()
        if place is not None:
            self.go(GoTo("browse", chunk=place))

    def action_edit(self) -> None:
        passage = self.query_one("#ask-passage", PassageView).passage
        if passage is not None:
            self.open_file(passage.document.id, passage.focus.locator if passage.focus else "")

    def _place(self) -> str | None:
        row = self.query_one("#citations", VirtualTable).row
        return self._places[row.key][0] if row and row.key in self._places else None

    def leave_input(self) -> None:
        table = self.query_one("#citations")
        self.set_focus(table if table.display else None)

    def on_key(self, event: Key) -> None:
        """Up and down in the question box go through what was asked before."""
        box = self.query_one("#question", Input)
        if not box.has_focus or event.key not in {"up", "down"} or not self.asked:
            return
        event.stop()
        step = -1 if event.key == "up" else 1
        self._recalled = max(0, min(self._recalled + step, len(self.asked)))
        inside = self._recalled < len(self.asked)
        box.value = self.asked[self._recalled] if inside else ""
        box.cursor_position = len(box.value)


def shown_answer(answer: Answer) -> Content:
    """The sentences with the numbers of their citations."""
    if answer.abstained:
        text = "Memory does not hold an answer to this."
        if answer.nearest:
            text += " The passages that come nearest:"
        return Content.styled(text, "italic")
    parts = []
    for sentence in answer.sentences:
        numbers = "".join(f"[{n}]" for n in sentence.citations)
        parts.append(Content.assemble(sanitize(sentence.text), " ", (numbers, "bold $text-accent")))
    lines = [Content(" ").join(parts)]
    lines += [Content.styled(sanitize(note), "$text-muted") for note in answer.notices]
    return Content("\n").join(lines)


def _citations(citations: tuple[Citation, ...]) -> list[Row]:
    return [
        Row(
            f"citation-{one.n}",
            (
                f"{one.n}",
                Cell(f"{one.said_at:%Y-%m-%d}" if one.said_at else "", dim=True),
                f"{one.title}: {one.quote}" if one.title else one.quote,
                Cell(one.speaker or "", dim=True),
            ),
        )
        for one in citations
    ]


def _nearest(hits: tuple[Hit, ...]) -> list[Row]:
    return [
        Row(
            f"nearest-{number}",
            (
                "≈",
                Cell(f"{one.said_at:%Y-%m-%d}" if one.said_at else "", dim=True),
                f"{one.source.title}: {one.text}" if one.source.title else one.text,
                Cell(one.speaker or "", dim=True),
            ),
        )
        for number, one in enumerate(hits)
    ]


def _places(answer: Answer, rows: list[Row]) -> list[tuple[Row, str, tuple[Span, ...]]]:
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
        when = f", {one.said_at:%Y-%m-%d}" if one.said_at else ""
        who = f"{sanitize_line(one.speaker)}, " if one.speaker else ""
        lines.append(
            f"\n[^{one.n}]: “{sanitize_line(one.quote).strip()}” — {who}{sanitize_line(one.title)}"
            f"{when} (`{shown_path(one.uri)}`, {sanitize_line(one.locator)})"
        )
    return "\n".join(lines) + "\n"
