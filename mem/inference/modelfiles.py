"""The model files of a home: `NAME.gguf` below `models/`, and the record of what each must be.

A recorded hash outlives its file: a later download of the same name must give the same bytes. A
file counts as there only when it is recorded, has the recorded size, and hashes to the record when
its modification time has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from mem.core.files import private_folder, replace_text
from mem.errors import (
    FileUnreadable,
    HomeNotWritable,
    LanguageModelUnusable,
    ModelRefused,
    NoLanguageModel,
    NotEnoughSpace,
    PathMissing,
)
from mem.inference.checksums import sha256_of

Progress = Callable[[str, int, int], None]
"""Hears what is done ("fetching", "checking", "copying"), bytes done, and bytes in all."""

MAGIC: Final = b"GGUF"
_BLOCK: Final = 1 << 20
_RESERVE: Final = 100_000_000
"""Bytes that stay free on the device for everything else."""


def quiet(doing: str, done: int, total: int) -> None:
    """A `Progress` that says nothing."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a file: where it came from, and what it must be.

    `size` in bytes; `modified` is its modification time in nanoseconds when it was last hashed;
    `trusted` where a person vouched for it.
    """

    name: str
    sha256: str
    size: int
    modified: int
    origin: str
    revision: str
    licence: str
    trusted: bool
    added_at: str


class ModelFolder:
    """The folder `models/` of one home and its `models.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._book = folder / "models.json"

    def path(self, name: str) -> Path:
        """Where the file of `name` lies, whether it does or not."""
        return self.folder / f"{name}.gguf"

    def has(self, name: str) -> bool:
        """Whether the file is there and recorded."""
        return name in self.records() and self.path(name).is_file()

    def records(self) -> dict[str, Record]:
        """All records by name, files gone or not. Raises LanguageModelUnusable."""
        try:
            found = json.loads(self._book.read_text(encoding="utf-8"))
            return {one["name"]: Record(**_known(one)) for one in found["models"]}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = "the record of the model files cannot be read; remove it and pull them again"
            raise LanguageModelUnusable(str(self._book), reason) from error

    def checked(self, name: str) -> Path:
        """The file of `name`. Raises NoLanguageModel where it is not there, LanguageModelUnusable
        where it is another one than recorded.
        """
        record, path = self.records().get(name), self.path(name)
        if record is None or not path.is_file():
            raise NoLanguageModel(
                f"the model {name} is not on this machine (`mem model pull {name}` fetches it)"
            )
        state = path.stat()
        if (state.st_size, state.st_mtime_ns) == (record.size, record.modified):
            return path
        if state.st_size != record.size or sha256_of(path) != record.sha256:
            reason = "the file is not the one that was recorded; remove it and pull it again"
            raise LanguageModelUnusable(str(path), reason)
        if os.access(self._book, os.W_OK):
            self.write(replace(record, modified=state.st_mtime_ns))
        return path

    def keep(self, part: Path, record: Record) -> Path:
        """Make the finished `part` the file of `record`. Raises HomeNotWritable."""
        path = self.path(record.name)
        with self.writing():
            with part.open("rb") as stream:
                os.fsync(stream.fileno())
            part.chmod(0o600)
            self.write(replace(record, modified=part.stat().st_mtime_ns))
            part.replace(path)
        return path

    def remove(self, name: str) -> int:
        """Delete the file and what an interrupted download left; returns the bytes freed.

        The hash of a file that was downloaded stays recorded. Raises HomeNotWritable.
        """
        freed = 0
        with self.writing():
            for path in (self.path(name), *self.parts(name)):
                if path.is_file():
                    freed += path.stat().st_size
                    path.unlink()
            record = self.records().get(name)
            if record is not None and not record.revision:
                self._save([one for one in self.records().values() if one.name != name])
        return freed

    def parts(self, name: str) -> list[Path]:
        """What interrupted downloads of `name` left."""
        return sorted(
            path
            for path in self.folder.glob("*.part")
            if path.name.removesuffix(".part").rpartition(".")[0] == name
        )

    def part(self, name: str, mark: str) -> Path:
        """Where a download of `name` is collected; parts of another content are removed."""
        key = hashlib.sha256(mark.encode()).hexdigest()[:16]
        wanted = self.folder / f"{name}.{key}.part"
        with self.writing():
            for other in self.parts(name):
                if other != wanted:
                    other.unlink()
        return wanted

    def require_room(self, needed: int) -> None:
        """Raises NotEnoughSpace where the device has no room for so many bytes more."""
        free = shutil.disk_usage(self.folder).free
        if needed + _RESERVE > free:
            raise NotEnoughSpace(str(self.folder), needed + _RESERVE, free)

    def write(self, record: Record) -> None:
        """Put a record in place of the one of its name. Raises HomeNotWritable."""
        self._save([*(one for one in self.records().values() if one.name != record.name), record])

    def _save(self, records: list[Record]) -> None:
        content = {"models": [asdict(one) for one in sorted(records, key=lambda one: one.name)]}
        with self.writing():
            replace_text(self._book, json.dumps(content, indent=1))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and be the only process that adds to it. Raises HomeNotWritable,
        ModelRefused where another one does.
        """
        from filelock import FileLock, Timeout

        with self.writing():
            private_folder(self.folder)
        lock = FileLock(self.folder / ".lock", timeout=0, mode=0o600)
        try:
            with self.writing():
                lock.acquire()
        except Timeout as error:
            raise ModelRefused(
                f"{self.folder}: another process takes in a model. Try again when it has finished."
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turns a refusal of the file system into HomeNotWritable."""
        try:
            yield
        except TimeoutError:
            raise
        except OSError as error:
            place = str(error.filename or self.folder)
            raise HomeNotWritable(place, error.strerror or str(error)) from error


def _known(shape: dict[str, Any]) -> dict[str, Any]:
    """Only what a record has, so that an older `mem` reads what a newer one wrote."""
    names = {field.name for field in fields(Record)}
    return {key: value for key, value in shape.items() if key in names}


def require_gguf(path: Path) -> None:
    """Raises PathMissing, FileUnreadable, LanguageModelUnusable where `path` is no GGUF file."""
    try:
        with path.open("rb") as stream:
            head = stream.read(len(MAGIC))
    except FileNotFoundError as error:
        raise PathMissing(str(path)) from error
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or str(error)) from error
    if head != MAGIC:
        raise LanguageModelUnusable(str(path), "it is not a GGUF file")


def file_hash(path: Path, progress: Progress = quiet) -> str:
    """SHA-256 of the file's bytes, in hexadecimal digits. Raises OSError."""
    total = path.stat().st_size
    return sha256_of(path, lambda done: progress("checking", done, total))


def copy_hashed(path: Path, target: Path, progress: Progress = quiet) -> str:
    """Copy a file and return the SHA-256 of what was written. Raises OSError."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as stream, target.open("wb") as copy:
        while block := stream.read(_BLOCK):
            digest.update(block)
            copy.write(block)
            done += len(block)
            progress("copying", done, total)
    return digest.hexdigest()
