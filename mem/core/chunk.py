"""The chunk: the verbatim unit that is searched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# The role of a note's front matter.
METADATA_ROLE = "metadata"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a note, or a message of a chat (or a piece of a long one).

    `text` is verbatim: characters `[start, end)` of the document's text (notes) or of the message
    (chats). `context` is what it stands under (title and headings), searched as a field of its own.
    `locator` names the place for a person: `line 12`, `message 4f…`. `role` is the speaker's in a
    chat, and `metadata` for the front matter of a note.
    """

    id: str
    document_id: str
    seq: int
    text: str
    context: str
    start: int
    end: int
    locator: str
    speaker: str | None = None
    role: str | None = None
    said_at: datetime | None = None
    session_id: str | None = None
    message_id: str | None = None
    variant: bool = False

    @property
    def embedded_text(self) -> str:
        """What is turned into the chunk's vector: a note's passage under its title and headings."""
        if self.message_id is not None or not self.context:
            return self.text
        return f"{self.context}\n{self.text}"


def locator_at(locator: str, text: str, offset: int) -> str:
    """The locator of character `offset` of a chunk's text; `line 12` moves on with its lines."""
    kind, _, number = locator.partition(" ")
    if kind != "line" or not number.isdigit():
        return locator
    start = offset + len(text[offset:]) - len(text[offset:].lstrip())
    return f"line {int(number) + text.count(chr(10), 0, start)}"
