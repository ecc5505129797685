"""Sets that somebody wrote: what cannot be read is refused with its place and a next step."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mem.bench import extraction, pairs, segmentation
from mem.bench.sets import Conversation, read_set
from mem.errors import BadSet, PathMissing
from tests.bench_sets import (
    DIALOGUE,
    HEAD,
    PAIR,
    QUESTION,
    SESSION,
    lines,
    write_set,
)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"sessions": b""}, "sessions.jsonl.gz: it is empty"),
        ({"sessions": b"{"}, "sessions.jsonl.gz: line 1: no JSON"),
        ({"sessions": lines([])}, "sessions.jsonl.gz: line 1: no JSON object"),
        ({"sessions": lines(SESSION, {"session": "s"})}, "line 2: no 'conversation'"),
        ({"sessions": lines({**SESSION, "turns": {}})}, "line 1: 'turns' is not a list"),
        ({"sessions": lines({**SESSION, "turns": [{"id": "t"}]})}, "line 1: a turn has no 'text'"),
        ({"sessions": lines({**SESSION, "turns": [{"text": "t"}]})}, "line 1: a turn has no 'id'"),
        ({"questions": b"\n"}, "questions.jsonl: it is empty"),
        ({"questions": b"\xff\n"}, "questions.jsonl: line 1: no JSON"),
        ({"questions": lines(QUESTION, {"id": "q"})}, "line 2: no 'question'"),
        ({"questions": lines({**QUESTION, "evidence": "t1"})}, "line 1: 'evidence' is not a list"),
        ({"questions": lines({**QUESTION, "asked_at": "now"})}, "line 1: 'asked_at' is not ISO"),
    ],
)
def test_a_set_that_does_not_hold_together(
    tmp_path: Path, parts: dict[str, bytes], place: str
) -> None:
    with pytest.raises(BadSet, match=re.escape(place)) as raised:
        read_set(write_set(tmp_path / "bad", **parts))
    assert "mem bench retrieval --help" in str(raised.value)


def test_a_set_of_which_a_file_is_missing_or_cut_short(tmp_path: Path) -> None:
    with pytest.raises(PathMissing, match=r"sessions\.jsonl\.gz"):
        read_set(tmp_path)
    folder = write_set(tmp_path / "cut")
    whole = (folder / "sessions.jsonl.gz").read_bytes()
    for broken in (whole[:-12], b"no gzip", whole[:20] + b"\xff\xff" + whole[22:]):
        (folder / "sessions.jsonl.gz").write_bytes(broken)
        with pytest.raises(BadSet, match=r"sessions\.jsonl\.gz: it is not a whole file of gzip"):
            read_set(folder)
    (folder / "sessions.jsonl.gz").write_bytes(whole)
    (folder / "questions.jsonl").unlink()
    with pytest.raises(PathMissing, match=r"questions\.jsonl"):
        read_set(folder)
    (folder / "memories.jsonl").unlink()
    with pytest.raises(PathMissing, match=r"memories\.jsonl"):
        extraction.run(folder)


def test_what_may_be_left_out_is_filled_in(tmp_path: Path) -> None:
    made = read_set(write_set(tmp_path / "own"))
    (question,) = made.questions
    assert (question.type, question.answerable, question.sessions) == ("any", True, None)
    first, second = made.conversations[0].messages()
    assert (first["role"], first["speaker"], first["at"]) == ("user", "user", None)
    assert second["speaker"] == "Ana"
    assert made.doubts() == []


@pytest.mark.parametrize("identity", ["..", "../../c", "a/b", "", "x" * 300, "c:d"])
def test_what_a_conversation_is_called_names_no_folder_elsewhere(identity: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", Conversation(identity, ()).folder)
    assert Conversation("conv-26_a", ()).folder == "conv-26_a"


@pytest.mark.parametrize(
    ("memories", "place"),
    [
        (b"", "memories.jsonl: it is empty"),
        (lines({"text": "x"}), "memories.jsonl: line 1: neither 'turns' nor 'session' and 'text'"),
        (lines({"turns": "t1"}), "memories.jsonl: line 1: 'turns' is not a list"),
    ],
)
def test_memories_that_do_not_hold_together(tmp_path: Path, memories: bytes, place: str) -> None:
    with pytest.raises(BadSet, match=re.escape(place)) as raised:
        extraction.run(write_set(tmp_path / "bad", memories=memories))
    assert "mem bench extraction --help" in str(raised.value)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "it is no JSON"),
        (b"{}", "it is no list of dialogues"),
        (b"[]", "or an empty one"),
        (b"[1]", "dialogue 1: no JSON object"),
        (json.dumps([DIALOGUE, {"utterances": [1]}]).encode(), "dialogue 2: 'utterances' is not"),
        (json.dumps([{**DIALOGUE, "segments": [0, 2]}]).encode(), "dialogue 1: 'segments' is not"),
        (json.dumps([{**DIALOGUE, "segments": [1]}]).encode(), "hold 1 utterances of 2"),
    ],
)
def test_dialogues_that_do_not_hold_together(tmp_path: Path, content: bytes, place: str) -> None:
    (tmp_path / "d.json").write_bytes(content)
    with pytest.raises(BadSet, match=re.escape(place)) as raised:
        segmentation.run(tmp_path / "d.json")
    assert "mem bench segmentation --help" in str(raised.value)


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], "it has no column sentence_A, sentence_B"),
        ([HEAD], "it has no contradiction"),
        ([HEAD, "A dog\tA cat\tx\tENTAILMENT"], "line 2: could not convert"),
        ([HEAD, PAIR, "\tA cat\t1\tCONTRADICTION"], "line 3: a sentence is missing"),
        ([HEAD, "\xff"], "line 0: 'utf-8' codec"),
    ],
)
def test_pairs_that_do_not_hold_together(tmp_path: Path, rows: list[str], place: str) -> None:
    (tmp_path / "p.txt").write_bytes("\n".join(rows).encode("latin-1"))
    with pytest.raises(BadSet, match=re.escape(place)) as raised:
        pairs.run([tmp_path / "p.txt"])
    assert "mem bench pairs --help" in str(raised.value)
