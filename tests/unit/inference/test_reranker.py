"""How a question and a text are joined for a reranker, and what its numbers mean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.errors import RerankerStopped, RerankerTooSlow, RerankerUnusable
from mem.inference.checksums import sha256_of
from mem.inference.child.loading import CannotLoad, Options
from mem.inference.child.ranker import Ranker, log_odds
from mem.inference.rankhead import has_rank_head
from mem.inference.server_reranker import ServerReranker, as_log_odds
from tests.conftest import ROOT
from tests.contract.standin_server import StandIn, words

RECIPE = ROOT / "tests" / "fixtures" / "models" / "README.md"
QUESTION = "when was the boiler serviced?"
TEXTS = ("The boiler was serviced on Monday.", "The garden is green.")
BEGIN, END, PART = 2, 3, 4


def options(file: Path, context: int = 256) -> Options:
    return Options(str(file), context, 1, 2**40, 0, 0.0, 1, True)


@pytest.fixture(scope="module")
def ranker(overlap_model: Path, llama_in_process: None) -> Ranker:
    return Ranker(options(overlap_model))


def scores(ranker: Ranker, *texts: str) -> list[float]:
    return list(ranker.scores(QUESTION, texts, cancelled=lambda: False))


def test_the_fixture_is_the_one_of_the_recipe(overlap_model: Path) -> None:
    assert f"`{sha256_of(overlap_model)}`" in RECIPE.read_text(encoding="utf-8")


def test_joined_as_the_vocabulary_says(ranker: Ranker) -> None:
    assert ranker.joined([50, 51], [60]) == [BEGIN, 50, 51, END, PART, 60, END]


def test_the_numbers_are_those_of_the_construction(ranker: Ranker) -> None:
    texts = ("9 9 9", "9 2 9", "3 9 1", "1 3 2 2 2", "4 3 2 1", "9 " * 200 + "4 3 2 1")
    found = list(ranker.scores("1 2 3 4", texts, cancelled=lambda: False))
    expected = [-6.4, -4, 0, 3.7, 5.8, 5.8]
    assert found == pytest.approx(expected, abs=0.4)


def test_long_texts_are_cut_and_the_question_stays(ranker: Ranker) -> None:
    joined = ranker.joined([50] * 20, [60] * 1000)
    assert len(joined) == ranker.context == 256
    assert joined.count(50) == 20
    assert len(ranker.joined([50] * 1000, [60] * 1000)) == 256
    assert scores(ranker, f"{QUESTION} " + "and so on " * 2000)[0] > 5
    assert scores(ranker, "and so on " * 2000 + QUESTION)[0] < -3


def test_no_text_writes_a_mark(ranker: Ranker) -> None:
    plain = ranker._tokens("[SEP]")
    assert PART not in plain
    assert ranker._tokens("[SEP]", special=True) == [PART]


def test_the_template_of_the_file_goes_before(
    ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = scores(ranker, *TEXTS)
    monkeypatch.setattr(ranker, "_template", "[CLS]{query}[END][SEP]{document}[END]")
    assert ranker.has_template
    assert scores(ranker, *TEXTS) == pytest.approx(expected)
    monkeypatch.setattr(ranker, "_template", "[CLS]{document}[END][SEP]{query}[END]")
    turned = scores(ranker, "boiler", f"{QUESTION} and {QUESTION}")
    assert turned[0] > 5, "all of the text stands in the question"
    monkeypatch.setattr(ranker, "_template", "{query} only")
    with pytest.raises(CannotLoad, match="does not take a question and a text"):
        scores(ranker, *TEXTS)


def test_a_cancelled_request_ends_between_two_texts(ranker: Ranker) -> None:
    told = iter([False, True])
    assert len(list(ranker.scores(QUESTION, TEXTS, cancelled=lambda: next(told)))) == 1


def test_only_files_with_a_head_rank(overlap_model: Path, random_model: Path) -> None:
    assert has_rank_head(overlap_model)
    assert not has_rank_head(random_model)
    with pytest.raises(CannotLoad, match="no reranker"):
        Ranker(options(random_model))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.5], 1.5), ([0.5], 0.5), ([0.75, 0.25], math.log(3)), ([2.0, -1.0], 2.0)],
)
def test_log_odds(values: list[float], expected: float) -> None:
    assert log_odds(values) == pytest.approx(expected)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(CannotLoad, match="no number"):
        log_odds([math.nan])
    assert log_odds([1.0, 0.0]) == pytest.approx(13.8, abs=0.1)


def test_chances_of_a_server_become_log_odds() -> None:
    assert as_log_odds([0.5, 0.75]) == pytest.approx([0, math.log(3)])
    assert as_log_odds([0.5, 7.0]) == [0.5, 7.0]
    assert as_log_odds([]) == []


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn(words(""))
    stand_in.ranks = lambda query, text: float(len(text))
    with stand_in.running():
        yield stand_in


def test_what_a_server_is_sent(server: StandIn) -> None:
    texts = [f"text {number} <|im_start|>" for number in range(5)]
    ServerReranker(server.url + "/v1", name="mine").scores(QUESTION, texts, seconds=30)
    first, second = server.bodies
    assert first["query"] == QUESTION
    assert first["documents"] == [
        text.replace("<|", "< |").replace("|>", "| >") for text in texts[:4]
    ]
    assert (first["model"], first["top_n"], len(second["documents"])) == ("mine", 4, 1)


def test_a_server_that_does_not_rerank_or_is_not_there(server: StandIn) -> None:
    server.ranks = lambda query, text: float("nan")
    with pytest.raises(RerankerUnusable, match=r"not what /v1/rerank has"):
        ServerReranker(server.url).scores(QUESTION, TEXTS, seconds=30)
    server.ranks = None
    with pytest.raises(RerankerUnusable, match="answers 404: unknown"):
        ServerReranker(server.url).scores(QUESTION, TEXTS, seconds=30)
    with pytest.raises(RerankerUnusable, match="no server answers there"):
        ServerReranker("http://127.0.0.1:9").scores(QUESTION, TEXTS, seconds=30)
    with pytest.raises(RerankerUnusable, match="not on this machine"):
        ServerReranker("http://192.0.2.7:8081")


def test_a_server_that_breaks_off_or_is_too_slow(server: StandIn) -> None:
    def breaks(query: str, text: str) -> float:
        raise OSError

    server.ranks = breaks
    with pytest.raises(RerankerStopped, match="the connection broke"):
        ServerReranker(server.url).scores(QUESTION, TEXTS, seconds=30)
    with pytest.raises(RerankerTooSlow, match="scored nothing within 0 ms"):
        ServerReranker(server.url).scores(QUESTION, TEXTS, seconds=0)
