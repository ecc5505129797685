"""What goes to stdout as it is, and what is made safe on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.cli.output import ShownBytes

if TYPE_CHECKING:
    import pytest


def test_an_export_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    target = ShownBytes()
    for byte in "Café \x1b[31m \u202egnp\n".encode():
        target.write(bytes([byte]))
    assert capsys.readouterr().out == "Café \u241b[31m \ufffdgnp\n"
