"""What is within a scope, as SQL and as lookups: the one place that says what a reader may see.

What is not certainly within is outside: a document that a file elsewhere supplies too, a memory
with any evidence elsewhere, a memory in a person's own words where what they typed is not shared.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from mem.core.query import Scope
from mem.store.database import Database

#: Where what a person typed stands.
TYPED = "mem:typed"
_ORIGIN_PERSON = "user"


def within_scope(scope: Scope) -> tuple[str, list[object]]:
    """SQL over `document`, and its parameters: it lies within the scope."""
    clauses, parameters = ["1 = 1"], []
    if scope.roots:
        inside, values = _inside(scope.roots)
        supplied = (
            "SELECT 1 FROM file_document JOIN file ON file.pk = file_document.file_pk "
            "JOIN source ON source.id = file.source_id "
            "WHERE file_document.document_id = document.id"
        )
        clauses.append(f"EXISTS ({supplied}) AND NOT EXISTS ({supplied} AND NOT ({inside}))")
        parameters += values
    if scope.kinds:
        marks = ",".join("?" * len(scope.kinds))
        clauses.append(f"(document.kind IN ({marks}) OR document.format IN ({marks}))")
        parameters += [*scope.kinds, *scope.kinds]
    return f"({' AND '.join(clauses)})", parameters


def _inside(roots: Collection[str]) -> tuple[str, list[object]]:
    """SQL over `file` and `source`: at or below one of the roots, never beside it."""
    clauses: list[str] = []
    parameters: list[object] = []
    for root in sorted(roots):
        below = root.rstrip("/") + "/"
        for column in ("file.uri", "source.uri"):
            clauses.append(f"{column} = ? OR substr({column}, 1, ?) = ?")
            parameters += [root, len(below), below]
    return " OR ".join(clauses), parameters


class Scopes:
    """Which rows of a store are within a scope."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._database = database
        self._scope = scope
        self._within, self._values = within_scope(scope)

    def documents(self, ids: Collection[str]) -> set[str]:
        """Those of the documents that are within."""
        rows = self._database.rows(
            "SELECT document.id FROM json_each(?) AS sought "
            f"JOIN document ON document.id = sought.value WHERE {self._within}",
            (json.dumps(sorted(ids)), *self._values),
        )
        return {str(row[0]) for row in rows}

    def memories(self, ids: Collection[str]) -> set[str]:
        """Those of the memories that are within; quarantined and rejected ones never are."""
        rows = self._database.rows(
            "SELECT memory.id FROM json_each(?) AS sought JOIN memory ON memory.id = sought.value "
            f"WHERE {self._of_memory()}",
            (json.dumps(sorted(ids)), *self._memory_values()),
        )
        return {str(row[0]) for row in rows}

    def memory_keys(self, keys: Collection[int]) -> set[int]:
        """`memories`, by their keys in the store."""
        rows = self._database.rows(
            "SELECT memory.pk FROM json_each(?) AS sought JOIN memory ON memory.pk = sought.value "
            f"WHERE {self._of_memory()}",
            (json.dumps(sorted(keys)), *self._memory_values()),
        )
        return {int(str(row[0])) for row in rows}

    def mentions(self) -> dict[int, tuple[str, ...]]:
        """The memories in use within the scope that mention each entity, by the entity's key."""
        rows = self._database.rows(
            "SELECT mention.entity_pk, memory.id FROM mention "
            "JOIN memory ON memory.pk = mention.memory_pk "
            "WHERE memory.status IN ('active', 'proposed', 'superseded') "
            f"AND {self._of_memory()} ORDER BY mention.entity_pk, memory.pk",
            self._memory_values(),
        )
        found: dict[int, tuple[str, ...]] = {}
        for entity, memory in rows:
            key = int(str(entity))
            found[key] = (*found.get(key, ()), str(memory))
        return found

    def _of_memory(self) -> str:
        clauses = ["memory.status NOT IN ('quarantined', 'rejected')"]
        if not self._scope.everything:
            evidence = (
                "SELECT 1 FROM evidence JOIN chunk ON chunk.pk = evidence.chunk_pk "
                "JOIN document ON document.id = chunk.document_id "
                "WHERE evidence.memory_pk = memory.pk"
            )
            clauses.append(f"EXISTS ({evidence})")
            clauses.append(f"NOT EXISTS ({evidence} AND NOT {self._within})")
            if not self._shares_typed:
                clauses.append(f"memory.origin <> '{_ORIGIN_PERSON}'")
        return " AND ".join(clauses)

    def _memory_values(self) -> list[object]:
        return [] if self._scope.everything else list(self._values)

    @property
    def _shares_typed(self) -> bool:
        """Whether a person's own words, a correction too, are within."""
        roots, kinds = self._scope.roots, self._scope.kinds
        return (not roots or TYPED in roots) and (not kinds or bool({"note", "typed"} & {*kinds}))
