"""The block builder: lines nobody claims become prose, lines are claimed once."""

from __future__ import annotations

from mem.core.document import Block, BlockKind
from mem.sources.parsers.blocks import BlockBuilder, Lines

TEXT = "gap\n\n  code\n\nlist\nlist\n# H\ntail\n"


def test_unclaimed_lines_become_paragraphs() -> None:
    builder = BlockBuilder(Lines(TEXT))
    builder.add(BlockKind.CODE, 2, 4)
    builder.heading(6, 7, 1, "H")
    assert builder.finish() == (
        Block(BlockKind.PROSE, 0, 3, 1),
        Block(BlockKind.CODE, 5, 11, 3),
        Block(BlockKind.PROSE, 13, 22, 5),
        Block(BlockKind.HEADING, 23, 26, 7),
        Block(BlockKind.PROSE, 27, 31, 8, ("H",)),
    )


def test_lines_are_claimed_once_and_never_given_back() -> None:
    builder = BlockBuilder(Lines(TEXT))
    builder.add(BlockKind.LIST, 0, 5)
    builder.add(BlockKind.CODE, 1, 3)
    builder.add(BlockKind.CODE, 4, 6)
    assert [(block.kind, block.line) for block in builder.finish()] == [
        (BlockKind.LIST, 1),
        (BlockKind.CODE, 6),
        (BlockKind.PROSE, 7),
    ]


def test_lines_end_at_lf_crlf_and_cr() -> None:
    lines = Lines("a\nb\r\nc\rd\x0ce")
    assert [lines[number] for number in range(len(lines))] == ["a\n", "b\r\n", "c\r", "d\x0ce"]
    assert [lines.number_at(offset) for offset in (0, 1, 2, 5, 7)] == [0, 0, 1, 2, 3]
