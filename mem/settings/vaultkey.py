"""The key of the vault: 32 random bytes, never written but encrypted or into the system's keyring.

It is wrapped by the recovery key always, and by a passphrase (Argon2id, RFC 9106) where the system
has no keyring. AEAD is ChaCha20-Poly1305 (RFC 8439) with a random nonce for each encryption.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from mem.errors import WrongPassphrase, WrongRecoveryKey

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_SALT_BYTES: Final = 16
_RECOVERY_BYTES: Final = 20
_GROUP: Final = 4
# RFC 9106, the second recommended option: 3 passes over 64 MiB with 4 lanes.
_PASSES, _LANES, _MEMORY_KIB = 3, 4, 64 * 1024
# A key file that asks for more than this is not ours.
_MOST_PASSES, _MOST_LANES, _MOST_MEMORY_KIB = 64, 64, 1024 * 1024

Wrapped = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Encrypted bytes with their nonce, both base64."""

    nonce: str
    data: str


class NotAuthentic(Exception):
    """The key, or what was encrypted, is not the right one."""


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, data: bytes, context: str) -> Sealed:
    """Encrypt `data`; it opens with the same `context` only."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, data, context.encode())
    return Sealed(_text(nonce), _text(sealed))


def unseal(key: bytes, sealed: Sealed, context: str) -> bytes:
    """What `seal` was given. Raises NotAuthentic."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        nonce, data = _bytes(sealed.nonce), _bytes(sealed.data)
        return ChaCha20Poly1305(key).decrypt(nonce, data, context.encode())
    except (InvalidTag, ValueError) as error:
        raise NotAuthentic from error


def wrap_with_passphrase(key: bytes, passphrase: str, context: str) -> Wrapped:
    """The key encrypted under a passphrase, with what is needed to derive it again."""
    salt = secrets.token_bytes(_SALT_BYTES)
    derived = _argon2id(passphrase, salt, passes=_PASSES, lanes=_LANES, memory=_MEMORY_KIB)
    sealed = seal(derived, key, f"{context}:passphrase")
    return {
        "salt": _text(salt),
        "passes": _PASSES,
        "lanes": _LANES,
        "memory_kib": _MEMORY_KIB,
        "nonce": sealed.nonce,
        "data": sealed.data,
    }


def unwrap_with_passphrase(wrapped: Wrapped, passphrase: str, context: str) -> bytes:
    """The key. Raises WrongPassphrase, KeyError or ValueError for a damaged file."""
    passes, lanes = int(wrapped["passes"]), int(wrapped["lanes"])
    memory = int(wrapped["memory_kib"])
    if passes > _MOST_PASSES or lanes > _MOST_LANES or memory > _MOST_MEMORY_KIB:
        message = "its passphrase asks for more work than any vault needs"
        raise ValueError(message)
    salt = _bytes(wrapped["salt"])
    derived = _argon2id(passphrase, salt, passes=passes, lanes=lanes, memory=memory)
    sealed = Sealed(str(wrapped["nonce"]), str(wrapped["data"]))
    try:
        return unseal(derived, sealed, f"{context}:passphrase")
    except NotAuthentic as error:
        raise WrongPassphrase from error


def new_recovery_key() -> str:
    """160 random bits as eight groups of four letters and digits (base32)."""
    digits = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def wrap_with_recovery(key: bytes, recovery: str, context: str) -> Wrapped:
    """The key encrypted under the recovery key."""
    sealed = seal(_from_recovery(recovery, context), key, f"{context}:recovery")
    return {"nonce": sealed.nonce, "data": sealed.data}


def unwrap_with_recovery(wrapped: Wrapped, recovery: str, context: str) -> bytes:
    """The key. Raises WrongRecoveryKey."""
    sealed = Sealed(str(wrapped["nonce"]), str(wrapped["data"]))
    try:
        return unseal(_from_recovery(recovery, context), sealed, f"{context}:recovery")
    except NotAuthentic as error:
        raise WrongRecoveryKey from error


def _from_recovery(recovery: str, context: str) -> bytes:
    """It is random already, so HKDF (RFC 5869) is enough. Raises WrongRecoveryKey."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # What a person may mistake: 0 and 1 are not among the digits of base32.
    digits = "".join(recovery.upper().replace("-", " ").split())
    digits = digits.replace("0", "O").replace("1", "I").replace("8", "B")
    try:
        data = base64.b32decode(digits)
    except binascii.Error as error:
        raise WrongRecoveryKey from error
    if len(data) != _RECOVERY_BYTES:
        raise WrongRecoveryKey
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=context.encode()).derive(data)


def _argon2id(passphrase: str, salt: bytes, *, passes: int, lanes: int, memory: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory)
    return kdf.derive(words)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
