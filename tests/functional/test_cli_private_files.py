"""What `mem` makes is its owner's alone, whichever command is the first to make a home."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.functional.conftest import RunMem

MODEL = ROOT / "tests" / "fixtures" / "models" / "random.gguf"
CHAT = json.dumps({"text": "The blue van costs 80 euros.", "speaker": "Joel"})
FIRST = [
    (["init"], ""),
    (["config", "set", "search.limit", "3"], ""),
    (["model", "pull", "house", "--file", str(MODEL), "--trust"], ""),
    (["import", "-", "--format", "chat-jsonl"], CHAT),
    (["bench", "retrieval", "own"], ""),
]
SESSION = {"conversation": "c", "session": "s", "turns": [{"id": "t", "text": "A blue van."}]}
QUESTION = {"id": "q", "question": "Which van?", "conversation": "c", "evidence": ["t"]}


@pytest.fixture(autouse=True)
def _usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize(("command", "stdin"), FIRST, ids=[one[0][0] for one in FIRST])
def test_a_home_is_its_owners_alone(
    run_mem: RunMem, tmp_path: Path, work: Path, command: list[str], stdin: str
) -> None:
    own = work / "own"
    own.mkdir()
    (own / "sessions.jsonl.gz").write_bytes(gzip.compress(json.dumps(SESSION).encode()))
    (own / "questions.jsonl").write_text(json.dumps(QUESTION))
    run = run_mem(*command, stdin=stdin)
    assert run.code == 0, run.err
    home = tmp_path / "home"
    open_to_others = {
        str(path.relative_to(tmp_path)): oct(path.stat().st_mode)
        for path in (home, *home.rglob("*"))
        if path.stat().st_mode & 0o077
    }
    assert not open_to_others
