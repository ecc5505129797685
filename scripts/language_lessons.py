"""What the trained test model learns: real requests about a fixture folder, and the right replies.

The requests are those that `mem` makes of the folder, caught on their way to a model. Each lesson is
one of them with other delimiters, dates, order and number of passages, so that what is learnt is to
read the passages and to name the right one, not one request by heart.
"""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
import tomllib
from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mem.answer.prompts import ABSENT
from mem.answer.prompts import SYSTEM as ANSWER_SYSTEM
from mem.consolidation.reports import Budget
from mem.consolidation.summaries.prompts import MOST_SENTENCES, summary_prompt
from mem.core.language import Prompt
from mem.extraction.proposing.prompts import INSTRUCTIONS, Passage
from mem.testing import FakeLanguageModel

REMEMBERED = "- Remembered: "
FIELDS = ("quote", "when", "kind", "text", "subject", "predicate", "object")
MONTHS = month_name[1:]

_ISO = re.compile(r"\b20\d\d-\d\d-\d\d\b")
_WRITTEN = re.compile(rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)}) 20\d\d\b")
_BLOCK = re.compile(r"^\[(\d+)\] ", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """A request and the reply that is right for it."""

    prompt: Prompt
    reply: str


@dataclass(frozen=True)
class Targets:
    """The content of `targets.toml`."""

    memories: Sequence[dict[str, str]]
    summaries: Sequence[dict[str, str]]
    answers: Sequence[dict[str, str]]

    @classmethod
    def read(cls, file: Path) -> Targets:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(content["memory"], content["summary"], content["answer"])


@dataclass(frozen=True)
class Caught:
    """Requests about memories and answers, and the folder's passages as a summary is made of them."""

    requests: Sequence[Prompt]
    passages: Sequence[Passage]


def caught(folder: Path, targets: Targets) -> Caught:
    """What `mem` asks of a model when it takes `folder` in, goes through it and is asked."""
    from mem import Assistant

    def reply(prompt: Prompt) -> str:
        return '{"memories": []}' if prompt.system == INSTRUCTIONS else ABSENT

    model = FakeLanguageModel(reply, context_tokens=8192)
    with (
        tempfile.TemporaryDirectory() as home,
        Assistant.open(home, language_model=model) as assistant,
    ):
        assistant.ingest(folder)
        assistant.memories.consolidate(budget=Budget())
        for answer in targets.answers:
            assistant.ask(answer["question"])
        passages = [
            Passage(chunk.speaker or document.title or "Note", chunk.said_at, chunk.text)
            for document in assistant.documents(limit=100)
            for chunk in assistant.show(document.id).chunks
        ]
    asked = [one for one in model.prompts if one.system in {INSTRUCTIONS, ANSWER_SYSTEM}]
    return Caught(asked, passages)


class Teacher:
    """Makes lessons of caught requests."""

    def __init__(self, found: Caught, targets: Targets) -> None:
        self._targets = targets
        self._found = found

    def plain(self) -> list[Lesson]:
        """A lesson of each request, with its passages as they were."""
        rng = random.Random(0)
        return [self._lesson(request, rng, loose=False) for request in self._found.requests]

    def draw(self, rng: random.Random) -> Lesson:
        """A varied lesson: of memories, a summary or an answer."""
        kind = rng.random()
        if kind < 0.25:
            return self._summary(rng)
        wanted = INSTRUCTIONS if kind < 0.5 else ANSWER_SYSTEM
        requests = [one for one in self._found.requests if one.system == wanted]
        return self._lesson(rng.choice(requests), rng, loose=rng.random() < 0.5)

    def _lesson(self, request: Prompt, rng: random.Random, *, loose: bool) -> Lesson:
        if request.system == INSTRUCTIONS:
            return self._extraction(request, rng, loose=loose)
        return self._answer(request, rng, loose=loose)

    def _extraction(self, request: Prompt, rng: random.Random, *, loose: bool) -> Lesson:
        old = request.user.splitlines()[0].rpartition(" ")[2]
        mark = f"#{_hexadecimal(rng)}"
        parts = re.split(rf"^{re.escape(old)} ", request.user, flags=re.MULTILINE)[1:-1]
        parts = [part.partition(" ")[2].rstrip("\n") for part in parts]
        if loose:
            parts = _some([_dated(part, rng) for part in parts], rng)
        lines = [f"The mark is {mark}"]
        lines += [f"{mark} {number} {part}" for number, part in enumerate(parts, 1)]
        lines.append(f"{mark} end")
        found = []
        for number, part in enumerate(parts, 1):
            said = [one for one in self._targets.memories if one["quote"] in part]
            said.sort(key=lambda one: part.index(one["quote"]))
            found += [{"passage": number, **{key: one[key] for key in FIELDS}} for one in said]
        reply = json.dumps({"memories": found}, ensure_ascii=False)
        return Lesson(Prompt(request.system, "\n".join(lines)), reply)

    def _answer(self, request: Prompt, rng: random.Random, *, loose: bool) -> Lesson:
        old = request.user.splitlines()[0].rstrip(":").rpartition(" ")[2]
        head, quoted, tail = re.split(rf"^{old}\n|\n{old}\n", request.user, flags=re.MULTILINE)
        blocks = [_BLOCK.sub("", block) for block in re.split(r"\n\n(?=\[\d+\] )", quoted)]
        tail = _dated(tail, rng)
        question = tail.rpartition("Question: ")[2]
        (target,) = (one for one in self._targets.answers if one["question"] == question)
        blocks = [self._noted(block, rng) for block in blocks]
        if loose:
            quote = target.get("quote", "\0") if rng.random() < 0.8 else "\0"
            blocks = _some([_dated(block, rng) for block in blocks], rng, needed=quote)
        mark = _hexadecimal(rng)
        numbered = "\n\n".join(f"[{number}] {block}" for number, block in enumerate(blocks, 1))
        user = f"{head.replace(old, mark)}{mark}\n{numbered}\n{mark}\n{tail}"
        reply = ABSENT
        for number, block in enumerate(blocks, 1):
            if target.get("quote", "\0") in block:
                reply = f"{target['text']} [{number}]"
                break
        return Lesson(Prompt(request.system, user), reply)

    def _noted(self, block: str, rng: random.Random) -> str:
        """The block with other memories noted under it than there were when it was caught."""
        if rng.random() > 0.5:
            return block
        lines = [line for line in block.splitlines() if not line.startswith(REMEMBERED)]
        known = [one["text"] for one in self._targets.memories if one["quote"] in block]
        lines += [f"{REMEMBERED}{text}" for text in known if rng.random() < 0.5]
        return "\n".join(lines)

    def _summary(self, rng: random.Random) -> Lesson:
        """Of passages, or of summaries of them."""
        told = [one["text"] for one in self._targets.summaries]
        if rng.random() < 0.5:
            most = min(4, len(self._found.passages))
            chosen = rng.sample(list(self._found.passages), rng.randint(1, most))
        else:
            labels = ["Summary", f"Summary of 2025-W{rng.randint(1, 52):02}", "Summary of 2025-05"]
            chosen = [
                Passage(rng.choice(labels), None, " ".join(rng.sample(told, rng.randint(1, 2))))
                for _ in range(rng.randint(1, 3))
            ]
        chosen = [replace(one, said_at=rng.choice([one.said_at, _day(rng)])) for one in chosen]
        found = [
            {"passage": number, "text": one["text"]}
            for number, passage in enumerate(chosen, 1)
            for one in self._targets.summaries
            if one["quote"] in passage.text or one["text"] in passage.text
        ]
        reply = json.dumps({"sentences": found[:MOST_SENTENCES]}, ensure_ascii=False)
        return Lesson(summary_prompt(chosen, mark=lambda: f"#{_hexadecimal(rng)}"), reply)


def _hexadecimal(rng: random.Random) -> str:
    return f"{rng.getrandbits(32):08x}"


def _day(rng: random.Random) -> datetime:
    return datetime(2023, 1, 1) + timedelta(days=rng.randrange(1400))


def _written(day: datetime) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _some(parts: list[str], rng: random.Random, *, needed: str = "\0") -> list[str]:
    """A few of them in any order; the one with `needed` stays."""
    most = len(parts) if rng.random() < 0.2 else min(3, len(parts))
    kept = rng.sample(parts, rng.randint(1, most))
    wanted = [part for part in parts if needed in part and part not in kept]
    return rng.sample(kept + wanted, len(kept + wanted))


def _dated(part: str, rng: random.Random) -> str:
    """The part with another date in its first line."""
    first, separator, rest = part.partition("\n")
    first = _ISO.sub(lambda _: f"{_day(rng):%Y-%m-%d}", first)
    return _WRITTEN.sub(lambda _: _written(_day(rng)), first) + separator + rest


def isolate() -> None:
    """Keep the user's own settings, plugins and clock out of the requests."""
    for name in [name for name in os.environ if name.startswith("MEM_")]:
        del os.environ[name]
    os.environ["MEM_PLUGINS"] = "off"
