"""The parsers that come with `mem`; plugins add theirs through the same protocol."""

from __future__ import annotations

from mem.core.protocols import Parser
from mem.sources.chats.chatgpt import ChatGptParser
from mem.sources.chats.claude import ClaudeParser
from mem.sources.chats.claude_code import ClaudeCodeParser
from mem.sources.chats.codex import CodexParser
from mem.sources.chats.jsonl import ChatJsonlParser
from mem.sources.chats.signal import SignalParser
from mem.sources.chats.slack import SlackParser
from mem.sources.chats.telegram import TelegramParser
from mem.sources.chats.whatsapp import WhatsAppParser
from mem.sources.parsers.html import HtmlParser
from mem.sources.parsers.markdown import MarkdownParser
from mem.sources.parsers.org import OrgParser
from mem.sources.parsers.text import TextParser


def parsers() -> list[Parser]:
    """One of each, in the order that decides between equal `sniff` scores."""
    return [
        ChatJsonlParser(),
        ChatGptParser(),
        ClaudeParser(),
        ClaudeCodeParser(),
        CodexParser(),
        SlackParser(),
        TelegramParser(),
        WhatsAppParser(),
        SignalParser(),
        MarkdownParser(),
        OrgParser(),
        HtmlParser(),
        TextParser(),
    ]
