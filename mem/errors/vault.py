"""Failures around the vault."""

from __future__ import annotations

from mem.errors.root import MemError


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
