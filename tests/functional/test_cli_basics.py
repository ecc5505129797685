"""Help, version, usage errors, completion: what needs no store."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem import __version__
from mem.cli.catalogue import COMMANDS
from tests.functional.conftest import RunMem


def test_help_names_every_command_and_makes_no_home(run_mem: RunMem, tmp_path: Path) -> None:
    run = run_mem("--help")
    assert run.code == 0
    assert run.err == ""
    assert all(f"  {command.name} " in run.out for command in COMMANDS)
    assert max(map(len, run.out.splitlines())) <= 80
    assert not (tmp_path / "home").exists()
    assert run_mem().out == run.out


def test_version(run_mem: RunMem) -> None:
    assert run_mem("--version").out == f"mem {__version__}\n"


def test_usage_errors_are_one_line_and_code_2(run_mem: RunMem) -> None:
    for arguments, words in (
        (["serch", "x"], "Did you mean `mem search`?"),
        (["--colour"], "There is no option"),
        (["--show-completion", "zsh"], "the shell that runs it"),
        (["search"], "Try `mem search --help`"),
        (["search", "x", "--limit", "many"], "many"),
        (["search", "x", "--limit"], "Try `mem search --help`"),
        (["search", "x", "--sicne", "May"], "Did you mean --since?"),
        (["add", "-x"], "goes after `--`"),
        (["import", "-"], "--format"),
        (["forget"], "--source"),
        (["config", "get", "no.such"], "search.limit"),
    ):
        run = run_mem(*arguments)
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1), (arguments, run)
        assert run.err.startswith("mem: ")
        assert words in run.err


def test_completion_offers_commands_and_options(run_mem: RunMem) -> None:
    def offered(words: str, place: int) -> list[str]:
        run = run_mem(_MEM_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(place))
        return run.out.split()

    assert offered("mem s", 1) == ["search", "show", "stats", "source", "service"]
    assert offered("mem search --sp", 2) == ["--speaker"]


def test_init_says_where_things_are_and_may_run_twice(run_mem: RunMem, tmp_path: Path) -> None:
    first = run_mem("init", "--json")
    assert first.code == 0
    assert set(first.json) == {"schema", "database", "config", "index", "backups", "cache"}
    assert (tmp_path / "home" / "data" / "mem.db").stat().st_mode & 0o777 == 0o600
    assert run_mem("init").code == 0


def test_config_set_get_show_path(run_mem: RunMem, tmp_path: Path) -> None:
    assert run_mem("config", "set", "search.limit", "3").out == "search.limit = 3\n"
    assert run_mem("config", "get", "search.limit").out == "3\n"
    assert run_mem("config", "get", "search.limit", MEM_SEARCH_LIMIT="4").out == "4\n"
    shown = run_mem("config", "show", "--json").json
    by_key = {one["key"]: one for one in shown["settings"]}
    assert shown["schema"] == 1
    assert by_key["search.limit"]["value"] == 3
    assert by_key["search.limit"]["origin"] == str(tmp_path / "home" / "config.toml")
    assert by_key["user.names"]["origin"] == "default"
    assert run_mem("config", "path").out == f"{tmp_path / 'home' / 'config.toml'}\n"
    assert run_mem("config", "set", "search.limit", "none").code == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("x", "'x' is not a number"),
        ("", "'' is not a number"),
        ("nan", "nan is not at least 0.01"),
        ("-3", "-3.0 is not at least 0.01"),
    ],
)
def test_a_number_that_is_none_is_refused_in_words(run_mem: RunMem, given: str, said: str) -> None:
    run = run_mem("consolidate", "--minutes", given)
    assert (run.code, run.out) == (2, "")
    assert f"Invalid value for '--minutes': {said}. Try `mem consolidate --help`." in run.err


def test_a_word_that_can_be_no_option_is_a_value(run_mem: RunMem) -> None:
    run = run_mem("config", "set", "search.limit", "-4")
    assert (run.code, run.out) == (2, "")
    assert "-4 is not between 1 and 1000" in run.err
    assert run_mem("search", "x", "-k", "-4").err.count("-4 is not at least 1") == 1
    assert run_mem("add", "- two eggs", "--json").code == 0
    assert "two eggs" in run_mem("search", "- eggs", "-k", "1").out
