"""An index folder under Chroma, used only while its files are what was left there.

Chroma loads its graph files without checking them: garbage in one ends the process, a shortened
one silently loses neighbours. So no file is handed to it that is not byte for byte what this
module stamped, and a folder in which damage was seen is not asked again before it is made anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mem.errors import IndexDamaged
from mem.vectors.engine import Boundary, Engine, engine_version
from mem.vectors.folder import make_private, remove
from mem.vectors.state import (
    FileChecks,
    FileStamps,
    IndexState,
    read_state,
    stamps,
    write_state,
)

if TYPE_CHECKING:
    from mem.core.protocols import Vectors
    from mem.vectors.scoring import Keys


class TrustedFolder:
    """Chroma over the folder of one index, one call at a time; may be shared by threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened before `load` or `start_anew`."""
        self._folder = folder
        self._guard = threading.RLock()
        self._engine: Engine | None = None
        self._state: IndexState | None = None
        self._checks = FileChecks(folder)
        self._stamps: FileStamps = {}
        self._damage = ""

    @property
    def state(self) -> IndexState | None:
        """What the folder held when that was last written down, None where it was never built."""
        return self._state

    @property
    def trusted(self) -> IndexState | None:
        """What it holds, None while it may not be read: not open, being written, or damaged."""
        state = self._state
        if self._engine is None or self._damage or state is None or state.files is None:
            return None
        return state

    # Opening and stamping.

    def load(self, fingerprint: str) -> None:
        """Open what is there, if this release made it of vectors of `fingerprint`.

        Raises IndexDamaged; it is to be closed then too.
        """
        state = read_state(self._folder)
        if state is None or state.files is None or not is_ours(state, fingerprint):
            return
        with self._guard, Boundary(self._folder):
            if self._checks.checksums() != state.files:
                raise IndexDamaged(str(self._folder), "its files are not what was left there")
            self._engine = Engine.open(self._folder)
            self._engine.warm()
            held = self._engine.count()
        if held != state.count:
            raise IndexDamaged(str(self._folder), f"it holds {held} of {state.count} vectors")
        # Opening rewrites Chroma's own tables.
        self._state = state
        self.stamp(state.applied)

    def start_anew(self, fingerprint: str) -> None:
        """Remove what is there and open it empty, not to be trusted before it is stamped."""
        with self._guard, self._remembering_damage(), Boundary(self._folder):
            self.close()
            remove(self._folder)
            make_private(self._folder)
            self._state = IndexState(fingerprint, engine_version(), applied=0, count=0)
            write_state(self._folder, self._state)
            self._damage = ""
            self._engine = Engine.create(self._folder)

    def begin_writing(self) -> None:
        """Have nobody trust the files until `stamp`."""
        with self._guard, Boundary(self._folder):
            assert self._state is not None
            self._state = self._state.writing()
            write_state(self._folder, self._state)

    def stamp(self, applied: int) -> None:
        """Record that everything up to `applied` is in the files as they are now."""
        with self._guard, self._remembering_damage(), Boundary(self._folder):
            assert self._engine is not None
            assert self._state is not None
            make_private(self._folder)
            self._state = IndexState(
                self._state.fingerprint,
                self._state.engine,
                applied,
                self._engine.count(),
                self._checks.checksums(),
            )
            write_state(self._folder, self._state)
            self._stamps = stamps(self._folder)

    def close(self) -> None:
        """Release Chroma's files."""
        with self._guard:
            if self._engine is not None:
                self._engine.close()
            self._engine = None

    # Reading and writing.

    def usable(self) -> Engine:
        """The engine, for `nearest`. Raises IndexDamaged where it may not be read."""
        with self._guard:
            self._refuse_damage()
            if self.trusted is None or self._engine is None:
                raise IndexDamaged(str(self._folder), "it is not built, or being written")
            self.check_files()
            self._refuse_damage()
            return self._engine

    def check_files(self) -> None:
        """Notice files that something else changed since the last stamp; reads none of them."""
        with self._guard:
            if self._engine is None or self._state is None or self._state.files is None:
                return
            try:
                with Boundary(self._folder):
                    changed = stamps(self._folder) != self._stamps
            except IndexDamaged as damage:
                self._damage = damage.reason
                return
            if changed:
                self._damage = "its files were changed by something else"

    def held(self, engine: Engine) -> int:
        """Number of vectors in the files. Raises IndexDamaged."""
        with self._guard, Boundary(self._folder):
            return engine.count()

    def nearest(self, engine: Engine, query: Vectors, request: int) -> list[int]:
        """About the `request` nearest keys to a vector (dimensions,), in no promised order.

        Raises IndexDamaged, also where `engine` is no longer the one in use.
        """
        with self._guard:
            if engine is not self._engine:
                raise IndexDamaged(str(self._folder), "it was closed or built anew meanwhile")
            with self._remembering_damage(), Boundary(self._folder):
                return engine.nearest(query, request)

    def upsert(self, keys: Keys, rows: Vectors) -> None:
        """Add or replace; `rows` is (len(keys), dimensions). Raises IndexDamaged."""
        with self._guard, self._remembering_damage(), Boundary(self._folder):
            self._writable().upsert(keys, rows)

    def delete(self, keys: list[int]) -> None:
        """Remove those that are there. Raises IndexDamaged."""
        with self._guard, self._remembering_damage(), Boundary(self._folder):
            self._writable().delete(keys)

    def _writable(self) -> Engine:
        if self._engine is None:
            raise IndexDamaged(str(self._folder), "it was closed while it was written")
        return self._engine

    @property
    def is_damaged(self) -> bool:
        return bool(self._damage)

    def _refuse_damage(self) -> None:
        if self._damage:
            raise IndexDamaged(str(self._folder), self._damage)

    @contextmanager
    def _remembering_damage(self) -> Iterator[None]:
        """A damaged index is not asked again before it is rebuilt."""
        try:
            yield
        except IndexDamaged as damage:
            self._damage = damage.reason
            raise


def is_ours(state: IndexState, fingerprint: str) -> bool:
    """Whether this Chroma release made it, of vectors of `fingerprint`."""
    return state.fingerprint == fingerprint and state.engine == engine_version()
