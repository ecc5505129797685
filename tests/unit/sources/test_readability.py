"""The content of a web page is kept, what stands around it is left out and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.sources.parsers.html import HtmlParser
from tests.unit.sources.helpers import check_coverage, parse

WORDS = (
    "<p>We rent the van in May, because it is cheaper than the train, and there is a lot of "
    "furniture to carry from the old flat to the one by the river.</p>"
)
LINKS = "".join(f'<li><a href="/{n}">Other post number {n}</a></li>' for n in range(6))


def text_of(tmp_path: Path, body: str) -> tuple[str, tuple[str, ...]]:
    content = f"<!doctype html><html><head><title>T</title></head><body>{body}</body></html>"
    (page,) = parse(HtmlParser(), tmp_path / "a.html", content)
    check_coverage(page)
    return page.text, page.notices


@pytest.mark.parametrize(
    "around",
    [
        f"<nav>{LINKS}</nav>",
        "<header><a href=/>Home</a></header>",
        "<footer>All rights reserved</footer>",
        f'<div class="site-menu"><ul>{LINKS}</ul></div>',
        f'<div id="related"><ul>{LINKS}</ul></div>',
        '<div role="contentinfo">Imprint</div>',
        '<p hidden>Log in</p><p style="display: none">Sign up</p><p aria-hidden="true">x</p>',
    ],
)
def test_what_stands_around(tmp_path: Path, around: str) -> None:
    text, notices = text_of(tmp_path, around + WORDS * 6 + around)
    assert text.count("We rent the van") == 6
    assert len(text.split("\n\n")) == 6
    assert "<nav>" in around or notices[0].startswith("left out: menus and the like (")


def test_the_main_part_alone_and_the_heading_before_it(tmp_path: Path) -> None:
    body = f"<header><b>Site</b><h1>The van</h1></header><main>{WORDS * 4}</main><p>Bye</p>"
    text, _ = text_of(tmp_path, body)
    assert text.startswith("The van\n\nWe rent") and "Site" not in text and "Bye" not in text


def test_a_long_list_of_links_beside_prose(tmp_path: Path) -> None:
    text, _ = text_of(tmp_path, WORDS * 12 + f"<ul>{LINKS}</ul>")
    assert "Other post" not in text


@pytest.mark.parametrize(
    "body",
    [
        f"<ul>{LINKS}</ul>",
        f"<h1>Links</h1><p>Some.</p><ul>{LINKS}</ul>",
        f"<article>{WORDS}</article><article>{WORDS}</article><p>After.</p>",
        f'<div class="menu">{WORDS}</div>',
        f"<article>{WORDS * 3}<aside>A quote of someone.</aside></article>",
        '<div class="navigation"><p>Short.</p></div>',
    ],
)
def test_a_page_that_is_all_content_loses_nothing(tmp_path: Path, body: str) -> None:
    text, notices = text_of(tmp_path, body)
    assert notices == ()
    for word in ("Other post number 5", "After.", "A quote", "Short.", "We rent"):
        assert (word in text) == (word in body)


def test_hidden_words_of_a_short_page_are_counted(tmp_path: Path) -> None:
    text, notices = text_of(
        tmp_path, "<div hidden>Many words of no use to the reader</div><p>Hi</p>"
    )
    assert (text, notices) == ("Hi", ("left out: menus and the like (8 words)",))
