"""The answer that README shows is the one that `mem` gives."""

from __future__ import annotations

from pathlib import Path

from tests.functional.conftest import run_program

ROOT = Path(__file__).parents[2]


def test_the_example_is_what_is_printed(sample_home: Path) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = page.partition('$ mem ask "What is Delphine allergic to?"\n')[2].partition("```")[0]
    run = run_program(
        ("ask", "What is Delphine allergic to?"),
        home=sample_home,
        work=ROOT,
        stdin="",
        env={"COLUMNS": "100"},
    )
    assert (run.code, run.out) == (0, shown)
