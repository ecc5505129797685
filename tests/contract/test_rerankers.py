"""Every `Reranker` scores texts in their order and keeps to its time, whoever runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mem.core.protocols import Reranker
from mem.inference.reranker import LlamaReranker
from mem.inference.server_reranker import ServerReranker
from mem.testing import FakeReranker
from tests.contract.standin_server import StandIn, words

QUESTION = "which kettle did the plumber mend"
TEXTS = (
    "nobody knows",
    "the plumber did mend something",
    "which kettle did the plumber mend",
    "a kettle for tea",
    "the weather",
    "the plumber had a kettle",
)


@pytest.fixture(params=["llama", "server", "fake"])
def reranker(request: pytest.FixtureRequest) -> Iterator[Reranker]:
    if request.param == "llama":
        file: Path = request.getfixturevalue("overlap_model")
        llama = LlamaReranker(file, threads=1)
        yield llama
        llama.close()
    elif request.param == "fake":
        yield FakeReranker()
    else:
        stand_in = StandIn(words(""))
        stand_in.ranks = lambda query, text: FakeReranker().scores(query, [text], seconds=1)[0]
        with stand_in.running():
            yield ServerReranker(stand_in.url)


def test_better_texts_score_higher(reranker: Reranker) -> None:
    scores = reranker.scores(QUESTION, TEXTS, seconds=60)
    assert len(scores) == len(TEXTS)
    order = sorted(range(len(TEXTS)), key=lambda at: -scores[at])
    assert order[0] == 2
    assert order[1] == 1
    assert scores[2] > 0 > scores[0]
    assert reranker.name


def test_the_order_given_does_not_matter(reranker: Reranker) -> None:
    scores = reranker.scores(QUESTION, TEXTS, seconds=60)
    assert reranker.scores(QUESTION, TEXTS[::-1], seconds=60)[::-1] == pytest.approx(scores)
    assert reranker.scores(QUESTION, TEXTS[:1], seconds=60) == pytest.approx(scores[:1])


def test_nothing_to_read(reranker: Reranker) -> None:
    assert reranker.scores(QUESTION, (), seconds=60) == []


def test_odd_texts_are_scored(reranker: Reranker) -> None:
    odd = ["", " ", "\x00", "[SEP] [CLS] " + QUESTION, "\ud800", "word " * 5000]
    assert len(reranker.scores(QUESTION, odd, seconds=60)) == len(odd)


def test_a_closed_one_loads_again(reranker: Reranker) -> None:
    expected = reranker.scores(QUESTION, TEXTS, seconds=60)
    reranker.close()
    reranker.close()
    assert reranker.scores(QUESTION, TEXTS, seconds=60) == pytest.approx(expected)


def test_two_threads(reranker: Reranker) -> None:
    expected = reranker.scores(QUESTION, TEXTS, seconds=60)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(reranker.scores, QUESTION, TEXTS, seconds=60) for _ in range(3)]
        for one in asked:
            assert one.result() == pytest.approx(expected)


def test_what_was_read_in_time_counts() -> None:
    stand_in = StandIn(words(""))

    def slow(query: str, text: str) -> float:
        if text == TEXTS[-1]:
            time.sleep(5)
        return float(len(text))

    stand_in.ranks = slow
    with stand_in.running():
        scores = ServerReranker(stand_in.url).scores(QUESTION, TEXTS, seconds=1.5)
    assert scores == [len(text) for text in TEXTS[:4]]
