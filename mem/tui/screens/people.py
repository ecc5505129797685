"""People and things: everyone and everything mentioned, and the story of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal

from mem.store.browsing.view import View
from mem.tui.keys import bindings
from mem.tui.messages import EntitiesWanted, GoTo, StoryWanted
from mem.tui.screens.acting import ActsOnMemories
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.dialogs import Picker, Prompt
from mem.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.consolidation.views import TimelineEntry
    from mem.store.memory.entities import EntityRecord


class PeopleScreen(ActsOnMemories):
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
        self.want(EntitiesWanted(reply=self._take))

    def _take(self, entities: Sequence[EntityRecord]) -> None:
        before = self.entity
        at = (place for place, one in enumerate(entities) if before and one.id == before.id)
        self.entities = entities
        table = self.query_one("#entities", VirtualTable)
        table.border_title = f"{len(entities):,} people and things"
        table.set_rows([_entity_row(one) for one in entities], cursor=next(at, None))

    @on(VirtualTable.Highlighted, "#entities")
    def _on_entity(self, event: VirtualTable.Highlighted) -> None:
        story = self.query_one("#story", VirtualTable)
        if event.row is None:
            story.set_rows([])
            return
        name = event.row.key
        story.border_title = name
        self.want(StoryWanted(name, reply=self._tell_story))

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

    def action_story(self) -> None:
        """The story along the calendar."""
        one = self.entity
        if one is not None:
            self.go(GoTo("timeline", view=View(rows="memories", about=one.name)))

    @property
    def entity(self) -> EntityRecord | None:
        """The one under the cursor."""
        row = self.query_one("#entities", VirtualTable).row
        return next((one for one in self.entities if row and one.name == row.key), None)

    def action_merge(self) -> None:
        """Pick who is the same one; who may well be stands first."""
        kept = self.entity
        if kept is None:
            return

        def take(other: str | None) -> None:
            if other:
                self.act("merge-entities", kept.name, other)

        from mem.consolidation.likeness import likest_first

        choices = [
            (one.name, ", ".join((one.name, *one.aliases)))
            for one in likest_first(kept, self.entities)
        ]
        self.app.push_screen(Picker(f"The same as {kept.name}", choices), take)

    def action_split(self) -> None:
        """Pick the name that is someone or something else."""
        whole = self.entity
        if whole is None or not whole.aliases:
            self.notify("This has one name only.", markup=False)
            return

        def take(alias: str | None) -> None:
            if alias:
                self.act("split-entity", whole.name, text=alias)

        choices = [(name, name) for name in (*whole.aliases, whole.name)]
        self.app.push_screen(Picker(f"Not the same as {whole.name}", choices), take)

    def action_rename(self) -> None:
        """Give it another name; the old one still finds it."""
        whole = self.entity
        if whole is None:
            return

        def take(name: str | None) -> None:
            if name and name != whole.name:
                self.act("rename-entity", whole.name, text=name)

        hint = "The old name still finds it; what was said keeps its words."
        self.app.push_screen(Prompt("Rename", value=whole.name, hint=hint), take)

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
