"""The documentation says what the program does: pages are current, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mem.cli.catalogue import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_the_command_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/write_docs.py", "--check"], cwd=ROOT, check=False
    )
    assert done.returncode == 0, "run `python scripts/write_docs.py`"


def test_every_command_has_a_section() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [command.name for command in COMMANDS if f"## mem {command.name}\n" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"(?<![\w/])[a-z]+/[\w/]+\.py\b", page.read_text(encoding="utf-8")))
    places = {one: (ROOT / one, ROOT / "mem" / one) for one in named}
    assert [one for one, where in places.items() if not any(map(Path.exists, where))] == []


def test_the_first_screen_has_the_two_commands() -> None:
    head = (ROOT / "README.md").read_text(encoding="utf-8")[:800]
    assert re.findall(r"^make (\w+)", head, flags=re.MULTILINE) == ["demo", "test"]


def test_no_module_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / "mem").rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}
