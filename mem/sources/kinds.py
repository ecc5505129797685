"""What a file is that no importer reads, in words for a person; content first, then its name."""

from __future__ import annotations

from pathlib import Path

from mem.sources.sniffing import is_binary, own_kind

_MAGICS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"OggS", "a recording"),
    (b"ID3", "a recording"),
    (b"fLaC", "a recording"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
)
_SUFFIXES = {
    ".xlsx": "an Excel workbook",
    ".xls": "an Excel workbook",
    ".ods": "a spreadsheet",
    ".pptx": "a PowerPoint presentation",
    ".ppt": "a PowerPoint presentation",
    ".odp": "a presentation",
    ".doc": "an old Word document",
    ".odt": "an OpenDocument text",
    ".rtf": "a rich-text document",
    ".epub": "an electronic book",
    ".mobi": "an electronic book",
    ".ics": "a calendar",
    ".msg": "an Outlook message",
    ".pst": "an Outlook data file",
    ".ipynb": "a notebook of code",
    ".7z": "a 7-Zip archive",
    ".rar": "a RAR archive",
    ".gz": "a compressed file",
    ".mp3": "a recording",
    ".m4a": "a recording",
    ".wav": "a recording",
    ".mp4": "a film",
    ".mov": "a film",
    ".heic": "a picture",
    ".webp": "a picture",
    ".svg": "a drawing",
}


def unread_kind(path: Path, head: bytes) -> tuple[str, str]:
    """Code and reason for a file that no importer takes: `unsupported` with its kind named where
    it is known, else `binary` or `unsupported`. `head` is the start of the file.
    """
    suffix = path.suffix.lower()
    kind = next((name for magic, name in _MAGICS if head.startswith(magic)), None)
    kind = own_kind(head) or kind or _SUFFIXES.get(suffix)
    if kind is not None:
        return "unsupported", f"no importer reads {kind}"
    if is_binary(head):
        return "binary", "not a text file"
    return "unsupported", f"no importer reads {suffix or 'this kind of file'}"
