"""Full text of chunks: what words a chunk holds, found through SQLite's FTS5.

Nothing a person types reaches FTS5's query language: words are looked up as quoted terms or as
plain values. Words meet by their stems, exactly those of the index.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mem.core.query import Filters
from mem.store.chunks import where_of
from mem.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Weights of the fields text, context, speaker in the plain search.
FIELD_WEIGHTS = (1.0, 0.6, 0.3)
# Words of a query that are looked up; a pasted page is not a query.
MAX_WORDS = 64
# Words that a mistyped or cut-off word may stand for.
MAX_VARIANTS = 8
_MIN_PREFIX = 3
_MIN_CLOSE = 4
_CLOSE_RATIO = 80.0
_MAX_COMPARED = 20_000
_WORD = re.compile(r"\w+")
_TOKENIZER = re.compile(r"tokenize\s*=\s*\"([^\"]+)\"")

STOPWORDS = frozenset(
    """
    a about am an and any are as at be been being but by can could d did do does doing don for from
    had has have having he her hers him his how i if in into is it its just ll m me my of on or our
    ours re s she should so t than that the their theirs them then there these they this those to
    us ve was we were what when where which who whom whose why will with would you your yours
    """.split()  # noqa: SIM905  (reads better than forty lines)
)


@dataclass(frozen=True, slots=True)
class Posting:
    """Where one stem occurs: keys ascending, its count in the text and in the context of each."""

    keys: npt.NDArray[np.int64]
    in_text: npt.NDArray[np.float32]
    in_context: npt.NDArray[np.float32]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, as they come."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def content_words(text: str) -> list[str]:
    """Distinct words that carry meaning; all words when none does. At most `MAX_WORDS`."""
    words = list(dict.fromkeys(words_of(text)))
    carrying = [word for word in words if word not in STOPWORDS]
    return (carrying or words)[:MAX_WORDS]


class Fulltext:
    """Lookups in `chunk_fts`; may be shared by threads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._stemmer: _Stemmer | None = None
        self._guard = threading.Lock()

    def search(
        self, query: str, *, limit: int, filters: Filters | None = None, fallback: bool = True
    ) -> dict[int, float]:
        """The best `limit` chunks by BM25 over their fields: {key: score > 0}, best first.

        Any of the words may match. A word that no chunk holds stands for words that begin with it
        or are spelt like it, unless `fallback` is off. Documents that are gone are left out.
        """
        words = content_words(query)
        if not words or limit <= 0:
            return {}
        groups = [[word] for word in words]
        if fallback:
            groups = [self._alternatives(word) for word in words]
        expression = " OR ".join(_quoted(word) for group in groups for word in group)
        where, parameters = where_of(filters or Filters())
        weights = ", ".join(str(weight) for weight in FIELD_WEIGHTS)
        rows = self.database.rows(
            f"SELECT chunk_fts.rowid, bm25(chunk_fts, {weights}) AS cost FROM chunk_fts "
            "JOIN chunk ON chunk.pk = chunk_fts.rowid "
            "JOIN document ON document.id = chunk.document_id "
            f"WHERE chunk_fts MATCH ? AND {where or '1'} ORDER BY cost, chunk_fts.rowid LIMIT ?",
            [expression, *parameters, limit],
        )
        # FTS5 gives words that stand in most chunks a weight that vanishes, never a negative one.
        return {int(str(key)): max(-float(str(cost)), 1e-9) for key, cost in rows}

    def stems(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text in order, as the index has them."""
        return self._stems().of(texts)

    def frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """In how many chunks each stem occurs; those that occur nowhere are left out."""
        found: dict[str, int] = {}
        for stem in stems:
            rows = self.database.rows("SELECT doc FROM chunk_vocabulary WHERE term = ?", (stem,))
            if rows:
                found[stem] = int(str(rows[0][0]))
        return found

    def posting(self, stem: str) -> Posting:
        """All places of one stem."""
        import numpy as np

        # One string of numbers: a row for each of thousands of occurrences takes several times as
        # long to hand over.
        rows = self.database.rows(
            "SELECT group_concat(doc * 2 + (col = 'context')) FROM chunk_occurrence "
            "WHERE term = ? AND col <> 'speaker'",
            (stem,),
        )
        told = rows[0][0]
        coded = np.fromstring(str(told) if told else "0", dtype=np.int64, sep=",")
        coded = coded if told else coded[:0]
        keys, place = np.unique(coded >> 1, return_inverse=True)
        context = (coded & 1).astype(np.float32)
        in_context = np.bincount(place, weights=context, minlength=len(keys))
        in_text = np.bincount(place, weights=1.0 - context, minlength=len(keys))
        return Posting(keys, in_text.astype(np.float32), in_context.astype(np.float32))

    def near(self, word: str) -> list[str]:
        """Stems of the store that begin with `word`, or else are spelt much like it."""
        beginning = self._beginning_with(word)
        return beginning or self._spelt_like(word)

    def _alternatives(self, word: str) -> list[str]:
        stems = self.stems([word])[0]
        if not stems or len(self.frequencies(stems)) == len(set(stems)):
            return [word]
        return self.near(word) or [word]

    def _beginning_with(self, word: str) -> list[str]:
        if len(word) < _MIN_PREFIX:
            return []
        rows = self.database.rows(
            "SELECT term FROM chunk_vocabulary WHERE term >= ? AND term < ? "
            "ORDER BY doc DESC LIMIT ?",
            (word, _after(word), MAX_VARIANTS),
        )
        return [str(row[0]) for row in rows]

    def _spelt_like(self, word: str) -> list[str]:
        """Stems with the same first letter (or its neighbour swapped) and nearly the same letters.

        Compared by the optimal string alignment of rapidfuzz: a swap, a missing or a wrong letter.
        """
        if len(word) < _MIN_CLOSE:
            return []
        from rapidfuzz import fuzz, process

        candidates: list[str] = []
        for first in dict.fromkeys(word[:2]):
            rows = self.database.rows(
                "SELECT term FROM chunk_vocabulary WHERE term >= ? AND term < ? "
                "AND length(term) BETWEEN ? AND ? LIMIT ?",
                (first, _after(first), len(word) - 3, len(word) + 2, _MAX_COMPARED),
            )
            candidates += [str(row[0]) for row in rows]
        sought = self.stems([word])[0]
        close = process.extract(
            sought[0] if sought else word,
            candidates,
            scorer=fuzz.ratio,
            limit=3,
            score_cutoff=_CLOSE_RATIO,
        )
        return [term for term, _, _ in close]

    def _stems(self) -> _Stemmer:
        with self._guard:
            if self._stemmer is None:
                self._stemmer = _Stemmer(self._tokenizer())
            return self._stemmer

    def _tokenizer(self) -> str:
        """The tokenizer that the index was made with."""
        rows = self.database.rows("SELECT sql FROM sqlite_master WHERE name = 'chunk_fts'")
        found = _TOKENIZER.search(str(rows[0][0]))
        assert found is not None
        return found.group(1)

    def close(self) -> None:
        """Release the stemmer's memory."""
        with self._guard:
            if self._stemmer is not None:
                self._stemmer.close()
                self._stemmer = None


class _Stemmer:
    """Runs an FTS5 tokenizer over texts, in a table in memory that is emptied each time."""

    def __init__(self, tokenizer: str) -> None:
        self._guard = threading.Lock()
        self._memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._memory.execute(
            f"CREATE VIRTUAL TABLE word USING fts5 (text, content = '', tokenize = \"{tokenizer}\")"
        )
        self._memory.execute("CREATE VIRTUAL TABLE place USING fts5vocab (word, 'instance')")

    def of(self, texts: Sequence[str]) -> list[list[str]]:
        found: list[list[tuple[int, str]]] = [[] for _ in texts]
        with self._guard:
            self._memory.execute("INSERT INTO word (word) VALUES ('delete-all')")
            self._memory.execute("BEGIN")
            self._memory.executemany(
                "INSERT INTO word (rowid, text) VALUES (?, ?)", list(enumerate(texts, 1))
            )
            self._memory.execute("COMMIT")
            rows = self._memory.execute("SELECT doc, offset, term FROM place").fetchall()
        for text, offset, term in rows:
            found[text - 1].append((offset, term))
        return [[term for _, term in sorted(one)] for one in found]

    def close(self) -> None:
        self._memory.close()


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _after(prefix: str) -> str:
    """An upper bound for everything that begins with `prefix`."""
    return prefix + "\U0010ffff"
