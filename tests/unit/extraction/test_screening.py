from __future__ import annotations

import json
from pathlib import Path

import pytest

from mem.core.chunk import Chunk
from mem.errors import ModelFileDamaged, ModelFileMissing
from mem.extraction.rules import RulesExtractor
from mem.extraction.screening import DATA_DIR, RECIPE_NAME, WEIGHTS_NAME, Screen, plausible
from mem.inference.embedder import OnnxEmbedder
from tests.unit.extraction.making import SAID_AT

JUNK = Path(__file__).parents[2] / "fixtures" / "junk.jsonl"
EXAMPLES = Path(__file__).parents[3] / "scripts" / "screening_examples.jsonl"


def junk_chunks(row: dict[str, str]) -> list[Chunk]:
    speaker = {"user": "User", "other": "Shop", "tool": "tool"}.get(row["role"] or "")
    chunk = Chunk(
        id="c", document_id="d", seq=0, text=row["text"], context="", start=0,
        end=len(row["text"]), locator="line 1", speaker=speaker, role=row["role"],
        said_at=SAID_AT,
    )  # fmt: skip
    if row["role"] != "user":
        return [chunk]
    answer = Chunk(
        id="a", document_id="d", seq=1, text="Sure.", context="", start=0, end=5,
        locator="message a", speaker="Assistant", role="assistant", said_at=SAID_AT,
    )  # fmt: skip
    return [chunk, answer]


def test_junk_yields_at_most_one_percent(extractor: RulesExtractor) -> None:
    rows = [json.loads(line) for line in JUNK.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 300
    yielding = [
        row["text"]
        for row in rows
        if extractor.extract(
            junk_chunks(row), document_kind=row["document_kind"], document_title=""
        )
    ]
    assert len(yielding) <= 0.01 * len(rows), yielding[:5]


def test_examples_are_many_and_distinct() -> None:
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in rows}) == len(rows) >= 600
    recipe = json.loads((DATA_DIR / RECIPE_NAME).read_text(encoding="utf-8"))
    assert recipe["examples"] == len(rows)
    assert {row["label"] for row in rows} == set(recipe["labels"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I play the trombone in a marching band.", True),
        ("We're moving to the countryside next spring.", True),
        ("It was tough, but I finished the course.", True),
        ("What do you do at weekends?", False),
        ("Please send me the summary.", False),
        ("I'm so happy for you!", False),
        ("my_list.append(item)", False),
        ("My API key is on the card.", False),
        ("Unsubscribe from my list here.", False),
    ],
)
def test_plausible(text: str, expected: bool) -> None:
    assert plausible(text) is expected


def test_scores_tell_statements_from_reactions(embedder: OnnxEmbedder) -> None:
    said, praised = Screen(embedder).judge(
        ["I keep bees on the roof of my building.", "Wow, that is such lovely news!"]
    )
    assert said.score > 0.7 > 0.3 > praised.score


def test_weights_that_are_missing_or_damaged_are_named(
    embedder: OnnxEmbedder, tmp_path: Path
) -> None:
    with pytest.raises(ModelFileMissing):
        Screen(embedder, tmp_path)
    (tmp_path / RECIPE_NAME).write_bytes((DATA_DIR / RECIPE_NAME).read_bytes())
    (tmp_path / WEIGHTS_NAME).write_bytes((DATA_DIR / WEIGHTS_NAME).read_bytes()[:200])
    with pytest.raises(ModelFileDamaged):
        Screen(embedder, tmp_path)
