"""Everything in the store that names something: passages, documents, memories, labels.

All of it is looked through, never a capped page of search results; nothing is written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol
from urllib.parse import unquote

from mem.core.chunk import Chunk
from mem.core.mentions import Mentions, Span
from mem.store.chunks import COLUMNS, batches, chunk_of
from mem.store.database import Database

# What a document row says of itself, beside its words.
LABELS = ("tags", "aliases", "links", "notices")


@dataclass(slots=True)
class Named:
    """What names something.

    documents: ids of those whose address names it, all of which goes.
    passages: keys with the spans that name it; none where only the place or the speaker does.
    labelled: ids of documents with a title, tag or link that names it.
    memories: keys, those of undone changes included.
    """

    documents: set[str] = field(default_factory=set)
    passages: dict[int, list[Span]] = field(default_factory=dict)
    labelled: set[str] = field(default_factory=set)
    memories: set[int] = field(default_factory=set)


class Names(Protocol):
    """Tells whether a text names what is forgotten."""

    def within(self, text: str | None) -> bool: ...


def find_named(database: Database, mentions: Mentions) -> Named:
    """Go through the whole store for what the mentions name."""
    connection = database.connection
    named = Named(memories=_memories(connection, mentions))
    for pk, spans in _passages(connection, mentions):
        named.passages.setdefault(pk, []).extend(spans)
    _documents(connection, mentions, named)
    return named


def add_entity(database: Database, named: Named, entity_pk: int) -> None:
    """Add the memories about an entity, and the passages that these were drawn from."""
    rows = database.rows(
        "SELECT memory_pk FROM mention WHERE entity_pk = ? UNION "
        "SELECT memory_pk FROM change WHERE tbl = 'mention' AND entity_pk = ?",
        (entity_pk, entity_pk),
    )
    about = {int(str(row[0])) for row in rows if row[0] is not None}
    named.memories |= about
    for batch in batches(sorted(about)):
        marks = ",".join("?" * len(batch))
        quoted = database.rows(
            f'SELECT chunk_pk, "start", "end" FROM evidence WHERE memory_pk IN ({marks})', batch
        )
        for pk, start, end in quoted:
            spans = named.passages.setdefault(int(str(pk)), [])
            spans.append((int(str(start)), int(str(end))))


def chunks_by_key(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Chunk]:
    """Those chunks, by key."""
    found: dict[int, Chunk] = {}
    for batch in batches(sorted(keys)):
        marks = ",".join("?" * len(batch))
        rows = connection.execute(f"SELECT pk, {COLUMNS} FROM chunk WHERE pk IN ({marks})", batch)
        found |= {int(row[0]): chunk_of(row[1:]) for row in rows}
    return found


def _passages(
    connection: sqlite3.Connection, mentions: Mentions
) -> Iterator[tuple[int, list[Span]]]:
    rows = connection.execute(
        f"SELECT pk, {COLUMNS} FROM chunk "
        'ORDER BY document_id, session_id, message_id, "start", seq'
    )
    read = ((int(row[0]), chunk_of(row[1:])) for row in rows)
    for _, group in groupby(
        read, lambda one: (one[1].document_id, one[1].session_id, one[1].message_id)
    ):
        yield from _passages_of(list(group), mentions)


def _passages_of(
    pieces: Sequence[tuple[int, Chunk]], mentions: Mentions
) -> Iterator[tuple[int, list[Span]]]:
    """Of the pieces of one text: a name may begin in one and end in the next."""
    joined, starts = "", []
    first = pieces[0][1].start
    for _, chunk in pieces:
        # What lies between two pieces is white space, which was left out.
        joined += "\n" * max(0, chunk.start - first - len(joined))
        starts.append(len(joined))
        joined += chunk.text
    spans = mentions.spans(joined)
    for (pk, chunk), start in zip(pieces, starts, strict=True):
        end = start + len(chunk.text)
        own = [
            (max(one[0], start) - start, min(one[1], end) - start)
            for one in spans
            if one[0] < end and one[1] > start
        ]
        place = [chunk.speaker, chunk.session_id, chunk.message_id, chunk.locator]
        if chunk.message_id is None:
            place.append(chunk.context)
        if own or any(map(mentions.within, place)):
            yield pk, own


def _documents(connection: sqlite3.Connection, mentions: Mentions, named: Named) -> None:
    roots = [str(row[0]) for row in connection.execute("SELECT uri FROM source")]
    rows = connection.execute(f"SELECT id, uri, title, {', '.join(LABELS)} FROM document")
    for identity, uri, title, *labels in rows:
        if mentions.within(own_address(str(uri), roots)):
            named.documents.add(str(identity))
        elif mentions.within(str(title)) or any(
            mentions.within(label) for one in labels for label in json.loads(str(one))
        ):
            named.labelled.add(str(identity))


def own_address(uri: str, roots: Sequence[str]) -> str:
    """What a uri says below the source that supplies it; a source that is one file is its name."""
    if not uri.startswith("file:"):
        return uri.partition(":")[2]
    above = max((root for root in roots if uri.startswith(root)), key=len, default="")
    below = uri[len(above) :]
    if not below or not above:
        below = uri.rpartition("/")[2]
    return unquote(below)


def _memories(connection: sqlite3.Connection, mentions: Mentions) -> set[int]:
    found = {
        int(pk)
        for pk, *texts in connection.execute(
            "SELECT pk, text, subject, predicate, object FROM memory"
        )
        if any(map(mentions.within, texts))
    }
    logged = connection.execute(
        "SELECT memory_pk, before, after FROM change WHERE memory_pk IS NOT NULL AND tbl = 'memory'"
    )
    for pk, before, after in logged:
        if mentions.within(before) or mentions.within(after):
            found.add(int(pk))
    return found


def count_within_words(database: Database, named: Named, mentions: Mentions) -> int:
    """How many passages that stay hold one of the names, within longer words."""
    if not mentions.names:
        return 0
    clause = " OR ".join("instr(lower(text), lower(?))" for _ in mentions.names)
    rows = database.rows(f"SELECT pk, document_id FROM chunk WHERE {clause}", mentions.names)
    return sum(pk not in named.passages and one not in named.documents for pk, one in rows)
