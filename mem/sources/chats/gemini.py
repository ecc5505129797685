"""Gemini in Google Takeout: `My Activity/Gemini Apps/MyActivity.json`, or the page of that name.

The activity names no conversations: what was asked and answered on one day is one chat. An
activity that is no question is kept as a system message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mem.core.document import Message, ParsedDocument
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.sources.chats.gemini_page import Activity, page_activities
from mem.sources.chats.records import (
    SYSTEM,
    Beside,
    MessageList,
    Tally,
    chat_documents,
    nothing_beside,
    parse_json,
    place_of,
    with_files,
)
from mem.sources.loose import Fields, fields_of, iso_time, items_of, words
from mem.sources.parsers.html import text_of
from mem.sources.sniffing import text_start
from mem.sources.textfile import decode, read_bytes

_HEADER = re.compile(r'"header"\s*:\s*"[^"]{0,40}\b(?:Gemini|Bard)\b')
_CELL = re.compile(r'class="outer-cell\b.{0,600}?>\s*[^<>]{0,40}\b(?:Gemini|Bard)\b', re.DOTALL)
_VERB = re.compile(
    r"(?:Prompted|Asked|Said|Branched|Answered)(?: with\b| Gemini\b| Bard\b)?:?\s+", re.IGNORECASE
)
_ATTACHED = re.compile(r"\s*\bAttached \d+ files?\.?\s*$")
_ID_DIGITS = 12


class GeminiParser:
    """One document a day."""

    name = "gemini"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """Activity whose product is Gemini or Bard, as JSON or as the page that Takeout makes."""
        del path
        start = text_start(head)
        if start.startswith("["):
            return 95 if _HEADER.search(start) else 0
        return 97 if start.startswith("<") and _CELL.search(start) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's days. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry)

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The days in `data`, oldest first. Raises ParseFailed, code empty for no words."""
        del beside
        tally = Tally()
        days: dict[str, MessageList] = {}
        for activity in sorted(_activities(data, entry, tally), key=_moment):
            day = activity.at.date().isoformat() if activity.at else "undated"
            messages = days.setdefault(day, MessageList(tally))
            for message in _messages(activity, day, tally):
                messages.add(message)
        spoken = ((day, f"Gemini, {day}", said.messages) for day, said in days.items())
        empty = "it holds no Gemini activity"
        yield from chat_documents(self.name, spoken, entry, tally, empty=empty)


def _moment(activity: Activity) -> str:
    return activity.at.isoformat() if activity.at else ""


def _activities(data: bytes, entry: FileEntry, tally: Tally) -> list[Activity]:
    """What was done, oldest first where the file has no times. Raises ParseFailed."""
    found: Iterable[Activity]
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = page_activities(decode(data)[0], place_of(entry), tally)
    else:
        found = _records(parse_json(data, place_of(entry)), tally)
    return list(found)[::-1]


def _records(loaded: object, tally: Tally) -> Iterator[Activity]:
    """The records of the JSON, in its order; those of other products are counted."""
    for one in items_of(loaded):
        fields = fields_of(one)
        products = " ".join(map(words, [fields.get("header"), *items_of(fields.get("products"))]))
        if not re.search(r"\b(?:Gemini|Bard)\b", products):
            tally.add("activity of another product" if fields else "entry that is no activity")
            continue
        yield Activity(
            title=words(fields.get("title")),
            at=iso_time(fields.get("time")),
            answer="\n\n".join(_answers(fields)),
            files=tuple(_files(fields)),
        )


def _answers(fields: Fields) -> Iterator[str]:
    for item in items_of(fields.get("safeHtmlItem")):
        source = words(fields_of(item).get("html"))
        shown = text_of(source)
        if shown is None:
            yield source
        elif shown.strip():
            yield shown.strip()


def _files(fields: Fields) -> Iterator[str]:
    """Names of what was attached, wherever the export has them."""
    for key in ("attachedFiles", "imageFile", "audioFiles"):
        value = fields.get(key)
        for item in value if isinstance(value, list) else [value]:
            name = words(item) or words(fields_of(item).get("name"))
            if name.strip():
                yield name.strip()


def _messages(activity: Activity, day: str, tally: Tally) -> Iterator[Message]:
    """The question and the answer of one activity, or a note of what else was done."""
    verb = _VERB.match(activity.title)
    question = activity.title[verb.end() :] if verb else activity.title
    question = _ATTACHED.sub("", question) if activity.files else question
    asked = verb is not None or bool(activity.answer)
    question = with_files(question.strip(), activity.files)
    if not question and not activity.answer:
        tally.add("activity without words")
        return
    stamp = activity.at.isoformat() if activity.at else ""
    key = text_hash(f"{stamp}\x1f{activity.title}")[:_ID_DIGITS]
    if question:
        yield Message(
            id=f"{key}-{'asked' if asked else 'activity'}",
            speaker="user" if asked else "Gemini",
            role="user" if asked else SYSTEM,
            text=question,
            at=activity.at,
            session=day,
            attachments=activity.files,
        )
    if activity.answer:
        yield Message(
            id=f"{key}-answer",
            speaker="Gemini",
            role="assistant",
            text=activity.answer,
            at=activity.at,
            session=day,
        )
