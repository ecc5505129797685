"""The demo knows a right outcome from a wrong one, and ends with what to try."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mem.cli.commands import demo
from mem.cli.commands.demo import is_right
from tests.unit.cli.test_views import ANSWER

if TYPE_CHECKING:
    import pytest

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


def test_what_to_try_next_fits_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    demo._print_end("/home/ann/samples of memory", [])
    lines = capsys.readouterr().out.splitlines()
    assert "    MEM_HOME='/home/ann/samples of memory' mem consolidate" in lines
    commands = [line for line in lines if line.startswith("    ")]
    assert len(commands) == 3
    assert all(len(line) <= 60 for line in lines if line not in commands)
