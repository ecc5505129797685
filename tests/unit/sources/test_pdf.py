"""PDF text comes page by page; encrypted, scanned and broken files are told apart."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import ParsedDocument, SaidAtOrigin
from mem.errors import ParseFailed
from mem.ingest.chunking import chunk_document
from mem.sources.isolation import IsolatedParser, Isolation
from mem.sources.parsers.pdf import PdfParser, _blocks, _clean, _read_in_python
from tests.unit.sources.helpers import check_coverage, entry_of, parse


def pdf(*pages: str, title: str = "", created: str = "", password: str = "") -> bytes:
    """A PDF with a line of text for each line of each page."""
    import pypdf
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(595, 842)
        stream = DecodedStreamObject()
        shown = "".join(f"({line}) Tj 0 -20 Td " for line in text.split("\n"))
        stream.set_data(f"BT /F1 12 Tf 50 800 Td {shown}ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    properties = {"/Title": title, "/CreationDate": created}
    writer.add_metadata({key: value for key, value in properties.items() if value})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def parser() -> Iterator[IsolatedParser]:
    isolation = Isolation()
    yield IsolatedParser(PdfParser(), isolation)
    isolation.close()


def read(parser: IsolatedParser, path: Path, content: bytes) -> ParsedDocument:
    (document,) = parse(parser, path, content)
    check_coverage(document)
    return document


def test_pages_are_places(parser: IsolatedParser, tmp_path: Path) -> None:
    content = pdf(
        "Boiler manual\nPressure is 1.3 bar.",
        "",
        "Service yearly.",
        title="The boiler",
        created="D:20240229120000+01'00'",
    )
    document = read(parser, tmp_path / "a.pdf", content)
    assert document.title == "The boiler"
    assert document.said_at == datetime(2024, 2, 29, 12)
    assert document.said_at_origin is SaidAtOrigin.FRONT_MATTER
    assert document.notices == ("1 of 3 pages hold no text",)
    chunks = chunk_document(document, "d")
    assert [(chunk.locator, chunk.text) for chunk in chunks] == [
        ("page 1", "Boiler manual\nPressure is 1.3 bar."),
        ("page 3", "Service yearly."),
    ]


def test_a_file_without_properties_is_named_by_its_file(
    parser: IsolatedParser, tmp_path: Path
) -> None:
    document = read(parser, tmp_path / "2023-05-08 scan.pdf", pdf("x", title="(anonymous)"))
    assert document.title == "2023-05-08 scan"
    assert document.said_at == datetime(2023, 5, 8)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf("secret", password="pw"), "encrypted"),
        (pdf("", ""), "no-text"),
        (b"%PDF-1.7\n%%EOF", "malformed"),
        (b"%PDF-1.7\n" + b"\0\xff<<>>[" * 5000, "malformed"),
        (b"no PDF at all", "malformed"),
        (pdf("half")[:400], "malformed"),
    ],
)
def test_failures(parser: IsolatedParser, tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(ParseFailed) as failed:
        read(parser, tmp_path / "a.pdf", content)
    assert failed.value.code == code


def test_pypdf_reads_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("One.", "Two.", title="T"))
    pages, metadata = _read_in_python(entry_of(path), "a.pdf")
    assert [page.strip() for page in pages] == ["One.", "Two."]
    assert metadata["Title"] == "T"
    path.write_bytes(pdf("One.", password="pw"))
    with pytest.raises(ParseFailed) as failed:
        _read_in_python(entry_of(path), "a.pdf")
    assert failed.value.code == "encrypted"
    path.write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(ParseFailed):
        _read_in_python(entry_of(path), "a.pdf")


def test_divided_words_are_joined_and_controls_go() -> None:
    assert _clean("exam\ufffe\r\nple\x0b and\r\n\x01more \n") == "example and\nmore"


def test_blocks_count_lines_over_pages() -> None:
    text, blocks = _blocks(["a\nb\n\nc", "", "d"])
    assert text == "a\nb\n\nc\n\n\n\nd"
    shown = [(text[one.start : one.end], one.line, one.place) for one in blocks]
    assert shown == [("a\nb", 1, "page 1"), ("c", 4, "page 1"), ("d", 8, "page 3")]


def test_sniffing() -> None:
    assert PdfParser().sniff(Path("x"), b"%PDF-1.4") == 95
    assert PdfParser().sniff(Path("x.pdf"), b"broken") == 60
    assert PdfParser().sniff(Path("x.md"), b"A file starts with %PDF-1.4") == 0
