"""Failures around backups, and around memories that are carried from one home to another."""

from __future__ import annotations

from mem.errors.root import MemError, UsageError


class TargetTaken(UsageError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path} exists; --force replaces it.")


class TargetInHome(UsageError):
    def __init__(self, path: str, home: str) -> None:
        super().__init__(
            f"{path} is inside the home {home}, and would be lost together with it. "
            "Name a file or folder elsewhere, best on another drive."
        )


class HomeFilled(UsageError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} holds a memory already. `--replace` puts the backup in its place, or set "
            "MEM_HOME to an empty folder."
        )


class CarryError(MemError):
    """A backup was not made or not taken in; the home is as it was."""


class NotWritten(CarryError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: cannot be written ({reason}). Nothing is left there; name another place."
        )


class NotABackup(CarryError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is not a backup of mem. `mem restore` takes what `mem backup` wrote; "
            "`mem import` takes notes, chats and exports."
        )


class BackupDamaged(CarryError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: the backup is damaged ({reason}). Nothing was touched; use another one."
        )


class BackupTooNew(CarryError):
    def __init__(self, path: str, version: str, reason: str) -> None:
        super().__init__(
            f"{path} was made by a newer mem {version} ({reason}). "
            "Nothing was touched; upgrade mem and restore again."
        )


class NoBackupPassphrase(CarryError):
    def __init__(self) -> None:
        super().__init__(
            "An encrypted backup needs its passphrase, and there is no terminal to ask at. Name a "
            "file that holds it in MEM_BACKUP_PASSPHRASE_FILE, or give it as stdin with "
            "--passphrase-stdin."
        )


class WrongBackupPassphrase(CarryError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: that is not the passphrase of this backup. Try again.")


class BundleDamaged(CarryError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: these memories cannot be taken in ({reason}). Nothing of them was; export "
            "them again with `mem export --format memories`."
        )


class BundleTooNew(CarryError):
    def __init__(self, path: str, version: str) -> None:
        super().__init__(
            f"{path} was written by a newer mem {version}. Nothing was taken in; upgrade mem."
        )
