"""Walking a folder: every file and folder met is either an entry or a `Skipped` with a code.

Nothing is opened but folders and `.memignore` files; links are not followed; nothing is written.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from mem.core.files import expanded
from mem.core.protocols import FileEntry
from mem.errors import PathMissing, WholeSystem
from mem.sources.textfile import well_formed

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_BYTES = 50 * 1024 * 1024
"""What a parser that holds a whole file reads at most, unless a setting says otherwise."""
STREAMED_BYTES = 4 * 1024**3
"""What any parser reads at most."""
IGNORE_FILE = ".memignore"
_MAX_IGNORE_BYTES = 1024 * 1024
# FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN and _RECALL_ON_DATA_ACCESS of Windows.
_NOT_HERE = 0x1000 | 0x40000 | 0x400000
_INLINE_BYTES = 4096

_IGNORED_FOLDERS = frozenset(
    {"node_modules", "__pycache__", "$RECYCLE.BIN", "System Volume Information", "lost+found"}
)
# By these a folder is known as a home of mem, or as the data folder of one.
_OWN = ("mem.db", os.path.join("data", "mem.db"))
_IGNORED_FILE = re.compile(
    r"\..*|.*~|~\$.*|#.*#|.*\.(?:swp|swo|swx|tmp|crdownload|part)|Thumbs\.db|desktop\.ini|Icon\r",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that a walk leaves out.

    code: symlink, ignored, ignored-folder, memignore, too-large, empty, special, unreadable,
    placeholder, repeated-folder or vanished. A folder left out stands for everything in it.
    """

    path: Path
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Rules:
    """The `.memignore` files in force in a folder: (folder, its patterns), outermost first."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether the innermost file with an opinion on `path` ignores it."""
        for base, spec in reversed(self.specs):
            relative = os.path.relpath(path, base).replace(os.sep, "/")
            verdict = spec.check_file(relative + "/" if folder else relative).include
            if verdict is not None:
                return verdict
        return False


@dataclass(frozen=True, slots=True)
class _Reach:
    """The part of a tree that a walk enters: the wanted paths and the folders on the way there."""

    wanted: frozenset[str]
    on_the_way: frozenset[str]

    @classmethod
    def to(cls, paths: Collection[Path]) -> _Reach:
        ways = {os.fspath(parent) for path in paths for parent in path.parents}
        return cls(frozenset(map(os.fspath, paths)), frozenset(ways))

    def within(self, folder: str, names: list[str]) -> list[str]:
        """Those names of `folder` that lead to what is wanted, or stand below it."""
        if any(above in self.wanted for above in (folder, *map(str, Path(folder).parents))):
            return names
        places = ((name, os.path.join(folder, name)) for name in names)
        return [name for name, at in places if at in self.wanted or at in self.on_the_way]


_Opened = tuple[str, Iterator[str], _Rules]


class _BadIgnoreFileError(Exception):
    """A `.memignore` that cannot be obeyed; the message says why."""


def walk(
    path: Path, *, max_bytes: int = MAX_BYTES, only: Collection[Path] | None = None
) -> Iterator[FileEntry | Skipped]:
    """The regular files of a folder (or the one file) at `path`, by name, depth first.

    `path` is resolved, so that one file has one path; what is named by `path` itself is never
    ignored for its name. With `only`, what stands at or below one of these absolute paths, judged
    as in a walk of everything. Memory grows with the widest folder, not with the tree.
    Raises PathMissing.
    """
    root = os.path.realpath(path)
    try:
        info = os.lstat(root)
    except OSError as error:
        raise PathMissing(well_formed(str(path))) from error
    if stat.S_ISDIR(info.st_mode):
        return _walk_folder(root, info, max_bytes, None if only is None else _Reach.to(only))
    return iter((_judge_file(root, info, max_bytes),))


def source_root(given: str | Path) -> Path:
    """The absolute path, links resolved, of what somebody names as a source.

    Raises PathMissing, and WholeSystem for the root of the file system: everything on a machine is
    never meant, and what the system's files say would bury the person's own. (The root of a further
    drive of Windows may well hold notes alone.)
    """
    try:
        root = expanded(given).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise PathMissing(well_formed(str(given))) from error
    further = os.name == "nt" and root.drive != os.environ.get("SYSTEMDRIVE", "C:")
    if root == root.parent and not further:
        raise WholeSystem(well_formed(str(given)), str(root))
    return root


def is_left_out_by_name(root: Path, path: Path, *, folder: bool) -> bool:
    """Whether a walk of `root` leaves `path` out for its name or that of a folder on the way."""
    *above, last = path.relative_to(root).parts or ("",)
    if any(name.startswith(".") or name in _IGNORED_FOLDERS for name in above):
        return True
    if folder:
        return last.startswith(".") or last in _IGNORED_FOLDERS
    return last != IGNORE_FILE and _IGNORED_FILE.fullmatch(last) is not None


def file_uri(path: Path) -> str:
    """`file://` URI of an absolute path; bytes that are not UTF-8 survive percent-encoded."""
    return path.as_uri()


def path_of(uri: str) -> Path:
    """The path that `file_uri` made `uri` from. Raises ValueError for another kind of URI."""
    if not uri.startswith("file://"):
        raise ValueError(f"{uri!r} is not a file URI")
    name = os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))
    if os.name == "nt" and re.match(r"/[A-Za-z]:", name):
        name = name[1:]
    return Path(name)


def _walk_folder(
    root: str, info: os.stat_result, max_bytes: int, reach: _Reach | None
) -> Iterator[FileEntry | Skipped]:
    visited = {(info.st_dev, info.st_ino)}
    stack: list[_Opened] = []
    opened: _Opened | Skipped | None = _open_folder(root, _Rules(), reach)
    while True:
        if isinstance(opened, Skipped):
            yield opened
        elif opened is not None:
            stack.append(opened)
        opened = None
        if not stack:
            return
        folder, names, rules = stack[-1]
        name = next(names, None)
        if name is None:
            stack.pop()
            continue
        found = _judge(os.path.join(folder, name), name, rules, max_bytes, visited)
        if isinstance(found, str):
            opened = _open_folder(found, rules, reach)
        else:
            yield found


def _open_folder(folder: str, rules: _Rules, reach: _Reach | None) -> _Opened | Skipped:
    """The folder's names in order, those within `reach`, and the rules in force inside it."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
        if IGNORE_FILE in names:
            rules = _with_ignore_file(folder, rules)
    except OSError as error:
        return Skipped(Path(folder), "unreadable", error.strerror or type(error).__name__)
    except _BadIgnoreFileError as error:
        return Skipped(Path(folder), "unreadable", str(error))
    return folder, iter(names if reach is None else reach.within(folder, names)), rules


def _with_ignore_file(folder: str, rules: _Rules) -> _Rules:
    """`rules` and those of the folder's own ignore file.

    A file that cannot be obeyed to the letter raises _BadIgnoreFileError: taking in what someone
    meant to keep out is worse than leaving the folder out.
    """
    import pathspec

    path = os.path.join(folder, IGNORE_FILE)
    info = os.lstat(path)
    if not stat.S_ISREG(info.st_mode) or info.st_size > _MAX_IGNORE_BYTES:
        raise _BadIgnoreFileError(f"its {IGNORE_FILE} is not a plain file of at most 1 MiB")
    lines = Path(path).read_text("utf-8-sig", "surrogateescape").splitlines()
    try:
        spec = pathspec.GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise _BadIgnoreFileError(f"its {IGNORE_FILE} has a pattern that cannot be read") from error
    return _Rules((*rules.specs, (folder, spec)))


def _judge(
    path: str, name: str, rules: _Rules, max_bytes: int, visited: set[tuple[int, int]]
) -> FileEntry | Skipped | str:
    """What becomes of one name: an entry, a skip, or the path of a folder to go into."""
    try:
        info = os.lstat(path)
    except FileNotFoundError:
        return Skipped(Path(path), "vanished", "it was removed during the walk")
    except OSError as error:
        return Skipped(Path(path), "unreadable", error.strerror or type(error).__name__)
    reason = _left_out(path, name, info.st_mode, rules)
    if reason is not None:
        return Skipped(Path(path), *reason)
    if not stat.S_ISDIR(info.st_mode):
        return _judge_file(path, info, max_bytes)
    identity = (info.st_dev, info.st_ino)
    if info.st_ino and identity in visited:
        return Skipped(Path(path), "repeated-folder", "the same folder was met before")
    visited.add(identity)
    return path


def _left_out(path: str, name: str, mode: int, rules: _Rules) -> tuple[str, str] | None:
    """Code and reason where a name is left out for what it is called or where it stands."""
    folder = stat.S_ISDIR(mode)
    if stat.S_ISLNK(mode):
        return "symlink", "links are not followed"
    if folder and (name.startswith(".") or name in _IGNORED_FOLDERS):
        return "ignored-folder", "hidden or machine-made folder"
    if folder and any(os.access(os.path.join(path, own), os.F_OK) for own in _OWN):
        return "ignored-folder", "a memory that mem keeps"
    if not folder and _IGNORED_FILE.fullmatch(name):
        return "ignored", "hidden or temporary file"
    if rules.ignores(path, folder=folder):
        return "memignore", f"a {IGNORE_FILE} file leaves it out"
    return None


def is_placeholder(info: os.stat_result) -> bool:
    """Whether a file of a cloud drive has a size but no content here, which reading would fetch.

    Windows says so in attributes; elsewhere the file takes no room on the disk. Small files are
    never taken for one: file systems keep those where they take no room of their own.
    """
    attributes = getattr(info, "st_file_attributes", 0)
    if attributes & _NOT_HERE:
        return True
    blocks = getattr(info, "st_blocks", 1)
    return blocks == 0 and info.st_size > _INLINE_BYTES


def _judge_file(path: str, info: os.stat_result, max_bytes: int) -> FileEntry | Skipped:
    if not stat.S_ISREG(info.st_mode):
        return Skipped(Path(path), "special", "a pipe, socket or device")
    if info.st_size == 0:
        return Skipped(Path(path), "empty", "it holds nothing")
    if is_placeholder(info):
        return Skipped(Path(path), "placeholder", "its content is not on this machine yet")
    if info.st_size > max_bytes:
        reason = f"{info.st_size:,} bytes, the limit is {max_bytes:,}"
        return Skipped(Path(path), "too-large", reason)
    return FileEntry(Path(path), info.st_size, info.st_mtime_ns, info.st_ino)
