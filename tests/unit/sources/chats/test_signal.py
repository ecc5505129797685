"""Signal's messages in the shapes of the tools that bring them out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.errors import ParseFailed
from mem.sources.chats.signal import SignalParser
from tests.unit.sources.chats.helpers import by_id, entry_for, read, read_one, said

PARSER = SignalParser()


def test_rows_of_signal_desktop() -> None:
    bob, group = read(PARSER, "signal/desktop.json")
    assert (bob.uri, bob.title) == ("signal:k1", "Bob")
    assert said(bob) == [
        ("me", "user", "Seeds arrived"),
        ("Bob", "other", "Great\n[file: seeds.jpg]"),
    ]
    second = by_id(bob)["m2"]
    assert (second.at, second.attachments) == (datetime(2022, 7, 1, 10, 1), ("seeds.jpg",))
    assert (group.title, said(group)) == (
        "Allotment",
        [("Bob", "other", "Meeting at six (edited)"), ("system", "system", "[group v2 change]")],
    )
    assert bob.notices == (
        "left out: 1 × reaction",
        "left out: 1 × message without words (incoming)",
    )


def test_lines_that_signal_cli_received() -> None:
    chat = read_one(PARSER, "signal/signal-cli.jsonl")
    assert (chat.uri, chat.title) == ("signal:s-bob", "Bob")
    assert said(chat) == [
        ("Bob", "other", "Seeds?\n[file: list.pdf]"),
        ("me", "user", "In the shed"),
    ]
    assert [one.id for one in chat.messages] == ["1656669600000", "1656669660000"]
    assert chat.notices == ("left out: 1 × envelope with typingMessage",)


def test_lines_of_signal_export() -> None:
    chat = read_one(PARSER, "signal/Bob/data.json")
    assert (chat.uri, chat.title) == ("signal:Bob", "Bob")
    assert said(chat) == [
        ("me", "user", "Seeds arrived"),
        ("Bob", "other", "Great\n[file: seeds.jpg]"),
    ]
    assert chat.messages[0].at == datetime(2022, 7, 1, 10)


def test_a_file_without_words_says_so() -> None:
    data = b'{"messages":[{"conversationId":"k","type":"incoming","body":""}]}'
    with pytest.raises(ParseFailed) as failure:
        list(PARSER.parse_bytes(data, entry_for("signal.json", data)))
    assert failure.value.code == "empty"


@pytest.mark.parametrize("head", [b"", b"{}", b"[1]", b'{"text": "x", "speaker": "y"}\n'])
def test_other_files_are_not_its_own(head: bytes) -> None:
    assert PARSER.sniff(Path("x.json"), head) == 0
