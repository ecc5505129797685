"""A row is a line of `column: value` on the line that it begins on in its file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import DocumentKind
from mem.errors import ParseFailed
from mem.sources.parsers.table import ColumnMapping, TableParser
from tests.unit.sources.helpers import blocks_of, check_coverage, parse


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        (
            "a.csv",
            "name,town\nAda,London\n\nBob,\n",
            "name · town\nname: Ada · town: London\n\nname: Bob",
        ),
        ("a.csv", "name;town\nAda;London, UK\n", "name · town\nname: Ada · town: London, UK"),
        ("a.tsv", "a\tb\n1\t2\n", "a · b\na: 1 · b: 2"),
        ("a.csv", "1,2\n3,4\n", "column 1: 1 · column 2: 2\ncolumn 1: 3 · column 2: 4"),
        ("a.csv", "a,b\n1,2,3\n", "a · b\na: 1 · b: 2 · column 3: 3"),
        ("a.csv", 'a,b\n"two\nlines",x\nlast,y\n', "a · b\na: two lines · b: x\n\na: last · b: y"),
        ("a.csv", "\ufeffa,b\r\nZoë,2\r\n", "a · b\na: Zoë · b: 2"),
        ("a.jsonl", '{"a": 1, "b": null}\n\n{"a": ["x", "y"]}\n', "a: 1\n\na: x, y"),
        ("a.json", '[{"a": 1}, {"a": true}]', "a: 1\na: true"),
    ],
)
def test_rows(tmp_path: Path, name: str, content: str, text: str) -> None:
    (document,) = parse(TableParser(), tmp_path / name, content)
    check_coverage(document)
    assert document.text == text
    assert {kind for kind, _, _, _ in blocks_of(document)} == {"table"}


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    (document,) = parse(TableParser(), tmp_path / "a.csv", 'a\n"x\ny\nz"\n\nlast\n')
    assert [(words, line) for _, words, line, _ in blocks_of(document)] == [
        ("a", 1),
        ("a: x y z", 2),
        ("a: last", 6),
    ]


def test_lines_that_are_no_records_are_counted(tmp_path: Path) -> None:
    (document,) = parse(TableParser(), tmp_path / "a.jsonl", '{"a": 1}\n[2]\n{bad\n')
    assert document.notices == ("left out: 2 × line that is not a record",)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", '[{"a": {"b": 1}}]', "unsupported"),
        ("a.json", "[1]", "unsupported"),
        ("a.json", "[{]", "malformed"),
        ("a.csv", "\n\n", "empty"),
        ("a.csv", '"' + "x" * 200_000, "malformed"),
    ],
)
def test_failures(tmp_path: Path, name: str, content: str, code: str) -> None:
    with pytest.raises(ParseFailed) as failed:
        parse(TableParser(), tmp_path / name, content)
    assert failed.value.code == code


def test_a_mapping_makes_rows_messages(tmp_path: Path) -> None:
    mapping = ColumnMapping(text=("subject", "body"), speaker="who", at="when", conversation="room")
    content = (
        "who,when,room,subject,body\n"
        "Ada,2025-05-08 09:30,kitchen,Boiler,It is cold.\n"
        "Bob,,kitchen,,Mend it.\n"
        "Eve,,attic,,\n"
    )
    (document,) = parse(TableParser(mapping), tmp_path / "a.csv", content)
    assert document.kind is DocumentKind.CHAT
    assert document.uri.endswith("/a.csv#kitchen")
    assert [(one.id, one.speaker, one.text, one.at) for one in document.messages] == [
        ("row-2", "Ada", "Boiler\nIt is cold.", datetime(2025, 5, 8, 9, 30)),
        ("row-3", "Bob", "Mend it.", None),
    ]
    assert document.notices == ("left out: 1 × row without words",)


@pytest.mark.parametrize(
    ("name", "content", "score"),
    [
        ("a.csv", b"a,b", 70),
        ("a.csv", b"\0", 0),
        ("a.jsonl", b'{"a": 1}\n', 30),
        ("a.jsonl", b'{"a": {"b": 1}}\n', 0),
        ("a.json", b'[{"a": 1}]', 10),
        ("a.json", b'{"a": 1}', 0),
        ("a.txt", b"a,b", 0),
    ],
)
def test_sniffing(name: str, content: bytes, score: int) -> None:
    assert TableParser().sniff(Path(name), content) == score
