"""People and things: everyone and everything mentioned, and the story of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal

from mem.store.browse import View
from mem.tui.actions import bindings
from mem.tui.messages import EntitiesWanted, GoTo, StoryWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.table import Cell, Column, Row, VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.consolidation.views import TimelineEntry
    from mem.store.entities import EntityRecord


class PeopleScreen(MemScreen):
    """Entities at the left, what is known of one at the right, in order of time."""

    NAME = "people"
    BINDINGS: ClassVar[list[BindingType]] = bindings("people")

    def __init__(self) -> None:
        super().__init__()
        self.entities: Sequence[EntityRecord] = ()

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="people-body"):
            yield VirtualTable(
                Column("name"),
                Column("known", 5, right=True),
                Column("also called", 20, least=70),
                id="entities",
                empty="Nobody yet. In Memory, C draws memories from what was taken in.",
            )
            yield VirtualTable(
                Column("when", 10, least=40),
                Column("what is known"),
                Column("kind", 9, least=60),
                id="story",
            )

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#entities"))

    def read(self) -> None:
        self.want(EntitiesWanted(reply=self._take, failed=self.refused))

    def _take(self, entities: Sequence[EntityRecord]) -> None:
        self.entities = entities
        table = self.query_one("#entities", VirtualTable)
        table.border_title = f"{len(entities):,} people and things"
        table.set_rows([_entity_row(one) for one in entities])

    @on(VirtualTable.Highlighted, "#entities")
    def _on_entity(self, event: VirtualTable.Highlighted) -> None:
        story = self.query_one("#story", VirtualTable)
        if event.row is None:
            story.set_rows([])
            return
        name = event.row.key
        story.border_title = name
        self.want(StoryWanted(name, reply=self._tell_story, failed=self.refused))

    def _tell_story(self, entries: Sequence[TimelineEntry]) -> None:
        self.query_one("#story", VirtualTable).set_rows(
            [_story_row(one) for one in entries], cursor=0
        )

    @on(VirtualTable.Chosen, "#story")
    def _chosen(self, event: VirtualTable.Chosen) -> None:
        self.go(GoTo("memory", memory=event.row.key))

    @on(VirtualTable.Chosen, "#entities")
    def _entered(self) -> None:
        self.set_focus(self.query_one("#story"))

    def action_browse(self) -> None:
        row = self.query_one("#entities", VirtualTable).row
        if row is not None:
            self.go(GoTo("browse", view=View(words=f"{row.key} ")))

    def action_memory(self) -> None:
        row = self.query_one("#story", VirtualTable).row
        if row is not None:
            self.go(GoTo("memory", memory=row.key))


def _entity_row(one: EntityRecord) -> Row:
    others = ", ".join(name for name in one.aliases if name != one.name)
    return Row(one.name, (one.name, f"{one.mentions:,}", Cell(others, dim=True)))


def _story_row(one: TimelineEntry) -> Row:
    when = f"{one.at:%Y-%m-%d}" if one.at else ""
    return Row(one.memory.id, (Cell(when, dim=True), one.memory.text, one.memory.kind.value))
