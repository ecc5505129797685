"""The parsers that come with `mem`; plugins add theirs through the same protocol."""

from __future__ import annotations

from mem.core.protocols import Parser
from mem.sources.chats.chatgpt import ChatGptParser
from mem.sources.chats.jsonl import ChatJsonlParser
from mem.sources.parsers.html import HtmlParser
from mem.sources.parsers.markdown import MarkdownParser
from mem.sources.parsers.org import OrgParser
from mem.sources.parsers.text import TextParser


def parsers() -> list[Parser]:
    """One of each, in the order that decides between equal `sniff` scores."""
    return [
        ChatJsonlParser(),
        ChatGptParser(),
        MarkdownParser(),
        OrgParser(),
        HtmlParser(),
        TextParser(),
    ]
