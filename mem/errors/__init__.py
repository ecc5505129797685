"""The tree of everything that can go wrong; each message gives cause, place and next step.

Exit codes belong to the command line (`mem.cli.diagnostics`), not to these classes.

    MemError
    ├── UsageError                 the caller asked for something that has no meaning
    │   ├── EmptyQuery
    │   ├── BadTimeExpression
    │   ├── UnknownId
    │   │   ├── UnknownName        no entity is called so
    │   │   └── UnknownSource      nothing was taken in from there
    │   ├── AmbiguousId
    │   │   └── SeveralDocuments   a path of an export stands for each of its conversations
    │   ├── BackwardsValidity      a memory would end before it begins
    │   ├── NoSuchChange
    │   ├── UndoConflict           what was changed has been changed again since
    │   ├── NotAllowed             the memory's state forbids it
    │   ├── WasForgotten           another program hands over what was destroyed on purpose
    │   ├── WasRejected            or what the user has rejected
    │   ├── UnknownFormat
    │   ├── BadMapping             what says which column of a table is what
    │   ├── UnknownKind            no kind or status of memory is called so
    │   ├── UnknownDocumentKind    no document is of that kind or format
    │   ├── UnknownPlugin
    │   ├── UnknownModel           no model file is called so
    │   ├── ModelNameTaken
    │   ├── UnknownSetting
    │   ├── NotWatched             no such source is kept in step
    │   ├── WholeSystem            the root of the file system is no source
    │   ├── NoTerminal             a full-screen UI needs one
    │   ├── TargetTaken            a file stands where a backup is to be written
    │   ├── TargetInHome
    │   ├── HomeFilled             a backup replaces what is there only when told to
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
    ├── CarryError                 a backup was not made or not taken in
    │   ├── NotWritten
    │   ├── NotABackup
    │   ├── BackupDamaged
    │   ├── BackupTooNew
    │   ├── BundleDamaged          memories of another home that cannot be taken in
    │   ├── BundleTooNew
    │   ├── NoBackupPassphrase
    │   └── WrongBackupPassphrase
    ├── ConfigUnreadable           config.toml is not valid TOML
    ├── PluginFailed               a plugin cannot be used; the rest goes on without it
    ├── InputError                 something outside the store could not be read
    │   ├── PathMissing
    │   ├── FileUnreadable
    │   ├── ParseFailed
    │   └── BadSet                 what is to be measured on does not hold together
    ├── StoreError
    │   ├── StoreLocked            another process holds the store too long
    │   │   ├── ForgettingUnfinished  what was destroyed stands in the file still
    │   │   ├── WatcherRunning     another process keeps this home in step
    │   │   └── HomeInUse          another process has the home open that is to be replaced
    │   ├── StoreDamaged           SQLite says that the file is not sound
    │   ├── StoreFull              no room left on the device
    │   ├── HomeNotWritable
    │   ├── SchemaTooNew
    │   └── MigrationFailed
    ├── VectorIndexError           the derived index; never fatal to a search
    │   ├── IndexOwned             another process owns the index folder
    │   └── IndexDamaged
    ├── NoProtocol                 what speaks the Model Context Protocol is not installed
    ├── ServiceFailed              the system's service manager did not do it
    ├── StepFailed                 a step of a measurement did not end
    └── ModelError
        ├── ModelFileMissing
        ├── ModelFileDamaged
        ├── ModelRefused           a model file was not taken in; nothing of it is used
        │   ├── DownloadFailed
        │   ├── ChecksumWrong
        │   ├── NotEnoughSpace
        │   └── ModelNotTrusted    nothing says what the file should be
        ├── LanguageModelError     the extractive mode goes on without it
        │   ├── NoLanguageModel    none is set up, or what runs it is not installed
        │   ├── LanguageModelUnusable  the file or server is not what it should be
        │   ├── PromptTooLong
        │   ├── EndlessReply       it writes nothing but white space
        │   ├── ModelCrashed
        │   ├── ModelTimedOut
        │   └── JunkReply          what it wrote cannot be read at all
        └── RerankerError          hits keep the order that they have without it
            ├── RerankerUnusable   its file or server is not what it should be
            ├── RerankerStopped
            └── RerankerTooSlow    nothing was scored before the deadline
"""

from __future__ import annotations

from mem.errors.carrying import BackupDamaged as BackupDamaged
from mem.errors.carrying import BackupTooNew as BackupTooNew
from mem.errors.carrying import BundleDamaged as BundleDamaged
from mem.errors.carrying import BundleTooNew as BundleTooNew
from mem.errors.carrying import CarryError as CarryError
from mem.errors.carrying import HomeFilled as HomeFilled
from mem.errors.carrying import NoBackupPassphrase as NoBackupPassphrase
from mem.errors.carrying import NotABackup as NotABackup
from mem.errors.carrying import NotWritten as NotWritten
from mem.errors.carrying import TargetInHome as TargetInHome
from mem.errors.carrying import TargetTaken as TargetTaken
from mem.errors.carrying import WrongBackupPassphrase as WrongBackupPassphrase
from mem.errors.models import ChecksumWrong as ChecksumWrong
from mem.errors.models import DownloadFailed as DownloadFailed
from mem.errors.models import EndlessReply as EndlessReply
from mem.errors.models import JunkReply as JunkReply
from mem.errors.models import LanguageModelError as LanguageModelError
from mem.errors.models import LanguageModelUnusable as LanguageModelUnusable
from mem.errors.models import ModelCrashed as ModelCrashed
from mem.errors.models import ModelError as ModelError
from mem.errors.models import ModelFileDamaged as ModelFileDamaged
from mem.errors.models import ModelFileMissing as ModelFileMissing
from mem.errors.models import ModelNameTaken as ModelNameTaken
from mem.errors.models import ModelNotTrusted as ModelNotTrusted
from mem.errors.models import ModelRefused as ModelRefused
from mem.errors.models import ModelTimedOut as ModelTimedOut
from mem.errors.models import NoLanguageModel as NoLanguageModel
from mem.errors.models import NotEnoughSpace as NotEnoughSpace
from mem.errors.models import PromptTooLong as PromptTooLong
from mem.errors.models import RerankerError as RerankerError
from mem.errors.models import RerankerStopped as RerankerStopped
from mem.errors.models import RerankerTooSlow as RerankerTooSlow
from mem.errors.models import RerankerUnusable as RerankerUnusable
from mem.errors.models import UnknownModel as UnknownModel
from mem.errors.root import MemError as MemError
from mem.errors.root import UsageError as UsageError
from mem.errors.store import ForgettingUnfinished as ForgettingUnfinished
from mem.errors.store import HomeInUse as HomeInUse
from mem.errors.store import HomeNotWritable as HomeNotWritable
from mem.errors.store import IndexDamaged as IndexDamaged
from mem.errors.store import IndexOwned as IndexOwned
from mem.errors.store import MigrationFailed as MigrationFailed
from mem.errors.store import SchemaTooNew as SchemaTooNew
from mem.errors.store import StoreDamaged as StoreDamaged
from mem.errors.store import StoreError as StoreError
from mem.errors.store import StoreFull as StoreFull
from mem.errors.store import StoreLocked as StoreLocked
from mem.errors.store import VectorIndexError as VectorIndexError
from mem.errors.store import WatcherRunning as WatcherRunning
from mem.errors.vault import NoPassphrase as NoPassphrase
from mem.errors.vault import SecretNotReadable as SecretNotReadable
from mem.errors.vault import VaultAbsent as VaultAbsent
from mem.errors.vault import VaultDamaged as VaultDamaged
from mem.errors.vault import VaultError as VaultError
from mem.errors.vault import VaultExists as VaultExists
from mem.errors.vault import VaultKeyMissing as VaultKeyMissing
from mem.errors.vault import VaultLocked as VaultLocked
from mem.errors.vault import VaultNameTaken as VaultNameTaken
from mem.errors.vault import VaultNameUnknown as VaultNameUnknown
from mem.errors.vault import WrongPassphrase as WrongPassphrase
from mem.errors.vault import WrongRecoveryKey as WrongRecoveryKey


class EmptyQuery(UsageError):
    def __init__(self) -> None:
        super().__init__("There is no text. Give at least one word.")


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


class UnknownName(UnknownId):
    def __init__(self, given: str) -> None:
        UsageError.__init__(
            self, f"Nothing in memory is called {given!r}. `mem entities` lists the names."
        )


class UnknownSource(UnknownId):
    def __init__(self, given: str) -> None:
        UsageError.__init__(
            self,
            f"Memory has taken in nothing from {given!r}. "
            "`mem source list` shows the folders and exports that it knows.",
        )


class AmbiguousId(UsageError):
    def __init__(self, given: str, matches: int) -> None:
        # Those who look stop looking somewhere above this.
        many = matches if matches < 20 else "many"
        super().__init__(f"{given!r} stands for {many} things. Give more of its characters.")


class SeveralDocuments(AmbiguousId):
    def __init__(self, given: str) -> None:
        UsageError.__init__(
            self,
            f"{given!r} holds several documents. `mem list --documents` shows their ids; "
            "`mem search --source PATH` looks in all of them.",
        )


class BackwardsValidity(UsageError):
    def __init__(self, begins: str, ends: str) -> None:
        super().__init__(
            f"It would begin on {begins} and end on {ends}. Give an earlier --from or a later --to."
        )


class NoSuchChange(UsageError):
    def __init__(self, entry: int | None) -> None:
        what = (
            "There is no change to undo."
            if entry is None
            else f"There is no change {entry} to undo: it is unknown, no change of memories, or "
            "taken back already."
        )
        super().__init__(f"{what} `mem history` shows what can be undone.")


class WasForgotten(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "The user had this forgotten; it is not taken in again. "
            "They alone can bring it back, with `mem add`."
        )


class WasRejected(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "The user has rejected this; it is not proposed again. "
            "They alone can add it, with `mem add`."
        )


class UndoConflict(UsageError):
    def __init__(self, entry: int, later: int | None) -> None:
        self.entry, self.later = entry, later
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


class BadMapping(UsageError):
    def __init__(self, given: str, part: str) -> None:
        what = f"{part!r} is not role=column" if part else f"{given!r} names no text column"
        super().__init__(
            f"--map: {what}. Roles are text, at, speaker and conversation, "
            "as in `--map text=body,at=date,speaker=from`."
        )


class UnknownKind(UsageError):
    def __init__(self, given: str, known: list[str]) -> None:
        super().__init__(f"No memory is a {given!r}. Known: {', '.join(known)}.")


class UnknownDocumentKind(UsageError):
    def __init__(self, given: str, known: list[str]) -> None:
        super().__init__(
            f"No document is of the kind or format {given!r}. Known: {', '.join(known)}."
        )


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


class WholeSystem(UsageError):
    def __init__(self, given: str, root: str) -> None:
        meant = given if given == root else f"{given} is {root}"
        super().__init__(
            f"{meant}: the whole file system is no source. "
            "Name the folders that hold your notes and chats, such as ~/notes."
        )


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
    def __init__(
        self, path: str, reason: str, step: str = "Mend or remove it, then try again"
    ) -> None:
        super().__init__(f"{path} cannot be read as TOML ({reason}). {step}.")


class PluginFailed(MemError):
    """A plugin cannot be used; the message is the reason, reported beside the plugin's name."""


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


class BadSet(InputError):
    def __init__(self, path: str, reason: str, bench: str) -> None:
        super().__init__(
            f"{path}: {reason}. Mend it; `mem bench {bench} --help` says what it has to hold."
        )


class NoProtocol(MemError):
    def __init__(self) -> None:
        super().__init__(
            "The Model Context Protocol's SDK is not installed. "
            "`pipx install --force '.[mcp]'` in mem's checkout brings it; then start this again."
        )


class ServiceFailed(MemError):
    def __init__(self, command: str, reason: str) -> None:
        super().__init__(
            f"{command}: {reason}. "
            "`mem service install --dry-run` shows the files; `mem watch` works without a service."
        )


class StepFailed(MemError):
    def __init__(self, step: str, reason: str) -> None:
        super().__init__(
            f"The step {step!r} of the measurement failed: {reason} "
            "With --home, the same command goes on where it ended."
        )
