"""The commands on memories: what they print, what they change, and their exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import RunMem


@pytest.fixture
def two(run_mem: RunMem) -> list[dict[str, Any]]:
    """Two typed memories of where the user lives; the newer one first."""
    found: list[dict[str, Any]] = []
    for text, at in (("I live in Paris.", "2022-01-05"), ("I live in Berlin.", "2023-05-01")):
        run = run_mem("add", text, "--kind", "fact", "--at", at, "--json")
        assert run.code == 0, run.err
        found.insert(0, run.json["memory"])
    return found


def texts(run_mem: RunMem, *arguments: str) -> list[str]:
    run = run_mem("list", "--json", *arguments)
    assert run.code in (0, 3), run.err
    return [memory["text"] for memory in run.json["memories"]]


def test_a_typed_memory_has_the_documented_shape(
    run_mem: RunMem, two: list[dict[str, Any]]
) -> None:
    shown = run_mem("show", two[0]["id"][:12], "--json").json
    keys = (
        "id kind text subject predicate object status confidence valid_from valid_to happened_at "
        "recorded_at expired_at origin trust evidence links pinned strength"
    )
    assert set(keys.split()) <= set(shown)
    assert (shown["schema"], shown["trust"], shown["status"]) == (1, "typed", "active")
    (evidence,) = shown["evidence"]
    assert set(evidence) >= {"chunk_id", "uri", "locator", "start", "end", "quote"}
    assert evidence["quote"] == "I live in Berlin."
    assert "I live in Berlin." in run_mem("show", two[0]["id"]).out


def test_time_travel(run_mem: RunMem, two: list[dict[str, Any]]) -> None:
    assert texts(run_mem) == ["I live in Berlin."]
    assert texts(run_mem, "--as-of", "2022-06-01") == ["I live in Paris."]
    assert texts(run_mem, "--as-of", "2020-06-01") == []
    assert texts(run_mem, "--known-at", "2020-01-01") == []
    assert texts(run_mem, "--status", "superseded") == ["I live in Paris."]
    assert run_mem("list", "--status", "nonsense").code == 2
    assert run_mem("list", "--as-of", "nonsense").code == 2


def test_edit_pin_history_undo(run_mem: RunMem, two: list[dict[str, Any]]) -> None:
    one = two[0]["id"]
    edited = run_mem("edit", one, "I live in Bremen.", "--json").json["memory"]
    assert edited["text"] == "I live in Bremen."
    assert texts(run_mem) == ["I live in Bremen."]
    assert run_mem("pin", edited["id"], "--json").json["memories"][0]["pinned"] is True
    changes = run_mem("history", "--json").json["changes"]
    assert [change["action"] for change in changes[:2]] == ["pin", "edit"]
    assert all(change["undoable"] for change in changes[:2])
    blocked = run_mem("undo", str(changes[1]["number"]))
    assert blocked.code == 2
    assert f"Undo {changes[0]['number']} first" in blocked.err
    run = run_mem("undo", str(changes[0]["number"]), str(changes[1]["number"]), "--json")
    assert run.json["undone"] == [changes[1]["number"], changes[0]["number"]]
    assert texts(run_mem) == ["I live in Berlin."]
    assert run_mem("undo", str(run.json["number"])).code == 0
    assert texts(run_mem) == ["I live in Bremen."]
    assert "Berlin" in run_mem("history", one).out
    pin = run_mem("undo", str(changes[0]["number"])).out
    assert "user" in pin
    assert f"{edited['id'][:10]}: I live in Bremen." in pin
    assert run_mem("undo", "x").code == 2
    assert "no change 4711 to undo" in run_mem("undo", "4711").err
    assert run_mem("undo", "4711").code == 3
    assert run_mem("edit", one).code == 2
    assert run_mem("pin", "mnothing").code == 3


def test_review_decides(run_mem: RunMem) -> None:
    assert run_mem("review").code == 3
    for text in ("I live in Paris.", "I live in Berlin."):
        run_mem("add", text, "--kind", "fact", "--at", "2022-01-05")
    (item,) = run_mem("review", "list", "--json").json["items"]
    assert item["reason"] == "conflict"
    assert "against" in run_mem("review").out
    rejected = run_mem("review", "reject", item["memory"]["id"], "--json").json["memories"]
    assert rejected[0]["status"] == "rejected"
    assert texts(run_mem) == [item["against"][0]["text"]]
    assert run_mem("review").code == 3
    assert run_mem("review", "accept", item["memory"]["id"]).code == 0
    kept = item["against"][0]["id"]
    merged = run_mem("review", "merge", item["memory"]["id"], kept, "--json").json["memories"]
    assert len(merged[0]["evidence"]) == 2


def test_consolidate_draws_memories_once(run_mem: RunMem, work: Path) -> None:
    lines = [
        {
            "conversation": "c",
            "session": "s",
            "id": f"m{n}",
            "speaker": "Ann",
            "role": "user",
            "at": f"2024-05-0{n + 1}T10:00:00",
            "text": text,
        }
        for n, text in enumerate(
            ("I live in Ghent.", "I am allergic to peanuts.", "I work at the harbour office.")
        )
    ]
    lines.append(
        {**lines[0], "id": "a1", "speaker": "Helper", "role": "assistant", "text": "Noted."}
    )
    (work / "chat.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run_mem("import", "chat.jsonl")
    assert run_mem("list").code == 3
    report = run_mem("consolidate", "--json").json
    assert report["chunks"] == 4
    assert report["outcomes"]["add"] >= 2
    before = run_mem("list", "--json").json["memories"]
    assert all(one["evidence"][0]["quote"] in str(lines) for one in before)
    again = run_mem("consolidate", "--json").json
    assert (again["chunks"], again["candidates"]) == (0, 0)
    assert run_mem("list", "--json").json["memories"] == before
    assert run_mem("profile", "--text").code == 0
    assert run_mem("timeline").code == 0
    assert run_mem("prune", "--dry-run", "--keep", "50", "--json").json["considered"] >= 2
    assert run_mem("prune", "--keep", "50").code == 2
    run = run_mem("prune", "--keep", "50", "--yes")
    assert len(texts(run_mem, "--archived")) >= 1
    (number,) = re.findall(r"`mem undo (\d+)`", run.out)
    assert run_mem("undo", number).code == 0
    assert len(texts(run_mem)) == len(before)


def test_entities(run_mem: RunMem) -> None:
    assert run_mem("prune", "--dry-run").code in {0, 3}
    assert run_mem("entities").code == 3
    assert run_mem("timeline").code == 3
    assert run_mem("profile").code == 3
    assert run_mem("entities", "Nobody").code == 3
    assert run_mem("entities", "Nobody", "--merge", "None").code == 3
    assert run_mem("entities", "--merge", "None").code == 2


def test_entities_are_merged_split_and_put_back(run_mem: RunMem, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("My sister Joelle lives in Haarlem.\n")
    assert run_mem("import", str(tmp_path / "note.md")).code == 0
    assert run_mem("consolidate").code == 0

    def names() -> dict[str, list[str]]:
        found = run_mem("entities", "--json").json["entities"]
        return {one["name"]: one["aliases"] for one in found}

    before = names()
    assert {"Joelle", "Haarlem"} <= set(before)
    merged = run_mem("entities", "Joelle", "--merge", "Haarlem", "--json").json["entities"]
    assert [(one["name"], one["aliases"]) for one in merged] == [
        ("Joelle", ["Haarlem", "sister Joelle"])
    ]
    split = run_mem("entities", "Joelle", "--split", "Haarlem")
    assert split.code == 0 and "Haarlem" in split.out
    assert names() == before
    assert run_mem("undo", "--last", "2").code == 0
    assert names() == before
    assert run_mem("entities", "Joelle", "--merge", "Haarlem", "--split", "Joelle").code == 2
    renamed = run_mem("entities", "Joelle", "--rename", "Joelle Visser", "--json").json["entities"]
    assert [(one["name"], one["aliases"]) for one in renamed] == [
        ("Joelle Visser", ["Joelle", "sister Joelle"])
    ]
    assert run_mem("timeline", "--entity", "joelle visser").code == 0
    refused = run_mem("entities", "Joelle", "--rename", "Haarlem")
    assert refused.code == 2 and "--merge" in refused.err
    assert run_mem("entities", "Joelle", "--rename", "").code == 2
    assert run_mem("undo").code == 0 and names() == before


def test_forget_a_memory(run_mem: RunMem, two: list[dict[str, Any]]) -> None:
    one = two[0]["id"]
    assert run_mem("forget", one).code == 2
    assert run_mem("forget", one, "--dry-run", "--json").json["memories"] == 1
    assert one[:10] in run_mem("forget", one, "--dry-run").out
    assert run_mem("edit", one, "Otherwise.").code == 0
    assert run_mem("forget", one, "--dry-run", "--json").json["memories"] == 2
    assert run_mem("forget", one, "--yes", "--json").json["memories"] == 2
    assert run_mem("show", one).code == 3
    assert len(run_mem("list", "--documents", "--json").json["documents"]) == 2
