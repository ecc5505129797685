"""The vault with a keyring, without one, with a locked one, and after the keyring was changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from cryptography.fernet import Fernet
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked

from mem.errors import (
    VaultAbsent,
    VaultDamaged,
    VaultExists,
    VaultKeyMissing,
    VaultLocked,
    VaultNameTaken,
    VaultNameUnknown,
    WrongPassphrase,
    WrongRecoveryKey,
)
from mem.settings.vault import Vault
from mem.settings.vaultkeyring import SystemKeyring, find_keyring, first_trusted

AT = datetime(2025, 12, 1, tzinfo=UTC)
VALUE = "tr0ub4dor-and-3-horses"
PASSPHRASE = "correct horse battery staple"


class MemoryKeyring(KeyringBackend):
    """A real backend that keeps passwords encrypted in this process, and can be locked."""

    priority = 1.0

    def __init__(self) -> None:
        self._cipher = Fernet(Fernet.generate_key())
        self._held: dict[tuple[str, str], bytes] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        held = self._held.get((service, username))
        return None if held is None else self._cipher.decrypt(held).decode()

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self._held[service, username] = self._cipher.encrypt(password.encode())

    def _check(self) -> None:
        if self.locked:
            message = "the collection is locked"
            raise KeyringLocked(message)


class PlaintextKeyring(MemoryKeyring):
    """Named as the one that writes passwords to a file as they are."""


def failing() -> KeyringBackend:
    """What `keyring` falls back to where the system has none."""
    backend: KeyringBackend = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]
    return backend


def forgetful() -> KeyringBackend:
    """The backend that keeps nothing."""
    backend: KeyringBackend = keyring.backends.null.Keyring()  # type: ignore[no-untyped-call]
    return backend


def never(new: bool) -> str:
    pytest.fail(f"asked for a passphrase ({new=})")


def with_keyring(folder: Path, backend: KeyringBackend | None) -> Vault:
    def found() -> SystemKeyring | None:
        return first_trusted([backend] if backend is not None else [])

    return Vault(folder, never, keyring=found)


def with_passphrase(folder: Path, passphrase: str = PASSPHRASE) -> Vault:
    return Vault(folder, lambda new: passphrase, keyring=lambda: None)


def every_byte(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


Maker = Callable[[Path], tuple[Vault, Vault]]


def kept_in_keyring(folder: Path) -> tuple[Vault, Vault]:
    backend = MemoryKeyring()
    return with_keyring(folder, backend), with_keyring(folder, backend)


def kept_under_passphrase(folder: Path) -> tuple[Vault, Vault]:
    return with_passphrase(folder), with_passphrase(folder)


@pytest.mark.parametrize("make", [kept_in_keyring, kept_under_passphrase])
def test_what_is_put_in_comes_out_in_another_process(make: Maker, tmp_path: Path) -> None:
    vault, later = make(tmp_path)
    with pytest.raises(VaultAbsent):
        vault.add("router", VALUE, at=AT)
    recovery = vault.create()
    vault.add("router", VALUE, at=AT)
    vault.add("büro/key", "multi\nline ☂", at=AT)
    assert [one.name for one in later.names()] == ["büro/key", "router"]
    assert later.reveal("router") == VALUE
    assert later.reveal("büro/key") == "multi\nline ☂"
    with pytest.raises(VaultNameTaken):
        later.add("router", "x", at=AT)
    later.add("router", "other", at=AT, replace=True)
    assert vault.reveal("router") == "other"
    vault.remove("router")
    with pytest.raises(VaultNameUnknown):
        later.reveal("router")
    with pytest.raises(VaultExists):
        later.create()
    held = every_byte(tmp_path)
    for word in (VALUE, "multi", PASSPHRASE, recovery, recovery.replace("-", "")):
        assert word.encode() not in held
    for file in tmp_path.glob("vault*"):
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_a_wrong_passphrase_says_so(tmp_path: Path) -> None:
    vault = with_passphrase(tmp_path)
    vault.create()
    vault.add("router", VALUE, at=AT)
    with pytest.raises(WrongPassphrase, match="not the vault's passphrase"):
        with_passphrase(tmp_path, "correct horse battery stable").reveal("router")


def test_the_same_letters_written_otherwise_are_the_same_passphrase(tmp_path: Path) -> None:
    vault = with_passphrase(tmp_path, "un café crème")
    vault.create()
    vault.add("router", VALUE, at=AT)
    assert with_passphrase(tmp_path, "un cafe\u0301 cre\u0300me").reveal("router") == VALUE


def test_a_locked_keyring_says_so_and_is_no_reason_to_ask_for_a_passphrase(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    vault = with_keyring(tmp_path, backend)
    vault.create()
    vault.add("router", VALUE, at=AT)
    backend.locked = True
    with pytest.raises(VaultLocked, match="locked"):
        with_keyring(tmp_path, backend).reveal("router")
    backend.locked = False
    assert with_keyring(tmp_path, backend).reveal("router") == VALUE


def test_no_vault_is_made_while_the_keyring_is_locked(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    backend.locked = True
    with pytest.raises(VaultLocked):
        with_keyring(tmp_path, backend).create()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("changed", [MemoryKeyring(), failing(), None])
def test_the_recovery_key_opens_it_after_the_keyring_was_changed(
    changed: KeyringBackend | None, tmp_path: Path
) -> None:
    vault = with_keyring(tmp_path, MemoryKeyring())
    recovery = vault.create()
    vault.add("router", VALUE, at=AT)
    with pytest.raises(VaultKeyMissing, match="mem vault recover"):
        with_keyring(tmp_path, changed).reveal("router")
    fallback = Vault(
        tmp_path,
        lambda new: PASSPHRASE,
        keyring=lambda: first_trusted([changed] if changed else []),
    )
    with pytest.raises(WrongRecoveryKey):
        fallback.recover("AAAA-" * 7 + "AAAA")
    with pytest.raises(WrongRecoveryKey):
        fallback.recover("not one")
    fallback.recover(recovery.lower().replace("-", " "))
    assert fallback.reveal("router") == VALUE
    holder = "test_vault.MemoryKeyring" if isinstance(changed, MemoryKeyring) else "passphrase"
    assert fallback.holder() == holder
    later = Vault(tmp_path, lambda new: PASSPHRASE, keyring=fallback._keyring)
    assert later.reveal("router") == VALUE
    later.recover(recovery)


def test_a_lost_passphrase_is_replaced_with_the_recovery_key(tmp_path: Path) -> None:
    vault = with_passphrase(tmp_path)
    recovery = vault.create()
    vault.add("router", VALUE, at=AT)
    with_passphrase(tmp_path, "a new passphrase").recover(recovery)
    assert with_passphrase(tmp_path, "a new passphrase").reveal("router") == VALUE
    with pytest.raises(WrongPassphrase):
        with_passphrase(tmp_path).reveal("router")


def test_a_keyring_with_another_key_is_not_used(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    with_keyring(tmp_path, backend).create()
    identity = json.loads((tmp_path / "vault-key.json").read_text())["id"]
    backend.set_password("mem-vault", identity, "A" * 43 + "=")
    with pytest.raises(VaultKeyMissing):
        with_keyring(tmp_path, backend).add("router", VALUE, at=AT)


def test_values_cannot_be_swapped_or_altered(tmp_path: Path) -> None:
    vault = with_keyring(tmp_path, MemoryKeyring())
    vault.create()
    vault.add("a", "one", at=AT)
    vault.add("b", "two", at=AT)
    file = tmp_path / "vault.json"
    content = json.loads(file.read_text())
    content["entries"]["a"], content["entries"]["b"] = (content["entries"][n] for n in "ba")
    file.write_text(json.dumps(content))
    with pytest.raises(VaultDamaged, match="altered"):
        vault.reveal("a")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1}', "\xff"])
@pytest.mark.parametrize("name", ["vault.json", "vault-key.json"])
def test_damaged_files_say_so(content: str, name: str, tmp_path: Path) -> None:
    vault = with_passphrase(tmp_path)
    vault.create()
    vault.add("a", "one", at=AT)
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(VaultDamaged, match=name):
        with_passphrase(tmp_path).reveal("a")


def test_a_key_file_cannot_ask_for_endless_work(tmp_path: Path) -> None:
    with_passphrase(tmp_path).create()
    file = tmp_path / "vault-key.json"
    content = json.loads(file.read_text())
    content["passphrase"]["memory_kib"] = 1 << 40
    file.write_text(json.dumps(content))
    with pytest.raises(VaultDamaged, match="more work"):
        with_passphrase(tmp_path).add("a", "one", at=AT)


def test_a_backend_that_keeps_plain_text_or_nothing_is_refused() -> None:
    refused = [PlaintextKeyring(), forgetful(), failing()]
    assert first_trusted(refused) is None
    trusted = first_trusted([*refused, MemoryKeyring()])
    assert trusted is not None and trusted.name == "test_vault.MemoryKeyring"


@pytest.fixture
def _backend(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keyring.get_keyring()
    monkeypatch.setattr("keyring.core._keyring_backend", before)


@pytest.mark.usefixtures("_backend")
def test_what_the_system_offers_is_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(failing())
    assert find_keyring() is None
    keyring.set_keyring(MemoryKeyring())
    found = find_keyring()
    assert found is not None and found.name == "test_vault.MemoryKeyring"
    chain = ChainerBackend()  # type: ignore[no-untyped-call]
    members = [PlaintextKeyring(), MemoryKeyring()]
    monkeypatch.setattr(ChainerBackend, "backends", members)
    keyring.set_keyring(chain)
    found = find_keyring()
    assert found is not None and found.name == "test_vault.MemoryKeyring"
