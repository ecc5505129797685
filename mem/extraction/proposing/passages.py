"""How passages stand in a request that a reply of JSON follows: quoted as data, behind a mark.

Invariant: the mark stands in no passage, so that none can end itself and begin another; what was
taken in stands in the user's part alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mem.core.language import Prompt, Schema

_WORD: Final = re.compile(r"\w+")
#: So many words in a row that also stand in the instructions are taken from there.
_ECHO_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as a model sees it. `speaker` is a name, or "The user"."""

    speaker: str
    said_at: datetime | None
    text: str


def random_mark() -> str:
    """A delimiter that nobody can foresee."""
    return f"#{secrets.token_hex(4)}"


def request(instructions: str, passages: Sequence[Passage], mark: Callable[[], str]) -> Prompt:
    """The request to do as instructed with passages in order; `mark` gives a delimiter a call."""
    delimiter = mark()
    while any(delimiter in passage.text or delimiter in passage.speaker for passage in passages):
        delimiter = mark()
    lines = [f"The mark is {delimiter}"]
    lines += [as_shown(passage, number, delimiter) for number, passage in enumerate(passages, 1)]
    lines.append(f"{delimiter} end")
    return Prompt(instructions, "\n".join(lines))


def as_shown(passage: Passage, number: int, mark: str) -> str:
    """A passage with its number from 1, under the line that says whose it is and when."""
    said = f", {passage.said_at:%Y-%m-%d}" if passage.said_at is not None else ""
    speaker = " ".join(passage.speaker.split())
    return f"{mark} {number} {speaker}{said}\n{passage.text.strip()}"


def numbered(passages: int) -> Mapping[str, object]:
    """The JSON schema of the number of one of so many passages."""
    return {"type": "integer", "minimum": 1, "maximum": passages}


def list_schema(name: str, properties: Mapping[str, object], most: int) -> Schema:
    """The JSON schema of a reply that is a list, under `name`, of at most `most` such objects."""
    item = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": item, "maxItems": most}},
        "required": [name],
        "additionalProperties": False,
    }


def repeats(text: str, instructions: str) -> bool:
    """Whether a text has the wording of the instructions."""
    words, ours = _words(text), f" {' '.join(_words(instructions))} "
    runs = (words[at : at + _ECHO_WORDS] for at in range(len(words) - _ECHO_WORDS + 1))
    return any(f" {' '.join(run)} " in ours for run in runs)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
