"""What the app does for requests about memories; run as `mem.tui.jobs` are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mem.core.memory import Memory, MemoryKind, MemoryStatus
from mem.errors import NoSuchChange
from mem.tui import messages as m

if TYPE_CHECKING:
    from mem.assistant import Assistant
    from mem.consolidation.keeper import MemoryKeeper

Tell = Callable[[Any], None]
Job = Callable[["Assistant", Any, Tell], Any]
_HISTORY = 20
_LOOKED_THROUGH = 500


def _memories(assistant: Assistant, request: m.MemoriesWanted, _: Tell) -> list[Memory]:
    found = assistant.memories.list(
        kind=MemoryKind(request.kind) if request.kind else None,
        statuses=(MemoryStatus(request.status),) if request.status else None,
    )
    words = request.words.casefold().split()
    return [one for one in found if all(word in one.text.casefold() for word in words)]


def _memory(assistant: Assistant, request: m.MemoryWanted, _: Tell) -> Any:
    from mem.errors import UnknownId

    try:
        view = assistant.memories.view(request.identity)
    except UnknownId:
        return None
    return view, list(assistant.memories.history(request.identity, limit=_HISTORY))


def _review(assistant: Assistant, _: m.ReviewWanted, __: Tell) -> Sequence[Any]:
    return assistant.memories.review()


def _entities(assistant: Assistant, _: m.EntitiesWanted, __: Tell) -> Sequence[Any]:
    return assistant.memories.entities()


def _story(assistant: Assistant, request: m.StoryWanted, _: Tell) -> Sequence[Any]:
    return assistant.memories.timeline(entity=request.entity)


def _prune(assistant: Assistant, request: m.PruneWanted, _: Tell) -> Any:
    return assistant.memories.prune_plan(below=request.below)


def _prune_now(assistant: Assistant, request: m.PruneNow, _: Tell) -> int:
    return assistant.memories.prune(request.plan)


def _consolidate(assistant: Assistant, _: m.ConsolidateWanted, tell: Tell) -> Any:
    return assistant.memories.consolidate(on_progress=lambda done, total: tell((done, total)))


def _act(assistant: Assistant, request: m.ActWanted, _: Tell) -> str:
    keeper = assistant.memories
    those = request.identities
    if request.act == "undo":
        return _undo(keeper)
    if request.act == "archive":
        return f"Archived {keeper.archive(those)}. u undoes it."
    if request.act == "merge":
        return f"Merged into: {keeper.merge(those[0], those[1:]).text}"
    if request.act == "edit":
        from mem.consolidation.person import Correction

        return f"Now: {keeper.edit(those[0], Correction(text=request.text)).text}"
    if request.act in {"pin", "unpin"}:
        on = request.act == "pin"
        keeper.pin(those[0], on=on)
        return "Pinned; it does not fade." if on else "No longer pinned."
    done = {"accept": keeper.accept, "reject": keeper.reject}[request.act](those[0])
    return f"{request.act.capitalize()}ed: {done.text}"


def _undo(keeper: MemoryKeeper) -> str:
    """Take back the person's last change, whatever has been drawn from passages since."""
    for change in keeper.history(limit=_LOOKED_THROUGH):
        entry = change.entry
        mine = entry.actor in {"user", "prune"} and entry.action != "undo"
        if mine and change.undoable and not change.undone:
            keeper.undo([change.number])
            return f"Undone: {entry.action}."
    raise NoSuchChange(None)


MEMORY_JOBS: dict[type[m.Request], Job] = {
    m.MemoriesWanted: _memories,
    m.MemoryWanted: _memory,
    m.ReviewWanted: _review,
    m.EntitiesWanted: _entities,
    m.StoryWanted: _story,
    m.PruneWanted: _prune,
    m.PruneNow: _prune_now,
    m.ConsolidateWanted: _consolidate,
    m.ActWanted: _act,
}
