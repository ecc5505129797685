"""What a client's settings need to start this server: the command in full, whatever its PATH is."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from mem.core.files import expanded


def client_settings(sources: Sequence[str], arguments: Sequence[str]) -> str:
    """The JSON that clients take (`mcpServers`): `mem mcp`, what it shares, and `arguments`.

    Paths are made absolute: clients start servers in folders of their own. A home that `MEM_HOME`
    names goes along: they start them without the shell's variables.
    """
    entry: dict[str, object] = {}
    command, *before = _command()
    entry["command"] = command
    shared = [part for one in sources for part in ("--source", _absolute(one))]
    entry["args"] = [*before, "mcp", *shared, *arguments]
    home = os.environ.get("MEM_HOME")
    if home:
        entry["env"] = {"MEM_HOME": str(expanded(home).absolute())}
    return json.dumps({"mcpServers": {"mem": entry}}, indent=2, ensure_ascii=False)


def _absolute(source: str) -> str:
    """A path in full; an id or uri as it is."""
    path = expanded(source)
    return str(path.absolute()) if path.exists() else source


def _command() -> list[str]:
    """The absolute path of `mem`, or the interpreter with `-m mem` where there is no such file."""
    beside = shutil.which("mem", path=str(Path(sys.executable).parent))
    return [beside] if beside is not None else [sys.executable, "-m", "mem"]
