"""What is printed, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mem import shapes
from mem.cli.layout import facts
from mem.cli.output import Style
from mem.cli.views.answers import answer_lines, hit_lines
from mem.cli.views.documents import ledger_lines
from mem.core.answer import Answer, Citation, Sentence
from mem.core.query import Hit, HitSource
from mem.ingest.ledger import Ledger

PLAIN, BOLD = Style(width=60), Style(width=60, color=True)
HIT = Hit(
    id="c1",
    kind="chunk",
    text="The pressure of the boiler\nshould be 1.3 bar.",
    score=0.8234,
    source=HitSource("file:///srv/boiler.md", "Boiler", "line 12"),
    document_id="d1",
    said_at=datetime(2025, 3, 4),
    signals={"words": 0.51234, "vectors": 0.3},
    highlights=((4, 12), (20, 26)),
)
CITATION = Citation(
    n=1,
    id="c1",
    uri="chatgpt:abc",
    title="Heating",
    locator="message 4",
    quote="It should be 1.3 bar.",
    said_at=None,
    speaker="Ann",
    start=0,
    end=21,
)
ANSWER = Answer(
    question="Which pressure?",
    answer="It should be 1.3 bar.",
    abstained=False,
    confidence=0.9,
    mode="extractive",
    sentences=(Sentence("It should be 1.3 bar.", (1, 2)),),
    citations=(CITATION,),
    nearest=(),
    elapsed_ms=12.34,
)


def test_hit() -> None:
    assert hit_lines([HIT], PLAIN, explain=True) == [
        " 1. Boiler                                  2025-03-04  0.82",
        "    /srv/boiler.md:12",
        "    The pressure of the boiler should be 1.3 bar.",
        "    c1  words 0.512  vectors 0.300",
    ]


def test_hit_on_a_terminal() -> None:
    lines = hit_lines([replace(HIT, speaker="Joel")], BOLD)
    assert lines[1] == "    \x1b[2mJoel · /srv/boiler.md:12\x1b[0m"
    assert lines[2] == (
        "    The \x1b[1mpressure\x1b[0m of the \x1b[1mboiler\x1b[0m should be 1.3 bar."
    )


def test_quotes_stand_on_lines_of_their_own_and_sentences_of_a_model_in_a_paragraph() -> None:
    two = replace(ANSWER, sentences=(Sentence("One.", (1,)), Sentence("Two.", (1,))))
    assert answer_lines(two, PLAIN)[:2] == ["One. [1]", "Two. [1]"]
    assert answer_lines(replace(two, mode="generative"), PLAIN)[0] == "One. [1] Two. [1]"


def test_answer_with_its_evidence() -> None:
    assert answer_lines(ANSWER, PLAIN) == [
        "It should be 1.3 bar. [1] [2]",
        "",
        "[1] Heating  ----------",
        "    Ann · chatgpt:abc, message 4",
        '    "It should be 1.3 bar."',
    ]


def test_long_places_stay_within_the_width() -> None:
    hit = replace(HIT, source=HitSource("chatgpt:" + "9" * 60, "Boiler", "message " + "8" * 60))
    assert max(map(len, hit_lines([hit], PLAIN))) <= 60


def test_the_path_of_a_file_is_never_broken() -> None:
    path = "/" + "/".join(["long-folder-name"] * 6) + "/boiler.md"
    hit = replace(HIT, source=HitSource("file://" + path, "Boiler", "line 3"))
    assert any(path + ":" in line for line in hit_lines([hit], PLAIN))


def test_abstention_shows_the_nearest() -> None:
    lines = answer_lines(replace(ANSWER, abstained=True, nearest=(HIT,)), PLAIN)
    assert lines[:4] == ["Not in memory: Which pressure?", "", "The nearest passages:", ""]
    assert lines[4].startswith(" 1. Boiler")


def test_data_cannot_steer_the_terminal() -> None:
    evil = "\x1b[31m\u202e\x9b\n"
    hit = replace(HIT, text=evil, speaker=evil, source=HitSource(evil, evil, evil), id=evil)
    citation = replace(CITATION, title=evil, uri=evil, quote=evil, speaker=evil, locator=evil)
    answer = replace(
        ANSWER, question=evil, sentences=(Sentence(evil, (1,)),), citations=(citation,)
    )
    lines = hit_lines([hit], PLAIN, explain=True) + answer_lines(answer, PLAIN)
    lines += answer_lines(replace(answer, abstained=True), PLAIN)
    assert not set("".join(lines)) & set("\x1b\u202e\x9b\n")


def test_ledger() -> None:
    done = Ledger(added=2, unchanged=1, gone=1, chunks_added=7, elapsed_ms=1234.0)
    done.skip("file:///srv/a.bin", "binary", "not text")
    done.skip("file:///srv/b.bin", "binary", "not text")
    done.fail("file:///srv/c.json", "malformed", "ends too early")
    assert ledger_lines(done, PLAIN) == [
        "6 documents seen in 1.2 s",
        "  added           2   7 passages",
        "  updated         0",
        "  unchanged       1",
        "  skipped         2   binary 2",
        "  failed          1",
        "  gone            1",
        "failed: /srv/c.json: ends too early [malformed]",
    ]
    assert "skipped: /srv/b.bin: not text [binary]" in ledger_lines(done, PLAIN, verbose=True)
    assert shapes.ledger(done)["skipped"][0] == {
        "uri": "file:///srv/a.bin",
        "code": "binary",
        "reason": "not text",
    }


def test_facts_keep_long_values() -> None:
    lines = facts([("a", "short"), ("long", "word " * 20)], Style(width=40))
    assert lines[0] == "a     short"
    assert lines[1].startswith("long  word word")
    assert lines[2].startswith("      word")
    assert "".join(lines).count("word") == 20
