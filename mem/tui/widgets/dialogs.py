"""Small screens on top that return one value: a choice, a line of text, a yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mem.core.display import sanitize, sanitize_line
from mem.tui.widgets.lines import MUTED

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key

_MOST_CHOICES = 200


class Dialog(ModalScreen[ScreenResultType]):
    """Stands on a screen, with no word of what was done before in front of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]
    KEYS: ClassVar[str] = "⏎ ok   esc back"

    class Opened(Message):
        """It is on screen now."""

    def on_mount(self) -> None:
        self.post_message(self.Opened())
        self.query_one(".dialog").border_subtitle = self.KEYS

    def action_leave(self) -> None:
        self.dismiss(None)


class Picker(Dialog[str | None]):
    """One of `choices` ((value, words) pairs), found by typing; None when left."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._found: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(sanitize_line(self._title), "bold"), markup=False)
            yield Input(placeholder="type to find", compact=True)
            yield OptionList(compact=True, markup=False)

    def on_mount(self) -> None:
        self._fill("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, words: str) -> None:
        wanted = words.casefold().split()
        found = [
            (value, text)
            for value, text in self._choices
            if all(word in text.casefold() for word in wanted)
        ][:_MOST_CHOICES]
        self._found = [value for value, _ in found]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(Content(sanitize_line(text))) for _, text in found])
        if found:
            listed.highlighted = 0

    def on_key(self, event: Key) -> None:
        """Arrows move in the list while the box has the focus."""
        listed = self.query_one(OptionList)
        if event.key in {"up", "down"} and not listed.has_focus:
            if event.key == "up":
                listed.action_cursor_up()
            else:
                listed.action_cursor_down()
            event.stop()

    @on(Input.Submitted)
    def _entered(self) -> None:
        place = self.query_one(OptionList).highlighted
        self.dismiss(self._found[place] if place is not None and self._found else None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])


class Prompt(Dialog[str | None]):
    """One line of text, perhaps empty; None when left. `hint` says what is wanted.

    What is typed is not shown when `hidden`, and taken as it is.
    """

    def __init__(
        self, title: str, *, value: str = "", hint: str = "", hidden: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._hidden = hidden
        self._value = value
        self._hint = hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(sanitize_line(self._title), "bold"), markup=False)
            yield Input(self._value, compact=True, select_on_focus=False, password=self._hidden)
            yield Static(Content.styled(sanitize(self._hint), MUTED), markup=False)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self.dismiss(event.value if self._hidden else event.value.strip())


class Confirm(Dialog[bool]):
    """Yes or no to what `lines` say; only `y` is yes."""

    KEYS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter", "answer(False)", "No"),
    ]

    def __init__(self, title: str, lines: Sequence[str], *, yes: str) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._yes = yes

    def compose(self) -> ComposeResult:
        text = "\n".join(sanitize_line(line) for line in self._lines)
        with Vertical(classes="dialog danger"):
            yield Static(Content.styled(sanitize_line(self._title), "bold"), markup=False)
            yield Static(Content(text), markup=False)
            keys = f"\ny  {self._yes}     n  leave everything as it is"
            yield Static(Content.styled(keys, "bold"), markup=False)

    def action_answer(self, given: bool) -> None:
        self.dismiss(given)


class Notice(Dialog[None]):
    """Text to read; any of the usual keys closes it."""

    KEYS = "esc back"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q,question_mark", "leave", "Back")]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        from textual.containers import VerticalScroll

        with Vertical(classes="dialog tall"):
            yield Static(Content.styled(sanitize_line(self._title), "bold"), markup=False)
            with VerticalScroll():
                yield Static(self._text, markup=False)


class Welcome(Dialog[str | None]):
    """The first start on an empty store: "add", "demo", or None to look around."""

    KEYS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer('add')", "Add"),
        Binding("d", "answer('demo')", "Samples"),
        Binding("escape", "answer('')", "Look around"),
    ]

    def compose(self) -> ComposeResult:
        text = Content.assemble(
            ("Memory is empty.", "bold"),
            "\n\nTake in a folder of notes or a chat export. Every word is kept as it is, your own "
            "files are never written to, and nothing leaves this machine.\n\n",
            ("  a  ", "bold reverse"),
            " Add a folder, a file or an export\n",
            ("  d  ", "bold reverse"),
            " Try it with sample notes and chats (in a home of their own)\n",
            (" esc ", "bold reverse"),
            " Look around first",
        )
        with Vertical(classes="dialog"):
            yield Static(text, markup=False)

    def action_answer(self, given: str) -> None:
        self.dismiss(given or None)
