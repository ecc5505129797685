"""ChatGPT's data export: `conversations.json`, a list of conversations, or one of them; else the
page `chat.html`, which holds the same in a script.

The branch that ends at `current_node` is the conversation; other branches are kept as variants.
Times are seconds since 1970 and no zone is stated, so the UTC wall clock is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources import dates
from mem.sources.chats.chatgpt_content import message_text, names_of_attachments
from mem.sources.chats.chatgpt_html import PAGE_LIST, has_json_beside, is_page, page_data
from mem.sources.chats.chatgpt_tree import main_path, reading_order
from mem.sources.jsonstream import HELD_BYTES, list_items, newest
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes, well_formed

_MAPPING = re.compile(
    r'"mapping"\s*:\s*\{\s*(?:\}|"[^"]{0,100}"\s*:\s*\{\s*"(?:id|message|parent|children)"\s*:)'
)
_ROLES = frozenset({"user", "assistant", "system", "tool"})
_PAGE_START = 64 * 1024
_LIST = re.compile(r"\s*\[")


class ChatGptParser:
    """One document a conversation."""

    name = "chatgpt"
    version = 1
    streams = True

    def sniff(self, path: Path, head: bytes) -> int:
        """JSON, under whatever name, that holds a conversation tree near its start, or a page of
        the export.
        """
        del path
        start = text_start(head)
        if not start.startswith(("[", "{")):
            return 97 if is_page(start) else 0
        return 95 if _MAPPING.search(start) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's conversations; of two with one id the one updated last.

        Raises FileUnreadable, and ParseFailed where nothing in it is a conversation; of a page
        with code companion where the JSON of the export lies beside it.
        """
        items, notices = _conversations(entry)
        empty = True
        for key, fields in items():
            yield _document(key, fields, entry, notices)
            notices, empty = (), False
        if empty:
            raise ParseFailed(well_formed(str(entry.path)), "it holds no ChatGPT conversation")


def _conversations(
    entry: FileEntry,
) -> tuple[Callable[[], Iterator[tuple[str, dict[str, Any]]]], tuple[str, ...]]:
    """The conversations by id, and a notice of what is none; a large file is never held whole."""
    if entry.size > HELD_BYTES:
        start = _start_of_list(entry)
        chosen, _, bad = newest(lambda: list_items(entry.path, start), _named)
    else:
        loaded = _load(entry)
        listed = loaded if isinstance(loaded, list) else [loaded]
        chosen, _, bad = newest(lambda: iter(listed), _named)
    notice = (f"{bad} entries of the export are not conversations",) if bad else ()
    return cast("Callable[[], Iterator[tuple[str, dict[str, Any]]]]", chosen), notice


def _named(item: object) -> tuple[str, float] | None:
    """A conversation's id and when it was updated."""
    if not isinstance(item, dict) or not isinstance(item.get("mapping"), dict):
        return None
    return _conversation_id(item), _seconds(item, "update_time")


def _start_of_list(entry: FileEntry) -> re.Pattern[str]:
    """What stands before the first conversation: nothing, or the script of a page.

    Raises FileUnreadable, and ParseFailed, code companion, as `_load`.
    """
    try:
        with entry.path.open("rb") as file:
            start = text_start(file.read(_PAGE_START))
    except OSError as error:
        raise FileUnreadable(well_formed(str(entry.path)), str(error.strerror)) from error
    if not is_page(start):
        return _LIST
    _refuse_companion(entry)
    return PAGE_LIST


def _refuse_companion(entry: FileEntry) -> None:
    """Raises ParseFailed, code companion, for a page beside the JSON of its export."""
    if has_json_beside(entry.path):
        reason = "the conversations.json beside it holds the same conversations"
        raise ParseFailed(well_formed(str(entry.path)), reason, code="companion")


def _load(entry: FileEntry) -> object:
    text = read_bytes(entry).decode("utf-8-sig", "surrogateescape")
    place = well_formed(str(entry.path))
    if is_page(text[:_PAGE_START]):
        _refuse_companion(entry)
        return page_data(text, place)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"not valid JSON at line {error.lineno}, column {error.colno} ({error.msg})"
        raise ParseFailed(place, reason) from error
    except (ValueError, RecursionError) as error:
        raise ParseFailed(place, "not JSON that can be read") from error


def _document(
    key: str, fields: dict[str, Any], entry: FileEntry, notices: tuple[str, ...]
) -> ParsedDocument:
    mapping = {
        str(name): node for name, node in fields["mapping"].items() if isinstance(node, dict)
    }
    path, mended = main_path(mapping, fields.get("current_node"))
    on_path = frozenset(path)
    messages: dict[str, Message] = {}
    for name in reading_order(mapping, path):
        message = _message(name, mapping[name].get("message"), key)
        if message is None:
            continue
        if message.id in messages:
            message = replace(message, id=well_formed(name))
        messages[message.id] = replace(message, variant=name not in on_path)
    said_at, origin = _said_at(fields, tuple(messages.values()), entry)
    broken = ("its current branch is broken; the latest complete one was taken",) if mended else ()
    return ParsedDocument(
        uri=f"chatgpt:{key}",
        kind=DocumentKind.CHAT,
        format=ChatGptParser.name,
        title=_string(fields, "title") or "Untitled chat",
        messages=tuple(messages.values()),
        said_at=said_at,
        said_at_origin=origin,
        notices=(*notices, *broken, *(() if messages else ("it holds no message with text",))),
    )


def _message(name: str, fields: object, session: str) -> Message | None:
    """The message of a node; None where it has none or one without any words."""
    if not isinstance(fields, dict):
        return None
    attachments = tuple(map(well_formed, names_of_attachments(fields)))
    text = well_formed(message_text(fields))
    if not text.strip():
        text = "\n".join(f"[attachment: {attachment}]" for attachment in attachments)
    if not text:
        return None
    author = fields.get("author")
    author = author if isinstance(author, dict) else {}
    role = _string(author, "role") or "other"
    return Message(
        id=_string(fields, "id") or well_formed(name),
        speaker=(_string(author, "name") if role == "tool" else "") or role,
        role=role if role in _ROLES else "other",
        text=text,
        at=_time(_seconds(fields, "create_time")),
        session=session,
        attachments=attachments,
    )


def _said_at(
    fields: dict[str, Any], messages: tuple[Message, ...], entry: FileEntry
) -> tuple[datetime | None, SaidAtOrigin | None]:
    first = _time(_seconds(fields, "create_time"))
    first = first or min((message.at for message in messages if message.at), default=None)
    return (first, SaidAtOrigin.MESSAGE) if first else dates.said_at(None, entry)


def _conversation_id(fields: dict[str, Any]) -> str:
    """The id the export gives, else one derived from the title and the nodes' names."""
    given = _string(fields, "conversation_id") or _string(fields, "id")
    return given or text_hash("\x1f".join((_string(fields, "title"), *fields["mapping"])))


def _string(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return well_formed(value).strip() if isinstance(value, str) else ""


def _seconds(fields: dict[str, Any], key: str) -> float:
    """Seconds since 1970, 0 where there is no such number."""
    value = fields.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _time(seconds: float) -> datetime | None:
    """The UTC wall clock at `seconds` since 1970; None for 0 and for absurd numbers."""
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
