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


def _versions(assistant: Assistant, request: m.VersionsWanted, _: Tell) -> Sequence[Memory]:
    found = assistant.memories.versions([request.identity])
    return sorted(found, key=lambda one: one.id != request.identity)


def _review(assistant: Assistant, _: m.ReviewWanted, __: Tell) -> tuple[Sequence[Any], ...]:
    from mem.store.secrets import Decision

    return assistant.memories.review(), assistant.secrets.found(Decision.OPEN)


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
    if request.act == "allow-secret":
        assistant.secrets.allow(request.identities[0])
        return "Allowed; the next import of its files takes it in."
    if request.act == "drop-secret":
        assistant.secrets.drop(request.identities[0])
        return "Left out for good."
    return ACTS[request.act](assistant.memories, request.identities, request.text)


def _vault(assistant: Assistant, request: m.VaultWanted, _: Tell) -> m.Vaulted:
    """One step: make the vault where there is none, so that its key is never lost, else keep."""
    from mem.errors import NoPassphrase
    from mem.settings.passphrase import from_file
    from mem.settings.vault import Vault

    asked_new = False

    def ask(new: bool) -> str:
        nonlocal asked_new
        asked_new = new
        passphrase = request.passphrase or from_file()
        if not passphrase:
            raise NoPassphrase
        return passphrase

    vault = Vault(assistant.paths.data, ask)
    try:
        if not vault.exists():
            return m.Vaulted(recovery=vault.create())
        return m.Vaulted(name=assistant.secrets.keep(request.mark, vault).vault_name or "")
    except NoPassphrase:
        return m.Vaulted(new=asked_new)


Given = tuple[str, ...]


def _archive(keeper: MemoryKeeper, those: Given, _: str) -> str:
    return f"Archived {keeper.archive(those)}. u undoes it."


def _merge(keeper: MemoryKeeper, those: Given, _: str) -> str:
    return f"Merged into: {keeper.merge(those[0], those[1:]).text}"


def _edit(keeper: MemoryKeeper, those: Given, text: str) -> str:
    from mem.consolidation.person import Correction

    return f"Now: {keeper.edit(those[0], Correction(text=text)).text}"


def _pin(keeper: MemoryKeeper, those: Given, _: str) -> str:
    keeper.pin(those[0])
    return "Pinned; it does not fade."


def _unpin(keeper: MemoryKeeper, those: Given, _: str) -> str:
    keeper.pin(those[0], on=False)
    return "No longer pinned."


def _accept(keeper: MemoryKeeper, those: Given, _: str) -> str:
    return f"Accepted: {keeper.accept(those[0]).text}"


def _reject(keeper: MemoryKeeper, those: Given, _: str) -> str:
    return f"Rejected: {keeper.reject(those[0]).text}"


def _forget(keeper: MemoryKeeper, those: Given, _: str) -> str:
    count = keeper.forget(those).memories
    return f"Forgotten for good: {count} {'memory' if count == 1 else 'memories'}."


def _merge_entities(keeper: MemoryKeeper, those: Given, _: str) -> str:
    return f"One now: {keeper.merge_entities(those[0], those[1:]).name}. u undoes it."


def _split_entity(keeper: MemoryKeeper, those: Given, text: str) -> str:
    return f"On its own now: {keeper.split_entity(those[0], text).name}. u undoes it."


def _rename_entity(keeper: MemoryKeeper, those: Given, text: str) -> str:
    return f"Its name now: {keeper.rename_entity(those[0], text).name}. u undoes it."


def _undo(keeper: MemoryKeeper, _: Given, __: str) -> str:
    """Take back the person's last change, whatever has been drawn from passages since."""
    for change in keeper.history(limit=_LOOKED_THROUGH):
        entry = change.entry
        mine = entry.actor in {"user", "prune"} and entry.action != "undo"
        if mine and change.undoable and not change.undone:
            keeper.undo([change.number])
            return f"Undone: {entry.action}."
    raise NoSuchChange(None)


ACTS: dict[str, Callable[[MemoryKeeper, Given, str], str]] = {
    "archive": _archive,
    "merge": _merge,
    "edit": _edit,
    "pin": _pin,
    "unpin": _unpin,
    "accept": _accept,
    "reject": _reject,
    "forget": _forget,
    "merge-entities": _merge_entities,
    "split-entity": _split_entity,
    "rename-entity": _rename_entity,
    "undo": _undo,
}
MEMORY_JOBS: dict[type[m.Request], Job] = {
    m.MemoriesWanted: _memories,
    m.MemoryWanted: _memory,
    m.VersionsWanted: _versions,
    m.ReviewWanted: _review,
    m.EntitiesWanted: _entities,
    m.StoryWanted: _story,
    m.PruneWanted: _prune,
    m.PruneNow: _prune_now,
    m.ConsolidateWanted: _consolidate,
    m.ActWanted: _act,
    m.VaultWanted: _vault,
}
