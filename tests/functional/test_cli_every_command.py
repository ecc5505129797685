"""What holds for every command of the catalogue, those of groups among them.

Each runs in this process, on one home with nothing in it, with made-up arguments.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from mem.cli import diagnostics, output
from mem.cli.catalogue import COMMANDS
from mem.cli.main import application, main

# Those that would take long, or go on for ever, without it; `demo` imports and asks.
_SHORTER = {
    ("watch",): ["--once"],
    ("service", "install"): ["--dry-run"],
    ("service", "uninstall"): ["--dry-run"],
}
_LONG = {("demo",), ("bench", "speed"), ("bench", "mine")}
_WITHOUT_JSON = {("tui",), ("export",), ("mcp",)}
_IN_COMMANDS_PAGE = {("import",), ("ask",), ("search",)}
_CODES = {int(code) for code in diagnostics.ExitCode}

Path_ = tuple[str, ...]


def leaves(command: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every command that does something, with the words that call it."""
    below = getattr(command, "commands", None)
    if not below:
        yield path, command
    for name, one in (below or {}).items():
        yield from leaves(one, (*path, name))


LEAVES = dict(leaves(typer.main.get_command(application(COMMANDS))))
GROUPS = [(one.name,) for one in COMMANDS if (one.name,) not in LEAVES]
every_command = pytest.mark.parametrize("path", LEAVES, ids=" ".join)


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty") / "home"


def documented() -> dict[str, list[list[str]]]:
    """The words of a command to the outermost keys of each object that docs/json.md gives it."""
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    found: dict[str, list[list[str]]] = {}
    for line in page.splitlines():
        cells = line.strip("| ").split(" | ")
        names = re.findall(r"`([^`]+)`", cells[0])
        objects = [_outer_keys(one) for one in re.findall(r"`(\{[^`]*\})`", cells[-1])]
        if not line.startswith("| `mem ") or not objects:
            continue
        group = names[0].rpartition(" ")[0]
        for name in names:
            found[name if name.startswith("mem ") else f"{group} {name}"] = objects
    return found


def _outer_keys(text: str) -> list[str]:
    """The keys of an object as the page writes it; "…" where others stand among them."""
    keys, depth = [], 0
    for part in re.findall(r'[\[{]|[\]}]|"\w+"|…', text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(part, 0)
        if depth == 1 and part[0] in '"…':
            keys.append(part.strip('"'))
    return keys


def _fits(documented: list[str], printed: set[str]) -> bool:
    told = set(documented) - {"…"}
    return told <= printed if "…" in documented else told == printed


class Here:
    """Runs `mem` in this process as if it were a run of its own."""

    def __init__(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("MEM_HOME", str(home))
        monkeypatch.setenv("HOME", str(home))
        self._patch, self._captured = monkeypatch, capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, stdout and stderr."""
        self._patch.setattr(output, "_printed", set())
        self._patch.setattr(diagnostics, "_complaints", [])
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = self._captured.readouterr()
        assert "Traceback" not in printed.err
        assert "internal error" not in printed.err
        assert not set(printed.out + printed.err) & set("\x1b\x07\x9b\u202e")
        return int(ended.value.code or 0), printed.out, printed.err


PAGE = documented()


@pytest.fixture
def here(
    empty_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Here:
    # A made-up name may be that of a file to write.
    monkeypatch.chdir(tmp_path)
    return Here(empty_home, monkeypatch, capsys)


def made_up(command: Any) -> list[str]:
    """A value for every argument that has to be given."""
    return ["nope" for one in command.params if one.param_type_name == "argument" and one.required]


@pytest.mark.parametrize("path", [*LEAVES, *GROUPS], ids=" ".join)
def test_help_says_what_it_does_and_gives_an_example(path: Path_, here: Here) -> None:
    code, out, err = here(*path, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: mem {' '.join(path)} ")
    example = out.partition("Example:\n")[2].partition("\n\n")[0]
    assert "mem " in example
    # As manuals write it, without what Python calls things.
    assert not re.search(r"\[\[|\{", out.partition("\n")[0])
    assert not re.search(r"<(?:str|int|float|bool|list\[)", out)
    assert max(map(len, out.splitlines())) <= 80


@every_command
def test_an_unknown_option_is_named_with_the_way_to_help(path: Path_, here: Here) -> None:
    code, out, err = here(*path, "--no-such-option-at-all")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--no-such-option-at-all" in err
    assert err.endswith(f"Try `mem {' '.join(path)} --help`.\n")


@every_command
def test_an_unknown_option_with_json_is_one_object(path: Path_, here: Here) -> None:
    code, out, err = here(*path, "--json", "--no-such-option-at-all")
    assert code == 2
    assert json.loads(out)["error"]["message"] == err.removeprefix("mem: ").removesuffix("\n")


@pytest.mark.parametrize("path", [path for path in LEAVES if path not in _LONG], ids=" ".join)
def test_on_nothing_it_ends_with_a_known_code_and_says_why(path: Path_, here: Here) -> None:
    words = [*path, *made_up(LEAVES[path]), *_SHORTER.get(path, [])]
    code, out, err = here(*words)
    assert code in _CODES
    assert not code or out or err.startswith("mem: ")
    assert code not in (1, 2, 4, 5, 6) or out == ""


@pytest.mark.parametrize(
    "path", [path for path in LEAVES if path not in _LONG | _WITHOUT_JSON], ids=" ".join
)
def test_json_is_one_object_with_a_schema_whatever_becomes_of_it(path: Path_, here: Here) -> None:
    words = [*path, *made_up(LEAVES[path]), *_SHORTER.get(path, []), "--json"]
    code, out, err = here(*words)
    printed = [json.loads(line) for line in out.splitlines()]
    assert [one["schema"] for one in printed] == [1]
    if "error" in printed[0]:
        assert printed[0]["error"]["exit_code"] == code != 0
        assert printed[0]["error"]["message"] in err
    elif path not in _IN_COMMANDS_PAGE:
        name = f"mem {' '.join(path)}"
        shapes = PAGE.get(f"{name} --dry-run", []) + PAGE.get(name, [])
        assert any(_fits(keys, set(printed[0])) for keys in shapes), printed


def test_the_page_on_json_has_every_command() -> None:
    told = {name.removesuffix(" --dry-run") for name in PAGE}
    names = {f"mem {' '.join(path)}" for path in LEAVES.keys() - _WITHOUT_JSON - _IN_COMMANDS_PAGE}
    assert {name for name in names if not name.startswith("mem bench ")} <= told
