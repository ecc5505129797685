"""Every error of the tree has its exit code, and one line."""

from __future__ import annotations

import sys

import pytest

from mem import errors
from mem.cli.diagnostics import ExitCode, exit_code_for, report, say


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.PathMissing("x"), 1),
        (errors.HomeNotWritable("x", "why"), 1),
        (errors.StoreFull("x"), 1),
        (errors.EmptyQuery(), 2),
        (errors.BadTimeExpression("--since", "x"), 2),
        (errors.AmbiguousId("d", 2), 2),
        (errors.UnknownId("x"), 3),
        (errors.StoreLocked("x"), 4),
        (errors.IndexOwned("x"), 4),
        (errors.StoreDamaged("x", "why"), 5),
        (errors.ModelFileMissing("x"), 6),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError(), 1),
    ],
)
def test_exit_codes(error: BaseException, code: int) -> None:
    assert exit_code_for(error) == code


def test_report_is_one_safe_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(errors.UnknownId("a\x1b[31m\nb")) == ExitCode.NOTHING_FOUND
    assert report(ZeroDivisionError("by\nzero")) == ExitCode.ERROR
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 2
    assert "\x1b" not in err
    assert "mem: internal error: ZeroDivisionError: by zero." in err


def test_debug_adds_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEM_DEBUG", "1")
    report(ZeroDivisionError("x"))
    assert "ZeroDivisionError: x\n" in capsys.readouterr().err


def test_os_errors_name_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(PermissionError(13, "Permission denied", "/there")) == ExitCode.ERROR
    assert capsys.readouterr().err == "mem: /there: Permission denied.\n"


def test_a_message_is_folded_between_words_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    say("the home /a/long/path/that/stays/whole is kept")
    assert capsys.readouterr().err == "the home /a/long/path/that/stays/whole is kept\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    say("the home /a/long/path/that/stays/whole is kept")
    say("  as it is")
    assert capsys.readouterr().err == (
        "the home\n/a/long/path/that/stays/whole\nis kept\n  as it is\n"
    )
