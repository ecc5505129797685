"""Telegram Desktop's JSON export: `result.json`, of one chat or of a whole account.

Times are the wall clock that the export wrote. Formatted text is joined from its parts; what is
no text (photos, places, polls, calls) is named in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mem.core.document import Message, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
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
from mem.sources.loose import (
    Fields,
    as_text,
    epoch_time,
    fields_of,
    first_word,
    iso_time,
    items_of,
    word,
    words,
)
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes

_CHAT = re.compile(
    r'"type"\s*:\s*"(?:saved_messages|personal_chat|bot_chat|private_group|private_supergroup|'
    r'public_supergroup|private_channel|public_channel|verify_codes|replies)"'
)
_ACCOUNT = re.compile(r'"(?:personal_information|chats|about)"\s*:')
_MEDIA_KEYS = ("file", "photo")
_NOT_INCLUDED = "(File"
_ACTION_WORDS = ("title", "text", "message", "emoticon", "discard_reason", "gift_type", "boosts")


class TelegramParser:
    """One document a chat."""

    name = "telegram"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """JSON that names a kind of Telegram chat, or an account's export as `result.json`."""
        start = text_start(head)
        if not start.startswith("{"):
            return 0
        if _CHAT.search(start):
            return 95
        return 70 if path.name == "result.json" and _ACCOUNT.search(start) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's chats. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry)

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The chats in `data`.

        Raises ParseFailed: code "empty" where no chat holds words.
        """
        del beside
        place = place_of(entry)
        loaded = fields_of(parse_json(data, place))
        tally = Tally()
        chats = _chats(loaded, tally)
        if not chats:
            raise ParseFailed(place, "it holds no Telegram chat")
        own = word(fields_of(loaded.get("personal_information")).get("user_id"))
        spoken: list[tuple[str, str, list[Message]]] = []
        for chat in chats:
            messages = _messages(chat, _owner(chat, own), tally)
            if not messages:
                tally.add("chat without words")
            spoken.append((_key(chat), _title(chat), messages))
        empty = "no chat in it holds words"
        yield from chat_documents(self.name, spoken, entry, tally, empty=empty)


def _chats(loaded: Fields, tally: Tally) -> list[Fields]:
    """The export's chats, of those that were left too; a file of one chat is that chat."""
    found: dict[str, Fields] = {}
    listed = [loaded] if isinstance(loaded.get("messages"), list) else []
    for key in ("chats", "left_chats"):
        listed += items_of(fields_of(loaded.get(key)).get("list"))
    for chat in listed:
        fields = fields_of(chat)
        if not isinstance(fields.get("messages"), list):
            tally.add("entry that is no chat")
            continue
        key = _key(fields)
        if key in found:
            # The same chat twice: one conversation.
            found[key] = {**fields, "messages": [*found[key]["messages"], *fields["messages"]]}
        else:
            found[key] = fields
    return list(found.values())


def _key(chat: Fields) -> str:
    return f"{word(chat.get('type')) or 'chat'}/{word(chat.get('id')) or word(chat.get('name'))}"


def _title(chat: Fields) -> str:
    name = word(chat.get("name"))
    if name:
        return name
    return "Saved Messages" if chat.get("type") == "saved_messages" else "Unnamed Telegram chat"


def _owner(chat: Fields, own: str) -> str:
    """The `from_id` of whose account it is; "" where the export does not tell.

    In a file of one personal chat it is who the chat is not with.
    """
    kind = word(chat.get("type"))
    if own:
        return f"user{own}"
    if kind == "saved_messages":
        return f"user{word(chat.get('id'))}"
    if kind not in {"personal_chat", "bot_chat"}:
        return ""
    other = f"user{word(chat.get('id'))}"
    speakers = {word(fields_of(one).get("from_id")) for one in chat["messages"]} - {""}
    rest = speakers - {other}
    return next(iter(rest)) if len(rest) == 1 and other in speakers else ""


def _messages(chat: Fields, owner: str, tally: Tally) -> list[Message]:
    messages = MessageList(tally)
    title = _title(chat)
    for index, record in enumerate(chat["messages"]):
        fields = fields_of(record)
        kind = word(fields.get("type"))
        if kind not in {"message", "service"}:
            tally.add(f"record of kind {kind or '(none)'}")
            continue
        reactions = [fields_of(one).get("count") for one in items_of(fields.get("reactions"))]
        if reactions:
            tally.add("reaction", sum(one for one in reactions if isinstance(one, int)) or 1)
        names = _files(fields)
        text = _service_words(fields) if kind == "service" else _message_words(fields)
        text = with_files(text, names)
        if not text.strip():
            tally.add("message without words")
            continue
        if word(fields.get("edited_unixtime")) or iso_time(fields.get("edited")):
            text += " (edited)"
        messages.add(_message(fields, index, title, owner, text, names))
    return messages.messages


def _message(
    fields: Fields, index: int, title: str, owner: str, text: str, names: tuple[str, ...]
) -> Message:
    service = fields.get("type") == "service"
    sender = word(fields.get("actor_id" if service else "from_id"))
    name = word(fields.get("actor" if service else "from"))
    at = iso_time(fields.get("date")) or epoch_time(fields.get("date_unixtime"))
    return Message(
        id=word(fields.get("id")) or str(index + 1),
        speaker=name or sender or (SYSTEM if service else title),
        role=SYSTEM if service else "user" if owner and sender == owner else "other",
        text=text,
        at=at,
        session=at.date().isoformat() if at else None,
        attachments=names,
    )


def _text(value: object) -> str:
    """A string, or the joined parts of formatted text with the targets of its links."""
    if not isinstance(value, list):
        return words(value)
    return "".join(
        words(part) if isinstance(part, str) else _part(fields_of(part)) for part in value
    )


def _part(part: Fields) -> str:
    text, target = words(part.get("text")), words(part.get("href"))
    return f"{text} ({target})" if target and target != text else text


def _message_words(fields: Fields) -> str:
    text = _text(fields.get("text"))
    if not text.strip():
        text = _text(fields.get("text_entities"))
    source = word(fields.get("forwarded_from"))
    parts = [f"[forwarded from {source}]"] if source else []
    parts += [text, *_extras(fields)]
    return "\n".join(part for part in parts if part.strip())


def _extras(fields: Fields) -> Iterator[str]:
    """What a message shows beside its text, in brackets."""
    if fields.get("media_type") == "sticker" and word(fields.get("sticker_emoji")):
        yield f"[sticker: {word(fields['sticker_emoji'])}]"
    poll = fields_of(fields.get("poll"))
    if poll:
        answers = [_text(fields_of(one).get("text")) for one in items_of(poll.get("answers"))]
        yield "\n".join(
            [f"[poll: {_text(poll.get('question'))}]", *(f"- {one}" for one in answers)]
        )
    place = fields_of(fields.get("location_information"))
    if place:
        named = first_word(fields.get("place_name"), fields.get("address"))
        point = f"{as_text(place.get('latitude'))}, {as_text(place.get('longitude'))}"
        yield f"[location: {f'{named}, ' if named else ''}{point}]"
    contact = fields_of(fields.get("contact_information"))
    if contact:
        keys = ("first_name", "last_name", "phone_number")
        yield f"[contact: {' '.join(filter(None, (word(contact.get(key)) for key in keys)))}]"
    for key in ("game_title", "invoice_information", "giveaway_information", "todo_list"):
        if fields.get(key):
            yield f"[{key.replace('_', ' ')}: {as_text(fields[key])}]"


def _files(fields: Fields) -> tuple[str, ...]:
    """Names of a message's files; media that the export left out goes by its kind."""
    names = []
    for key in _MEDIA_KEYS:
        path = word(fields.get(key))
        if not path:
            continue
        missing = path.startswith(_NOT_INCLUDED)
        kind = word(fields.get("media_type")).replace("_", " ") or key
        names.append(
            word(fields.get("file_name")) or (kind if missing else PurePosixPath(path).name)
        )
    return tuple(names)


def _service_words(fields: Fields) -> str:
    """What happened: the action in words, and to whom or what."""
    action = word(fields.get("action")).replace("_", " ")
    details = [word(fields.get(key)) or _text(fields.get(key)) for key in _ACTION_WORDS]
    details += [as_text(one) for one in items_of(fields.get("members")) if one is not None]
    seconds = word(fields.get("duration_seconds"))
    if seconds:
        details.append(f"{seconds} s")
    shown = ", ".join(one for one in details if one.strip())
    if not action:
        return shown
    return f"[{action}: {shown}]" if shown else f"[{action}]"
