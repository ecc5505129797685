"""Which parser a file belongs to: its content decides, its name is a hint."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mem.core.protocols import Parser

HEAD_BYTES = 64 * 1024

BACKUP_MANIFEST = "mem-backup.json"
"""The first member of every backup that `mem` makes (a zip): by that it is known."""
BUNDLE_START = b'{"format": "mem-memories"'
"""How every bundle of memories begins."""
_ZIP_NAME_AT = 30

TEXT_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte-order marks and their encodings, longer marks before their prefixes."""

_BINARY_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"OggS",
    b"ID3",
    b"SQLite format 3",
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_CONTROL_SHARE = 0.1


def choose(parsers: Iterable[Parser], path: Path, head: bytes) -> Parser | None:
    """The parser with the highest `sniff`, the first of equals; None where every one says 0.

    `head` is the first `HEAD_BYTES` of the file. No parser takes what `mem` keeps a memory in.
    """
    if own_kind(head) is not None:
        return None
    best, best_score = None, 0
    for parser in parsers:
        score = parser.sniff(path, head)
        if score > best_score:
            best, best_score = parser, score
    return best


def own_kind(head: bytes) -> str | None:
    """What a file of mem's own is that begins so, in words for a person; None for other files."""
    if head[_ZIP_NAME_AT:].startswith(BACKUP_MANIFEST.encode()):
        return "a backup of mem (`mem restore` does)"
    if head.startswith(BUNDLE_START):
        return "memories of another home (`mem import FILE` does, by name)"
    return None


def bom_encoding(data: bytes) -> tuple[str, int] | None:
    """Encoding that a byte-order mark names, and the mark's length in bytes."""
    for mark, encoding in TEXT_BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


def is_binary(head: bytes) -> bool:
    """Whether `head` cannot be the start of a text file (in any encoding that `mem` reads)."""
    if bom_encoding(head) is not None:
        return False
    if head.startswith(_BINARY_MAGIC) or b"\0" in head:
        return True
    return len(head) - len(head.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(head)


def text_start(head: bytes) -> str:
    """`head` as text for sniffing, without mark and leading blanks; bytes that are not
    UTF-8 become U+FFFD. Empty for a binary file.
    """
    if is_binary(head):
        return ""
    encoding, skip = bom_encoding(head) or ("utf-8", 0)
    return head[skip:].decode(encoding, "replace").lstrip()
