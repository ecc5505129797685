"""Chunks are verbatim, hold every word once, and keep their ids when other parts change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mem.core.chunk import METADATA_ROLE
from mem.core.document import Block, BlockKind, DocumentKind, Message, ParsedDocument
from mem.ingest.chunking import (
    MESSAGE_CHARACTERS,
    PASSAGE_CHARACTERS,
    chunk_document,
    cut,
)


def note(*parts: tuple[BlockKind, str]) -> ParsedDocument:
    """A note whose blocks are the parts, each on lines of its own."""
    text = ""
    blocks: list[Block] = []
    heading: tuple[str, ...] = ()
    for kind, words in parts:
        if kind is BlockKind.HEADING:
            heading = (words.lstrip("# "),)
        start = len(text)
        line = text.count("\n") + 1
        text += words
        blocks.append(Block(kind, start, len(text), line, heading))
        text += "\n\n"
    return ParsedDocument(
        uri="file:///n.md",
        kind=DocumentKind.NOTE,
        format="markdown",
        title="Title",
        text=text,
        blocks=tuple(blocks),
    )


def chat(*texts: str) -> ParsedDocument:
    messages = tuple(
        Message(id=f"m{number}", speaker="Ada", role="user", text=text, session="s")
        for number, text in enumerate(texts)
    )
    return ParsedDocument(
        uri="chat-jsonl:c",
        kind=DocumentKind.CHAT,
        format="chat-jsonl",
        title="c",
        messages=messages,
    )


def test_short_blocks_under_one_heading_are_one_passage() -> None:
    parsed = note(
        (BlockKind.HEADING, "# Boats"),
        (BlockKind.PROSE, "One."),
        (BlockKind.LIST, "- two\n- three"),
    )
    (chunk,) = chunk_document(parsed, "d")
    assert chunk.text == "# Boats\n\nOne.\n\n- two\n- three"
    assert (chunk.context, chunk.locator) == ("Title > Boats", "line 1")


def test_a_new_heading_starts_a_new_passage() -> None:
    long = "Words about boats. " * 20
    parsed = note(
        (BlockKind.HEADING, "# Boats"),
        (BlockKind.PROSE, long),
        (BlockKind.HEADING, "# Trains"),
        (BlockKind.PROSE, long),
    )
    first, second = chunk_document(parsed, "d")
    assert (first.context, second.context) == ("Title > Boats", "Title > Trains")
    assert second.locator == "line 5"
    assert second.embedded_text.startswith("Title > Trains\n# Trains")


def test_code_is_never_cut() -> None:
    code = "```\n" + "x = 1\n" * 600 + "```"
    chunks = chunk_document(note((BlockKind.PROSE, "Before."), (BlockKind.CODE, code)), "d")
    assert [chunk.text for chunk in chunks] == ["Before.", code]


def test_front_matter_stands_alone_and_is_marked() -> None:
    parsed = note((BlockKind.METADATA, "---\ntags: a\n---"), (BlockKind.PROSE, "Text."))
    chunks = chunk_document(parsed, "d")
    assert [(chunk.role, chunk.text) for chunk in chunks] == [
        (METADATA_ROLE, "---\ntags: a\n---"),
        (None, "Text."),
    ]


def test_a_repeated_passage_has_an_id_of_its_own() -> None:
    long = "Again and again. " * 40
    chunks = chunk_document(note((BlockKind.PROSE, long), (BlockKind.PROSE, long)), "d")
    assert len(chunks) == 2
    assert chunks[0].id != chunks[1].id


def test_ids_do_not_depend_on_what_stands_before() -> None:
    long = "Words about boats. " * 30
    before = chunk_document(note((BlockKind.PROSE, long)), "d")
    after = chunk_document(note((BlockKind.PROSE, "New. " * 150), (BlockKind.PROSE, long)), "d")
    assert before[0].id in {chunk.id for chunk in after}


def test_the_same_words_in_two_messages_are_two_chunks() -> None:
    chunks = chunk_document(chat("Yes.", "Yes."), "d")
    assert len({chunk.id for chunk in chunks}) == 2
    assert [chunk.locator for chunk in chunks] == ["message m0", "message m1"]


def test_a_long_message_is_cut_into_pieces_that_name_it() -> None:
    text = "A sentence of the message. " * 200
    chunks = chunk_document(chat(text), "d")
    assert {chunk.message_id for chunk in chunks} == {"m0"}
    assert all(len(chunk.text) <= MESSAGE_CHARACTERS for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == text
    assert [chunk.seq for chunk in chunks] == list(range(len(chunks)))


@given(st.text(alphabet=" .\n" + "abcdé🌿", max_size=400), st.integers(1, 60))
def test_cuts_tile_the_text(text: str, limit: int) -> None:
    spans = list(cut(text, 0, len(text), limit))
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(text)
    assert all(end - start <= limit for start, end in spans)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([BlockKind.PROSE, BlockKind.LIST, BlockKind.CODE, BlockKind.HEADING]),
            st.text(alphabet="# ab\n.", min_size=1, max_size=300).filter(str.strip),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_word_of_a_note_is_in_exactly_one_chunk(parts: list[tuple[BlockKind, str]]) -> None:
    parsed = note(*parts)
    chunks = chunk_document(parsed, "d")
    assert all(chunk.text == parsed.text[chunk.start : chunk.end] for chunk in chunks)
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(parsed.text.split())
    assert all(len(chunk.text) <= PASSAGE_CHARACTERS + 400 for chunk in chunks)


def test_a_place_is_the_locator_and_is_not_joined_with_another() -> None:
    first, second = "One.", "Two."
    blocks = (
        Block(BlockKind.PROSE, 0, 4, 1, (), "page 1"),
        Block(BlockKind.PROSE, 5, 9, 2, (), "page 1"),
        Block(BlockKind.PROSE, 10, 14, 3, (), "page 2"),
    )
    parsed = ParsedDocument(
        uri="file:///a.pdf",
        kind=DocumentKind.NOTE,
        format="pdf",
        title="a",
        text=f"{first}\n{second}\nTri.",
        blocks=blocks,
    )
    chunks = chunk_document(parsed, "d")
    assert [(chunk.locator, chunk.text) for chunk in chunks] == [
        ("page 1", "One.\nTwo."),
        ("page 2", "Tri."),
    ]
