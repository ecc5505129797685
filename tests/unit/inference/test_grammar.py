"""Bounds, white space and escapes of the grammars; llama.cpp reads them as we do."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from mem.inference.child.engine import Engine
from mem.inference.child.loading import Options
from mem.inference.grammar import MAX_STRING, grammar
from tests.gbnf import pattern

ITEM = {
    "type": "object",
    "properties": {
        "chunk": {"type": "integer", "minimum": 1, "maximum": 12},
        "quote": {"type": "string", "minLength": 1, "maxLength": 20},
        "when": {"type": ["string", "null"], "maxLength": 5},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["fact", 'said "so"', "naïve\\"]},
        "items": {"type": "array", "maxItems": 3, "items": ITEM},
    },
}


def accepts(schema: dict[str, Any], text: str) -> bool:
    return bool(pattern(grammar(schema)).fullmatch(text))


def test_white_space_between_tokens_is_one_space_or_line_break() -> None:
    schema = {"type": "object", "properties": {"sure": {"type": "boolean"}}}
    assert accepts(schema, '{ "sure" :\ntrue }')
    for text in ('{  "sure":true}', '{"sure":\n\ntrue}', '{"sure":\ttrue}', ' {"sure":true}'):
        assert not accepts(schema, text)
    assert not accepts(schema, '{"sure":true}\n')


def test_a_string_has_a_greatest_length_always() -> None:
    assert accepts({"type": "string"}, json.dumps("a" * MAX_STRING))
    assert not accepts({"type": "string"}, json.dumps("a" * (MAX_STRING + 1)))
    assert not accepts({"type": "string", "minLength": 2}, '"a"')


@pytest.mark.parametrize(
    "text", ["\\u00e9", "\\u0041", "\\u2013", "\\uE000", "\\u0100", "\\n\\t\\/\\\\", '\\"']
)
def test_escapes_that_name_a_character_are_taken(text: str) -> None:
    assert accepts({"type": "string", "maxLength": 6}, f'"{text}"')
    json.loads(f'"{text}"')


@pytest.mark.parametrize(
    "text", ["\\ud800", "\\uDFFF", "\\u0000", "\\u001b", "\\x41", "\n", "\x7f"]
)
def test_escapes_that_cannot_be_stored_are_not(text: str) -> None:
    assert not accepts({"type": "string"}, f'"{text}"')


def test_members_stand_in_order_and_all_of_them() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}}}
    assert accepts(schema, '{"a":null,"b":null}')
    assert not accepts(schema, '{"b":null,"a":null}')
    assert not accepts(schema, '{"a":null}')


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number"},
        {},
        {"type": "array"},
        {"type": "string", "enum": [1]},
        {"type": "string", "minLength": 3, "maxLength": 2},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "object", "properties": {"a": {"type": "null"}}, "required": []},
    ],
)
def test_what_no_grammar_is_written_for_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        grammar(schema)


@pytest.fixture(scope="module")
def engines(random_model: Path, llama_in_process: None) -> list[Engine]:
    """The model at different temperatures and seeds, in this process."""
    options = [
        Options(str(random_model), 1024, 1, 2**40, 0, temperature, seed)
        for temperature, seed in ((0.0, 1), (1.5, 2))
    ]
    return [Engine(one) for one in options]


def test_what_llama_cpp_writes_by_a_grammar_is_of_the_schema(engines: list[Engine]) -> None:
    rules, accepted = grammar(SCHEMA), pattern(grammar(SCHEMA))
    written = set()
    for engine, number in itertools.product(engines, range(8)):
        tokens = engine.prompt_tokens("Write JSON.", f"Note {number}")
        pieces = engine.generate(tokens, max_tokens=600, grammar=rules, cancelled=lambda: False)
        text = "".join(pieces)
        assert accepted.fullmatch(text), text
        json.loads(text)
        written.add(text)
    assert len(written) > 4


def test_llama_cpp_takes_the_largest_grammar_in_use(engines: list[Engine]) -> None:
    wide = {"type": "array", "maxItems": 24, "items": {"type": "string", "maxLength": 600}}
    sampler = engines[0].sampler(grammar(wide))
    sampler.close()
