"""Mail: single mails, Maildir files and mbox; a thread is a conversation, a mail a message.

The text of a message is what its sender wrote. What it quotes, and its signature, follow as a
variant message `<id>#quoted`, unless the mail that it answers stands in the same file and holds
those words; mails enclosed in it follow as variants of their own. Times are the wall clock of
the sender. What a list, a newsletter or a machine sent has the role `bulk`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Part
from pathlib import Path
from typing import BinaryIO

from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.protocols import FileEntry
from mem.core.speakers import QUOTED
from mem.errors import FileUnreadable, ParseFailed
from mem.sources import dates
from mem.sources.parsers.mailfile import (
    Listed,
    conversations,
    is_envelope,
    list_mails,
    read_mail,
)
from mem.sources.parsers.mailquotes import not_yet_known, separate, without_marks
from mem.sources.parsers.mailtext import body_of, header, headers, sender, written_at
from mem.sources.sniffing import is_binary
from mem.sources.textfile import well_formed

_SUFFIXES = frozenset({".eml", ".mbox", ".mbx", ".emlx"})
_OTHER_TEXTS = frozenset({".md", ".markdown", ".org", ".html", ".htm", ".json", ".jsonl", ".csv"})
_FIELD = re.compile(rb"([!-9;-~]{1,60})[ \t]*:")
_SURE = frozenset({b"received", b"return-path", b"message-id", b"delivered-to", b"mime-version"})
_USUAL = frozenset({b"from", b"to", b"subject", b"date", b"cc", b"reply-to", b"sender"})
_REPLY = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|fwd?|aw|wg|sv|vs|tr|rv|antw|odp|res|enc)(?:\[\d+\])?\s?:\s*",
    re.IGNORECASE,
)
_LABELS = ("x-gmail-labels", "keywords", "x-keywords")
#: Fields of mail that goes to many: lists and newsletters (RFC 2369, RFC 2919).
_TO_MANY = frozenset(
    {"list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list", "x-beenthere"}
)
_BULK = frozenset({"bulk", "list", "junk"})
_HEADERS_SNIFFED = 512
_MAX_NOTICES = 20
_MAX_ENCLOSED = 100
_MAX_TITLE = 300


@dataclass(slots=True)
class _Mail:
    """One mail read. `words` are all those of its body, to know quotes of it by."""

    part: Part
    own: str
    quoted: str
    words: str
    attachments: tuple[str, ...]
    enclosed: list[Part]
    notices: list[str]


class MailParser:
    """One document a thread."""

    name = "mail"
    version = 2
    streams = True

    def sniff(self, path: Path, head: bytes) -> int:
        """Header lines of mail, under an envelope line (`From …`) in an mbox."""
        named = path.suffix.lower() in _SUFFIXES
        names = _field_names(head)
        sure, usual = len(names & _SURE), len(names & _USUAL)
        if path.suffix.lower() in _OTHER_TEXTS or is_binary(head[:_HEADERS_SNIFFED]):
            return 0
        if named:
            return 95 if sure + usual else 55
        envelope = is_envelope(head[:1000]) and sure + usual >= 1
        return 90 if envelope or (sure >= 1 and usual >= 2) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The threads that the file holds mails of. Raises FileUnreadable, ParseFailed."""
        place = well_formed(str(entry.path))
        try:
            with entry.path.open("rb") as file:
                threads = conversations(list_mails(file))
                for root, listed in threads.items():
                    yield _thread(root, listed, file, entry)
        except OSError as error:
            raise FileUnreadable(place, error.strerror or type(error).__name__) from error
        except RecursionError as error:
            raise ParseFailed(place, "its parts are nested too deeply") from error


def _field_names(head: bytes) -> set[bytes]:
    """Lower-case names of the header fields that the file opens with."""
    lines = head.lstrip(b"\r\n\t \xef\xbb\xbf").splitlines()[:200]
    names: set[bytes] = set()
    for number, line in enumerate(lines):
        if line.startswith((b" ", b"\t")) or (number == 0 and is_envelope(line)):
            continue
        field = _FIELD.match(line)
        if field is None:
            break
        names.add(field[1].lower())
    return names


def _thread(root: str, listed: list[Listed], file: BinaryIO, entry: FileEntry) -> ParsedDocument:
    """The document of one conversation, its mails in the order of the file."""
    mails: dict[str, _Mail] = {}
    messages: list[Message] = []
    repeated = 0
    seen: set[str] = set()
    for one in listed:
        mail = _read(read_mail(file, one.place))
        if one.id in mails and mails[one.id].words == mail.words:
            repeated += 1
            continue
        identity = _free(one.id, mails)
        parent = mails.get(one.parent or "")
        mail.quoted = not_yet_known(mail.quoted, parent.words if parent else "", seen)
        mails[identity] = mail
        messages += _messages(identity, mail, root, one.place.line)
    said_at: datetime | None = min((one.at for one in messages if one.at), default=None)
    origin: SaidAtOrigin | None = SaidAtOrigin.MESSAGE
    if said_at is None:
        said_at, origin = dates.said_at(None, entry)
    notices = dict.fromkeys(notice for mail in mails.values() for notice in mail.notices)
    if repeated:
        notices[f"left out: {repeated} × mail repeated"] = None
    return ParsedDocument(
        uri=f"mail:{root}",
        kind=DocumentKind.CHAT,
        format=MailParser.name,
        title=_title(next(iter(mails.values())).part),
        messages=tuple(messages),
        said_at=said_at,
        said_at_origin=origin,
        tags=tuple(dict.fromkeys(tag for mail in mails.values() for tag in _labels(mail.part))),
        notices=tuple(notices)[:_MAX_NOTICES],
    )


def _free(identity: str, taken: dict[str, _Mail]) -> str:
    """`identity`, or `identity#2` and on where another mail has it."""
    candidate, number = identity, 1
    while candidate in taken:
        number += 1
        candidate = f"{identity}#{number}"
    return candidate


def _read(part: Part) -> _Mail:
    body = body_of(part)
    own, quoted = separate(body.text, marks_lost=body.from_html)
    mail = _Mail(
        part=part,
        own=own,
        quoted=quoted,
        words=without_marks(body.text),
        attachments=tuple(body.attachments),
        enclosed=body.enclosed,
        notices=list(body.notices),
    )
    if not list(part.raw_items()):
        mail.notices.append("a mail without headers")
    if not own:
        subject = header(part, "subject")
        mail.own = f"Subject: {subject}" if subject else "[no text]"
    return mail


def _messages(identity: str, mail: _Mail, session: str, line: int | None) -> Iterator[Message]:
    """The mail, then its other words and the mails enclosed in it, as variants."""
    speaker, at = sender(mail.part), written_at(mail.part)
    yield Message(
        id=identity,
        speaker=speaker,
        role="bulk" if _is_bulk(mail.part) else "other",
        text=mail.own,
        at=at,
        session=session,
        line=line,
        attachments=mail.attachments,
    )
    if mail.quoted:
        yield Message(
            id=f"{identity}#quoted",
            speaker=f"{QUOTED}{speaker}",
            role="other",
            text=mail.quoted,
            at=at,
            session=session,
            variant=True,
            line=line,
        )
    yield from _enclosed_messages(identity, mail, session, line)


def _is_bulk(part: Part) -> bool:
    """Whether a list, a newsletter or a machine sent it (RFC 3834: `Auto-Submitted`)."""
    if any(name.lower() in _TO_MANY for name, _ in part.raw_items()):
        return True
    automatic = header(part, "auto-submitted").lower()
    return header(part, "precedence").lower() in _BULK or automatic not in {"", "no"}


def _enclosed_messages(
    identity: str, mail: _Mail, session: str, line: int | None
) -> Iterator[Message]:
    """The mails that came inside a mail, those inside them too, each with all its words."""
    stack = list(reversed(mail.enclosed))
    number = 0
    while stack:
        part = stack.pop()
        number += 1
        if number > _MAX_ENCLOSED:
            mail.notices.append(f"over {_MAX_ENCLOSED} enclosed mails; the rest was left out")
            return
        body = body_of(part)
        stack += reversed(body.enclosed)
        subject = header(part, "subject")
        yield Message(
            id=f"{identity}#enclosed{number}",
            speaker=sender(part),
            role="other",
            text="\n\n".join(filter(None, (subject and f"Subject: {subject}", body.text)))
            or "[no text]",
            at=written_at(part),
            session=session,
            variant=True,
            line=line,
            attachments=tuple(body.attachments),
        )


def _title(part: Part) -> str:
    """The subject without its reply marks."""
    title = header(part, "subject")
    while (mark := _REPLY.match(title)) and mark.end() < len(title):
        title = title[mark.end() :]
    return title.strip()[:_MAX_TITLE] or "(no subject)"


def _labels(part: Part) -> Iterator[str]:
    for name in _LABELS:
        for written in headers(part, name):
            yield from (label.strip() for label in written.split(",") if label.strip())
