"""Episodes as rows to look around in: the keys of a view in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.store.chunks import within_times
from mem.store.database import Database

if TYPE_CHECKING:
    from mem.store.browsing.view import View

EPISODE_ORDERS = {
    "newest": "episode.started_at DESC, episode.document_id, episode.first_seq DESC",
    "oldest": "episode.started_at IS NULL, episode.started_at, episode.document_id, first_seq",
    "document": "document.title COLLATE NOCASE, document.id, episode.first_seq",
}
_IN_EPISODE = (
    "episode.pk IN (SELECT episode_pk FROM episode_chunk JOIN chunk ON chunk.pk = chunk_pk "
    "WHERE {})"
)


def episode_keys(
    database: Database, view: View, expression: str, where: str, bound: list[object]
) -> list[str]:
    """Ids of the episodes of a view; words and a speaker are looked for in their chunks.

    Times are those of the beginning. `expression` is the view's words as FTS5's query; `where`
    with `bound` is SQL over the documents that may be.
    """
    filters = view.filters
    clauses, parameters = [where], list(bound)
    for clause, at in within_times("episode.started_at", filters):
        clauses.append(clause)
        parameters.append(at)
    if filters.speaker is not None:
        clauses.append(_IN_EPISODE.format("chunk.speaker = ? COLLATE NOCASE"))
        parameters.append(filters.speaker)
    if expression:
        found = "chunk_pk IN (SELECT rowid FROM chunk_fts WHERE chunk_fts MATCH ?)"
        clauses.append(_IN_EPISODE.format(found))
        parameters.append(expression)
    order = EPISODE_ORDERS.get(view.order, EPISODE_ORDERS["newest"])
    rows = database.rows(
        "SELECT episode.id FROM episode JOIN document ON document.id = episode.document_id "
        f"WHERE {' AND '.join(clauses)} ORDER BY {order}",
        parameters,
    )
    return [str(row[0]) for row in rows]
