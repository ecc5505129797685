"""Logseq's pages, web pages, ChatGPT's chat.html and Gemini's activity: whatever they hold, they
are read or refused in words, and no word is left out without being counted.

`MEM_FUZZ` sets how many examples each property tries (10,000 in CI).
"""

from __future__ import annotations

import contextlib
import copy
import html
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mem.core.document import ParsedDocument
from mem.core.protocols import Parser
from mem.errors import ParseFailed
from mem.sources.chats.chatgpt import ChatGptParser
from mem.sources.chats.gemini import GeminiParser
from mem.sources.parsers.html import HtmlParser
from mem.sources.parsers.logseq import LogseqParser
from mem.sources.sniffing import HEAD_BYTES
from tests.contract.samples import CHATGPT
from tests.property.test_chats import VALUES, _places
from tests.property.test_sources import read
from tests.unit.sources.helpers import parse

EXAMPLES = int(os.environ.get("MEM_FUZZ", "100"))
SOME = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
WORD = re.compile(r"word\d+")

UUIDS = tuple(f"6633f0a1-1234-4321-8888-0123456789a{digit}" for digit in "abc")
MARKS = st.sampled_from(
    [
        *(f"id:: {UUIDS[0]}", f"  id:: {UUIDS[1]}", f"- id:: {UUIDS[2]}", "collapsed:: true"),
        *("title:: A", "tags:: [[a b]], #c, ,", "alias:: x，y", "date:: 2024-05-01", "a::b", "::"),
        *(f"- (({UUIDS[0]}))", f"- see (({UUIDS[1]})) (({UUIDS[0]}))", "- (((())))", "- ((x))"),
        *("- {{embed [[Ann]]}}", f"{{{{embed (({UUIDS[0]}))}}}}", "- {{query (todo now)}}", "{{"),
        *(":LOGBOOK:", "  :LOGBOOK:", ":END:", "  CLOCK: [2024-05-01 Wed]", "- :LOGBOOK:"),
        *("- TODO", "\t- DONE", "- LATER #x", "-", "- ", "\t", "```", "- ```", "---", "# H", "\r"),
    ]
)
LOGSEQ_LINES = st.lists(MARKS | st.just("- plain words") | st.text(max_size=8), max_size=25)


def documents_of(parser: Parser, path: Path, content: str) -> list[ParsedDocument]:
    return read(parser, path, content.encode("utf-8", "surrogatepass"))


def words_in(*texts: str) -> list[str]:
    """The numbered words, in order."""
    return WORD.findall("\n".join(texts))


@given(lines=LOGSEQ_LINES, place=st.sampled_from(["pages/a.md", "journals/2024_05_01.md"]))
@SOME
def test_logseq_keeps_every_line_and_each_word_of_a_block(
    tmp_path: Path, lines: list[str], place: str
) -> None:
    numbered = [
        f"{line} word{at}" if line.startswith("- p") else line for at, line in enumerate(lines)
    ]
    content = "\n".join(numbered)
    LogseqParser().sniff(Path(place), content.encode("utf-8", "surrogatepass"))
    for document in documents_of(LogseqParser(), tmp_path / place, content):
        assert document.text.count("\n") == content.count("\n")
        # A reference to a block says its words again.
        assert set(words_in(document.text)) == set(words_in(content))


TAGS = st.sampled_from(
    [
        *("div", "p", "main", "article", "section", "header", "footer", "aside", "ul", "li", "h1"),
        *("table", "td", "tr", "h2", "a", "span", "form", "pre", "b", "blockquote", "dl", "dt"),
        *("dd", "button", "label", "details", "summary", "figure"),
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        *("", "", "", ' class="menu"', ' id="related"', ' role="navigation"', ' role="main"'),
        *(" hidden", ' style="display: none"', ' aria-hidden="true"', ' href="/x"'),
        *(' class="site-footer social"', " class", ' role=""', ' style="DISPLAY:NONE'),
    ]
)
NODES: st.SearchStrategy[Any] = st.recursive(
    st.integers(1, 60),
    lambda inner: st.tuples(TAGS, ATTRIBUTES, st.lists(inner, max_size=6)),
    max_leaves=30,
)


def written(node: Any, word: Callable[[], str]) -> str:
    """The node as HTML, an integer as that many words."""
    if isinstance(node, int):
        return " ".join(word() for _ in range(node)) + " "
    tag, attributes, children = node
    inner = "".join(written(child, word) for child in children)
    return f"<{tag}{attributes}>{inner}</{tag}>"


@given(nodes=st.lists(NODES, min_size=1, max_size=5))
@SOME
def test_a_word_of_a_web_page_is_kept_or_counted(tmp_path: Path, nodes: list[Any]) -> None:
    numbers = iter(range(10**6))
    body = "".join(written(node, lambda: f"word{next(numbers)}") for node in nodes)
    # Words inside of a tag that is not closed are none of the page's.
    shown = words_in(re.sub(r"<[^<>]*>", " ", body)) if '="DISPLAY:NONE>' not in body else []
    for page in documents_of(HtmlParser(), tmp_path / "a.html", f"<html><body>{body}"):
        kept = words_in(page.text)
        assert len(kept) == len(set(kept))
        counted = re.findall(
            r"left out: menus and the like \(([\d,]+) words\)", " ".join(page.notices)
        )
        if shown:
            left_out = int(counted[0].replace(",", "")) if counted else 0
            assert len(kept) + left_out == len(shown)


PAGE = (
    "<html><head><title>ChatGPT Data Export</title><script>\n  var jsonData = {};\n"
    "  var assetsJson = {{}};\n</script></head><body><div id='root'></div></body></html>"
)
CONVERSATIONS = [
    CHATGPT | {"conversation_id": "van", "update_time": 1.0},
    CHATGPT | {"conversation_id": "boat", "title": "</script>; var jsonData = ["},
]


@st.composite
def exported(draw: st.DrawFn) -> str:
    """Conversations in which some values are of any other kind, as JSON."""
    value = copy.deepcopy(CONVERSATIONS)
    places = list(_places(value))
    for _ in range(draw(st.integers(0, 4))):
        holder, key = draw(st.sampled_from(places))
        holder[key] = draw(VALUES)  # type: ignore[index]
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@given(data=exported())
@SOME
def test_the_page_of_chatgpt_gives_what_its_json_gives(tmp_path: Path, data: str) -> None:
    page = documents_of(ChatGptParser(), tmp_path / "page" / "chat.html", PAGE.format(data))
    assert page == documents_of(ChatGptParser(), tmp_path / "json" / "conversations.json", data)


@given(data=exported(), cuts=st.lists(st.tuples(st.integers(0), st.integers(0, 40)), max_size=3))
@SOME
def test_a_damaged_page_of_chatgpt(tmp_path: Path, data: str, cuts: list[tuple[int, int]]) -> None:
    page = PAGE.format(data)
    for start, length in cuts:
        start %= len(page) + 1
        page = page[:start] + page[start + length :]
    ChatGptParser().sniff(Path("chat.html"), page[:HEAD_BYTES].encode("utf-8", "surrogatepass"))
    documents_of(ChatGptParser(), tmp_path / "chat.html", page)


CELL = (
    '<div class="outer-cell mdl-cell"><div class="mdl-grid"><div class="header-cell mdl-cell">'
    '<p class="mdl-typography--title">Gemini Apps<br></p></div>'
    '<div class="content-cell mdl-cell mdl-typography--body-1">{}</div></div></div>'
)
ACTIVITY = st.lists(
    st.sampled_from(
        [
            *("Prompted ", "Asked ", "Used a Gemini feature", "<br>", "<br>", "<p>", "</p>", "<b>"),
            *("May 1, 2024, 10:11:12\u202fPM CEST<br>", "<br>1 May 2024, 22:11:12 MESZ<br>"),
            *("<br>01.05.2024, 22:11:12 MESZ<br>", "2024<br>", "99.99.2024, 99:99:99<br>"),
            *(
                "Attached 1 file.<br>",
                '- <a href="a.png">a.png</a><br>',
                '<a href="https://x">y</a>',
            ),
            *(
                "<table><tr><td>",
                "<ul><li>",
                "</ul>",
                "<pre>",
                "&lt;b&gt;",
                "&#8239;",
                "<!-- x -->",
            ),
        ]
    )
    | st.just("WORD ")
    | st.text(max_size=6).map(html.escape),
    max_size=14,
).map("".join)


@given(activities=st.lists(ACTIVITY, min_size=1, max_size=4))
@SOME
def test_each_word_of_geminis_activity_is_kept(tmp_path: Path, activities: list[str]) -> None:
    numbers = iter(range(10**6))
    source = "".join(CELL.format(one) for one in activities)
    source = re.sub("WORD", lambda _: f"word{next(numbers)}", source)
    page = f"<html><body><div class='mdl-grid'>{source}</div></body></html>"
    GeminiParser().sniff(Path("MyActivity.html"), page.encode("utf-8", "surrogatepass"))
    chats = documents_of(GeminiParser(), tmp_path / "MyActivity.html", page)
    kept = words_in(*(message.text for chat in chats for message in chat.messages))
    assert set(kept) == set(words_in(source))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("parser", "name", "piece"),
    [
        (LogseqParser(), "pages/a.md", f"- (({UUIDS[0]})) ((\n"),
        (LogseqParser(), "pages/a.md", "{{embed (("),
        (LogseqParser(), "pages/a.md", "  :LOGBOOK:\n- x\n"),
        (LogseqParser(), "pages/a.md", ":LOGBOOK:\nx\n"),
        (LogseqParser(), "pages/a.md", f"- x\n  id:: {UUIDS[0]}\n"),
        (HtmlParser(), "a.html", "<article>x</article>"),
        (HtmlParser(), "a.html", "<header><p>x</header>"),
        (HtmlParser(), "a.html", '<div class="menu menu-menu">'),
        (HtmlParser(), "a.html", "<aside hidden style=display:"),
        (ChatGptParser(), "chat.html", "<html><script>var jsonData = "),
        (ChatGptParser(), "chat.html", "<!--<title> "),
        (GeminiParser(), "MyActivity.html", CELL.format("Prompted x<br>1<br>")),
        (GeminiParser(), "MyActivity.html", 'class="outer-cell Gemini <'),
    ],
)
def test_repeats_of_a_piece_take_linear_time(
    tmp_path: Path, parser: Parser, name: str, piece: str
) -> None:
    content = piece * (1_000_000 // len(piece))
    with contextlib.suppress(ParseFailed):
        parse(parser, tmp_path / name, content)
    for one in (LogseqParser(), HtmlParser(), ChatGptParser(), GeminiParser()):
        one.sniff(Path(name), content[:HEAD_BYTES].encode())
        one.sniff(Path(name), content.replace("\n", " ")[:HEAD_BYTES].encode())
