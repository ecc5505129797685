"""Which lines of a mail are new: the rest is quoted from elsewhere or signs the mail.

Every line with words is in exactly one of the two results, as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_QUOTE = re.compile(r"[ \t]{0,3}>")
_SAID = (
    r"(?:wrote|writes|said|says|schrieb|écrit|escribió|ha scritto|schreef|escreveu|skrev|"
    r"napisał\(?a?\)?|написал\(?а?\)?|пишет|さんは書きました)"
)
_ATTRIBUTION = re.compile(rf"{_SAID}[^\n]{{0,60}}:\s*$", re.IGNORECASE)
_OPENS_ATTRIBUTION = re.compile(
    r"\s*(?:On|Am|Le|El|Il|Op|Em|Den|W dniu|In message|At|Quoting|В|\d{1,4}[-/.]\d{1,2}[-/.])\b"
)
_FORWARD = re.compile(
    r"\s*(?:-{2,}\s*(?:Original Message|Original Appointment|Forwarded message|Forwarded by\b.*|"
    r"Forward(?:ed)? Message|Begin Message|Ursprüngliche Nachricht|Weitergeleitete Nachricht|"
    r"Message d'origine|Message transféré|Mensaje original|Messaggio originale|"
    r"Oorspronkelijk bericht|Mensagem original|Пересылаемое сообщение)\s*-*"
    r"|Begin forwarded message:|_{20,}\s*From:.*)\s*",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    r"\s*\*?(From|Von|De|Da|Van|Sent|Gesendet|Envoyé|Enviado|Date|Datum|To|An|À|Para|Subject|"
    r"Betreff|Objet|Asunto|Oggetto|Cc)\s?:\*?\s?\S",
    re.IGNORECASE,
)
_OPENS_HEADERS = re.compile(r"\s*\*?(?:From|Von|De|Da|Van)\s?:", re.IGNORECASE)
_SIGNATURE = re.compile(r"-- ?$")
_FOOTER = re.compile(r"[_=*-]{20,}\s*$")
_MAX_FOOTER_LINES = 12
_MAX_ATTRIBUTION_LINES = 3
_BLANKS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


class Separated(NamedTuple):
    """The new words of a mail, and all the others: quotes, forwarded mails, signature."""

    own: str
    quoted: str


def separate(text: str, *, marks_lost: bool = False) -> Separated:
    """Divide the text of one mail by lines.

    With `marks_lost` (text that was HTML) an attribution line alone begins a quote that lasts to
    the end. A mail that has no new words is all its own.
    """
    lines = text.split("\n")
    own = _own_lines(lines, marks_lost=marks_lost)
    new = _joined(line for line, mine in zip(lines, own, strict=True) if mine)
    if not new:
        return Separated(text.strip("\n"), "")
    return Separated(new, _joined(line for line, mine in zip(lines, own, strict=True) if not mine))


def without_marks(text: str) -> str:
    """The words of a text, quote marks and line breaks taken out, to compare quotes by."""
    words = re.sub(r"^[ \t>]+", "", text, flags=re.MULTILINE).split()
    return f" {' '.join(words)} "


def not_yet_known(quoted: str, parent: str, seen: set[str]) -> str:
    """The paragraphs of `quoted` whose words are not in `parent` (as `without_marks` gives it) nor
    in `seen`, which learns them. An attribution whose quote is known goes with it.
    """
    kept: list[str] = []
    dropped = said_new = False
    for paragraph in _paragraphs(quoted):
        words = without_marks(paragraph)
        if words in parent or words in seen:
            dropped = True
            continue
        seen.add(words)
        kept.append(paragraph)
        said_new |= not _is_attribution(paragraph)
    return "\n\n".join(kept) if said_new or not dropped else ""


def _is_attribution(paragraph: str) -> bool:
    lines = paragraph.split("\n")
    if len(lines) > _MAX_ATTRIBUTION_LINES or not _ATTRIBUTION.search(lines[-1]):
        return False
    return len(lines) == 1 or bool(_OPENS_ATTRIBUTION.match(lines[0]))


def _paragraphs(text: str) -> Iterator[str]:
    """Runs of lines with words at one depth of quoting."""
    run: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks = re.match(r"[ \t>]*", line)
        now = marks[0].count(">") if marks else 0
        blank = not line.strip(" \t>")
        if run and (blank or now != depth):
            yield "\n".join(run)
            run = []
        if not blank:
            run.append(line)
        depth = now
    if run:
        yield "\n".join(run)


def _own_lines(lines: Sequence[str], *, marks_lost: bool) -> list[bool]:
    own = [True] * len(lines)
    signing = False
    number = 0
    while number < len(lines):
        if _rest_is_quoted(lines, number, marks_lost=marks_lost):
            own[number:] = [False] * (len(lines) - number)
            break
        quoted = 1 if _QUOTE.match(lines[number]) else _attribution(lines, number)
        if quoted:
            signing = False
        elif _signs(lines, number):
            signing = True
        for place in range(number, number + max(quoted, 1)):
            own[place] = not (quoted or signing)
        number += max(quoted, 1)
    return own


def _rest_is_quoted(lines: Sequence[str], number: int, *, marks_lost: bool) -> bool:
    """Whether a forwarded or replied-to mail begins here and goes on to the end."""
    line = lines[number]
    if _FORWARD.fullmatch(line):
        return True
    if _OPENS_HEADERS.match(line):
        block = lines[number : number + 5]
        keys = {found[1].lower() for one in block if (found := _HEADER_LINE.match(one))}
        return len(keys) >= 3
    return marks_lost and bool(
        _OPENS_ATTRIBUTION.match(line) and _ATTRIBUTION.search(" ".join(lines[number : number + 2]))
    )


def _attribution(lines: Sequence[str], number: int) -> int:
    """How many lines from here on say who wrote the quote after them; 0 for none."""
    for count in range(1, _MAX_ATTRIBUTION_LINES + 1):
        last = number + count - 1
        if last >= len(lines) or not lines[last].strip() or _QUOTE.match(lines[last]):
            return 0
        if not _ATTRIBUTION.search(lines[last]):
            continue
        after = [line for line in lines[last + 1 : last + 3] if line.strip()]
        if not after or not _QUOTE.match(after[0]):
            return 0
        return count if count == 1 or _OPENS_ATTRIBUTION.match(lines[number]) else 0
    return 0


def _signs(lines: Sequence[str], number: int) -> bool:
    """Whether a signature or a mailing list's footer begins here."""
    line = lines[number]
    if line.rstrip("\r") == "-- ":
        return True
    few = len(lines) - number <= _MAX_FOOTER_LINES
    return few and bool(_SIGNATURE.match(line) or _FOOTER.match(line))


def _joined(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return _BLANKS.sub("\n\n", text).strip("\n") if text.strip() else ""
