"""Episodes against boundaries that people drew: Pk and WindowDiff of a file of dialogues.

The file is a JSON list of `{"utterances": [text], "segments": [length], "set": name}`.
Pk: Beeferman, Berger and Lafferty 1999; WindowDiff: Pevzner and Hearst 2002. Both are means over
dialogues in [0, 1], lower is better, with a window of half the dialogue's mean segment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.protocols import Embedder
from mem.errors import BadSet, PathMissing

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

Cut = Callable[["Dialogue"], Sequence[int]]
SPACINGS = range(2, 11)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Utterances in order; `starts` are the places at which a segment begins, 0 among them."""

    name: str
    texts: tuple[str, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SegmentationReport:
    """One part of a file. `systems` maps a name to its (Pk, WindowDiff).

    `below` is the share by which mem's Pk is below the best of the others'.
    """

    part: str
    dialogues: int
    utterances: int
    systems: dict[str, tuple[float, float]]
    spacing: int
    below: float


def load(path: Path) -> list[Dialogue]:
    """The dialogues of a file. Raises PathMissing, BadSet."""
    if not path.is_file():
        raise PathMissing(str(path))
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadSet(str(path), "it is no JSON", "segmentation") from error
    if not isinstance(rows, list) or not rows:
        raise BadSet(str(path), "it is no list of dialogues, or an empty one", "segmentation")
    found: list[Dialogue] = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(_dialogue(row))
        except ValueError as error:
            raise BadSet(str(path), f"dialogue {number}: {error}", "segmentation") from error
    return found


def _dialogue(row: object) -> Dialogue:
    """Raises ValueError for what is none."""
    if not isinstance(row, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  (what is refused is a value)
    texts, lengths = row.get("utterances"), row.get("segments")
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        raise ValueError("'utterances' is not a list of texts")
    if not isinstance(lengths, list) or not all(type(one) is int and one > 0 for one in lengths):
        raise ValueError("'segments' is not a list of lengths")
    if sum(lengths) != len(texts):
        raise ValueError(f"its segments hold {sum(lengths)} utterances of {len(texts)}")
    return Dialogue(str(row.get("set", "all")), tuple(texts), _starts(lengths))


def _starts(lengths: Sequence[int]) -> tuple[int, ...]:
    starts = [0]
    for length in lengths[:-1]:
        starts.append(starts[-1] + int(length))
    return tuple(starts)


def disagreement(
    wanted: Sequence[int], found: Sequence[int], count: int
) -> tuple[float, float] | None:
    """(Pk, WindowDiff) of the starts found in `count` utterances; None where there is no window."""
    width = max(1, round(count / len(wanted) / 2))
    if count <= width:
        return None
    truth, guess = _running(wanted, count), _running(found, count)
    apart = diverging = 0
    for at in range(count - width):
        real = truth[at + width] - truth[at]
        held = guess[at + width] - guess[at]
        apart += (real == 0) != (held == 0)
        diverging += real != held
    return apart / (count - width), diverging / (count - width)


def _running(starts: Sequence[int], count: int) -> list[int]:
    """How many starts there are up to each place."""
    those, total, found = set(starts), 0, []
    for at in range(count):
        total += at in those
        found.append(total)
    return found


def mean_figures(dialogues: Sequence[Dialogue], cut: Cut) -> tuple[float, float]:
    """The mean (Pk, WindowDiff) of a way to cut."""
    figures = [
        one
        for dialogue in dialogues
        if (one := disagreement(dialogue.starts, cut(dialogue), len(dialogue.texts)))
    ]
    total = max(1, len(figures))
    return sum(pk for pk, _ in figures) / total, sum(wd for _, wd in figures) / total


def run(path: Path, embedder: Embedder | None = None) -> list[SegmentationReport]:
    """Cut every dialogue of a file, and compare; a report a part. Raises PathMissing, BadSet."""
    from mem.inference.embedder import OnnxEmbedder
    from mem.ingest.segmentation import Segmenter, Turn

    dialogues = load(path)
    embedder = embedder or OnnxEmbedder()
    segmenter = Segmenter(embedder.fingerprint)
    vectors = vectors_of(dialogues, embedder)

    def cut(dialogue: Dialogue) -> Sequence[int]:
        return segmenter.starts([Turn(text) for text in dialogue.texts], vectors[dialogue])

    return [
        _report(part, [one for one in dialogues if one.name == part], cut)
        for part in dict.fromkeys(one.name for one in dialogues)
    ]


def vectors_of(dialogues: Sequence[Dialogue], embedder: Embedder) -> dict[Dialogue, Vectors]:
    """Unit rows of each dialogue's utterances."""
    rows = embedder.embed([text for one in dialogues for text in one.texts])
    found, at = {}, 0
    for one in dialogues:
        found[one] = rows[at : at + len(one.texts)]
        at += len(one.texts)
    return found


def _report(part: str, dialogues: Sequence[Dialogue], cut: Cut) -> SegmentationReport:
    spaced = {length: mean_figures(dialogues, _even(length)) for length in SPACINGS}
    spacing = min(spaced, key=lambda length: spaced[length])
    systems = {
        "mem": mean_figures(dialogues, cut),
        "no boundary": mean_figures(dialogues, lambda _: (0,)),
        "even spacing": spaced[spacing],
    }
    best = min(systems["no boundary"][0], systems["even spacing"][0])
    return SegmentationReport(
        part=part,
        dialogues=len(dialogues),
        utterances=sum(len(one.texts) for one in dialogues),
        systems=systems,
        spacing=spacing,
        below=1 - systems["mem"][0] / best if best else 0.0,
    )


def _even(length: int) -> Cut:
    return lambda dialogue: range(0, len(dialogue.texts), length)
