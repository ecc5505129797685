"""Two homes that differ only in a name are the same once it is forgotten.

What is compared is every row of every table, full-text segments and vectors included: no trace is
left from which the name could be told or guessed. Marks are keyed and differ, as they should.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.ids import content_hash, text_hash
from tests.functional.test_forget_canaries import files_with, write_chat, write_export
from tests.unit.sources.test_docx import docx
from tests.unit.sources.test_pdf import pdf

TWINS = ("Qbcdfgjkvza", "Qzkvwjgfdxa")
RAIN = "Rain fell on the roof of the old mill. " * 12
KEPT = f"My brother Tom lives in Lisbon.\n\n{RAIN}"
SAID = "My sister {} works as a nurse."
DATED = "---\ndate: 2024-02-01\n{}---\n"
# Keyed; that no plain hash of a file is there is looked for in the bytes.
KEYED = {"file": "content_hash"}


def note(folder: Path, name: str) -> None:
    text = f"# Day\n\n{KEPT}\n\n## Later\n\n{SAID.format(name)}\n"
    (folder / "day.md").write_text(DATED.format("") + text)


def title(folder: Path, name: str) -> None:
    (folder / "day.md").write_text(DATED.format(f"title: About {name}\n") + KEPT)


def front_matter(folder: Path, name: str) -> None:
    head = DATED.format(f"tags: [{name.lower()}, kept]\naliases: [{name}]\nwith: {name}\n")
    text = f"# Day\n\n{KEPT} See [[{name}]] and #{name.lower()}.\n\n## Other\n\n{KEPT}"
    (folder / "day.md").write_text(head + text)


def file_name(folder: Path, name: str) -> None:
    (folder / f"{name}.md").write_text(DATED.format("") + KEPT)


def folder_name(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "day.md").write_text(DATED.format("") + KEPT)


def unread(folder: Path, name: str) -> None:
    (folder / f"{name}.exe").write_bytes(b"\x7fELF" + b"\0" * 100)


def org(folder: Path, name: str) -> None:
    text = f"#+TITLE: Day\n* Rent\n{KEPT}\n* Price\n:PROPERTIES:\n:WHO: {name}\n:END:\n"
    (folder / "day.org").write_text(text + SAID.format(name))


def page(folder: Path, name: str) -> None:
    text = f"<title>Day</title><h1>Day</h1><p>{KEPT}</p><h2>Later</h2><p>{SAID.format(name)}</p>"
    (folder / "day.html").write_text(f"<!DOCTYPE html>{text}")


def table(folder: Path, name: str) -> None:
    (folder / "costs.csv").write_text(f"date,item\n2025-05-01,van {name}\n2025-05-02,petrol\n")


def paper(folder: Path, name: str) -> None:
    (folder / "day.pdf").write_bytes(pdf(SAID.format(name), title="Day"))


def word(folder: Path, name: str) -> None:
    text = f"{KEPT}\n\n{SAID.format(name)}"
    (folder / "day.docx").write_bytes(docx(lambda document: document.add_paragraph(text)))


def mail(folder: Path, name: str) -> None:
    head = f"From: {name} <{name.lower()}@example.org>\nTo: bo@example.org\nSubject: Re: {name}\n"
    date = "Date: Thu, 01 May 2025 10:00:00 +0200\nMessage-ID: <1@example.org>\n\n"
    (folder / "day.eml").write_text(head + date + SAID.format(name))


def chat(folder: Path, name: str) -> None:
    write_chat(folder / "talk.jsonl", [name])


def speaker(folder: Path, name: str) -> None:
    lines = [
        {"conversation": "c", "session": session, "id": f"{session}-{one}", "speaker": one}
        | {"role": "user", "at": "2024-03-01T10:00:00", "text": "I live in Graz."}
        for session, one in (("s1", "Me"), (f"s-{name}", name))
    ]
    (folder / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def export(folder: Path, name: str) -> None:
    write_export(folder / "conversations.json", [name])


def phone(folder: Path, name: str) -> None:
    lines = (("Ann", "Hello there"), (name, "I live in Graz."), ("Ann", f"<attached: {name}.jpg>"))
    text = "".join(f"01/05/2024, 10:00 - {one}: {said}\n" for one, said in lines)
    (folder / f"WhatsApp Chat with {name}.txt").write_text(text)


Road = Callable[[Path, str], None]
QUICK: list[Road] = [note, front_matter, file_name, unread, speaker]
SLOW: list[Road] = [
    title, folder_name, org, page, table, paper, word, mail, chat, export, phone
]  # fmt: skip


def live_and_forget(road: Road, place: Path, name: str, how: str) -> None:
    """A home below `place` that took the name in by a road, and has forgotten it."""
    user, home = place / "user", place / "home"
    for one in (user, home):
        shutil.rmtree(one, ignore_errors=True)
    user.mkdir(parents=True)
    road(user, name)
    for path in user.rglob("*"):
        os.utime(path, (1_710_000_000, 1_710_000_000))
    with Assistant.open(home) as assistant:
        assistant.ingest(user)
        assistant.memories.consolidate()
        assistant.rebuild_index()
        assert files_with(home, [name])
        if how == "name":
            plan = assistant.forget_preview(match=name)
        elif how == "source":
            plan = assistant.forget_preview(source=str(user))
        else:
            ids = [one.id for one in assistant.documents(limit=9)]
            plan = assistant.forget_preview(documents=ids)
        assistant.forget(plan)
        assert files_with(home, [name]) == []
        hashes = [content_hash(one.read_bytes()) for one in user.rglob("*") if one.is_file()]
        words = [text_hash(one) for one in (name, name.lower(), SAID.format(name))]
        assert files_with(home, [*hashes, *words]) == []
        assistant.ingest(user)
        assistant.memories.consolidate()
        assert files_with(home, [name, *hashes]) == []


def every_row(home: Path) -> dict[str, list[dict[str, object]]]:
    connection = sqlite3.connect(home / "data" / "mem.db")
    connection.row_factory = sqlite3.Row
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT IN ('tombstone', '_sqlite_migrations') AND sql NOT LIKE '%fts5vocab%'"
    ).fetchall()
    found = {}
    for (name,) in tables:
        rows = map(dict, connection.execute(f'SELECT * FROM "{name}"').fetchall())
        found[name] = [
            {key: row[key] for key in row if KEYED.get(name) != key and key != "size"}
            for row in rows
        ]
    connection.close()
    return found


def check(road: Road, how: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda count: "ab" * count)
    states = []
    for name in TWINS:
        live_and_forget(road, place, name, how)
        states.append(every_row(place / "home"))
    assert states[0] == states[1]


@pytest.mark.parametrize("road", QUICK, ids=lambda one: one.__name__)
def test_a_name_that_is_forgotten_leaves_no_trace(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(road, "name", tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("road", SLOW, ids=lambda one: one.__name__)
def test_it_leaves_none_by_whichever_road_it_came(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(road, "name", tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("road", [*QUICK, *SLOW], ids=lambda one: one.__name__)
def test_a_source_that_is_forgotten_leaves_no_trace(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(road, "source", tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("road", [note, title, file_name, chat], ids=lambda one: one.__name__)
def test_a_document_that_is_forgotten_leaves_no_trace(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(road, "document", tmp_path, monkeypatch)
