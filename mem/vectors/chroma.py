"""The nearest-neighbour index over the stored vectors: derived, and made to follow their changes.

Invariant: Chroma only says which keys are near; every score is computed again from the stored
vectors, and whatever the index and the store disagree about is built anew from the store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.protocols import IndexChange, StoredVectors
from mem.errors import IndexDamaged, IndexOwned
from mem.vectors.engine import Boundary, Engine
from mem.vectors.folder import remove
from mem.vectors.lending import Lender
from mem.vectors.overfetch import first_request, nearest_allowed
from mem.vectors.owner import FolderOwner
from mem.vectors.scoring import as_query, scan_all, scan_keys
from mem.vectors.trusted import TrustedFolder, is_ours

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

    Progress = Callable[[int, int], None]

BATCH = 1000
# A stored vector must find itself with at least this cosine.
SELF_COSINE = 0.999
# An approximate graph may lose so many of them and still find 98 of 100 neighbours.
TOLERATED_LOSS = 0.05


class ChromaIndex:
    """`VectorIndex` on a folder that this process owns; may be shared by threads."""

    def __init__(self, folder: Path, stored: StoredVectors, owner: FolderOwner) -> None:
        """Use `ChromaIndex.open`."""
        self._folder = folder
        self._stored = stored
        self._owner = owner
        self._files = TrustedFolder(folder)
        # Held for a whole sync; searches get between its calls of Chroma.
        self._turn = threading.RLock()
        self._closing = False
        self._lender: Lender | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        stored: StoredVectors,
        *,
        wait_seconds: float = 0,
        discard: bool = False,
        lend: bool = False,
    ) -> ChromaIndex:
        """The index in `folder`, made where there is none; `discard` drops what is there. With
        `lend` it is closed when another process asks for the folder.

        An index of another fingerprint or Chroma release, or one whose writing was cut short,
        opens empty and not current: `sync` builds it. Raises IndexOwned, IndexDamaged.
        """
        owner = FolderOwner.acquire(folder, wait_seconds=wait_seconds)
        index = cls(folder, stored, owner)
        with ExitStack() as undo:
            undo.callback(index.close)
            if discard:
                with Boundary(folder):
                    remove(folder)
            index._files.load(stored.fingerprint)
            undo.pop_all()
        if lend:
            index._lender = Lender(folder, index.close)
        return index

    @property
    def is_closed(self) -> bool:
        """Whether the folder was given up."""
        return self._closing

    @property
    def is_current(self) -> bool:
        """Whether the index holds exactly the store's vectors as of now."""
        state = self._files.trusted
        return (
            state is not None
            and state.fingerprint == self._stored.fingerprint
            and state.applied == self._stored.last_change()
        )

    def count(self) -> int:
        """Number of vectors indexed, as last stamped."""
        state = self._files.state
        return state.count if state is not None else 0

    def close(self) -> None:
        """Release Chroma and the folder; another process or `open` may have it at once.

        A sync in another thread ends after its batch.
        """
        self._closing = True
        if self._lender is not None:
            self._lender.end()
        with self._turn:
            self._files.close()
            self._owner.release()

    def search(
        self, query: Vectors, *, limit: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Up to `limit` (key, cosine) pairs, best first; only keys in `allowed` where given.

        Scores are exact; which keys are found is approximate. Raises IndexDamaged.
        """
        query = as_query(query)
        engine, total = self._files.usable(), self.count()
        if limit <= 0 or not total or (allowed is not None and not allowed):
            return []
        keys: Collection[int]
        if allowed is None:
            keys = self._files.nearest(engine, query, first_request(limit, total))
        else:
            keys = nearest_allowed(
                lambda request: self._files.nearest(engine, query, request),
                allowed,
                limit=limit,
                total=total,
            )
        hits = scan_keys(self._stored, query, keys, limit)
        if len(hits) < min(limit, total) and allowed is None:
            # A limit near the size of the store, or neighbours that were removed since.
            return scan_all(self._stored, query, limit)
        return hits

    def sync(self, on_progress: Progress | None = None) -> int:
        """Apply the store's changes since the last time; returns how many.

        `on_progress` hears (done, expected); what it raises stops the work, and what was
        applied by then stays stamped. Builds anew what cannot be continued.
        Raises IndexOwned where it was closed, IndexDamaged.
        """
        with self._turn:
            self._check_open()
            self._files.check_files()
            newest = self._stored.last_change()
            if not self._can_continue(newest):
                return self.rebuild(on_progress)
            done = self._follow(on_progress)
            if self._disagrees(newest):
                return self.rebuild(on_progress)
            return done

    def rebuild(self, on_progress: Progress | None = None) -> int:
        """Remove the folder's content and index every stored vector; returns how many.

        Raises IndexOwned where it was closed, IndexDamaged.
        """
        with self._turn:
            self._check_open()
            fingerprint, newest = self._stored.fingerprint, self._stored.last_change()
            expected, done = self._stored.count(), 0
            self._files.start_anew(fingerprint)
            for keys, rows in self._stored.blocks(BATCH):
                if self._closing:
                    return done
                self._files.upsert(keys, rows)
                done += len(keys)
                if on_progress is not None:
                    on_progress(done, max(done, expected))
            self._files.stamp(newest)
            self._follow(on_progress)
            return done

    def verify(self, sample: int = 32) -> list[str]:
        """What is wrong with the index, one sentence each; empty when nothing was found.

        Compares counts and asks `sample` stored vectors, evenly spread, for themselves.
        """
        try:
            engine = self._files.usable()
            held = self._files.held(engine)
        except IndexDamaged as damage:
            return [str(damage)]
        stored = self._stored.count()
        problems = []
        if not self.is_current:
            problems.append("The vector index is behind the store or of another model.")
        if held != stored:
            problems.append(f"The vector index holds {held} of {stored} stored vectors.")
        try:
            lost = self._lost(engine, stored, sample)
        except IndexDamaged as damage:
            return [*problems, str(damage)]
        if lost > TOLERATED_LOSS * sample:
            problems.append(f"{lost} of {min(sample, stored)} sampled vectors are not found.")
        return problems

    def _can_continue(self, newest: int) -> bool:
        """Whether the index as it is needs no more than the changes up to `newest`."""
        state = self._files.trusted
        return (
            state is not None
            and is_ours(state, self._stored.fingerprint)
            and state.applied <= newest
        )

    def _disagrees(self, newest: int) -> bool:
        """Whether the queue did not lead to what the store had at `newest`."""
        state = self._files.state
        if self._closing or state is None:
            return False
        expected = self._stored.count()
        return state.applied < newest or (self.is_current and self.count() != expected)

    # Following the store.

    def _follow(self, on_progress: Progress | None) -> int:
        """Apply the change queue; whatever ends it early, the applied part is stamped."""
        state = self._files.state
        assert state is not None
        applied, done = state.applied, 0
        newest = self._stored.last_change()
        if applied == newest:
            return 0
        self._files.begin_writing()
        try:
            while not self._closing and (
                changes := self._stored.changes_since(applied, limit=BATCH)
            ):
                self._apply(changes)
                applied = changes[-1].seq
                done += len(changes)
                if on_progress is not None:
                    on_progress(done, max(done, newest - changes[0].seq + 1))
        finally:
            if not self._files.is_damaged:
                self._files.stamp(applied)
        return done

    def _apply(self, changes: Sequence[IndexChange]) -> None:
        import numpy as np

        removed = [change.key for change in changes if change.vector is None]
        present = [(c.key, c.vector) for c in changes if c.vector is not None]
        if present:
            keys = np.array([key for key, _ in present], dtype=np.int64)
            self._files.upsert(keys, np.stack([vector for _, vector in present]))
        if removed:
            self._files.delete(removed)

    def _check_open(self) -> None:
        """Raises IndexOwned for a folder that was given up."""
        if self._closing:
            raise IndexOwned(str(self._folder))

    def _lost(self, engine: Engine, stored: int, sample: int) -> int:
        """How many sampled vectors do not find themselves, or one equal to them."""
        step = max(1, stored // max(sample, 1))
        lost = asked = passed = 0
        for _, rows in self._stored.blocks(BATCH):
            for row in rows[-passed % step :: step][: sample - asked]:
                found = self._files.nearest(engine, row, first_request(1, stored))
                hits = scan_keys(self._stored, row, found, 1)
                lost += not hits or hits[0][1] < SELF_COSINE
                asked += 1
            passed += len(rows)
        return lost
