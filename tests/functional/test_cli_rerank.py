"""Deep searches with a reranker that llama.cpp runs, through the real program."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.functional.conftest import Filled, Run

AT = "2024-01-01T10:00"
QUESTION = "What does the blue van cost a day?"


@pytest.fixture
def plain(filled: Filled) -> Run:
    return filled.run("search", QUESTION, "--deep", "--json")


def hits(run: Run) -> list[str]:
    return [hit["id"] for hit in run.json["hits"]]


def test_a_model_from_file_to_search(
    filled: Filled, filled_copy: Path, overlap_model: Path
) -> None:
    def run(*arguments: str) -> Run:
        given = {"MEM_HOME": str(filled_copy), "MEM_MODEL_THREADS": "1", "MEM_RERANK_HITS": "4"}
        return filled.run(*arguments, **given)

    taken = run("model", "pull", "--file", str(overlap_model), "--trust")
    assert taken.code == 0, taken.err
    assert run("model", "use", "overlap").code == 0
    assert '[rerank]\nmodel = "overlap"' in (filled_copy / "config.toml").read_text()
    (listed,) = (
        one for one in run("model", "list", "--json").json["models"] if one["name"] == "overlap"
    )
    assert (listed["reranks"], listed["in_use"]) == (True, True)
    assert "reranker, in use" in run("model", "list").out
    found = run("search", QUESTION, "--deep", "--json")
    assert found.err == ""
    assert found.json["reranked"] == {"model": "overlap", "hits": 4, "of": 4}
    assert "blue van" in found.json["hits"][0]["text"]
    shares = [hit["signals"]["reranker"] for hit in found.json["hits"][:4]]
    assert shares[0] == max(shares)
    assert run("search", QUESTION, "--json").json["reranked"] is None
    shown = run("search", QUESTION, "--deep", "--explain")
    assert "reranker 0." in shown.out
    assert shown.err.startswith("note: overlap reranked 4 of 4 hits.\n")
    answer = run("ask", QUESTION, "--deep", "--json").json
    assert answer["effort"] == "as asked; overlap reranked 4 of 4 hits"
    assert run("model", "remove", "overlap", "--yes").code == 0
    assert "overlap" not in (filled_copy / "config.toml").read_text()


@pytest.mark.parametrize("kind", ["missing", "corrupt", "writes", "name", "server"])
def test_without_a_usable_one_the_order_is_that_of_a_deep_search(
    filled: Filled, plain: Run, tmp_path: Path, random_model: Path, kind: str
) -> None:
    file = tmp_path / "model.gguf"
    settings = {"MEM_RERANK_MODEL": str(file), "MEM_MODEL_THREADS": "1"}
    if kind == "corrupt":
        file.write_bytes(b"GGUF" + bytes(1000))
    elif kind == "writes":
        file.write_bytes(random_model.read_bytes())
    elif kind == "name":
        settings["MEM_RERANK_MODEL"] = "bge-reranker-v2-m3"
    elif kind == "server":
        settings["MEM_RERANK_SERVER"] = "http://127.0.0.1:9"
    found = filled.run("search", QUESTION, "--deep", "--json", **settings)
    assert found.code == 0
    assert hits(found) == hits(plain)
    assert found.json["reranked"] is None
    assert found.err.count("\n") == 1
    assert "hits keep their order" in found.err


def test_the_bench_measures_the_one_that_is_set_up(
    filled: Filled, tmp_path: Path, overlap_model: Path
) -> None:
    said = [("a", "The blue van costs 80 euros."), ("b", "Rain is on the way.")]
    turns = [
        {"id": one, "speaker": "Joel", "role": "user", "text": text, "at": AT} for one, text in said
    ]
    asked: dict[str, object] = {"id": "q", "type": "plain", "question": QUESTION}
    asked |= {"conversation": "c", "asked_at": None, "answer": "80", "answerable": True}
    asked |= {"evidence": ["a"], "evidence_sessions": ["s"]}
    session = {"conversation": "c", "session": "s", "at": AT, "turns": turns}
    (tmp_path / "sessions.jsonl.gz").write_bytes(gzip.compress(json.dumps(session).encode()))
    (tmp_path / "questions.jsonl").write_text(json.dumps(asked))
    given = {"MEM_HOME": str(tmp_path / "home"), "MEM_RERANK_MODEL": str(overlap_model)}
    run = filled.run("bench", "retrieval", str(tmp_path), "--deep", "--json", **given)
    assert run.code == 0, run.err
    assert run.json["reranker"] == "overlap"
    (found,) = run.json["sets"]
    assert set(found["systems"]) == {"mem", "mem, deep", "mem, quick"}
    assert found["reranked"] == 2
