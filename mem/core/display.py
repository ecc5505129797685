"""Words for a person: text from notes and messages made safe to show, and counted nouns.

Every unsafe character becomes exactly one safe character, so that spans of the original text
(highlights, quotes) stand at the same places in what is shown.
"""

from __future__ import annotations

from functools import cache

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROL_PICTURES = 0x2400
_PICTURE_OF_DELETE = "\N{SYMBOL FOR DELETE}"
_C1 = range(0x80, 0xA0)
_SURROGATES = range(0xD800, 0xE000)
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_LINE_ENDS = (0x000D, 0x2028, 0x2029)


@cache
def _table() -> dict[int, str]:
    """What each unsafe code point is shown as."""
    table = {code: chr(_CONTROL_PICTURES + code) for code in range(0x20)}
    del table[0x09], table[0x0A]
    table |= dict.fromkeys((*_C1, *_BIDI, *_SURROGATES), REPLACEMENT)
    table |= dict.fromkeys(_LINE_ENDS, "\n")
    table[0x7F] = _PICTURE_OF_DELETE
    return table


def sanitize(text: str) -> str:
    """`text` with the same length and nothing that steers a terminal.

    C0 controls (ESC among them) and DEL become their visible pictures; C1 controls, bidi controls
    and lone surrogates the replacement character; lone carriage returns and the Unicode line
    separators a line feed. Line feed, tab and the joiners that emoji need stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", " \n").translate(_table())


def sanitize_line(text: str) -> str:
    """`sanitize`d text on one line: line feeds and tabs are spaces, the length is the same."""
    return sanitize(text).replace("\n", " ").replace("\t", " ")


def escape_json(text: str) -> str:
    r"""JSON text with every unsafe character written as `\uXXXX`, its value unchanged.

    In JSON such characters stand only inside strings, where the escape means the same.
    """
    unsafe = _table()
    if not any(ord(character) in unsafe for character in set(text)):
        return text
    return "".join(
        f"\\u{ord(character):04x}" if ord(character) in unsafe else character for character in text
    )


def plural(count: int, noun: str) -> str:
    """`1 passage`, `2 passages`, `2 memories`, `2 older copies`."""
    if count == 1:
        return f"1 {noun}"
    several = f"{noun[:-1]}ies" if noun.endswith(("ory", "opy")) else f"{noun}s"
    return f"{count:,} {several}"
