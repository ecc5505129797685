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
    │   ├── UnknownKind            no kind or status of memory is called so
    │   ├── UnknownPlugin
    │   ├── UnknownSetting
    │   ├── NotWatched             no such source is kept in step
    │   ├── NoTerminal             a full-screen UI needs one
    │   └── BadSetting
    ├── VaultError                 the vault stays closed, or does not hold what is asked for
    │   ├── VaultAbsent
    │   ├── VaultDamaged
    │   ├── VaultExists
    │   ├── VaultKeyMissing        the system's keyring does not have this vault's key
    │   ├── VaultLocked            the system's keyring is locked or does not answer
    │   ├── NoPassphrase
    │   ├── WrongPassphrase
    │   ├── WrongRecoveryKey
    │   ├── VaultNameUnknown
    │   ├── VaultNameTaken
    │   └── SecretNotReadable      the file no longer holds the secret that was found in it
    ├── ConfigUnreadable           config.toml is not valid TOML
    ├── PluginFailed               a plugin cannot be used; the rest goes on without it
    ├── InputError                 something outside the store could not be read
    │   ├── PathMissing
    │   ├── FileUnreadable
    │   └── ParseFailed
    ├── StoreError
    │   ├── StoreLocked            another process holds the store too long
    │   │   └── WatcherRunning     another process keeps this home in step
    │   ├── StoreDamaged           SQLite says that the file is not sound
    │   ├── StoreFull              no room left on the device
    │   ├── HomeNotWritable
    │   ├── SchemaTooNew
    │   └── MigrationFailed
    ├── VectorIndexError           the derived index; never fatal to a search
    │   ├── IndexOwned             another process owns the index folder
    │   └── IndexDamaged
    ├── ServiceFailed              the system's service manager did not do it
    └── ModelError
        ├── ModelFileMissing
        ├── ModelFileDamaged
        └── LanguageModelError     the extractive mode goes on without it
            ├── NoLanguageModel    none is set up, or what runs it is not installed
            ├── LanguageModelUnusable  the file or server is not what it should be
            ├── PromptTooLong
            ├── EndlessReply       it writes nothing but white space
            ├── ModelCrashed
            ├── ModelTimedOut
            └── JunkReply              what it wrote cannot be read at all
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


class UnknownKind(UsageError):
    def __init__(self, given: str, known: list[str]) -> None:
        super().__init__(f"No memory is a {given!r}. Known: {', '.join(known)}.")


class UnknownPlugin(UsageError):
    def __init__(self, given: str, known: list[str]) -> None:
        installed = f"Installed: {', '.join(known)}" if known else "None is installed"
        super().__init__(f"There is no plugin {given!r}. {installed}.")


class UnknownSetting(UsageError):
    def __init__(self, key: str, known: list[str]) -> None:
        super().__init__(f"There is no setting {key!r}. Known: {', '.join(known)}.")


class NotWatched(UsageError):
    def __init__(self, given: str) -> None:
        super().__init__(f"{given!r} is not kept in step. `mem source list` shows what is.")


class NoTerminal(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "The full-screen UI needs a terminal at both ends. "
            "Run it without pipes, or use `mem ask`, `mem search` and `mem list`."
        )


class BadSetting(UsageError):
    def __init__(self, place: str, key: str, reason: str) -> None:
        super().__init__(f"{place}: {key}: {reason}.")


class ConfigUnreadable(MemError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} is not readable as TOML ({reason}). Mend or remove it, then try again."
        )


class PluginFailed(MemError):
    """A plugin cannot be used; the message is the reason, reported beside the plugin's name."""


class VaultError(MemError):
    """The vault stays closed, or does not hold what is asked for; no value is in any message."""


class VaultAbsent(VaultError):
    def __init__(self) -> None:
        super().__init__("There is no vault yet. `mem vault add NAME` makes one.")


class VaultDamaged(VaultError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: the vault cannot be read ({reason}). Put a copy of it back.")


class VaultExists(VaultError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: there is a vault already; it is left as it is.")


class VaultKeyMissing(VaultError):
    def __init__(self, made_with: str, now: str) -> None:
        super().__init__(
            f"The system's keyring ({now}) does not have the key of this vault, which was put into "
            f"{made_with}. `mem vault recover` opens it with the recovery key."
        )


class VaultLocked(VaultError):
    def __init__(self, backend: str, reason: str) -> None:
        super().__init__(
            f"The system's keyring ({backend}) is locked or does not answer ({reason}). Unlock it, "
            "or open the vault with the recovery key: `mem vault recover`."
        )


class NoPassphrase(VaultError):
    def __init__(self) -> None:
        super().__init__(
            "The vault needs its passphrase, and there is no terminal to ask at. Name a file that "
            "holds it in MEM_VAULT_PASSPHRASE_FILE, or give it as stdin with --passphrase-stdin."
        )


class WrongPassphrase(VaultError):
    def __init__(self) -> None:
        super().__init__(
            "That is not the vault's passphrase. Try again, or open the vault with the recovery "
            "key: `mem vault recover`."
        )


class WrongRecoveryKey(VaultError):
    def __init__(self) -> None:
        super().__init__(
            "That is not the vault's recovery key: 8 groups of letters and digits, shown once when "
            "the vault was made. Check each group."
        )


class VaultNameUnknown(VaultError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The vault has nothing called {name!r}. `mem vault list` shows the names."
        )


class VaultNameTaken(VaultError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The vault has something called {name!r} already. Choose another name, "
            "or remove that one first."
        )


class SecretNotReadable(VaultError):
    def __init__(self, mark: str) -> None:
        super().__init__(
            f"The secret {mark} stands in no file any more (it was typed, or the file was changed "
            "or is gone). `mem vault add NAME` keeps it by hand."
        )


class InputError(MemError):
    """Something outside the store could not be read."""


class PathMissing(InputError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: there is no such file or folder. Check the spelling.")


class FileUnreadable(InputError):
    def __init__(self, path: str, reason: str) -> None:
        self.reason = reason
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


class WatcherRunning(StoreLocked):
    def __init__(self, path: str, process: int | None) -> None:
        who = f"process {process}" if process else "another process"
        StoreError.__init__(
            self,
            f"{path}: {who} keeps this memory in step already. "
            "It takes up new sources by itself; `mem service status` tells more.",
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


class ServiceFailed(MemError):
    def __init__(self, command: str, reason: str) -> None:
        super().__init__(
            f"{command}: {reason}. "
            "`mem service install --dry-run` shows the files; `mem watch` works without a service."
        )


class ModelError(MemError):
    """A bundled or chosen model cannot be used."""


class ModelFileMissing(ModelError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the model file is missing. Install mem again.")


class ModelFileDamaged(ModelError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the model file is not what was shipped. Install mem again.")


class LanguageModelError(ModelError):
    """The language model cannot do what was asked; the store is untouched."""


class NoLanguageModel(LanguageModelError):
    def __init__(self, reason: str = "no language model is set up") -> None:
        super().__init__(
            f"{reason[:1].upper()}{reason[1:]}. `mem model list` shows what can be had; "
            "everything else works without one."
        )


class LanguageModelUnusable(LanguageModelError):
    def __init__(self, place: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{place}: {reason}. `mem model list` shows what can be used instead.")


class PromptTooLong(LanguageModelError):
    def __init__(self, tokens: int, room: int) -> None:
        super().__init__(
            f"The request has {tokens} tokens and the model has room for {room}. "
            "Raise `model.context`, or ask about less."
        )


class ModelCrashed(LanguageModelError):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"The language model {name} stopped ({reason}). Nothing was lost; "
            "it is started again when it is needed."
        )


class EndlessReply(LanguageModelError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The language model {name} wrote nothing but white space any more and was stopped. "
            "Another model may do better; `mem model list` shows what can be had."
        )


class ModelTimedOut(LanguageModelError):
    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"The language model {name} did not finish within {seconds:.0f} seconds and was "
            "stopped. A smaller model is quicker, or raise `model.deadline`."
        )


class JunkReply(LanguageModelError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The language model {name} wrote nothing that can be read. "
            "Nothing was kept of it; another model may do better (`mem model list`)."
        )
