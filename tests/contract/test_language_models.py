"""Every `LanguageModel` streams, bounds, cancels and refuses alike, whoever runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mem.core.language import LanguageModel, Prompt
from mem.errors import PromptTooLong
from mem.inference.llama import LlamaModel
from mem.inference.server import ServerModel
from mem.testing import FakeLanguageModel
from tests.contract.standin_server import StandIn

INSTRUCTIONS = "You list what a note says."
PROMPT = Prompt(INSTRUCTIONS, "The boiler was serviced on Monday.")
AS_JSON = Prompt(INSTRUCTIONS, "Answer as JSON.")
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["fact", "event"]},
        "notes": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer", "minimum": 1, "maximum": 40},
                    "quote": {"type": "string", "maxLength": 30},
                },
            },
        },
        "sure": {"type": "boolean"},
    },
}
REPLY = {"kind": "fact", "notes": [{"number": 7, "quote": "the boiler"}], "sure": True}
WORDS = "one two three four five six seven eight nine ten"


def reply_to(prompt: Prompt) -> str:
    return json.dumps(REPLY) if prompt.user == AS_JSON.user else WORDS


def pieces(body: dict[str, Any]) -> Iterator[str]:
    for word in reply_to(Prompt("", body["messages"][1]["content"])).split(" "):
        yield word + " "


@pytest.fixture(params=["llama", "server", "server-without-tokenizer", "fake"])
def model(request: pytest.FixtureRequest) -> Iterator[LanguageModel]:
    if request.param == "llama":
        file: Path = request.getfixturevalue("random_model")
        llama = LlamaModel(file, threads=1, context=1024, deadline=60)
        yield llama
        llama.close()
    elif request.param == "fake":
        yield FakeLanguageModel(reply_to, context_tokens=1024)
    else:
        stand_in = StandIn(pieces)
        if request.param == "server-without-tokenizer":
            stand_in.tokenizes, stand_in.context = False, None
        with stand_in.running():
            yield ServerModel(stand_in.url, context=1024, deadline=60)


def reply(model: LanguageModel, prompt: Prompt = PROMPT, max_tokens: int = 20) -> str:
    return "".join(model.generate(prompt, max_tokens=max_tokens))


def test_it_names_itself_and_its_weights(model: LanguageModel) -> None:
    assert model.fingerprint and model.fingerprint == model.fingerprint
    assert model.name
    assert model.context_tokens == 1024


def test_more_text_counts_more(model: LanguageModel) -> None:
    assert model.count_tokens("") == 0
    counts = [model.count_tokens("The boiler hums. " * times) for times in (1, 10, 100)]
    assert 0 < counts[0] < counts[1] < counts[2]
    texts = model.count_tokens(PROMPT.system) + model.count_tokens(PROMPT.user)
    assert model.count_prompt(PROMPT) > texts


def test_a_reply_comes_in_pieces_and_again_the_same(model: LanguageModel) -> None:
    first = list(filter(None, model.generate(PROMPT, max_tokens=20)))
    assert len(first) > 3
    assert reply(model) == "".join(first)


def test_a_reply_ends_at_its_limit(model: LanguageModel) -> None:
    whole, cut = reply(model), reply(model, max_tokens=4)
    assert 0 < len(cut) < len(whole)
    assert whole.startswith(cut.rstrip())


def test_with_a_schema_it_is_json_of_that_shape(model: LanguageModel) -> None:
    found = json.loads("".join(model.generate(AS_JSON, max_tokens=400, schema=SCHEMA)))
    assert list(found) == ["kind", "notes", "sure"]
    assert found["kind"] in {"fact", "event"}
    assert found["sure"] in {True, False}
    assert 1 <= len(found["notes"]) <= 2
    for note in found["notes"]:
        assert 1 <= note["number"] <= 40
        assert len(note["quote"]) <= 30


def test_closing_the_iterator_cancels(model: LanguageModel) -> None:
    expected = reply(model)
    running = model.generate(PROMPT, max_tokens=900)
    assert next(filter(None, running))
    running.close()  # type: ignore[attr-defined]
    assert reply(model) == expected


def test_too_long_a_prompt_is_refused_before_anything_is_written(model: LanguageModel) -> None:
    expected = reply(model)
    long = Prompt(INSTRUCTIONS, "boiler " * (3 * 1024))
    with pytest.raises(PromptTooLong, match="has room for 1004"):
        next(model.generate(long, max_tokens=20))
    assert reply(model) == expected


def test_a_closed_model_loads_again(model: LanguageModel) -> None:
    expected = reply(model)
    model.close()
    model.close()
    assert reply(model) == expected


def test_requests_of_two_threads_take_turns(model: LanguageModel) -> None:
    prompts = [Prompt(INSTRUCTIONS, f"Note {number}.") for number in range(4)]
    expected = [reply(model, prompt) for prompt in prompts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda prompt: reply(model, prompt), prompts)) == expected
