"""The grammar of a schema accepts every JSON of its shape, and nothing beyond its bounds."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mem.inference.grammar import digits, grammar
from tests.gbnf import pattern

SEPARATORS = [(",", ":"), (", ", ": "), (",\n", ": "), (" ,", " :")]
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
Schema = dict[str, Any]


def bounds(most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(0, most), st.integers(0, most)).map(
        lambda pair: (min(pair), max(pair))
    )


def simple() -> st.SearchStrategy[Schema]:
    ranges = st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000))
    return st.one_of(
        st.just({"type": "boolean"}),
        st.just({"type": ["null", "boolean"]}),
        bounds(9).map(lambda b: {"type": "string", "minLength": b[0], "maxLength": b[1]}),
        st.lists(TEXT, min_size=1, max_size=4).map(lambda e: {"type": "string", "enum": e}),
        st.lists(st.integers(), min_size=1, max_size=4).map(
            lambda e: {"type": "integer", "enum": e}
        ),
        ranges.map(lambda r: {"type": "integer", "minimum": min(r), "maximum": max(r)}),
    )


def nested(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.one_of(
        st.tuples(inner, bounds(3)).map(
            lambda p: {"type": "array", "items": p[0], "minItems": p[1][0], "maxItems": p[1][1]}
        ),
        st.dictionaries(TEXT, inner, max_size=3).map(
            lambda members: {"type": "object", "properties": members}
        ),
    )


SCHEMAS = st.recursive(simple(), nested, max_leaves=6)


def value_of(schema: Schema, data: st.DataObject) -> object:
    """A value of the schema, drawn from `data`."""
    if "enum" in schema:
        return data.draw(st.sampled_from(schema["enum"]))
    match schema["type"]:
        case "object":
            return {key: value_of(one, data) for key, one in schema["properties"].items()}
        case "array":
            count = data.draw(st.integers(schema["minItems"], schema["maxItems"]))
            return [value_of(schema["items"], data) for _ in range(count)]
        case "string":
            letters = st.characters(exclude_categories=("Cc", "Cs"))
            return data.draw(
                st.text(letters, min_size=schema["minLength"], max_size=schema["maxLength"])
            )
        case "integer":
            return data.draw(st.integers(schema["minimum"], schema["maximum"]))
        case "boolean":
            return data.draw(st.booleans())
    return data.draw(st.none() | st.booleans())


@settings(max_examples=200)
@given(SCHEMAS, st.sampled_from(SEPARATORS), st.data())
def test_every_value_of_a_schema_is_accepted(
    schema: Schema, separators: tuple[str, str], data: st.DataObject
) -> None:
    text = json.dumps(value_of(schema, data), ensure_ascii=False, separators=separators)
    assert pattern(grammar(schema)).fullmatch(text), text


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_range_of_numbers_is_exact(one: int, other: int) -> None:
    least, most = sorted((one, other))
    accepted = pattern(f"root ::= {digits(least, most)}")
    for number in {0, least - 1, least, (least + most) // 2, most, most + 1, 10 * most}:
        inside = least <= number <= most
        assert bool(accepted.fullmatch(str(number))) == inside, number
    assert not accepted.fullmatch(f"0{most}")


@given(st.integers(-9999, 9999), st.integers(-9999, 9999), st.integers(-10_050, 10_050))
def test_an_integer_is_within_its_bounds(one: int, other: int, number: int) -> None:
    least, most = sorted((one, other))
    accepted = pattern(grammar({"type": "integer", "minimum": least, "maximum": most}))
    assert bool(accepted.fullmatch(str(number))) == (least <= number <= most)
    assert not accepted.fullmatch("-0")
