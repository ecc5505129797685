"""Logseq's journals and pages: dates, properties, tasks, references, and lines left blank."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import ParsedDocument, SaidAtOrigin
from mem.sources.builtin import parsers
from mem.sources.parsers.logseq import LogseqParser
from mem.sources.sniffing import choose
from tests.unit.sources.helpers import check_coverage, parse

ONE = "6633f0a1-1234-4321-8888-0123456789ab"
OTHER = "77777777-1234-4321-8888-0123456789ab"
JOURNAL = f"""- TODO Rent the van #move
  id:: {ONE}
  collapsed:: true
  :LOGBOOK:
  CLOCK: [2024-05-01 Wed 10:00:00]
  :END:
\t- a blue one
\t- (({ONE}))
\t  rating:: 5
- DONE {{{{embed [[Ann Miller]]}}}} drives
- (({OTHER}))
"""


def read(path: Path, content: str) -> ParsedDocument:
    (document,) = parse(LogseqParser(), path, content)
    check_coverage(document)
    assert document.text.count("\n") == content.count("\n")
    return document


def test_a_journal(tmp_path: Path) -> None:
    day = read(tmp_path / "journals" / "2024_05_01.md", JOURNAL)
    assert (day.said_at, day.said_at_origin) == (datetime(2024, 5, 1), SaidAtOrigin.FILE_NAME)
    assert day.text.split("\n") == [
        "- TODO Rent the van #move",
        *["", "", "", "", ""],
        "\t- a blue one",
        "\t- TODO Rent the van #move",
        "\t  rating:: 5",
        "- DONE [[Ann Miller]] drives",
        f"- (({OTHER}))",
        "",
    ]
    assert day.tags == ("move", "todo", "done")
    assert day.links == ("Ann Miller", f"(({ONE}))", f"(({OTHER}))")


def test_the_properties_of_a_page(tmp_path: Path) -> None:
    properties = "title:: The van\ntags:: move, [[Big things]]\nalias:: lorry\ndate:: 2024-04-03\n"
    content = f"{properties}\n- It is blue\n"
    page = read(tmp_path / "pages" / "van___costs.md", content)
    assert (page.title, page.tags, page.aliases) == ("The van", ("move", "Big things"), ("lorry",))
    assert page.said_at == datetime(2024, 4, 3)
    assert "alias:: lorry" in page.text


def test_a_namespace_is_a_path(tmp_path: Path) -> None:
    assert read(tmp_path / "pages" / "van___costs.md", "- 80 euros\n").title == "van/costs"


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("journals/2024_05_01.md", "- a\n\t- b\n", "logseq"),
        ("journals/2024_05_01.md", "# A day\n\nMuch prose here.\n", "markdown"),
        ("pages/a.md", f"- a\n  id:: {ONE}\n", "logseq"),
        ("notes/a.md", "- TODO call\n- DOING write\n", "logseq"),
        ("notes/a.md", "- bread\n- milk\n", "markdown"),
        ("notes/a.md", "# A list\n\nProse:: here.\n\n- x\n", "markdown"),
        ("a.txt", f"- a\n  id:: {ONE}\n", "text"),
    ],
)
def test_what_is_taken_for_logseq(tmp_path: Path, name: str, content: str, form: str) -> None:
    chosen = choose(parsers(tmp_path), tmp_path / name, content.encode())
    assert chosen is not None and chosen.name == form


def test_references_in_a_circle_stay_as_they_are(tmp_path: Path) -> None:
    content = f"- (({OTHER}))\n  id:: {ONE}\n- (({ONE}))\n  id:: {OTHER}\n"
    page = read(tmp_path / "a.md", content)
    assert page.text == f"- (({OTHER}))\n\n- (({ONE}))\n\n"


def test_a_logbook_that_does_not_end_hides_nothing(tmp_path: Path) -> None:
    content = "- TODO Rent the van\n  :LOGBOOK:\n  CLOCK: [2024-05-01 Wed]\n- It is blue\n  :END:\n"
    page = read(tmp_path / "pages" / "a.md", content)
    assert page.text == content.replace(":LOGBOOK:", "").replace("  \n", "\n")
