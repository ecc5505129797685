"""A folder to put a backup together in, or to take one apart, and files that appear whole.

Such a folder is its owner's alone and lies in the cache; that of a killed process is removed by
the next one. A file that is written outside the home appears under its name when it is whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mem.core.files import private_folder
from mem.errors import HomeNotWritable, NotWritten, PathMissing, StoreFull, TargetTaken
from mem.settings.leftovers import STAGE, is_alive, spool_prefix
from mem.settings.paths import Paths

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNFINISHED = re.compile(r"\.mem-(\d+)-.*\.part")


@contextmanager
def stage(paths: Paths) -> Iterator[Path]:
    """A private folder that is gone afterwards. Raises HomeNotWritable."""
    try:
        place = _place(paths.cache)
        folder = tempfile.TemporaryDirectory(prefix=spool_prefix(STAGE), dir=place)
    except OSError as error:
        raise HomeNotWritable(str(paths.cache), error.strerror or str(error)) from error
    with folder as name:
        yield Path(name)


def _place(cache: Path) -> Path | None:
    """The cache; the system's own place where the home cannot be written. Raises OSError."""
    standing = next(one for one in (cache, *cache.parents) if one.exists())
    if not os.access(standing, os.W_OK):
        return None
    private_folder(cache)
    return cache


@contextmanager
def filling(place: Path) -> Iterator[None]:
    """Turn a full disk into StoreFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull(str(place)) from error
        raise


@contextmanager
def appearing(target: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file, for its owner only, that takes the place of `target` when the body has ended well.

    Raises PathMissing, TargetTaken, NotWritten, StoreFull; nothing is left behind then.
    """
    if target.exists() and not force:
        raise TargetTaken(str(target))
    if not target.parent.is_dir():
        raise PathMissing(str(target.parent))
    _remove_unfinished(target.parent)
    fresh = target.with_name(f".mem-{os.getpid()}-{target.name[:100]}.part")
    try:
        with filling(target):
            with os.fdopen(_private(fresh), "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _put_in_place(fresh, target, force=force)
            _flush_folder(target.parent)
    except OSError as error:
        raise NotWritten(str(target), error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _private(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)


def _put_in_place(fresh: Path, target: Path, *, force: bool) -> None:
    """Raises TargetTaken where another process has made the file meanwhile."""
    if force:
        fresh.replace(target)
        return
    try:
        os.link(fresh, target)
    except FileExistsError as error:
        raise TargetTaken(str(target)) from error
    except OSError:
        # A drive without links.
        fresh.replace(target)


def _flush_folder(folder: Path) -> None:
    """Have the name on the disk as well, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_unfinished(folder: Path) -> None:
    """Remove what processes that are no more were writing in a folder."""
    with contextlib.suppress(OSError):
        for one in folder.iterdir():
            made = _UNFINISHED.fullmatch(one.name)
            if made and not is_alive(int(made[1])):
                one.unlink()
