"""Bytes of a text file become well-formed text; what cannot be decoded stays visible.

Every string that leaves this module can be encoded as UTF-8 and holds no NUL.
"""

from __future__ import annotations

import re

from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources.sniffing import bom_encoding, is_binary

_SAMPLE_BYTES = 32 * 1024
_MAX_CHAOS = 0.1
_COMMONEST = "cp1252"
_LEGACY_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr", "mac_roman"),
)
_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED_BYTES = range(0xDC80, 0xDD00)


def read_bytes(entry: FileEntry) -> bytes:
    """The file's bytes. Raises FileUnreadable."""
    try:
        return entry.path.read_bytes()
    except OSError as error:
        raise FileUnreadable(
            well_formed(str(entry.path)), error.strerror or type(error).__name__
        ) from error


def read_text(
    entry: FileEntry, *, declared: re.Pattern[bytes] | None = None
) -> tuple[str, tuple[str, ...]]:
    """The file's text, line ends as written, and notices about its encoding.

    `declared` finds the name of an encoding (its group 1) that the file itself states; it is
    used for what is not UTF-8. Raises FileUnreadable, and ParseFailed with code "binary".
    """
    data = read_bytes(entry)
    if is_binary(data):
        raise ParseFailed(well_formed(str(entry.path)), "it is not a text file", code="binary")
    found = declared.search(data, 0, 4096) if declared else None
    return decode(data, stated=found[1].decode("ascii", "replace") if found else None)


def decode(data: bytes, *, stated: str | None = None) -> tuple[str, tuple[str, ...]]:
    """`data` as text, with a notice where it is not plain UTF-8.

    A byte-order mark decides; then UTF-8; then the `stated` encoding; then a legacy encoding
    that is likely; else UTF-8 with each undecodable byte written as `\\xNN`.
    """
    marked = bom_encoding(data)
    if marked is not None:
        encoding, skip = marked
        return well_formed(data[skip:].decode(encoding, "backslashreplace")), ()
    try:
        return well_formed(data.decode("utf-8")), ()
    except UnicodeDecodeError as error:
        first_bad = error.start
    for guess in (stated, _likely_encoding(data, first_bad)):
        decoded = _try_decode(data, guess) if guess else None
        if decoded is not None:
            return well_formed(decoded), (f"read as {guess}, not UTF-8",)
    text = data.decode("utf-8", "backslashreplace")
    return well_formed(text), ("not all of it is UTF-8; undecodable bytes are shown as \\xNN",)


def well_formed(text: str) -> str:
    """`text` with NULs and lone surrogates written as escapes (`\\xNN` for an undecoded byte)."""
    return _UNENCODABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in _ESCAPED_BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _try_decode(data: bytes, encoding: str) -> str | None:
    """`data` in `encoding`, None where it does not fit or there is no such text encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _likely_encoding(data: bytes, first_bad: int) -> str | None:
    """A legacy encoding for bytes that are not UTF-8, judged around the first of them.

    None where the bytes are mostly UTF-8 (a damaged file) or no encoding stands out.
    """
    start = max(0, first_bad - _SAMPLE_BYTES // 2)
    sample = data[start : start + _SAMPLE_BYTES]
    as_utf8 = sample.decode("utf-8", "surrogateescape")
    bad = sum(1 for char in as_utf8 if ord(char) in _ESCAPED_BYTES)
    good = sum(1 for char in as_utf8 if ord(char) > 127) - bad
    if good >= bad:
        return None

    from charset_normalizer import from_bytes

    matches = from_bytes(sample, cp_isolation=list(_LEGACY_ENCODINGS))
    best = matches.best()
    if best is None or best.chaos > _MAX_CHAOS:
        return None
    for match in matches:
        equal = match.chaos <= best.chaos and match.coherence >= best.coherence
        if equal and _COMMONEST in (match.encoding, *match.could_be_from_charset):
            return _COMMONEST
    return best.encoding
