"""A matcher of the GBNF that `mem.inference.grammar` writes: a regular expression will do.

Its rules never recur; this is our own reading of the notation, beside llama.cpp's.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    \s*(?:
    (?P<literal>"(?:[^"\\]|\\.)*")
    | (?P<class>\[(?:[^\]\\]|\\.)*\])
    | (?P<name>[a-z][a-z0-9-]*)
    | (?P<mark>\{\d+,?\d*\}|[()|?*+])
    )""",
    re.VERBOSE,
)


def pattern(grammar: str) -> re.Pattern[str]:
    """What `grammar` accepts as a whole, to be used with `fullmatch`."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines())
    return re.compile(_expression(rules["root"], rules))


def _expression(body: str, rules: dict[str, str]) -> str:
    written, place, body = "", 0, body.rstrip()
    while place < len(body):
        match = _TOKEN.match(body, place)
        assert match, body[place:]
        place = match.end()
        kind, text = str(match.lastgroup), match.group(str(match.lastgroup))
        if kind == "literal":
            plain = re.sub(r"\\(.)", r"\1", text[1:-1])
            written += f"(?:{re.escape(plain)})"
        elif kind == "name":
            written += f"(?:{_expression(rules[text], rules)})"
        else:
            written += "(?:" if text == "(" else text
    return written
