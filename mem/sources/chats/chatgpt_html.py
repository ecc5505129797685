"""ChatGPT's `chat.html`: a page that holds the conversations as JSON in a script.

The JSON is read as it stands in the page; nothing of the script is run.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from mem.errors import ParseFailed

_TITLE = re.compile(r"<title>\s*ChatGPT Data Export\s*</title>", re.IGNORECASE)
_DATA = re.compile(r"\b(?:var|let|const)\s+jsonData\s*=\s*(?=[\[{])")
PAGE_LIST = re.compile(_DATA.pattern + r"\[")
"""What stands before the first conversation."""
_PAGE = re.compile(r"\s*(?:<!doctype html|<html|<!--)", re.IGNORECASE)
_TREE = b'"mapping"'
_HEAD_BYTES = 64 * 1024


def is_page(start: str) -> bool:
    """Whether a file that begins with `start` is such a page."""
    if not _PAGE.match(start):
        return False
    return bool(_DATA.search(start) or (_TITLE.search(start) and "<script" in start))


def page_data(text: str, place: str) -> object:
    """The conversations in a page. Raises ParseFailed where there are none that can be read."""
    found = _DATA.search(text)
    if found is None:
        raise ParseFailed(place, "the page holds no `jsonData`", code="malformed")
    try:
        value, _ = json.JSONDecoder().raw_decode(text, found.end())
    except (ValueError, RecursionError) as error:
        raise ParseFailed(place, "the conversations in the page are not valid JSON") from error
    return value


def has_json_beside(path: Path) -> bool:
    """Whether the export's `conversations.json`, which holds the same, lies in the same folder."""
    try:
        with path.with_name("conversations.json").open("rb") as file:
            return _TREE in file.read(_HEAD_BYTES)
    except OSError:
        return False
