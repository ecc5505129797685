"""What is imported when: a static graph cannot see a deferred import, a process of its own can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What must never be loaded before it is needed.
HEAVY = {
    *("chromadb", "textual", "keyring", "sqlite_utils", "llama_cpp", "onnxruntime", "tokenizers"),
    *("numpy", "rich", "pydantic", "markdown_it", "selectolax", "yaml", "rapidfuzz", "watchdog"),
    *("tomlkit", "filelock", "pluggy", "charset_normalizer", "platformdirs", "markdownify"),
    *("cryptography", "pyrage", "pypdfium2", "docx", "lxml", "pypdf", "fsrs", "icalendar"),
    *("mcp", "mcp_types", "anyio", "jsonschema"),
    *("huggingface_hub", "httpx"),
}
# What a search needs: the query's vector and the stored ones.
FOR_SEARCH = {"numpy", "onnxruntime", "tokenizers", "rapidfuzz"}

RUN = """
import atexit, json, sys
def report():
    print("MODULES " + json.dumps(sorted(sys.modules)), file=sys.stderr)
atexit.register(report)
"""
IMPORT_ALL = """
import importlib, pkgutil, mem
for module in pkgutil.walk_packages(mem.__path__, "mem."):
    # Textual is what the terminal UI is made of; only `mem tui` imports it.
    if not module.name.endswith("__main__") and not module.name.startswith("mem.tui"):
        importlib.import_module(module.name)
"""


def modules_of(code: str, home: Path) -> set[str]:
    """Names of everything loaded when `code` has run in a fresh interpreter, whatever its code."""
    done = subprocess.run(
        [sys.executable, "-c", RUN + code],
        capture_output=True,
        text=True,
        cwd=home,
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(home),
            "MEM_HOME": str(home / "mem"),
        },
        check=False,
        timeout=100,
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith("MODULES "), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return set(json.loads(last.removeprefix("MODULES ")))


def program(*arguments: str) -> str:
    return f"from mem.cli.main import main\nmain({list(arguments)!r})\n"


def heads(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_need_no_library(option: str, tmp_path: Path) -> None:
    loaded = modules_of(program(option), tmp_path)
    assert not heads(loaded) & (HEAVY | {"typer", "click"})
    assert not any(name.startswith("mem.cli.commands.") for name in loaded)
    assert list(tmp_path.iterdir()) == []


def test_the_package_itself_is_light(tmp_path: Path) -> None:
    loaded = modules_of("import mem", tmp_path)
    assert {name for name in loaded if name.startswith("mem")} == {"mem"}


def test_a_command_loads_only_itself(tmp_path: Path) -> None:
    loaded = modules_of(program("config", "path"), tmp_path)
    assert heads(loaded) & HEAVY == set()
    assert {name for name in loaded if name.startswith("mem.cli.commands.")} == {
        "mem.cli.commands.config"
    }
    assert list(tmp_path.iterdir()) == []


def test_a_search_loads_what_it_needs(tmp_path: Path) -> None:
    modules_of(program("add", "The boiler pressure is 1.3 bar."), tmp_path)
    loaded = modules_of(program("search", "boiler pressure"), tmp_path)
    assert "mem.retrieval.retriever" in loaded
    assert heads(loaded) & (HEAVY - FOR_SEARCH) == set()
    assert "mem.ingest.pipeline" not in loaded


def test_reading_a_command_line_needs_no_pydantic(tmp_path: Path) -> None:
    loaded = modules_of(program("consolidate", "--minutes", "1", "--no-llm"), tmp_path)
    assert "mem.consolidation.taking" in loaded
    assert "pydantic" not in heads(loaded)


def test_every_module_imports_without_effects(tmp_path: Path) -> None:
    loaded = modules_of(IMPORT_ALL, tmp_path)
    assert len({name for name in loaded if name.startswith("mem.")}) > 50
    assert heads(loaded) & HEAVY == set()
    assert list(tmp_path.iterdir()) == []
