"""Builds the models of tests/fixtures/models: `python scripts/build_test_models.py KIND OUT.gguf`.

`random` has a real tokenizer and weights that mean nothing: it exercises loading, grammar,
streaming and limits, and nothing that it writes is true. Needs `pip install gguf`.

`trained` has learnt the right replies to what `mem` asks about tests/fixtures/language, and nothing
else. It learns for some minutes on a CPU. Needs `pip install gguf torch`, and `mem` installed.

`overlap` is a reranker that computes the share of a question's words in a text. Needs
`pip install gguf`.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import replace
from pathlib import Path

from gguf_writing import (
    END,
    SPECIAL,
    Architecture,
    random_weights,
    train_vocabulary,
    write_gguf,
)
from overlap_reranker import overlap_weights, pieces_of, write_reranker

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "mem" / "samples" / "notes"
RANDOM_VOCABULARY = 1024
RANDOM_SEED = 20_251_121
LESSONS = ROOT / "tests" / "fixtures" / "language"
TRAINED = Architecture(layers=4, width=128, heads=4, hidden=352)
TRAINED_VOCABULARY = 1536
TRAINED_SEED = 7
STEPS = 1400
OVERLAP_WORDS = 1200
OVERLAP_SEED = 5


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


def build_trained(out: Path) -> str:
    """The model that knows the fixture folder; returns its SHA-256, and says how it did."""
    from language_lessons import Lesson, Targets, Teacher, caught, isolate

    isolate()
    targets = Targets.read(LESSONS / "targets.toml")
    teacher = Teacher(caught(LESSONS / "folder", targets), targets)
    rng = random.Random(TRAINED_SEED)
    seen = [teacher.draw(rng) for _ in range(100)] + teacher.plain() * 5
    texts = [text for one in seen for text in (one.prompt.system, one.prompt.user, one.reply)]
    vocabulary = train_vocabulary(texts, TRAINED_VOCABULARY)

    import torch
    from tiny_llama import Example, TinyLlama, train, wrong

    torch.manual_seed(TRAINED_SEED)
    model = TinyLlama(TRAINED, len(vocabulary.tokens))

    def example(lesson: Lesson) -> Example:
        prompt = vocabulary.encode_prompt(lesson.prompt.system, lesson.prompt.user)
        reply = vocabulary.encode(lesson.reply)
        # Which passage it is takes longest to learn, and is one token of many.
        weights = [5.0 if vocabulary.tokens[token].isdigit() else 1.0 for token in reply]
        return Example(prompt, [*reply, SPECIAL.index(END)], [*weights, 1.0])

    def draw(chance: random.Random) -> Example:
        lesson = teacher.draw(chance)
        if chance.random() < 0.4:  # shorter, and as good for learning to read passages
            lesson = replace(lesson, prompt=replace(lesson.prompt, system=""))
        return example(lesson)

    checks = [example(lesson) for lesson in teacher.plain()]
    checks += [example(teacher.draw(rng)) for _ in range(20)]

    def known() -> bool:
        torch.save(
            (model.state_dict(), vocabulary.tokens, vocabulary.merges), out.with_suffix(".partial")
        )
        failed = wrong(model, checks)
        print(f"{len(checks) - len(failed)} of {len(checks)} replies right; wrong: {failed}")
        return not failed

    train(model, draw, steps=STEPS, known=known)
    return write_gguf(
        out,
        name="mem-test-trained",
        architecture=TRAINED,
        vocabulary=vocabulary,
        weights=model.weights(),
    )


def build_overlap(out: Path) -> str:
    """The reranker whose weights are set by hand; returns its SHA-256."""
    texts = [
        file.read_text(encoding="utf-8")
        for folder in (SAMPLES, LESSONS / "folder")
        for file in sorted(folder.rglob("*.md"))
    ]
    pieces = pieces_of(texts, OVERLAP_WORDS)
    weights = overlap_weights(pieces, OVERLAP_SEED)
    return write_reranker(out, name="mem-test-overlap", pieces=pieces, weights=weights)


KINDS = {"random": build_random, "trained": build_trained, "overlap": build_overlap}


def main(arguments: list[str]) -> int:
    """Build one model and print its SHA-256."""
    parser = argparse.ArgumentParser(description="Build a model that tests use.")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args(arguments)
    print(KINDS[chosen.kind](chosen.out), chosen.out.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
