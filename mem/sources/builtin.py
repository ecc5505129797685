"""The parsers that come with `mem`, offered through the same hook as those of plugins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mem.core.protocols import Parser
from mem.hooks.specs import Exporter
from mem.sources.archives import ArchiveParser
from mem.sources.chats.chatgpt import ChatGptParser
from mem.sources.chats.claude import ClaudeParser
from mem.sources.chats.claude_code import ClaudeCodeParser
from mem.sources.chats.codex import CodexParser
from mem.sources.chats.gemini import GeminiParser
from mem.sources.chats.jsonl import ChatJsonlParser
from mem.sources.chats.signal import SignalParser
from mem.sources.chats.slack import SlackParser
from mem.sources.chats.telegram import TelegramParser
from mem.sources.chats.whatsapp import WhatsAppParser
from mem.sources.exporters import ChatJsonlExporter, JsonlExporter, MarkdownExporter
from mem.sources.isolation import IsolatedParser, Isolation
from mem.sources.parsers.docx import DocxParser
from mem.sources.parsers.html import HtmlParser
from mem.sources.parsers.logseq import LogseqParser
from mem.sources.parsers.mail import MailParser
from mem.sources.parsers.markdown import MarkdownParser
from mem.sources.parsers.org import OrgParser
from mem.sources.parsers.pdf import PdfParser
from mem.sources.parsers.table import TableParser
from mem.sources.parsers.text import TextParser


def parsers(scratch: Path | None = None) -> list[Parser]:
    """One of each that comes with `mem`, in the order that decides between equal `sniff` scores.

    `scratch` is the folder that archives are unpacked in, by default the cache of the home.
    """
    return with_archives(mem_parsers(), scratch)


def with_archives(single: Sequence[Parser], scratch: Path | None = None) -> list[Parser]:
    """`single` and the reader of archives, which offers the members to all of them."""
    return [*single, ArchiveParser(single, scratch)]


def mem_parsers() -> list[Parser]:
    """The hook: one of each reader of a single file."""
    isolation = Isolation()
    return [
        ChatJsonlParser(),
        ChatGptParser(),
        ClaudeParser(),
        ClaudeCodeParser(),
        CodexParser(),
        GeminiParser(),
        SlackParser(),
        TelegramParser(),
        WhatsAppParser(),
        SignalParser(),
        MailParser(),
        LogseqParser(),
        MarkdownParser(),
        OrgParser(),
        HtmlParser(),
        IsolatedParser(PdfParser(), isolation),
        IsolatedParser(DocxParser(), isolation),
        TableParser(),
        TextParser(),
    ]


def mem_exporters() -> list[Exporter]:
    """The hook: the formats that documents can be written in."""
    return [JsonlExporter(), ChatJsonlExporter(), MarkdownExporter()]
