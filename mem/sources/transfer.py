"""Documents as JSON between two processes: what one side writes, the other reads or refuses.

A frame is eight bytes of length, most significant first, and that many bytes of UTF-8 JSON.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import IO, Any

from mem.core.document import Block, BlockKind, Message, ParsedDocument
from mem.sources import checked
from mem.sources.heads import fields_of_head, head_from

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
        **fields_of_head(document),
        "text": document.text,
        "blocks": [
            [one.kind.value, one.start, one.end, one.line, list(one.headings), one.place]
            for one in document.blocks
        ],
        "messages": [_fields_of_message(one) for one in document.messages],
    }


def document_from(value: Any) -> ParsedDocument:
    """The document that `fields_of_document` wrote.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    text = checked.text(value["text"])
    return replace(
        head_from(value),
        text=text,
        blocks=tuple(_block(one, len(text)) for one in value["blocks"]),
        messages=tuple(_message(one) for one in value["messages"]),
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
        at=checked.optional_time(value["at"]),
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
