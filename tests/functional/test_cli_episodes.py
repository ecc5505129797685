"""Episodes on the command line: cut by consolidation, listed and shown."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.conftest import Filled, RunMem

TALK = (
    ("2025-05-01T10:00:00", "Shall we rent the blue van for the move?"),
    ("2025-05-01T10:02:00", "Yes, the blue van costs 80 euros a day."),
    ("2025-05-03T18:00:00", "The dentist wants to see my wisdom teeth."),
    ("2025-05-03T18:01:00", "Which dentist, the one on Harbour Road?"),
)


def write_talk(work: Path, *, more: int = 0) -> None:
    talk = [
        *TALK,
        *[("2025-05-04T18:01:00", f"The dentist rang {at} times.") for at in range(more)],
    ]
    lines = [
        {
            "conversation": "c",
            "session": "s",
            "id": f"m{at}",
            "speaker": ("Ann", "Joel")[at % 2],
            "role": "other",
            "at": when,
            "text": text,
        }
        for at, (when, text) in enumerate(talk)
    ]
    (work / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_episodes_are_cut_listed_and_shown(run_mem: RunMem, work: Path) -> None:
    write_talk(work)
    run_mem("import", "talk.jsonl")
    nothing = run_mem("list", "--episodes")
    assert nothing.code == 3
    assert "mem consolidate" in nothing.err
    assert run_mem("consolidate", "--json").json["episodes"] == 2
    listed = run_mem("list", "--episodes", "--json").json
    assert listed["schema"] == 1
    newest, oldest = listed["episodes"]
    assert (oldest["chunks"], oldest["started_at"]) == (2, "2025-05-01T10:00:00")
    assert set(oldest["document"]) == {"id", "uri", "title", "kind"}
    assert "blue van" in oldest["title"].lower()
    assert oldest["title"] in run_mem("list", "-e").out
    shown = run_mem("show", newest["id"][:9], "--json").json
    assert [one["text"] for one in shown["passages"]] == [text for _, text in TALK[2:]]
    assert TALK[2][1] in run_mem("show", newest["id"]).out
    assert run_mem("show", "enothing").code == 3
    assert run_mem("consolidate", "--json").json["episodes"] == 0
    write_talk(work, more=2)
    run_mem("import", "talk.jsonl")
    run_mem("consolidate")
    grown = run_mem("list", "--episodes", "--json").json["episodes"]
    assert oldest in grown
    assert sum(one["chunks"] for one in grown) == 6


def test_an_empty_home_has_no_episodes(run_mem: RunMem) -> None:
    assert run_mem("list", "--episodes").code == 3


def test_bench_segmentation(filled: Filled, tmp_path: Path) -> None:
    said = [text for _, text in TALK]
    path = tmp_path / "talks.json"
    path.write_text(json.dumps([{"utterances": said, "segments": [2, 2], "set": "x"}]))
    (part,) = filled.run("bench", "segmentation", str(path), "--json").json["parts"]
    assert set(part["systems"]) == {"mem", "no boundary", "even spacing"}
    assert part["systems"]["even spacing"] == [0.0, 0.0]
    assert "Pk" in filled.run("bench", "segmentation", str(path)).out
    path.write_text("{")
    assert filled.run("bench", "segmentation", str(path)).code == 1


def test_the_timeline_and_the_profile_stand_under_summaries(run_mem: RunMem, work: Path) -> None:
    write_talk(work)
    run_mem("import", "talk.jsonl")
    report = run_mem("consolidate", "--json").json["summaries"]
    assert (report["made"], report["calls"], report["waiting"]) == (7, 0, 0)
    timeline = run_mem("timeline", "--json").json
    assert [one["chunks"] for one in timeline["episodes"]] == [2, 2]
    (month,) = timeline["summaries"]
    assert (month["level"], month["key"], month["stale"]) == ("month", "2025-05", False)
    assert {"text", "chunk_ids"} == set(month["sentences"][0])
    shown = run_mem("timeline").out
    assert shown.startswith("2025-05\n")
    assert "The dentist wants to see my wisdom teeth" in " ".join(shown.split())
    by_day = run_mem("timeline", "--by", "day", "--json").json["summaries"]
    assert [one["key"] for one in by_day] == ["2025-05-01", "2025-05-03"]
    assert run_mem("timeline", "--by", "year").code == 2
    late = run_mem("timeline", "--since", "2025-05-02", "--json").json
    assert len(late["episodes"]) == 1
    unknown = run_mem("profile")
    assert (unknown.code, unknown.out) == (3, "")
    assert "Ann, Joel" in unknown.err and "mem config set user.names" in unknown.err
    run_mem("config", "set", "user.names", "Kim")
    assert "Nobody speaks as Kim." in run_mem("profile").err
    run_mem("config", "set", "user.names", "Ann")
    nothing = run_mem("profile")
    assert nothing.code == 3 and "user.names" not in nothing.err
    (work / "2025-05-03 note.md").write_text("I am allergic to the lidocaine of the dentist.\n")
    run_mem("import", "2025-05-03 note.md")
    run_mem("consolidate")
    profile = run_mem("profile", "--json").json["summary"]
    assert profile["covers"] == [{"level": "month", "key": "2025-05"}]
    quoted = {one["chunk_id"] for one in profile["evidence"]}
    assert quoted == {chunk for one in profile["sentences"] for chunk in one["chunk_ids"]}
    assert "[1]" in run_mem("profile").out
    assert run_mem("consolidate", "--json").json["summaries"]["made"] == 0


def test_the_timeline_of_one_is_under_what_is_told_of_them(run_mem: RunMem, work: Path) -> None:
    said = {
        "Robert Klein": ["I live in Haarlem.", "I love the old maps of Haarlem.", "I bake bread."],
        "Bob Klein": ["I live in Porto.", "I love the harbour of Porto.", "I play the cello."],
    }
    lines = [
        {"conversation": "c", "id": f"{who}{at}", "speaker": who, "role": "other", "text": text}
        | {"at": f"2025-05-01T1{at}:0{len(who) % 10}:00"}
        for who, texts in said.items()
        for at, text in enumerate(texts)
    ]
    (work / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run_mem("import", "talk.jsonl")
    run_mem("consolidate")
    whole = " ".join(one["text"] for one in run_mem("timeline", "--json").json["summaries"])
    assert "Robert Klein:" in whole and "Bob Klein:" in whole
    of_one = run_mem("timeline", "--entity", "Bob Klein", "--json").json["summaries"]
    told = " ".join(one["text"] for one in of_one)
    assert "Bob Klein:" in told and "Robert" not in told
    asked = run_mem("entities")
    assert 'mem entities "Bob Klein" --merge "Robert Klein"' in asked.err
    assert "perhaps one" in run_mem("entities", "Robert Klein", "--json").err
    run_mem("entities", "Bob Klein", "--merge", "Robert Klein")
    assert "perhaps one" not in run_mem("entities").err
