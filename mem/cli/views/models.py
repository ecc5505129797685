"""Language models as rows, as names with values, and as JSON."""

from __future__ import annotations

from typing import Any

from mem.cli.layout import size
from mem.inference.memory import needed
from mem.inference.models import ModelState


def row(state: ModelState) -> tuple[str, ...]:
    """The columns of `mem model list`."""
    info = state.info
    about = "about " if info.approximate else ""
    return info.name, about + size(info.size), info.licence or "-", _context(state), standing(state)


def standing(state: ModelState) -> str:
    """How the model stands on this machine, in a few words."""
    words = ["reranker"] if state.info.reranks else []
    if state.in_use:
        words.append("in use" if state.path is not None else "in use, but its file is missing")
    elif state.path is not None:
        words.append("here")
    if state.recommended:
        words.append("recommended here")
    elif state.info.machine:
        words.append(f"for machines from {state.info.machine} GB")
    if state.fits is False:
        words.append("too large here")
    return ", ".join(words) or "-"


def details(state: ModelState, memory: int | None) -> list[tuple[str, str]]:
    """Everything about a model as names and values."""
    info, record = state.info, state.record
    wanted = state.sha256 or "not known; the first download decides"
    lines = [
        ("name", info.name),
        ("file", info.file),
        ("size", f"{'about ' if info.approximate else ''}{size(info.size)} ({info.size:,} bytes)"),
        ("licence", info.licence or "not said"),
        ("for", "reranking" if info.reranks else "writing"),
        ("context", _context(state)),
        ("from", _origin(state)),
        ("SHA-256", wanted),
        ("memory", _memory(state, memory)),
        ("here", str(state.path) if state.path is not None else "no"),
        ("stands", standing(state)),
    ]
    if record is not None:
        how = "a person vouches for it" if record.trusted else "its hash was checked"
        lines.append(("taken in", f"{record.added_at}; {how}"))
    return [*lines, *([("note", info.note)] if info.note else [])]


def shape(state: ModelState) -> dict[str, Any]:
    """A model as JSON in a list."""
    info = state.info
    return {
        "name": info.name,
        "file": info.file,
        "size": info.size,
        "size_approximate": info.approximate,
        "licence": info.licence,
        "context": info.context or None,
        "reranks": info.reranks,
        "origin": info.origin,
        "repository": info.repository,
        "revision": info.revision,
        "url": info.url,
        "sha256": state.sha256,
        "path": str(state.path) if state.path is not None else None,
        "in_use": state.in_use,
        "fits": state.fits,
        "recommended": state.recommended,
        "recommended_from_gb": info.machine or None,
        "note": info.note,
    }


def full_shape(state: ModelState, memory: int | None) -> dict[str, Any]:
    """A model as JSON on its own."""
    record = state.record
    return {
        **shape(state),
        "memory": memory,
        "memory_needed": needed(state.info.size),
        "fetched_revision": record.revision if record else None,
        "taken_in_at": record.added_at if record else None,
        "trusted": record.trusted if record else None,
    }


def _context(state: ModelState) -> str:
    return f"{state.info.context:,} tokens" if state.info.context else "-"


def _origin(state: ModelState) -> str:
    info = state.info
    if info.repository:
        return f"{info.repository} at {info.revision}"
    return info.url or "a file of yours"


def _memory(state: ModelState, memory: int | None) -> str:
    wanted = f"about {size(needed(state.info.size))} while it answers"
    return wanted if memory is None else f"{wanted}; this machine has {size(memory)}"
