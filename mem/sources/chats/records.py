"""What the readers of chat exports share: records, messages in order, and documents of them.

What is left out of a document is counted and becomes a notice.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources import dates
from mem.sources.loose import Fields
from mem.sources.sniffing import bom_encoding
from mem.sources.textfile import well_formed

Beside = Callable[[str], bytes | None]
"""Reads a file by its path relative to the folder of the file being parsed (`../users.json`);
None where there is none. An archive gives its own, over its members.
"""

SYSTEM = "system"
_TITLE_LENGTH = 80
_MAX_COMPANION_BYTES = 50 * 1024 * 1024


def nothing_beside(path: str) -> bytes | None:
    """The `Beside` of a file that stands alone."""
    del path
    return None


def files_beside(entry: FileEntry) -> Beside:
    """The `Beside` of a file on the disk; what cannot be read counts as not there."""

    def read(path: str) -> bytes | None:
        try:
            with (entry.path.parent / path).open("rb") as file:
                return file.read(_MAX_COMPANION_BYTES)
        except OSError:
            return None

    return read


def place_of(entry: FileEntry) -> str:
    """The file's path for messages to people."""
    return well_formed(str(entry.path))


def parse_json(data: bytes, place: str) -> object:
    """The JSON value in `data`; bytes that are not UTF-8 arrive as surrogate escapes.

    Raises ParseFailed (`place` says where) for what is not JSON.
    """
    encoding, skip = bom_encoding(data) or ("utf-8", 0)
    try:
        return json.loads(data[skip:].decode(encoding, "surrogateescape"))
    except json.JSONDecodeError as error:
        reason = f"not valid JSON at line {error.lineno}, column {error.colno} ({error.msg})"
        raise ParseFailed(place, reason) from error
    except (ValueError, RecursionError) as error:
        raise ParseFailed(place, "not JSON that can be read") from error


@dataclass(slots=True)
class Tally:
    """How often something was left out, by what it was."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, times: int = 1) -> None:
        if times:
            self.counts[well_formed(what)[:_TITLE_LENGTH]] += times

    def notices(self) -> tuple[str, ...]:
        """One line for each kind, in order of first appearance; of many kinds the commonest."""
        shown = self.counts if len(self.counts) <= 20 else dict(self.counts.most_common(19))
        lines = [f"left out: {count} × {what}" for what, count in shown.items()]
        if len(shown) < len(self.counts):
            rest = sum(self.counts.values()) - sum(shown.values())
            lines.append(f"left out: {rest} × something else")
        return tuple(lines)


def json_lines(data: bytes, tally: Tally, *, first: int = 1) -> Iterator[tuple[int, Fields]]:
    """The objects of JSON Lines with their line numbers, from `first` on; other lines go to
    `tally`.
    """
    _, skip = bom_encoding(data) or ("utf-8", 0)
    for number, line in enumerate(io.BytesIO(data[skip:] if skip else data), start=first):
        if line.isspace():
            continue
        try:
            value = json.loads(line.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            tally.add("line that is not JSON")
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            tally.add("line that is not a record")


def with_files(text: str, names: tuple[str, ...]) -> str:
    """`text` with a line `[file: name]` for each file that came with it."""
    return "\n".join([*([text] if text.strip() else []), *(f"[file: {name}]" for name in names)])


def first_line(text: str) -> str:
    """The first line with words, shortened at a blank to at most 80 characters."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = " ".join(line[: 4 * _TITLE_LENGTH].split())
    if len(line) <= _TITLE_LENGTH:
        return line
    cut = line[: _TITLE_LENGTH - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[40:] else cut}…"


@dataclass(slots=True)
class MessageList:
    """Messages in order, each under an id of its own."""

    tally: Tally
    messages: list[Message] = field(default_factory=list)
    _seen: dict[str, Message] = field(default_factory=dict)
    _repeats: Counter[str] = field(default_factory=Counter)

    def add(self, message: Message) -> None:
        """Append `message`; where its id is taken, as `id#2`, and not at all if it is the same
        message again.
        """
        earlier = self._seen.get(message.id)
        if earlier is not None:
            if replace(earlier, line=message.line) == message:
                self.tally.add("message repeated")
                return
            message = replace(message, id=self._free(message.id))
        self._seen[message.id] = message
        self.messages.append(message)

    def _free(self, taken: str) -> str:
        while True:
            self._repeats[taken] += 1
            candidate = f"{taken}#{self._repeats[taken] + 1}"
            if candidate not in self._seen:
                return candidate


def chat_document(
    *,
    form: str,
    conversation: str,
    title: str,
    messages: list[Message],
    entry: FileEntry,
    written: str = "",
    notices: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
) -> ParsedDocument:
    """The document of one conversation, said when its first dated message was.

    `written` is when the export says that the conversation began.
    """
    said_at: datetime | None = min((one.at for one in messages if one.at), default=None)
    origin: SaidAtOrigin | None = SaidAtOrigin.MESSAGE
    if said_at is None:
        said_at, origin = dates.said_at(written, entry)
    return ParsedDocument(
        uri=f"{form}:{conversation}",
        kind=DocumentKind.CHAT,
        format=form,
        title=title,
        messages=tuple(messages),
        said_at=said_at,
        said_at_origin=origin,
        tags=tags,
        notices=notices,
    )


def chat_documents(
    form: str,
    spoken: Iterable[tuple[str, str, list[Message]]],
    entry: FileEntry,
    tally: Tally,
    *,
    empty: str,
) -> Iterator[ParsedDocument]:
    """A document for each (conversation, title, messages) that holds words.

    What was left out of any of them stands on the first. Raises ParseFailed, code "empty" with
    `empty` as its reason, where none holds words.
    """
    found = [one for one in spoken if one[2]]
    if not found:
        raise ParseFailed(place_of(entry), empty, code="empty")
    notices = tally.notices()
    for conversation, title, messages in found:
        yield chat_document(
            form=form,
            conversation=conversation,
            title=title,
            messages=messages,
            entry=entry,
            notices=notices,
        )
        notices = ()
