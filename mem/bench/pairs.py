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

from mem.errors import BadSet, PathMissing

if TYPE_CHECKING:
    from mem.core.protocols import Embedder

# Entailed pairs rated at least so close count as saying the same.
PARAPHRASE = 4.8
COLUMNS = ("sentence_A", "sentence_B", "relatedness_score", "entailment_judgment")


@dataclass(frozen=True, slots=True)
class PairsReport:
    """How many pairs of each sort there are, and the share of them that would be merged."""

    contradictions: int
    merged_contradictions: float
    paraphrases: int
    merged_paraphrases: float


def run(files: Sequence[Path], *, embedder: Embedder | None = None) -> PairsReport:
    """Decide about every pair as reconciling does. Raises PathMissing, BadSet."""
    from mem.consolidation.reconciling.duplicates import says_the_same

    pairs = [pair for path in files for pair in _read(path)]
    if embedder is None:
        from mem.inference.embedder import OnnxEmbedder

        embedder = OnnxEmbedder()
    model = embedder
    if not pairs:
        nothing = "it has no contradiction, and no entailment rated 4.8 or more"
        raise BadSet(", ".join(map(str, files)), nothing, "pairs")
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
    if not path.is_file():
        raise PathMissing(str(path))
    try:
        with path.open(encoding="utf-8") as stream:
            rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            missing = [one for one in COLUMNS if one not in (rows.fieldnames or ())]
            if missing:
                raise BadSet(str(path), f"it has no column {', '.join(missing)}", "pairs")
            for row in rows:
                one, other, rated, judgment = (row[name] for name in COLUMNS)
                contradicts = judgment == "CONTRADICTION"
                if contradicts or (judgment == "ENTAILMENT" and float(rated) >= PARAPHRASE):
                    if not one or not other:
                        raise ValueError("a sentence is missing")
                    yield one, other, contradicts
    except (ValueError, TypeError, csv.Error) as error:
        raise BadSet(str(path), f"line {rows.line_num}: {error}", "pairs") from error


def _share(merged: Sequence[bool]) -> float:
    return sum(merged) / len(merged) if merged else 0.0
