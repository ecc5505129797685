"""Claude.ai's data export: `conversations.json`, a list of conversations, or one of them.

Where a message was edited or retried, the branch that ends last (or at the current leaf, where
that is stated) is the conversation and the others are variants. Pasted and attached text is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mem.core.document import Message, ParsedDocument
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources.chats.records import (
    Beside,
    MessageList,
    Tally,
    chat_document,
    first_line,
    nothing_beside,
    parse_json,
    place_of,
)
from mem.sources.jsonstream import HELD_BYTES, list_items, newest
from mem.sources.loose import (
    Fields,
    as_text,
    fields_of,
    first_word,
    iso_time,
    items_of,
    word,
    words,
)
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes, well_formed

_LIST = re.compile(r"\s*(?:\{[^\[\]]{0,2000}\"conversations\"\s*:\s*)?\[")
_ROLES = {"human": "user", "user": "user", "assistant": "assistant"}
_MESSAGES = re.compile(r'"chat_messages"\s*:\s*\[')
_EMPTY_START = re.compile(r'\[?\s*\{\s*"uuid"\s*:\s*"[^"]{1,80}"\s*,\s*"name"\s*:')
_COMPANION = re.compile(r'\[\s*\{\s*"uuid"\s*:\s*"[^"]{1,80}"\s*,\s*"full_name"\s*:')


class ClaudeParser:
    """One document a conversation."""

    name = "claude"
    version = 1
    streams = True

    def sniff(self, path: Path, head: bytes) -> int:
        """JSON with `chat_messages`, under whatever name, and the export's list of accounts."""
        start = text_start(head)
        if not start.startswith(("[", "{")):
            return 0
        if _MESSAGES.search(start):
            return 95
        if path.name == "users.json" and _COMPANION.match(start):
            return 90
        # A summary may push the messages of the first conversation out of sight.
        return 60 if path.name == "conversations.json" and _EMPTY_START.match(start) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's conversations; a large file is never held whole.

        Raises FileUnreadable, ParseFailed.
        """
        if entry.size > HELD_BYTES:
            yield from _documents(lambda: list_items(entry.path, _LIST), entry)
        else:
            yield from self.parse_bytes(read_bytes(entry), entry)

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The conversations in `data`; of two with one id the one updated last.

        Raises ParseFailed: code "empty" where no conversation holds words, "companion" for the
        list of accounts.
        """
        del beside
        place = place_of(entry)
        loaded = parse_json(data, place)
        if isinstance(loaded, dict) and isinstance(loaded.get("conversations"), list):
            loaded = loaded["conversations"]
        listed = loaded if isinstance(loaded, list) else [loaded]
        if listed and "full_name" in fields_of(listed[0]):
            reason = "it lists the accounts of a Claude export and holds no conversation"
            raise ParseFailed(place, reason, code="companion")
        yield from _documents(lambda: iter(listed), entry)


def _documents(items: Callable[[], Iterator[object]], entry: FileEntry) -> Iterator[ParsedDocument]:
    """The documents of the conversations among `items`; what was left out stands on the last.

    Raises ParseFailed.
    """
    tally = Tally()
    chosen, older, bad = newest(items, _named)
    tally.add("older copy of a conversation", older)
    tally.add("entry that is no conversation", bad)
    pending: ParsedDocument | None = None
    found = False
    for key, item in chosen():
        found = True
        fields = fields_of(item)
        messages = _messages(key, fields, tally)
        if not messages:
            tally.add("conversation without words")
            continue
        if pending is not None:
            yield pending
        pending = _document(key, fields, messages, entry, ())
    if not found:
        raise ParseFailed(place_of(entry), "it holds no Claude conversation")
    if pending is None:
        raise ParseFailed(place_of(entry), "no conversation in it holds words", code="empty")
    yield replace(pending, notices=tally.notices())


def _named(item: object) -> tuple[str, str] | None:
    """A conversation's id and when it was updated."""
    if not isinstance(item, dict) or not isinstance(item.get("chat_messages"), list):
        return None
    return word(item.get("uuid")) or _derived_id(item), words(item.get("updated_at"))


def _derived_id(fields: Fields) -> str:
    ids = (word(fields_of(one).get("uuid")) for one in fields["chat_messages"])
    return text_hash("\x1f".join((words(fields.get("name")), *ids)))


def _messages(session: str, fields: Fields, tally: Tally) -> list[Message]:
    records = [one for one in fields["chat_messages"] if isinstance(one, dict)]
    tally_bad = len(fields["chat_messages"]) - len(records)
    if tally_bad:
        tally.add("entry that is no message", tally_bad)
    variants = _variants(records, word(fields.get("current_leaf_message_uuid")))
    messages = MessageList(tally)
    for index, record in enumerate(records):
        text, files, tools = _read_message(record, tally)
        sender = word(record.get("sender")).lower()
        role = _ROLES.get(sender, "other")
        key = word(record.get("uuid")) or str(index + 1)
        at = iso_time(record.get("created_at"))
        parts = [(role, role if role != "other" else sender or role, text, files)]
        parts += [("tool", name, said, ()) for name, said in tools]
        spoken = [part for part in parts if part[2].strip()]
        if not spoken:
            tally.add("message without words")
        for part_role, speaker, said, names in spoken:
            messages.add(
                Message(
                    id=key,
                    speaker=speaker,
                    role=part_role,
                    text=said,
                    at=at,
                    session=session,
                    variant=index in variants,
                    attachments=names,
                )
            )
    return messages.messages


def _read_message(
    record: Fields, tally: Tally
) -> tuple[str, tuple[str, ...], list[tuple[str, str]]]:
    """Text with what was attached, names of files, and (tool, words) of calls and results."""
    spoken: list[str] = []
    tools: list[tuple[str, str]] = []
    for block in items_of(record.get("content")):
        form = word(fields_of(block).get("type"))
        if form == "text":
            spoken.append(words(block.get("text")))
        elif form == "tool_use":
            tools.append((word(block.get("name")) or "tool", _call(block)))
        elif form == "tool_result":
            tools.append((word(block.get("name")) or "tool", _result(block.get("content"))))
        elif form == "thinking":
            tally.add("block of reasoning")
        else:
            tally.add(f"block of kind {form or '(none)'}")
    text = "\n\n".join(part for part in spoken if part.strip())
    if not text and not tools:
        text = words(record.get("text"))
    names: list[str] = []
    parts = [text] if text.strip() else []
    for attached in items_of(record.get("attachments")) + items_of(record.get("files")):
        fields = fields_of(attached)
        name = first_word(fields.get("file_name"), fields.get("file_uuid")) or "pasted text"
        content = words(fields.get("extracted_content"))
        names.append(name)
        parts.append(f"[file: {name}]\n{content}" if content.strip() else f"[file: {name}]")
    return "\n".join(parts), tuple(names), tools


def _call(block: Fields) -> str:
    given = block.get("input")
    if not isinstance(given, dict):
        return as_text(given)
    return "\n".join(f"{well_formed(str(key))}: {as_text(part)}" for key, part in given.items())


def _result(content: object) -> str:
    if not isinstance(content, list):
        return as_text(content)
    return "\n".join(words(fields_of(part).get("text")) or as_text(part) for part in content)


def _variants(records: list[Fields], leaf: str) -> set[int]:
    """Places of the messages on branches that the conversation left.

    Messages with one parent are alternatives; the one that the leaf stands under is kept, else
    the last. A message without a stated parent is nobody's alternative.
    """
    place_of_id = {word(one.get("uuid")): index for index, one in enumerate(records)}
    parents = [word(one.get("parent_message_uuid")) for one in records]
    on_path = _path(parents, place_of_id, _leaf(records, place_of_id.get(leaf)))
    kept: dict[str, int] = {}
    for index, parent in enumerate(parents):
        if parent and (index in on_path or kept.get(parent) not in on_path):
            kept[parent] = index
    left = {index for index, parent in enumerate(parents) if parent and kept[parent] != index}
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(parents):
        if parent in place_of_id:
            children.setdefault(place_of_id[parent], []).append(index)
    stack = list(left)
    while stack:
        for child in children.get(stack.pop(), ()):
            if child not in left:
                left.add(child)
                stack.append(child)
    return left - on_path


def _leaf(records: list[Fields], stated: int | None) -> int:
    """The stated leaf, else the last of the latest messages; -1 where there is none."""
    if stated is not None or not records:
        return -1 if stated is None else stated
    times = [iso_time(one.get("created_at")) or datetime.min for one in records]
    return max(range(len(records)), key=lambda index: (times[index], index))


def _path(parents: list[str], place_of_id: Mapping[str, int], leaf: int) -> set[int]:
    """The leaf and what it stands under; a circle ends where it closes."""
    path: set[int] = set()
    step: int | None = leaf if leaf >= 0 else None
    while step is not None and step not in path:
        path.add(step)
        step = place_of_id.get(parents[step]) if parents[step] else None
    return path


def _document(
    key: str,
    fields: dict[str, Any],
    messages: list[Message],
    entry: FileEntry,
    notices: tuple[str, ...],
) -> ParsedDocument:
    asked = next((one.text for one in messages if one.role == "user"), "")
    return chat_document(
        form=ClaudeParser.name,
        conversation=key,
        title=word(fields.get("name")) or first_line(asked) or "Untitled chat",
        messages=messages,
        entry=entry,
        notices=notices,
    )
