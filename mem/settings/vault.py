"""The vault: named values, each encrypted on its own; a value leaves it only when asked for.

`data/vault.json` holds names and encrypted values, `data/vault-key.json` how the key is kept; both
are 0600 and replaced as a whole. Names are readable, so that the list needs no key.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mem.core.clock import format_time
from mem.core.files import replace_text
from mem.errors import (
    HomeNotWritable,
    VaultAbsent,
    VaultDamaged,
    VaultExists,
    VaultKeyMissing,
    VaultNameTaken,
    VaultNameUnknown,
)
from mem.settings.vaultkey import (
    NotAuthentic,
    Sealed,
    new_key,
    new_recovery_key,
    seal,
    unseal,
    unwrap_with_passphrase,
    unwrap_with_recovery,
    wrap_with_passphrase,
    wrap_with_recovery,
)
from mem.settings.vaultkeyring import SystemKeyring, find_keyring

_FORMAT: Final = 1
_LOCK_SECONDS: Final = 30
_KEYRING, _PASSPHRASE = "keyring", "passphrase"

# Gives the passphrase; True asks for a new one. Called only where one is needed.
Ask = Callable[[bool], str]


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """A value's name, and when it was put in (UTC, ISO 8601)."""

    name: str
    added_at: str


class Vault:
    """The vault in one data folder."""

    def __init__(
        self,
        folder: Path,
        ask: Ask,
        *,
        keyring: Callable[[], SystemKeyring | None] = find_keyring,
    ) -> None:
        self._entries_file = folder / "vault.json"
        self._key_file = folder / "vault-key.json"
        self._ask = ask
        self._keyring = keyring
        self._key: bytes | None = None

    def exists(self) -> bool:
        """Whether it was made."""
        return self._key_file.exists()

    def holder(self) -> str:
        """The keyring that has the key, or `passphrase`. Raises VaultAbsent, VaultDamaged."""
        content = self._key_content()
        return str(content["backend"] if content["holder"] == _KEYRING else _PASSPHRASE)

    def create(self, *, with_passphrase: bool = False) -> str:
        """Make an empty vault and return its recovery key, which is nowhere else.

        The key goes into the system's keyring, or under the passphrase that is asked for where
        there is none or `with_passphrase`. Raises VaultExists, VaultLocked, HomeNotWritable.
        """
        if self.exists():
            raise VaultExists(str(self._key_file))
        key, recovery = new_key(), new_recovery_key()
        content = {"format": _FORMAT, "id": secrets.token_hex(8)}
        self._hold(content, key, with_passphrase=with_passphrase)
        content["recovery"] = wrap_with_recovery(key, recovery, _context(content))
        content["check"] = asdict(seal(key, b"", f"{_context(content)}:check"))
        self._write(self._key_file, content)
        self._key = key
        return recovery

    def names(self) -> list[VaultEntry]:
        """What the vault holds, by name; needs no key. Raises VaultDamaged."""
        entries = self._read_entries()
        return [VaultEntry(name, str(entries[name]["added_at"])) for name in sorted(entries)]

    def add(self, name: str, value: str, *, at: datetime, replace: bool = False) -> None:
        """Encrypt `value` under `name`. Raises VaultNameTaken, and what opening raises."""
        key, context = self._opened()
        with self._changing() as entries:
            if name in entries and not replace:
                raise VaultNameTaken(name)
            data = value.encode("utf-8", "surrogatepass")
            sealed = seal(key, data, f"{context}:value:{name}")
            entries[name] = {
                "added_at": format_time(at),
                "nonce": sealed.nonce,
                "data": sealed.data,
            }

    def reveal(self, name: str) -> str:
        """The value called `name`. Raises VaultNameUnknown, and what opening raises."""
        entries = self._read_entries()
        if name not in entries:
            raise VaultNameUnknown(name)
        key, context = self._opened()
        entry = entries[name]
        sealed = Sealed(str(entry["nonce"]), str(entry["data"]))
        try:
            value = unseal(key, sealed, f"{context}:value:{name}")
        except NotAuthentic as error:
            raise VaultDamaged(str(self._entries_file), f"{name!r} was altered") from error
        return value.decode("utf-8", "surrogatepass")

    def remove(self, name: str) -> None:
        """Destroy a value; needs no key. Raises VaultNameUnknown."""
        with self._changing() as entries:
            if name not in entries:
                raise VaultNameUnknown(name)
            del entries[name]

    def recover(self, recovery: str, *, with_passphrase: bool = False) -> None:
        """Open the vault with its recovery key, and keep the key anew as `create` does.

        The recovery key stays the same. Raises VaultAbsent, WrongRecoveryKey, VaultLocked.
        """
        content = self._key_content()
        with self._damage(self._key_file):
            key = unwrap_with_recovery(content["recovery"], recovery, _context(content))
        content.pop(_PASSPHRASE, None)
        self._hold(content, key, with_passphrase=with_passphrase)
        self._write(self._key_file, content)
        self._key = key

    def _hold(self, content: dict[str, Any], key: bytes, *, with_passphrase: bool) -> None:
        """Put the key where it can be had again; the key file says where that is."""
        keyring = None if with_passphrase else self._keyring()
        if keyring is None:
            content |= {"holder": _PASSPHRASE, "backend": None}
            content[_PASSPHRASE] = wrap_with_passphrase(key, self._ask(True), _context(content))
            return
        keyring.put(str(content["id"]), base64.b64encode(key).decode())
        content |= {"holder": _KEYRING, "backend": keyring.name}

    def _opened(self) -> tuple[bytes, str]:
        """The key and the context of this vault's encryptions."""
        content = self._key_content()
        if self._key is None:
            self._key = self._fetch(content)
        return self._key, _context(content)

    def _fetch(self, content: dict[str, Any]) -> bytes:
        if content["holder"] == _PASSPHRASE:
            passphrase = self._ask(False)
            with self._damage(self._key_file):
                return unwrap_with_passphrase(content[_PASSPHRASE], passphrase, _context(content))
        keyring, made_with = self._keyring(), str(content["backend"])
        if keyring is None:
            raise VaultKeyMissing(made_with, "none that keeps secrets encrypted")
        held = keyring.get(str(content["id"]), made_with=made_with)
        try:
            key = base64.b64decode(held, validate=True)
            unseal(key, Sealed(**content["check"]), f"{_context(content)}:check")
        except (ValueError, TypeError, NotAuthentic) as error:
            raise VaultKeyMissing(made_with, keyring.name) from error
        return key

    def _key_content(self) -> dict[str, Any]:
        if not self.exists():
            raise VaultAbsent
        content = self._read(self._key_file)
        if not {"id", "holder", "backend", "recovery", "check"} <= content.keys():
            raise VaultDamaged(str(self._key_file), "it lacks a part")
        return content

    def _read_entries(self) -> dict[str, dict[str, Any]]:
        if not self._entries_file.exists():
            return {}
        entries = self._read(self._entries_file).get("entries")
        if not isinstance(entries, dict) or not all(
            isinstance(entry, dict) and {"added_at", "nonce", "data"} <= entry.keys()
            for entry in entries.values()
        ):
            raise VaultDamaged(str(self._entries_file), "it lacks its entries")
        return entries

    @contextmanager
    def _changing(self) -> Iterator[dict[str, dict[str, Any]]]:
        """The entries, written back when the body ends well; one process at a time."""
        import filelock

        try:
            with filelock.FileLock(f"{self._entries_file}.lock", _LOCK_SECONDS, mode=0o600):
                entries = self._read_entries()
                yield entries
                self._write(self._entries_file, {"format": _FORMAT, "entries": entries})
        except filelock.Timeout as error:
            raise HomeNotWritable(str(self._entries_file), "another process holds it") from error

    def _read(self, file: Path) -> dict[str, Any]:
        with self._damage(file):
            content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            raise VaultDamaged(str(file), "it is not a vault of this version")
        return content

    def _write(self, file: Path, content: dict[str, Any]) -> None:
        try:
            replace_text(file, json.dumps(content, indent=1))
        except OSError as error:
            raise HomeNotWritable(str(file), error.strerror or str(error)) from error

    @contextmanager
    def _damage(self, file: Path) -> Iterator[None]:
        """Turn what a file that is not ours causes into VaultDamaged."""
        try:
            yield
        except (ValueError, KeyError, TypeError) as error:
            raise VaultDamaged(str(file), str(error) or type(error).__name__) from error
        except OSError as error:
            raise VaultDamaged(str(file), error.strerror or str(error)) from error


def _context(content: dict[str, Any]) -> str:
    """What every encryption of one vault is bound to."""
    return f"mem-vault:{_FORMAT}:{content['id']}"
