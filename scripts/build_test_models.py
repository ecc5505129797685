"""Builds the models of tests/fixtures/models: `python scripts/build_test_models.py random OUT.gguf`.

`random` has a real tokenizer and weights that mean nothing: it exercises loading, grammar,
streaming and limits, and nothing that it writes is true. Needs `pip install gguf`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gguf_writing import Architecture, random_weights, train_vocabulary, write_gguf

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "mem" / "samples" / "notes"
RANDOM_VOCABULARY = 1024
RANDOM_SEED = 20_251_121


def build_random(out: Path) -> str:
    """The model with random weights; returns its SHA-256."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(SAMPLES.rglob("*.md"))]
    vocabulary = train_vocabulary(texts, RANDOM_VOCABULARY)
    architecture = Architecture()
    return write_gguf(
        out,
        name="mem-test-random",
        architecture=architecture,
        vocabulary=vocabulary,
        weights=random_weights(architecture, len(vocabulary.tokens), RANDOM_SEED),
    )


def main(arguments: list[str]) -> int:
    """Build one model and print its SHA-256."""
    parser = argparse.ArgumentParser(description="Build a model that tests use.")
    parser.add_argument("kind", choices=["random"])
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args(arguments)
    print(build_random(chosen.out), chosen.out.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
