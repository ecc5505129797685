"""Books come in reading order under their headings; hostile ones end in one line and a code."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from mem_epub import package
from mem_epub.parser import EpubParser

from mem.core.document import BlockKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.ingest.chunking import chunk_document
from tests.unit.sources.helpers import check_coverage

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
DATA = (
    "<dc:title>The <i>Van</i></dc:title><dc:creator>Ann Lee</dc:creator><dc:creator>Bo</dc:creator>"
    "<dc:date>2021-05-01</dc:date><dc:subject>Travel</dc:subject><dc:publisher>Quay</dc:publisher>"
)
ONE = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head>'
    "<title>ignored</title></head><body><h1>Chapter One</h1><p>We rent the van.</p>"
    '<h2>Its <em>colour</em></h2><p>It is blue &amp; old.</p><img src="a.png" alt="the van"/>'
    "</body></html>"
)
TWO = "<html><body><p>The ferry leaves at nine.</p></body></html>"
NAV = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol><li><a href="text/one.xhtml">One</a>'
    '</li><li><a href="text/two%20b.xhtml#top">Crossing</a></li></ol></nav></body></html>'
)
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Crossing'
    '</text></navLabel><content src="text/two%20b.xhtml"/></navPoint></navMap></ncx>'
)
ITEMS = (
    '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    '<item id="b" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/>'
)
SPINE = '<itemref idref="a"/><itemref idref="b"/>'


def opf(data: str = DATA, items: str = ITEMS, spine: str = SPINE) -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{data}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )


def members(**changed: str | bytes | None) -> dict[str, str | bytes]:
    """The book, with members replaced, added, or (None) taken out by their short names."""
    book: dict[str, tuple[str, str | bytes | None]] = {
        "container": ("META-INF/container.xml", CONTAINER),
        "opf": ("OEBPS/book.opf", opf()),
        "nav": ("OEBPS/nav.xhtml", NAV),
        "one": ("OEBPS/text/one.xhtml", ONE),
        "two": ("OEBPS/text/two b.xhtml", TWO),
    }
    book |= {key: (book.get(key, (key, None))[0], value) for key, value in changed.items()}
    return {name: value for name, value in book.values() if value is not None}


def epub(given: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        for name, value in given.items():
            archive.writestr(name, value)
    return out.getvalue()


def parse(path: Path, data: bytes) -> ParsedDocument:
    path.write_bytes(data)
    (document,) = EpubParser().parse(FileEntry(path, len(data), 0))
    check_coverage(document)
    return document


def code(path: Path, data: bytes) -> str:
    with pytest.raises(ParseFailed) as caught:
        parse(path, data)
    assert "\n" not in str(caught.value)
    return caught.value.code


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "van.epub"


def blocks(document: ParsedDocument) -> list[tuple[str, str, tuple[str, ...], str | None]]:
    return [
        (one.kind.value, document.text[one.start : one.end], one.headings, one.place)
        for one in document.blocks
    ]


def test_a_book(book: Path) -> None:
    document = parse(book, epub(members()))
    assert (document.title, document.format, document.uri) == ("The Van", "epub", book.as_uri())
    assert document.said_at == datetime(2021, 5, 1)
    assert document.tags == ("Travel",)
    assert document.notices == ()
    card = "Title: The Van\nAuthor: Ann Lee, Bo\nPublisher: Quay\nDate: 2021-05-01"
    one, two = ("One", "Chapter One"), ("One", "Chapter One", "Its colour")
    assert blocks(document) == [
        ("metadata", card, (), None),
        ("heading", "Chapter One", ("One",), "chapter 1"),
        ("prose", "We rent the van.", one, "chapter 1"),
        ("heading", "Its colour", one, "chapter 1"),
        ("prose", "It is blue & old.", two, "chapter 1"),
        ("prose", "[image: the van]", two, "chapter 1"),
        ("prose", "The ferry leaves at nine.", ("Crossing",), "chapter 2"),
    ]
    locators = [chunk.locator for chunk in chunk_document(document, "id")]
    assert locators[0] == "line 1" and set(locators[1:]) == {"chapter 1", "chapter 2"}


def test_an_older_table_of_contents(book: Path) -> None:
    items = ITEMS.replace('properties="nav" media-type="application/xhtml+xml"', "").replace(
        'href="nav.xhtml"', 'href="toc.ncx" media-type="application/x-dtbncx+xml"'
    )
    given = members(opf=opf(items=items), nav=None) | {"OEBPS/toc.ncx": NCX}
    assert parse(book, epub(given)).blocks[-1].headings == ("Crossing",)


@pytest.mark.parametrize("nav", [None, "<not xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_book_needs_no_contents(book: Path, nav: str | None) -> None:
    document = parse(book, epub(members(nav=nav)))
    assert document.blocks[-1].headings == ()
    assert document.blocks[1].headings == ()


def test_what_is_missing_is_told(book: Path) -> None:
    document = parse(book, epub(members(two=None)))
    assert document.notices == ("left out: 1 × chapter that is not in the file",)


def test_a_book_without_data_is_called_after_its_file(book: Path) -> None:
    document = parse(book, epub(members(opf=opf(data=""))))
    assert document.title == "van"
    assert document.blocks[0].kind is BlockKind.HEADING


def test_encodings(book: Path) -> None:
    page = '<?xml version="1.0" encoding="{}"?><html><body><p>Schöne Fähre</p></body></html>'
    given = members(one=page.format("iso-8859-1").encode("latin-1"), two=page.encode("utf-16"))
    assert parse(book, epub(given)).text.count("Schöne Fähre") == 2


def test_a_heading_whose_words_differ_is_passed_over(book: Path) -> None:
    page = '<h1><img alt="Logo" src="x"/>First</h1><p>a</p><h1>Second</h1><p>b</p>'
    document = parse(book, epub(members(one=page, nav=None)))
    assert ("prose", "b", ("Second",), "chapter 1") in blocks(document)


ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
    '<enc:EncryptionMethod Algorithm="{}"/><enc:CipherData><enc:CipherReference URI="{}"/>'
    "</enc:CipherData></enc:EncryptedData></encryption>"
)
AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
FONTS = "http://www.idpf.org/2008/embedding"


def test_protected_text_is_refused_and_scrambled_fonts_are_not(book: Path) -> None:
    name = "META-INF/encryption.xml"
    locked = members() | {name: ENCRYPTION.format(AES, "OEBPS/text/one.xhtml")}
    assert code(book, epub(locked)) == "encrypted"
    fonts = members() | {name: ENCRYPTION.format(FONTS, "OEBPS/font.otf")}
    assert parse(book, epub(fonts)).title == "The Van"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"mimetype2": "x"}, "malformed"),
        (members(container=None), "malformed"),
        (members(container="<container/>"), "malformed"),
        (members(container="<container"), "malformed"),
        (members(opf=None), "malformed"),
        (members(opf='<!DOCTYPE p [<!ENTITY a "b">]><package/>'), "malformed"),
        (members(opf=opf(spine="")), "empty"),
        (members(one="<p> </p>", two=""), "empty"),
    ],
)
def test_what_is_no_book(book: Path, given: dict[str, str | bytes], expected: str) -> None:
    assert code(book, epub(given)) == expected


def test_damaged_files(book: Path) -> None:
    whole = epub(members())
    assert code(book, b"PK\x03\x04 and nothing else") == "malformed"
    assert code(book, whole[: len(whole) // 2]) == "malformed"
    place = whole.index(b"OEBPS/text/one.xhtml") + 40
    assert code(book, whole[:place] + bytes(30) + whole[place + 30 :]) == "malformed"


def test_bombs(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code(book, epub(members(one="<p>" + "a" * 25_000_000))) == "archive-bomb"
    monkeypatch.setattr(package, "MAX_TOTAL_BYTES", 1_000)
    monkeypatch.setattr(package, "_SMALL", 1_000)
    assert code(book, epub(members())) == "archive-bomb"
    monkeypatch.setattr(package, "MAX_MEMBERS", 3)
    assert code(book, epub(members())) == "archive-bomb"


def test_names_that_lead_outside_are_only_names(tmp_path: Path) -> None:
    items = ITEMS.replace("text/one.xhtml", "../../../secret.txt")
    (tmp_path / "secret.txt").write_text("outside")
    document = parse(tmp_path / "a.epub", epub(members(opf=opf(items=items))))
    assert "outside" not in document.text
    assert document.notices == ("left out: 1 × chapter that is not in the file",)


def test_an_encrypted_zip(book: Path) -> None:
    data = bytearray(epub(members()))
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    assert code(book, bytes(data)) == "encrypted"


def test_deep_nesting_leaves_the_chapter_out(book: Path) -> None:
    document = parse(book, epub(members(one="<div>" * 5000 + "x")))
    assert document.notices == ("left out: chapter 1, whose elements are nested too deeply",)


@pytest.mark.parametrize(
    ("name", "head", "score"),
    [
        ("a.epub", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", 100),
        ("a.zip", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", 100),
        ("a.EPUB", b"PK\x03\x04" + bytes(26) + b"META-INF/", 90),
        ("a.zip", b"PK\x03\x04" + bytes(26) + b"META-INF/", 0),
        ("a.epub", b"text", 0),
    ],
)
def test_sniff(name: str, head: bytes, score: int) -> None:
    assert EpubParser().sniff(Path(name), head) == score


def test_a_real_book(shared: Path) -> None:
    path = shared / "data" / "corpora" / "docs-markitdown" / "test.epub"
    (document,) = EpubParser().parse(FileEntry(path, path.stat().st_size, 0))
    check_coverage(document)
    with zipfile.ZipFile(path) as archive:
        chapters = [name for name in archive.namelist() if "chap_" in name]
    places = {one.place for one in document.blocks if one.place}
    assert len(places) == len(chapters) > 1
    assert document.title and document.notices == ()
