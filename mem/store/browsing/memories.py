"""Memories as rows to look around in: keys of a view in order, counts by time, and evidence.

A memory stands where it happened, else where it began to hold, else where it was said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mem.core.memory import MemoryStatus
from mem.core.query import Filters
from mem.store.chunks import where_of, within_times
from mem.store.database import Database

if TYPE_CHECKING:
    from mem.store.browsing.view import Span, View

# When it happened, else since when it holds, else when it was said.
AT = "coalesce(memory.happened_from, memory.valid_from, memory.said_at)"
MEMORY_ORDERS = {
    "newest": f"{AT} DESC, memory.pk DESC",
    "oldest": f"{AT} IS NULL, {AT}, memory.pk",
    "kind": f"memory.kind, {AT} DESC, memory.pk DESC",
}
IN_USE = (MemoryStatus.ACTIVE.value, MemoryStatus.PROPOSED.value)
# What the story of someone is made of: what held once is part of it.
EVER_IN_USE = (*IN_USE, MemoryStatus.SUPERSEDED.value)


def memory_keys(database: Database, view: View, expression: str) -> list[str]:
    """Ids of the memories of a view; `expression` is its words as FTS5's query.

    Without a status those in use; with `view.about` (an entity's name) also those replaced since.
    A source and a person are those of the evidence.
    """
    where, parameters = _where(view)
    if expression:
        where += " AND memory.pk IN (SELECT rowid FROM memory_fts WHERE memory_fts MATCH ?)"
        parameters.append(expression)
    order = MEMORY_ORDERS.get(view.order, MEMORY_ORDERS["newest"])
    rows = database.rows(f"SELECT memory.id FROM memory WHERE {where} ORDER BY {order}", parameters)
    return [str(row[0]) for row in rows]


def memory_counts(database: Database, view: View, width: int) -> dict[str, int]:
    """How many memories of a view stand in each month (`width` 7) or day (10)."""
    where, parameters = _where(view)
    rows = database.rows(
        f"SELECT substr({AT}, 1, {width}) AS unit, count(*) FROM memory "
        f"WHERE {where} AND {AT} IS NOT NULL GROUP BY unit ORDER BY unit",
        parameters,
    )
    return {str(name): int(str(count)) for name, count in rows}


def first_evidence(database: Database, memory: str) -> tuple[str, str, tuple[Span, ...]] | None:
    """(statement, id of the first passage it stands on, its spans there); None without any."""
    rows = database.rows(
        'SELECT memory.text, chunk.id, evidence."start", evidence."end" FROM memory '
        "JOIN evidence ON memory_pk = memory.pk JOIN chunk ON chunk.pk = chunk_pk "
        "WHERE memory.id = ? ORDER BY evidence.pk",
        (memory,),
    )
    if not rows:
        return None
    text, chunk = str(rows[0][0]), str(rows[0][1])
    spans = [(int(str(row[2])), int(str(row[3]))) for row in rows if str(row[1]) == chunk]
    return text, chunk, tuple(sorted(spans))


def _where(view: View) -> tuple[str, list[object]]:
    filters = view.filters
    usual = EVER_IN_USE if view.about else IN_USE
    statuses = (view.status,) if view.status else usual
    clauses = [f"memory.status IN ({','.join('?' * len(statuses))})"]
    parameters: list[object] = [*statuses]
    for clause, at in within_times(AT, filters):
        clauses.append(clause)
        parameters.append(at)
    if filters.kind is not None:
        clauses.append("memory.kind = ?")
        parameters.append(filters.kind)
    if view.about:
        clauses.append(
            "memory.pk IN (SELECT memory_pk FROM mention JOIN entity ON entity.pk = entity_pk "
            "WHERE entity.name = ?)"
        )
        parameters.append(view.about)
    if filters.source is not None or filters.speaker is not None:
        of_evidence = replace(Filters(), source=filters.source, speaker=filters.speaker)
        where, bound_values = where_of(of_evidence, gone=True)
        clauses.append(
            "memory.pk IN (SELECT memory_pk FROM evidence JOIN chunk ON chunk.pk = chunk_pk "
            f"JOIN document ON document.id = chunk.document_id WHERE {where})"
        )
        parameters += bound_values
    return " AND ".join(clauses), parameters
