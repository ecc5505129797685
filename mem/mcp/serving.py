"""Serving one client over this process's stdin and stdout until it hangs up or a signal comes.

Invariant: nothing but the protocol is written to stdout, whatever else prints; what prints is sent
to stderr. The store is opened for reading only unless writing is allowed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mem.errors import NoProtocol

if TYPE_CHECKING:
    from mem.assistant import Assistant
    from mem.core.clock import Clock
    from mem.mcp.calls import Service

_PATIENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the person allows: which sources and kinds, writing, the language model."""

    sources: Sequence[str] = ()
    kinds: Sequence[str] = ()
    allow_write: bool = False
    llm: bool = True


def serve(options: Options, clock: Clock, log: Callable[[str], None]) -> None:
    """Serve until the client hangs up; a signal ends the process with code 0.

    Raises NoProtocol where the SDK is missing, and before anything is served UnknownSource,
    UnknownDocumentKind, AmbiguousId and what `Assistant.open` raises.
    """
    try:
        import anyio
        import mcp.server.stdio  # noqa: F401
    except ImportError as error:
        raise NoProtocol from error
    from mem.mcp.calls import Service
    from mem.sharing.memory import SharedMemory
    from mem.sharing.roots import scope_of

    logging.getLogger("mcp").disabled = True  # It would log what clients send.
    with stdout_aside():
        assistant = _open(options, clock)
        try:
            scope = scope_of(assistant.store, options.sources, options.kinds)
        except BaseException:
            assistant.close()
            raise
    service = Service(SharedMemory(assistant, scope), options.allow_write, options.llm, log)
    try:
        anyio.run(_converse, service)
    finally:
        service.stop(_PATIENCE_S)
        assistant.close()


def _open(options: Options, clock: Clock) -> Assistant:
    """The memory of this home; what assistants ask teaches it nothing about the person's use."""
    from mem.assistant import Assistant
    from mem.settings.config import load
    from mem.settings.paths import Paths

    settings = replace(load(Paths.find()), learn_from_use="off")
    if not options.allow_write:
        # Made, upgraded and scrubbed where that is owed, as any command does.
        Assistant.open(settings=settings, clock=clock).close()
    return Assistant.open(settings=settings, clock=clock, read_only=not options.allow_write)


async def _converse(service: Service) -> None:
    from mcp.server.stdio import stdio_server

    from mem.mcp.server import build

    _on_signals(service)
    server = build(service)
    async with stdio_server() as (received, sent):
        with redirect_stdout(sys.stderr):
            await server.run(received, sent, server.create_initialization_options())


def _on_signals(service: Service) -> None:
    """End at once when asked to: reading stdin, as the SDK does it, cannot be interrupted."""

    def end() -> None:
        service.stop(_PATIENCE_S)
        service.shared.assistant.close()
        sys.stderr.flush()
        os._exit(0)

    import asyncio

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # Windows: between two events of the loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))


@contextmanager
def stdout_aside() -> Iterator[None]:
    """What is printed meanwhile, by native code too, goes to stderr."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
