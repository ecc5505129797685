"""Plain text, org and HTML: golden small cases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import SaidAtOrigin
from mem.errors import ParseFailed
from mem.sources.parsers.html import HtmlParser
from mem.sources.parsers.org import OrgParser
from mem.sources.parsers.text import TextParser
from tests.unit.sources.helpers import blocks_of, check_coverage, parse

ORG = """#+TITLE: Garden
#+date: <2020-10-15 Thu>
#+filetags: :green:

Intro [[file:plan.org][the plan]].
* Beds :spring:
:PROPERTIES:
:ID: x
:END:
** Soil
SCHEDULED: <2020-11-01 Sun>
- peat
  more
- sand
#+begin_src sh
echo

* not a heading? it ends the block
#+begin_example
kept

whole
#+end_example
| a | b |
"""

HTML = """<!doctype html><html><head><title> A &amp; B </title>
<meta property="article:published_time" content="2021-03-04T05:06:07Z">
<meta name="keywords" content="one, two"><style>p {}</style></head>
<body><nav>menu</nav><h1>Top</h1><p>Hello <b>big</b>
 world<br>next &lt;line&gt;</p><script>x()</script>
<ul><li>one <ul><li>inner</ul><li><a href="page.html">two</a></ul>
<pre>keep
  this</pre><table><tr><th>k<th>v<tr><td>1<td>2</table>
<h2>Deeper</h2>tail <img src=x alt="a cat"></body></html>
"""


def test_paragraphs_of_plain_text(tmp_path: Path) -> None:
    text = "\n one\ntwo\r\n\r\n \t \r\nthree\n\n\n"
    (note,) = parse(TextParser(), tmp_path / "2023-05-08 call.txt", text)
    assert blocks_of(note) == [("prose", " one\ntwo", 2, ()), ("prose", "three", 6, ())]
    assert (note.title, note.text) == ("2023-05-08 call", text)
    assert note.said_at_origin is SaidAtOrigin.FILE_NAME
    check_coverage(note)


def test_org(tmp_path: Path) -> None:
    (note,) = parse(OrgParser(), tmp_path / "g.org", ORG)
    assert blocks_of(note) == [
        ("prose", "#+TITLE: Garden\n#+date: <2020-10-15 Thu>\n#+filetags: :green:", 1, ()),
        ("prose", "Intro [[file:plan.org][the plan]].", 5, ()),
        ("heading", "* Beds :spring:", 6, ()),
        ("prose", ":PROPERTIES:\n:ID: x\n:END:", 7, ("Beds",)),
        ("heading", "** Soil", 10, ("Beds",)),
        ("prose", "SCHEDULED: <2020-11-01 Sun>", 11, ("Beds", "Soil")),
        ("list", "- peat\n  more\n- sand", 12, ("Beds", "Soil")),
        ("prose", "#+begin_src sh\necho", 15, ("Beds", "Soil")),
        ("heading", "* not a heading? it ends the block", 18, ()),
        (
            "code",
            "#+begin_example\nkept\n\nwhole\n#+end_example",
            19,
            ("not a heading? it ends the block",),
        ),
        ("table", "| a | b |", 24, ("not a heading? it ends the block",)),
    ]
    assert (note.title, note.tags, note.links) == ("Garden", ("green", "spring"), ("plan.org",))
    assert note.said_at == datetime(2020, 10, 15)
    assert note.text == ORG
    check_coverage(note)


def test_html(tmp_path: Path) -> None:
    (note,) = parse(HtmlParser(), tmp_path / "p.html", HTML)
    assert blocks_of(note) == [
        ("heading", "Top", 1, ()),
        ("prose", "Hello big world\nnext <line>", 3, ("Top",)),
        ("list", "- one\n- inner\n- two", 6, ("Top",)),
        ("code", "keep\n  this", 10, ("Top",)),
        ("table", "k | v\n1 | 2", 13, ("Top",)),
        ("heading", "Deeper", 16, ("Top",)),
        ("prose", "tail [image: a cat]", 18, ("Top", "Deeper")),
    ]
    assert (note.title, note.tags, note.links) == ("A & B", ("one", "two"), ("page.html",))
    assert note.said_at == datetime(2021, 3, 4, 5, 6, 7)
    check_coverage(note)


def test_html_states_its_encoding(tmp_path: Path) -> None:
    page = '<meta charset="iso-8859-7"><p>αβ'.encode("iso-8859-7")
    (note,) = parse(HtmlParser(), tmp_path / "p.html", page)
    assert note.text == "αβ"
    assert note.notices == ("read as iso-8859-7, not UTF-8",)


def test_html_nested_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParseFailed, match="nested"):
        parse(HtmlParser(), tmp_path / "p.html", "<div>" * 50_000)
    (deep,) = parse(HtmlParser(), tmp_path / "q.html", "<div>" * 1500 + "x")
    assert deep.text == "x"
