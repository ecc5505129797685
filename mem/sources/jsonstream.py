"""The items of a large JSON list one after the other; the file is never held whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TypeVar

from mem.errors import FileUnreadable, ParseFailed
from mem.sources.textfile import well_formed

Key = TypeVar("Key")
HELD_BYTES = 16 * 1024 * 1024
"""A smaller file is simply loaded."""

_PIECE = 1024 * 1024
_BETWEEN = re.compile(r"[\s,]*")


def list_items(path: Path, start: re.Pattern[str]) -> Iterator[object]:
    """The items of the list that begins behind the first match of `start`, which must stand
    near the beginning of the file. Bytes that are not UTF-8 arrive as surrogate escapes.

    Raises FileUnreadable, ParseFailed where it is not valid JSON or ends early.
    """
    place = well_formed(str(path))
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield from _items(file, start, place)
    except OSError as error:
        raise FileUnreadable(place, error.strerror or type(error).__name__) from error


def _items(file: IO[str], start: re.Pattern[str], place: str) -> Iterator[object]:
    decoder = json.JSONDecoder()
    buffer = file.read(_PIECE)
    found = start.search(buffer)
    if found is None:
        raise ParseFailed(place, "it holds no list of JSON objects")
    at, number = found.end(), 0
    while True:
        between = _BETWEEN.match(buffer, at)
        at = between.end() if between else at
        if buffer[at : at + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(buffer, at)
        except RecursionError as error:
            raise ParseFailed(place, f"item {number + 1} is nested too deeply") from error
        except ValueError as error:
            # Read on, as much as is held already, so that a long item is tried only so often.
            more = file.read(max(_PIECE, len(buffer) - at))
            if not more:
                raise ParseFailed(place, f"not valid JSON at item {number + 1}") from error
            buffer, at = buffer[at:] + more, 0
            continue
        if end == len(buffer) and not isinstance(value, dict | list):
            more = file.read(_PIECE)
            if more:
                buffer, at = buffer[at:] + more, 0
                continue
        yield value
        number += 1
        at = end


def newest(
    items: Callable[[], Iterator[object]],
    key: Callable[[object], tuple[str, Key] | None],
) -> tuple[Callable[[], Iterator[tuple[str, object]]], int, int]:
    """The items by id, of two with one id the later; how many are older, and how many no item.

    `items` is gone through twice. `key` gives an item's id and a value that says which is later,
    None for what is no item.
    """
    latest: dict[str, tuple[Key, int]] = {}
    older = bad = 0
    for place, item in enumerate(items()):
        named = key(item)
        if named is None:
            bad += 1
            continue
        known = latest.get(named[0])
        older += known is not None
        if known is None or named[1] >= known[0]:  # type: ignore[operator]
            latest[named[0]] = (named[1], place)
    wanted = {place: name for name, (_, place) in latest.items()}

    def chosen() -> Iterator[tuple[str, object]]:
        for place, item in enumerate(items()):
            if place in wanted:
                yield wanted[place], item

    return chosen, older, bad
