"""Full text: terms are quoted, stems are the index's own, mistyped words find something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.core.query import Filters
from mem.store.fulltext import Fulltext, content_words
from mem.store.store import Store

TEXTS = {
    "boiler": ("The boiler needs bleeding every autumn.", "House > Heating"),
    "bread": ("Baking bread: two proofs, then forty minutes.", "Recipes"),
    "cpp": ("Templates in c++ are compiled late.", "Programming"),
    "paint": ("She painted the fence on Sunday.", ""),
    "heating": ("Ask the landlord.", "Boiler"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "mem.db", tmp_path / "backups")
    with opened.database.transaction() as connection:
        for seq, (name, (text, context)) in enumerate(TEXTS.items()):
            connection.execute(
                "INSERT INTO document (id, uri, kind, format, title, content_hash, recorded_at, "
                "updated_at) VALUES (?, ?, 'note', 'text', ?, ?, '2025', '2025')",
                (name, f"file:///{name}", name, name),
            )
            connection.execute(
                'INSERT INTO chunk (pk, id, document_id, seq, text, context, "start", "end", '
                "locator, speaker) VALUES (?, ?, ?, 0, ?, ?, 0, 1, 'line 1', ?)",
                (seq + 1, name, name, text, context, "Ana" if name == "paint" else None),
            )
    yield opened
    opened.close()


@pytest.fixture
def fulltext(store: Store) -> Fulltext:
    return Fulltext(store.database)


def names(store: Store, scores: dict[int, float]) -> list[str]:
    found = store.chunks.by_keys(scores)
    return [found[key].chunk.id for key in scores]


@pytest.mark.parametrize(
    "query",
    [
        'c++ "what\'s up?"', "foo-bar", "u : x", "text:boiler", "NEAR(a b)", "a AND NOT b", "*",
        '"', "(((", "^boiler", "{text context}: boiler", "boiler*", "-boiler", "\x00", "𝕏 🙂",
        "''; DROP",
    ],
)  # fmt: skip
def test_no_query_reaches_the_query_language(fulltext: Fulltext, query: str) -> None:
    assert all(score > 0 for score in fulltext.search(query, limit=5).values())


def test_any_word_matches_and_text_counts_more_than_context(
    store: Store, fulltext: Fulltext
) -> None:
    assert names(store, fulltext.search("boiler xylophone", limit=5)) == ["boiler", "heating"]


def test_words_meet_by_their_stems(store: Store, fulltext: Fulltext) -> None:
    assert names(store, fulltext.search("who paints fences", limit=5)) == ["paint"]


def test_a_field_operator_is_only_a_word(store: Store, fulltext: Fulltext) -> None:
    assert "heating" in names(store, fulltext.search("text:boiler", limit=5))


@pytest.mark.parametrize("typed", ["boi", "boielr", "bioler", "boilr"])
def test_a_word_that_nothing_holds_stands_for_close_ones(
    store: Store, fulltext: Fulltext, typed: str
) -> None:
    assert names(store, fulltext.search(typed, limit=5))[0] == "boiler"
    assert fulltext.search(typed, limit=5, fallback=False) == {}


def test_stopwords_count_only_alone(fulltext: Fulltext) -> None:
    assert content_words("What is the boiler?") == ["boiler"]
    assert content_words("what is it") == ["what", "is", "it"]
    assert content_words("?!") == []
    assert fulltext.search("?!", limit=5) == {}


def test_what_is_gone_and_what_filters_exclude_stays_out(store: Store, fulltext: Fulltext) -> None:
    with store.database.transaction() as connection:
        connection.execute("UPDATE document SET state = 'gone' WHERE id = 'boiler'")
    assert names(store, fulltext.search("boiler", limit=5)) == ["heating"]
    assert fulltext.search("boiler", limit=5, filters=Filters(kind="chat")) == {}


def test_limit(fulltext: Fulltext) -> None:
    assert len(fulltext.search("boiler bread fence", limit=2)) == 2
    assert fulltext.search("boiler", limit=0) == {}


def test_postings_count_text_and_context_but_no_speaker(fulltext: Fulltext) -> None:
    (stem,) = fulltext.stems(["boilers"])[0]
    posting = fulltext.posting(stem)
    assert posting.keys.tolist() == [1, 5]
    assert posting.in_text.tolist() == [1, 0]
    assert posting.in_context.tolist() == [0, 1]
    assert fulltext.frequencies([stem, "nowhere"]) == {stem: 2}
    assert fulltext.posting("ana").keys.tolist() == []


def test_stems_are_those_of_the_index(fulltext: Fulltext) -> None:
    assert fulltext.stems(["what's baking", "", "Ééclair"]) == [
        ["what", "s", "bake"],
        [],
        ["eeclair"],
    ]
