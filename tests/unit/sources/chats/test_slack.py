"""Slack exports: names for ids, threads, markup, and the lists beside the channels."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mem.errors import ParseFailed
from mem.sources.chats.slack import SlackParser
from mem.sources.chats.slack_text import readable
from tests.unit.sources.chats.helpers import FIXTURES, by_id, entry_for, read, read_one, said

PARSER = SlackParser()
DAY = "slack/acme/garden/2023-05-08.json"


def test_a_day_of_a_channel() -> None:
    day = read_one(PARSER, DAY)
    assert (day.uri, day.title) == ("slack:T1/C1", "#garden")
    assert said(day) == [
        ("Robert New-Name", "system", "@Robert New-Name has joined the channel"),
        (
            "Ada Byte",
            "other",
            "@Robert New-Name see the plan (https://example.org/a?b=1&c=2) & #garden, @here: 3 < 4",
        ),
        ("Robert New-Name", "other", "Looks good (edited)"),
        ("Deploy Bot", "other", "Build\n#12 (https://ci.example.org/12)\npassed <ok>\nTime: 3 min"),
        ("Ada Byte", "other", "[file: beds.pdf]\n[file: Sketch]"),
        ("Guest Person", "other", "Hi @Ada Byte:wave:"),
        ("zoe", "other", "8 May a@example.org <strange>"),
    ]
    assert day.notices == (
        "left out: 1 × reaction",
        "left out: 1 × message without words (message)",
    )


def test_ids_threads_files_and_the_wall_clock_of_the_workspace() -> None:
    messages = by_id(read_one(PARSER, DAY))
    reply = messages["1683533000.000300"]
    assert reply.session == "thread-1683532800.000200"
    assert messages["1683532800.000200"].session == "2023-05-08"
    # 08:03:20 UTC is 10:03:20 in Berlin, where most of its users are.
    assert reply.at == datetime(2023, 5, 8, 10, 3, 20, 300)
    assert messages["1683533300.000500"].attachments == ("beds.pdf", "Sketch")
    late = messages["1683575400.000800"]
    assert late.at is not None and late.at.hour == 21


def test_a_direct_conversation_is_named_after_its_people() -> None:
    chat = read_one(PARSER, "slack/acme/D1/2023-05-09.json")
    assert (chat.uri, chat.title) == ("slack:T1/D1", "Ada Byte and Robert New-Name")


@pytest.mark.parametrize("name", ["users.json", "channels.json", "dms.json", "mpims.json"])
def test_lists_of_the_export_are_companions(name: str) -> None:
    with pytest.raises(ParseFailed) as failure:
        read(PARSER, f"slack/acme/{name}")
    assert failure.value.code == "companion"


def test_days_are_read_from_an_archive_through_its_members() -> None:
    """`beside` is all that a reader of archives gives; nothing is read from the disk."""
    asked: list[str] = []

    def beside(path: str) -> bytes | None:
        asked.append(path)
        member = FIXTURES / "slack/acme" / path.removeprefix("../")
        return member.read_bytes() if member.exists() else None

    data = (FIXTURES / DAY).read_bytes()
    (day,) = PARSER.parse_bytes(data, entry_for("a.zip/garden/2023-05-08.json", data), beside)
    assert (day.uri, day.messages) == ("slack:T1/C1", read_one(PARSER, DAY).messages)
    assert set(asked) >= {"../users.json", "../channels.json"}


def test_a_day_alone_keeps_ids_and_utc() -> None:
    data = b'[{"type":"message","user":"U1","text":"hi","ts":"1683532800.000200"}]'
    (day,) = PARSER.parse_bytes(data, entry_for("Acme export/garden/2023-05-08.json", data))
    assert (day.uri, day.title) == ("slack:Acme export/garden", "#garden")
    (message,) = day.messages
    assert (message.speaker, message.at) == ("U1", datetime(2023, 5, 8, 8, 0, 0, 200))


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("<@U1|old>", "@Ada"),
        ("<@U2|old>", "@old"),
        ("<@U3>", "@U3"),
        ("<#C1|>", "#C1"),
        ("<#C1|garden>", "#garden"),
        ("<!subteam^S1|@ops> <!channel>", "@ops @channel"),
        ("<http://a.org/b|a.org/b>", "http://a.org/b"),
        ("<http://a.org|A &amp; B>", "A & B (http://a.org)"),
        ("&amp;lt; a < b", "&lt; a < b"),
        ("<" * 50 + "unclosed", "<" * 50 + "unclosed"),
    ],
)
def test_markup(marked: str, shown: str) -> None:
    assert readable(marked, {"U1": "Ada"}) == shown


def test_a_real_export_against_its_own_json(shared: Path, tmp_path: Path) -> None:
    archive = shared / "data/corpora/slack-export/tests/testarchive.zip"
    with zipfile.ZipFile(archive) as members:
        members.extractall(tmp_path / "export")
    root = next((tmp_path / "export").rglob("users.json")).parent
    real = {
        one["id"]: one["profile"]["real_name"]
        for one in json.loads((root / "users.json").read_text())
    }
    assert len(real) > 3
    pacific = ZoneInfo("America/Los_Angeles")
    total = 0
    for path in sorted(root.glob("*/*.json")):
        records = json.loads(path.read_text("utf-8"))
        day = read_one(PARSER, path)
        total += len(day.messages)
        assert [one.id for one in day.messages] == [record["ts"] for record in records]
        # Slack's own division into days is by the workspace's wall clock.
        assert {one.session for one in day.messages} == {path.stem}
        for one, record in zip(day.messages, records, strict=True):
            expected = datetime.fromtimestamp(float(record["ts"]), pacific).replace(tzinfo=None)
            assert one.at is not None and abs((one.at - expected).total_seconds()) < 0.01
            if record.get("user"):
                assert one.speaker == real[record["user"]]
        kinds = Counter(record.get("subtype") for record in records)
        system = kinds["channel_join"] + kinds["bot_add"]
        assert sum(one.role == "system" for one in day.messages) == system
        assert sum(len(one.attachments) for one in day.messages) == sum(
            "file" in r for r in records
        )
    assert total == 158
