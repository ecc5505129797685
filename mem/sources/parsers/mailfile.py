"""Where the mails of a file begin and end, and which conversation each belongs to.

The file is read twice and never held whole: once for places and headers, once for the mails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message as Part
from email.parser import BytesParser
from typing import BinaryIO

from mem.core.ids import content_hash
from mem.sources.parsers.mailtext import header

_SEPARATOR = re.compile(rb"From [^\r\n]*\d\d?:\d\d[^\r\n]*\r?\n?$")
_SPACED_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]+:", re.MULTILINE)
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ID = re.compile(r"<([^<>\s]{1,500})>")
_MAX_LINE = 1024 * 1024
_MAX_HEADERS = 256 * 1024
_HEADERS_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r(?!\n)")
_DERIVED_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The bytes `[start, end)` of one mail in its file and the 1-based line it begins on."""

    start: int
    end: int
    line: int
    escaped: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail by its ids: its own, and the first mail that it refers to where it does."""

    place: Place
    id: str
    root: str | None
    parent: str | None


def is_envelope(line: bytes) -> bool:
    """Whether a line is what an mbox puts before each mail (`From ada@example.org …`)."""
    return line.startswith(b"From ") and not _SPACED_FIELD.match(line)


def places(file: BinaryIO) -> Iterator[Place]:
    """The mails of an mbox, or the one mail of any other file, in order."""
    first = file.readline(_MAX_LINE)
    if not is_envelope(first):
        yield Place(0, file.seek(0, 2), 1, escaped=False)
        return
    start, line, number, offset = len(first), 2, 1, len(first)
    ends_line = first.endswith(b"\n")
    pending: int | None = None
    while text := file.readline(_MAX_LINE):
        if ends_line:
            number += 1
        if pending is not None and _HEADER.match(text):
            yield Place(start, pending, line, escaped=True)
            start, line = offset, number
        pending = offset if ends_line and _SEPARATOR.match(text) else None
        ends_line = text.endswith(b"\n")
        offset += len(text)
    yield Place(start, offset, line, escaped=True)


def read_mail(file: BinaryIO, place: Place) -> Part:
    """The mail at `place`, `>From ` of an mbox unescaped. Never raises for what it holds,
    save RecursionError for parts nested too deeply.
    """
    return BytesParser().parsebytes(_bytes_at(file, place))


def list_mails(file: BinaryIO) -> list[Listed]:
    """Every mail of the file by its ids."""
    file.seek(0)
    found = list(places(file))
    return [_listed(file, place) for place in found]


def conversations(mails: list[Listed]) -> dict[str, list[Listed]]:
    """Mails by the id of the mail that began their conversation, in order of appearance.

    References name that mail first (RFC 5322, 3.6.4). A mail with only In-Reply-To joins the
    conversation of its parent where the file holds it.
    """
    by_id = {mail.id: mail for mail in mails}
    threads: dict[str, list[Listed]] = {}
    for mail in mails:
        threads.setdefault(_root(mail, by_id), []).append(mail)
    return threads


def _root(mail: Listed, by_id: dict[str, Listed]) -> str:
    visited = {mail.id}
    while mail.root is None and mail.parent is not None:
        parent = by_id.get(mail.parent)
        if parent is None or parent.id in visited:
            return mail.parent
        visited.add(parent.id)
        mail = parent
    return mail.root or mail.id


def _listed(file: BinaryIO, place: Place) -> Listed:
    head = _bytes_at(file, replace(place, end=min(place.end, place.start + _MAX_HEADERS)))
    end = _HEADERS_END.search(head)
    part = BytesParser().parsebytes(head[: end.start()] if end else head, headersonly=True)
    own = _ID.search(header(part, "message-id"))
    references = _ID.findall(header(part, "references"))
    parent = _ID.search(header(part, "in-reply-to"))
    identity = own[1] if own else _derived_id(file, place)
    return Listed(
        place,
        identity,
        next((one for one in references if one != identity), None),
        parent[1] if parent and parent[1] != identity else None,
    )


def _derived_id(file: BinaryIO, place: Place) -> str:
    """The id of a mail without one: what it holds."""
    return f"mail-{content_hash(_bytes_at(file, place).strip())[:_DERIVED_ID_DIGITS]}"


def _bytes_at(file: BinaryIO, place: Place) -> bytes:
    file.seek(place.start)
    data = file.read(place.end - place.start).lstrip(b"\r\n\t \xef\xbb\xbf")
    if place.escaped:
        data = _ESCAPED_FROM.sub(rb"\1", data)
    end = _HEADERS_END.search(data)
    cut = end.start() if end else len(data)
    # RFC 822 allowed blanks before the colon; the parser of the standard library does not.
    return _SPACED_FIELD.sub(rb"\1:", data[:cut]) + data[cut:]
