"""Unpacking an archive into an empty folder, as a job for `mem.sources.isolation`.

Only plain files with plain names are written, each new, below the folder given; members and bytes
are counted as they come, and the job ends at the first limit that is passed.
"""

from __future__ import annotations

import calendar
import lzma
import os
import re
import stat
import tarfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mem.errors import FileUnreadable, ParseFailed
from mem.sources.textfile import well_formed

MAX_MEMBERS = 10_000
MAX_TOTAL_BYTES = 2 * 1024**3
MAX_MEMBER_BYTES = 1024**3
MAX_RATIO = 200
# Below this nothing is large, however well it is packed.
_RATIO_MATTERS_FROM = 10 * 1024 * 1024
_PIECE = 256 * 1024
_MAX_NAME_BYTES = 1000
_MAX_PART_BYTES = 255
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{kind}{number}" for kind in ("com", "lpt") for number in "0123456789¹²³"}
)
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_ENCRYPTED = 0x1
_DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(EOFError, ValueError, NotImplementedError, KeyError),
)


@dataclass(frozen=True, slots=True)
class _Member:
    """What an archive says of one member; `left` is why it is not unpacked, (code, reason)."""

    name: str
    size: int
    modified: float
    open: Callable[[], IO[bytes] | None]
    left: tuple[str, str] | None = None


class _RefusedError(Exception):
    """One member is not unpacked; the others are."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


def unpack(arguments: dict[str, Any]) -> Iterator[list[str]]:
    """Unpack the archive at `path` into the folder `target` (both hex of their bytes).

    Yields [name, code, reason] for each member that is left out. Raises ParseFailed with code
    archive-bomb where a limit is passed, malformed for what is no archive; FileUnreadable.
    """
    path, target = (Path(os.fsdecode(bytes.fromhex(arguments[key]))) for key in ("path", "target"))
    try:
        info = path.stat()
    except OSError as error:
        raise FileUnreadable(well_formed(str(path)), error.strerror or "gone") from error
    budget = _Budget(info.st_size, info.st_mtime, well_formed(str(path)))
    names: set[str] = set()
    try:
        for member in _members(path, budget):
            try:
                _unpack_member(member, target, names, budget)
            except _RefusedError as error:
                yield [well_formed(member.name)[:300], error.code, error.reason]
    except _DAMAGED as error:
        raise ParseFailed(budget.place, "it is not an archive that can be read") from error
    except OSError as error:
        # gzip and bz2 say in this way that their data is damaged.
        reason = f"it could not be unpacked ({error.strerror or error})"
        raise ParseFailed(budget.place, well_formed(reason)) from error


@dataclass(slots=True)
class _Budget:
    """What has been unpacked of an archive of `packed` bytes, last changed at `modified`."""

    packed: int
    modified: float
    place: str
    members: int = 0
    total: int = 0

    def add_members(self, count: int) -> None:
        """Count members before any of them is looked at."""
        self.members += count
        if self.members > MAX_MEMBERS:
            self._stop(f"it has over {MAX_MEMBERS:,} members")

    def add(self, size: int) -> None:
        """Count bytes before they are written."""
        self.total += size
        if self.total > MAX_TOTAL_BYTES:
            self._stop(f"it unpacks to over {MAX_TOTAL_BYTES:,} bytes")
        if self.total > _RATIO_MATTERS_FROM and self.total > MAX_RATIO * self.packed:
            self._stop(f"it unpacks to over {MAX_RATIO} times its size")

    def _stop(self, reason: str) -> None:
        raise ParseFailed(self.place, reason, code="archive-bomb")


def _members(path: Path, budget: _Budget) -> Iterator[_Member]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            budget.add_members(len(infos))
            for info in infos:
                if not info.is_dir():
                    yield _zip_member(archive, info)
        return
    with tarfile.open(path) as tar:
        for one in tar:
            budget.add_members(1)
            if not one.isdir():
                # What is passed over is unpacked all the same.
                budget.add(0 if one.isreg() and one.size <= MAX_MEMBER_BYTES else one.size)
                yield _tar_member(tar, one)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    mode = info.external_attr >> 16
    left = None
    if stat.S_ISLNK(mode):
        left = ("link", "a link")
    elif mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        left = ("special", "a device, pipe or the like")
    elif info.flag_bits & _ENCRYPTED:
        left = ("encrypted", "it asks for a password")
    elif info.compress_type not in _ZIP_METHODS:
        left = ("unsupported", "packed by a method that is not read")
    try:
        modified = time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        modified = 0
    name = info.orig_filename.replace("\\", "/")
    return _Member(name, info.file_size, modified, lambda: archive.open(info), left)


def _tar_member(tar: tarfile.TarFile, info: tarfile.TarInfo) -> _Member:
    left = None
    if info.issym() or info.islnk():
        left = ("link", "a link")
    elif not info.isreg() or info.issparse():
        left = ("special", "a device, pipe, sparse file or the like")
    return _Member(info.name, info.size, float(info.mtime), lambda: tar.extractfile(info), left)


def _unpack_member(member: _Member, target: Path, names: set[str], budget: _Budget) -> None:
    """Write one member. Raises _RefusedError, ParseFailed."""
    parts = safe_parts(member.name)
    if member.left is not None:
        raise _RefusedError(*member.left)
    if member.size > MAX_MEMBER_BYTES:
        raise _RefusedError("too-large", f"over {MAX_MEMBER_BYTES:,} bytes")
    key = unicodedata.normalize("NFC", "/".join(parts)).casefold()
    if key in names:
        raise _RefusedError("duplicate", "a member before it has that name, save for case")
    names.add(key)
    path = target.joinpath(*parts)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise _RefusedError("duplicate", "its name is taken by a folder or file") from error
    with os.fdopen(handle, "wb") as file:
        complete = _copy(member, file, budget)
    if not complete:
        path.unlink()
        raise _RefusedError("damaged", "it is damaged, or larger than the archive says")
    _set_time(path, member.modified, budget.modified)


def _copy(member: _Member, file: IO[bytes], budget: _Budget) -> bool:
    """Write the bytes of a member; whether they are sound and no more than stated."""
    size = 0
    try:
        source = member.open()
        if source is None:
            return False
        with source:
            while piece := source.read(_PIECE):
                size += len(piece)
                budget.add(len(piece))
                if size > min(member.size, MAX_MEMBER_BYTES):
                    return False
                file.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        return False
    return size == member.size


def safe_parts(name: str) -> tuple[str, ...]:
    """The folders and the file that a member's name names, none of them special.

    Raises _RefusedError for names that lead elsewhere or that some system reads as a device.
    """
    if _CONTROL.search(name):
        raise _RefusedError("unsafe-name", "its name holds control characters")
    plain = name.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        raise _RefusedError("unsafe-name", "its name is an absolute path")
    parts = tuple(part for part in plain.split("/") if part not in {"", "."})
    if ".." in parts:
        raise _RefusedError("unsafe-name", "its name leads out of the archive")
    if not parts:
        raise _RefusedError("unsafe-name", "it has no name")
    if any(part.partition(".")[0].strip().lower() in _DEVICES for part in parts):
        raise _RefusedError("unsafe-name", "its name is that of a device")
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    if max(sizes) > _MAX_PART_BYTES or sum(sizes) > _MAX_NAME_BYTES:
        raise _RefusedError("unsafe-name", "its name is too long")
    return parts


def _set_time(path: Path, stated: float, otherwise: float) -> None:
    """Give a file the time that the archive states, where that is one, else the archive's own."""
    known = 0 < stated < calendar.timegm((2100, 1, 1, 0, 0, 0))
    moment = stated if known else otherwise
    os.utime(path, (moment, moment))
