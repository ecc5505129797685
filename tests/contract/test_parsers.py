"""What every parser promises, checked on each one: built in, of a first-party plugin, isolated.

A parser without a sample fails the test of its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.core.document import DocumentKind, ParsedDocument
from mem.core.protocols import Parser
from mem.errors import FileUnreadable, InputError
from mem.hooks.guard import GuardedParser
from mem.ingest.chunking import chunk_document
from mem.sources.builtin import mem_parsers, with_archives
from mem.sources.sniffing import HEAD_BYTES, choose
from tests.contract.samples import SAMPLES
from tests.unit.sources.helpers import entry_of

PLUGINS = ("mem_bookmarks", "mem_calendar", "mem_epub")
ROLES = {"user", "assistant", "system", "tool", "other"}


def all_parsers() -> list[Parser]:
    """As an import has them."""
    from importlib import import_module

    plugged = [
        GuardedParser(name, parser, pytest.fail)
        for name in PLUGINS
        for parser in import_module(name).mem_parsers()
    ]
    return with_archives([*mem_parsers(), *plugged])


PARSERS = {parser.name: parser for parser in all_parsers()}


@pytest.fixture(params=sorted(PARSERS))
def parser(request: pytest.FixtureRequest) -> Parser:
    return PARSERS[request.param]


@pytest.fixture
def sample(parser: Parser, tmp_path: Path) -> Path:
    """The sample of the parser, in a folder of its own."""
    name, make = SAMPLES[parser.name]
    path = tmp_path / "in" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(make())
    return path


def test_names_are_taken_once() -> None:
    assert len(PARSERS) == len(all_parsers())
    assert set(SAMPLES) == set(PARSERS)


def test_name_and_version(parser: Parser) -> None:
    assert parser.name and parser.name == parser.name.strip().lower()
    assert parser.version >= 1


def test_its_sample_is_its_own(parser: Parser, sample: Path) -> None:
    chosen = choose(all_parsers(), sample, sample.read_bytes()[:HEAD_BYTES])
    assert chosen is not None and chosen.name == parser.name


@pytest.mark.parametrize("head", [b"", b"\0" * 100, b"\xff\xfe", b"PK\x03\x04", b"{", b"<", b"%"])
def test_sniff_is_a_score(parser: Parser, head: bytes) -> None:
    for name in ("a", "a.md", "a.zip", "ü.ICS", "a" * 300):
        assert 0 <= parser.sniff(Path(name), head) <= 100


def test_documents_are_sound(parser: Parser, sample: Path) -> None:
    documents = list(parser.parse(entry_of(sample)))
    assert documents
    assert len({document.uri for document in documents}) == len(documents)
    for document in documents:
        check(document)
        if parser.name != "archive":
            assert document.format == parser.name
            assert document.uri.startswith(("file://", f"{parser.name}:"))


def check(document: ParsedDocument) -> None:
    """What the rest of `mem` counts on."""
    texts = [document.title, document.text, *document.tags, *document.links, *document.notices]
    assert document.title.strip()
    assert document.said_at is not None and document.said_at.tzinfo is None
    assert document.said_at_origin is not None
    if document.kind is DocumentKind.NOTE:
        assert not document.messages
        texts += check_blocks(document)
    else:
        assert not document.blocks
        assert len({one.id for one in document.messages}) == len(document.messages)
        for message in document.messages:
            assert message.id and message.speaker and message.role in ROLES
            assert message.text.strip() or message.attachments
            assert message.at is None or message.at.tzinfo is None
            assert message.line is None or message.line >= 1
            texts += [message.id, message.speaker, message.text]
    assert "\0" not in "".join(texts)
    "".join(texts).encode("utf-8")
    chunks = chunk_document(document, "id")
    assert chunks
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def check_blocks(document: ParsedDocument) -> list[str]:
    """Ordered, disjoint, and holding every word."""
    position = 0
    headings: list[str] = []
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        assert not document.text[position : block.start].strip()
        assert block.line >= 1
        headings += block.headings
        position = block.end
    assert not document.text[position:].strip()
    return headings


def test_the_same_file_gives_the_same_documents(parser: Parser, sample: Path) -> None:
    entry = entry_of(sample)
    assert list(parser.parse(entry)) == list(parser.parse(entry))


def test_nothing_is_written(parser: Parser, sample: Path) -> None:
    before = sample.read_bytes()
    list(parser.parse(entry_of(sample)))
    assert list(sample.parent.iterdir()) == [sample]
    assert sample.read_bytes() == before


def cuts(data: bytes) -> Iterator[bytes]:
    """`data` damaged: cut off, with bytes changed, and something else altogether."""
    yield data[: len(data) // 2]
    yield data[: len(data) * 9 // 10]
    yield data[: len(data) // 3] + b"\xff\x00\xfe" * 5 + data[len(data) // 3 :]
    yield data.replace(b"e", b"\x80")
    yield b"\x89PNG\r\n\x1a\n" + bytes(200)
    yield b""


def test_damage_is_a_failure_with_a_code(parser: Parser, sample: Path) -> None:
    whole = sample.read_bytes()
    for number, data in enumerate(cuts(whole)):
        path = sample.with_name(f"{number}{sample.name}")
        path.write_bytes(data)
        failure: InputError | None = None
        try:
            for document in parser.parse(entry_of(path)):
                if document.messages or document.blocks:
                    check(document)
        except InputError as error:
            failure = error
        if failure is not None:
            assert path.name in str(failure) and "\n" not in str(failure)
            assert getattr(failure, "code", "unreadable") != "parser-crashed", str(failure)


def test_a_file_that_went_away(parser: Parser, sample: Path) -> None:
    entry = entry_of(sample)
    sample.unlink()
    with pytest.raises(FileUnreadable):
        list(parser.parse(entry))
