"""The tools as data: name, what they are for, what they take and give, and the one call they make.

None can forget, edit, undo, or read the vault, the settings or secrets; those that write are
offered only where the person who started the server allows it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from mem import shapes
from mem.core import limits
from mem.core.memory import MemoryKind, MemoryStatus
from mem.mcp import schemas
from mem.mcp.schemas import FILTERS, KINDS, STATUSES, TIME, Schema, number, one_of, text
from mem.shapes import Shape
from mem.sharing.memory import SharedMemory
from mem.sharing.quoting import LONG_PASSAGE, quoted
from mem.sharing.showing import show

Arguments = Mapping[str, Any]


class Stopped(Exception):
    """Whoever called does not wait any more."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool: over which memory, with what, by whom, and whether it is still wanted."""

    shared: SharedMemory
    arguments: Arguments
    client: str = "assistant"
    llm: bool = True
    stop: threading.Event = field(default_factory=threading.Event)

    def get(self, name: str) -> Any:
        return self.arguments.get(name)

    @property
    def now(self) -> datetime:
        return self.shared.assistant.clock.now()

    def moment(self, name: str) -> datetime | None:
        """The beginning of the time that an argument names. Raises BadTimeExpression."""
        given = self.get(name)
        return None if given is None else limits.moment(name, given, self.now)

    def still_wanted(self, _piece: str = "") -> None:
        """Raises Stopped where nobody waits for the result any more."""
        if self.stop.is_set():
            raise Stopped


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool; `run` makes its result, and raises MemError."""

    name: str
    title: str
    about: str
    takes: Schema
    gives: Schema
    run: Callable[[Call], Shape]
    writes: bool = False
    slow: bool = False


def _filters(call: Call) -> Any:
    return limits.filters(call.now, **{name: call.get(name) for name in FILTERS})


def _search(call: Call) -> Shape:
    found = call.shared.search(
        call.arguments["query"], limit=call.get("limit") or 10, filters=_filters(call)
    )
    notes = [*found.notices] if found else ["Nothing found. Try other words, or fewer limits."]
    return quoted(shapes.search(found), notes)


def _ask(call: Call) -> Shape:
    answer = call.shared.ask(
        call.arguments["question"],
        filters=_filters(call),
        llm=call.llm,
        on_piece=call.still_wanted,
    )
    notes = ["Memory does not hold it: say so, and do not guess."] if answer.abstained else []
    return quoted(shapes.answer(answer), notes)


def _show(call: Call) -> Shape:
    shape, notes = show(
        call.shared,
        call.arguments["id"],
        start=call.get("start"),
        count=call.get("limit") or 20,
    )
    return quoted(shape, notes, passage=LONG_PASSAGE)


def _profile(call: Call) -> Shape:
    found, told = call.shared.profile(each=call.get("limit") or 8)
    notes = [] if found.sections else ["Nothing is known of the user yet."]
    return quoted(shapes.profile(found, told), notes, passage=LONG_PASSAGE)


def _timeline(call: Call) -> Shape:
    found = call.shared.timeline(
        entity=call.get("entity"),
        since=call.moment("since"),
        limit=call.get("limit") or 30,
        by=call.get("by") or "month",
    )
    notes = [] if found else ["Nothing of that name or time."]
    return quoted(shapes.timeline(found), notes, oldest_first=True)


def _entities(call: Call) -> Shape:
    name = call.get("name")
    if name is not None:
        return quoted(shapes.entity_view(call.shared.entity(name)))
    found = call.shared.entities(limit=call.get("limit") or 50)
    return quoted(shapes.entities(found), [] if found else ["No names are known yet."])


def _list(call: Call) -> Shape:
    status = call.get("status")
    found = call.shared.memories(
        limit=call.get("limit") or 20,
        kind=limits.memory_kind(call.get("kind")),
        statuses=[MemoryStatus(status)] if status else None,
        as_of=call.moment("as_of"),
        known_at=call.moment("known_at"),
    )
    return quoted(shapes.memories(found), [] if found else ["No such memory."])


def _remember(call: Call) -> Shape:
    kind = limits.memory_kind(call.get("kind")) or MemoryKind.FACT
    record, memory = call.shared.assistant.receive(call.arguments["text"], kind, sender=call.client)
    withheld = memory.status is MemoryStatus.QUARANTINED
    note = (
        "It reads like instructions, and was put in quarantine; the user decides (`mem review`)."
        if withheld
        else "It waits for the user, who decides (`mem review`); it does not count until then."
    )
    shape = {
        "schema": shapes.SCHEMA,
        "document": shapes.document(record),
        "memory": None if withheld else shapes.memory(memory),
    }
    return quoted(shape, [note])


def _feedback(call: Call) -> Shape:
    ids = [*dict.fromkeys(call.arguments["ids"])]
    for one in ids:
        if call.shared.holds_memory(one):
            call.shared.memory(one)
        else:
            call.shared.document(one)
    verdict = call.arguments["verdict"]
    count = call.shared.assistant.judge(ids, useful=verdict == "useful")
    return quoted({"schema": shapes.SCHEMA, "verdict": verdict, "memories": count})


TOOLS: Final = (
    ToolSpec(
        "memory_search",
        "Search memory",
        "Search the user's own notes, chats and memories. Returns ranked passages verbatim with "
        "id, source and date, and statements drawn from them. Use it when the user refers to "
        "their past, plans, people or decisions. memory_show reads on around a hit.",
        schemas.arguments(
            {
                "query": text("Words or a question."),
                "limit": number("How many hits at most.", default=10, most=50),
                **FILTERS,
            },
            ("query",),
        ),
        schemas.SEARCH,
        _search,
    ),
    ToolSpec(
        "memory_ask",
        "Ask memory",
        "Answer a question from the user's memory alone. Every sentence cites its evidence; "
        "`abstained` is true where memory does not hold the answer. Slower than memory_search "
        "where the user has set up a local language model.",
        schemas.arguments(
            {"question": text("A question in plain words."), **FILTERS}, ("question",)
        ),
        schemas.ASK,
        _ask,
        slow=True,
    ),
    ToolSpec(
        "memory_show",
        "Show one thing",
        "Show a memory with its evidence in context, or the passages of a document or episode; "
        "the id of a passage shows what stands around it.",
        schemas.arguments(
            {
                "id": text("An id or uri from another result.", 2000),
                "start": number(
                    "Number of the first passage, from 0.", default=None, least=0, most=10_000_000
                ),
                "limit": number("How many passages at most.", default=20),
            },
            ("id",),
        ),
        schemas.SHOW,
        _show,
    ),
    ToolSpec(
        "memory_profile",
        "Who the user is",
        "What is known of the user, by kind: a compact text for the start of a conversation, and "
        "the memories that it is made of.",
        schemas.arguments({"limit": number("How many of a kind at most.", default=8, most=50)}),
        schemas.PROFILE,
        _profile,
    ),
    ToolSpec(
        "memory_timeline",
        "Timeline",
        "How things developed, oldest first: memories and episodes by time, of one person or "
        "thing where `entity` names one.",
        schemas.arguments(
            {
                "entity": text("A name as memory_entities lists it.", 200),
                "since": text(f"Only from this time on: {TIME}.", 100),
                "limit": number("The newest so many.", default=30, most=200),
                "by": one_of("Periods to group by.", ["month", "week", "day"]),
            }
        ),
        schemas.TIMELINE,
        _timeline,
    ),
    ToolSpec(
        "memory_entities",
        "People and things",
        "Who and what memories mention; with `name` everything about one of them.",
        schemas.arguments(
            {
                "name": text("Everything about this one.", 200),
                "limit": number("How many names at most.", default=50, most=200),
            }
        ),
        schemas.ENTITIES,
        _entities,
    ),
    ToolSpec(
        "memory_list",
        "List memories",
        "List memories, the newest said first: those in use, or what was true at the time `as_of`, "
        "or what memory knew at the time `known_at`.",
        schemas.arguments(
            {
                "kind": one_of("Only this kind.", KINDS),
                "status": one_of("Only of this status.", STATUSES),
                "as_of": text(f"What was true at this time: {TIME}.", 100),
                "known_at": text("As memory knew it at this time.", 100),
                "limit": number("How many at most.", default=20, most=200),
            }
        ),
        schemas.LIST,
        _list,
    ),
    ToolSpec(
        "memory_remember",
        "Propose a memory",
        "Propose something for the user's memory: one short statement in their own terms, only "
        "when they asked you to remember it. Your words are kept under your name; the memory "
        "counts only after the user has accepted it.",
        schemas.arguments(
            {
                "text": text("What to remember.", 2000),
                "kind": one_of("Kind of memory; fact where you cannot say.", KINDS),
            },
            ("text",),
        ),
        schemas.REMEMBER,
        _remember,
        writes=True,
    ),
    ToolSpec(
        "memory_feedback",
        "Say what was useful",
        "Note that passages or memories were useful, or wrong, when the user said so: they are "
        "found sooner, or later. Nothing they say is changed.",
        schemas.arguments(
            {
                "verdict": one_of("What the user said of them.", ["useful", "wrong"]),
                "ids": {
                    "type": "array",
                    "items": text("An id from another result.", 100),
                    "minItems": 1,
                    "maxItems": 20,
                },
            },
            ("verdict", "ids"),
        ),
        schemas.FEEDBACK,
        _feedback,
        writes=True,
    ),
)
