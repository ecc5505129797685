"""`mem consolidate` with a real language model whose weights mean nothing: it invents, and none of
it is stored; every proposal is counted by the reason why it was refused.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.functional.conftest import Run, RunMem

LINES = (
    "I moved to the house by the mill in {n} and we planted a row of pear trees.",
    "My sister plays the cello and she practises with me every evening at {n}.",
    "I decided to take the slow train because the tickets were only {n} euros.",
    "We keep the spare keys in the tin number {n} under the kitchen stairs.",
)
MODEL_KEYS = {
    "model",
    "chunks",
    "calls",
    "tokens",
    "items",
    "rejected",
    "failed",
    "pending",
    "stopped",
    "unusable",
    "elsewhere",
}


def _chat(folder: Path, count: int) -> Path:
    """So many messages of one user, a minute apart, in conversations of twenty."""
    path = folder / "chat.jsonl"
    lines = [
        {
            "conversation": f"c{number // 20}",
            "id": str(number),
            "speaker": "me",
            "role": "user",
            "at": f"2025-05-01T10:{number % 60:02}:00",
            "text": LINES[number % len(LINES)].format(n=number),
        }
        for number in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def _consolidated(run_mem: RunMem, model: Path, *arguments: str, context: int = 4096) -> Run:
    return run_mem(
        "consolidate",
        *arguments,
        MEM_MODEL_FILE=str(model),
        MEM_MODEL_CONTEXT=str(context),
    )


def _check(run_mem: RunMem, model: Path, folder: Path, count: int) -> None:
    assert run_mem("import", str(_chat(folder, count)), "--format", "chat-jsonl").code == 0
    before = run_mem("consolidate", "--no-llm", "--json").json
    assert before["model"] is None

    run = _consolidated(run_mem, model, "--json")

    assert run.code == 0, run.err
    found = run.json["model"]
    assert set(found) == MODEL_KEYS
    assert (found["chunks"], found["pending"], found["failed"]) == (count, 0, {})
    assert found["calls"] >= 1
    assert found["items"] == sum(found["rejected"].values())
    assert run.json["candidates"] == 0
    origins = {one["origin"] for one in run_mem("list", "--json").json["memories"]}
    assert not any(origin.startswith("model:") for origin in origins)


def test_a_model_that_invents_leaves_nothing(
    run_mem: RunMem, random_model: Path, tmp_path: Path
) -> None:
    _check(run_mem, random_model, tmp_path, 12)


@pytest.mark.slow
def test_two_hundred_passages_leave_nothing(
    run_mem: RunMem, random_model: Path, tmp_path: Path
) -> None:
    _check(run_mem, random_model, tmp_path, 200)


def test_a_budget_is_kept_and_shown(run_mem: RunMem, random_model: Path, tmp_path: Path) -> None:
    run_mem("import", str(_chat(tmp_path, 40)), "--format", "chat-jsonl")
    run_mem("consolidate", "--no-llm")

    first = _consolidated(run_mem, random_model, "--calls", "1", context=1024)

    assert first.code == 0
    assert ": 1 call, " in first.out
    assert "left for the model; the budget of calls is spent." in first.out


def test_a_model_that_is_missing_is_one_clear_line(run_mem: RunMem, tmp_path: Path) -> None:
    run_mem("import", str(_chat(tmp_path, 4)), "--format", "chat-jsonl")

    run = _consolidated(run_mem, tmp_path / "none.gguf")

    assert run.code == 6
    assert "4 passages gone through" in run.out
    assert len(run.err.splitlines()) == 1
    assert "none.gguf" in run.err


def test_without_a_model_it_is_the_rules_alone(run_mem: RunMem, tmp_path: Path) -> None:
    run_mem("import", str(_chat(tmp_path, 4)), "--format", "chat-jsonl")

    run = run_mem("consolidate", "--json")

    assert (run.code, run.err) == (0, "")
    assert run.json["model"] is None


def _beside(home: Path, work: Path, model: Path) -> subprocess.Popen[str]:
    """`mem consolidate` in a process of its own, over small batches."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(work),
        "MEM_HOME": str(home),
        "MEM_PLUGINS": "off",
        "MEM_MODEL_FILE": str(model),
        "MEM_MODEL_CONTEXT": "1024",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "mem", "consolidate", "--json"],
        env=environment,
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_two_processes_share_the_work(
    run_mem: RunMem, home: Path, random_model: Path, tmp_path: Path
) -> None:
    run_mem("import", str(_chat(tmp_path, 40)), "--format", "chat-jsonl")
    run_mem("consolidate", "--no-llm")

    both = [_beside(home, tmp_path, random_model) for _ in range(2)]
    reports = [json.loads(one.communicate(timeout=110)[0])["model"] for one in both]

    assert [one.returncode for one in both] == [0, 0]
    assert sum(report["chunks"] for report in reports) == 40
    assert all(report["items"] == sum(report["rejected"].values()) for report in reports)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_is_ended_goes_on(
    run_mem: RunMem, home: Path, random_model: Path, tmp_path: Path, number: signal.Signals
) -> None:
    run_mem("import", str(_chat(tmp_path, 40)), "--format", "chat-jsonl")
    run_mem("consolidate", "--no-llm")
    first = _beside(home, tmp_path, random_model)
    with closing(sqlite3.connect(home / "data" / "mem.db")) as store:
        marked = "SELECT count(*) FROM extraction WHERE extractor LIKE 'model-%'"
        while not store.execute(marked).fetchone()[0] and first.poll() is None:
            time.sleep(0.05)
        first.send_signal(number)
        out, err = first.communicate(timeout=60)
        assert first.returncode == (130 if number is signal.SIGINT else -9), out + err
        (done,) = store.execute(marked).fetchone()
        # Nobody waits for the lease of a killed process here.
        with store:
            store.execute("UPDATE job SET leased_until = 0")

    rest = _consolidated(run_mem, random_model, "--json", context=1024).json["model"]

    assert 0 < done < 40
    assert (rest["chunks"], rest["pending"]) == (40 - done, 0)
