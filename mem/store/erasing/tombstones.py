"""Keyed hashes of what must not be taken in again; no text can be read from them.

What is marked: a document by its address or its words, a memory by what it says, a passage by its
place and its words, a sentence that named what was forgotten, a heading or label that did.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from mem.core.chunk import Chunk
from mem.core.clock import format_time
from mem.core.mentions import Span
from mem.store.database import Database

_KEY = "tombstone_key"  # a setting; `tombstone_key:1` and so on are those of other homes
_WORD = re.compile(r"[^\W_]+")
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"(?:[^.!?…]|[.!?…](?!\s|$))+[.!?…]*", re.DOTALL)
_CONTEXT_MARK = " > "
# Shorter sentences are said of other things too; shorter passages are known by their place alone.
_SENTENCE_WORDS = 4
_PASSAGE_WORDS = 8


class Tombstones:
    """Keyed hashes (BLAKE2b-256) of what must not be taken in again.

    A store leaves marks under one key. It has others as well where it came out of a backup and the
    home that it was put into had marks of its own: what is tested is tested under every key.
    """

    def __init__(self, database: Database, key: str | None = None) -> None:
        """`key` (hex) is the store's own unless it is given."""
        self._key = bytes.fromhex(keys_of(database)[0] if key is None else key)
        self._database = database

    @classmethod
    def every(cls, database: Database) -> list[Tombstones]:
        """One for each key that the store has marks under."""
        return [cls(database, key) for key in keys_of(database)]

    def digests(self) -> set[str]:
        """All of them, to test many documents against."""
        return {str(row[0]) for row in self._database.rows("SELECT digest FROM tombstone")}

    def holds(self, digest: str) -> bool:
        """Whether there is a mark of that digest."""
        return bool(self._database.rows("SELECT 1 FROM tombstone WHERE digest = ?", (digest,)))

    def of_uri(self, uri: str) -> str:
        return self._digest(f"uri\x1f{uri}")

    def of_file(self, uri: str, size: int, modified_ns: int) -> str:
        """Of a file as it is, of which nothing may be taken in."""
        return self._digest(f"file\x1f{uri}\x1f{size}\x1f{modified_ns}")

    def of_named_file(self, uri: str, size: int) -> str:
        """Of a file whose name may not be kept, wherever it is moved or copied to."""
        return self._digest(f"name\x1f{uri.rpartition('/')[2]}\x1f{size}")

    def of_bytes(self, content_hash: str) -> str:
        """Of a file's bytes, to know them again; no mark against them."""
        return self._digest(f"bytes\x1f{content_hash}")

    def of_texts(self, texts: Sequence[str]) -> str:
        """Of a document's words, wherever they stand."""
        words = " ".join(word for text in texts for word in text.split())
        return self._digest(f"text\x1f{words}")

    def of_memory(self, fingerprint: str) -> str:
        """Of what a memory says."""
        return self._digest(f"memory\x1f{fingerprint}")

    def of_statement(self, slot: str, value: str) -> str:
        """Of what is said of a thing, however it is worded."""
        return self._digest(f"statement\x1f{slot}\x1f{value}")

    def of_memories(self, connection: sqlite3.Connection, pks: Collection[int]) -> set[str]:
        """Of what those memories say, in their words and in others; those taken back included."""
        rows = connection.execute(
            "SELECT fingerprint, slot, value FROM memory "
            "WHERE pk IN (SELECT value FROM json_each(?1)) UNION "
            "SELECT before ->> '$.fingerprint', before ->> '$.slot', before ->> '$.value' "
            "FROM change WHERE tbl = 'memory' AND after IS NULL "
            "AND memory_pk IN (SELECT value FROM json_each(?1))",
            (json.dumps(sorted(pks)),),
        ).fetchall()
        marks = {self.of_memory(str(fingerprint)) for fingerprint, _, _ in rows}
        return marks | {self.of_statement(slot, value) for _, slot, value in rows if slot}

    def of_called(self, name: str) -> str:
        """Of what someone or something was called."""
        return self._digest(f"called\x1f{' '.join(_words(name))}")

    def of_label(self, label: str) -> str:
        """Of a title, heading or tag."""
        return self._digest(f"label\x1f{' '.join(_words(label))}")

    def of_passage(self, chunk: Chunk, uri: str, spans: Iterable[Span]) -> set[str]:
        """Of a passage of the document at `uri`; `spans` of its text name what is forgotten."""
        named = list(spans)
        words = _words(chunk.text)
        marks = {self._of_place(chunk, uri, words)}
        if named or len(words) >= _PASSAGE_WORDS:
            marks.add(self._of_words("passage", words))
        for found in _pieces(chunk.text):
            said = _words(found.group())
            if len(said) >= _SENTENCE_WORDS and any(
                start < found.end() and end > found.start() for start, end in named
            ):
                marks.add(self._of_words("sentence", said))
        return marks

    def against(self, chunk: Chunk, uri: str) -> set[str]:
        """Every mark that would keep a passage of the document at `uri` out."""
        words = _words(chunk.text)
        marks = {self._of_words("passage", words), self._of_place(chunk, uri, words)}
        if chunk.message_id is None:
            marks.update(self.of_label(part) for part in headings(chunk.context))
        for found in _pieces(chunk.text):
            said = _words(found.group())
            if len(said) >= _SENTENCE_WORDS:
                marks.add(self._of_words("sentence", said))
        return marks

    def lift(self, digests: Collection[str]) -> None:
        """Take marks away: what they stood for was taken in again on purpose."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM tombstone WHERE digest = ?", [(one,) for one in sorted(digests)]
            )

    def _of_place(self, chunk: Chunk, uri: str, words: Sequence[str]) -> str:
        place = (uri, chunk.session_id or "", chunk.message_id or "")
        return self._of_words("\x1f".join(("place", *place)), words)

    def _of_words(self, kind: str, words: Sequence[str]) -> str:
        return self._digest(f"{kind}\x1f{' '.join(words)}")

    def _digest(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, digest_size=32).hexdigest()


def keys_of(database: Database) -> list[str]:
    """The keys (hex) of a store's marks, its own first."""
    rows = database.rows(
        "SELECT value FROM setting WHERE key = ? OR key LIKE ? ORDER BY length(key), key",
        (_KEY, f"{_KEY}:%"),
    )
    return [str(row[0]) for row in rows]


def leave_marks(connection: sqlite3.Connection, digests: Collection[str], at: datetime) -> None:
    """Leave marks of what is destroyed in the caller's transaction; `at` is UTC."""
    put_marks(connection, (), dict.fromkeys(digests, format_time(at)))


def put_marks(
    connection: sqlite3.Connection, keys: Sequence[str], marks: Mapping[str, str]
) -> None:
    """Add marks (digest to time), and the keys of another home, in the caller's transaction."""
    held = {
        str(row[0])
        for row in connection.execute("SELECT value FROM setting WHERE key LIKE ?", (f"{_KEY}%",))
    }
    more = [key for key in keys if key not in held]
    connection.executemany(
        "INSERT INTO setting (key, value) VALUES (?, ?)",
        [(f"{_KEY}:{len(held) + place}", key) for place, key in enumerate(more)],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO tombstone (digest, at) VALUES (?, ?)", sorted(marks.items())
    )


def headings(context: str) -> list[str]:
    """The title and headings that a passage stands under."""
    return [part for part in context.split(_CONTEXT_MARK) if part.strip()]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _pieces(text: str) -> list[re.Match[str]]:
    """Lines and sentences: a sentence is known again however its lines are broken."""
    return [*_LINE.finditer(text), *_SENTENCE.finditer(text)]
