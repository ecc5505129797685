"""Speed is measured on made-up chats that are the same every time."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from mem.bench.madeup import ClusteredEmbedder, messages, questions, vocabulary, write_chats
from mem.bench.speed import CLUSTERED, run
from mem.errors import StepFailed
from mem.testing import FakeEmbedder


def test_made_up_chats_repeat_and_every_message_is_its_own() -> None:
    first, again = list(messages(450)), list(messages(450))
    assert first == again
    assert len({one["id"] for one in first}) == 450
    assert len({one["conversation"] for one in first}) == 3
    assert questions(5) == list(islice(questions(9), 5))
    assert len(set(vocabulary())) == len(vocabulary())


def test_chats_are_written_file_by_file_and_not_again(tmp_path: Path) -> None:
    write_chats(tmp_path, 10_050)
    first, second = sorted(tmp_path.iterdir())
    texts = [path.read_text(encoding="utf-8") for path in (first, second)]
    lines = [json.loads(line) for text in texts for line in text.splitlines()]
    assert lines == list(messages(10_050))
    first.write_text("kept", encoding="utf-8")
    second.unlink()
    write_chats(tmp_path, 10_050)
    assert first.read_text(encoding="utf-8") == "kept"
    assert second.read_text(encoding="utf-8") == texts[1]


def test_made_up_vectors_are_of_the_text_alone_and_lie_in_clusters() -> None:
    embedder = ClusteredEmbedder(FakeEmbedder(384))
    texts = [f"text {number}" for number in range(3000)]
    rows = embedder.embed(texts)
    assert np.array_equal(rows[7], embedder.embed_query("text 7"))
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    cosines = np.sort(rows @ rows[:50].T, axis=0)
    assert cosines[-2].mean() > 0.4
    assert abs(cosines[1500].mean()) < 0.1


@pytest.mark.slow
def test_a_size_is_imported_and_searched_and_its_home_used_again(tmp_path: Path) -> None:
    steps: list[tuple[int, str]] = []

    def measure() -> None:
        (found,) = run([120], tmp_path, vectors=CLUSTERED, on_step=lambda *step: steps.append(step))
        assert found.chunks == 120
        assert found.scan.recall == 1
        assert found.scan.p50 <= found.scan.p95 <= found.scan.p99
        assert found.graph is None
        assert found.indexing is None
        assert min(found.import_.per_second, found.import_.peak, found.store_bytes) > 0
        assert found.scan.resident > 0

    measure()
    written = next(tmp_path.rglob("mem.db")).stat().st_mtime_ns
    measure()
    assert steps == [(120, "import"), (120, "scan")] * 2
    assert next(tmp_path.rglob("mem.db")).stat().st_mtime_ns == written


def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "speed-model-5").write_text("in the way", encoding="utf-8")
    with pytest.raises(StepFailed, match="'import'"):
        run([5], tmp_path)
