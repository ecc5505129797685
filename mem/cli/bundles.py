"""Merging the memories of another home, and saying what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mem.cli.diagnostics import ExitCode

if TYPE_CHECKING:
    from mem.carrying.taking import TakenIn


def merge(path: Path, *, dry_run: bool, json: bool) -> ExitCode:
    """Take a bundle in; its exit code."""
    from mem.carrying.taking import take_in
    from mem.cli.diagnostics import note
    from mem.cli.layout import facts
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.progress import ProgressBar
    from mem.cli.session import open_assistant
    from mem.shapes.documents import ledger

    with open_assistant() as assistant, ProgressBar("Reading", "documents") as bar:
        done = take_in(assistant, path, dry_run=dry_run, on_progress=bar.update)
    if dry_run:
        note("This was a dry run; nothing was written.")
    elif done.memories.change is not None:
        note(f"`mem undo {done.memories.change}` takes all of these memories back.")
    if json:
        emit_json({**ledger(done.documents), "memories": _shape(done)})
    else:
        emit(facts(_pairs(done), stdout_style()))
    return ExitCode.OK


def _shape(done: TakenIn) -> dict[str, Any]:
    from mem.carrying.taking import shown

    found = done.memories
    return {
        "seen": found.seen,
        "added": found.added,
        "merged": found.merged,
        "known": found.known,
        "history": found.history,
        "refused": dict(shown(found.refused)),
        "change": found.change,
    }


def _pairs(done: TakenIn) -> list[tuple[str, str]]:
    from mem.carrying.taking import shown

    found, papers = done.memories, done.documents
    told = ", ".join(f"{count:,} since {reason}" for reason, count in shown(found.refused))
    total = sum(found.refused.values())
    documents = (
        f"{papers.seen:,} seen: {papers.added:,} added, {papers.updated:,} updated, "
        f"{papers.unchanged:,} as they were, {papers.skipped:,} forgotten"
    )
    memories = (
        f"{found.seen:,} seen: {found.added:,} added, {found.merged:,} merged, "
        f"{found.known:,} known, {found.history:,} earlier versions kept"
    )
    refused = f"{total:,}" + (f": {told}" if told else "")
    return [("documents", documents), ("memories", memories), ("refused", refused)]
