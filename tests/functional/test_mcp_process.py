"""`mem mcp` as a process: clean stdout, no network, ends when told, says what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.clock import SystemClock
from tests.functional.conftest import NOW, RunMem, run_program
from tests.functional.mcp_support import HELLO, RawServer, environment, tool
from tests.functional.test_cli_ask_model import Server

pytestmark = pytest.mark.usefixtures("mcp_installed")

QUESTION = "What should the boiler pressure be when cold?"
# A plugin, or native code, that prints; and every attempt to reach a network.
NOISY = """
import os, sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"):
        os.write(2, b"NETWORK " + event.encode() + bytes([10]))
sys.addaudithook(hook)
from mem.assistant import Assistant
search, begin = Assistant.search, Assistant.open.__func__
def noisy(self, *arguments, **options):
    print("stray words")
    os.write(1, b"native words" + bytes([10]))
    return search(self, *arguments, **options)
def opening(cls, *arguments, **options):
    print("words at the start")
    return begin(cls, *arguments, **options)
Assistant.search, Assistant.open = noisy, classmethod(opening)
from mem.cli.main import main
main(sys.argv[1:])
"""
WITHOUT_SDK = """
import sys
sys.modules["mcp"] = None
from mem.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("process")
    with Assistant.open(folder / "home", clock=SystemClock(NOW)) as assistant:
        assistant.remember("The boiler pressure should be 1.3 bar when cold.")
    return folder / "home"


@pytest.fixture
def server() -> Iterator[Server]:
    """A language model that writes what the test says."""
    made = Server()
    with made.running():
        yield made
        made.go.set()


def cancelled(number: int) -> bytes:
    message = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": number},
    }
    return json.dumps(message).encode() + b"\n"


def test_stdout_carries_the_protocol_only_and_nothing_is_reached(home: Path) -> None:
    with RawServer(home, command=("-c", NOISY)) as made:
        made.send(HELLO)
        made.reply(0)
        made.send(b"this is no message\n" + tool(1, "memory_search", query="boiler"))
        assert made.reply(1)["result"]["structuredContent"]["hits"]
        made.send(tool(2, "memory_ask", question=QUESTION))
        assert not made.reply(2)["result"]["structuredContent"]["abstained"]
        code, out, err = made.end()
    assert code == 0
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in out.splitlines())
    assert b"words" not in out
    for words in (b"stray words", b"native words", b"words at the start"):
        assert words in err
    assert b"NETWORK" not in err and b"no message" not in err and b"Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(home: Path, number: signal.Signals) -> None:
    with RawServer(home) as made:
        made.send(HELLO)
        made.reply(0)
        made.process.send_signal(number)
        code, _, err = made.end(hang_up=False)
    assert code == 0 and err == b""


def test_slow_answers_hold_nothing_up_and_can_be_cancelled(home: Path, server: Server) -> None:
    server.reply = "The boiler | pressure"
    with RawServer(home, **server.setting) as made:
        made.send(HELLO)
        made.reply(0)
        asks = range(1, 6)
        for number in asks:
            made.send(tool(number, "memory_ask", question=QUESTION))
        made.send(tool(10, "memory_search", query="boiler"))
        assert made.reply(10)["result"]["structuredContent"]["hits"]
        made.send(b"".join(map(cancelled, asks)))
        made.send(tool(11, "memory_list"))
        made.reply(11)
        server.go.set()
        server.reply = "The boiler pressure should be 1.3 bar when cold. [1]"
        made.send(tool(12, "memory_ask", question=QUESTION))
        assert made.reply(12)["result"]["structuredContent"]["mode"] == "generative"
        assert not [number for number in asks if b'"id":%d,' % number in made.out]
        server.go.clear()
        server.reply = "The boiler | pressure"
        made.send(tool(13, "memory_ask", question=QUESTION))
        made.send(tool(14, "memory_list"))
        made.reply(14)
        # Nobody is there any more: it does not wait for the model.
        code, _, err = made.end()
    assert code == 0 and b"Traceback" not in err


def test_no_model_on_request_and_the_store_is_open_for_reading(home: Path, server: Server) -> None:
    with RawServer(home, "--no-llm", **server.setting) as made:
        made.send(HELLO)
        made.reply(0)
        made.send(tool(1, "memory_ask", question=QUESTION))
        assert made.reply(1)["result"]["structuredContent"]["mode"] == "extractive"
        process = Path(f"/proc/{made.process.pid}")
        if process.is_dir():
            files = [one for one in (process / "fd").iterdir() if one.resolve().name == "mem.db"]
            assert files
            for one in files:
                flags = (process / "fdinfo" / one.name).read_text().split("flags:")[1].split()[0]
                assert int(flags, 8) & os.O_ACCMODE == os.O_RDONLY
        assert made.end()[0] == 0


def test_llama_ends_with_the_server(home: Path, trained_model: Path) -> None:
    with RawServer(home, MEM_MODEL_FILE=str(trained_model)) as made:
        made.send(HELLO)
        made.reply(0)
        made.send(tool(1, "memory_ask", question=QUESTION))
        assert made.reply(1)["result"]["structuredContent"]["mode"] == "generative"
        tasks = Path(f"/proc/{made.process.pid}/task")
        if not tasks.is_dir():
            pytest.skip("children are looked up in /proc")
        children = [
            child for task in tasks.iterdir() for child in (task / "children").read_text().split()
        ]
        assert children
        made.process.terminate()
        code, out, _ = made.end(hang_up=False)
    assert code == 0
    assert all(json.loads(line) for line in out.splitlines())
    assert not [one for one in children if _runs(one)]


def _runs(process: str) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return status != "Z"


def test_what_cannot_be_shared_is_said_before_anything_is_served(run_mem: RunMem) -> None:
    run = run_mem("mcp", "--source", "nowhere")
    assert (run.code, run.out) == (3, "")
    assert "nothing from 'nowhere'" in run.err and "mem source list" in run.err


def test_a_kind_that_nothing_is_of_shares_nothing(home: Path, work: Path) -> None:
    run = run_program(("mcp", "--kind", "epub"), home=home, work=work, stdin="", env={})
    assert (run.code, run.out) == (2, "")
    assert "kind or format 'epub'. Known: note, chat, typed." in run.err


def test_the_newest_version_of_the_protocol(home: Path, tmp_path: Path) -> None:
    """Without a handshake, as the SDK's own client speaks it by default."""
    import anyio
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def talk() -> tuple[str, str]:
        given = StdioServerParameters(
            command=sys.executable, args=["-m", "mem", "mcp"], env=environment(home)
        )
        with (tmp_path / "errors").open("w") as errors:
            async with Client(stdio_client(given, errlog=errors)) as client:
                found = await client.call_tool("memory_ask", {"question": QUESTION})
                assert found.structured_content is not None
                return client.protocol_version, found.structured_content["answer"]

    version, answer = anyio.run(talk)
    assert version >= "2026" and "1.3 bar" in answer


def test_without_the_sdk_the_next_step_is_named(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SDK, "mcp"],
        input=b"",
        capture_output=True,
        env=environment(home),
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"pipx install --force '.[mcp]'" in done.stderr and b"Traceback" not in done.stderr


def test_the_settings_of_a_client(home: Path, work: Path) -> None:
    (work / "notes").mkdir()
    run = run_program(
        ("mcp", "--print-config", "--source", "notes", "--source", "mem:typed", "--allow-write"),
        home=home, work=work, stdin="", env={},
    )  # fmt: skip
    entry = run.json["mcpServers"]["mem"]
    assert Path(entry["command"]).is_absolute() and Path(entry["command"]).exists()
    at = entry["args"].index("mcp")
    assert entry["args"][at:] == [
        "mcp", "--source", str(work / "notes"), "--source", "mem:typed", "--allow-write",
    ]  # fmt: skip
    assert entry["env"] == {"MEM_HOME": str(home)}
    assert "The server will not start with this: Memory has taken in nothing from" in run.err
