"""What a parser makes of one file or conversation: verbatim text with its structure.

A note is a text with `blocks` that are slices of it; a chat is a list of `messages`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DocumentKind(StrEnum):
    """A note is cut into passages; a chat has one chunk a message (or piece of one)."""

    NOTE = "note"
    CHAT = "chat"


class SaidAtOrigin(StrEnum):
    """Where a said-at time was read, best first."""

    TYPED = "typed"
    MESSAGE = "message"
    FRONT_MATTER = "front_matter"
    FILE_NAME = "file_name"
    FILE_TIME = "file_time"


class BlockKind(StrEnum):
    """Shape of a block; code is kept whole, and metadata (front matter) is never joined to text."""

    PROSE = "prose"
    LIST = "list"
    CODE = "code"
    TABLE = "table"
    HEADING = "heading"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Block:
    """A slice `[start, end)` of the document's text.

    `line` is 1-based; `headings` are the titles it stands under, outermost first. `place` names
    the block's place where lines of the text are no guide to the file (`page 3`).
    """

    kind: BlockKind
    start: int
    end: int
    line: int
    headings: tuple[str, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, its text verbatim.

    `role` is user, assistant, system, tool, other or bulk (sent to many). A `variant` is a message
    of a branch that the conversation left behind.
    """

    id: str
    speaker: str
    role: str
    text: str
    at: datetime | None = None
    session: str | None = None
    variant: bool = False
    line: int | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """One document as a parser hands it over.

    uri: `file://…` for a note; `<format>:<conversation id>` for a conversation, so that the same
    conversation in two exports is one document.
    """

    uri: str
    kind: DocumentKind
    format: str
    title: str
    text: str = ""
    blocks: tuple[Block, ...] = ()
    messages: tuple[Message, ...] = ()
    said_at: datetime | None = None
    said_at_origin: SaidAtOrigin | None = None
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    notices: tuple[str, ...] = field(default=())
