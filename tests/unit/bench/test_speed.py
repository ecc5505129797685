"""Speed is measured on made-up chats that are the same every time."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from mem.bench.speed import messages, questions, run, vocabulary
from mem.testing import FakeEmbedder


def test_made_up_chats_repeat_and_every_message_is_its_own() -> None:
    first, again = list(messages(450)), list(messages(450))
    assert first == again
    assert len({one["id"] for one in first}) == 450
    assert len({one["conversation"] for one in first}) == 3
    assert questions(5) == list(islice(questions(9), 5))
    assert len(set(vocabulary())) == len(vocabulary())


def test_a_size_is_imported_and_searched(tmp_path: Path) -> None:
    sizes: list[int] = []
    (found,) = run([120], tmp_path, embedder=FakeEmbedder(), on_size=sizes.append)
    assert sizes == [found.chunks] == [120]
    assert found.recall == 1
    assert found.p50 <= found.p95 <= found.p99
    assert min(found.chunks_per_second, found.cold, found.resident, found.disk) > 0
