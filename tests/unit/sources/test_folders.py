"""The walk: every name is an entry or a skip with a code, and nothing is followed twice."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mem.core.protocols import FileEntry
from mem.errors import PathMissing, WholeSystem
from mem.sources.folders import MAX_BYTES, Skipped, file_uri, path_of, source_root, walk


def write(path: Path, text: str = "words\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def seen(root: Path, *, max_bytes: int = MAX_BYTES) -> dict[str, str]:
    """Relative path → "entry" or the code it was skipped with."""
    base = Path(os.path.realpath(root))
    return {
        found.path.relative_to(base).as_posix(): getattr(found, "code", "entry")
        for found in walk(root, max_bytes=max_bytes)
    }


def test_files_come_sorted_depth_first(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.md", "a/b/c.md", "c.md"):
        write(tmp_path / name)
    assert list(seen(tmp_path)) == ["a/b/c.md", "a/z.md", "b.md", "c.md"]


def test_an_entry_carries_size_time_and_inode(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", "12345")
    info = path.stat()
    assert list(walk(path)) == [FileEntry(path, 5, info.st_mtime_ns, info.st_ino)]


def test_hidden_and_machine_made_things_leave_one_line_each(tmp_path: Path) -> None:
    for name in (".git/a", ".obsidian/x.json", "node_modules/b/c.js", "note.md"):
        write(tmp_path / name)
    for name in (".DS_Store", "note.md~", ".note.md.swp", "~$letter.docx"):
        write(tmp_path / name)
    assert seen(tmp_path) == {
        ".git": "ignored-folder",
        ".obsidian": "ignored-folder",
        "node_modules": "ignored-folder",
        ".DS_Store": "ignored",
        ".note.md.swp": "ignored",
        "note.md~": "ignored",
        "~$letter.docx": "ignored",
        "note.md": "entry",
    }


def test_a_home_of_mem_is_left_out_of_a_folder_that_holds_it(tmp_path: Path) -> None:
    for name in ("home/data/mem.db", "home/cache/bench/conversation.jsonl", "home/config.toml"):
        write(tmp_path / name)
    for name in ("share/mem/mem.db", "data/note.md"):
        write(tmp_path / name)
    assert seen(tmp_path) == {
        "data/note.md": "entry",
        "home": "ignored-folder",
        "share/mem": "ignored-folder",
    }


def test_what_is_named_itself_is_taken_even_if_hidden(tmp_path: Path) -> None:
    write(tmp_path / ".diary" / "a.md")
    assert seen(tmp_path / ".diary") == {"a.md": "entry"}


def test_memignore_files_nest_and_negate(tmp_path: Path) -> None:
    write(tmp_path / ".memignore", "*.log\nprivate/\n/top.md\n!keep.log\n")
    write(tmp_path / "sub" / ".memignore", "!b.log\nc.md\n")
    for name in ("a.log", "keep.log", "private/x.md", "top.md", "sub/top.md", "sub/b.log"):
        write(tmp_path / name)
    write(tmp_path / "sub" / "c.md")
    assert seen(tmp_path) == {
        ".memignore": "ignored",
        "a.log": "memignore",
        "keep.log": "entry",
        "private": "memignore",
        "top.md": "memignore",
        "sub/.memignore": "ignored",
        "sub/top.md": "entry",
        "sub/b.log": "entry",
        "sub/c.md": "memignore",
    }


def test_a_memignore_that_cannot_be_obeyed_keeps_its_folder_out(tmp_path: Path) -> None:
    write(tmp_path / "a" / "secret.md")
    (tmp_path / "a" / ".memignore").mkdir()
    write(tmp_path / "b" / "secret.md")
    write(tmp_path / "b" / ".memignore", "!\n")
    assert seen(tmp_path) == {"a": "unreadable", "b": "unreadable"}


def test_sizes_and_special_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "big.txt", "x" * 11)
    write(tmp_path / "empty.txt", "")
    write(tmp_path / "fits.txt", "x" * 10)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)
        server.bind("socket")
    assert seen(tmp_path, max_bytes=10) == {
        "big.txt": "too-large",
        "empty.txt": "empty",
        "fits.txt": "entry",
        "pipe": "special",
        "socket": "special",
    }


def test_links_inside_are_not_followed_but_a_named_link_is(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.md")
    (tmp_path / "real" / "loop").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "b.md").symlink_to("a.md")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = {item.path: getattr(item, "code", "entry") for item in walk(tmp_path / "link")}
    real = Path(os.path.realpath(tmp_path)) / "real"
    assert found == {real / "a.md": "entry", real / "b.md": "symlink", real / "loop": "symlink"}


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathMissing, match=r"nowhere\.md"):
        walk(tmp_path / "nowhere.md")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere.md")
    with pytest.raises(PathMissing):
        walk(tmp_path / "dangling")


def test_the_whole_file_system_is_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "notes").mkdir()
    assert source_root("~") == source_root("~/notes/..") == tmp_path.resolve()
    (tmp_path / "root").symlink_to("/")
    for given in ("/", "//", str(tmp_path / "root"), "/" + "../" * 3):
        with pytest.raises(WholeSystem, match="Name the folders that hold your notes"):
            source_root(given)
    with pytest.raises(WholeSystem, match=r"root is /: the whole file system"):
        source_root("~/root")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_without_permission_is_reported(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    try:
        assert seen(tmp_path) == {"locked": "unreadable"}
    finally:
        locked.chmod(0o700)


def test_a_deep_tree_needs_no_recursion(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(1100):
        deep = deep / "d"
        deep.mkdir()
    write(deep / "a.md")
    try:
        assert [type(found) for found in walk(tmp_path)] == [FileEntry]
    finally:
        # pytest's own removal is recursive.
        (deep / "a.md").unlink()
        while deep != tmp_path:
            deep.rmdir()
            deep = deep.parent


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 #1%.md")).write_text("x")
    except OSError:
        pytest.skip("this file system allows UTF-8 names only")
    (found,) = walk(tmp_path)
    uri = file_uri(found.path)
    assert uri.endswith("/caf%E9%20%231%25.md")
    assert path_of(uri) == found.path
    assert not isinstance(found, Skipped)


def test_only_file_uris_have_a_path() -> None:
    with pytest.raises(ValueError, match="chatgpt:1"):
        path_of("chatgpt:1")
