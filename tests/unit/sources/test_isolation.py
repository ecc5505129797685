"""Whatever a parser does in its child, the import gets documents or one ParseFailed with a code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import (
    Block,
    BlockKind,
    DocumentKind,
    Message,
    ParsedDocument,
    SaidAtOrigin,
)
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources.isolation import IsolatedParser, Isolation, Limits
from mem.sources.parsers.text import TextParser
from mem.sources.transfer import document_from, fields_of_document
from tests.unit.sources.helpers import entry_of

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
FULL = ParsedDocument(
    uri="x:1",
    kind=DocumentKind.CHAT,
    format="x",
    title="T",
    text="Zoë\n",
    blocks=(Block(BlockKind.PROSE, 0, 3, 1, ("H",), "page 1"),),
    messages=(
        Message("m", "Ada", "user", "Hi", datetime(2025, 1, 2, 3, 4), "s", True, 3, ("a.txt",)),
    ),
    said_at=datetime(2025, 1, 2, 3, 4, 5),
    said_at_origin=SaidAtOrigin.MESSAGE,
    tags=("t",),
    aliases=("a",),
    links=("l",),
    notices=("n",),
)


class Misbehaving:
    """Does what the file says."""

    name = "misbehaving"
    version = 3

    def sniff(self, path: Path, head: bytes) -> int:
        return 7

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        order = entry.path.read_text()
        if order == "memory":
            bytearray(10**10)
        elif order == "sleep":
            time.sleep(60)
        elif order == "spin":
            while True:
                pass
        elif order == "abort":
            os.abort()
        elif order == "exit":
            os._exit(0)
        elif order == "raise":
            raise KeyError(order)
        elif order == "print":
            print("noise", flush=True)
            os.write(1, b"\xff" * 100)
        elif order == "refuse":
            raise ParseFailed(str(entry.path), "it is not mine", code="mine")
        elif order == "unreadable":
            raise FileUnreadable(str(entry.path), "gone")
        elif order == "write":
            entry.path.with_name("written").write_text("out")
        yield FULL


@pytest.fixture
def isolation() -> Iterator[Isolation]:
    made = Isolation(Limits(seconds=20))
    yield made
    made.close()


def run(isolation: Isolation, folder: Path, order: str) -> list[ParsedDocument]:
    path = folder / "file"
    path.write_text(order)
    return list(IsolatedParser(Misbehaving(), isolation).parse(entry_of(path)))


def test_documents_arrive_whole(isolation: Isolation, tmp_path: Path) -> None:
    assert run(isolation, tmp_path, "") == [FULL]
    assert document_from(fields_of_document(FULL)) == FULL
    path = tmp_path / "Zoë.txt"
    path.write_text("One.\n\nTwo.")
    isolated = IsolatedParser(TextParser(), isolation)
    assert list(isolated.parse(entry_of(path))) == list(TextParser().parse(entry_of(path)))
    assert (isolated.name, isolated.version, isolated.sniff(path, b"x")) == ("text", 1, 50)


def test_one_child_serves_many_files_and_is_replaced_in_time(tmp_path: Path) -> None:
    isolation = Isolation(Limits(jobs=2))
    seen = []
    for _ in range(4):
        run(isolation, tmp_path, "")
        seen.append(isolation._idle.process.pid if isolation._idle else None)
    assert seen[0] is not None and seen[1] is None
    assert seen[2] not in {None, seen[0]} and seen[3] is None


@POSIX
@pytest.mark.parametrize(
    ("order", "code", "reason"),
    [
        ("memory", "parser-memory", "memory"),
        ("abort", "parser-crashed", "broke down"),
        ("exit", "parser-crashed", "broke down"),
        ("raise", "parser-crashed", "KeyError"),
        ("write", "parser-crashed", "OSError"),
        ("refuse", "mine", "it is not mine"),
    ],
)
def test_failures_have_a_code(
    isolation: Isolation, tmp_path: Path, order: str, code: str, reason: str
) -> None:
    with pytest.raises(ParseFailed) as failed:
        run(isolation, tmp_path, order)
    assert failed.value.code == code
    assert reason in failed.value.reason
    assert str(tmp_path / "file") in str(failed.value)
    # The next file is none the worse.
    assert run(isolation, tmp_path, "") == [FULL]
    written = tmp_path / "written"
    assert not written.exists() or written.stat().st_size == 0


@POSIX
@pytest.mark.parametrize("order", ["sleep", "spin"])
def test_time_is_limited(tmp_path: Path, order: str) -> None:
    isolation = Isolation(Limits(seconds=1))
    started = time.monotonic()
    with pytest.raises(ParseFailed) as failed:
        run(isolation, tmp_path, order)
    assert failed.value.code == "parser-timeout"
    assert time.monotonic() - started < 10


def test_unreadable_files_say_so(isolation: Isolation, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="gone"):
        run(isolation, tmp_path, "unreadable")


def test_what_is_printed_is_no_answer(isolation: Isolation, tmp_path: Path) -> None:
    assert run(isolation, tmp_path, "print") == [FULL]


def test_a_child_that_died_while_idle_is_replaced(isolation: Isolation, tmp_path: Path) -> None:
    run(isolation, tmp_path, "")
    assert isolation._idle is not None
    isolation._idle.process.kill()
    isolation._idle.process.wait()
    assert run(isolation, tmp_path, "") == [FULL]


def test_two_files_can_be_read_at_once(isolation: Isolation, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    parser = IsolatedParser(Misbehaving(), isolation)
    first, second = parser.parse(entry_of(path)), parser.parse(entry_of(path))
    assert next(first) == next(second) == FULL
    assert list(first) == list(second) == []


def test_a_reading_that_is_given_up_leaves_no_child(isolation: Isolation, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    reading = IsolatedParser(Misbehaving(), isolation).parse(entry_of(path))
    next(reading)
    del reading
    assert isolation._idle is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "secret"),
        ("text", 5),
        ("blocks", [["prose", 0, 99, 1, [], None]]),
        ("blocks", [["prose", 0]]),
        ("tags", "t"),
        ("said_at", "soon"),
        ("messages", [{}]),
    ],
)
def test_what_is_no_document_is_refused(key: str, value: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        document_from(fields_of_document(FULL) | {key: value})
