"""`mem ask` with a language model behind a local server: streamed, checked, and done without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.contract.standin_server import StandIn
from tests.functional.conftest import NOW, Filled, RunMem, write_sources

QUESTION = ("ask", "What should the boiler pressure be when cold?")
FIRST = "The boiler pressure should be 1.3 bar when cold. [1]"


class Server(StandIn):
    """Replies with `reply`, a word at a time; where it holds "|" it waits for `go` there."""

    def __init__(self) -> None:
        super().__init__(self._pieces)
        self.context = 4096
        self.reply = FIRST
        self.go = threading.Event()

    def _pieces(self, body: dict[str, Any]) -> Iterator[str]:
        del body
        for word in self.reply.split(" "):
            if word == "|":
                self.go.wait(60)
                continue
            yield word + " "

    @property
    def setting(self) -> dict[str, str]:
        return {"MEM_MODEL_SERVER": self.url}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.running():
        yield made
        made.go.set()


def test_the_model_answers_and_its_sentences_are_checked(filled: Filled, server: Server) -> None:
    server.reply = f"{FIRST} Karla set it to 1.9 bar. [1]"
    run = filled.run(*QUESTION, "--json", **server.setting)
    assert run.code == 0
    told = run.json
    assert told["mode"] == "generative"
    assert told["sentences"] == [
        {"text": "The boiler pressure should be 1.3 bar when cold.", "citations": [1]}
    ]
    assert told["citations"][0]["quote"] == "The boiler pressure should be 1.3 bar when cold."
    assert told["dropped"] == 1
    assert run.err.count("\n") == 1
    assert "without support in memory" in run.err
    prompt = server.bodies[0]["messages"]
    assert "1.3 bar" not in prompt[0]["content"]
    assert "> The boiler pressure should be 1.3 bar when cold." in prompt[1]["content"]


def test_as_text_the_passages_follow_the_answer(filled: Filled, server: Server) -> None:
    whole = filled.run(*QUESTION, **server.setting)
    streamed = filled.run(*QUESTION, "--stream", **server.setting)
    assert whole.out == streamed.out
    assert whole.out.startswith(
        "The boiler pressure should be 1.3 bar when cold. [1]\n\n[1] Boiler"
    )
    assert whole.err == streamed.err == ""


def test_no_llm_leaves_the_model_alone(filled: Filled, server: Server) -> None:
    run = filled.run(*QUESTION, "--no-llm", "--json", **server.setting)
    assert (run.code, run.err) == (0, "")
    assert run.json["mode"] == "extractive"
    assert server.bodies == []


def test_without_any_model_nothing_is_said_of_one(filled: Filled) -> None:
    run = filled.run(*QUESTION, "--json")
    assert (run.code, run.err) == (0, "")
    assert run.json["mode"] == "extractive"


def test_a_model_that_finds_nothing_ends_with_code_3(filled: Filled, server: Server) -> None:
    server.reply = "NOT IN MEMORY"
    run = filled.run(*QUESTION, "--stream", **server.setting)
    assert run.code == 3
    assert run.out.startswith("Not in memory: ")
    assert run.err == ""


def test_a_model_that_only_invents_is_replaced_by_quotes(filled: Filled, server: Server) -> None:
    server.reply = "Karla lives in Leeds. [1] Her number is 4. [2]"
    run = filled.run(*QUESTION, "--stream", "--json", **server.setting)
    assert run.code == 0
    assert run.json["mode"] == "extractive"
    assert "1.3 bar" in run.json["answer"]
    assert run.err.count("\n") == 1
    assert "Nothing that the language model wrote is supported by memory." in run.err


@pytest.mark.parametrize("fault", ["refuses", "absent", "says-nothing"])
def test_a_server_that_fails_is_said_in_one_line(
    filled: Filled, server: Server, fault: str
) -> None:
    setting = server.setting
    if fault == "refuses":
        server.status = 500
    elif fault == "says-nothing":
        server.reply = " " * 3000
    else:
        setting = {"MEM_MODEL_SERVER": "http://127.0.0.1:9"}
    run = filled.run(*QUESTION, "--json", **setting)
    assert run.code == 0
    assert run.json["mode"] == "extractive"
    assert run.err.count("\n") == 1
    assert run.err.endswith("Answered without it.\n")


def test_a_question_may_follow_on_another(filled: Filled) -> None:
    run = filled.run(
        "ask", "And how much does it cost a day?", "--after", "Which van do we rent?", "--json"
    )
    assert run.code == 0
    assert "80 euros" in run.json["answer"]
    assert "Understood as: And how much does it cost a day (van, rent)?" in run.err


def streaming(filled: Filled, server: Server) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mem", *QUESTION, "--stream"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            **server.setting,
            "PYTHONPATH": str(ROOT),
            "MEM_HOME": str(filled.home),
            "MEM_NOW": NOW,
        },
    )


def read_until(process: subprocess.Popen[bytes], wanted: bytes) -> bytes:
    assert process.stdout is not None
    seen = b""
    while wanted not in seen:
        piece = os.read(process.stdout.fileno(), 4096)
        assert piece, seen
        seen += piece
    return seen


def test_a_sentence_is_shown_while_the_next_is_written(filled: Filled, server: Server) -> None:
    server.reply = f"{FIRST} The | boiler is cold. [1]"
    process = streaming(filled, server)
    read_until(process, b"when cold. [1]")
    assert process.poll() is None
    server.go.set()
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send")
def test_ctrl_c_cancels_the_model(filled: Filled, server: Server) -> None:
    server.reply = f"{FIRST} The | " + "boiler " * 2000
    process = streaming(filled, server)
    read_until(process, b"when cold. [1]")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in err
    server.go.set()
    assert server.broken_off.wait(30)


def test_feedback_teaches_and_can_be_given_by_memory_or_passage(
    run_mem: RunMem, tmp_path: Path
) -> None:
    sources = write_sources(tmp_path / "user")
    run_mem("import", str(sources))
    memory = run_mem("add", "I live in Paris.", "--kind", "fact", "--json").json["memory"]
    passage = run_mem(*QUESTION, "--json").json["citations"][0]["id"]
    assert run_mem("feedback", "useful", memory["id"]).out == (
        "Noted as useful; it concerns 1 memory.\n"
    )
    told = run_mem("feedback", "wrong", passage, "--json").json
    assert told["verdict"] == "wrong"
    assert run_mem("feedback", "useful", "nowhere").code == 3
    assert run_mem("feedback", "splendid", passage).code == 2
