"""Importers, exporters and commands of plugins, through the real program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.functional.conftest import Run, RunMem, write_sources
from tests.unit.hooks.helpers import install

ROOT = Path(__file__).parents[2]
DIARY = """
from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument


class DiaryImporter:
    name = "diary"
    version = 1

    def recognises(self, path):
        return 90 if path.is_dir() and (path / "diary.index").exists() else 0

    def documents(self, path):
        if (path / "broken").exists():
            raise ValueError("no")
        for line in (path / "diary.index").read_text().splitlines():
            text = (path / line).read_text()
            yield ParsedDocument(
                uri=f"diary:{line}", kind=DocumentKind.NOTE, format="diary", title=line, text=text,
                blocks=(Block(BlockKind.PROSE, 0, len(text), 1),),
            )


def mem_importers():
    return [DiaryImporter()]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


def run_with(run_mem: RunMem, site: Path, *arguments: str) -> Run:
    return run_mem(*arguments, PYTHONPATH=f"{ROOT}:{site}", MEM_PLUGINS="on")


@pytest.fixture
def diary(work: Path) -> Path:
    folder = work / "diary"
    folder.mkdir()
    for day in ("monday", "tuesday"):
        (folder / day).write_text(f"On {day} a heron stood in the pond.\n")
    (folder / "diary.index").write_text("monday\ntuesday\n")
    return folder


def documents(run: Run) -> dict[str, int]:
    return {name: count for name, count in run.json["documents"].items() if count}


def test_a_folder_is_taken_whole(run_mem: RunMem, site: Path, diary: Path) -> None:
    install(site, "diary", DIARY)
    first = run_with(run_mem, site, "import", str(diary), "--json")
    assert documents(first) == {"seen": 2, "added": 2}
    assert documents(run_with(run_mem, site, "import", str(diary), "--json")) == {
        "seen": 2,
        "unchanged": 2,
    }
    (diary / "diary.index").write_text("tuesday\n")
    run_with(run_mem, site, "import", str(diary))
    assert run_mem("stats", "--json").json["documents"] == {"diary": 1}
    (diary / "broken").write_text("x")
    failed = run_with(run_mem, site, "import", str(diary), "--json")
    assert (failed.code, failed.json["failed"][0]["code"]) == (1, "parser-crashed")
    other = run_mem("import", str(diary), "--json")
    assert "diary.index" in str(other.json["skipped"])


def test_its_name_is_a_format(run_mem: RunMem, site: Path, diary: Path) -> None:
    install(site, "diary", DIARY.replace("return 90", "return 10"))
    run_with(run_mem, site, "import", str(diary))
    assert run_mem("stats", "--json").json["documents"] == {"text": 2}
    asked = run_with(run_mem, site, "import", str(diary), "--format", "diary", "--json")
    assert documents(asked)["added"] == 2
    assert "diary" in run_with(run_mem, site, "import", str(diary), "--format", "x").err


def tutorial(work: Path, site: Path) -> None:
    """The plugin of the page's second tutorial, as it stands there."""
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    (source,) = [
        block
        for block in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
        if "mem_commands" in block
    ]
    install(site, "tutorial", source)
    write_sources(work)


def test_the_tutorial(run_mem: RunMem, site: Path, work: Path) -> None:
    tutorial(work, site)
    run_mem("import", str(work / "notes"))
    titles = run_with(run_mem, site, "export", "--format", "titles")
    assert sorted(titles.out.splitlines()) == ["Boiler", "Café", "Garden"]
    assert run_with(run_mem, site, "count").out == "3\n"
    assert run_with(run_mem, site, "count", "--kind", "chat").out == "0\n"
    listed = run_with(run_mem, site, "--help").out
    assert "Plugins:\n  count       Count documents of a kind.\n" in listed
    assert "Count documents of a kind." in run_with(run_mem, site, "count", "--help").out
    assert run_mem("count").code == 2


def test_broken_commands_and_exporters(run_mem: RunMem, site: Path) -> None:
    bad = (
        "from mem.hooks.specs import CommandOffer\n"
        "def fail(): raise ValueError('no such thing')\n"
        "class Bad:\n    name, suffix = 'bad', '.x'\n"
        "    def export(self, documents, target): raise KeyError('k')\n"
        "def mem_commands(): return [CommandOffer('fails', 'It fails.', fail),\n"
        "                            CommandOffer('search', 'Not yours.', fail)]\n"
        "def mem_exporters(): return [Bad()]\n"
    )
    install(site, "bad", bad)
    install(site, "worse", "raise ValueError('at import')")
    run = run_with(run_mem, site, "fails")
    assert (run.code, run.out) == (1, "")
    assert "plugin mem-bad: `mem fails` fails (ValueError: no such thing)" in run.err
    exported = run_with(run_mem, site, "export", "--format", "bad")
    assert exported.code == 1 and "its exporter bad broke down (KeyError: 'k')" in exported.err
    listed = run_with(run_mem, site, "--help")
    assert "  fails       It fails." in listed.out and "Not yours" not in listed.out
    assert run_with(run_mem, site, "search", "x").code == 3


def test_what_is_exported_can_be_taken_in_again(
    run_mem: RunMem, work: Path, tmp_path: Path
) -> None:
    folder = write_sources(work)
    run_mem("import", str(folder))
    chats = work / "out.jsonl"
    assert run_mem("export", "--format", "chat-jsonl", "--out", str(chats)).code == 0
    assert chats.stat().st_mode & 0o777 == 0o600
    again = run_mem("export", "--format", "chat-jsonl", "--out", str(chats))
    assert (again.code, "--force" in again.err) == (2, True)
    first = run_mem("export", "--format", "chat-jsonl").out
    assert first == chats.read_text()
    other = tmp_path / "other"
    assert run_mem("import", str(chats), home=other).code == 0
    assert run_mem("export", "--format", "chat-jsonl", home=other).out == first
    whole = [json.loads(line) for line in run_mem("export").out.splitlines()]
    assert {one["kind"] for one in whole} == {"note", "chat"}
    boiler = next(one for one in whole if one["title"] == "Boiler")
    assert "The boiler pressure should be 1.3 bar when cold." in boiler["text"]
    readable = run_mem("export", "--format", "markdown").out
    assert "**Ann** (2025-05-01 10:00): Shall we rent the van for the move?" in readable
    assert run_mem("export", "--format", "nope").code == 2
