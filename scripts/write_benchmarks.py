"""Writes the generated part of docs/benchmarks.md: `python scripts/write_benchmarks.py` (`--check`
only compares). It is made of docs/results/*.json, which `mem bench … --out FILE` writes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "docs" / "results"
BEGIN = "<!-- results: written by scripts/write_benchmarks.py from docs/results/ -->"
END = "<!-- end of results -->"

# The figures of a set that are shown, where it has them.
SEARCH = (
    "turn R@10",
    "turn NDCG@10",
    "turn R in 2000 tokens",
    "session R@5",
    "session all@5",
    "top-1 current",
)
GIGABYTE = 1024**3
MEGABYTE = 1024**2
Said = Mapping[str, Any]


def main() -> int:
    """Write the page, or with --check only compare it."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, found, tail = rest.partition(END)
    if not found:
        print(f"{PAGE.name} lacks the marks of its generated part", file=sys.stderr)
        return 1
    made = f"{head}{BEGIN}\n\n{section()}\n{END}{tail}"
    if "--check" in sys.argv[1:]:
        if made != page:
            print("out of date: python scripts/write_benchmarks.py", file=sys.stderr)
        return int(made != page)
    PAGE.write_text(made, encoding="utf-8")
    return 0


def section() -> str:
    """All results, one table a file, in the order of their names."""
    parts: list[str] = []
    for path in sorted(RESULTS.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        make = TABLES.get(said["bench"])
        if make is not None:
            parts.append(f"`{path.name}`: {origin(said)}.\n\n{make(said)}")
    return "\n".join(parts)


def origin(said: Said) -> str:
    """Command, machine, day and commit in one line."""
    machine = said["machine"]
    memory = f", {machine['memory'] / GIGABYTE:.0f} GB" if machine["memory"] else ""
    commit = f", commit {said['commit']}" if said["commit"] else ""
    deep = " --deep" if said.get("deep") else ""
    command = COMMANDS.get(said["bench"], f"mem bench {said['bench']}{deep}")
    return (
        f"`{command}`, {machine['cores']} cores ({machine['processor']})"
        f"{memory}, {machine['system']}, Python {machine['python']}, {said['date']}{commit}"
    )


def search_table(said: Said) -> str:
    """A row a set and system; figures over questions, and over types."""
    rows = []
    for one in said["sets"]:
        for name, summary in one["systems"].items():
            micro, macro = summary["micro"], summary["macro"]
            cells = [
                f"{micro[figure]:.3f} / {macro[figure]:.3f}" if figure in micro else ""
                for figure in SEARCH
            ]
            rows.append([f"{one['set']} ({summary['questions']})", name, *cells])
    made = table(["set, micro / macro", "system", *SEARCH], rows)
    return f"{made}\n{types_table(said)}" if said.get("deep") else made


def types_table(said: Said) -> str:
    """What deep searches bring to each type of question."""
    rows = []
    for one in said["sets"]:
        deep, quick = (one["systems"][name]["by_type"] for name in ("mem", "mem, quick"))
        for kind, figures in deep.items():
            if "turn R@10" in figures:
                was, now = quick[kind]["turn R@10"], figures["turn R@10"]
                rows.append([one["set"], kind, f"{was:.3f}", f"{now:.3f}", f"{now - was:+.3f}"])
    return table(["set", "type, turn R@10", "quick", "deep", "difference"], rows)


def speed_table(said: Said) -> str:
    """A row a size and way of searching."""
    heads = ["chunks", "vectors", "searched by", "first search", "warm p50 / p95 / p99"]
    heads += ["processor p50 / p95", "memory at rest / most", "neighbours found", "made at"]
    heads += ["disk", "load"]
    rows = []
    for one in said["sizes"]:
        ways = [("scan", one["scan"], one["import_"], one["store_bytes"])]
        if one["graph"] is not None:
            ways.append(("Chroma", one["graph"], one["indexing"], one["index_bytes"]))
        for way, searched, filled, disk in ways:
            times = (f"{searched[name]:.0f}" for name in ("p50", "p95", "p99"))
            processor = (f"{searched[name]:.0f}" for name in ("processor_p50", "processor_p95"))
            held = (f"{searched[name] / MEGABYTE:.0f}" for name in ("resident", "peak"))
            rows.append(
                [
                    f"{one['chunks']:,}",
                    one["vectors"],
                    way,
                    f"{searched['cold']:.0f} ms",
                    f"{' / '.join(times)} ms",
                    f"{' / '.join(processor)} ms",
                    f"{' / '.join(held)} MB",
                    f"{searched['recall']:.3f}",
                    f"{filled['per_second']:.0f}/s, {filled['peak'] / MEGABYTE:.0f} MB",
                    f"{disk / MEGABYTE:.0f} MB",
                    f"{searched['load']:.1f}",
                ]
            )
    return table(heads, rows)


def tui_table(said: Said) -> str:
    """What starting the full-screen UI takes, and what it holds."""
    rows = [
        [
            f"{what} ({said['chunks']:,} chunks, load {said['load']})",
            *(f"{said[name][which]:.2f} s" for which in ("min", "median")),
            *(f"{said[processor][which]:.2f} s" for which in ("min", "median")),
        ]
        for what, name, processor in (
            ("first paint", "first_paint_s", "first_paint_processor_s"),
            ("rows in Browse", "rows_s", "rows_processor_s"),
        )
    ]
    started = table(["start", "at best", "median", "processor at best", "median"], rows)
    held = [
        [what, f"{said[name]['median']:.0f} MB"]
        for what, name in (("browsing", "browsing_mb"), ("after the first question", "asked_mb"))
    ]
    slowest = [
        [f"slowest callback at {size}", f"{said[f'loop {size}']['slowest_ms'][0]} ms of processor"]
        for size in ("80x24", "200x60")
    ]
    return f"{started}\n{table(['what', 'figure'], held + slowest)}"


def extraction_table(said: Said) -> str:
    """A row a set."""
    rows = [
        [one["set_name"], str(one["memories"]), *(f"{one[name]:.3f}" for name in EXTRACTION)]
        for one in said["sets"]
    ]
    return table(["set", "memories", *EXTRACTION], rows)


EXTRACTION = ("precision", "recall", "verified")


def table(heads: list[str], rows: list[list[str]]) -> str:
    """As Markdown, without columns that are empty throughout."""
    kept = [at for at in range(len(heads)) if any(row[at] for row in rows)]
    lines = [[heads[at] for at in kept], ["---"] * len(kept)]
    lines += [[row[at] for at in kept] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


COMMANDS = {"tui": "python scripts/bench_tui.py"}
TABLES: dict[str, Callable[[Said], str]] = {
    "retrieval": search_table,
    "speed": speed_table,
    "tui": tui_table,
    "extraction": extraction_table,
}

if __name__ == "__main__":
    sys.exit(main())
