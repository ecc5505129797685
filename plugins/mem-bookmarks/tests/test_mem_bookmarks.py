"""Bookmarks come with address, folder and date, from the exports of every browser."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from mem_bookmarks.parser import BookmarksParser
from mem_bookmarks.reading import MAX_DEPTH

from mem.core.document import DocumentKind, ParsedDocument, SaidAtOrigin
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed

CHROME = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file. -->
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1700000000" PERSONAL_TOOLBAR_FOLDER="true">Bookmarks bar</H3>
    <DL><p>
        <DT><A HREF="https://example.org/bread" ADD_DATE="1717243200" ICON="d:x">Bread &amp; tea</A>
        <DT><H3>Travel</H3>
        <DL><p>
            <DT><A HREF="https://example.org/ferry?a=1&amp;b=2" ADD_DATE="1719835200">Ferry</A>
        </DL><p>
        <DT><A HREF="javascript:alert(1)">Bookmarklet</A>
    </DL><p>
    <DT><A HREF="https://example.org/bread">Bread again</A>
</DL><p>
"""
FIREFOX = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks Menu</H1>

<DL><p>
    <DT><H3 ADD_DATE="1">Recipes</H3>
    <DD>What we cook
    <DL><p>
        <DT><A HREF="https://example.org/pie" ADD_DATE="1719835200000000" TAGS="pie,apple">Pie</A>
        <DD>The one with
cinnamon
        <HR>    <DT><A HREF="https://example.org/tea" ADD_DATE="0">Tea</A>
    </DL><p>
</DL>
"""


def parse(path: Path, content: str | bytes) -> ParsedDocument:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (document,) = BookmarksParser().parse(FileEntry(path, 1, 1_750_000_000 * 10**9))
    assert document.kind is DocumentKind.CHAT
    return document


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path / "bookmarks.html"


def test_an_export_of_chrome(export: Path) -> None:
    document = parse(export, CHROME)
    assert (document.title, document.uri) == ("Bookmarks", export.as_uri())
    assert document.said_at == datetime(2024, 6, 1, 12, 0)
    assert [(one.id, one.at, one.line) for one in document.messages] == [
        ("Bookmarks bar/https://example.org/bread", datetime(2024, 6, 1, 12), 9),
        (
            "Bookmarks bar/Travel/https://example.org/ferry?a=1&b=2",
            datetime(2024, 7, 1, 12),
            12,
        ),
        ("Bookmarks bar/javascript:alert(1)", None, 14),
        ("https://example.org/bread", None, 16),
    ]
    assert [one.text for one in document.messages[:2]] == [
        "Bread & tea\nhttps://example.org/bread\nFolder: Bookmarks bar",
        "Ferry\nhttps://example.org/ferry?a=1&b=2\nFolder: Bookmarks bar > Travel",
    ]
    assert document.messages[0].session == "2024-06-01"
    assert document.notices == ()
    assert len(document.links) == 3


def test_an_export_of_firefox(export: Path) -> None:
    document = parse(export, FIREFOX)
    pie, tea = document.messages
    assert pie.at == datetime(2024, 7, 1, 12)
    assert pie.text == (
        "Pie\nhttps://example.org/pie\nFolder: Recipes\nTags: pie,apple\nThe one with\ncinnamon"
    )
    assert tea.at is None
    assert tea.text == "Tea\nhttps://example.org/tea\nFolder: Recipes"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1717243200", datetime(2024, 6, 1, 12)),
        ("1717243200000", datetime(2024, 6, 1, 12)),
        ("1717243200000000", datetime(2024, 6, 1, 12)),
        *((bad, None) for bad in ("", "x", "-5", "12", "9" * 19, "9" * 40, "1e9")),
    ],
)
def test_dates(export: Path, written: str, at: datetime | None) -> None:
    head = CHROME.partition("<DL>")[0]
    document = parse(export, f'{head}<DL><DT><A HREF="x:y" ADD_DATE="{written}">A</A></DL>')
    assert document.messages[0].at == at
    if at is None:
        assert document.said_at_origin is SaidAtOrigin.FILE_TIME


def test_what_has_no_target_is_told_and_repeats_are_kept_once(export: Path) -> None:
    content = CHROME.replace("</DL><p>\n</DL>", "").replace(
        "<DL><p>\n    <DT><H3", '<DL><p><DT><A NAME="x">No target</A>\n    <DT><H3', 1
    )
    double = '<DT><A HREF="https://example.org/tea">Tea</A>\n' * 2
    document = parse(export, content + double)
    assert document.notices == (
        "left out: 1 × link without a target",
        "left out: 1 × message repeated",
    )


def test_depth_is_bounded(export: Path) -> None:
    head = CHROME.partition("<DL>")[0]
    deep = "".join(f"<DT><H3>{n}</H3><DL><p>" for n in range(3000))
    document = parse(export, f'{head}{deep}<DT><A HREF="https://example.org">A</A>')
    assert document.messages[0].id.count("/") == MAX_DEPTH + 2


def test_no_bookmarks(export: Path) -> None:
    with pytest.raises(ParseFailed) as caught:
        parse(export, CHROME.partition("<DL>")[0])
    assert caught.value.code == "empty"


def test_bytes_that_are_no_utf8_stay_visible(export: Path) -> None:
    broken = CHROME.encode().replace(b"Bread &amp; tea", b"Br\xffd \xe2\x82\xac\xe2\x82\xac\xe2")
    assert "\\xff" in parse(export, broken).messages[0].text


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (CHROME[:200].encode(), 98),
        (b"\xef\xbb\xbf\n<!doctype netscape-bookmark-file-1>", 98),
        (b"<!DOCTYPE html><title>Bookmarks</title>", 0),
        (b"", 0),
    ],
)
def test_sniff(head: bytes, score: int) -> None:
    assert BookmarksParser().sniff(Path("bookmarks.html"), head) == score
