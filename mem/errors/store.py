"""Failures of the store and of the vector index that is derived from it."""

from __future__ import annotations

from mem.errors.root import MemError


class StoreError(MemError):
    """The store could not do what was asked of it; what was acknowledged is still there."""


class StoreLocked(StoreError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: another process has been writing for too long. "
            "Nothing was lost; try again when it has finished."
        )


class ForgettingUnfinished(StoreLocked):
    def __init__(self, path: str, *, no_room: bool) -> None:
        cause = "the disk is full" if no_room else "another process is reading an older state"
        remedy = "make room" if no_room else "end the other process"
        StoreError.__init__(
            self,
            f"{path}: it is gone from memory, but its bytes are in the file still: {cause}. "
            f"To remove them, {remedy} and run any command, such as `mem stats`.",
        )


class WatcherRunning(StoreLocked):
    def __init__(self, path: str, process: int | None) -> None:
        who = f"process {process}" if process else "another process"
        StoreError.__init__(
            self,
            f"{path}: {who} keeps this memory in step already. "
            "It takes up new sources by itself; `mem service status` tells more.",
        )


class HomeInUse(StoreLocked):
    def __init__(self, path: str, who: str) -> None:
        StoreError.__init__(
            self,
            f"{path}: {who}. Nothing was touched; end it (`mem service status` tells of a watcher) "
            "and try again.",
        )


class StoreDamaged(StoreError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: the store is damaged ({reason}). "
            "Run `mem doctor` for what can be mended; `mem restore FILE --replace` puts a backup, "
            "or a copy from backups/, in its place."
        )


class StoreFull(StoreError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: no room left on the device. What was taken in before is safe; "
            "make room and run the same command again."
        )


class HomeNotWritable(StoreError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: cannot be written ({reason}). "
            "Check its permissions, or set MEM_HOME to a folder you own."
        )


class SchemaTooNew(StoreError):
    def __init__(self, path: str, unknown: list[str]) -> None:
        super().__init__(
            f"{path} was written by a newer mem (it knows {', '.join(unknown)}). "
            "Upgrade mem; this version leaves the store untouched."
        )


class MigrationFailed(StoreError):
    def __init__(self, name: str, reason: str, backup: str) -> None:
        super().__init__(
            f"The upgrade step {name} failed ({reason}) and was rolled back. "
            f"The store is as it was; a copy is at {backup}."
        )


class VectorIndexError(MemError):
    """The derived vector index failed; the stored vectors are not touched."""


class IndexOwned(VectorIndexError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: another process owns the vector index. Changes wait in the store "
            "and are indexed by its owner."
        )


class IndexDamaged(VectorIndexError):
    def __init__(self, path: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{path}: the vector index is not usable ({reason}). "
            "Searches scan the stored vectors meanwhile; `mem doctor --rebuild-index` mends it."
        )
