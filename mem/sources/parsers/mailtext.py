"""What a mail says: header values and body text out of any bytes, without ever raising.

Text comes out with LF line ends; what cannot be decoded stays visible, and is noted.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message as Part
from email.utils import parseaddr, parsedate_tz

from mem.sources.parsers.html import text_of
from mem.sources.textfile import decode, well_formed

_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_ENCODED = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_FOLD = re.compile(r"\s*[\r\n]+\s*")
_ADDRESS = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_YEARS = range(1900, 2100)
_MAX_DEPTH = 50
_MAX_PARTS = 2000
_MAX_HEADER = 20_000
# These are ASCII bytes or have a byte order: trying UTF-8 first would misread them.
_STATED_FIRST = ("iso-2022", "iso2022", "hz", "utf-7", "utf7", "utf-16", "utf16", "utf-32")
# Not charsets of mail, and slow or able to hide words.
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})


@dataclass(slots=True)
class Body:
    """The words of a mail: its own text, what is attached by name, mails inside it.

    `from_html` says that quote marks may have been lost.
    """

    texts: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    enclosed: list[Part] = field(default_factory=list)
    notices: dict[str, None] = field(default_factory=dict)
    from_html: bool = False

    @property
    def text(self) -> str:
        return "\n\n".join(text.strip("\n") for text in self.texts if text.strip())


def header(part: Part, name: str) -> str:
    """The first header of that name as one line of text, "" where there is none."""
    return next(iter(headers(part, name)), "")


def headers(part: Part, name: str) -> list[str]:
    """Every header of that name, decoded and unfolded, in order."""
    return [_header_text(raw) for key, raw in part.raw_items() if key.lower() == name.lower()]


def sender(part: Part) -> str:
    """The name, else the address, of who wrote the mail."""
    for key in ("from", "sender", "return-path"):
        raw = next((raw for name, raw in part.raw_items() if name.lower() == key), None)
        if raw is not None and (found := _person(_unfolded(raw))):
            return found
    return "unknown sender"


def written_at(part: Part) -> datetime | None:
    """The wall clock of the sender (`Date`), else of the first server that stamped the mail."""
    for text in headers(part, "date"):
        if moment := _moment(text):
            return moment
    stamps = [text.rpartition(";")[2] for text in headers(part, "received")]
    return next((moment for text in reversed(stamps) if (moment := _moment(text))), None)


def body_of(part: Part) -> Body:
    """The text of a mail, alternatives resolved, with a line for each thing attached."""
    body = Body()
    for number, leaf in enumerate(_leaves(part)):
        if number >= _MAX_PARTS:
            body.notices[f"more than {_MAX_PARTS} parts; the rest was left out"] = None
            break
        _read_leaf(leaf, body)
    return body


def _leaves(part: Part) -> Iterator[Part]:
    """The parts that hold content, in order; of alternatives the best one."""
    stack = [(part, 0)]
    while stack:
        current, depth = stack.pop()
        children = current.get_payload() if current.is_multipart() else None
        whole = _type(current) == "message/rfc822" or depth >= _MAX_DEPTH
        if whole or not isinstance(children, list):
            yield current
            continue
        parts = [child for child in children if isinstance(child, Part)]
        chosen = _best(parts) if _type(current) == "multipart/alternative" else parts
        stack += [(child, depth + 1) for child in reversed(chosen)]


def _best(alternatives: list[Part]) -> list[Part]:
    """The plain text, unless it is a stub beside a longer version; and what is not text."""
    texts = [one for one in alternatives if _is_text(one) and not _is_attached(one)]
    plain = next((one for one in texts if _type(one) != "text/html"), None)
    rich = next((one for one in reversed(alternatives) if one is not plain), None)
    words = len(_decoded(plain)[0].split()) if plain is not None else 0
    if plain is None or (rich is not None and words * 3 < _length(rich)):
        chosen = [rich] if rich is not None else []
    else:
        chosen = [plain]
    others = [
        one
        for one in alternatives
        if one not in chosen and (_is_attached(one) or not (_is_text(one) or one.is_multipart()))
    ]
    return chosen + others


def _length(part: Part) -> int:
    """About how many words a part shows a reader; 0 for what is not HTML."""
    candidates = part.walk() if part.is_multipart() else [part]
    html = next((one for one in candidates if _type(one) == "text/html"), None)
    if html is None:
        return 0
    return len(_shown(_decoded(html)[0]).split())


def _read_leaf(leaf: Part, body: Body) -> None:
    if _type(leaf) == "message/rfc822":
        payload = leaf.get_payload()
        if isinstance(payload, list) and payload and isinstance(payload[0], Part):
            body.enclosed.append(payload[0])
            return
    if leaf.is_multipart():
        body.notices[f"parts nested over {_MAX_DEPTH} deep were left out"] = None
        return
    name = _file_name(leaf)
    if name or not _is_text(leaf) or _is_attached(leaf):
        kind = _type(leaf)
        if name or _decoded(leaf, text=False)[0]:
            body.attachments.append(name or kind)
            body.texts.append(f"[attachment: {name} ({kind})]" if name else f"[attachment: {kind}]")
        return
    text, notices = _decoded(leaf)
    body.notices.update(dict.fromkeys(notices))
    if _type(leaf) == "text/html":
        body.from_html = True
        text = _shown(text)
    body.texts.append(text)


def _shown(html: str) -> str:
    shown = text_of(html)
    return html if shown is None else shown


def _decoded(part: Part | None, *, text: bool = True) -> tuple[str, tuple[str, ...]]:
    """The words of a part, LF line ends; with `text` false only whether there is any content."""
    if part is None or part.is_multipart():
        return "", ()
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return "", ()
    if not payload.strip():
        # Perhaps not in the encoding that it claims.
        payload = _undecoded(part)
    if not text:
        return ("1" if payload.strip() else ""), ()
    words, notices = _decode(payload, _charset(part))
    return words.replace("\r\n", "\n").replace("\r", "\n"), notices


def _undecoded(part: Part) -> bytes:
    """The bytes of a part as they came."""
    try:
        raw = part.get_payload()
    except (TypeError, ValueError, LookupError):
        return b""
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _decode(data: bytes, stated: str | None) -> tuple[str, tuple[str, ...]]:
    known = _known_charset(stated)
    if stated and known is None:
        words, _ = decode(data)
        return words, (() if data.isascii() else (f"unknown charset {stated[:40]!r}",))
    if known and known.startswith(_STATED_FIRST):
        try:
            return well_formed(data.decode(known)), ()
        except (UnicodeError, ValueError):
            return decode(data)[0], (f"not all of it is {known}",)
    words, notices = decode(data, stated=known)
    return words, tuple(one for one in notices if not one.startswith("read as"))


def _known_charset(stated: str | None) -> str | None:
    """The lower-case name of a charset that Python can decode, None for any other."""
    if not stated:
        return None
    try:
        name = codecs.lookup(stated).name
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else stated.lower()


def _charset(part: Part) -> str | None:
    try:
        charset = part.get_content_charset()
    except (LookupError, ValueError, TypeError):
        return None
    return well_formed(charset) if charset else None


def _type(part: Part) -> str:
    return well_formed(part.get_content_type())


def _is_text(part: Part) -> bool:
    kind = _type(part)
    # A multipart without parts is a broken header above plain words.
    return kind.startswith(("text/", "multipart/"))


def _is_attached(part: Part) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except (LookupError, ValueError, TypeError):
        return False


def _file_name(part: Part) -> str:
    try:
        name = part.get_filename()
    except (LookupError, ValueError, TypeError):
        return ""
    return " ".join(_header_text(name).split())[:300] if name else ""


def _unfolded(raw: object) -> str:
    """A raw header value with its bytes decoded and its folds removed."""
    data = str(raw)[:_MAX_HEADER].encode("utf-8", "surrogateescape")
    return _FOLD.sub(" ", decode(data)[0]).strip()


def _header_text(raw: object) -> str:
    """A header value with its RFC 2047 words decoded; what is malformed stays as written."""
    return _decode_words(_unfolded(raw))


def _decode_words(text: str) -> str:
    if "=?" not in text:
        return text
    joined = _BETWEEN_ENCODED.sub(r"\1", text)
    pieces: list[str] = []
    position, pending, charset = 0, b"", ""
    for match in _ENCODED.finditer(joined):
        data = _word_bytes(match[2], match[3])
        if data is None:
            continue
        between = joined[position : match.start()]
        name = match[1].partition("*")[0]
        if pending and (between or name.lower() != charset.lower()):
            pieces.append(_decode(pending, charset)[0])
            pending = b""
        pieces.append(between)
        pending, charset = pending + data, name
        position = match.end()
    pieces += [_decode(pending, charset)[0] if pending else "", joined[position:]]
    return " ".join("".join(pieces).split())


def _word_bytes(encoding: str, written: str) -> bytes | None:
    """The bytes of an encoded word, None where it is malformed."""
    if encoding in "bB":
        try:
            return binascii.a2b_base64(written + "=" * (-len(written) % 4))
        except (binascii.Error, ValueError):
            return None
    data = written.replace("_", "=20").encode("utf-8", "surrogateescape")
    return binascii.a2b_qp(data)


def _person(text: str) -> str:
    """The name in an address header, else the address, else the words of the header."""
    name, address = parseaddr(text)
    if not name and not address:
        before, bracket, _ = text.partition("<")
        name = before.strip().strip("\"'").strip() if bracket else ""
        found = _ADDRESS.search(text)
        address = found[0] if found else ""
    name = _decode_words(name).strip().strip("\"'").strip()
    return " ".join((name or address or _decode_words(text)).split())[:200]


def _moment(text: str) -> datetime | None:
    try:
        parts = parsedate_tz(text[:200])
        moment = datetime(*parts[:6]) if parts else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment and moment.year in _YEARS else None
