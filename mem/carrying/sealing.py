"""A backup under a passphrase: age (https://age-encryption.org/v1), through `pyrage`.

A key made for this one file encrypts the backup; the passphrase (scrypt) encrypts that key alone,
so that a backup of any size passes through little memory. `age` opens both without `mem`.
"""

from __future__ import annotations

import json
import unicodedata
import zipfile
from pathlib import Path
from typing import IO, Any, Final

from mem.carrying.archive import FORMAT, MANIFEST, VERSION
from mem.errors import BackupDamaged, WrongBackupPassphrase

KEY, CONTENT = "key.age", "backup.zip.age"
NAMES: Final = {MANIFEST, KEY, CONTENT}
_MOST_KEY = 64 * 1024


def seal(plain: Path, target: IO[bytes], passphrase: str) -> None:
    """Write the backup at `plain` to `target`, encrypted. Raises OSError."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    key = pyrage.passphrase.encrypt(str(identity).encode(), _normal(passphrase))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        said = {"format": FORMAT, "version": VERSION, "encrypted": True}
        for name, data in ((MANIFEST, json.dumps(said).encode()), (KEY, key)):
            archive.writestr(_entry(name), data)
        with (
            plain.open("rb") as reader,
            archive.open(_entry(CONTENT), "w", force_zip64=True) as writer,
        ):
            pyrage.encrypt_io(reader, writer, [identity.to_public()])


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o100600 << 16
    return entry


def is_sealed(said: dict[str, Any]) -> bool:
    """Whether a manifest is that of an encrypted backup."""
    return said.get("encrypted") is True


def unseal(archive: zipfile.ZipFile, target: IO[bytes], passphrase: str, place: Path) -> None:
    """Write the backup that is encrypted in `archive` to `target`; `place` is what errors name.

    Raises WrongBackupPassphrase, BackupDamaged, OSError.
    """
    import pyrage

    entries = {one.filename: one for one in archive.infolist()}
    if set(entries) != NAMES or entries[KEY].file_size > _MOST_KEY:
        raise BackupDamaged(str(place), "its members are not those of an encrypted backup")
    try:
        opened = pyrage.passphrase.decrypt(archive.read(KEY), _normal(passphrase))
    except pyrage.DecryptError as error:
        raise WrongBackupPassphrase(str(place)) from error
    try:
        identity = pyrage.x25519.Identity.from_str(opened.decode())
        with archive.open(CONTENT) as reader:
            pyrage.decrypt_io(reader, target, [identity])
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as error:
        raise BackupDamaged(str(place), "what is encrypted in it was altered") from error


def _normal(passphrase: str) -> str:
    """The same however its letters were typed."""
    return unicodedata.normalize("NFC", passphrase)
