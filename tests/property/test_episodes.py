"""Whatever a document holds and however it grows, its runs hold every chunk once and in order."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mem.assistant import Assistant
from mem.ingest.segmentation import Segmenter, Turn
from mem.testing import FakeEmbedder, FixedClock

START = datetime(2025, 3, 4, 9)
TEXTS = st.text(alphabet="ab ?!é\n", min_size=1, max_size=12).filter(lambda text: text.strip())
TURNS = st.builds(
    Turn,
    TEXTS,
    role=st.sampled_from([None, "user", "assistant"]),
    said_at=st.none() | st.integers(0, 900).map(lambda far: START + timedelta(minutes=far)),
    session=st.sampled_from(["s", "t"]),
    message=st.none() | st.sampled_from(["m1", "m2"]),
    section=st.none() | st.sampled_from(["Soil", "Peas"]),
)


@given(st.lists(TURNS, max_size=70), st.integers(0, 20))
@settings(max_examples=40)
def test_runs_tile_what_is_cut(turns: list[Turn], first: int) -> None:
    vectors = FakeEmbedder().embed([turn.text for turn in turns])
    starts = Segmenter("fake:1").starts(turns, vectors, first)
    assert starts[:1] == ([first] if first < len(turns) else [])
    assert starts == sorted(set(starts))
    assert all(start < len(turns) for start in starts)


def covered(assistant: Assistant) -> list[int]:
    """The seqs of all episodes' chunks, in the order of the episodes."""
    return [
        stored.chunk.seq
        for document in assistant.documents()
        for episode in assistant.episodes.of_document(document.id)
        for stored in assistant.episodes.chunks_of(episode.pk)
    ]


@given(st.lists(st.tuples(TEXTS, st.integers(1, 600)), min_size=2, max_size=40), st.data())
@settings(max_examples=8)
def test_episodes_partition_a_growing_chat(
    said: list[tuple[str, int]], data: st.DataObject
) -> None:
    sizes = sorted(data.draw(st.sets(st.integers(1, len(said)), max_size=2)) | {len(said)})
    minutes = [sum(pause for _, pause in said[: at + 1]) for at in range(len(said))]
    lines = [
        json.dumps(
            {
                "conversation": "c",
                "session": "s",
                "id": f"m{at}",
                "speaker": "Ann",
                "role": "other",
                "at": (START + timedelta(minutes=minutes[at])).isoformat(),
                "text": text,
            }
        )
        for at, (text, _) in enumerate(said)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.jsonl"
        clock = FixedClock(datetime(2025, 12, 1, 9))
        home = Path(folder) / "home"
        with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as assistant:
            for size in sizes:
                path.write_text("\n".join(lines[:size]) + "\n")
                assistant.ingest(path)
                assistant.cut_episodes()
                assert covered(assistant) == list(range(size))
            grown = [one.id for one in assistant.episodes.newest(99)]
            with assistant.store.database.transaction() as connection:
                connection.execute("DELETE FROM segmented")
            assert (assistant.cut_episodes().added, covered(assistant)) == (0, list(range(size)))
            assert [one.id for one in assistant.episodes.newest(99)] == grown
