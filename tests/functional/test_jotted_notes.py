"""What is jotted down in notes takes the place of what it changes, and primes an assistant."""

from __future__ import annotations

from pathlib import Path

from tests.functional.conftest import RunMem

EARLIER = """My rent is 700.

Clara works as a nurse.

I live in Ghent.
"""
LATER = """Rent is now 780.

Clara no longer works as a nurse. She opened a bakery in January.

Moved to Lyon last month with Ana.

Dentist on 3 June at 10.

Allergic to penicillin.
"""


NOW = "2025-03-06T09:00"


def test_jotted_notes_keep_what_is_known_up_to_date(run_mem: RunMem, work: Path) -> None:
    notes = work / "notes"
    notes.mkdir()
    (notes / "2024-03-01.md").write_text(EARLIER, encoding="utf-8")
    (notes / "2025-03-05.md").write_text(LATER, encoding="utf-8")
    assert run_mem("import", "notes", MEM_NOW=NOW).code == 0
    assert run_mem("consolidate", "--no-llm", MEM_NOW=NOW).code == 0

    def texts(*arguments: str) -> set[str]:
        found = run_mem("list", "--json", *arguments, MEM_NOW=NOW).json["memories"]
        return {one["text"] for one in found}

    told, before = texts(), texts("--as-of", "2024-06-01")
    assert {"The user's rent is now 780.", "Clara no longer works as a nurse."} <= told
    assert "Clara opened a bakery in January 2025." in told
    over = {"The user's rent is 700.", "Clara works as a nurse."}
    assert over | {"The user lives in Ghent."} <= before
    assert not over & told
    lines = run_mem("profile", "--text", MEM_NOW=NOW).out.splitlines()
    title, *about = lines[: lines.index("Events and plans:")]
    assert title == "About the user:"
    assert {line.partition(" (")[0] for line in about} == {
        "- The user moved to Lyon with Ana in February 2025.",
        "- The user's rent is now 780.",
        "- The user is allergic to penicillin.",
    }
    assert "- The user has dentist at 10 on 3 June 2025." in lines
