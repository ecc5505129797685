"""What the readers of exports share: ids of their own, visible bad bytes, counted losses."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import Message
from mem.errors import ParseFailed
from mem.sources import loose
from mem.sources.chats import records
from tests.unit.sources.chats.helpers import entry_for


def test_a_taken_id_is_numbered_and_a_repeat_is_counted() -> None:
    tally = records.Tally()
    messages = records.MessageList(tally)
    for identity, text in [("a", "1"), ("a#2", "x"), ("a", "2"), ("a", "1"), ("a", "3")]:
        messages.add(Message(identity, "Ada", "user", text))
    assert [(one.id, one.text) for one in messages.messages] == [
        *(("a", "1"), ("a#2", "x"), ("a#3", "2"), ("a#4", "3")),
    ]
    assert tally.notices() == ("left out: 1 × message repeated",)


def test_json_with_marks_and_bad_bytes() -> None:
    assert records.parse_json(b"\xef\xbb\xbf[1]", "x") == [1]
    assert records.parse_json("[1]".encode("utf-16"), "x") == [1]
    (text,) = loose.items_of(records.parse_json(b'["caf\xe9 \\ud800"]', "x"))
    assert loose.words(text) == "caf\\xe9 \\ud800"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 100_000, b"[" + b"9" * 5000 + b"]", b"\xff\xfe\xff"]
)
def test_what_is_no_json_fails_with_its_place(data: bytes) -> None:
    with pytest.raises(ParseFailed, match=r"export\.json"):
        records.parse_json(data, "export.json")


def test_notices_of_many_kinds_stay_few_and_add_up() -> None:
    tally = records.Tally()
    for number in range(1, 31):
        tally.add(f"kind {number}", number)
    notices = tally.notices()
    assert len(notices) == 20
    assert sum(int(notice.split()[2]) for notice in notices) == sum(range(1, 31))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20)),
        ("1700000000.5", datetime(2023, 11, 14, 22, 13, 20, 500_000)),
        (0, None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ("x", None),
    ],
)
def test_counts_of_seconds(value: object, expected: datetime | None) -> None:
    assert loose.epoch_time(value) == expected


def test_titles_are_short() -> None:
    assert records.first_line("\n  Plan \t the beds\nmore") == "Plan the beds"
    assert records.first_line("word " * 100) == "word " * 14 + "word…"
    assert len(records.first_line("x" * 500)) == 80
    assert records.first_line(" \n") == ""


def test_what_lies_beside_a_file(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_bytes(b"[]")
    beside = records.files_beside(entry_for(str(tmp_path / "general" / "day.json"), b""))
    (tmp_path / "general").mkdir()
    assert beside("../users.json") == b"[]"
    assert beside("../channels.json") is None
    assert records.nothing_beside("../users.json") is None
