"""A real `mem mcp` process, spoken to by the official SDK's client, or byte by byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from tests.functional.conftest import NOW

ROOT = Path(__file__).parents[2]
VERSION = "2025-11-25"


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": str(home.parent),
        "MEM_HOME": str(home),
        "MEM_NOW": NOW,
        "MEM_PLUGINS": "off",
        **more,
    }


@dataclass
class Conversation:
    """A client of the SDK in a thread of its own, called from tests that know nothing of loops."""

    portal: Any
    session: Any
    greeting: Any
    log: Path

    def result(self, name: str, /, **arguments: Any) -> Any:
        return self.portal.call(partial(self.session.call_tool, name, arguments))

    def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The structured result of a call that succeeds, which its text says, too."""
        found = self.result(name, **arguments)
        assert not found.is_error, found.content[0].text
        assert json.loads(found.content[0].text) == found.structured_content
        return dict(found.structured_content)

    def error(self, name: str, /, **arguments: Any) -> str:
        """What the client is told of a call that fails."""
        found = self.result(name, **arguments)
        assert found.is_error, found.structured_content
        text = str(found.content[0].text)
        assert "Traceback" not in text and "internal error" not in text
        return text

    def do(self, method: str, *arguments: Any) -> Any:
        return self.portal.call(getattr(self.session, method), *arguments)

    def together(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Any]:
        """The results of calls that are all under way at once."""
        begun = [
            self.portal.start_task_soon(partial(self.session.call_tool, name, arguments))
            for name, arguments in calls
        ]
        return [one.result(timeout=60) for one in begun]


@contextmanager
def conversation(home: Path, *arguments: str, **env: str) -> Iterator[Conversation]:
    """A server with those arguments, and a client that has shaken hands with it."""
    from anyio.from_thread import start_blocking_portal
    from mcp.client.session import ClientSession
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp_types import Implementation

    log = home.parent / "mcp.log"

    @asynccontextmanager
    async def connected() -> AsyncIterator[tuple[Any, Any]]:
        given = StdioServerParameters(
            command=sys.executable,
            args=["-m", "mem", "mcp", *arguments],
            env=environment(home, **env),
        )
        me = Implementation(name="test client\x1b[1m", version="1")
        with log.open("a", encoding="utf-8") as errors:
            async with (
                stdio_client(given, errlog=errors) as (read, write),
                ClientSession(read, write, client_info=me) as session,
            ):
                yield session, await session.initialize()

    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(connected()) as (session, greeting),
    ):
        yield Conversation(portal, session, greeting, log)


def request(number: int, method: str, **parameters: Any) -> bytes:
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
    return json.dumps(message).encode() + b"\n"


def tool(number: int, name: str, /, **arguments: Any) -> bytes:
    return request(number, "tools/call", name=name, arguments=arguments)


HELLO = (
    request(
        0,
        "initialize",
        protocolVersion=VERSION,
        capabilities={},
        clientInfo={"name": "raw", "version": "1"},
    )
    + b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
)


class RawServer:
    """A server whose bytes are read as they are."""

    def __init__(
        self, home: Path, *arguments: str, command: Sequence[str] = (), **env: str
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(command or ("-m", "mem")), "mcp", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(home, **env),
        )
        self.out = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End it, whatever became of the test."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def reply(self, number: int) -> Any:
        """The reply to a request; other lines on the way are kept in `out`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.out += line
            message = json.loads(line)
            if message.get("id") == number:
                return message
        raise AssertionError(f"no reply to {number}: {self.out!r}")

    def end(self, *, hang_up: bool = True) -> tuple[int, bytes, bytes]:
        """(exit code, all of stdout, all of stderr) of one that hangs up, or was told to end."""
        stdin, stdout, stderr = self.process.stdin, self.process.stdout, self.process.stderr
        assert stdin is not None and stdout is not None and stderr is not None
        if hang_up:
            stdin.close()
        out, err = stdout.read(), stderr.read()
        return self.process.wait(timeout=30), self.out + out, err
