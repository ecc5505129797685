"""Fits the weights of `mem.answer.abstention` on labelled questions and prints how well they do.

Each set is a folder with `sessions.jsonl.gz` and `questions.jsonl` (one conversation a store), a
folder of corpora for which tests/fixtures/answers_corpora has questions, the word `samples` for the
bundled sample notes, or `worlds` for the small memories of tests/fixtures/answers; only what may be
looked at is taken. Every question is an example twice: as an answer reads
its hits, and as a search does. Conversations, not questions, are held out. Nothing is written into the package: the printed
weights are pasted into `mem/answer/abstention.py` by whoever judges them better.

    python -m scripts.calibrate_abstention samples worlds ../shared/data/bench/locomo …
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
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
from mem.answer.question import clauses
from mem.answer.reading import Reading, worth_reading
from mem.assistant import Assistant
from mem.core.clock import parse_time
from tests.answer_corpora import asked_of
from tests.answer_worlds import fill, worlds

#: What the weights are drawn to, chosen with the development sets in view; none may change its
#: sign. With a dozen questions without an answer, a set says little by itself.
PRIOR = {
    "focus": 2.1, "lacks": -3.0, "form": 0.4, "other": -1.5, "aside": -4.5, "foreign": -1.2,
    "unnamed": -1.5, "far": -1.5, "undone": -0.8, "uncaused": -0.8, "idle": -1.5,
    "asks": -0.8, "gap": -3.5, "rival": -0.7, "nothing": -1.0, "lost": -1.0, "fits": 0.2,
    "top": 0.9, "prior": 3.0, "known": 0.8,
}  # fmt: skip
PULL = 0.2
FOLDS = 6
#: Hits that a search reads to say how sure it is.
READ_FIRST = 5
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One reading of a question: its set and conversation, whether an answer or a search reads,
    the features of its parts, whether memory answers it, and was the best statement evidence."""

    group: str
    conversation: str
    answers: bool
    parts: tuple[tuple[float, ...], ...]
    answerable: bool
    right: bool


def sample_examples(home: Path) -> Iterator[Example]:
    """The bundled sample questions."""
    samples = resources.files("mem") / "samples"
    with Assistant.open(home) as memory:
        memory.ingest(str(samples / "notes"), str(samples / "chats"))
        for asked in json.loads((samples / "questions.json").read_text("utf-8")):
            yield from _examples(
                memory, asked, "samples", told=asked["answer_contains"], at=asked["asked_at"]
            )


def world_examples(homes: Path) -> Iterator[Example]:
    """The own-written memories that may be looked at."""
    for world in (*worlds("build"), *worlds("people")):
        folder = homes / world["world"]
        folder.mkdir()
        with Assistant.open(folder / "home") as memory:
            fill(memory, world, folder)
            for asked in world["questions"]:
                name = f"worlds {world['world']}"
                yield from _examples(memory, asked, name, told=asked["tells"], at=world["asked_at"])


def corpus_examples(corpora: Path, homes: Path) -> Iterator[Example]:
    """Questions of corpora in the wild."""
    for corpus in asked_of("build"):
        with Assistant.open(homes / corpus["name"]) as memory:
            memory.ingest(str(corpora / corpus["corpus"]))
            for asked in corpus["questions"]:
                where = f"corpora {corpus['name']}"
                yield from _examples(
                    memory, asked, where, told=asked["tells"], at=corpus["asked_at"]
                )


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
                if asked["conversation"] == name:
                    where = f"{folder.name} {name}"
                    yield from _examples(memory, asked, where, told=None, at=asked["asked_at"])


def _examples(
    memory: Assistant, asked: dict[str, Any], where: str, *, told: list[str] | None, at: str | None
) -> Iterator[Example]:
    """A question's readings; `told` is what evidence holds, None where its turns are named."""
    group, conversation = where.split()[0], where.split()[-1]
    moment = parse_time(at) if at else memory.clock.now()
    result = memory.search(
        asked["question"], limit=20, asked_at=moment, sessions=asked.get("sessions"), sure=False
    )
    asker = memory.asker(memory.search, limit=20, asked_at=moment, llm=False)
    found, _ = asker.extractive().weigh(asked["question"], result)
    answered = [(one.asked, one.ranked, one.weights) for one in found]
    hits = worth_reading(result.hits[:READ_FIRST])
    searched = [
        (reading.asked, reading.ranked(), reading.weights)
        for reading in (Reading.of(part, hits, {}) for part in clauses(asked["question"]))
    ]
    for answers, readings in ((True, answered), (False, searched)):
        parts = [one for one in readings if one[1]]
        if parts:
            best = parts[0][1][0].statement
            yield Example(
                group=group,
                conversation=conversation,
                answers=answers,
                parts=tuple(
                    abstention.features(part, ranked, result, weights)
                    for part, ranked, weights in parts
                ),
                answerable=asked.get("answerable", bool(told)),
                right=(
                    best.hit.message_id in asked["evidence"]
                    if told is None
                    else any(one in best.text for one in told)
                ),
            )


def _messages(name: str, sessions: list[dict[str, Any]]) -> Iterator[str]:
    for session in sorted(sessions, key=lambda one: one["at"] or ""):
        for turn in session["turns"]:
            role = turn["role"] if turn["role"] in ("user", "assistant") else "other"
            message = {"conversation": name, "session": session["session"], "id": turn["id"]}
            message |= {"speaker": turn["speaker"], "role": role, "text": turn["text"]}
            at = turn.get("at") or session["at"]
            yield json.dumps(message | ({"at": at} if at else {})) + "\n"


def fit(x: Array, y: Array, weight: Array, *, pull: float = PULL) -> tuple[Array, float]:
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
    for answers in (True, False):
        some = [one for one in examples if one.answers == answers]
        names = sorted({one.group for one in some})
        print("answers" if answers else "searches", *(f"{name:>22}" for name in names))
        for gate in (0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6):
            cells = []
            for name in names:
                passed = {y: [] for y in (True, False)}
                for one in some:
                    if one.group == name:
                        sure = min(map(abstention.confidence, one.parts))
                        passed[one.answerable].append(sure >= gate)
                yes, no = (f"{np.mean(one):.2f}" if one else "-" for one in passed.values())
                cells.append(f"{yes:>8} absent {no:>6}")
            print(f"{gate:.2f}   " + "  ".join(f"{cell:>22}" for cell in cells))


def balance(examples: list[Example]) -> Array:
    """(examples,) weights: answerable and not alike in each set, sets by the root of the latter."""
    weight = np.array([0.4 if one.answerable and not one.right else 1.0 for one in examples])
    group = np.array([one.group for one in examples])
    answerable = np.array([one.answerable for one in examples])
    for name in sorted(set(group)):
        for value in (False, True):
            mask = (group == name) & (answerable == value)
            weight[mask] /= max(1.0, weight[mask].sum())
        weight[group == name] *= math.sqrt(((group == name) & ~answerable).sum() / 2)
    return weight


def report(examples: list[Example]) -> None:
    """Numbers of every set, cross-validated by conversation and in sample, and the weights."""
    x = np.array([one.parts[0] for one in examples])
    y = np.array([float(one.answerable) for one in examples])
    group = np.array([one.group for one in examples])
    weight = balance(examples)
    of = sorted({(one.group, one.conversation) for one in examples})
    fold = np.array([of.index((one.group, one.conversation)) % FOLDS for one in examples])
    score = np.zeros(len(y))
    for k in range(FOLDS):
        weights, bias = fit(x[fold != k], y[fold != k], weight[fold != k])
        score[fold == k] = _lowest(examples, fold == k, weights) + bias
    weights, bias = fit(x, y, weight)
    inside = _lowest(examples, fold >= 0, weights) + bias
    for answers in (True, False):
        kind = np.array([one.answers == answers for one in examples])
        for name in sorted(set(group)):
            rows = kind & (group == name)
            if len(set(y[rows])) == 2:
                held, told = auroc(score[rows], y[rows]), auroc(inside[rows], y[rows])
                yes, no = score[rows & (y == 1)], score[rows & (y == 0)]
                false = float((no >= np.quantile(yes, 0.05)).mean())
                print(
                    f"{'answers' if answers else 'searches':9}{name}: AUROC cross-validated"
                    f" {held:.3f}, in sample {told:.3f}, false answers at 95 % kept {false:.2f}"
                )
    print(dict(zip(abstention.FEATURES, weights.round(2).tolist(), strict=True)), round(bias, 2))


def _lowest(examples: list[Example], rows: npt.NDArray[np.bool_], weights: Array) -> Array:
    """For each of the rows the sum of its least sure part."""
    return np.array(
        [
            min(float(np.array(part) @ weights) for part in one.parts)
            for one, taken in zip(examples, rows, strict=True)
            if taken
        ]
    )


def main() -> int:
    """Collects the examples of the sets named and prints the fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="+", help="`samples`, `worlds`, or a set's folder")
    given = parser.parse_args().sets
    with tempfile.TemporaryDirectory() as scratch:
        examples: list[Example] = []
        for i, name in enumerate(given):
            homes = Path(scratch) / str(i)
            homes.mkdir()
            if name == "samples":
                examples += sample_examples(homes)
            elif name == "worlds":
                examples += world_examples(homes)
            elif (Path(name) / "questions.jsonl").exists():
                examples += bench_examples(Path(name), homes)
            else:
                examples += corpus_examples(Path(name), homes)
        report(examples)
        report_gate(examples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
