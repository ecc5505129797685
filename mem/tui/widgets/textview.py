"""Long text that scrolls: wrapped once, drawn line by line, so that new text moves nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

if TYPE_CHECKING:
    from textual.events import Resize


class TextView(ScrollView, can_focus=True):
    """Shows one piece of content."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self._content = Content("")
        self._aim = 0
        self._aiming = False
        self._put = 0
        self._strips: list[Strip] | None = None
        self._wrapped_at = 0
        self._base = Style()

    @property
    def plain(self) -> str:
        """What is shown, as text."""
        return self._content.plain

    @property
    def _width(self) -> int:
        """Columns of text, whether the scrollbar beside them is shown yet or not."""
        return self.size.width - self.styles.scrollbar_size_vertical

    def show_content(self, content: Content, aim: int = 0) -> None:
        """Show `content` with its character `aim` in the upper third, or from its beginning."""
        self._content = content
        self._aim = aim
        self._wrap()
        self._take_aim()

    def _wrap(self) -> None:
        width = self._width
        self._strips = None
        self._wrapped_at = self.size.width
        if width <= 0:
            return
        self._strips = self._drawn(self._content, width)
        self.virtual_size = Size(0, len(self._strips))
        self.refresh()

    def _take_aim(self) -> None:
        """Scroll to what is to be seen once the layout stands."""
        self._aiming = True
        self.call_after_refresh(self._scroll_to_aim)

    def _scroll_to_aim(self) -> None:
        self._aiming = False
        self._put = self._aimed_at(self._width)
        # Without force it is dropped while the scrollbar is not yet there.
        self.scroll_to(y=self._put, animate=False, force=True, immediate=True)

    def _aimed_at(self, width: int) -> int:
        """The first line to show."""
        room = max(1, self.size.height)
        if not self._aim or self._strips is None or len(self._strips) <= room:
            return 0
        line = len(self._drawn(self._content[: self._aim + 1], width)) - 1
        return max(0, line - room // 3)

    def _drawn(self, content: Content, width: int) -> list[Strip]:
        return Visual.to_strips(self, content, width, None, self.visual_style)

    def on_resize(self, _: Resize) -> None:
        if self._wrapped_at != self.size.width:
            self._wrap()
            self._take_aim()
        elif self._stands_as_put():
            self._take_aim()

    def _stands_as_put(self) -> bool:
        """Whether nobody has scrolled since."""
        return self._aiming or abs(self.scroll_y - min(self._put, self.max_scroll_y)) < 1

    def notify_style_update(self) -> None:
        """Colours are in the lines: draw them anew, where they are."""
        super().notify_style_update()
        if self._strips is not None:
            self._wrap()

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines of one painting: their style is looked up once for all of them."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        line = y + round(self.scroll_y)
        style, width = self._base, self.size.width
        if self._strips is None or line >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[line].adjust_cell_length(width, style)
