"""Ask: a question, its answer with numbered citations, and each citation in its surroundings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from mem.core.answer import Answer
from mem.core.display import sanitize
from mem.tui.keys import bindings
from mem.tui.messages import (
    AskWanted,
    GoTo,
    JudgeWanted,
    PassageWanted,
    StopWanted,
    WorkStopped,
    Writing,
)
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.answer import (
    answer_markdown,
    answer_text,
    citation_rows,
    nearest_rows,
    places_of,
    shown_answer,
    shown_sentences,
)
from mem.tui.widgets.cells import Column
from mem.tui.widgets.lines import MUTED
from mem.tui.widgets.passage import PassageView
from mem.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key

    from mem.store.browsing.browser import Passage
    from mem.store.browsing.view import Span

_HINT = (
    "Ask in your own words. Every sentence of an answer names its evidence; "
    "what memory does not hold, it says so."
)
_PLACEHOLDER = "Ask your memory …"
_REACH = 3


class AskScreen(MemScreen):
    """Question, answer, citations, passage."""

    NAME = "ask"
    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")

    def __init__(self) -> None:
        super().__init__()
        self.answer: Answer | None = None
        self.asked: list[str] = []
        # The questions of the conversation so far; one that is no follow-up begins another.
        self._conversation: list[str] = []
        self._following = False
        self._pending: AskWanted | None = None
        self._recalled = 0
        self._places: dict[str, tuple[str, tuple[Span, ...]]] = {}

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder=_PLACEHOLDER, id="question", compact=True)
        with Horizontal(id="ask-body"):
            with Vertical(id="ask-left"):
                with VerticalScroll(id="answer-box", can_focus=False):
                    yield Static(Content.styled(_HINT, MUTED), id="answer", markup=False)
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
            self.ask(question, follow_up=self._following)

    def ask(self, question: str, *, follow_up: bool = False) -> None:
        """Ask, and show the answer as it comes."""
        if self._pending is not None:
            self.app.post_message(StopWanted(AskWanted))
        if not follow_up:
            self._conversation = []
        after, self._conversation = tuple(self._conversation), [*self._conversation, question]
        self._follow(False)
        if question in self.asked:
            self.asked.remove(question)
        self.asked.append(question)
        self._recalled = len(self.asked)
        self.query_one("#question", Input).value = question
        box = self.query_one("#answer-box", VerticalScroll)
        box.set_class(False, "-absent")
        box.border_title, box.border_subtitle = "Answer", ""
        self.query_one("#answer", Static).update(Content.styled("Looking …", MUTED))
        request = AskWanted(question, after=after, reply=self.show_answer)
        request.progress = partial(self._written, request)
        request.failed = partial(self._failed, request)
        self._pending = request
        self.want(request)

    def _written(self, request: AskWanted, writing: Writing) -> None:
        """Show the sentences that are written and checked so far."""
        if self._pending is not request:
            return
        box = self.query_one("#answer-box", VerticalScroll)
        box.border_title = "Answering …"
        told = [*shown_sentences(writing.sentences), Content.styled("…", MUTED)]
        self.query_one("#answer", Static).update(Content(" ").join(told))
        box.scroll_end(animate=False)

    def _failed(self, request: AskWanted, error: Exception) -> None:
        if self._pending is not request:
            return
        self._pending = None
        stopped = isinstance(error, WorkStopped)
        text = "Stopped." if stopped else sanitize(str(error))
        self.query_one("#answer-box", VerticalScroll).border_title = "Answer"
        self.query_one("#answer", Static).update(Content.styled(text, MUTED))

    def show_answer(self, answer: Answer) -> None:
        """Show an answer, or that there is none and what comes nearest."""
        self.answer = answer
        self._pending = None
        box = self.query_one("#answer-box", VerticalScroll)
        box.set_class(answer.abstained, "-absent")
        box.border_title = "Not in memory" if answer.abstained else "Answer"
        box.border_subtitle = f"{answer.elapsed_ms:.0f} ms"
        box.scroll_home(animate=False)
        self.query_one("#answer", Static).update(shown_answer(answer))
        rows = nearest_rows(answer.nearest) if answer.abstained else citation_rows(answer.citations)
        self._places = {
            row.key: (identity, spans) for row, identity, spans in places_of(answer, rows)
        }
        table = self.query_one("#citations", VirtualTable)
        table.styles.height = max(1, min(len(rows), 6))
        table.display = bool(rows)
        self.query_one("#ask-passage", PassageView).display = bool(rows)
        table.set_rows(rows, cursor=0)
        if rows and not self._typing:
            self.set_focus(table)

    @property
    def _typing(self) -> bool:
        """Whether the next question is being typed already."""
        box = self.query_one("#question", Input)
        return box.has_focus and box.value.strip() != (self.asked[-1] if self.asked else "")

    @on(VirtualTable.Highlighted, "#citations")
    def _on_citation(self, event: VirtualTable.Highlighted) -> None:
        if event.row is None or event.row.key not in self._places:
            return
        if self.answer is not None:
            shown = shown_answer(self.answer, current=event.row.key.removeprefix("citation-"))
            self.query_one("#answer", Static).update(shown)
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
        self._follow(False)
        self.set_focus(self.query_one("#question"))

    def action_follow_up(self) -> None:
        self._follow(bool(self._conversation))
        self.set_focus(self.query_one("#question"))

    def _follow(self, on: bool) -> None:
        """Have the next question follow on the last one, or stand alone."""
        self._following = on
        box = self.query_one("#question", Input)
        box.placeholder = f"Ask on after “{self._conversation[-1]}” …" if on else _PLACEHOLDER
        box.set_class(on, "-following")
        if on:
            box.value = ""

    def action_cancel(self) -> None:
        if self._pending is not None:
            self.app.post_message(StopWanted(AskWanted))
        elif isinstance(self.focused, Input):
            self.leave_input()

    def action_useful(self) -> None:
        self._judge(useful=True)

    def action_wrong(self) -> None:
        self._judge(useful=False)

    def _judge(self, *, useful: bool) -> None:
        if self.answer is None or not self.answer.citations:
            self.notify("There is no answer to mark.", severity="warning", markup=False)
            return
        word = "useful" if useful else "wrong"
        self.query_one("#answer-box", VerticalScroll).border_subtitle = f"marked {word}"
        self.want(
            JudgeWanted(
                self.answer.citations,
                useful=useful,
                reply=lambda _: self.notify(f"Marked as {word}.", markup=False),
            )
        )

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
