"""Members come out under stable names; a hostile archive gives one line and a code, no file."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import ParsedDocument
from mem.errors import InputError, ParseFailed
from mem.settings.leftovers import UNPACKED, spool_prefix
from mem.sources.archives import ArchiveParser
from mem.sources.builtin import parsers
from mem.sources.folders import file_uri
from mem.sources.kinds import unread_kind
from mem.sources.sniffing import HEAD_BYTES, choose
from tests.unit.sources.helpers import entry_of
from tests.unit.sources.test_pdf import pdf

NOTE = b"# Boiler\n\nIt is at 1.3 bar.\n"
Members = list[tuple[str, bytes]]


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def tarred(*members: tuple[str | tarfile.TarInfo, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tar_entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache"


def read(scratch: Path, name: str, content: bytes) -> list[ParsedDocument]:
    """The documents of a file of that name and content, by whichever parser takes it."""
    path = scratch.parent.parent / name
    path.write_bytes(content)
    parser = choose(parsers(scratch), path, content[:HEAD_BYTES])
    if parser is None:
        code, reason = unread_kind(path, content[:HEAD_BYTES])
        raise ParseFailed(str(path), reason, code=code)
    return list(parser.parse(entry_of(path)))


def parser_of(scratch: Path) -> ArchiveParser:
    return ArchiveParser(parsers(scratch), scratch)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.zip", zipped(("notes/a b.md", NOTE), ("b.txt", b"Plain."))),
        ("export.tar", tarred(("notes/a b.md", NOTE), ("b.txt", b"Plain."))),
        ("export.tgz", tarred(("notes/a b.md", NOTE), ("b.txt", b"Plain."), mode="w:gz")),
        ("export.tar.bz2", tarred(("notes/a b.md", NOTE), ("b.txt", b"Plain."), mode="w:bz2")),
        ("export.tar.xz", tarred(("notes/a b.md", NOTE), ("b.txt", b"Plain."), mode="w:xz")),
        ("export", tarred(("notes/a b.md", NOTE), ("b.txt", b"Plain."), mode="w:gz")),
    ],
)
def test_members_have_uris_that_stay(scratch: Path, name: str, content: bytes) -> None:
    documents = read(scratch, name, content)
    archive = file_uri(scratch.parent.parent / name)
    assert [(one.uri, one.title) for one in documents] == [
        (f"{archive}!/b.txt", "b"),
        (f"{archive}!/notes/a%20b.md", "Boiler"),
    ]
    os.utime(scratch.parent.parent / name, (10**9, 10**9))
    again = list(parser_of(scratch).parse(entry_of(scratch.parent.parent / name)))
    assert again == list(parser_of(scratch).parse(entry_of(scratch.parent.parent / name)))
    assert [one.uri for one in again] == [one.uri for one in documents]
    assert (
        again[1].said_at
        == {
            True: datetime(1980, 1, 1),  # what a zip states where nobody gave it a time
            False: datetime.fromtimestamp(10**9),
        }[name.endswith(".zip")]
    )
    assert list(scratch.iterdir()) == []


def test_the_time_of_a_member_is_kept(scratch: Path) -> None:
    info = zipfile.ZipInfo("a.md", (2021, 3, 4, 5, 6, 8))
    (document,) = read(scratch, "a.zip", zipped((info, NOTE)))
    assert document.said_at == datetime(2021, 3, 4, 5, 6, 8)


def test_exports_are_their_conversations(scratch: Path) -> None:
    node = {"id": "n", "message": {"author": {"role": "user"}, "content": {"parts": ["Hello"]}}}
    node["message"]["content"]["content_type"] = "text"  # type: ignore[index]
    tree = [{"id": "c1", "title": "T", "current_node": "n", "mapping": {"n": node}}]
    content = zipped(("conversations.json", json.dumps(tree).encode()), ("photo.png", b"\x89PNG"))
    (document,) = read(scratch, "chatgpt.zip", content)
    assert document.uri == "chatgpt:c1"
    assert [one.text for one in document.messages] == ["Hello"]
    assert document.notices == ("left out: photo.png: no importer reads a picture (unsupported)",)


def test_parts_of_one_conversation_are_joined(scratch: Path) -> None:
    def mail(number: int, text: str) -> bytes:
        return (
            f"From: a@b.c\nMessage-ID: <{number}@x>\nReferences: <1@x>\nSubject: S{number}\n"
            f"Date: Mon, {10 - number} May 2025 09:30:00 +0200\n\n{text}\n"
        ).encode()

    content = tarred(
        ("Maildir/cur/1.a:2,S", mail(1, "Later.")),
        ("Maildir/cur/2.b:2,", mail(2, "Earlier.")),
        ("Maildir/new/3.c", mail(2, "Earlier.")),
    )
    (document,) = read(scratch, "mail.tar", content)
    assert [one.text for one in document.messages] == ["Earlier.", "Later."]


def test_a_slack_export_has_one_document_a_channel(scratch: Path) -> None:
    def day(second: int, text: str) -> bytes:
        record = {"type": "message", "user": "U1", "text": text, "ts": f"{second}.000100"}
        return json.dumps([record]).encode()

    users = [{"id": "U1", "team_id": "T1", "name": "ada", "profile": {"real_name": "Ada"}}]
    content = zipped(
        ("general/2023-11-14.json", day(1_700_000_000, "One.")),
        ("general/2023-11-15.json", day(1_700_090_000, "Two.")),
        ("users.json", json.dumps(users).encode()),
    )
    (document,) = read(scratch, "slack.zip", content)
    assert [(one.speaker, one.text) for one in document.messages] == [
        ("Ada", "One."),
        ("Ada", "Two."),
    ]
    assert document.notices == ()


def test_the_version_follows_the_formats_inside() -> None:
    few, all_of_them = ArchiveParser(parsers()[:2]), ArchiveParser(parsers())
    assert all_of_them.version > few.version > ArchiveParser([]).version


def test_leftovers_of_a_killed_import_are_removed(scratch: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    living = f"{spool_prefix(UNPACKED)}abc"
    for name in (f"{UNPACKED}{dead.pid}-abc", living):
        (scratch / name).mkdir(parents=True)
    read(scratch, "a.zip", zipped(("a.md", NOTE)))
    assert [path.name for path in scratch.iterdir()] == [living]


def bomb_of_nested_zips() -> bytes:
    inner = zipped(("zeros", b"\0" * 1_000_000))
    for _ in range(5):
        inner = zipped(*((f"{number}.zip", inner) for number in range(10)))
    return inner


def overlapping() -> bytes:
    """Two members that share their bytes (the central directory names one place twice)."""
    content = bytearray(zipped(("a.md", NOTE), ("b.md", NOTE)))
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(content)


def lying_size() -> bytes:
    """A member larger than its header says."""
    content = bytearray(zipped(("a.md", NOTE * 1000)))
    directory = content.index(b"PK\x01\x02")
    for place in (22, directory + 24):
        content[place : place + 4] = struct.pack("<I", 10)
    return bytes(content)


def with_nul() -> bytes:
    return zipped(("aXevil.md", NOTE)).replace(b"aXevil.md", b"a\0evil.md")


def encrypted() -> bytes:
    content = bytearray(zipped(("a.md", NOTE)))
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    return bytes(content)


def pax_bomb() -> bytes:
    """A gzipped tar whose extended header claims, and holds, a gigabyte."""
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 2**30
    packed = io.BytesIO()
    with gzip.open(packed, "wb", 1) as file:
        file.write(info.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(64):
            file.write(b"\0" * 2**20)
    return packed.getvalue()


def many_members() -> bytes:
    return zipped(*((f"{number}.md", b"x") for number in range(10_001)))


LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
# Name of the file, what makes its content, the code of what is left out; "" where all is refused.
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "slip": ("a.zip", lambda: zipped(("../../evil.md", NOTE)), "unsafe-name"),
    "slip-inside": ("a.zip", lambda: zipped(("a/../../../evil.md", NOTE)), "unsafe-name"),
    "slip-backslash": ("a.zip", lambda: zipped(("..\\..\\evil.md", NOTE)), "unsafe-name"),
    "tar-slip": ("a.tar", lambda: tarred(("../../evil.md", NOTE)), "unsafe-name"),
    "absolute": ("a.zip", lambda: zipped(("/tmp/evil.md", NOTE)), "unsafe-name"),
    "tar-absolute": ("a.tar", lambda: tarred(("/tmp/evil.md", NOTE)), "unsafe-name"),
    "drive": ("a.zip", lambda: zipped(("C:\\evil.md", NOTE)), "unsafe-name"),
    "network": ("a.zip", lambda: zipped(("\\\\host\\share\\evil.md", NOTE)), "unsafe-name"),
    "zip-link": (
        "a.zip",
        lambda: zipped((zip_entry("evil.md", stat.S_IFLNK | 0o777), b"/etc/passwd")),
        "link",
    ),
    "tar-symlink": (
        "a.tar",
        lambda: tarred((tar_entry("e", LINKS[0], "/etc/passwd"), b"")),
        "link",
    ),
    "tar-hardlink": (
        "a.tar",
        lambda: tarred((tar_entry("e", LINKS[1], "/etc/passwd"), b"")),
        "link",
    ),
    "through-a-link": (
        "a.tar",
        lambda: tarred((tar_entry("d", LINKS[0], "/tmp"), b""), ("d/../../evil.md", NOTE)),
        "empty",
    ),
    "pipe": ("a.tar", lambda: tarred((tar_entry("p", tarfile.FIFOTYPE), b"")), "special"),
    "device": ("a.tar", lambda: tarred((tar_entry("p", tarfile.CHRTYPE), b"")), "special"),
    "zip-device": ("a.zip", lambda: zipped((zip_entry("p", stat.S_IFCHR), NOTE)), "special"),
    "device-name": ("a.zip", lambda: zipped(("CON.md", NOTE)), "unsafe-name"),
    "device-folder": ("a.zip", lambda: zipped(("aux/a.md", NOTE)), "unsafe-name"),
    "nul": ("a.zip", with_nul, "unsafe-name"),
    "control": ("a.zip", lambda: zipped(("a\x1b]0;x\x07.md", NOTE)), "unsafe-name"),
    "long-name": ("a.zip", lambda: zipped(("x" * 300 + ".md", NOTE)), "unsafe-name"),
    "zeros": ("a.zip", lambda: zipped(("a.md", b"\0" * 20_000_000)), "archive-bomb"),
    "many-zeros": (
        "a.zip",
        lambda: zipped(*((f"{number}.md", b"\0" * 3_000_000) for number in range(8))),
        "archive-bomb",
    ),
    "tar-zeros": (
        "a.tgz",
        lambda: tarred(("a.md", b"\0" * 20_000_000), mode="w:gz"),
        "archive-bomb",
    ),
    "tar-large": (
        "a.txz",
        lambda: tarred(("a.md", b"\0" * 60_000_000), mode="w:xz"),
        "archive-bomb",
    ),
    "pax": ("a.tgz", pax_bomb, "malformed parser-memory archive-bomb"),
    "members": ("a.zip", many_members, "archive-bomb"),
    "nested": ("a.zip", bomb_of_nested_zips, "nested-archive"),
    "lying-size": ("a.zip", lying_size, "damaged"),
    "encrypted": ("a.zip", encrypted, "encrypted"),
    "cut": ("a.zip", lambda: zipped(("a.md", NOTE))[:40], "malformed"),
    "noise": ("a.zip", lambda: bytes(range(256)) * 100, "malformed"),
    "tar-noise": ("a.tar", lambda: b"x" * 257 + b"ustar" + b"\xff" * 900, "malformed empty"),
    "bz2-noise": ("a.tar.bz2", lambda: bz2.compress(b"x" * 5000)[:30], "malformed"),
    "xz-noise": ("a.tar.xz", lambda: lzma.compress(b"x" * 5000)[:50], "malformed"),
    "empty": ("a.zip", lambda: zipped(), "empty"),
    "no-kind": ("a.xlsx", lambda: zipped(("[Content_Types].xml", b"<x/>")), "unsupported"),
    "pdf-noise": ("a.pdf", lambda: b"%PDF-1.7" + os.urandom(50_000), "malformed"),
    "pdf-cut": ("a.pdf", lambda: pdf("words")[:300], "malformed"),
    "docx-bomb": (
        "a.docx",
        lambda: zipped(("[Content_Types].xml", b"x"), ("word/document.xml", b" " * 70_000_000)),
        "archive-bomb",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_end_in_one_line_with_a_code(scratch: Path, case: str) -> None:
    name, make, codes = HOSTILE[case]
    before = sorted(Path("/tmp").glob("evil*"))
    with pytest.raises(InputError) as failed:
        read(scratch, name, make())
    assert isinstance(failed.value, ParseFailed)
    assert failed.value.code in codes.split()
    assert "\n" not in str(failed.value)
    outside = [path for path in scratch.parent.parent.rglob("*") if path.is_file()]
    assert outside == [scratch.parent.parent / name]
    assert sorted(Path("/tmp").glob("evil*")) == before


@pytest.mark.parametrize(
    ("content", "kept", "code"),
    [
        (zipped(("A.md", NOTE), ("a.md", b"# Other\n")), "Boiler", "duplicate"),
        (zipped(("é.md", NOTE), ("e\u0301.md", b"# Other\n")), "Boiler", "duplicate"),
        (zipped(("a", b"# Boiler\n"), ("a/b.md", b"# Other\n")), "Boiler", "duplicate"),
        (zipped(("ok.md", NOTE), ("../evil.md", NOTE)), "Boiler", "unsafe-name"),
        (zipped(("big.md", b"\0" * 9_000_000), ("ok.md", NOTE)), "Boiler", "binary"),
        (zipped(("inner.zip", zipped(("a.md", NOTE))), ("ok.md", NOTE)), "Boiler", "nested"),
        (overlapping(), "Boiler", "d"),
        (
            zipped(("ok.md", NOTE), ("front.md", b"---\na: &a [x]\nb: [*a, *a]\n---\nText\n")),
            "front",
            "anchors",
        ),
    ],
)
def test_what_is_left_out_is_named_beside_what_is_kept(
    scratch: Path, content: bytes, kept: str, code: str
) -> None:
    documents = read(scratch, "a.zip", content)
    assert kept in {document.title for document in documents}
    notices = [notice for document in documents for notice in document.notices]
    assert any(code in notice for notice in notices), notices


@pytest.mark.skipif(sys.platform == "win32", reason="resource is of POSIX")
def test_memory_stays_low(scratch: Path) -> None:
    import resource

    # The figure is of the largest child so far, which may be another test's.
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with pytest.raises(ParseFailed):
        read(scratch, "a.tgz", pax_bomb())
    unit = 1 if sys.platform == "darwin" else 1024
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest == before or largest * unit < 500 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("a.xlsx", b"PK\x03\x04", "no importer reads an Excel workbook"),
        ("a", b"\x89PNG", "no importer reads a picture"),
        ("a.py", b"print()", "no importer reads .py"),
        ("a", b"\0", "not a text file"),
    ],
)
def test_kinds_are_named(name: str, head: bytes, reason: str) -> None:
    assert unread_kind(Path(name), head)[1] == reason
