"""A small file for every parser: its name, and what makes its bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.unit.sources.test_docx import docx
from tests.unit.sources.test_pdf import pdf

FIXTURES = Path(__file__).parents[1] / "fixtures"
Sample = tuple[str, Callable[[], bytes]]

CHAT_JSONL = {
    "conversation": "move", "session": "s1", "id": "m1", "speaker": "Ann", "role": "user",
    "at": "2025-05-01T10:00:00", "text": "Shall we rent the van?",
}  # fmt: skip
CHATGPT = {
    "title": "Van", "create_time": 1746093600, "current_node": "b",
    "mapping": {
        "a": {"id": "a", "parent": None, "children": ["b"], "message": None},
        "b": {"id": "b", "parent": "a", "children": [], "message": {
            "id": "b", "author": {"role": "user"}, "create_time": 1746093600,
            "content": {"content_type": "text", "parts": ["Shall we rent the van?"]},
        }},
    },
}  # fmt: skip
MAIL = (
    b"From: Ann <ann@example.org>\r\nTo: bo@example.org\r\nSubject: The van\r\n"
    b"Date: Thu, 01 May 2025 10:00:00 +0200\r\nMessage-ID: <1@example.org>\r\n\r\n"
    b"Shall we rent the van?\r\n"
)
MARKDOWN = b"---\ndate: 2025-05-01\n---\n# Van\n\nWe rent the *van*.\n\n- blue\n- red\n"
LOGSEQ = (
    b"tags:: van\n\n- TODO Rent the van\n  collapsed:: true\n\t- a *blue* one\n- [[Ann]] drives\n"
)
ORG = b"#+TITLE: Van\n* Rent\n  We rent the van.\n** Price\n   80 euros\n"
HTML = b"<!DOCTYPE html><title>Van</title><h1>Van</h1><p>We rent the van.<ul><li>blue</ul>"
TABLE = b"date,item,price\n2025-05-01,van,80\n2025-05-02,petrol,40\n2025-05-03,tea,3\n"
ICS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Home\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\n"
    b"DTSTAMP:20250501T000000Z\r\nDTSTART:20250504T100000\r\nDTEND:20250504T110000\r\n"
    b"SUMMARY:Fetch the van\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
BOOKMARKS = (
    b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n"
    b'<DT><H3>Travel</H3>\n<DL><p>\n<DT><A HREF="https://example.org/van" ADD_DATE="1746093600">'
    b"Vans</A>\n<DD>Blue ones\n</DL><p>\n</DL><p>\n"
)
CONTAINER = (
    b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    b'<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/>'
    b"</rootfiles></container>"
)
PACKAGE = (
    b'<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
    b'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Vans</dc:title>'
    b"<dc:creator>Ann</dc:creator><dc:date>2025-05-01</dc:date></metadata><manifest>"
    b'<item id="c1" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>'
    b'<spine><itemref idref="c1"/></spine></package>'
)


def zipped(**members: bytes) -> bytes:
    """A zip file; `__` in a name stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", ".")), data)
    return out.getvalue()


def epub() -> bytes:
    """A book of one chapter."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        archive.writestr(zipfile.ZipInfo("META-INF/container.xml"), CONTAINER)
        archive.writestr(zipfile.ZipInfo("book.opf"), PACKAGE)
        archive.writestr(zipfile.ZipInfo("one.xhtml"), HTML)
    return out.getvalue()


def chat(path: str) -> Callable[[], bytes]:
    """A fixture of the chat importers."""
    return (FIXTURES / "chats" / path).read_bytes


def text(value: object) -> Callable[[], bytes]:
    """`value` as JSON on a line, or bytes as they are."""
    return lambda: value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


def word_document() -> bytes:
    """One paragraph."""
    return docx(lambda document: document.add_paragraph("We rent the van."))


SAMPLES: dict[str, Sample] = {
    "chat-jsonl": ("chat.jsonl", text(CHAT_JSONL)),
    "chatgpt": ("conversations.json", text([CHATGPT])),
    "claude": ("conversations.json", chat("claude/conversations.json")),
    "claude-code": ("session.jsonl", chat("claude-code/session.jsonl")),
    "codex": ("rollout.jsonl", chat("codex/rollout-2025-10-29T00-59-38-019a.jsonl")),
    "gemini": ("MyActivity.json", chat("gemini/MyActivity.json")),
    "slack": ("2023-05-08.json", chat("slack/acme/garden/2023-05-08.json")),
    "telegram": ("result.json", chat("telegram/result.json")),
    "whatsapp": ("_chat.txt", chat("whatsapp/en-US/_chat.txt")),
    "signal": ("desktop.json", chat("signal/desktop.json")),
    "mail": ("van.eml", text(MAIL)),
    "markdown": ("van.md", text(MARKDOWN)),
    "logseq": ("van.md", text(LOGSEQ)),
    "org": ("van.org", text(ORG)),
    "html": ("van.html", text(HTML)),
    "pdf": ("van.pdf", lambda: pdf("We rent the van.", title="Van")),
    "docx": ("van.docx", word_document),
    "table": ("costs.csv", text(TABLE)),
    "text": ("van.txt", text(b"We rent the van.\n\nIt is blue.\n")),
    "archive": ("export.zip", lambda: zipped(van__md=MARKDOWN, costs__csv=TABLE)),
    "calendar": ("home.ics", text(ICS)),
    "epub": ("vans.epub", epub),
    "bookmarks": ("bookmarks.html", text(BOOKMARKS)),
}
