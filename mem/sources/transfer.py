"""Documents as JSON between two processes: what one side writes, the other reads or refuses.
from mem.sources import checked

A frame is eight bytes of length, most significant first, and that many bytes of UTF-8 JSON.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import IO, Any

from mem.core.document import (
    Block,
    BlockKind,
    DocumentKind,
    Message,
    ParsedDocument,
    SaidAtOrigin,
)
from mem.sources import checked

_HEADER_BYTES = 8
MAX_FRAME_BYTES = 128 * 1024 * 1024


def write_frame(pipe: IO[bytes], value: object) -> None:
    """Send one value. Raises OSError where nobody reads, ValueError for over 128 MiB."""
    data = json.dumps(value).encode()
    if len(data) > MAX_FRAME_BYTES:
        raise ValueError("a frame of over 128 MiB")
    pipe.write(len(data).to_bytes(_HEADER_BYTES, "big") + data)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Any:
    """The next value. Raises EOFError where there is none, ValueError for what is no frame."""
    size = int.from_bytes(_exactly(pipe, _HEADER_BYTES), "big")
    if size > MAX_FRAME_BYTES:
        raise ValueError("a frame of over 128 MiB")
    try:
        return json.loads(_exactly(pipe, size))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def fields_of_document(document: ParsedDocument) -> dict[str, Any]:
    """`document` as JSON values."""
    return {
        "uri": document.uri,
        "kind": document.kind.value,
        "format": document.format,
        "title": document.title,
        "text": document.text,
        "blocks": [
            [one.kind.value, one.start, one.end, one.line, list(one.headings), one.place]
            for one in document.blocks
        ],
        "messages": [_fields_of_message(one) for one in document.messages],
        "said_at": document.said_at.isoformat() if document.said_at else None,
        "said_at_origin": document.said_at_origin.value if document.said_at_origin else None,
        "tags": list(document.tags),
        "aliases": list(document.aliases),
        "links": list(document.links),
        "notices": list(document.notices),
    }


def document_from(value: Any) -> ParsedDocument:
    """The document that `fields_of_document` wrote.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    text = checked.text(value["text"])
    origin = value["said_at_origin"]
    return ParsedDocument(
        uri=checked.text(value["uri"]),
        kind=DocumentKind(value["kind"]),
        format=checked.text(value["format"]),
        title=checked.text(value["title"]),
        text=text,
        blocks=tuple(_block(one, len(text)) for one in value["blocks"]),
        messages=tuple(_message(one) for one in value["messages"]),
        said_at=_time(value["said_at"]),
        said_at_origin=SaidAtOrigin(origin) if origin is not None else None,
        tags=checked.texts(value["tags"]),
        aliases=checked.texts(value["aliases"]),
        links=checked.texts(value["links"]),
        notices=checked.texts(value["notices"]),
    )


def _fields_of_message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "speaker": message.speaker,
        "role": message.role,
        "text": message.text,
        "at": message.at.isoformat() if message.at else None,
        "session": message.session,
        "variant": message.variant,
        "line": message.line,
        "attachments": list(message.attachments),
    }


def _message(value: Any) -> Message:
    return Message(
        id=checked.text(value["id"]),
        speaker=checked.text(value["speaker"]),
        role=checked.text(value["role"]),
        text=checked.text(value["text"]),
        at=_time(value["at"]),
        session=checked.optional_text(value["session"]),
        variant=bool(value["variant"]),
        line=None if value["line"] is None else checked.number(value["line"]),
        attachments=checked.texts(value["attachments"]),
    )


def _block(value: Any, length: int) -> Block:
    kind, start, end, line, headings, place = value
    if not 0 <= checked.number(start) <= checked.number(end) <= length:
        raise ValueError("a block outside its text")
    return Block(
        BlockKind(kind),
        start,
        end,
        checked.number(line),
        checked.texts(headings),
        checked.optional_text(place),
    )


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    return datetime.fromisoformat(checked.text(value)).replace(tzinfo=None)
