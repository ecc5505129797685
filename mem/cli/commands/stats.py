"""`mem stats`: how much is in memory, and how it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.upkeep import Stats


def command(json: Json = False) -> None:
    """Count what is in memory.

    \b
    Example:
      mem stats --json
    """
    from dataclasses import asdict

    from mem.cli.layout import facts
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        stats = assistant.stats()
    if json:
        emit_json({"schema": SCHEMA, **asdict(stats)})
    else:
        emit(facts(_pairs(stats), stdout_style()))


def _pairs(stats: Stats) -> list[tuple[str, str]]:
    from mem.cli.layout import size

    formats = ", ".join(f"{name} {count:,}" for name, count in sorted(stats.documents.items()))
    total = f"{sum(stats.documents.values()):,}"
    oldest, newest = stats.oldest, stats.newest
    pending = f", {stats.pending_vectors:,} still to make" if stats.pending_vectors else ""
    return [
        ("documents", f"{total} ({formats})" if formats else total),
        ("gone", f"{stats.gone:,}"),
        ("passages", f"{stats.chunks:,}"),
        ("vectors", f"{stats.vectors:,}{pending}"),
        ("sources", f"{stats.sources:,}"),
        ("said", f"{oldest[:10]} to {newest[:10]}" if oldest and newest else "-"),
        ("database", size(stats.database_bytes)),
        ("index", f"{stats.index_state}, {size(stats.index_bytes)}"),
        ("model", stats.model),
        ("backup", stats.last_backup[:10] if stats.last_backup else "none yet (`mem backup`)"),
    ]
