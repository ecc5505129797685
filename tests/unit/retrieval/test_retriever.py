"""Search over a small real store: who said it, what is newest, what is excluded."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.query import Filters, Hit
from mem.errors import EmptyQuery
from tests.unit.retrieval.conftest import take_in, write_folder


def messages(assistant: Assistant, query: str, **options: object) -> list[str | None]:
    found = assistant.search(query, **options)  # type: ignore[arg-type]
    return [hit.message_id for hit in found.hits]


def hits(assistant: Assistant, query: str, limit: int = 10) -> tuple[Hit, ...]:
    return assistant.search(query, limit=limit).hits


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("What is Joel's dog called?", "m4"),
        ("What is the name of Delphine's pet?", "m5"),
        ("Where does Delphine work?", "m6"),
        ("which milk do I like?", "a1"),
        ("How much is Joel's rent?", "m10"),
        ("greyhuond", "m2"),
    ],
)
def test_the_message_that_answers_is_among_the_first(
    assistant: Assistant, query: str, first: str
) -> None:
    assert first in messages(assistant, query, limit=2)


def test_notes_are_found_beside_chats(assistant: Assistant) -> None:
    (hit,) = hits(assistant, "how to bleed radiators", limit=1)
    assert hit.source.title == "Boiler"
    assert hit.message_id is None
    assert [hit.text[start:end] for start, end in hit.highlights] == ["Bleed", "radiators"]


def test_the_newest_of_conflicting_statements_comes_first(assistant: Assistant) -> None:
    found = hits(assistant, "What is the rent of Joel's flat?")
    ids = [hit.message_id for hit in found]
    assert ids[:2] == ["m10", "m9"]


def test_a_long_message_comes_back_once_by_its_best_piece(assistant: Assistant) -> None:
    found = hits(assistant, "what lacquer did you suggest for the frame?")
    assert Counter(hit.message_id for hit in found)["a4"] == 1
    (piece,) = [hit for hit in found if hit.message_id == "a4"]
    assert "crimson lacquer" in piece.text


def test_a_note_does_not_crowd_out_the_others(assistant: Assistant) -> None:
    found = hits(assistant, "tomatoes basil bed or lentil soup", limit=4)
    titles = [hit.source.title for hit in found]
    assert "Lentil soup" in titles


def test_scores_are_probabilities_in_order(assistant: Assistant) -> None:
    found = assistant.search("lentil soup with cumin", limit=10)
    scores = [hit.score for hit in found.hits]
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    vague = assistant.search("the orbital period of Neptune's moons")
    assert 0 <= vague.confidence < found.confidence <= 1


@pytest.mark.parametrize("query", ["", "  ", "\n\t"])
def test_an_empty_query_is_refused(assistant: Assistant, query: str) -> None:
    with pytest.raises(EmptyQuery):
        assistant.search(query)


@pytest.mark.parametrize(
    "query", ['c++ "what\'s up?"', "foo-bar", "u : x", "???", "NEAR(", "\x00", "a" * 20_000, "🙂"]
)
def test_odd_queries_are_answered(assistant: Assistant, query: str) -> None:
    assert len(assistant.search(query, limit=3).hits) <= 3


def test_an_empty_store_finds_nothing(empty: Assistant) -> None:
    found = empty.search("anything at all")
    assert found.hits == ()
    assert found.confidence == 0


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        (Filters(speaker="delphine"), lambda hit: hit.speaker == "Delphine"),
        (Filters(sessions=frozenset({"s2"})), lambda hit: hit.session_id == "s2"),
        (Filters(kind="note"), lambda hit: hit.message_id is None),
        (Filters(since=datetime(2025, 6, 1)), lambda hit: hit.said_at >= datetime(2025, 6, 1)),
        (Filters(before=datetime(2025, 4, 1)), lambda hit: hit.said_at < datetime(2025, 4, 1)),
    ],
)
def test_filters_are_hard(assistant: Assistant, filters: Filters, passing: object) -> None:
    found = assistant.search("What about Biscuit and the museum?", filters=filters, limit=50).hits
    assert found
    assert all(passing(hit) for hit in found)  # type: ignore[operator]


def test_what_is_gone_is_not_found(empty: Assistant, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "own")
    take_in(empty, folder)
    assert hits(empty, "lentil soup")[0].source.title == "Lentil soup"
    (folder / "soup.md").unlink()
    empty.ingest(folder)
    assert all(hit.source.title != "Lentil soup" for hit in hits(empty, "lentil soup"))


def test_explain_shows_every_signal(assistant: Assistant) -> None:
    plain = assistant.search("lentils", limit=1).hits[0].signals
    full = assistant.search("lentils", limit=1, explain=True).hits[0].signals
    assert {"lexical", "cosine"} <= set(plain) < set(full)


def test_chunks_without_a_vector_are_found_by_their_words(assistant: Assistant) -> None:
    with assistant.store.database.transaction() as connection:
        connection.execute("DELETE FROM embedding")
    found = assistant.search("red lentils", limit=1)
    assert found.hits[0].source.title == "Lentil soup"
    assert "no vector yet" in found.notices[0]


def test_the_limit_is_kept(assistant: Assistant) -> None:
    assert len(hits(assistant, "Biscuit", limit=1)) == 1
    assert len(hits(assistant, "Biscuit", limit=500)) >= 10


def test_a_page_of_links_comes_after_the_pages_it_points_to(
    assistant: Assistant, tmp_path: Path
) -> None:
    index = tmp_path / "Home.md"
    index.write_text("- [[boiler]] radiators\n- [[soup]] lentils\n- [[garden]] tomatoes\n")
    assistant.ingest(index)
    titles = [hit.source.title for hit in hits(assistant, "radiators, lentils, tomatoes")]
    assert titles[0] != "Home"
    assert "Home" in titles
