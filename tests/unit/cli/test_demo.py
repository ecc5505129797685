"""The demo knows a right outcome from a wrong one."""

from __future__ import annotations

from dataclasses import replace

from mem.cli.commands.demo import is_right
from tests.unit.cli.test_views import ANSWER

PLAIN = {"kind": "plain", "answer_contains": ["1.3 BAR", "other"]}
ABSENT = {"kind": "absent", "answer_contains": []}


def test_verdicts() -> None:
    abstained = replace(ANSWER, abstained=True, answer="", sentences=(), citations=())
    assert is_right(PLAIN, ANSWER)
    assert is_right(ABSENT, abstained)
    assert not is_right(ABSENT, ANSWER)
    assert not is_right(PLAIN, abstained)
    assert not is_right(PLAIN, replace(ANSWER, citations=()))
    assert not is_right(PLAIN, replace(ANSWER, answer="2 bar"))
