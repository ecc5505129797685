"""The JSON that scripts rely on: exact keys, on a real store."""

from __future__ import annotations

from tests.functional.conftest import Filled

HIT = {
    *(
        "id",
        "kind",
        "text",
        "score",
        "source",
        "speaker",
        "said_at",
        "said_at_origin",
        "happened_at",
    ),
    *("message_id", "session_id", "signals"),
}
DOCUMENT = {
    *("id", "uri", "kind", "format", "title", "said_at", "said_at_origin", "tags", "aliases"),
    *("links", "notices", "gone", "recorded_at", "updated_at", "chunks"),
}


def test_import(filled: Filled) -> None:
    done = filled.imported.json
    assert set(done) == {"schema", "documents", "chunks", "skipped", "failed", "elapsed_ms"}
    assert done["documents"] == {
        "seen": 4,
        "added": 4,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "failed": 0,
    }
    assert set(done["chunks"]) == {"added", "removed"}
    assert done["chunks"]["added"] >= 5


def test_search(filled: Filled) -> None:
    run = filled.run("search", "boiler", "pressure", "--json", "--since", "2025")
    assert run.code == 0
    found = run.json
    assert set(found) == {"schema", "query", "filters", "deep", "reranked", "hits", "elapsed_ms"}
    assert found["schema"] == 1
    assert found["query"] == "boiler pressure"
    assert found["filters"] == {
        "since": "2025-01-01T00:00:00",
        "before": None,
        "source": None,
        "kind": None,
        "speaker": None,
    }
    best = found["hits"][0]
    assert set(best) == HIT
    assert set(best["source"]) == {"uri", "title", "locator"}
    assert "1.3 bar" in best["text"]
    assert best["said_at"] == "2025-03-04T00:00:00"


def test_search_of_a_chat_gives_message_and_session(filled: Filled) -> None:
    hits = filled.run("search", "van costs", "--speaker", "Joel", "--json").json["hits"]
    assert [(hit["message_id"], hit["session_id"], hit["speaker"]) for hit in hits] == [
        ("m2", "s1", "Joel")
    ]


def test_ask(filled: Filled) -> None:
    run = filled.run("ask", "What should the boiler pressure be when cold?", "--json")
    assert run.code == 0
    answer = run.json
    assert set(answer) == {
        *("schema", "question", "answer", "abstained", "confidence", "mode", "sentences"),
        *("citations", "elapsed_ms", "dropped", "notices", "effort"),
    }
    assert answer["abstained"] is False
    assert "1.3 bar" in answer["answer"]
    cited = {n for sentence in answer["sentences"] for n in sentence["citations"]}
    assert cited <= {citation["n"] for citation in answer["citations"]}
    keys = {"n", "id", "uri", "locator", "quote", "said_at", "said_at_origin"}
    assert set(answer["citations"][0]) == keys


def test_ask_abstains_with_code_3(filled: Filled) -> None:
    run = filled.run("ask", "What is my passport number?", "--json")
    assert run.code == 3
    assert run.json["abstained"] is True
    assert run.json["answer"] == ""


def test_list_show_stats_sources_doctor(filled: Filled) -> None:
    listed = filled.run("list", "--documents", "--json").json
    assert set(listed) == {"schema", "documents"}
    assert len(listed["documents"]) == 4
    assert all(set(document) == DOCUMENT for document in listed["documents"])

    shown = filled.run("show", "notes/boiler.md", "--json").json
    assert set(shown) == {"schema", "focus", *DOCUMENT}
    assert any("1.3 bar" in chunk["text"] for chunk in shown["chunks"])
    focused = filled.run("show", shown["chunks"][0]["id"], "--json").json
    assert focused["focus"] == shown["chunks"][0]["id"]

    stats = filled.run("stats", "--json").json
    assert set(stats) == {
        *("schema", "documents", "gone", "chunks", "vectors", "pending_vectors", "sources"),
        *("database_bytes", "index_bytes", "index_state", "model", "oldest", "newest"),
        "last_backup",
    }
    assert stats["documents"] == {"markdown": 3, "chat-jsonl": 1}

    sources = filled.run("source", "list", "--json").json["sources"]
    assert {source["documents"] for source in sources} == {3, 1}
    doctor = filled.run("doctor", "--json")
    assert (doctor.code, doctor.json) == (0, {"schema": 1, "ok": True, "findings": []})


def test_an_error_is_one_object_with_the_line_of_stderr(filled: Filled) -> None:
    for arguments, code, name in (
        (["show", "nope"], 3, "nothing-found"),
        (["entities", "Nobody"], 3, "nothing-found"),
        (["watch", "--once"], 3, "nothing-found"),
        (["search", "van", "--since", "blurgh"], 2, "usage"),
        (["import", "no-such-folder"], 1, "error"),
    ):
        run = filled.run(*arguments, "--json")
        message = run.err.removeprefix("mem: ").removesuffix("\n")
        error = {"code": name, "exit_code": code, "message": message}
        assert (run.code, run.json) == (code, {"schema": 1, "error": error}), run


def test_a_text_after_two_dashes_asks_for_no_json(filled: Filled) -> None:
    run = filled.run("search", "--kind", "none", "--", "--json")
    assert (run.code, run.out) == (3, "")
