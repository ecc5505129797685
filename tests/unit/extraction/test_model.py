"""Calls of a model for memories: what goes into one, what comes out, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from mem.core.language import Prompt, StoppedError
from mem.core.memory import Candidate, MemoryKind, Trust
from mem.errors import JunkReply, ModelTimedOut, PromptTooLong
from mem.extraction.proposing.model import Drawn, ModelExtractor
from mem.store.chunks import StoredChunk
from mem.testing import FakeLanguageModel
from tests.unit.extraction.making import drawn_by, message, note, proposed, replied, stored

NOTHING = '{"memories": []}'


def _chat(*texts: str) -> list[StoredChunk]:
    return [stored(message(place, "me", "user", text)) for place, text in enumerate(texts)]


def _one(said: str, /, **values: Any) -> Candidate:
    chunks = _chat(said)
    drawn = drawn_by(replied(proposed(**values)), chunks)
    assert len(drawn.candidates) == 1, drawn.rejected
    return drawn.candidates[0]


def test_a_candidate_has_the_exact_span_of_its_sentence() -> None:
    text = "Well. I  moved to\nPorto last week! It rains."
    one = _one(text)
    (part,) = one.evidence

    assert part.quote == text[part.start : part.end] == "I  moved to\nPorto last week!"
    assert (one.trust, one.origin) == (Trust.OWN_CHAT, "model:fake")


def test_the_time_comes_from_code() -> None:
    one = _one("I moved to Porto last week.")

    assert (one.happened_from, one.happened_to) == (datetime(2025, 11, 10), datetime(2025, 11, 17))
    assert one.valid_from == datetime(2025, 11, 10)


def test_a_move_means_living_there() -> None:
    one = _one("I moved to Porto last week.")

    assert (one.subject, one.predicate, one.object) == ("user", "live in", "Porto")
    assert one.exclusive


@pytest.mark.parametrize("predicate", ["lives in", "is living in", "live in", "Lives in"])
def test_predicates_become_keys(predicate: str) -> None:
    one = _one(
        "I live in Porto.",
        quote="I live in Porto",
        text="The user lives in Porto.",
        predicate=predicate,
        when="",
        kind="profile",
    )

    assert (one.predicate, one.exclusive, one.kind) == ("live in", True, MemoryKind.PROFILE)


def test_a_denial_is_kept_as_one() -> None:
    one = _one(
        "I don't eat fish at all.",
        quote="I don't eat fish",
        text="The user does not eat fish.",
        predicate="eat",
        object="fish",
        when="",
        kind="profile",
    )

    assert (one.negated, one.predicate) == (True, "eat")


def test_parts_that_are_not_the_statement_s_are_left_out() -> None:
    one = _one("I moved to Porto last week.", predicate="be born in", object="week")

    assert (one.predicate, one.object) == ("", "")


def test_a_typed_note_is_typed() -> None:
    chunk = stored(note("I moved to Porto last week."), kind="note", uri="mem:typed/1")

    assert drawn_by(replied(proposed()), [chunk]).candidates[0].trust is Trust.TYPED


def test_others_have_no_profile() -> None:
    chunks = [stored(message(0, "Bo Lind", "other", "I moved to Porto last week."))]
    item = proposed(kind="profile", text="Bo Lind moved to Porto.", subject="Bo Lind")

    (one,) = drawn_by(replied(item), chunks).candidates

    assert (one.subject, one.kind, one.trust) == ("Bo Lind", MemoryKind.FACT, Trust.OTHERS)


# --- packing -----------------------------------------------------------------------------------


def _prompts(chunks: list[StoredChunk], **values: Any) -> list[Prompt]:
    model = FakeLanguageModel(lambda _prompt: NOTHING, **values)
    ModelExtractor(model, mark=_marks().__next__).draw([], chunks, Drawn())
    return model.prompts


def _marks() -> Iterator[str]:
    return (f"#{number:08x}" for number in count())


def test_one_call_has_about_a_thousand_tokens_of_passages() -> None:
    line = "I walked to the old harbour with my sister on a rainy afternoon. " * 8
    prompts = _prompts(_chat(*[f"{line} {number}." for number in range(36)]), context_tokens=4096)

    sizes = [len(prompt.user.split()) for prompt in prompts]
    assert sum(sizes) > 3600
    assert len(prompts) == 4
    assert all(size <= 1020 for size in sizes)


def test_a_small_context_is_respected() -> None:
    text = " ".join(f"I walked to harbour {number} with my sister." for number in range(60))

    prompts = _prompts([stored(note(text), kind="note", title="Walks")], context_tokens=420)

    shown = " ".join(prompt.user for prompt in prompts)
    assert len(prompts) > 3
    assert all(f"harbour {number} with" in shown for number in range(60))


def test_parts_of_a_long_chunk_keep_their_places() -> None:
    text = " ".join(f"I walked to harbour {number} with my sister." for number in range(60))
    text += " I moved to Porto last week."
    chunk = stored(note(text), kind="note", title="Walks")
    model = FakeLanguageModel(
        lambda prompt: replied(proposed()) if "Porto" in prompt.user else NOTHING,
        context_tokens=420,
    )
    drawn = Drawn()

    ModelExtractor(model).draw([], [chunk], drawn)

    (part,) = drawn.candidates[0].evidence
    assert text[part.start : part.end] == part.quote == "I moved to Porto last week."


def test_a_context_without_room_is_refused() -> None:
    with pytest.raises(PromptTooLong):
        _prompts(_chat("I moved to Porto."), context_tokens=200)


def test_what_fits_is_one_call() -> None:
    line = "I walked to the old harbour with my sister on a rainy afternoon. " * 8
    chunks = _chat(*[f"{line} {number}." for number in range(36)])
    model = FakeLanguageModel(lambda _prompt: NOTHING, context_tokens=4096)
    extractor = ModelExtractor(model)
    calls = []

    while chunks:
        fits = extractor.fitting([], chunks)
        drawn = Drawn()
        extractor.draw([], chunks[:fits], drawn)
        calls.append(drawn.calls)
        chunks = chunks[fits:]

    assert calls == [1, 1, 1, 1]


def test_short_documents_share_a_call() -> None:
    chunks = [
        stored(
            replace(note(f"I walked to harbour {n}."), id=f"n{n}", document_id=f"d{n}"), kind="note"
        )
        for n in range(20)
    ]

    (prompt,) = _prompts(chunks)

    assert prompt.user.count("The user, 2025-11-20") == 20


def test_what_needs_no_call_takes_no_room() -> None:
    model = FakeLanguageModel(lambda _prompt: NOTHING)

    assert ModelExtractor(model).fitting([], _chat(*["Hello!"] * 500)) == 500


# --- counting and ending -----------------------------------------------------------------------


def test_calls_and_tokens_are_counted() -> None:
    drawn = drawn_by(NOTHING, _chat("I moved to Porto last week."))

    assert (drawn.calls, drawn.items) == (1, 0)
    assert drawn.tokens > 180


def test_junk_is_an_error_and_costs_its_tokens() -> None:
    drawn = Drawn()
    extractor = ModelExtractor(FakeLanguageModel(lambda _prompt: "I am happy to help!"))

    with pytest.raises(JunkReply):
        extractor.draw([], _chat("I moved to Porto last week."), drawn)

    assert drawn.calls == 1


def test_a_call_stops_when_it_is_not_wanted_any_more() -> None:
    asked = count()
    extractor = ModelExtractor(FakeLanguageModel(lambda _prompt: replied(proposed())))

    with pytest.raises(StoppedError):
        extractor.draw([], _chat("I moved to Porto."), Drawn(), stop=lambda: next(asked) >= 3)

    assert next(asked) == 4


def test_what_was_written_before_the_deadline_is_kept() -> None:
    class Slow(FakeLanguageModel):
        def generate(self, prompt: Prompt, **values: Any) -> Iterator[str]:
            for place, piece in enumerate(super().generate(prompt, **values)):
                if place == self.most:
                    raise ModelTimedOut("fake", 1)
                yield piece

        most = 0

    model = Slow(lambda _prompt: replied(proposed(), proposed()))
    whole = len(replied(proposed()).split(" "))
    for model.most, kept in ((whole - 5, None), (whole + 5, 1)):
        drawn = Drawn()
        if kept is None:
            with pytest.raises(ModelTimedOut):
                ModelExtractor(model).draw([], _chat("I moved to Porto last week."), drawn)
        else:
            ModelExtractor(model).draw([], _chat("I moved to Porto last week."), drawn)
            assert len(drawn.candidates) == kept
            assert drawn.rejected == {"cut off": 1}


def test_what_failed_as_a_whole_is_tried_in_parts() -> None:
    line = "I walked to the old harbour with my sister on a rainy afternoon. " * 8
    model = FakeLanguageModel(lambda _prompt: NOTHING, context_tokens=4096)
    drawn = Drawn()

    ModelExtractor(model).draw([], _chat(*[line] * 9), drawn, parts=3)

    assert drawn.calls == 3


def test_the_fingerprint_names_model_and_prompt() -> None:
    extractor = ModelExtractor(FakeLanguageModel(lambda _prompt: NOTHING))

    assert extractor.fingerprint == "model-fake-language:1/prompt-1"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            "Last Fri I took my sister to a workshop.",
            "The user took a sister to a workshop Friday.",
        ),
        ("I take a me-time walk each day.", "The user takes a me-time walk each day."),
        ("I took my sister to 3 workshops.", "The user took a sister to three workshops."),
    ],
)
def test_other_words_for_what_was_said_are_borne_out(said: str, text: str) -> None:
    one = _one(said, quote=said, text=text, when="", predicate="take", object="")

    assert one.text.startswith("The user t")
