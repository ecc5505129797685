"""Telegram Desktop's JSON: one chat and a whole account, text in parts, media and services."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from mem.errors import ParseFailed
from mem.sources.chats.telegram import TelegramParser
from tests.unit.sources.chats.helpers import by_id, entry_for, read, read_one, said

PARSER = TelegramParser()
BOB = [
    ("Ada", "system", "[phone call: hangup, 62 s]"),
    ("Ada", "user", "See the list (https://example.org) and hurry"),
    ("Bob", "other", "On my way (edited)"),
    ("Bob", "other", "me\n[file: photo_1@01-07-2022.jpg]"),
    ("Bob", "other", "[file: voice message]"),
    ("Ada", "user", "[forwarded from News]\nRain\n[location: 52.5, 13.4]"),
    ("Ada", "user", "[poll: When?]\n- Mon\n- Tue"),
]


def test_one_chat() -> None:
    chat = read_one(PARSER, "telegram/personal.json")
    assert (chat.uri, chat.title) == ("telegram:personal_chat/222", "Bob")
    assert said(chat) == BOB
    assert chat.notices == ("left out: 2 × reaction", "left out: 1 × message without words")
    third = by_id(chat)["3"]
    assert (third.at, third.session) == (datetime(2022, 7, 1, 10, 6), "2022-07-01")
    assert by_id(chat)["4"].attachments == ("photo_1@01-07-2022.jpg",)


def test_a_whole_account() -> None:
    chats = {chat.uri: chat for chat in read(PARSER, "telegram/result.json")}
    assert list(chats) == [
        "telegram:personal_chat/222",
        "telegram:saved_messages/111",
        "telegram:private_group/333",
        "telegram:public_supergroup/335",
    ]
    bob, saved, group, _ = chats.values()
    assert said(bob) == BOB
    assert (saved.title, said(saved)) == (
        "Saved Messages",
        [("Ada", "user", "Note to self")],
    )
    assert said(group) == [
        ("Ada", "system", "[create group: Allotment, Ada, Zoe]"),
        ("user444", "other", "I am gone now"),
    ]
    assert bob.notices[-1] == "left out: 1 × chat without words"


def test_the_owner_of_a_group_alone_is_not_guessed() -> None:
    message = {"id": 1, "type": "message", "from": "Zoe", "from_id": "user4", "text": "x"}
    chat = {"name": "G", "type": "private_group", "id": 3, "messages": [message]}
    data = json.dumps(chat).encode()
    (document,) = PARSER.parse_bytes(data, entry_for("result.json", data))
    assert said(document) == [("Zoe", "other", "x")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"name":"x","type":"personal_chat","id":1,"messages":[]}', "empty"),
        (b'{"about":"x","contacts":{}}', "malformed"),
        (b'{"name":"x","type":"personal_chat"', "malformed"),
    ],
)
def test_files_that_yield_nothing_say_why(data: bytes, code: str) -> None:
    with pytest.raises(ParseFailed) as failure:
        list(PARSER.parse_bytes(data, entry_for("result.json", data)))
    assert failure.value.code == code


@pytest.mark.parametrize("head", [b"", b"{}", b"[1]", b'{"type": "message", "text": "x"}'])
def test_other_files_are_not_its_own(head: bytes) -> None:
    assert PARSER.sniff(Path("result.json"), head) == 0
