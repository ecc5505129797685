"""Secrets are taken out of a parsed document before it is cut into chunks, so before any write.

Every text of the document is looked at: words, titles, names, tags, links. Blocks stay slices of
the text, and a note keeps its lines, so that locators still lead to the place in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mem.core.document import Block, Message, ParsedDocument
from mem.core.secrets.redactor import Finding, Redacted, Redactor, find_in, placeholder
from mem.store.secrets import SecretPlace, allowed_marks, secret_key

if TYPE_CHECKING:
    from mem.store.database import Database

_JOINED_CHARACTERS = 1_000_000
# Fewer characters at a secret's beginning give nothing away.
_TOLD = 4


@dataclass(frozen=True, slots=True)
class Screened:
    """A document without secrets, and where they were."""

    parsed: ParsedDocument
    places: tuple[SecretPlace, ...] = ()


class SecretScreen:
    """Takes the secrets out of documents, save those that the user allowed."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    @classmethod
    def of(cls, database: Database) -> SecretScreen:
        """With the store's own key, and what is allowed in it."""
        return cls(Redactor(secret_key(database), allowed_marks(database)))

    def text(self, text: str) -> str:
        """`text` with placeholders."""
        return self._redactor.redact(text).text

    def _title(self, parsed: ParsedDocument, title: str) -> str:
        texts = [parsed.text, *(message.text for message in parsed.messages)]
        found = [one for several in find_in(texts).values() for one in several]
        allowed = self._redactor.allowed
        kept_out = [one for one in found if self._redactor.mark(one.value) not in allowed]
        return _without_beginnings(title, kept_out)

    def document(self, parsed: ParsedDocument) -> Screened:
        """The document with placeholders; the very same object where it holds no secret."""
        if not _holds_any(parsed):
            return Screened(parsed)
        places: list[SecretPlace] = []
        words = self._redactor.redact(parsed.text, keep_lines=True)
        places += [
            SecretPlace(one.mark, one.kind, _locator(parsed, one.start)) for one in words.replaced
        ]

        def cleaned(text: str, locator: str) -> str:
            done = self._redactor.redact(text)
            places.extend(SecretPlace(one.mark, one.kind, locator) for one in done.replaced)
            return done.text

        def all_cleaned(texts: Sequence[str], locator: str) -> tuple[str, ...]:
            return tuple(cleaned(text, locator) for text in texts)

        changed = replace(
            parsed,
            title=self._title(parsed, cleaned(parsed.title, "title")),
            text=words.text,
            blocks=_blocks(parsed.blocks, words, self._redactor),
            messages=tuple(_message(one, cleaned) for one in parsed.messages),
            tags=all_cleaned(parsed.tags, "tags"),
            aliases=all_cleaned(parsed.aliases, "aliases"),
            links=all_cleaned(parsed.links, "links"),
            notices=all_cleaned(parsed.notices, "notices"),
        )
        if not places:
            return Screened(parsed)
        notice = _notice(places)
        return Screened(replace(changed, notices=(*changed.notices, notice)), tuple(places))


def _without_beginnings(title: str, found: Sequence[Finding]) -> str:
    """A title that was cut short out of the words may end in the beginning of a secret."""
    for one in found:
        at = title.find(one.value[:_TOLD])
        if at >= 0 and one.value.startswith(title[at:].rstrip("….").rstrip()):
            return title[:at] + placeholder(one.kind)
    return title


def _holds_any(parsed: ParsedDocument) -> bool:
    """Whether a secret stands in any text of the document; long chats are looked at in parts."""
    texts = [parsed.title, parsed.text, *parsed.tags, *parsed.aliases, *parsed.links]
    texts += parsed.notices
    texts += {heading for block in parsed.blocks for heading in block.headings}
    texts += {block.place for block in parsed.blocks if block.place is not None}
    texts += {message.speaker for message in parsed.messages}
    size = 0
    for message in parsed.messages:
        texts += [message.text, *message.attachments]
        size += len(message.text)
        if size > _JOINED_CHARACTERS:
            if find_in(texts):
                return True
            texts, size = [], 0
    return bool(find_in(texts))


def _message(message: Message, cleaned: Callable[[str, str], str]) -> Message:
    locator = f"message {message.id}"
    text = cleaned(message.text, locator)
    speaker = cleaned(message.speaker, locator)
    attachments = tuple(cleaned(name, locator) for name in message.attachments)
    if (text, speaker, attachments) == (message.text, message.speaker, message.attachments):
        return message
    return replace(message, text=text, speaker=speaker, attachments=attachments)


def _locator(parsed: ParsedDocument, at: int) -> str:
    """What a chunk that begins at the character `at` of the text would be called."""
    for block in parsed.blocks:
        if block.start <= at < block.end:
            return block.place or f"line {block.line + parsed.text.count(chr(10), block.start, at)}"
    return f"line {1 + parsed.text.count(chr(10), 0, at)}"


def _blocks(blocks: Sequence[Block], words: Redacted, redactor: Redactor) -> tuple[Block, ...]:
    """The blocks as slices of the new text; one that lay within a secret is gone."""
    moved = []
    for block in blocks:
        start, end = words.offset(block.start), words.offset(block.end)
        if end > start or block.end == block.start:
            headings = tuple(redactor.redact(heading).text for heading in block.headings)
            place = redactor.redact(block.place).text if block.place else None
            moved.append(replace(block, start=start, end=end, headings=headings, place=place))
    return tuple(moved)


def _notice(places: Sequence[SecretPlace]) -> str:
    kinds = ", ".join(
        kind if count == 1 else f"{count} {kind}"
        for kind, count in sorted(Counter(place.kind for place in places).items())
    )
    return f"secrets were replaced: {kinds}"
