"""Calls run in threads; one that nobody waits for is told to stop."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from mem.core.clock import SystemClock
from mem.errors import EmptyQuery, UnknownId, UnknownName
from mem.mcp.calls import Service, told
from mem.mcp.tools import TOOLS, Call, Stopped


def service(shared: Any = None) -> Service:
    return Service(shared, allow_write=False, llm=True, log=lambda line: None)


def test_a_result_and_a_failure_come_back() -> None:
    made = service()

    def fails(call: Call) -> None:
        raise EmptyQuery

    assert asyncio.run(made.run(lambda call: call.get("a"), {"a": 3}, "me")) == 3
    with pytest.raises(EmptyQuery):
        asyncio.run(made.run(fails, {}, "me"))


def test_what_is_cancelled_stops() -> None:
    begun, ended = threading.Event(), threading.Event()

    def works(call: Call) -> None:
        begun.set()
        try:
            while not ended.wait(0.001):
                call.still_wanted()
        except Stopped:
            ended.set()
            raise

    async def converse() -> None:
        task = asyncio.create_task(service().run(works, {}, "me"))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(converse())
    assert ended.wait(10)


def test_an_answer_asks_whether_it_is_wanted_at_each_piece() -> None:
    given: dict[str, Any] = {}

    def ask(question: str, **options: Any) -> None:
        given.update(options)
        raise EmptyQuery

    shared = SimpleNamespace(
        ask=ask, assistant=SimpleNamespace(clock=SystemClock("2025-01-01T00:00:00"))
    )
    (tool,) = [one for one in TOOLS if one.name == "memory_ask"]
    call = Call(shared, {"question": "why"})  # type: ignore[arg-type]
    with pytest.raises(EmptyQuery):
        tool.run(call)
    given["on_piece"]("a word")
    call.stop.set()
    with pytest.raises(Stopped):
        given["on_piece"]("another")


def test_failures_name_the_next_step() -> None:
    assert "memory_search" in told(UnknownId("x"))
    assert "memory_entities" in told(UnknownName("x")) and "memory_search" not in told(
        UnknownName("x")
    )
    assert "secret words" not in told(ValueError("secret words"))
