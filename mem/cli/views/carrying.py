"""What a backup holds and what a restore did, as JSON shapes and as lines of text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mem.core.display import plural

if TYPE_CHECKING:
    from mem.carrying.restore import Restored
    from mem.store.erasing.marked import StayedForgotten

_COUNTED = (
    *(("documents", "document"), ("passages", "passage"), ("memories", "memory")),
    *(("vectors", "vector"), ("episodes", "episode")),
)
_NAMES = {"config.toml": "settings", "vault.json": "vault", "vault-key.json": "vault"}


def counted(counts: Mapping[str, int]) -> str:
    """`3 documents, 12 passages, …`."""
    return ", ".join(plural(counts.get(name, 0), noun) for name, noun in _COUNTED)


def stayed(found: StayedForgotten) -> str:
    """How much of the backup is not there, since it was forgotten."""
    parts = (
        *((found.documents, "document"), (found.passages, "passage"), (found.memories, "memory")),
    )
    told = ", ".join(plural(count, noun) for count, noun in parts if count)
    return told or "nothing of it"


def restored_lines(done: Restored, indexed: int) -> list[tuple[str, str]]:
    """What a restore did, as names and values."""
    pairs = [
        ("restored", f"the memory as it was on {done.made_at[:16].replace('T', ' ')} UTC"),
        ("holds", counted(done.counts)),
        ("stayed forgotten", stayed(done.stayed_forgotten)),
        ("index", f"made anew, {plural(indexed, 'vector')}" if indexed else "not needed"),
    ]
    if done.written:
        pairs.append(("put in place", _named(done.written)))
    if done.kept:
        pairs.append(("left as it was", _named(done.kept)))
    return pairs


def restored_shape(done: Restored, indexed: int) -> dict[str, Any]:
    """`mem restore --json`."""
    return {
        "made_at": done.made_at,
        "counts": dict(done.counts),
        "stayed_forgotten": asdict(done.stayed_forgotten),
        "upgraded": list(done.upgraded),
        "indexed": indexed,
        "written": list(done.written),
        "kept": list(done.kept),
        "copy": done.copy,
    }


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(_NAMES[name] for name in names))
