"""Bad input gets a clear line and the right exit code, never a traceback (run_mem checks that)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.functional.conftest import Filled, RunMem


def test_missing_path(run_mem: RunMem) -> None:
    run = run_mem("import", "no-such-folder")
    assert (run.code, run.out) == (1, "")
    assert "no such file or folder" in run.err


def test_unknown_format(run_mem: RunMem, work: Path) -> None:
    run = run_mem("import", str(work), "--format", "nonsense")
    assert run.code == 2
    assert "chat-jsonl" in run.err


def test_odd_files_are_counted_with_a_code(run_mem: RunMem, work: Path) -> None:
    folder = work / "odd"
    folder.mkdir()
    (folder / "good.md").write_text("# Good\n\nA sound note.\n")
    (folder / "latin.md").write_bytes(b"# Caf\xe9\n\nnot UTF-8 \xff\xfe\n")
    (folder / "program.md").write_bytes(bytes(range(256)) * 64)
    (folder / "empty.md").write_bytes(b"")
    (folder / "long.md").write_text("word " * 600_000)
    (folder / "loop").symlink_to(folder)
    (folder / "self.md").symlink_to("self.md")
    os.mkfifo(folder / "pipe.md")
    run = run_mem("import", "odd", "--json", MEM_IMPORT_MAX_FILE_MB="1")
    assert run.code == 0
    counts = run.json["documents"]
    parts = ("added", "updated", "unchanged", "skipped", "failed")
    assert counts["seen"] == sum(counts[part] for part in parts)
    assert counts["added"] >= 1
    assert all(entry["code"] and entry["reason"] for entry in run.json["skipped"])
    skipped = {Path(entry["uri"]).name for entry in run.json["skipped"]}
    assert {"program.md", "long.md"} <= skipped


def test_broken_export_fails_alone(run_mem: RunMem, work: Path) -> None:
    broken = work / "conversations.json"
    broken.write_text('[{"title": "x", "mapping": {"a": ')
    run = run_mem("import", str(broken), "--format", "chatgpt")
    assert run.code == 1
    assert "failed: conversations.json: " in run.out
    (work / "good.md").write_text("# Good\n\nA sound note.\n")
    beside = run_mem("import", ".", "--json")
    counts = beside.json["documents"]
    assert (beside.code, counts["added"], counts["failed"]) == (1, 1, 1)
    assert "1 of 2 failed" in beside.err
    (work / ".memignore").write_text("conversations.json\n")
    assert run_mem("source", "add", ".").code == 0
    (work / ".memignore").unlink()
    assert run_mem("source", "add", ".").code == 1


def test_what_is_not_there_is_named_for_what_it_is(filled: Filled) -> None:
    nobody = filled.run("entities", "Nobody At All")
    assert nobody.code == 3
    assert "is called 'Nobody At All'" in nobody.err
    kind = filled.run("list", "--kind", "nonsense")
    assert kind.code == 3
    assert "'nonsense'" in kind.err
    assert "procedure" in kind.err
    verdict = filled.run("feedback", "usefull", "x")
    assert (verdict.code, verdict.out) == (2, "")
    assert verdict.err.startswith("mem: Invalid value for 'useful|wrong': 'usefull' is not one of")


def test_the_whole_file_system_is_not_kept_in_step(run_mem: RunMem) -> None:
    # Nothing is imported, whatever the command does with the path.
    run = run_mem("source", "add", "/tmp/..", "--no-import")
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        "mem: /tmp/.. is /: the whole file system is no source. "
        "Name the folders that hold your notes and chats, such as ~/notes.\n"
    )


@pytest.mark.parametrize("command", [["import"], ["source", "add"]])
def test_an_empty_path_is_not_this_folder(run_mem: RunMem, work: Path, command: list[str]) -> None:
    (work / "private.md").write_text("# Private\n\nNobody asked for this.\n")
    run = run_mem(*command, "")
    assert (run.code, run.out) == (2, "")
    assert "empty" in run.err
    assert run_mem("list", "-d").code == 3


@pytest.mark.parametrize(
    ("command", "code"),
    [(["import"], 1), (["show"], 3), (["backup"], 1), (["source", "add"], 1), (["forget"], 3)],
)
def test_a_home_of_nobody_is_a_path_that_is_not_there(
    filled: Filled, command: list[str], code: int
) -> None:
    run = filled.run(*command, "~nobody-of-that-name/notes")
    assert (run.code, run.out, run.err.count("\n")) == (code, "", 1)
    assert "internal error" not in run.err


def test_nothing_to_forget_is_json_too(filled: Filled) -> None:
    run = filled.run("forget", "--match", "zebra crossing", "--dry-run", "--json")
    assert run.code == 3
    assert (run.json["documents"], run.json["passages"], run.json["dry_run"]) == (0, [], True)


def test_failures_name_what_the_user_named(run_mem: RunMem, work: Path) -> None:
    piped = run_mem("import", "-", "--format", "chat-jsonl", stdin='{"bad')
    assert piped.code == 1
    assert "failed: stdin: " in piped.out
    exported = run_mem("export", "--out", str(work / "none" / "memory.md"))
    assert exported.code == 1
    assert f"{work / 'none'}: there is no such file or folder" in exported.err


def test_empty_store(run_mem: RunMem) -> None:
    for arguments in (["search", "anything"], ["timeline"], ["profile"], ["entities"], ["list"]):
        run = run_mem(*arguments)
        assert (run.code, run.out) == (3, ""), arguments
        assert "Memory is empty. `mem import PATH`" in run.err
    asked = run_mem("ask", "anything at all?")
    assert (asked.code, "Memory is empty" in asked.err) == (3, True)
    assert "mem import PATH" in run_mem("source", "list").err
    stats = run_mem("stats")
    assert (stats.code, " - to -" in stats.out) == (0, False)


def test_queries_that_are_syntax_elsewhere(filled: Filled) -> None:
    for query in ('c++ "what\'s up?"', "u : x AND (", "*", "-- NEAR/2 ''", "[/nope]"):
        run = filled.run("search", "--", query)
        assert run.code in (0, 3), (query, run)
    assert filled.run("search", "").code == 2


@pytest.mark.parametrize("home", ["file/below", "/proc/mem-home"])
def test_home_that_cannot_be_written(run_mem: RunMem, work: Path, home: str) -> None:
    (work / "file").write_text("a regular file")
    run = run_mem("add", "something", home=work / home)
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)
    assert "MEM_HOME" in run.err


def test_store_that_is_no_database(run_mem: RunMem, tmp_path: Path) -> None:
    data = tmp_path / "home" / "data"
    data.mkdir(parents=True)
    (data / "mem.db").write_bytes(b"this is not a database, it is a text" * 400)
    run = run_mem("list")
    assert (run.code, run.out) == (5, "")
    assert "mem doctor" in run.err


def test_broken_config_and_clock(run_mem: RunMem, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    config = tmp_path / "home" / "config.toml"
    config.write_text("[search\nlimit = 3")
    run = run_mem("list")
    assert run.code == 1
    assert str(config) in run.err
    config.write_text('[search]\nlimit = "many"')
    run = run_mem("list")
    assert run.code == 2
    assert "search.limit" in run.err
    config.unlink()
    assert run_mem("list", MEM_NOW="tomorrow").code == 2


def test_ascii_console(filled: Filled) -> None:
    run = filled.run("search", "croissant", LANG="C", PYTHONIOENCODING="ascii")
    assert run.code == 0
    assert "caf? [b].md" in run.out
    as_json = filled.run("search", "croissant", "--json", PYTHONIOENCODING="ascii")
    assert "Café" in as_json.json["hits"][0]["source"]["title"]


def test_closed_pipe_is_quiet(filled: Filled) -> None:
    import subprocess
    import sys

    # The reader closes before anything is written.
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "mem", "list", "--documents"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "MEM_HOME": str(filled.home)},
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_terminal_controls_in_notes_stay_inside(run_mem: RunMem, work: Path) -> None:
    note = work / "evil.md"
    evil = "\x1b]0;owned\x07 \x1b[31mred\x1b[0m \x9b2J \u202egnp.exe\u2066 [/nope] [bold]x"
    note.write_text(f"# Evil {evil}\n\nA harmless zebra sentence. {evil}\n", encoding="utf-8")
    assert run_mem("import", str(work)).code == 0
    # run_mem fails where any such character reaches stdout or stderr.
    for arguments in (
        ["search", "zebra", "--explain"],
        ["ask", "What is the harmless zebra sentence?"],
        ["list"],
        ["show", "evil.md"],
        ["forget", "evil.md", "--dry-run"],
        ["show", "\x1b[31m\u202e"],
    ):
        run = run_mem(*arguments)
        assert run.code in (0, 3), (arguments, run)
    shown = run_mem("show", "evil.md", "--json")
    text = "".join(chunk["text"] for chunk in shown.json["chunks"])
    assert "\u202egnp.exe" in text
    assert "[/nope]" in run_mem("show", "evil.md").out


def test_settings_that_cannot_be_read_say_so(run_mem: RunMem, tmp_path: Path) -> None:
    home = tmp_path / "settings-home"
    (home / "config.toml").mkdir(parents=True)
    run = run_mem("list", home=home)
    assert run.code == 1
    assert "config.toml cannot be read as TOML (" in run.err
    assert "Check its permissions, or set MEM_HOME" in run.err
    (home / "config.toml").rmdir()
    (home / "config.toml").write_text("[search\nlimit = 3\n")
    assert "Mend or remove it" in run_mem("list", home=home).err
