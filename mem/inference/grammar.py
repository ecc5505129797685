"""A JSON schema becomes a grammar in GBNF that only JSON of that shape satisfies.

Invariant: everything is bounded. Between two tokens stands at most one space or line break, a
string has a greatest length, an array a greatest number of items, an integer a range; so that no
reply is endless. Notation: llama.cpp, `grammars/README.md`.

The subset: `object` (all `properties`, in the order in which they are written), `array` (`items`,
`minItems`, `maxItems`), `string` (`enum`, `minLength`, `maxLength`), `integer` (`enum`, `minimum`,
`maximum`), `boolean`, `null`, and a list of types for a choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mem.core.language import Schema

MAX_STRING: Final = 1_000  # characters of a string whose schema bounds it no further
MAX_ITEMS: Final = 64  # items of an array whose schema bounds it no further
MAX_INTEGER: Final = 10**15 - 1

# One character of a JSON string. An escape names no control character and no half of a surrogate
# pair: neither can be stored, and everything else can be written as it is.
_COMMON: Final = r"""
ws ::= [ \n]?
char ::= [^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" code)
code ::= "00" [2-9a-fA-F] hex | "0" [1-9a-fA-F] hex hex | [1-9abcefABCEF] hex hex hex | [dD] [0-7] hex hex
hex ::= [0-9a-fA-F]
""".strip()  # noqa: E501  (a rule is one line)


def grammar(schema: Schema) -> str:
    """The grammar in GBNF; its rule `root` is one JSON value of the schema.

    Raises ValueError for a schema outside the subset: it is written by us, not by a user.
    """
    rules = _Rules()
    rules.lines["root"] = rules.expression(schema, "root")
    written = [f"{name} ::= {body}" for name, body in rules.lines.items()]
    return "\n".join([*written, _COMMON]) + "\n"


class _Rules:
    """The rules collected so far, by name; what is nested gets a rule of its own."""

    def __init__(self) -> None:
        self.lines: dict[str, str] = {}

    def rule(self, schema: object, name: str) -> str:
        """The name of the rule for `schema`."""
        self.lines[name] = ""
        self.lines[name] = self.expression(schema, name)
        return name

    def expression(self, schema: object, name: str) -> str:
        if not isinstance(schema, Mapping):
            raise ValueError(f"{name}: a schema is an object")  # noqa: TRY004
        kind = schema.get("type")
        if isinstance(kind, Sequence) and not isinstance(kind, str):
            each = [{**schema, "type": one} for one in kind]
            return " | ".join(self.rule(one, f"{name}-{place}") for place, one in enumerate(each))
        if "enum" in schema and kind in ("string", "integer"):
            return " | ".join(_literal(_of_kind(value, kind)) for value in schema["enum"])
        if kind == "object":
            return self._object(schema, name)
        if kind == "array":
            return self._array(schema, name)
        if kind not in _SIMPLE:
            raise ValueError(f"{name}: no grammar for the type {kind!r}")
        return _SIMPLE[kind](schema)

    def _object(self, schema: Mapping[str, Any], name: str) -> str:
        properties: Mapping[str, Any] = schema.get("properties", {})
        if set(schema.get("required", properties)) != set(properties):
            raise ValueError(f"{name}: every property is required")
        if not properties:
            return '"{" ws "}"'
        members = [
            f'{_literal(key)} ws ":" ws {self.rule(value, f"{name}-{place}")}'
            for place, (key, value) in enumerate(properties.items())
        ]
        return '"{" ws ' + ' ws "," ws '.join(members) + ' ws "}"'

    def _array(self, schema: Mapping[str, Any], name: str) -> str:
        least, most = _bounds(schema, "minItems", "maxItems", MAX_ITEMS)
        item = self.rule(schema.get("items"), f"{name}-item")
        if most == 0:
            return '"[" ws "]"'
        more = f'(ws "," ws {item}){{{max(least - 1, 0)},{most - 1}}}'
        if least == 0:
            return f'"[" ws ({item} {more} ws)? "]"'
        return f'"[" ws {item} {more} ws "]"'


def _bounds(schema: Mapping[str, Any], low: str, high: str, default: int) -> tuple[int, int]:
    least, most = int(schema.get(low, 0)), int(schema.get(high, default))
    if not 0 <= least <= most:
        raise ValueError(f"{low} {least} and {high} {most} leave nothing")
    return least, most


def _of_kind(value: object, kind: str) -> str | int:
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "integer" and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is no {kind}")


def _literal(value: str | int) -> str:
    """`value` as JSON, in the quotes of GBNF."""
    text = json.dumps(value, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _integer(schema: Mapping[str, Any]) -> str:
    least = int(schema.get("minimum", -MAX_INTEGER))
    most = int(schema.get("maximum", MAX_INTEGER))
    if not -MAX_INTEGER <= least <= most <= MAX_INTEGER:
        raise ValueError(f"an integer from {least} to {most}")
    parts = []
    if least < 0:
        below = digits(max(1, -most), -least)
        parts.append(f'"-" ({below})')
    if most >= 0:
        parts.append(digits(max(0, least), most))
    return " | ".join(parts)


def _string(schema: Mapping[str, Any]) -> str:
    least, most = _bounds(schema, "minLength", "maxLength", MAX_STRING)
    return f'"\\"" char{{{least},{most}}} "\\""'


def digits(least: int, most: int) -> str:
    """An expression for the decimal numbers from `least` to `most`, both included and >= 0."""
    parts: list[str] = []
    for length in range(len(str(least)), len(str(most)) + 1):
        low = max(least, 10 ** (length - 1) if length > 1 else 0)
        high = min(most, 10**length - 1)
        parts.append(_same_length(str(low), str(high)))
    return " | ".join(parts)


def _same_length(low: str, high: str) -> str:
    """Numbers from `low` to `high`, which have the same number of digits."""
    if low == high:
        return f'"{low}"'
    rest = len(low) - 1
    if rest == 0:
        return f"[{low}-{high}]"
    if low[0] == high[0]:
        return f'"{low[0]}" ({_same_length(low[1:], high[1:])})'
    first, last = int(low[0]), int(high[0])
    parts = []
    if low[1:] != "0" * rest:
        parts.append(f'"{first}" ({_same_length(low[1:], "9" * rest)})')
        first += 1
    ends_early = high[1:] != "9" * rest
    if first <= last - ends_early:
        parts.append(f"[{first}-{last - ends_early}] [0-9]{{{rest}}}")
    if ends_early:
        parts.append(f'"{last}" ({_same_length("0" * rest, high[1:])})')
    return " | ".join(parts)


_SIMPLE: Final[Mapping[object, Callable[[Mapping[str, Any]], str]]] = {
    "string": _string,
    "integer": _integer,
    "boolean": lambda schema: '"true" | "false"',
    "null": lambda schema: '"null"',
}
