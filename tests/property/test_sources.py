"""Whatever a file holds: parsers end, lose no word, and fail only with an InputError."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mem.core.document import DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.errors import InputError
from mem.sources.builtin import parsers
from mem.sources.folders import file_uri, path_of, walk
from mem.sources.parsers.html import HtmlParser
from mem.sources.parsers.markdown import MarkdownParser
from mem.sources.parsers.markup import without_inline_code
from mem.sources.parsers.org import OrgParser
from mem.sources.parsers.text import TextParser
from mem.sources.sniffing import HEAD_BYTES, choose
from mem.sources.textfile import decode, well_formed
from tests.unit.sources.helpers import check_coverage, entry_of, parse

PIECES = st.sampled_from(
    [
        *("---\n", "...\n", "title: x\n", "date: 2023-05-08\n", "a: &b *b\n", "- [ \n"),
        *("# ", "## H\n", "===\n", "```", "~~~\n", "    ", "\t", "> ", "- ", "1. ", "* ", "*** \n"),
        *("|a|b|\n", "|-|-|\n", "<div>", "</p>", "<pre>", "<li>", "<td>", "<br>", "<!--", "-->"),
        *("[[a|b]]", "![[c#d]]", "#tag ", "`", "[x]: y\n", "[x](y)", "\r\n", "\r", "\n", "\n\n"),
        *("#+begin_src\n", "#+END_SRC\n", "#+title: t\n", ":a:b:\n", "\x0c", "\x85", "\u2028", " "),
        *("word", "Zoë", "\N{PILE OF POO}", "&amp;", "\\"),
    ]
)
NOTES = st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
CHECKS = list(HealthCheck)
FEW = settings(max_examples=150, suppress_health_check=CHECKS)
FEWER = settings(max_examples=60, suppress_health_check=CHECKS)


def read(parser: Parser, path: Path, content: bytes) -> list[ParsedDocument]:
    """The documents; [] where the parser says in its own words that it cannot."""
    try:
        documents = parse(parser, path, content)
    except InputError:
        return []
    for document in documents:
        texts = (document.text, document.title, document.uri, *document.tags, *document.links)
        more = (*document.notices, *document.aliases)
        words = (part for one in document.messages for part in (one.id, one.speaker, one.text))
        "".join((*texts, *more, *words)).encode()
        assert len({message.id for message in document.messages}) == len(document.messages)
        if document.kind is DocumentKind.NOTE:
            check_coverage(document)
    return documents


@pytest.mark.parametrize("parser", [MarkdownParser(), TextParser(), OrgParser()])
@given(text=NOTES)
@FEW
def test_notes_keep_every_character_under_blocks(tmp_path: Path, parser: Parser, text: str) -> None:
    text = text.replace("\0", "")
    for document in read(parser, tmp_path / "a.md", text.encode()):
        assert document.text == text.removeprefix("\ufeff")


@given(text=NOTES)
@FEW
def test_html_never_breaks(tmp_path: Path, text: str) -> None:
    read(HtmlParser(), tmp_path / "a.html", text.encode())


# Archives start a process for each file; they have properties of their own.
SINGLE = [parser for parser in parsers() if parser.name != "archive"]


@pytest.mark.parametrize("parser", SINGLE, ids=lambda parser: parser.name)
@given(content=st.binary(max_size=300))
@FEW
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path: Path, parser: Parser, content: bytes
) -> None:
    path = tmp_path / "a"
    assert 0 <= parser.sniff(path, content) <= 100
    read(parser, path, content)


@given(
    lines=st.lists(
        JSON
        | st.fixed_dictionaries(
            {"text": JSON},
            optional=dict.fromkeys(("id", "at", "speaker", "role", "session"), JSON),
        ),
        max_size=6,
    )
)
@FEWER
def test_any_json_lines(tmp_path: Path, lines: list[object]) -> None:
    chat = next(parser for parser in parsers() if parser.name == "chat-jsonl")
    content = "\n".join(map(json.dumps, lines)).encode()
    documents = read(chat, tmp_path / "a.jsonl", content)
    texts = {message.text for document in documents for message in document.messages}
    for line in lines:
        text = line.get("text") if isinstance(line, dict) else None
        assert not isinstance(text, str) or not text.strip() or well_formed(text) in texts


@st.composite
def trees(draw: st.DrawFn) -> dict[str, object]:
    """Conversation trees whose pointers go anywhere."""
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True))
    anywhere = st.sampled_from("abcdefz") | JSON
    message = (
        st.none()
        | JSON
        | st.fixed_dictionaries(
            {"content": JSON | st.fixed_dictionaries({"content_type": JSON, "parts": JSON})},
            optional={"author": JSON, "create_time": JSON, "id": JSON, "metadata": JSON},
        )
    )
    node = st.fixed_dictionaries(
        {"parent": anywhere, "children": st.lists(anywhere, max_size=3) | JSON, "message": message}
    )
    return {
        "id": draw(JSON),
        "title": draw(JSON),
        "current_node": draw(anywhere),
        "mapping": {name: draw(node | JSON) for name in names},
    }


@given(conversations=st.lists(trees() | JSON, max_size=3))
@FEWER
def test_any_conversation_tree(tmp_path: Path, conversations: list[object]) -> None:
    chatgpt = next(parser for parser in parsers() if parser.name == "chatgpt")
    content = json.dumps(conversations).encode()
    for document in read(chatgpt, tmp_path / "conversations.json", content):
        assert all(message.session for message in document.messages)


@given(name=st.binary(min_size=1, max_size=60))
@FEW
def test_file_uris_round_trip(name: bytes) -> None:
    path = Path(os.fsdecode(b"/" + name.replace(b"\0", b"").replace(b"/", b"_")))
    assert path_of(file_uri(path)) == path
    assert file_uri(path).isascii()


@given(text=st.text(max_size=50))
@FEW
def test_utf8_text_comes_back_as_written(text: str) -> None:
    text = text.replace("\0", "").removeprefix("\ufeff")
    assert decode(text.encode()) == (text, ())


@given(text=st.text(alphabet="`a \n", max_size=40))
@FEW
def test_inline_code_only_ever_takes_away(text: str) -> None:
    kept = without_inline_code(text)
    assert len(kept) <= len(text)
    assert kept.count("a") <= text.count("a")


@pytest.mark.slow
def test_real_corpora_are_read_without_a_traceback(shared: Path) -> None:
    known = parsers()
    failed: list[str] = []
    documents = 0
    for found in walk(shared / "data" / "corpora"):
        if not isinstance(found, FileEntry):
            continue
        with found.path.open("rb") as file:
            parser = choose(known, found.path, file.read(HEAD_BYTES))
        if parser is None:
            continue
        assert entry_of(found.path) == found
        try:
            parsed = list(parser.parse(found))
        except InputError as error:
            # A scan without text is no failure of its parser.
            if getattr(error, "code", "") != "no-text":
                failed.append(str(error))
            continue
        documents += len(parsed)
        for document in parsed:
            if document.kind is DocumentKind.NOTE:
                check_coverage(document)
    assert failed == []
    assert documents > 1000
