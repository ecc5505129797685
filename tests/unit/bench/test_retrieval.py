"""A benchmark set is measured by the normal path; figures are those computed by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from mem.bench.metrics import RankedHit, Ranking, area, judge, percentile, summarise, within
from mem.bench.retrieval import pool, run, write_rankings
from mem.bench.sets import Question, read_set
from mem.bench.vectors import KeptVectors
from mem.errors import BadSet, PathMissing
from mem.testing import FakeEmbedder, FakeReranker

TURNS = [
    ("s1:0", "s1", "Ana", "I adopted a greyhound called Biscuit."),
    ("s1:1", "s1", "Ben", "Lovely! I am learning to bake bread."),
    ("s2:0", "s2", "Ana", "Biscuit chewed the sofa today."),
    ("s2:1", "s2", "Ben", "My sourdough finally rose."),
]


PIECES = [("a", 1200), ("x", 700), ("b", 400)]


def question(**changes: object) -> Question:
    fields: dict[str, object] = {
        "id": "q1",
        "type": "plain",
        "text": "What did Ana adopt?",
        "conversation": "c",
        "asked_at": "2024-05-01T10:00:00",
        "evidence": frozenset({"a", "b"}),
        "evidence_sessions": frozenset({"s"}),
        "answerable": True,
    }
    return Question(**(fields | changes))  # type: ignore[arg-type]


def ranking(*turns: str, confidence: float = 0.5) -> Ranking:
    return Ranking(tuple(RankedHit(turn, f"s{turn}", 0.5, turn) for turn in turns), confidence)


def test_turn_figures() -> None:
    figures = judge(question(), ranking("x", "a", "y", "z", "w", "b"))
    assert figures["turn R@1"] == 0
    assert figures["turn R@5"] == 0.5
    assert figures["turn R@10"] == 1
    assert figures["turn NDCG@10"] == pytest.approx((0.6309 + 0.3562) / (1 + 0.6309), abs=1e-3)


def test_session_figures_count_sessions_by_their_first_hit() -> None:
    hits = [RankedHit("t", session, 0.5, "") for session in ("s1", "s1", "s2", "s1", "s3")]
    asked = question(evidence=frozenset(), evidence_sessions=frozenset({"s2", "s9"}))
    figures = judge(asked, Ranking(tuple(hits), 0.5))
    assert figures["session R@5"] == 0.5
    assert figures["session any@5"] == 1
    assert figures["session all@5"] == 0
    assert figures["session hit@1"] == 0
    assert figures["session NDCG@10"] == pytest.approx(0.6309 / (1 + 0.6309), abs=1e-3)


def test_recall_within_tokens_stops_at_the_hit_that_does_not_fit() -> None:
    hits = tuple(RankedHit(turn, "s", 0.5, "", tokens) for turn, tokens in PIECES)
    assert judge(question(), Ranking(hits, 0.5))["turn R in 2000 tokens"] == 0.5
    assert within(hits, 2500) == ["a", "x", "b"]
    assert within(hits, 0) == []


def test_current_looks_at_the_first_hit_only() -> None:
    asked = question(evidence=frozenset(), answers=("Biscuit",))
    assert judge(asked, Ranking((RankedHit("t", "s", 1, "my biscuit"),), 1))["top-1 current"] == 1
    assert judge(asked, Ranking((), 0))["top-1 current"] == 0


def test_macro_is_the_mean_of_types_and_absent_answers_count_for_abstention_only() -> None:
    questions = [
        question(id="1"),
        question(id="2"),
        question(id="3", type="rare"),
        question(id="4", type="absent", answerable=False),
    ]
    rankings = {
        "1": ranking("a", "b", confidence=0.9),
        "2": ranking("a", "b", confidence=0.2),
        "3": ranking("x", confidence=0.8),
        "4": ranking("a", confidence=0.3),
    }
    summary = summarise(questions, rankings)
    assert summary.micro["turn R@10"] == pytest.approx(2 / 3)
    assert summary.macro["turn R@10"] == 0.5
    assert set(summary.by_type) == {"plain", "rare"}
    assert summary.abstention["AUROC"] == pytest.approx(2 / 3)


def test_area_and_percentile() -> None:
    assert area([2, 3], [1, 3]) == pytest.approx((1 + 0 + 1 + 0.5) / 4)
    assert percentile([5, 1, 3], 0.5) == 3
    assert percentile([], 0.5) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    sessions: dict[str, list[dict[str, str]]] = {}
    for turn, session, speaker, text in TURNS:
        sessions.setdefault(session, []).append(
            {"id": turn, "speaker": speaker, "role": "user", "text": text, "at": "2024-01-01T10:00"}
        )
    lines = [
        json.dumps({"conversation": "c", "session": name, "at": "2024-01-01T10:00", "turns": turns})
        for name, turns in sessions.items()
    ]
    (made / "sessions.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    asked = {
        "id": "q1",
        "type": "plain",
        "question": "What did Ana adopt?",
        "asked_at": None,
        "conversation": "c",
        "evidence": ["s1:0"],
        "evidence_sessions": ["s1"],
        "answer": "a greyhound",
        "answerable": True,
    }
    only = asked | {"id": "q2", "sessions": ["s2"], "evidence": ["s2:0"]}
    (made / "questions.jsonl").write_text(json.dumps(asked) + "\n" + json.dumps(only) + "\n")
    return made


def test_a_set_is_imported_and_searched(folder: Path, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    (result,) = run([folder], tmp_path / "kept", baselines=True, embedder=embedder)
    assert set(result.summaries) == {"mem", "BM25", "vectors", "RRF"}
    assert result.summaries["mem"].micro["turn R@1"] == 1
    assert {hit.session for hit in result.rankings["q2"].hits} == {"s2"}
    embedded = len(embedder.embedded)
    (again,) = run([folder], tmp_path / "kept", embedder=embedder)
    assert again.rankings == result.rankings
    assert embedder.embedded[embedded:] == ["What did adopt?"] * 2
    write_rankings([result], tmp_path / "out.jsonl")
    line = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert set(line) == {"id", "hits", "confidence"}
    assert set(line["hits"][0]) == {"turn", "session", "score", "text"}


def test_pooled_conversations_share_a_store_and_hide_where_to_look(
    folder: Path, tmp_path: Path
) -> None:
    (pooled,) = run([folder], tmp_path / "kept", pooled=True, embedder=FakeEmbedder())
    assert pooled.name == "tiny pooled"
    assert {hit.session for hit in pooled.rankings["q2"].hits} == {"s1", "s2"}
    assert {one.group for one in pool(read_set(folder)).questions} == {"c"}


def test_gains_over_words_alone_are_told_where_baselines_are(folder: Path, tmp_path: Path) -> None:
    (result,) = run([folder], tmp_path / "kept", baselines=True, embedder=FakeEmbedder())
    assert result.intervals["turn R@10"].mean == 1
    assert result.gains["turn R@10"].difference.mean == 0
    assert "top-1 current" not in result.gains


def test_a_reranker_is_measured_beside_deep_and_quick_searches(
    folder: Path, tmp_path: Path
) -> None:
    reranker = FakeReranker()
    (result,) = run(
        [folder], tmp_path / "kept", deep=True, embedder=FakeEmbedder(), reranker=reranker
    )
    assert set(result.summaries) == {"mem", "mem, deep", "mem, quick"}
    assert result.gains["turn R@10"].over == "mem, deep"
    assert len(reranker.asked) == 2, "once a question"
    assert result.reranked() == 3, "four messages of one question, two of the other"
    (without,) = run([folder], tmp_path / "kept", deep=True, embedder=FakeEmbedder())
    assert set(without.summaries) == {"mem", "mem, quick"}
    assert without.reranked() == 0


def test_a_set_that_is_not_whole_is_refused(folder: Path) -> None:
    (folder / "questions.jsonl").write_text("{not json\n")
    with pytest.raises(BadSet):
        read_set(folder)
    (folder / "questions.jsonl").unlink()
    with pytest.raises(PathMissing):
        read_set(folder)


def test_vectors_are_kept_by_content(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    kept = KeptVectors(tmp_path / "v" / "vectors.db", lambda: embedder)
    first = kept.embed(["one", "two", "one"])
    assert embedder.embedded == ["one", "two"]
    kept.close()
    kept = KeptVectors(tmp_path / "v" / "vectors.db", lambda: embedder)
    assert (kept.embed(["two", "one"]) == first[[1, 0]]).all()
    assert (kept.embed_query("one") == first[0]).all()
    assert embedder.embedded == ["one", "two"]
    kept.close()
