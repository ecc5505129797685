"""Measures how alike sentences and the passages that support them are, for `mem.answer.support`.

Each set is a folder with `sessions.jsonl.gz` and `memories.jsonl`: sentences somebody drew from
conversations, with the turns (or the session) they come from. Those are positives; the same
sentence with other turns of the conversation is a negative, drawn at random or nearest by vector.
Nothing is written into the package: the printed figures are pasted by whoever judges them better.

    python scripts/calibrate_support.py ../shared/data/bench/locomo ../shared/data/bench/realmem
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from mem.answer.prompts import Passage, Written
from mem.answer.support import Checker, denies, names, numbers
from mem.core.clock import parse_time
from mem.core.query import Hit, HitSource
from mem.inference.embedder import OnnxEmbedder

#: The nearest (by vector) of the other turns that a sentence is held against, and as many at random.
RIVALS = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and a passage: how alike, whether names, numbers and denial agree, and what."""

    label: str
    alike: float
    name: bool
    number: bool
    denial: bool

    @property
    def held(self) -> bool:
        return self.name and self.number and self.denial


def turns_of(folder: Path) -> dict[str, dict[str, list[Hit]]]:
    """The turns of every session of every conversation."""
    found: dict[str, dict[str, list[Hit]]] = {}
    with gzip.open(folder / "sessions.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            session = json.loads(line)
            hits = [_hit(session, turn) for turn in session["turns"] if turn["text"].strip()]
            found.setdefault(session["conversation"], {})[session["session"]] = hits
    return found


def _hit(session: dict[str, Any], turn: dict[str, Any]) -> Hit:
    at = turn.get("at") or session["at"]
    return Hit(
        id=turn["id"],
        kind="chunk",
        text=turn["text"][:1000],
        score=0.0,
        source=HitSource("", "", ""),
        document_id=session["session"],
        speaker=turn["speaker"],
        role=turn["role"],
        said_at=parse_time(at) if at else None,
        message_id=turn["id"],
    )


def pairs(folder: Path, most: int, rng: np.random.Generator) -> Iterator[Pair]:
    """Every sentence with its own turns, the nearest others, and random others."""
    embedder = OnnxEmbedder()
    conversations = turns_of(folder)
    memories = [json.loads(line) for line in (folder / "memories.jsonl").open(encoding="utf-8")]
    for name, sessions in conversations.items():
        mine = [one for one in memories if one["conversation"] == name]
        picked = rng.permutation(len(mine))[: most // len(conversations) + 1]
        turns = [hit for hits in sessions.values() for hit in hits]
        passages = [Passage(n, hit) for n, hit in enumerate(turns, 1)]
        checker = Checker(embedder, "", passages, datetime(2030, 1, 1))
        for place in picked:
            memory = mine[int(place)]
            text = re.sub(r"^【[^】]*】\s*", "", memory["text"])
            own = set(memory.get("turns") or [hit.id for hit in sessions[memory["session"]]])
            yield from _of_sentence(checker, text, turns, own, embedder, rng)


def swapped(folder: Path, most: int, rng: np.random.Generator) -> tuple[list[bool], list[bool]]:
    """Whether each sentence that names one speaker is supported by its own turns, with two turns
    around them at hand; and whether it still is when it names the other speaker instead.
    """
    embedder = OnnxEmbedder()
    memories = [json.loads(line) for line in (folder / "memories.jsonl").open(encoding="utf-8")]
    told: tuple[list[bool], list[bool]] = ([], [])
    for name, sessions in turns_of(folder).items():
        turns = [hit for hits in sessions.values() for hit in hits]
        speakers = sorted({hit.speaker for hit in turns if hit.speaker})
        mine = [one for one in memories if one["conversation"] == name and one.get("turns")]
        for place in rng.permutation(len(mine))[:most]:
            text, own = mine[int(place)]["text"], set(mine[int(place)]["turns"])
            found = [who for who in speakers if re.search(rf"\b{who}\b", text)]
            at = [n for n, hit in enumerate(turns) if hit.id in own]
            if len(speakers) != 2 or len(found) != 1 or not at:
                continue
            near = sorted(at, key=lambda n: n) + [
                n
                for n in (at[0] - 2, at[0] - 1, at[0] + 1, at[0] + 2)
                if 0 <= n < len(turns) and n not in at
            ]
            passages = [Passage(number, turns[n]) for number, n in enumerate(near, 1)]
            checker = Checker(embedder, "", passages, datetime(2030, 1, 1))
            other = next(who for who in speakers if who != found[0])
            cited = tuple(range(1, len(at) + 1))
            for kept, said in zip(
                told, (text, re.sub(rf"\b{found[0]}\b", other, text)), strict=True
            ):
                kept.append(bool(checker.check(Written(said, cited)).statements))
    return told


def _of_sentence(
    checker: Checker,
    text: str,
    turns: list[Hit],
    own: set[str],
    embedder: OnnxEmbedder,
    rng: np.random.Generator,
) -> Iterator[Pair]:
    vector = embedder.embed([text])[0]
    alike = np.array([checker.likeness(n, text, vector) for n in range(1, len(turns) + 1)])
    near = np.array([float((checker._grounds[n].vectors @ vector).max()) for n in checker._grounds])
    mine = [n for n, hit in enumerate(turns) if hit.id in own]
    if not mine:
        return
    beside = {n + step for n in mine for step in (-1, 0, 1)}
    others = np.array([n for n in range(len(turns)) if n not in beside])
    rivals = others[np.argsort(-near[others])][:RIVALS]
    chosen = [("positive", max(mine, key=lambda n: alike[n]))]
    chosen += [("rival", int(n)) for n in rivals]
    chosen += [("random", int(n)) for n in rng.choice(others, RIVALS)]
    for label, n in chosen:
        ground = checker._grounds[n + 1]
        best = checker.best(n + 1, text, vector)
        yield Pair(
            label,
            float(alike[n]),
            names(text) <= ground.held | ground.present,
            numbers(text) <= ground.numbers,
            not denies(text) or denies(best.text),
        )


def report(found: list[Pair]) -> None:
    """Shares of each label that pass names, numbers, denial, and each floor."""
    for label in ("positive", "rival", "random"):
        some = [one for one in found if one.label == label]
        alike = np.array([one.alike for one in some])
        print(
            f"{label:9} {len(some):6}  alike {np.percentile(alike, [5, 25, 50, 75, 95]).round(2)}"
            f"  names {np.mean([one.name for one in some]):.3f}"
            f"  numbers {np.mean([one.number for one in some]):.3f}"
            f"  denial {np.mean([one.denial for one in some]):.3f}"
        )
    print(
        "floor   kept of positives | of rivals | of random   (alike alone; with the other checks)"
    )
    for floor in np.arange(0.30, 0.76, 0.05):
        cells = []
        for label in ("positive", "rival", "random"):
            some = [one for one in found if one.label == label]
            alone = np.mean([one.alike >= floor for one in some])
            both = np.mean([one.alike >= floor and one.held for one in some])
            cells.append(f"{alone:.3f} {both:.3f}")
        print(f"{floor:.2f}    {'  |  '.join(cells)}")


def main() -> None:
    """Measure each set and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=400, help="sentences of each set")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    for folder in given.sets:
        print(f"== {folder.name}")
        report(list(pairs(folder, given.most, np.random.default_rng(given.seed))))
        own, other = swapped(folder, given.most, np.random.default_rng(given.seed))
        if own:
            print(
                f"supported as it is {np.mean(own):.3f}, with the other speaker's name "
                f"{np.mean(other):.3f} (of {len(own)})"
            )


if __name__ == "__main__":
    main()
