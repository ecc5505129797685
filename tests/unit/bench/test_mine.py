"""Questions made of one's own notes: answered from them, private, and nothing is stored."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import mem.samples
from mem.assistant import Assistant
from mem.bench.mine import BLANK, HEADINGS, SENTENCES, make, run
from mem.inference.embedder import OnnxEmbedder
from mem.store.fulltext import content_words

NOTES = Path(mem.samples.__file__).parent / "notes"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("own")
    with Assistant.open(made, embedder=OnnxEmbedder()) as assistant:
        assistant.ingest(NOTES)
    return made


def stored(home: Path) -> dict[str, str]:
    return {
        str(one): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(home.rglob("*"))
        if one.is_file() and not one.name.endswith(("-shm", "-wal", ".lock"))
    }


def test_sample_notes_are_found_by_their_own_words(home: Path) -> None:
    before = stored(home)
    with Assistant.open(home, embedder=OnnxEmbedder()) as assistant:
        report = run(assistant, count=15)
    assert stored(home) == before
    assert set(report.questions) == {HEADINGS, SENTENCES}
    assert report.recall[SENTENCES][10] > 0.9
    assert report.recall[HEADINGS][10] > 0.6
    for by_cut in report.recall.values():
        assert by_cut[1] <= by_cut[5] <= by_cut[10]


def test_questions_repeat_and_carry_a_blank_in_place_of_the_word(home: Path) -> None:
    with Assistant.open(home, embedder=OnnxEmbedder()) as assistant:
        asked = make(assistant, count=10, seed=3)
        assert asked == make(assistant, count=10, seed=3)
        assert asked != make(assistant, count=10, seed=4)
    blanked = [one for one in asked if one.kind == SENTENCES]
    assert blanked
    for one in blanked:
        head, _, tail = one.query.partition(BLANK)
        assert one.text.startswith(head) and one.text.endswith(tail)
        assert len(content_words(one.text)) >= 4
    assert all(one.chunks for one in asked)
