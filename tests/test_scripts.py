"""What scripts take from the program is there, in functions that no test calls, too."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
OWN = ("mem", "scripts", "tests")


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, wherever it stands; those for type checkers alone are not."""
    nodes = list(ast.walk(tree))
    for_types = {
        id(one)
        for node in nodes
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for one in ast.walk(node)
    }
    for node in nodes:
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, one.name) for one in node.names)


def is_there(module: str, name: str) -> bool:
    """Whether the module can be imported and has the name, or a module of that name."""
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    if not name or hasattr(found, name):
        return True
    return is_there(f"{module}.{name}", "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_imports_of_the_project_resolve(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    own = [one for one in imported(tree) if one[0].split(".")[0] in OWN]
    assert [one for one in own if not is_there(*one)] == []
