"""The system's keyring: the only file that imports `keyring`.

Only a backend that keeps secrets encrypted is used: one that writes plain text, keeps nothing or
always fails is never chosen, not even as one of a chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from mem.errors import VaultKeyMissing, VaultLocked

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE: Final = "mem-vault"
_REFUSED_MODULES: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
_REFUSED_WORDS: Final = ("plaintext", "unencrypted", "uncrypted")


class SystemKeyring:
    """Keys of vaults in one backend of the system's keyring."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    @property
    def name(self) -> str:
        """Which backend it is, such as `SecretService.Keyring`."""
        kind = type(self._backend)
        return f"{kind.__module__.rpartition('.')[2]}.{kind.__qualname__}"

    def put(self, vault: str, key: str) -> None:
        """Store the key of the vault with that id. Raises VaultLocked."""
        try:
            self._backend.set_password(_SERVICE, vault, key)
        except _failures() as error:
            raise VaultLocked(self.name, _reason(error)) from error

    def get(self, vault: str, *, made_with: str) -> str:
        """The key of the vault with that id. Raises VaultLocked, VaultKeyMissing."""
        try:
            key = self._backend.get_password(_SERVICE, vault)
        except _failures() as error:
            raise VaultLocked(self.name, _reason(error)) from error
        if key is None:
            raise VaultKeyMissing(made_with, self.name)
        return key


def find_keyring() -> SystemKeyring | None:
    """The system's keyring, or None where there is none that can be trusted."""
    import keyring

    backend = keyring.get_keyring()
    chained: Sequence[KeyringBackend] | None = getattr(backend, "backends", None)
    return first_trusted([backend] if chained is None else chained)


def first_trusted(backends: Iterable[KeyringBackend]) -> SystemKeyring | None:
    """The first of the backends that keeps secrets encrypted."""
    return next((SystemKeyring(one) for one in backends if _is_trusted(one)), None)


def _is_trusted(backend: KeyringBackend) -> bool:
    for kind in type(backend).__mro__:
        if kind.__module__.startswith(_REFUSED_MODULES):
            return False
        if any(word in kind.__qualname__.lower() for word in _REFUSED_WORDS):
            return False
    return getattr(backend, "backends", None) is None


def _failures() -> tuple[type[Exception], ...]:
    """What backends raise when they cannot do what is asked of them."""
    from keyring.errors import KeyringError

    try:
        from secretstorage.exceptions import SecretStorageException
    except ImportError:
        return (KeyringError, OSError, RuntimeError)
    return (KeyringError, OSError, RuntimeError, SecretStorageException)


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
