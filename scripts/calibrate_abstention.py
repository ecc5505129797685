"""Fits the weights of `mem.answer.abstention` on labelled questions and prints how well they do.

Each set is a folder with `sessions.jsonl.gz` and `questions.jsonl` (one conversation a store), or
the word `samples` for the bundled sample notes. Nothing is written into the package: the printed
weights are pasted into `mem/answer/abstention.py` by whoever judges them better.

    python scripts/calibrate_abstention.py samples ../shared/data/bench/locomo …
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mem.answer import abstention
from mem.answer.question import read
from mem.assistant import Assistant
from mem.core.clock import parse_time

#: Open requests that no single statement answers, and questions labelled by taste.
LEFT_OUT = {
    "summarization",
    "instruction_following",
    "preference_following",
    "event_ordering",
    "contradiction_resolution",
    "single-session-preference",
}
#: Where the weights start and are drawn to; a weight may not change its sign.
PRIOR = {
    "cosine": 3.0, "cover": 1.0, "cover_near": 1.0, "focus": 2.5, "event": 0.5, "value": 1.0,
    "lacks": -4.0, "named": 0.3, "stray": -3.0, "foreign": -0.5, "gap": -1.0, "unseen": -2.0,
    "rival": -0.5, "score": 1.0, "hit": 0.5, "confidence": 0.5,
}  # fmt: skip
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its set, features, whether memory answers it, and was the best one evidence."""

    group: str
    features: tuple[float, ...]
    answerable: bool
    right: bool


def sample_examples(home: Path) -> Iterator[Example]:
    """The bundled sample questions."""
    samples = resources.files("mem") / "samples"
    with Assistant.open(home) as memory:
        memory.ingest(str(samples / "notes"), str(samples / "chats"))
        for asked in json.loads((samples / "questions.json").read_text("utf-8")):
            found = _features(memory, asked["question"], asked["asked_at"])
            if found is not None:
                told = any(part in found[1] for part in asked["answer_contains"])
                yield Example("samples", found[0], asked["kind"] != "absent", told)


def bench_examples(folder: Path, homes: Path) -> Iterator[Example]:
    """The questions of a set, each against a store that holds its conversation."""
    chats: dict[str, list[dict[str, Any]]] = {}
    with gzip.open(folder / "sessions.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            session = json.loads(line)
            chats.setdefault(session["conversation"], []).append(session)
    questions = [json.loads(line) for line in (folder / "questions.jsonl").open(encoding="utf-8")]
    for name, sessions in chats.items():
        export = homes / f"{name}.jsonl"
        export.write_text("".join(_messages(name, sessions)), "utf-8")
        with Assistant.open(homes / name) as memory:
            memory.ingest(str(export), format="chat-jsonl")
            for asked in questions:
                if asked["conversation"] != name or asked["type"] in LEFT_OUT:
                    continue
                found = _features(memory, asked["question"], asked["asked_at"])
                if found is not None:
                    right = found[2] in set(asked["evidence"])
                    yield Example(folder.name, found[0], asked["answerable"], right)


def _messages(name: str, sessions: list[dict[str, Any]]) -> Iterator[str]:
    for session in sorted(sessions, key=lambda one: one["at"] or ""):
        for turn in session["turns"]:
            role = turn["role"] if turn["role"] in ("user", "assistant") else "other"
            message = {"conversation": name, "session": session["session"], "id": turn["id"]}
            message |= {"speaker": turn["speaker"], "role": role, "text": turn["text"]}
            at = turn.get("at") or session["at"]
            yield json.dumps(message | ({"at": at} if at else {})) + "\n"


def _features(
    memory: Assistant, question: str, asked_at: str | None
) -> tuple[tuple[float, ...], str, str | None] | None:
    """A question's features, with the text and message of its best evidence."""
    result = memory.search(question, limit=20, asked_at=asked_at)
    moment = parse_time(asked_at) if asked_at else memory.clock.now()
    asker = memory.asker(memory.search, limit=20, asked_at=moment, llm=False)
    found = asker.extractive().evidence(read(question), result)
    if found is None:
        return None
    best = found.ranked[0].statement
    return abstention.features(found.ranked, result, found.weights), best.text, best.hit.message_id


def fit(x: Array, y: Array, weight: Array, *, pull: float = 0.002) -> tuple[Array, float]:
    """Logistic weights and bias, by Adam (Kingma and Ba 2015), with signs held to the prior's."""
    prior = np.array([PRIOR[name] for name in abstention.FEATURES])
    scale = x.std(0) + 0.05
    z, start = x / scale, prior * scale
    point = np.append(start, -3.0)
    first, second = np.zeros_like(point), np.zeros_like(point)
    weight = weight / weight.sum()
    for step in range(1, 4001):
        error = weight * (1 / (1 + np.exp(-(z @ point[:-1] + point[-1]))) - y)
        slope = np.append(z.T @ error + pull * (point[:-1] - start), error.sum())
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        point -= 0.02 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        point[:-1] = np.where(point[:-1] * prior < 0, 0, point[:-1])
    return point[:-1] / scale, float(point[-1])


def auroc(score: Array, y: Array) -> float:
    """The chance that an answerable question scores above one that is not; ties count half."""
    above = score[y == 1][:, None] - score[y == 0][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def report_gate(examples: list[Example]) -> None:
    """For the package's own weights: who passes each threshold, answerable and not."""
    print("gate   " + "  ".join(f"{name:>22}" for name in sorted({one.group for one in examples})))
    for gate in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        cells = []
        for name in sorted({one.group for one in examples}):
            some = [one for one in examples if one.group == name]
            passed = [
                [abstention.confidence(one.features) >= gate for one in some if one.answerable == y]
                for y in (True, False)
            ]
            yes, no = (f"{np.mean(one):.2f}" if one else "-" for one in passed)
            cells.append(f"{yes:>8} absent {no:>6}")
        print(f"{gate:.2f}   " + "  ".join(f"{cell:>22}" for cell in cells))


def report(examples: list[Example]) -> None:
    """Cross-validated numbers of every set, and the weights fitted on all."""
    x = np.array([one.features for one in examples])
    y = np.array([float(one.answerable) for one in examples])
    group = np.array([one.group for one in examples])
    weight = np.array([0.4 if one.answerable and not one.right else 1.0 for one in examples])
    for name in sorted(set(group)):
        for value in (0.0, 1.0):
            mask = (group == name) & (y == value)
            weight[mask] /= max(1, mask.sum())
    weight[group == "samples"] *= 2.0
    fold = np.random.default_rng(2).integers(0, 5, len(y))
    score = np.zeros(len(y))
    for k in range(5):
        weights, bias = fit(x[fold != k], y[fold != k], weight[fold != k])
        score[fold == k] = x[fold == k] @ weights + bias
    for name in sorted(set(group)):
        yes, no = score[(group == name) & (y == 1)], score[(group == name) & (y == 0)]
        if len(yes) and len(no):
            both = np.append(yes, no), np.append(np.ones(len(yes)), np.zeros(len(no)))
            false = float((no >= np.quantile(yes, 0.05)).mean())
            print(f"{name}: AUROC {auroc(*both):.3f}, false answers at 95% kept {false:.2f}")
    weights, bias = fit(x, y, weight)
    print(dict(zip(abstention.FEATURES, weights.round(2).tolist(), strict=True)), round(bias, 2))


def main() -> int:
    """Collects the examples of the sets named and prints the fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="+", help="`samples`, or a folder of a labelled set")
    given = parser.parse_args().sets
    with tempfile.TemporaryDirectory() as scratch:
        examples: list[Example] = []
        for i, name in enumerate(given):
            homes = Path(scratch) / str(i)
            homes.mkdir()
            found = (
                sample_examples(homes) if name == "samples" else bench_examples(Path(name), homes)
            )
            examples += found
        report(examples)
        report_gate(examples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
