"""Browse, driven by keys over the sample data."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.tui.messages import GoTo
from mem.tui.screens.browse import BrowseScreen
from mem.tui.widgets.passage import PassageView
from tests.functional.tui_support import LARGE, SMALL, Driver, drives, pick, run


async def search(d: Driver, words: str) -> None:
    await d.press("slash")
    await d.type(words)
    await d.until(lambda: d.screen.view.words == words)  # type: ignore[attr-defined]
    await d.quiet()


@drives("browse.search", "browse.copy", "browse.clear")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_typing_finds_and_the_match_is_shown_in_its_surroundings(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await d.until(lambda: d.table("#rows").total > 200)
        await search(d, "cold bar pressu")
        await d.see("best match", "1.3 bar")
        preview = d.screen.query_one("#preview", PassageView)
        await d.until(lambda: preview.passage and preview.passage.matches)
        assert preview.passage is not None and preview.passage.focus is not None
        text, spans = preview.passage.focus.text, preview.passage.matches
        assert {text[a:b].lower() for a, b in spans} >= {"pressure", "bar", "cold"}
        await d.press("escape", "y")
        assert "1.3 bar" in d.copied[0]
        await d.press("x")
        await d.until(lambda: d.table("#rows").total > 200)

    run(sample_home, scenario, size)


@drives("browse.kind", "browse.source", "browse.person", "browse.time", "browse.order")
def test_filters_narrow_what_is_listed(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await d.until(lambda: d.table("#rows").total > 200)
        await pick(d, "p", "samira")
        await d.see("person: Samira")
        spoken = d.table("#rows").total
        assert 0 < spoken < 100
        await pick(d, "t", "October 2025")
        await d.see("2025-10")
        assert 0 < d.table("#rows").total < spoken
        await d.press("o")
        await d.see("oldest")
        await d.press("x")
        await d.quiet()
        await pick(d, "f", "chat-jsonl")
        await d.see("kind: chat-jsonl")
        await pick(d, "s", "chats")
        await d.press("v")
        await d.see("5 documents", "rows: documents")
        await pick(d, "t", "whenever it suits")
        await d.hear("is not a time")

    run(sample_home, scenario)


@drives("browse.useful", "browse.wrong")
def test_a_passage_that_was_looked_for_can_be_marked(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await search(d, "hazelnuts")
        for key, word, event in (("plus", "useful", "useful"), ("minus", "wrong", "useless")):
            await d.press("escape", key)
            await d.hear(f"Marked as {word}.")
            rows = d.assistant.store.database.rows(
                "SELECT text FROM recall JOIN chunk ON chunk.pk = chunk_pk WHERE event = ?",
                (event,),
            )
            assert len(rows) == 1
            assert "azelnuts" in str(rows[0][0])
        await d.press("v")
        await d.see("rows: documents")
        await d.quiet()
        await d.press("plus")
        await d.hear("Passages and memories can be marked")

    run(sample_home, scenario)


@drives("browse.forget", "browse.edit")
def test_forgetting_shows_what_goes_and_only_yes_does_it(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await search(d, "plum")
        await d.press("escape", "v")
        await d.see("Plum")
        await d.until(lambda: d.screen.query_one("#preview").passage is not None)  # type: ignore[attr-defined]
        await d.press("e")
        await d.hear("cannot step aside")
        identity = d.row("#rows").key
        await d.press("D")
        await d.see("Forget for good?", "1 document with")
        await d.press("n")
        assert d.assistant.show(identity).document.id == identity
        await d.press("D")
        await d.see("Forget for good?")
        await d.press("y")
        await d.hear("Forgotten: 1 document")
        await d.quiet()
        assert all(row.id != identity for row in d.assistant.documents(limit=100))
        assert not d.assistant.browse().document_rows([identity])[0]

    run(sample_home, scenario)


def test_hostile_text_cannot_steer_the_terminal(sample_home: Path, tmp_path: Path) -> None:
    note = tmp_path / "hostile.md"
    note.write_text("# [/nope] [bold]\x1b]0;owned\x07 \u202ereversed\n\nzebra [red]plain\n")

    async def scenario(d: Driver) -> None:
        d.assistant.ingest(note)
        await d.go("browse")
        await search(d, "zebra")
        await d.see("[red]plain", "[/nope]")
        assert not set(d.shown) & set("\x1b\x07\u202e")

    run(sample_home, scenario)


def test_a_change_of_the_store_keeps_the_passage_that_one_was_sent_to(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive = BrowseScreen.arrive

    def and_then_it_changes(self: BrowseScreen, event: GoTo) -> None:
        arrive(self, event)
        self.changed()

    monkeypatch.setattr(BrowseScreen, "arrive", and_then_it_changes)

    async def scenario(d: Driver) -> None:
        chunk = d.assistant.search("hazelnuts", memories=False)[0].id
        d.app.post_message(GoTo("browse", chunk=chunk))
        await d.until(lambda: d.screen.NAME == "browse")
        await d.quiet()
        await d.until(lambda: d.table("#rows").row is not None)
        assert d.row("#rows").key == chunk

    run(sample_home, scenario)
