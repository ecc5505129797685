"""What a client gives is held against the schema, and never repeated in what is said of it."""

from __future__ import annotations

import pytest

from mem.mcp.checking import BadArguments, checked, plain
from mem.mcp.tools import TOOLS

SPECS = {one.name: one for one in TOOLS}

pytestmark = pytest.mark.usefixtures("mcp_installed")


def test_what_fits_is_taken() -> None:
    assert checked(SPECS["memory_profile"], None) == {}
    given = {"query": "a\0b\ud800", "limit": 3}
    assert checked(SPECS["memory_search"], given) == {"query": "a b?", "limit": 3}


@pytest.mark.parametrize("given", [{"zq": 1}, {"query": ["zq"]}, {"query": "x", "kind": "zq" * 99}])
def test_what_does_not_fit_is_not_repeated(given: dict[str, object]) -> None:
    with pytest.raises(BadArguments) as caught:
        checked(SPECS["memory_search"], given)
    assert "zq" not in str(caught.value)


def test_plain_reaches_everything() -> None:
    assert plain({"a": ["\0", {"b": "\udc80"}, 1]}) == {"a": [" ", {"b": "?"}, 1]}


def test_only_tools_that_write_say_so() -> None:
    assert {one.name for one in TOOLS if one.writes} == {"memory_remember", "memory_feedback"}
    for one in TOOLS:
        assert one.about.endswith(".") and one.takes["additionalProperties"] is False
