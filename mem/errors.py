"""The tree of everything that can go wrong; each message gives cause, place and next step.

Exit codes belong to the command line (`mem.cli.diagnostics`), not to these classes.

    MemError
    ├── UsageError                 the caller asked for something that has no meaning
    │   ├── EmptyQuery
    │   ├── BadTimeExpression
    │   ├── UnknownId
    │   ├── AmbiguousId
    │   ├── NoSuchChange
    │   ├── UndoConflict           what was changed has been changed again since
    │   ├── NotAllowed             the memory's state forbids it
    │   ├── UnknownFormat
    │   ├── UnknownSetting
    │   └── BadSetting
    ├── ConfigUnreadable           config.toml is not valid TOML
    ├── InputError                 something outside the store could not be read
    │   ├── PathMissing
    │   ├── FileUnreadable
    │   └── ParseFailed
    ├── StoreError
    │   ├── StoreLocked            another process holds the store too long
    │   ├── StoreDamaged           SQLite says that the file is not sound
    │   ├── StoreFull              no room left on the device
    │   ├── HomeNotWritable
    │   ├── SchemaTooNew
    │   └── MigrationFailed
    ├── VectorIndexError           the derived index; never fatal to a search
    │   ├── IndexOwned             another process owns the index folder
    │   └── IndexDamaged
    └── ModelError
        ├── ModelFileMissing
        └── ModelFileDamaged
"""

from __future__ import annotations


class MemError(Exception):
    """Root of every failure that `mem` reports in one line."""


class UsageError(MemError):
    """The request has no meaning as given."""


class EmptyQuery(UsageError):
    def __init__(self) -> None:
        super().__init__("The query is empty. Give at least one word to look for.")


class BadTimeExpression(UsageError):
    def __init__(self, option: str, text: str) -> None:
        super().__init__(
            f"{option}: cannot read {text!r} as a time. "
            'Try "2025-03-01", "last March", "two weeks ago" or "2024".'
        )


class UnknownId(UsageError):
    def __init__(self, given: str) -> None:
        super().__init__(
            f"Nothing in memory has the id or path {given!r}. `mem list` shows what there is."
        )


class AmbiguousId(UsageError):
    def __init__(self, given: str, matches: int) -> None:
        super().__init__(f"{given!r} stands for {matches} things. Give more of its characters.")


class NoSuchChange(UsageError):
    def __init__(self, entry: int | None) -> None:
        what = "There is no change to undo." if entry is None else f"There is no change {entry}."
        super().__init__(f"{what} `mem history` shows what can be undone.")


class UndoConflict(UsageError):
    def __init__(self, entry: int, later: int | None) -> None:
        self.later = later
        step = (
            f"Undo {later} first: `mem undo {later} {entry}` takes both back."
            if later is not None
            else "Its rows are no longer there."
        )
        super().__init__(f"Change {entry} cannot be undone: it was changed again since. {step}")


class NotAllowed(UsageError):
    def __init__(self, identity: str, reason: str) -> None:
        super().__init__(f"{identity}: {reason}.")


class UnknownFormat(UsageError):
    def __init__(self, given: str, known: list[str]) -> None:
        super().__init__(f"There is no format {given!r}. Known: {', '.join(['auto', *known])}.")


class UnknownSetting(UsageError):
    def __init__(self, key: str, known: list[str]) -> None:
        super().__init__(f"There is no setting {key!r}. Known: {', '.join(known)}.")


class BadSetting(UsageError):
    def __init__(self, place: str, key: str, reason: str) -> None:
        super().__init__(f"{place}: {key}: {reason}.")


class ConfigUnreadable(MemError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} is not readable as TOML ({reason}). Mend or remove it, then try again."
        )


class InputError(MemError):
    """Something outside the store could not be read."""


class PathMissing(InputError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: there is no such file or folder. Check the spelling.")


class FileUnreadable(InputError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: cannot be read ({reason}). Check its permissions.")


class ParseFailed(InputError):
    """A file was recognised but its content does not hold together."""

    def __init__(self, path: str, reason: str, *, code: str = "malformed") -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{path}: {reason}. Nothing of it was taken in; mend it and import again.")


class StoreError(MemError):
    """The store could not do what was asked of it; what was acknowledged is still there."""


class StoreLocked(StoreError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: another process has been writing for too long. "
            "Nothing was lost; try again when it has finished."
        )


class StoreDamaged(StoreError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: the store is damaged ({reason}). "
            "Run `mem doctor` for what can be mended; copies made before upgrades are in backups/."
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


class ModelError(MemError):
    """A bundled or chosen model cannot be used."""


class ModelFileMissing(ModelError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the model file is missing. Install mem again.")


class ModelFileDamaged(ModelError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the model file is not what was shipped. Install mem again.")
