"""The whole path through real llama.cpp: import, consolidate, memories with spans, cited answers.

The model has learnt what to say about the folder (tests/fixtures/language); everything that is
stored or shown of it has passed the same checks as any other model's words.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Run, run_program

FIXTURE = Path(__file__).parents[1] / "fixtures" / "language"
TARGETS: dict[str, Any] = tomllib.loads((FIXTURE / "targets.toml").read_text(encoding="utf-8"))
ANSWERED = [one for one in TARGETS["answer"] if "quote" in one]
UNANSWERED = [one for one in TARGETS["answer"] if "quote" not in one]


@dataclass(frozen=True)
class Understood:
    """A home that has the folder and what the model drew from it; its tests only read."""

    consolidated: Any
    run: Callable[..., Run]


@pytest.fixture(scope="module")
def understood(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Understood:
    base = tmp_path_factory.mktemp("understood")
    work = base / "work"
    work.mkdir()

    def run(*arguments: str, **env: str) -> Run:
        env = {"MEM_MODEL_FILE": str(trained_model), "MEM_MODEL_CONTEXT": "4096", **env}
        return run_program(arguments, home=base / "home", work=work, stdin="", env=env)

    assert run("import", str(FIXTURE / "folder")).code == 0
    done = run("consolidate", "--json")
    assert done.code == 0, done.err
    return Understood(done.json, run)


def test_every_proposal_is_accounted_for(understood: Understood) -> None:
    model = understood.consolidated["model"]
    assert model["calls"] >= 1
    assert model["failed"] == {}
    assert model["items"] >= len(TARGETS["memory"]) - 1
    assert model["pending"] == 0


def test_memories_stand_on_exact_spans(understood: Understood) -> None:
    """What the model quoted is there, character for character, in the chunk that it named."""
    listed = understood.run("list", "--json", "--limit", "100").json["memories"]
    drawn = [understood.run("show", one["id"], "--json").json for one in listed]
    drawn = [one for one in drawn if one["origin"].startswith("model:")]
    texts = {one["text"] for one in drawn}
    assert {
        "Torben reglued the trunk in the week of 5 May 2025.",
        "Copper tape around the raised bed keeps slugs off the beans.",
        "The dinghy of the user is called Pelikan.",
    } <= texts
    words = "".join(
        json.loads(line)["text"] if file.suffix == ".jsonl" else line
        for file in sorted((FIXTURE / "folder").iterdir())
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True)
    )
    for memory in drawn:
        for evidence in memory["evidence"]:
            assert evidence["quote"] in words
            assert evidence["end"] - evidence["start"] == len(evidence["quote"])


def test_code_dates_what_the_model_only_quotes(understood: Understood) -> None:
    """ "last week", said on 12 May 2025, is the week of 5 May; a planned Easter is the next."""
    listed = understood.run("list", "--json", "--limit", "100").json["memories"]
    shown = {one["text"]: understood.run("show", one["id"], "--json").json for one in listed}
    glued = shown["Torben reglued the trunk in the week of 5 May 2025."]
    assert glued["happened_at"].startswith("2025-05-05")
    planned = shown["Torben wants to reglue the trunk with epoxy on 20 April 2025."]
    assert planned["happened_at"].startswith("2025-04-20")


def test_consolidating_again_asks_nothing(understood: Understood) -> None:
    again = understood.run("consolidate", "--json")
    assert again.json["model"]["calls"] == 0
    assert again.json["outcomes"] == {}


@pytest.mark.parametrize("asked", ANSWERED, ids=[one["question"] for one in ANSWERED])
def test_an_answer_is_written_and_cites_its_passage(
    understood: Understood, asked: dict[str, str]
) -> None:
    run = understood.run("ask", asked["question"], "--json")
    assert run.code == 0, run.out + run.err
    answer = run.json
    assert answer["mode"] == "generative"
    assert answer["answer"].startswith(asked["text"])
    cited = [one for one in answer["citations"] if asked["quote"] in one["quote"]]
    assert {one["n"] for one in cited} & set(answer["sentences"][0]["citations"])


@pytest.mark.parametrize("asked", UNANSWERED, ids=[one["question"] for one in UNANSWERED])
def test_what_is_not_there_is_not_in_memory(understood: Understood, asked: dict[str, str]) -> None:
    run = understood.run("ask", asked["question"], "--json")
    assert run.code == 3
    assert run.json["abstained"]
    assert run.json["answer"] == ""


def test_sentences_stream_before_their_evidence(understood: Understood) -> None:
    run = understood.run("ask", "--stream", "Who conducts the choir?")
    assert run.code == 0, run.err
    assert run.out.startswith("Ines Falk conducts. [1]")
    assert "choir.md" in run.out


def test_without_the_model_the_words_are_quoted(understood: Understood) -> None:
    answer = understood.run("ask", "--no-llm", "Who conducts the choir?", "--json").json
    assert answer["mode"] == "extractive"
    assert "Ines Falk" in answer["answer"]


def test_summaries_are_the_models_where_they_hold(understood: Understood) -> None:
    """A talk and a note are summed up in the model's words, and so is what is made of them."""
    summed = understood.consolidated["summaries"]
    assert summed["calls"] == summed["written"] + sum(summed["refused"].values())
    episodes = understood.run("list", "--episodes", "--json").json["episodes"]
    told = {understood.run("show", one["id"], "--json").json["summary"] for one in episodes}
    written = {one["text"] for one in TARGETS["summary"]}
    assert any(text and sum(one in text for one in written) >= 2 for text in told)
    months = understood.run("timeline", "--json").json["summaries"]
    sentences = [one for month in months for one in month["sentences"]]
    assert written & {one["text"] for one in sentences}
    assert all(one["chunk_ids"] for one in sentences)
