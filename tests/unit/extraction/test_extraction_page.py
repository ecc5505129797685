"""docs/extraction.md shows the prompt and the schema in force, and names tests that exist."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

from mem.extraction.proposing.passages import Passage
from mem.extraction.proposing.prompts import INSTRUCTIONS, extraction_prompt, reply_schema

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "extraction.md").read_text(encoding="utf-8")
SAID = datetime(2025, 3, 4)
PASSAGES = [
    Passage("The user", SAID, "I moved to PLACE_B last week."),
    Passage("PERSON_A", SAID, "Which street?"),
]


def test_the_prompt_is_the_one_in_force() -> None:
    shown = re.findall(r"```text\n(.*?)\n```", PAGE, flags=re.DOTALL)

    assert shown == [INSTRUCTIONS, extraction_prompt(PASSAGES, mark=lambda: "#3fa1c0de").user]


def test_the_schema_is_the_one_in_force() -> None:
    (shown,) = re.findall(r"```json\n(.*?)\n```", PAGE, flags=re.DOTALL)

    assert json.loads(shown) == reply_schema(2)


def test_every_guard_has_its_test() -> None:
    named = re.findall(r"`(test_\w+)` \|$", PAGE, flags=re.MULTILINE)
    sources = "".join(
        (ROOT / "tests" / place).read_text(encoding="utf-8")
        for place in (
            "unit/extraction/test_guards.py",
            "unit/extraction/test_prompts.py",
            "unit/consolidation/test_model_memories.py",
            "functional/test_cli_consolidate.py",
        )
    )

    assert len(named) > 30
    assert [name for name in named if f"def {name}(" not in sources] == []
