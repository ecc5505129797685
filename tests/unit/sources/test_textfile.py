"""Bytes to text: nothing undecodable vanishes, nothing ill-formed comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.errors import FileUnreadable, ParseFailed
from mem.sources.textfile import decode, read_text, well_formed
from tests.unit.sources.helpers import entry_of


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_goes(encoding: str) -> None:
    assert decode("Zoë\r\n".encode(encoding)) == ("Zoë\r\n", ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Un café très crème, où l'été dure longtemps.", "cp1252"),
        ("Don’t “quote” me", "cp1252"),
        ("Привет, как дела? Сегодня я ходил в магазин и купил хлеб.", "cp1251"),
        ("Привет, как дела? Сегодня я ходил в магазин и купил хлеб.", "koi8_r"),
        ("今日は天気がいいですね。散歩に行きましょう。", "cp932"),
    ],
)
def test_likely_legacy_encodings_are_read_with_a_notice(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, (f"read as {encoding}, not UTF-8",))


def test_a_damaged_utf8_file_shows_its_bad_bytes() -> None:
    text, notices = decode("Grüße, Zoë".encode() + b"\xff!")
    assert text == "Grüße, Zoë\\xff!"
    assert "\\xNN" in notices[0]


def test_the_stated_encoding_is_tried_before_guessing() -> None:
    assert decode(b"\xe1\xe2", stated="iso-8859-7")[0] == "αβ"
    assert decode(b"caf\xe9 ouvert", stated="no-such-encoding")[0] == "café ouvert"


def test_nul_and_lone_surrogates_become_visible() -> None:
    assert well_formed("a\0b\udce9c\ud800") == "a\\x00b\\xe9c\\ud800"


def test_binary_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\x7fELF" + b"\0" * 100)
    with pytest.raises(ParseFailed) as caught:
        read_text(entry_of(path))
    assert caught.value.code == "binary"


def test_a_file_that_went_away_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("x")
    entry = entry_of(path)
    path.unlink()
    with pytest.raises(FileUnreadable, match=r"a\.md"):
        read_text(entry)
