"""What every command needs before it starts: the clock, the façade, and arguments as clean text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mem.core.clock import SystemClock
from mem.core.files import expanded
from mem.errors import BadSetting, EmptyQuery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mem.assistant import Assistant
    from mem.core.query import Filters


def clock() -> SystemClock:
    """The clock of this run. Raises BadSetting where `MEM_NOW` is not a time."""
    try:
        return SystemClock.from_environment()
    except ValueError as error:
        raise BadSetting("environment", "MEM_NOW", "it is not a time in ISO 8601") from error


def open_assistant() -> Assistant:
    """The memory of this home. Raises what `Assistant.open` raises, and BadSetting."""
    from mem.assistant import Assistant

    return Assistant.open(clock=clock())


def why_nothing(assistant: Assistant, otherwise: str, limits: Filters | None = None) -> str:
    """Why a command found nothing: memory is empty, one of `limits` leaves none, or `otherwise`."""
    if not assistant.documents(limit=1):
        return "Memory is empty. `mem import PATH` takes in notes and chats."
    return (_unmet(assistant, limits) if limits else "") or otherwise


def _unmet(assistant: Assistant, limits: Filters) -> str:
    """The first of source, kind and speaker that no passage meets, whatever the others are."""
    from dataclasses import replace

    from mem.core.query import Filters

    told = {
        "source": "No source or file of memory is {!r}. `mem source list` shows the sources.",
        "kind": "No document is of the kind or format {!r}. `mem stats` counts those there are.",
        "speaker": "Nobody called {!r} says anything in memory. --speaker takes the whole name.",
    }
    for name, sentence in told.items():
        given = getattr(limits, name)
        if given is not None and not assistant.store.chunks.any(
            replace(Filters(), **{name: given})
        ):
            return sentence.format(given)
    return ""


def words(given: Sequence[str]) -> str:
    """Arguments as one text, undecodable bytes replaced. Raises EmptyQuery for no words."""
    text = " ".join(given).encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    if not text:
        raise EmptyQuery
    return text


def read_stdin() -> str:
    """All of stdin as text, undecodable bytes replaced."""
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def filters(
    now: datetime | None = None,
    *,
    since: str | None,
    before: str | None,
    on: str | None,
    source: str | None,
    kind: str | None,
    speaker: str | None,
) -> Filters:
    """The limits that the options name; of `--on` and another time the narrower holds.

    `now` is that of this run unless it is given. Raises BadTimeExpression, BadSetting.
    """
    from mem.core import limits

    return limits.filters(
        clock().now() if now is None else now,
        since=since,
        before=before,
        on=on,
        source=_place(source),
        kind=kind,
        speaker=speaker,
        dashes="--",
    )


def _place(source: str | None) -> str | None:
    """A source as memory knows it, where it is given as a path."""
    if source is not None and source.startswith(("/", "~", ".")):
        return str(expanded(source).resolve())
    return source


def absolute(given: str) -> str:
    """A path given on the command line, `~` resolved; it need not exist."""
    return str(expanded(given).absolute())
