"""Health: sizes and states, what was said over the months, and the doctor's findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Static

from mem.core.display import sanitize_line
from mem.tui.keys import bindings
from mem.tui.messages import HealthWanted, MendWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.lines import MUTED
from mem.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.store.verify import Finding
    from mem.upkeep import Stats

_BARS = " ▁▂▃▄▅▆▇█"
_MENDED_HERE = ("vectors", "full-text", "index")


class HealthScreen(MemScreen):
    """Numbers above, findings below."""

    NAME = "health"
    BINDINGS: ClassVar[list[BindingType]] = bindings("health")

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self._months: Mapping[str, int] = {}
        self._stats: Stats | None = None

    def compose_body(self) -> ComposeResult:
        yield Static("Reading …", id="numbers", markup=False)
        yield VirtualTable(
            Column("finding"),
            Column("mend", 28, least=70),
            id="findings",
            empty="The doctor found nothing wrong.",
        )

    def on_mount(self) -> None:
        self.query_one("#findings").border_title = "Findings"
        self.query_one("#numbers").border_title = "Memory"
        self.set_focus(self.query_one("#findings"))

    def read(self) -> None:
        self.want(HealthWanted(reply=self._take))

    def _take(self, value: tuple[Stats, list[Finding], dict[str, int]]) -> None:
        self._stats, self.findings, self._months = value
        self.query_one("#numbers", Static).update(self._numbers())
        self.query_one("#findings", VirtualTable).set_rows(
            [
                Row(f"{n}:{one.code}", (one.message, Cell(one.remedy)), one.severity == "error")
                for n, one in enumerate(self.findings)
            ]
        )

    def on_resize(self) -> None:
        if self._stats is not None:
            self.query_one("#numbers", Static).update(self._numbers())

    def _numbers(self) -> Content:
        assert self._stats is not None
        lines = [
            Content.assemble((f"{name:<12}", MUTED), sanitize_line(value))
            for name, value in facts(self._stats)
        ]
        bars = plot(self._months, max(20, self.size.width - 6))
        lines += [Content(""), *bars] if bars else []
        return Content("\n").join(lines)

    def action_check(self) -> None:
        self.notify("The doctor looks at everything …", markup=False)
        self.want(HealthWanted(thorough=True, reply=self._checked))

    def _checked(self, value: tuple[Stats, list[Finding], dict[str, int]]) -> None:
        self._take(value)
        count = len(self.findings)
        self.notify(f"{count} findings." if count else "Nothing is wrong.", markup=False)

    def action_mend(self) -> None:
        row = self.query_one("#findings", VirtualTable).row
        if row is None:
            self.notify("There is nothing to mend.", markup=False)
            return
        finding = self.findings[int(row.key.partition(":")[0])]
        if finding.code not in _MENDED_HERE:
            self.notify(f"In a shell: {finding.remedy}", markup=False, timeout=15)
            return
        self.want(MendWanted(finding.code, reply=self._mended))

    def _mended(self, sentence: str) -> None:
        self.notify(sentence, markup=False)
        self.read()


def facts(stats: Stats) -> Sequence[tuple[str, str]]:
    """The numbers of a store as (name, value)."""
    each = ", ".join(f"{count:,} {form}" for form, count in sorted(stats.documents.items()))
    forms = f" ({each})" if each else ""
    pending = f", {stats.pending_vectors:,} waiting" if stats.pending_vectors else ""
    gone = f", {stats.gone:,} gone from their folders" if stats.gone else ""
    first, last = (stats.oldest or "")[:10], (stats.newest or "")[:10]
    span = f", said {first}{f' to {last}' if last != first else ''}" if first else ""
    return (
        ("documents", f"{sum(stats.documents.values()):,}{forms}{gone}"),
        ("passages", f"{stats.chunks:,}{span}"),
        ("vectors", f"{stats.vectors:,}{pending}"),
        ("on disk", f"{_size(stats.database_bytes)} store, {_size(stats.index_bytes)} index"),
        ("index", stats.index_state),
        ("model", stats.model),
    )


def plot(months: Mapping[str, int], width: int) -> list[Content]:
    """Passages a month as bars, the newest at the right; years that many as fit."""
    if not months:
        return []
    first, last = min(months), max(months)
    ends = (int(last[:4]) * 12 + int(last[5:7]) - 1, int(first[:4]) * 12 + int(first[5:7]) - 1)
    shown = min(width, ends[0] - ends[1] + 1)
    numbers = [ends[0] - back for back in range(shown - 1, -1, -1)]
    values = [months.get(f"{number // 12:04d}-{number % 12 + 1:02d}", 0) for number in numbers]
    most = max(*values, 1)
    wide = max(1, min(4, width // len(values)))
    bars = "".join(_BARS[-(-value * 8 // most)] * wide for value in values)
    start = f"{numbers[0] // 12:04d}-{numbers[0] % 12 + 1:02d}"
    scale = f"{start} – {last:>{max(0, shown * wide - len(start) - 3)}}"
    return [
        Content.styled(f"passages a month, at most {most:,}", MUTED),
        Content.styled(bars, "$text-accent"),
        Content.styled(scale if start != last else start, MUTED),
    ]


def _size(count: int) -> str:
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.1f} {unit}"
