"""Places, snippets, wrapping and tables on few columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.cli import layout
from mem.cli.output import Style

BOLD = Style(width=40, color=True)


def test_places_are_short_and_clickable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    base = tmp_path.as_uri()
    assert layout.place(f"{base}/work/a%20b.md", "line 12") == "a b.md:12"
    assert layout.place(f"{base}/notes/x.md", "lines 3-9") == "~/notes/x.md:3"
    assert layout.place("file:///srv/x.md", "") == "/srv/x.md"
    assert layout.place("chatgpt:abc", "message 4f") == "chatgpt:abc, message 4f"
    assert "\x1b" not in layout.place("file:///srv/%1B[31m.md", "line 1")


def test_snippet_marks_words_and_is_cut_around_them() -> None:
    text = "filler " * 100 + "the boiler\npressure is 1.3 bar" + " filler" * 100
    start = text.index("boiler")
    lines = layout.snippet(text, [(start, start + 6)], BOLD, indent="  ", lines=2)
    assert len(lines) == 2
    assert lines[0].startswith("  …filler")
    assert "\x1b[1mboiler\x1b[0m" in "".join(lines)
    plain = layout.snippet(text, [(start, start + 6)], Style(width=40), indent="  ", lines=2)
    assert max(map(len, plain)) <= 40
    assert plain[-1].endswith("…")


def test_marks_survive_collapsed_white_space_and_controls() -> None:
    line, spans = layout.collapsed("  a\x1b\n\n b  c", [(7, 8), (9, 11)])
    assert (line, [line[a:b] for a, b in spans]) == ("a␛ b c", ["b", "c"])


@given(
    st.text(st.sampled_from("ab \n日é\u0301\x1b\r"), max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=3),
    st.integers(8, 30),
)
def test_wrapping_and_snippets_never_exceed_the_width(
    text: str, spans: list[tuple[int, int]], width: int
) -> None:
    style = Style(width=width)
    line, marks = layout.collapsed(text, spans)
    for shown in (
        layout.wrapped(line, marks, style, indent="  "),
        layout.snippet(text, spans, style, indent="  "),
    ):
        assert all(layout.cells(one) <= width for one in shown)
    words = "".join(layout.wrapped(line, marks, style))
    assert words.replace(" ", "") == line.replace(" ", "")


def test_bold_ends_on_each_line() -> None:
    lines = layout.wrapped("one two three four five six seven eight nine", [(0, 44)], BOLD)
    assert len(lines) == 2
    assert all(line.count("\x1b[1m") == line.count("\x1b[0m") == 1 for line in lines)


ROWS = [("d1", "a title much too long for so few columns"), ("d22", "短い")]


def test_table_gives_what_is_left_to_one_column() -> None:
    cut = ["d1   a title much too long for…", "d22  短い"]
    assert layout.table(ROWS, Style(width=32), last=1) == cut


def test_a_column_with_too_little_room_stands_below_its_row() -> None:
    below = ["d1\n    a title much…", "d22\n    短い"]
    assert layout.table(ROWS, Style(width=18), last=1) == below


def test_rows_are_whole_for_a_program_and_where_that_is_wanted() -> None:
    whole = ["d1   a title much too long for so few columns", "d22  短い"]
    assert layout.table(ROWS, Style(width=32, cuts=False), last=1) == whole
    assert layout.table(ROWS, Style(width=18), last=1, whole=True) == whole


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (250e6, "250 MB")]
)
def test_sizes(value: int, shown: str) -> None:
    assert layout.size(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(43.2, "43 ms"), (1234, "1.2 s"), (125_000, "2 min 05 s")]
)
def test_durations(value: float, shown: str) -> None:
    assert layout.duration(value) == shown


def test_a_message_whose_id_is_its_address_is_named_once() -> None:
    assert layout.place("mail:a1@b.org", "message a1@b.org") == "mail:a1@b.org"
    assert layout.place("chatgpt:c7", "message m1") == "chatgpt:c7, message m1"
