"""A passage in its surroundings, the words that count brought out so that no colour is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from textual.content import Content

from mem.core.chunk import Chunk
from mem.core.display import plural, sanitize, sanitize_line
from mem.core.document import SaidAtOrigin
from mem.tui.widgets.lines import MUTED
from mem.tui.widgets.textview import TextView

if TYPE_CHECKING:
    from mem.store.browsing.browser import Passage
    from mem.store.browsing.view import Span

MATCH_STYLE = "bold underline $text-accent"
_HEAD_STYLE = "bold"
_FILE_URI = "file://"
# Characters of one chunk that are shown; a pasted book does not stop the screen.
_MOST = 20_000
_BETWEEN = "\n\n"


class PassageView(TextView):
    """Shows one passage among its neighbours."""

    passage: Passage | None = None

    @property
    def text(self) -> str:
        """The passage alone, verbatim; of a document that which is shown."""
        if self.passage is None:
            return ""
        focus = self.passage.focus
        return focus.text if focus else "\n\n".join(one.text for one in self.passage.chunks)

    def clear(self, hint: str = "") -> None:
        """Show nothing but a hint."""
        self.passage = None
        self.show_content(Content(hint))

    def show(self, passage: Passage, spans: Sequence[Span] = ()) -> None:
        """Show `passage` with `spans` of its focus (else its own matches) brought out."""
        self.passage = passage
        spans = spans or passage.matches
        parts, aim, length = [_head(passage)], 0, 0
        if passage.about:
            parts.insert(0, Content.styled(sanitize(passage.about), "bold"))
        for chunk in passage.chunks:
            focused = chunk is passage.focus
            length = sum(len(part) + len(_BETWEEN) for part in parts)
            near = not focused and passage.focus is not None
            part = shown_chunk(chunk, spans if focused else (), near=near)
            if focused:
                head = len(part) - len(chunk.text[:_MOST])
                aim = length + (head + spans[0][0] if spans else 0)
            parts.append(part)
        self.show_content(Content(_BETWEEN).join(parts), aim)


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
        text = text.stylize_before(MUTED)
    mark = "" if near else "▸ "
    style = MUTED if near else _HEAD_STYLE
    return Content.assemble((f"{mark}{sanitize_line(head)}\n", style), text)


def shown_path(uri: str) -> str:
    """A uri as a person reads it, on one line."""
    path = unquote(uri.removeprefix(_FILE_URI)) if uri.startswith(_FILE_URI) else uri
    return sanitize_line(path)


def _head(passage: Passage) -> Content:
    document = passage.document
    title = sanitize_line(document.title) or "(no title)"
    facts = [document.format, plural(document.chunks, "passage")]
    if document.said_at:
        of = "file of " if document.said_at_origin is SaidAtOrigin.FILE_TIME else ""
        facts.insert(0, f"{of}{document.said_at:%Y-%m-%d}")
    if document.tags:
        facts.append("#" + " #".join(document.tags))
    if document.gone:
        facts.append("gone from its folder")
    return Content.assemble(
        (title, "bold"),
        "\n",
        (shown_path(document.uri), MUTED),
        "\n",
        (sanitize_line("  ".join(facts)), MUTED),
    )
