"""Whatever a plugin's parser does, an import goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.core.document import DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.hooks.guard import GuardedParser
from mem.testing import FakeEmbedder
from tests.unit.hooks.helpers import install, parser_source

ENTRY = FileEntry(Path("/x"), 1, 1)
DOCUMENT = ParsedDocument("file:///x", DocumentKind.NOTE, "odd", "T")


class Odd:
    """Sniffs and parses as it is told."""

    name = "odd"
    version = 3

    def __init__(self, score: Any = 50, result: Any = ()) -> None:
        self.score, self.result = score, result

    def sniff(self, path: Path, head: bytes) -> int:
        if isinstance(self.score, Exception):
            raise self.score
        return self.score  # type: ignore[no-any-return]

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        if isinstance(self.result, Exception):
            raise self.result
        return iter(self.result)


@pytest.mark.parametrize(("score", "taken"), [(50, 50), (-5, 0), (1000, 100), (True, 1), (7.9, 7)])
def test_a_score_is_between_0_and_100(score: Any, taken: int) -> None:
    parser = GuardedParser("mem-odd", Odd(score), pytest.fail)
    assert parser.sniff(Path("a"), b"") == taken
    assert (parser.name, parser.version) == ("odd", 3)


@pytest.mark.parametrize("score", [ValueError("no"), None, "high"])
def test_one_that_cannot_judge_is_told_once(score: Any) -> None:
    heard: list[str] = []
    parser = GuardedParser("mem-odd", Odd(score), heard.append)
    assert [parser.sniff(Path("a"), b""), parser.sniff(Path("b"), b"")] == [0, 0]
    assert len(heard) == 1
    assert heard[0].startswith("plugin mem-odd: its parser odd fails to judge files (")


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (ZeroDivisionError("by\n0"), "the plugin mem-odd broke down over it"),
        ([DOCUMENT, "text"], "gave what is no document"),
        (None, "broke down"),
    ],
)
def test_a_breakdown_is_a_parse_failure(result: Any, reason: str) -> None:
    parser = GuardedParser("mem-odd", Odd(result=result), pytest.fail)
    with pytest.raises(ParseFailed, match=reason) as caught:
        list(parser.parse(ENTRY))
    assert caught.value.code == "parser-crashed"


@pytest.mark.parametrize("error", [ParseFailed("x", "why", code="empty"), FileUnreadable("x", "y")])
def test_what_a_parser_may_raise_passes(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        list(GuardedParser("mem-odd", Odd(result=error), pytest.fail).parse(ENTRY))
    assert caught.value is error


def test_an_import_with_plugins_good_and_bad(
    tmp_path: Path, site: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "good", parser_source("good"))
    install(site, "cruel", parser_source("cruel").replace("words =", "import os; os._exit(9) #"))
    install(site, "bad", "raise ValueError('no')")
    monkeypatch.setenv("PYTHONPATH", str(site))
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.good").write_text("The boiler hums.")
    (notes / "b.cruel").write_text("x")
    (notes / "c.md").write_text("# C\n\nThe garden grows.")
    (notes / "d.epub").write_bytes(b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip")
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        ledger = assistant.ingest(notes)
        assert (ledger.added, ledger.failed, ledger.skipped) == (2, 1, 1)
        assert {entry.code for entry in ledger.entries} == {"parser-crashed", "unsupported"}
        (missing,) = (entry for entry in ledger.entries if entry.code == "unsupported")
        assert missing.reason.startswith("no importer reads ")
        assert missing.reason.endswith("; install mem-epub")
        assert "plugin bad is not used: it raises ValueError: no" in ledger.notices
        assert assistant.parsers() is assistant.parsers()
        assert set(assistant.stats().documents) == {"good", "markdown"}
