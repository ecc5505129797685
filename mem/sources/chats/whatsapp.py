"""WhatsApp's "Export chat" text: heads of messages in any locale, bodies of any number of lines.

Times are the wall clock of the phone that exported. Messages have no ids: theirs derive from
time, speaker and words, so that two exports of one chat agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mem.core.document import Message, ParsedDocument
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources.chats.records import (
    SYSTEM,
    Beside,
    Tally,
    chat_document,
    nothing_beside,
    place_of,
)
from mem.sources.chats.whatsapp_lines import MARKS, Head, order_of, read_head, style_of
from mem.sources.sniffing import is_binary, text_start
from mem.sources.textfile import decode, read_bytes, well_formed

_SNIFFED_LINES = 60
_MAX_NAME = 100
_ID_DIGITS = 16
_NOTICE_LINES = 5
_LOG_LEVEL = re.compile(
    r"(?:[\w.]+\.)?(?:trace|debug|info|notice|warn|warning|error|fatal|critical)", re.IGNORECASE
)
_EDGE_MARKS = re.compile(rf"^[{MARKS}\s~]+|[{MARKS}\s]+$")
_QUOTES = frozenset('“”„«»"')
_NOTICE = re.compile(
    r"end-to-end[ -]encrypt|Ende-zu-Ende-verschlüsselt|cifrad\w+ de extremo a extremo|"
    r"chiffré\w* de bout en bout|crittografat\w+ end-to-end|ponta a ponta|"
    r"end-to-end versleuteld|сквозн\w+ шифрован|uçtan uca şifreli|端到端加密|エンドツーエンド",
    re.IGNORECASE,
)
_OMITTED = re.compile(
    r"omitted|omitid[oa]|omis\b|absente?|omess[oia]|ocult[oa]d?[oa]?|ausgeschlossen|weggelassen|"
    r"weggelaten|пропущен|без медиа|dahil edilmedi|pominięt|utelämna|udelad|utelatt|含まれ|省略|"
    r"忽略|생략|محذوف|تم استبعاد",
    re.IGNORECASE,
)
_ATTACHED = re.compile(rf"[{MARKS}]*<[^<>:\n]{{3,30}}: ?(?P<name>[^<>\n]{{1,200}}\.\w{{1,5}})>")
_FOLLOWED = re.compile(
    rf"[{MARKS}]*(?P<name>[^\n]{{1,200}}\.\w{{1,5}}) \((?P<words>[^()\n]{{4,40}})\)\s*"
)
_FILE_WORDS = re.compile(
    r"attached|angehängt|adjunt|joint|allegat|anexad|bijgevoegd|добавлен|прикрепл|ekli|załącz|"
    r"bifoga|vedhæft|vedlagt|添付|附件|첨부|مرفق",
    re.IGNORECASE,
)
_OWN_NAME = re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC|GIF)-\d{8}-WA\d{4}\.\w{1,5}")
_MAYBE_FILE = re.compile(r"[<(\u200e]| omitted$")
_COPY = re.compile(r"(?: ?\(\d{1,3}\))?(?:\.zip)?$")


@dataclass(slots=True)
class _Entry:
    """A message as it stands in the file."""

    head: Head
    line: int
    body: list[str] = field(default_factory=list)


class WhatsAppParser:
    """One document a file."""

    name = "whatsapp"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """Text whose lines open with a date and time in WhatsApp's forms and a name."""
        if path.suffix.lower() not in {".txt", ""} or is_binary(head):
            return 0
        lines = text_start(head).split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES]
        style = style_of(lines[0])
        if style is None:
            return 0
        found = [(line, read_head(line, style)) for line in lines]
        rests = [line[head.end :] for line, head in found if head]
        speakers = [name for name, _ in map(_split, rests) if name]
        if any(_LOG_LEVEL.fullmatch(name) for name in speakers):
            return 0
        if "whatsapp" in str(path.name).lower() or path.stem == "_chat":
            return 90
        return 80 if len(rests) > 1 and 0 < len(rests) <= 2 * len(speakers) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's chat. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry)

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The chat in `data`. Raises ParseFailed where no line opens a message."""
        del beside
        if is_binary(data):
            raise ParseFailed(place_of(entry), "it is not a text file", code="binary")
        text, notices = decode(data)
        tally = Tally()
        entries = _entries(text.split("\n"), tally)
        if not entries:
            raise ParseFailed(place_of(entry), "no line of it opens a WhatsApp message")
        order, ambiguous = order_of([one.head for one in entries], _written(entry))
        if ambiguous:
            words = "month" if order.month == 0 else "year" if order.year == 0 else "day"
            notices += (f"the order of its dates is not certain; read as {words} first",)
        messages: list[Message] = []
        seen: Counter[str] = Counter()
        for one, moment in _dated(entries, [one.head.moment(order) for one in entries]):
            message = _message(one, moment, seen)
            if message.text.strip():
                messages.append(message)
            else:
                tally.add("message without words")
        if not messages:
            raise ParseFailed(place_of(entry), "no message in it holds words", code="empty")
        yield _document(messages, entry, (*notices, *tally.notices()))


def _entries(lines: list[str], tally: Tally) -> list[_Entry]:
    """Messages with their lines; the first head found decides what later heads look like."""
    entries: list[_Entry] = []
    style: str | None = None
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix("\r")
        style = style or style_of(line)
        head = read_head(line, style) if style else None
        if head is not None:
            entries.append(_Entry(head, number, [line[head.end :]]))
        elif entries:
            entries[-1].body.append(line)
        elif line.strip():
            tally.add("line before the first message")
    return entries


def _dated(
    entries: list[_Entry], moments: list[datetime | None]
) -> Iterator[tuple[_Entry, datetime]]:
    """Entries with a time; what only looked like a head is the text of the message before."""
    current: tuple[_Entry, datetime] | None = None
    for one, moment in zip(entries, moments, strict=True):
        if moment is not None:
            if current is not None:
                yield current
            current = (one, moment)
        elif current is not None:
            current[0].body.extend(one.body)
    if current is not None:
        yield current


def _message(one: _Entry, moment: datetime, seen: Counter[str]) -> Message:
    raw = "\n".join(one.body)
    name, text = _split(raw)
    names = _attachments(text)
    marked = text.lstrip(" ").startswith("\u200e")
    text = text.replace("\u200e", "").strip()
    # On phones that name a speaker for everything, "Anna added Ben" is said by Anna.
    told = marked and not names and text.startswith(f"{name} ")
    # Some versions let the chat itself speak, to begin with.
    noticed = (marked or one.line <= _NOTICE_LINES) and _NOTICE.search(text) is not None
    system = not name or told or noticed
    speaker = name or SYSTEM
    digest = text_hash("\x1f".join((moment.isoformat(), speaker, text)))[:_ID_DIGITS]
    seen[digest] += 1
    return Message(
        id=digest if seen[digest] == 1 else f"{digest}-{seen[digest]}",
        speaker=speaker,
        role=SYSTEM if system else "other",
        text=text,
        at=moment,
        session=moment.date().isoformat(),
        line=one.line,
        attachments=names,
    )


def _split(rest: str) -> tuple[str, str]:
    """Speaker and words of what follows a head; no speaker where it is WhatsApp that speaks."""
    first = rest[: _MAX_NAME + 2].partition("\n")[0]
    name, colon, _ = first.partition(": ")
    if not colon:
        name, colon, more = first.partition(":")
        if more.strip():
            colon = ""
    bare = _EDGE_MARKS.sub("", name)
    if not colon or not bare or _QUOTES & set(name):
        return "", rest
    return bare, rest[len(name) + len(colon) :]


def _attachments(text: str) -> tuple[str, ...]:
    """Names of the files that a message says it came with."""
    first, _, _ = text.partition("\n")
    if not _MAYBE_FILE.search(first):
        return ()
    if found := _ATTACHED.search(first):
        return (found["name"].strip(),)
    followed = _FOLLOWED.fullmatch(first)
    if followed and (
        _FILE_WORDS.search(followed["words"]) or _OWN_NAME.fullmatch(followed["name"])
    ):
        return (followed["name"].strip(),)
    bare = first.replace("\u200e", "").strip()
    marked = "\u200e" in first or (bare.startswith("<") and bare.endswith(">"))
    english = re.fullmatch(r"(?:image|video|audio|GIF|sticker|document|Contact card) omitted", bare)
    if len(bare) <= 200 and (english or (marked and _OMITTED.search(bare))):
        return (bare.partition(" • ")[0] if " • " in bare else "media",)
    return ()


def _written(entry: FileEntry) -> date:
    """The day after the file was written, for zones."""
    try:
        written = datetime.fromtimestamp(entry.modified_ns // 1_000_000_000, UTC)
        return written.date() + timedelta(days=1)
    except (ValueError, OverflowError, OSError):
        return date.max


def _document(
    messages: list[Message], entry: FileEntry, notices: tuple[str, ...]
) -> ParsedDocument:
    named, title = _title(entry, messages)
    conversation = title if named else f"{title}-{messages[0].id}"
    return chat_document(
        form=WhatsAppParser.name,
        conversation=conversation,
        title=title,
        messages=_with_owner(messages, title) if named else messages,
        entry=entry,
        notices=notices,
    )


def _title(entry: FileEntry, messages: list[Message]) -> tuple[bool, str]:
    """Whether the export names its chat ("WhatsApp Chat with X"), and the chat's title."""
    for name in (entry.path.stem, entry.path.parent.name):
        if "whatsapp" in name.lower() and len(name) > len("whatsapp chat"):
            return True, _COPY.sub("", _EDGE_MARKS.sub("", well_formed(name)))
        if entry.path.stem != "_chat":
            break
    speakers = list(dict.fromkeys(one.speaker for one in messages if one.role != SYSTEM))
    if len(speakers) == 2:
        return False, f"{speakers[0]} and {speakers[1]}"
    return False, well_formed(entry.path.stem)


def _with_owner(messages: list[Message], title: str) -> list[Message]:
    """Messages of the one of two speakers that the chat is not named after are the user's."""
    speakers = {one.speaker for one in messages if one.role != SYSTEM}
    owners = [one for one in speakers if not title.endswith(one)]
    if len(speakers) != 2 or len(owners) != 1:
        return messages
    return [
        replace(one, role="user") if one.speaker == owners[0] and one.role != SYSTEM else one
        for one in messages
    ]
