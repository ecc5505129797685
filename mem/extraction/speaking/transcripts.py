"""Talks with an assistant that were saved as notes: which passages are the assistant's words.

A note counts as one where turns of both sides are marked, by headings or at the start of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mem.core.chunk import Chunk

_MACHINE = (
    r"chat\s?gpt|gpt(?:-?[\w.]+)?|assistant|ai(?: assistant)?|bot|chatbot|claude|gemini|bard|"
    r"copilot|perplexity|mistral|llama|deepseek|grok|response|model"
)
_SIDE = (
    rf"(?:(?P<machine>{_MACHINE})|(?P<person>you|user|me|human|prompt|question))"
    r"(?: said)?(?: \([^()\n]*\))?"
)
#: A heading that names a side.
_HEADING = re.compile(rf"\W*{_SIDE}\W*", re.IGNORECASE)
#: A line that begins with a side and a colon, or is one as a heading or in bold.
_LABEL = re.compile(
    rf"^(?P<mark>[\s>#*_]*){_SIDE}(?:[*_]*:[*_]*(?=\s|$)|(?P<end>[*_]*\s*$))",
    re.IGNORECASE | re.MULTILINE,
)
#: What may stand before the person's words.
LABELS = ("User", "Human", "Prompt", "Question")
Spans = dict[str, list[tuple[int, int]]]


def machine_spans(chunks: Sequence[Chunk]) -> Spans:
    """By chunk id the stretches of a note that an assistant wrote; empty where it is no such talk.

    What stands under no label of its own belongs to the last one.
    """
    spans: Spans = {}
    seen: set[bool] = set()
    machine, over = False, ""
    for chunk in chunks:
        label = _under(chunk.context)
        if label is not None and chunk.context != over:
            machine = label
            seen.add(label)
        over = chunk.context
        start, found = 0, []
        for one in _LABEL.finditer(chunk.text):
            if one["end"] is not None and not re.search(r"[#*]", one["mark"]):
                continue  # a word on a line of its own
            found += [(start, one.start())] * machine
            start, machine = one.start(), one["machine"] is not None
            seen.add(machine)
        found += [(start, len(chunk.text))] * machine
        spans[chunk.id] = found
    return spans if seen == {True, False} else {}


def _under(context: str) -> bool | None:
    """Whether the nearest heading that names a side names the assistant; None where none does."""
    for heading in reversed(context.split(" > ")):
        if found := _HEADING.fullmatch(heading):
            return found["machine"] is not None
    return None
