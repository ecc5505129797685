"""The file of a backup: a zip with a manifest that names every other member, its size and hash.

What is read from one goes to places of our own choosing, never to a name that stands in it, and no
more of it than its manifest says. The manifest comes first, so that the file is known by its start.
"""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from mem.errors import BackupDamaged, BackupTooNew, NotABackup
from mem.sources.sniffing import BACKUP_MANIFEST

FORMAT: Final = "mem-backup"
VERSION: Final = 1
MANIFEST: Final = BACKUP_MANIFEST
STORE, SETTINGS, VAULT, VAULT_KEY = "mem.db", "config.toml", "vault.json", "vault-key.json"
MEMBERS: Final = (STORE, SETTINGS, VAULT, VAULT_KEY)
_BLOCK = 1024 * 1024
_MOST_MANIFEST = 1024 * 1024
# A small file, such as the settings.
_MOST_SMALL = 64 * 1024 * 1024
# A store is words and vectors; one that packs better than this is no store.
_MOST_PACKED = 200
_PACKING = 1  # the quickest: vectors pack badly, words well enough

OnProgress = Callable[[int, int], None]
_UNSOUND = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError),
    *(struct.error, KeyError, TypeError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a backup; `size` in bytes, `sha256` of them in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `made_at` is UTC, `steps` are the migrations of its store."""

    made_at: str
    mem: str
    steps: tuple[str, ...]
    counts: Mapping[str, int]
    members: tuple[Member, ...]

    def member(self, name: str) -> Member | None:
        """The member called so."""
        return next((one for one in self.members if one.name == name), None)

    def text(self) -> str:
        """As it stands in the file."""
        said = asdict(self)
        said["migrations"] = said.pop("steps")
        head = {"format": FORMAT, "version": VERSION, "encrypted": False}
        return json.dumps(head | said, indent=1)


def measured(name: str, path: Path) -> Member:
    """The member that a file makes. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Member(name, size, digest.hexdigest())


def write(
    target: IO[bytes],
    manifest: Manifest,
    files: Mapping[str, Path],
    on_progress: OnProgress = lambda done, total: None,
) -> None:
    """Write a backup of those files, by member's name. Raises OSError."""
    at = datetime.fromisoformat(manifest.made_at).timetuple()[:6]
    total, done = sum(one.size for one in manifest.members), 0
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(_entry(MANIFEST, at, packed=False), manifest.text())
        for member in manifest.members:
            entry = _entry(member.name, at, packed=True)
            with (
                files[member.name].open("rb") as file,
                archive.open(entry, "w", force_zip64=True) as packed,
            ):
                while block := file.read(_BLOCK):
                    packed.write(block)
                    done += len(block)
                    on_progress(done, total)


def _entry(name: str, at: Sequence[int], *, packed: bool) -> zipfile.ZipInfo:
    year, *rest = at
    entry = zipfile.ZipInfo(name, (max(year, 1980), *rest))  # type: ignore[arg-type]
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    # The level of `writestr` and `open` in every version of Python that there is.
    entry._compresslevel = _PACKING  # type: ignore[attr-defined]
    return entry


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Turn what a file that is no sound backup causes into BackupDamaged."""
    try:
        yield
    except _UNSOUND as error:
        raise BackupDamaged(str(path), _reason(error)) from error


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def is_backup(path: Path) -> bool:
    """Whether a file begins as a backup does. Raises OSError."""
    with path.open("rb") as file:
        return file.read(30 + len(MANIFEST))[30:] == MANIFEST.encode()


@contextmanager
def opened(path: Path, place: Path | None = None) -> Iterator[tuple[zipfile.ZipFile, Any]]:
    """The archive at `path` and what its manifest says; `place` is what errors name.

    Raises NotABackup, BackupDamaged, BackupTooNew, OSError.
    """
    place = place or path
    if not is_backup(path):
        raise NotABackup(str(place))
    with sound(place), zipfile.ZipFile(path) as archive:
        said = _said(archive)
        if said.get("format") != FORMAT:
            raise ValueError("its manifest is of something else")
        if int(said["version"]) > VERSION:
            raise BackupTooNew(str(place), str(said.get("mem", "")), "another format of backups")
        yield archive, said


def _said(archive: zipfile.ZipFile) -> dict[str, Any]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if names[:1] != [MANIFEST] or len(set(names)) != len(names) or len(names) > len(MEMBERS) + 1:
        raise ValueError("its members are not those of a backup")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.is_dir():
            raise ValueError(f"{entry.filename!r} is not a plain file")
    if entries[0].file_size > _MOST_MANIFEST:
        raise ValueError("its manifest is too large")
    said = json.loads(archive.read(MANIFEST))
    if not isinstance(said, dict):
        raise TypeError("its manifest is no object")
    return said


def manifest_of(archive: zipfile.ZipFile, said: Mapping[str, Any]) -> Manifest:
    """The manifest, checked against the archive's own directory. Raises what `sound` turns."""
    members = tuple(
        Member(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in said["members"]
    )
    entries = {one.filename: one for one in archive.infolist() if one.filename != MANIFEST}
    if sorted(one.name for one in members) != sorted(entries) or not set(entries) <= set(MEMBERS):
        raise ValueError("its members are not those that its manifest names")
    if STORE not in entries:
        raise ValueError("it holds no store")
    for one in members:
        packed = max(entries[one.name].compress_size, 1)
        if entries[one.name].file_size != one.size or one.size < 0:
            raise ValueError(f"{one.name} has another size than its manifest says")
        small = one.size <= _MOST_SMALL
        if not small and (one.name != STORE or one.size > packed * _MOST_PACKED):
            raise ValueError(f"{one.name} is larger than any such file")
    counts = {str(name): int(count) for name, count in dict(said["counts"]).items()}
    steps = tuple(str(one) for one in said["migrations"])
    made_at = str(said["made_at"])
    datetime.fromisoformat(made_at)
    return Manifest(made_at, str(said["mem"]), steps, counts, members)


def take_out(
    archive: zipfile.ZipFile,
    member: Member,
    target: IO[bytes],
    on_block: Callable[[int], None] = lambda size: None,
) -> None:
    """Write a member to `target`, no byte more than it should have. Raises what `sound` turns."""
    digest, left = hashlib.sha256(), member.size
    with archive.open(member.name) as packed:
        while block := packed.read(min(_BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                break
            digest.update(block)
            target.write(block)
            on_block(len(block))
    if left or digest.hexdigest() != member.sha256:
        raise ValueError(f"{member.name} is not what its manifest says")
