"""Plugins as they are installed: found by name, loaded one or all, and never in the way."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from mem.errors import BadSetting, UnknownPlugin
from mem.hooks import loading, manager
from mem.hooks.known import missing_plugin
from mem.hooks.manager import Failure, Plugin, Plugins, is_enabled, load, load_all, names
from mem.sources import builtin
from tests.unit.hooks.helpers import install, parser_source


def loaded(plugins: Plugins) -> list[str]:
    return [one.found.name for one in plugins.loaded]


def reason(plugins: Plugins, name: str) -> str:
    (failure,) = (one for one in plugins.failed if one.found.name == name)
    return failure.reason


def test_names_import_nothing(site: Path) -> None:
    install(site, "b", "raise SystemError")
    install(site, "a", parser_source("a"))
    assert [(one.name, one.distribution, one.version) for one in names()] == [
        ("a", "mem-a", "1.2"),
        ("b", "mem-b", "1.2"),
    ]
    assert not {"memtest_a", "memtest_b"} & set(sys.modules)


def test_of_two_of_one_name_the_first_on_the_path_counts(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "a", parser_source("a"))
    install(tmp_path / "before", "a", parser_source("a"))
    monkeypatch.syspath_prepend(str(tmp_path / "before"))
    assert [str(one.folder) for one in names()] == [str(tmp_path / "before")]
    (tmp_path / "before" / "mem_a-1.2.dist-info" / "entry_points.txt").unlink()
    assert names() == []


def test_exactly_one_is_loaded(site: Path) -> None:
    install(site, "a", parser_source("a"))
    install(site, "b", parser_source("b"))
    one = load("mem-b", builtin)
    assert isinstance(one, Plugin)
    assert [parser.name for parser in one.parsers] == ["b"]
    assert "memtest_a" not in sys.modules
    assert isinstance(load("mem", builtin), Plugin)
    with pytest.raises(UnknownPlugin, match="Installed: a, b"):
        load("c", builtin)


def test_all_with_the_built_in_first(site: Path) -> None:
    install(site, "b", parser_source("b"))
    install(site, "a", parser_source("a"))
    plugins = load_all(builtin)
    assert loaded(plugins) == ["mem", "a", "b"]
    assert plugins.failed == []
    assert [one.name for one in plugins.parsers()][-2:] == ["a", "b"]
    assert plugins.parsers() is plugins.parsers()
    assert plugins.notices() == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("raise RuntimeError('boom\\nat\\x00once \\ud800')", r"RuntimeError: boom at\\x00once "),
        ("import memtest_no_such_module", "ModuleNotFoundError"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", r"it ends the program \(SystemExit: 3\)"),
        ("raise KeyboardInterrupt", "it ends the program"),
        ("def mem_parsers(): return 1 / 0", "ZeroDivisionError"),
        ("def mem_parsers(path): return []", "wrong signature"),
        ("x = 1", "no function whose name begins with mem_"),
        ("MEM_HOOKS = 99\ndef mem_parsers(): return []", "version 99"),
    ],
)
def test_a_broken_one_is_reported_and_skipped(site: Path, source: str, why: str) -> None:
    install(site, "bad", source)
    install(site, "good", parser_source("good"))
    plugins = load_all(builtin)
    assert loaded(plugins) == ["mem", "good"]
    import re

    assert re.search(why, reason(plugins, "bad"))
    (notice,) = plugins.notices()
    assert notice.startswith("plugin bad is not used: ")
    notice.encode("utf-8")
    assert "\n" not in notice and "\0" not in notice


def test_a_missing_target(site: Path) -> None:
    install(site, "bad", "x = 1", target="memtest_bad:plugin")
    assert "AttributeError" in reason(load_all(builtin), "bad")


@pytest.mark.parametrize("where", ["", "def mem_parsers():\n    "])
def test_one_that_hangs_is_left_behind(site: Path, where: str) -> None:
    install(site, "slow", f"import time\n{where}time.sleep(30)\n")
    install(site, "zest", parser_source("zest"))
    started = time.perf_counter()
    plugins = load_all(builtin, seconds=0.3)
    assert time.perf_counter() - started < 5
    assert "more than 0.3 s" in reason(plugins, "slow")
    assert loaded(plugins) == ["mem", "zest"]


def test_what_it_prints_is_no_data(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(site, "loud", "print('HELLO')\n" + parser_source("loud"))
    assert loaded(load_all(builtin)) == ["mem", "loud"]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "HELLO" in printed.err


def test_the_built_in_wins(site: Path) -> None:
    install(site, "thief", parser_source("html"))
    plugins = load_all(builtin)
    why = reason(plugins, "thief")
    assert "mem itself and mem-thief both have a parser 'html'" in why
    assert [one.name for one in plugins.parsers()].count("html") == 1


def test_of_two_plugins_the_first_wins_and_both_are_named(site: Path) -> None:
    install(site, "b", parser_source("same"))
    install(site, "a", parser_source("same"))
    plugins = load_all(builtin)
    assert loaded(plugins) == ["mem", "a"]
    assert "mem-a and mem-b both have a parser 'same'" in reason(plugins, "b")


def test_two_of_one_name(site: Path) -> None:
    install(site, "a", parser_source("a"))
    install(site, "z", parser_source("z"))
    (site / "mem_z-1.2.dist-info" / "entry_points.txt").write_text("[mem]\na = memtest_z\n")
    plugins = load_all(builtin)
    assert loaded(plugins) == ["mem", "a"]
    assert "are both called 'a'" in plugins.failed[0].reason


def test_off_is_off(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "a", parser_source("a"))
    monkeypatch.setenv("MEM_PLUGINS", "off")
    assert loaded(load_all(builtin)) == ["mem"]
    assert is_enabled({}) and is_enabled({"MEM_PLUGINS": "ON"})
    assert not is_enabled({"MEM_PLUGINS": " off "})
    with pytest.raises(BadSetting, match="MEM_PLUGINS"):
        is_enabled({"MEM_PLUGINS": "maybe"})


def test_nothing_below_a_data_folder_is_loaded(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "home" / "data"
    install(data, "inside", parser_source("inside"))
    monkeypatch.syspath_prepend(str(data))
    install(site, "split", parser_source("split"), target="memtest_elsewhere")
    (data / "memtest_elsewhere.py").write_text(parser_source("split"), encoding="utf-8")
    plugins = load_all(builtin, data_folders=[tmp_path / "home"])
    assert loaded(plugins) == ["mem"]
    assert "data folder" in reason(plugins, "inside")
    assert "data folder" in reason(plugins, "split")
    assert not {"memtest_inside", "memtest_elsewhere"} & set(sys.modules)


def test_nothing_of_the_working_folder_is_loaded(tmp_path: Path, site: Path) -> None:
    install(tmp_path / "here", "lying", parser_source("lying"))
    install(site, "real", parser_source("real"))
    (tmp_path / "here" / "memtest_real.py").write_text(parser_source("shadow"), encoding="utf-8")
    code = (
        "from mem.hooks.manager import load_all\nfrom mem.sources import builtin\n"
        "p = load_all(builtin)\nprint([o.found.name for o in p.loaded], p.notices())\n"
    )
    root = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "here",
        env={"PYTHONPATH": f"{root}:{site}", "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found, _, problems = done.stdout.partition("] ")
    assert "lying" not in done.stdout
    assert "'real'" not in found
    assert "plugin real is not used: its module would be taken from the working folder" in problems


def test_the_search_path_keeps_a_folder_that_is_there_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "/lib"])
    assert loading.search_path() == ["/lib"]
    monkeypatch.setattr(sys, "path", ["/lib", str(tmp_path)])
    assert loading.search_path() == ["/lib", str(tmp_path)]


def test_a_failure_says_what_it_is_of(site: Path) -> None:
    install(site, "bad", "raise ValueError")
    outcome = load("bad", builtin)
    assert isinstance(outcome, Failure)
    assert str(outcome) == "plugin bad is not used: it raises ValueError"


@pytest.mark.parametrize(
    ("name", "head", "remedy"),
    [
        ("a.ics", b"BEGIN:VCALENDAR", "install mem-calendar"),
        ("A.EPUB", b"PK\x03\x04", "install mem-epub"),
        ("b.txt", b"\n<!doctype netscape-bookmark-file-1>", "install mem-bookmarks"),
        ("a.xyz", b"", None),
    ],
)
def test_a_missing_plugin_is_named(site: Path, name: str, head: bytes, remedy: str | None) -> None:
    assert missing_plugin(Path(name), head) == remedy


def test_a_folder_of_calendars_looks_for_plugins_once(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def counted() -> list[manager.Found]:
        looked.append(1)
        return []

    monkeypatch.setattr(manager, "names", counted)
    for number in range(5):
        assert missing_plugin(Path(f"{number}.ics"), b"") == "install mem-calendar"
    assert len(looked) == 1


def test_one_that_is_there_but_not_in_use(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "epub", "raise ValueError")
    assert "`mem plugins` says why" in (missing_plugin(Path("a.epub"), b"") or "")
    monkeypatch.setenv("MEM_PLUGINS", "off")
    assert "MEM_PLUGINS=off" in (missing_plugin(Path("a.epub"), b"") or "")
