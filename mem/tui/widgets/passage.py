"""A passage in its surroundings, the words that count brought out so that no colour is needed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mem.core.chunk import Chunk
from mem.core.display import sanitize, sanitize_line
from mem.store.browse import Passage, Span

MATCH_STYLE = "bold underline $text-accent"
_NEIGHBOUR_STYLE = "$text-muted"
_HEAD_STYLE = "bold"
_FILE_URI = "file://"
# Characters of one chunk that are shown; a pasted book does not stop the screen.
_MOST = 20_000


class PassageView(VerticalScroll, can_focus=True):
    """Shows one passage; `text` is what is shown, for copying."""

    def __init__(self, *, id: str | None = None, hint: str = "") -> None:
        super().__init__(id=id)
        self._hint = hint
        self.passage: Passage | None = None

    def compose(self) -> ComposeResult:
        yield Static(Content(self._hint), classes="passage-head", markup=False)
        yield Static("", classes="passage-before", markup=False)
        yield Static("", classes="passage-focus", markup=False)
        yield Static("", classes="passage-after", markup=False)

    @property
    def text(self) -> str:
        """The passage alone, verbatim."""
        if self.passage is None:
            return ""
        focus = self.passage.focus
        return focus.text if focus else "\n\n".join(one.text for one in self.passage.chunks)

    def clear(self, hint: str = "") -> None:
        """Show nothing but a hint."""
        self.passage = None
        self._put(Content(hint), Content(""), Content(""), Content(""))

    def show(self, passage: Passage, spans: Sequence[Span] = ()) -> None:
        """Show `passage` with `spans` of its focus (else its own matches) brought out."""
        self.passage = passage
        places = [i for i, one in enumerate(passage.chunks) if one is passage.focus]
        at = places[0] if places else 0
        focus = passage.chunks[at : at + 1] if places else ()
        middle = [shown_chunk(one, spans or passage.matches, near=False) for one in focus]
        self._put(
            _head(passage),
            _joined([shown_chunk(one, (), near=True) for one in passage.chunks[:at]]),
            _joined(middle),
            _joined(
                [
                    shown_chunk(one, (), near=bool(places))
                    for one in passage.chunks[at + len(focus) :]
                ]
            ),
        )
        self.call_after_refresh(self._to_focus)

    def _put(self, *parts: Content) -> None:
        for widget, part in zip(self.query(Static), parts, strict=True):
            widget.update(part)
            widget.display = bool(part.plain)

    def _to_focus(self) -> None:
        focus = self.query_one(".passage-focus")
        if self.passage is not None and self.passage.focus is not None:
            self.scroll_to_widget(focus, animate=False, center=focus.size.height < self.size.height)
        else:
            self.scroll_home(animate=False)


def shown_chunk(chunk: Chunk, spans: Sequence[Span], *, near: bool) -> Content:
    """One chunk under a line that says where it stands; `near` is a neighbour of what counts."""
    head = "  ".join(
        part
        for part in (
            chunk.speaker or "",
            f"{chunk.said_at:%Y-%m-%d %H:%M}" if chunk.speaker and chunk.said_at else "",
            chunk.locator,
            "other branch" if chunk.variant else "",
        )
        if part
    )
    text = Content(sanitize(chunk.text[:_MOST]))
    for start, end in spans:
        text = text.stylize(MATCH_STYLE, start, min(end, _MOST))
    if near:
        text = text.stylize_before(_NEIGHBOUR_STYLE)
    mark = "" if near else "▸ "
    style = _NEIGHBOUR_STYLE if near else _HEAD_STYLE
    return Content.assemble((f"{mark}{sanitize_line(head)}\n", style), text)


def shown_path(uri: str) -> str:
    """A uri as a person reads it, on one line."""
    path = unquote(uri.removeprefix(_FILE_URI)) if uri.startswith(_FILE_URI) else uri
    return sanitize_line(path)


def _head(passage: Passage) -> Content:
    document = passage.document
    title = sanitize_line(document.title) or "(no title)"
    facts = [document.format, f"{document.chunks:,} passages"]
    if document.said_at:
        facts.insert(0, f"{document.said_at:%Y-%m-%d}")
    if document.tags:
        facts.append("#" + " #".join(document.tags))
    if document.gone:
        facts.append("gone from its folder")
    return Content.assemble(
        (title, "bold"),
        "\n",
        (shown_path(document.uri), _NEIGHBOUR_STYLE),
        "\n",
        (sanitize_line("  ".join(facts)), _NEIGHBOUR_STYLE),
    )


def _joined(parts: Sequence[Content]) -> Content:
    return Content("\n\n").join(parts)
