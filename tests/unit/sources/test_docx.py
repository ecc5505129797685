"""A Word document comes in its order, with what stands in tables, notes, boxes and comments."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mem.core.document import ParsedDocument
from mem.errors import ParseFailed
from mem.sources.isolation import IsolatedParser, Isolation
from mem.sources.parsers.docx import DocxParser
from tests.unit.sources.helpers import blocks_of, check_coverage, parse


@pytest.fixture(scope="module")
def parser() -> Iterator[IsolatedParser]:
    isolation = Isolation()
    yield IsolatedParser(DocxParser(), isolation)
    isolation.close()


def docx(fill: Callable[[Any], None]) -> bytes:
    import docx as library

    document = library.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(parser: IsolatedParser, path: Path, content: bytes) -> ParsedDocument:
    (document,) = parse(parser, path, content)
    check_coverage(document)
    return document


def test_everything_in_order(parser: IsolatedParser, tmp_path: Path) -> None:
    def fill(document: Any) -> None:
        document.core_properties.title = "The boiler"
        document.core_properties.modified = datetime(2024, 2, 29, 12)
        document.add_heading("Manual", 0)
        document.add_heading("Pressure", 1)
        run = document.add_paragraph("It is 1.3 bar.").runs[0]
        document.add_comment(run, text="Since when?", author="Bob")
        document.add_paragraph("drain", style="List Bullet")
        document.add_paragraph("fill", style="List Bullet")
        table = document.add_table(2, 2)
        for cell, words in zip(
            (cell for row in table.rows for cell in row.cells),
            ("part", "price", "valve", "12 €"),
            strict=True,
        ):
            cell.text = words
        document.add_heading("Service", 1)
        document.add_paragraph("Yearly.")

    document = read(parser, tmp_path / "a.docx", docx(fill))
    assert (document.title, document.said_at) == ("The boiler", datetime(2024, 2, 29, 12))
    assert blocks_of(document) == [
        ("heading", "Manual", 1, ()),
        ("heading", "Pressure", 3, ("Manual",)),
        ("prose", "It is 1.3 bar.", 5, ("Manual", "Pressure")),
        ("list", "- drain\n- fill", 7, ("Manual", "Pressure")),
        ("table", "part | price\nvalve | 12 €", 10, ("Manual", "Pressure")),
        ("heading", "Service", 13, ("Manual",)),
        ("prose", "Yearly.", 15, ("Manual", "Service")),
        ("prose", "Comment by Bob: Since when?", 17, ("Manual", "Service")),
    ]


def with_body(xml: str) -> bytes:
    """A document whose body is `xml`."""
    source = io.BytesIO(docx(lambda document: None))
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                start, end = data.index(b"<w:body>") + 8, data.index(b"</w:body>")
                data = data[:start] + xml.encode() + data[end:]
            new.writestr(name, data)
    return out.getvalue()


def test_nothing_is_lost_in_boxes_changes_and_controls(
    parser: IsolatedParser, tmp_path: Path
) -> None:
    def text(words: str) -> str:
        return f"<w:r><w:t>{words}</w:t></w:r>"

    body = (
        f"<w:p><w:ins w:id='1'>{text('inserted ')}</w:ins>"
        f"<w:del w:id='2'><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        f"{text('kept')}<w:r><w:br/></w:r>{text('next')}</w:p>"
        f"<w:sdt><w:sdtContent><w:p>{text('controlled')}</w:p></w:sdtContent></w:sdt>"
        f"<w:tbl><w:tr><w:tc><w:p>{text('outer')}</w:p>"
        f"<w:tbl><w:tr><w:tc><w:p>{text('inner')}</w:p></w:tc></w:tr></w:tbl>"
        "</w:tc></w:tr></w:tbl>"
    )
    document = read(parser, tmp_path / "a.docx", with_body(body))
    assert [words for _, words, _, _ in blocks_of(document)] == [
        "inserted kept\nnext",
        "controlled",
        "outer inner",
    ]


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (docx(lambda document: None), "no-text"),
        (docx(lambda document: None)[:3000], "malformed"),
        (zip_of(**{"word/document.xml": b"<x/>"}), "malformed"),
        (with_body("<w:p>"), "malformed"),
        (zip_of(**{"word/document.xml": b" " * 70_000_000}), "archive-bomb"),
    ],
)
def test_failures(parser: IsolatedParser, tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(ParseFailed) as failed:
        read(parser, tmp_path / "a.docx", content)
    assert failed.value.code == code


def test_entities_are_not_expanded(parser: IsolatedParser, tmp_path: Path) -> None:
    out = io.BytesIO()
    lines = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "words">{lines}]><x>&a11;</x>'.encode()
    source = io.BytesIO(docx(lambda document: None))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb if name == "word/document.xml" else old.read(name))
    with pytest.raises(ParseFailed):
        read(parser, tmp_path / "a.docx", out.getvalue())


def test_sniffing() -> None:
    content = docx(lambda document: None)
    assert DocxParser().sniff(Path("a.docx"), content) == 95
    assert DocxParser().sniff(Path("a"), content) == 85
    assert DocxParser().sniff(Path("a.docx"), b"words") == 0
    assert DocxParser().sniff(Path("a.zip"), zip_of(a=content)) == 0
