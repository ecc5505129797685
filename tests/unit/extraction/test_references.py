from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.memory import Candidate
from mem.extraction.mentions import persons
from mem.extraction.rules import ORIGIN_RESOLVED, RulesExtractor
from mem.inference.embedder import OnnxEmbedder
from scripts.measure_references import cases, measure
from tests.unit.extraction.making import from_chat, from_note


def resolved(found: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in found if one.origin == ORIGIN_RESOLVED]


@pytest.mark.parametrize("part", ["build", "held"])
def test_what_everyday_pronouns_stand_for(embedder: OnnxEmbedder, part: str) -> None:
    unnamed = RulesExtractor(embedder)
    figures = measure(unnamed, [case for case in cases() if case["part"] == part])
    assert figures["precision"] >= 0.9
    assert figures["recall"] >= 0.65


def test_the_quote_stays_exact_and_says_who_is_meant(extractor: RulesExtractor) -> None:
    text = "My sister Ana lives in Antwerp. She works as a vet."
    (one,) = resolved(from_note(extractor, text))
    assert one.text == "Ines Calloway's sister Ana works as a vet."
    assert [part.quote for part in one.evidence] == ["She works as a vet.", "My sister Ana"]
    assert all(text[part.start : part.end] == part.quote for part in one.evidence)


def test_a_heading_and_the_name_under_it_are_no_full_name() -> None:
    (named,) = persons("# Marta\n\nMarta lives in Porto.", apart=())
    assert named.phrase == "Marta"
    (whole,) = persons("I met Ana Silva.", apart=())
    assert whole.phrase == "Ana Silva"


def test_the_message_before_counts(extractor: RulesExtractor) -> None:
    found = from_chat(
        extractor,
        [
            ("Joel", "other", "My brother Nils called. He is moving to Bergen in March."),
            ("Joel", "other", "He works as a shipwright."),
        ],
    )
    last = next(one for one in found if one.predicate == "work as")
    assert last.subject == "Joel's brother Nils"
    assert [part.chunk_id for part in last.evidence] == ["m1", "m0"]


def test_what_another_said_has_their_owner(extractor: RulesExtractor) -> None:
    found = from_chat(
        extractor,
        [
            ("Joel", "other", "My sister Ida got a new job."),
            ("Ines", "other", "She loves the harbour."),
        ],
    )
    (one,) = resolved(found)
    assert (one.subject, one.trust.name) == ("Joel's sister Ida", "OTHERS")


@pytest.mark.parametrize(
    "text",
    [
        "Ana told Lea about the flat. She loves the garden.",
        "My brother met Tom at the gym. He works as a plumber.",
        "My friend Sam came with my cousin. She works as a plumber.",
        "My wife and her sister run a bakery. She hates early mornings.",
        "I bought a lamp and a rug. It cost 40 euros.",
        "We drove from Graz to Linz. I studied law there.",
        "It was a long day. It has three parts.",
    ],
)
def test_where_two_could_be_meant_nothing_is_resolved(extractor: RulesExtractor, text: str) -> None:
    assert not resolved(from_note(extractor, text))


def test_there_is_the_place_named_before(extractor: RulesExtractor) -> None:
    found = from_note(extractor, "I lived in Porto for two years. I studied chemistry there.")
    assert "Ines Calloway studied chemistry in Porto." in [one.text for one in found]


def test_an_unknown_there_is_left_out(extractor: RulesExtractor) -> None:
    (one,) = from_note(extractor, "I studied chemistry there.")
    assert one.text == "Ines Calloway studied chemistry."


def test_a_grown_chat_knows_the_message_before(tmp_path: Path) -> None:
    def said(place: int, text: str) -> str:
        message = {"conversation": "c", "session": "s", "id": str(place), "speaker": "Joel"}
        message |= {"role": "user", "at": f"2024-01-05T10:0{place}:00", "text": text}
        return json.dumps(message) + "\n"

    path = tmp_path / "talk.jsonl"
    first = said(0, "My brother Nils broke his leg.")
    with Assistant.open(tmp_path / "home") as assistant:
        path.write_text(first)
        assistant.ingest(path)
        assistant.memories.consolidate()
        path.write_text(first + said(1, "He works as a shipwright in Bergen."))
        assistant.ingest(path)
        assistant.memories.consolidate()
        (one,) = [one for one in assistant.memories.list() if one.predicate == "work as"]
        assert one.subject == "Joel's brother Nils"
        assert [part.quote for part in one.evidence] == [
            "He works as a shipwright in Bergen.",
            "My brother Nils",
        ]
