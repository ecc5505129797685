"""WhatsApp's text exports in the forms that phones of many countries write."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import ParsedDocument
from mem.errors import ParseFailed
from mem.sources.chats.whatsapp import WhatsAppParser
from tests.unit.sources.chats.helpers import entry_for, read, read_one, said

PARSER = WhatsAppParser()
OUTSIDE = "No one outside of this chat can read them."


def parse(*lines: str, name: str = "chat.txt", modified: int = 1_750_000_000) -> ParsedDocument:
    data = "\n".join(lines).encode()
    (document,) = PARSER.parse_bytes(data, entry_for(name, data, modified=modified))
    return document


def times(document: ParsedDocument) -> list[str]:
    return [one.at.isoformat(" ", "minutes") for one in document.messages if one.at]


def test_an_american_iphone() -> None:
    chat = read_one(PARSER, "whatsapp/en-US/_chat.txt")
    assert said(chat) == [
        (
            "Allotment",
            "system",
            f"Messages and calls are end-to-end encrypted. {OUTSIDE}",
        ),
        ("Ada", "system", "Ada added Bob"),
        ("Bob", "other", "image omitted"),
        ("Bob", "other", "two lines:\nthe second one"),
        ("Ada", "other", "<attached: 00000012-PHOTO-2024-01-01-12-00-00.jpg>"),
        ("Ada", "other", "plan.pdf • 2 pages document omitted"),
    ]
    assert times(chat) == [
        *("2023-12-30 21:41", "2023-12-30 21:41", "2023-12-31 00:01", "2023-12-31 00:02"),
        *("2024-01-01 12:00", "2024-01-01 13:00"),
    ]
    assert [one.attachments for one in chat.messages[2:]] == [
        ("media",),
        (),
        ("00000012-PHOTO-2024-01-01-12-00-00.jpg",),
        ("plan.pdf",),
    ]
    assert (chat.title, chat.notices) == ("Bob and Ada", ())


def test_a_german_android_phone() -> None:
    chat = read_one(PARSER, "whatsapp/de/WhatsApp Chat mit Bob.txt")
    assert (chat.uri, chat.title) == ("whatsapp:WhatsApp Chat mit Bob", "WhatsApp Chat mit Bob")
    note = "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Tippe, um mehr zu erfahren."
    assert said(chat) == [
        ("system", "system", note),
        ("Ada", "user", "Hast du die Samen?"),
        ("Bob", "other", "Ja: drei Tüten\n\nund Erde"),
        ("Bob", "other", "<Medien ausgeschlossen>"),
        ("Bob", "other", "IMG-20240301-WA0001.jpg (Datei angehängt)\nBildunterschrift"),
        ("Ada", "user", "ok"),
        ("Ada", "user", "ok"),
        ("system", "system", "Bob hat den Gruppennamen von „a: b“ zu „c“ geändert."),
    ]
    assert times(chat)[2:5] == ["2024-02-29 08:05", "2024-02-29 08:06", "2024-03-01 09:00"]
    assert [one.line for one in chat.messages] == [1, 2, 3, 6, 7, 9, 10, 11]
    assert [one.attachments for one in chat.messages[3:5]] == [
        ("media",),
        ("IMG-20240301-WA0001.jpg",),
    ]


def test_a_brazilian_a_japanese_and_an_arabic_phone() -> None:
    brazilian = read_one(PARSER, "whatsapp/pt-BR/Conversa do WhatsApp com Zoe.txt")
    assert times(brazilian) == [
        *("2023-06-05 21:41", "2023-06-05 21:42", "2023-06-07 21:43", "2023-06-13 07:00"),
    ]
    assert [one.role for one in brazilian.messages] == ["system", "other", "user", "other"]
    assert brazilian.messages[2].attachments == ("media",)
    japanese = read_one(PARSER, "whatsapp/ja/chat.txt")
    assert times(japanese) == ["2023-12-30 21:41", "2023-12-31 00:05", "2023-12-31 12:06"]
    assert [one.speaker for one in japanese.messages] == ["system", "花子", "太郎"]
    arabic = read_one(PARSER, "whatsapp/ar/chat.txt")
    assert times(arabic) == ["2023-12-30 21:41", "2023-12-31 09:42"]
    assert said(arabic)[0] == ("أدا", "other", "مرحبا")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("[31/12/2023, 21:41:05] ", "2023-12-31 21:41"),
        ("31/12/2023, 21:41 - ", "2023-12-31 21:41"),
        ("31/12/23, 9:41 pm - ", "2023-12-31 21:41"),
        ("12/31/23, 12:41\u202fAM - ", "2023-12-31 00:41"),
        ("2023-12-31, 9:41 p.m. - ", "2023-12-31 21:41"),
        ("2023-12-31 21.41 - ", "2023-12-31 21:41"),
        ("31-12-2023 21:41 - ", "2023-12-31 21:41"),
        ("31.12.2023 um 21:41 - ", "2023-12-31 21:41"),
        ("31/12/2023 à 21:41 - ", "2023-12-31 21:41"),
        ("31/12/2023, 9:41 p. m. - ", "2023-12-31 21:41"),
        ("2023-12-31 21 h 41 - ", "2023-12-31 21:41"),
        ("2023. 12. 31. 오후 9:41 - ", "2023-12-31 21:41"),
        ("2023/12/31 下午9:41 - ", "2023-12-31 21:41"),
        ("2023. 12. 31. 21:41 - ", "2023-12-31 21:41"),
        ("31.12.2023 ÖS 9:41 - ", "2023-12-31 21:41"),
        ("23/12/31 21:41 - ", "2023-12-31 21:41"),
        ("\u200e[31.12.23, 21:41:05] ", "2023-12-31 21:41"),
    ],
)
def test_heads_of_messages(head: str, expected: str) -> None:
    chat = parse(f"{head}Ada: hello", f"{head}\u202a+49 30 555\u202c: bye", name="_chat.txt")
    assert times(chat) == [expected, expected]
    assert [one.speaker for one in chat.messages] == ["Ada", "+49 30 555"]


def test_the_order_of_day_and_month_is_one_for_the_file() -> None:
    # 13 is no month, on the last line only.
    assert times(parse("01/02/2023, 10:00 - A: x", "13/02/2023, 10:00 - A: y")) == [
        *("2023-02-01 10:00", "2023-02-13 10:00"),
    ]
    # Day first would go back from 3 May to 6 February.
    ascending = parse("3/5/2023, 10:00 - A: x", "6/2/2023, 10:00 - A: y", "6/3/2023, 10:00 - A: z")
    assert times(ascending) == ["2023-03-05 10:00", "2023-06-02 10:00", "2023-06-03 10:00"]
    # A chat cannot lie ahead of its file.
    ahead = parse("01/02/2023, 10:00 - A: x", "02/02/2023, 10:00 - A: y", modified=1_672_900_000)
    assert times(ahead) == ["2023-01-02 10:00", "2023-02-02 10:00"]


def test_an_order_that_nothing_decides_is_said() -> None:
    chat = parse("01/02/2023, 10:00 - A: x", "02/02/2023, 10:00 - A: y")
    assert times(chat) == ["2023-02-01 10:00", "2023-02-02 10:00"]
    assert chat.notices == ("the order of its dates is not certain; read as day first",)
    american = parse("1/2/23, 9:41 PM - A: x", "1/3/23, 9:41 PM - A: y")
    assert times(american) == ["2023-01-02 21:41", "2023-01-03 21:41"]
    assert american.notices == ("the order of its dates is not certain; read as month first",)


def test_what_only_looks_like_a_head_is_text() -> None:
    chat = parse(
        "before",
        "31/12/2023, 21:41 - Ada: quote:",
        "31/14/2023, 25:41 - Bob: no such day",
        "[31/12/2023, 21:41:00] Bob: another form",
        "31/12/2023, 21:42 - Bob: end",
    )
    assert [one.text for one in chat.messages] == [
        "quote:\nBob: no such day\n[31/12/2023, 21:41:00] Bob: another form",
        "end",
    ]
    assert chat.notices == ("left out: 1 × line before the first message",)


def test_two_exports_of_one_chat_agree_on_ids() -> None:
    lines = ("01/12/2023, 10:00 - A: x", "13/12/2023, 10:00 - B: y", "13/12/2023, 10:00 - B: y")
    early = parse(*lines, name="WhatsApp Chat with B.txt")
    late = parse(*lines, "14/12/2023, 10:00 - A: z", name="WhatsApp Chat with B (1).txt")
    assert early.uri == late.uri
    assert [one.id for one in early.messages] == [one.id for one in late.messages][:3]
    assert len({one.id for one in late.messages}) == 4


def test_an_archive_names_the_chat() -> None:
    chat = parse("01/12/2023, 10:00 - A: x", name="WhatsApp Chat - Bob.zip/_chat.txt")
    assert chat.uri == "whatsapp:WhatsApp Chat - Bob"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A note about things: nothing else\nmore",
        "[2024-01-01 10:00:00] production.ERROR: failed\n[2024-01-01 10:00:01] INFO: ok\n",
        "2023-12-31 21:41 - Lunch with Ada\n2024-01-01 10:00 - Slept\n",
        "31/12/2023, 21:41 - Ada: only one line\n",
    ],
)
def test_other_texts_are_not_its_own(text: str) -> None:
    assert PARSER.sniff(Path("notes.txt"), text.encode()) == 0


def test_a_text_without_messages_says_so() -> None:
    with pytest.raises(ParseFailed):
        parse("nothing", "of the kind")


FORMATS = {
    "lorem-2000.txt": ("[", "] ", "%Y-%m-%d %H:%M"),
    "lorem.txt": ("[", "] ", "%d-%m-%y %H:%M:%S"),
    "lorem-merge-part1.txt": ("", " - ", "%Y-%m-%d, %H:%M"),
    "lorem-merge-part2.txt": ("", " - ", "%Y-%m-%d, %H:%M"),
    "pokemon.txt": ("", " - ", "%d.%m.%Y, %H:%M"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_real_exports_against_a_split_of_their_lines(shared: Path, name: str) -> None:
    """These files have no message of several lines, so each line is a message."""
    path = shared / "data/corpora/whatsapp/whatsapp" / name
    opening, closing, form = FORMATS[name]
    expected: list[tuple[datetime, str]] = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            stamp, rest = line.removeprefix(opening).split(closing, 1)
            speaker = (
                rest.split(": ")[0] if re.match(r"[^:.]{1,30}(?:\. \w+)?: ", rest) else "system"
            )
            expected.append((datetime.strptime(stamp, form), speaker))
    (chat,) = read(PARSER, path)
    assert [(one.at, one.speaker) for one in chat.messages] == expected
    notices = Counter(one.role for one in chat.messages)["system"]
    assert notices == (2 if name == "pokemon.txt" else 0)
