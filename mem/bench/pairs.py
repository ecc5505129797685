"""Measure merging on sentence pairs that people rated: are contradictions kept apart?

A file is tab-separated with the columns of SICK: `sentence_A`, `sentence_B`, `relatedness_score`
(1 to 5) and `entailment_judgment`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mem.core.protocols import Embedder

# Entailed pairs rated at least so close count as saying the same.
PARAPHRASE = 4.8


@dataclass(frozen=True, slots=True)
class PairsReport:
    """How many pairs of each sort there are, and the share of them that would be merged."""

    contradictions: int
    merged_contradictions: float
    paraphrases: int
    merged_paraphrases: float


def run(files: Sequence[Path], *, embedder: Embedder | None = None) -> PairsReport:
    """Decide about every pair as reconciling does. Raises `OSError` for a file that is missing."""
    from mem.consolidation.duplicates import says_the_same

    if embedder is None:
        from mem.inference.embedder import OnnxEmbedder

        embedder = OnnxEmbedder()
    model = embedder
    pairs = [pair for path in files for pair in _read(path)]
    texts = sorted({text for pair in pairs for text in pair[:2]})
    vectors = dict(zip(texts, model.embed(texts), strict=True))

    @cache
    def word(text: str) -> Any:
        return model.embed([text])[0]

    def related(one: str, other: str) -> float:
        return float(word(one) @ word(other))

    merged: dict[bool, list[bool]] = {True: [], False: []}
    for one, other, contradicts in pairs:
        cosine = float(vectors[one] @ vectors[other])
        merged[contradicts].append(says_the_same(one, other, cosine, related=related))
    return PairsReport(
        len(merged[True]), _share(merged[True]), len(merged[False]), _share(merged[False])
    )


def _read(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(sentence, sentence, whether they contradict) of contradictions and close paraphrases."""
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            judgment, rating = row["entailment_judgment"], float(row["relatedness_score"])
            if judgment == "CONTRADICTION" or (judgment == "ENTAILMENT" and rating >= PARAPHRASE):
                yield row["sentence_A"], row["sentence_B"], judgment == "CONTRADICTION"


def _share(merged: Sequence[bool]) -> float:
    return sum(merged) / len(merged) if merged else 0.0
