"""A file is read again where a better reader has come, and stays with the one it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.protocols import Parser
from mem.errors import BadMapping
from mem.ingest.pipeline import Importer
from mem.sources.parsers.table import ColumnMapping, TableParser
from mem.sources.parsers.text import TextParser
from mem.testing import FakeEmbedder


class RecipeParser(TextParser):
    """A reader that came later."""

    name = "recipe"

    def sniff(self, path: Path, head: bytes) -> int:
        return 80 if path.suffix == ".txt" and head.startswith(b"Recipe") else 0


def importer(assistant: Assistant, parsers: Sequence[Parser], megabytes: int = 50) -> Importer:
    return Importer(
        assistant.store,
        parsers,
        assistant.embeddings,
        lambda: assistant.embedder,
        assistant.clock,
        max_bytes=megabytes * 1024 * 1024,
    )


def formats(assistant: Assistant) -> dict[str, str]:
    rows = assistant.store.database.rows("SELECT title, format FROM document")
    return {str(title): str(form) for title, form in rows}


def test_a_better_reader_takes_what_is_its_own(
    assistant: Assistant, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Recipe: pancakes\n")
    (folder / "b.txt").write_text("Something else\n")
    plain, more = [TextParser()], [TextParser(), RecipeParser()]
    assert importer(assistant, plain).run([folder]).added == 2
    second = importer(assistant, more).run([folder])
    assert (second.updated, second.unchanged) == (1, 1)
    assert formats(assistant)["b"] == "text"
    assert "recipe" in formats(assistant).values()
    third = importer(assistant, more).run([folder])
    assert (third.updated, third.unchanged) == (0, 2)
    back = importer(assistant, plain).run([folder])
    assert (back.updated, back.unchanged) == (1, 1)


def test_what_another_reader_made_of_a_file_is_gone(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"conversation": "c", "speaker": "Ada", "text": "Hello"}\n')
    assistant.ingest(path, format="table")
    ledger = assistant.ingest(path, format="chat-jsonl")
    assert (ledger.added, ledger.gone) == (1, 1)
    assert [one.format for one in assistant.documents(gone=False)] == ["chat-jsonl"]
    source = assistant.sources()[0].uri
    assert len(assistant.forget_preview(source=source).documents) == 2


def test_what_was_asked_for_stays(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Recipe: pancakes\n")
    parsers = [TextParser(), RecipeParser()]
    importer(assistant, parsers).run([path], form="text")
    assert importer(assistant, parsers).run([path]).unchanged == 1
    path.write_text("Recipe: bread, with flour\n")
    assert importer(assistant, parsers).run([path]).updated == 1
    assert set(formats(assistant).values()) == {"text"}


TABLE = "date,from,body\n2025-05-01,Ann,Shall we rent the van?\n2025-05-02,Bob,Yes\n"


def test_a_mapping_stays_with_its_file(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_text(TABLE)
    assert assistant.ingest(path).added == 1
    columns = "text=body,at=date,speaker=from"
    assistant.ingest(path, columns=columns)
    assert speakers(assistant) == ["Ann", "Bob"]
    assert assistant.ingest(path).unchanged == 1
    path.write_text(TABLE + "2025-05-03,Zoe,Me too\n")
    assistant.ingest(path)
    assert speakers(assistant) == ["Ann", "Bob", "Zoe"]
    assistant.ingest(path, format="table")
    assert speakers(assistant) == [None]


def speakers(assistant: Assistant) -> list[object]:
    rows = assistant.store.database.rows("SELECT DISTINCT speaker FROM chunk ORDER BY speaker")
    return [row[0] for row in rows]


def test_a_mapping_that_does_not_fit(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_text(TABLE)
    ledger = assistant.ingest(path, columns="text=words,at=date")
    (entry,) = ledger.entries
    assert (entry.outcome, entry.code) == ("failed", "no-such-column")
    assert "no column 'words'; its columns are date, from, body" in entry.reason


@pytest.mark.parametrize(
    "written", ["", "text", "body=text", "at=date", "text=a,at=b,at=c", "text=a,,", "text="]
)
def test_a_mapping_that_says_nothing(written: str) -> None:
    with pytest.raises(BadMapping):
        ColumnMapping.read(written)


def test_a_mapping_is_written_as_it_is_read() -> None:
    mapping = ColumnMapping.read("speaker=who, text=a,text=b ,conversation=room")
    assert mapping == ColumnMapping(("a", "b"), speaker="who", conversation="room")
    assert ColumnMapping.read(str(mapping)) == mapping
    assert TableParser().with_options(str(mapping)).options == str(mapping)


def test_a_large_file_is_for_readers_that_stream(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words " * 400_000)
    small = importer(assistant, [TextParser()], 1).run([path])
    (entry,) = small.entries
    assert (entry.outcome, entry.code) == ("skipped", "too-large")
    again = importer(assistant, [TextParser()], 1).run([path])
    assert again.skipped == 1
    assert importer(assistant, [TextParser()]).run([path]).added == 1
    other = tmp_path / "b.txt"
    other.write_text("words " * 400_000)
    streaming = TextParser()
    streaming.streams = True  # type: ignore[attr-defined]
    assert importer(assistant, [streaming], 1).run([other]).added == 1


def test_a_renamed_calendar_keeps_its_id(assistant: Assistant, tmp_path: Path) -> None:
    from importlib import import_module

    from tests.contract.samples import ICS

    (parser,) = import_module("mem_calendar").mem_parsers()

    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "home.ics").write_bytes(ICS)
    parsers = [parser]
    importer(assistant, parsers).run([folder])
    ids = [one.id for one in assistant.documents()]
    (folder / "home.ics").rename(folder / "work.ics")
    ledger = importer(assistant, parsers).run([folder])
    assert (ledger.moved, ledger.gone) == (1, 0)
    (found,) = assistant.documents()
    assert [found.id] == ids and found.uri.endswith("work.ics")
