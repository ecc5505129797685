"""The sample data is well formed: every question's evidence exists and answers it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import mem.samples

ROOT = Path(mem.samples.__file__).parent
NOTES = ROOT / "notes"
CHATS = ROOT / "chats"
CHATGPT = CHATS / "chatgpt" / "conversations.json"
FIRST_DAY, LAST_DAY = date(2025, 9, 1), date(2025, 11, 30)
MESSAGE_FIELDS = {"conversation", "session", "id", "speaker", "role", "at", "text"}
QUESTION_FIELDS = {"id", "kind", "question", "answer_contains", "evidence", "asked_at"}
NOTE_SUFFIXES = {".md", ".txt", ".org", ".html"}
LEAST_PER_KIND = {"plain": 8, "changed": 5, "time": 5, "absent": 6, "multi": 1}
# The value that was true before, for each question of kind "changed".
OLD_VALUES = {
    "changed-address": "14 Cotterell Row",
    "changed-dentist": "7 October",
    "changed-meeting": "Tuesdays 10:00",
    "changed-start": "17 Nov",
    "changed-drink": "moka pot",
}


def chat_files() -> list[Path]:
    """The chat-jsonl files, one conversation each."""
    return sorted(CHATS.glob("*.jsonl"))


def messages(path: Path) -> list[dict[str, Any]]:
    """The messages of a chat-jsonl file, in file order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def note_files() -> list[Path]:
    """Every note, of whatever format."""
    return sorted(path for path in NOTES.rglob("*") if path.is_file())


def chatgpt() -> list[dict[str, Any]]:
    """The conversations of the ChatGPT export."""
    conversations: list[dict[str, Any]] = json.loads(CHATGPT.read_text(encoding="utf-8"))
    return conversations


def questions() -> list[dict[str, Any]]:
    """The questions of `questions.json`."""
    text = (ROOT / "questions.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def current_branch(conversation: dict[str, Any]) -> list[str]:
    """Node ids from the root to `current_node`."""
    mapping = conversation["mapping"]
    branch: list[str] = []
    node = conversation["current_node"]
    while node is not None:
        branch.append(node)
        node = mapping[node]["parent"]
    return branch[::-1]


def evidence_text(reference: str) -> str:
    """The text that an evidence reference points to; fails where it points to nothing."""
    path, _, message_id = reference.partition("#")
    file = ROOT / path
    assert file.is_file(), f"no such file: {reference}"
    if file == CHATGPT:
        nodes = [c["mapping"][message_id] for c in chatgpt() if message_id in c["mapping"]]
        assert len(nodes) == 1, f"no such message: {reference}"
        return "\n".join(nodes[0]["message"]["content"]["parts"])
    if file.suffix == ".jsonl":
        texts = [m["text"] for m in messages(file) if m["id"] == message_id]
        assert len(texts) == 1, f"no such message: {reference}"
        return str(texts[0])
    assert not message_id, f"a note has no messages: {reference}"
    return file.read_text(encoding="utf-8")


def test_counts() -> None:
    notes = note_files()
    assert len(notes) >= 38
    assert {path.suffix for path in notes} == NOTE_SUFFIXES
    assert len(chat_files()) + len(chatgpt()) == 6


def test_every_note_has_text_and_a_date_in_its_name_lies_in_the_period() -> None:
    for path in note_files():
        assert len(path.read_text(encoding="utf-8").splitlines()) >= 5, path
        if path.parent.name in {"daily", "meetings"}:
            assert FIRST_DAY <= date.fromisoformat(path.stem[:10]) <= LAST_DAY, path


@pytest.mark.parametrize("path", chat_files(), ids=lambda path: path.stem)
def test_conversation_is_well_formed(path: Path) -> None:
    found = messages(path)
    assert 10 <= len(found) <= 40
    for message in found:
        assert set(message) == MESSAGE_FIELDS
        assert message["role"] in {"user", "assistant", "other"}
        assert all(isinstance(message[field], str) and message[field] for field in MESSAGE_FIELDS)
    assert {message["conversation"] for message in found} == {path.stem}
    assert len({message["session"] for message in found}) >= 3


@pytest.mark.parametrize("path", chat_files(), ids=lambda path: path.stem)
def test_times_ascend_within_the_period(path: Path) -> None:
    times = [datetime.fromisoformat(message["at"]) for message in messages(path)]
    assert all(time.tzinfo is not None for time in times)
    assert all(FIRST_DAY <= time.date() <= LAST_DAY for time in times)
    assert all(earlier < later for earlier, later in pairwise(times))


def test_message_ids_are_unique_over_all_conversations() -> None:
    ids = [message["id"] for path in chat_files() for message in messages(path)]
    ids += [node for conversation in chatgpt() for node in conversation["mapping"]]
    assert len(ids) == len(set(ids))


def test_one_conversation_has_three_speakers_and_one_an_assistant() -> None:
    speakers = [{m["speaker"] for m in messages(path)} for path in chat_files()]
    roles = [{m["role"] for m in messages(path)} for path in chat_files()]
    assert sorted(len(names) for names in speakers) == [2, 2, 2, 2, 3]
    assert sum("assistant" in kinds for kinds in roles) == 1


def test_chatgpt_tree_is_consistent() -> None:
    for conversation in chatgpt():
        mapping = conversation["mapping"]
        assert conversation["current_node"] in mapping
        assert not mapping[conversation["current_node"]]["children"]
        for node_id, node in mapping.items():
            assert node["id"] == node_id
            assert all(mapping[child]["parent"] == node_id for child in node["children"])
            assert node["parent"] is None or node_id in mapping[node["parent"]]["children"]


def test_chatgpt_has_a_system_message_and_an_abandoned_first_branch() -> None:
    (conversation,) = chatgpt()
    mapping, branch = conversation["mapping"], current_branch(conversation)
    sent = [mapping[node]["message"] for node in branch if mapping[node]["message"]]
    assert 11 <= len(sent) <= 41
    assert sent[0]["author"]["role"] == "system"
    times = [datetime.fromtimestamp(message["create_time"], UTC) for message in sent]
    assert times == sorted(times)
    assert all(FIRST_DAY <= time.date() <= LAST_DAY for time in times)
    forks = [node for node in branch if len(mapping[node]["children"]) > 1]
    assert len(forks) == 1
    assert mapping[forks[0]]["children"][0] not in branch


def test_questions_are_well_formed_and_enough_of_each_kind() -> None:
    found = questions()
    ids = [question["id"] for question in found]
    assert len(ids) == len(set(ids))
    for question in found:
        assert set(question) - {"demo"} == QUESTION_FIELDS, question["id"]
        assert datetime.fromisoformat(question["asked_at"]).date() > LAST_DAY
        absent = question["kind"] == "absent"
        assert bool(question["answer_contains"]) != absent, question["id"]
        assert bool(question["evidence"]) != absent, question["id"]
    kinds = [question["kind"] for question in found]
    assert set(kinds) == set(LEAST_PER_KIND)
    for kind, least in LEAST_PER_KIND.items():
        assert kinds.count(kind) >= least, kind
    shown = sorted(question["kind"] for question in found if question.get("demo"))
    assert shown == ["absent", "changed", "plain", "time"]


@pytest.mark.parametrize("question", questions(), ids=lambda question: str(question["id"]))
def test_evidence_exists_and_answers(question: dict[str, Any]) -> None:
    text = "\n".join(evidence_text(reference) for reference in question["evidence"]).lower()
    if question["kind"] == "time":
        for answer in question["answer_contains"]:
            day = datetime.strptime(answer, "%d %B %Y").replace(tzinfo=UTC).date()
            assert FIRST_DAY <= day <= LAST_DAY
        return
    for answer in question["answer_contains"]:
        assert answer.lower() in text, answer


def test_old_value_of_each_changed_fact_stands_in_the_data() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in note_files())
    changed = {question["id"] for question in questions() if question["kind"] == "changed"}
    assert changed == set(OLD_VALUES)
    for question_id, old in OLD_VALUES.items():
        assert old in everything, question_id


def test_what_is_absent_does_not_stand_in_the_data() -> None:
    paths = [*note_files(), *chat_files(), CHATGPT]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in paths).lower()
    for word in ("passport number", " dog", "registration", "blood", "hospital"):
        assert word not in everything, word
