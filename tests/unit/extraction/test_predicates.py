from __future__ import annotations

import pytest

from mem.extraction.grammar.predicates import is_exclusive


@pytest.mark.parametrize(
    ("predicate", "value", "exclusive"),
    [
        ("live in", "Lyon", True),
        ("be", "1.3 bar", True),
        ("be", "on 3 March", True),
        ("be", "100% positive that it works", False),
        ("be", "3 km away from the house where she lived as a child", False),
        ("be", "brave", False),
    ],
)
def test_a_subject_has_one_amount_or_date_at_a_time(
    predicate: str, value: str, exclusive: bool
) -> None:
    assert is_exclusive(predicate, value, past=False) == exclusive
    assert not is_exclusive(predicate, value, past=True)
