"""How long a reranker of a given shape takes for a passage, on this machine.

    python scripts/bench_reranker.py [--threads 0] [--passages 8] [--float16]

Writes rerankers of known shapes with random weights, in 8 bits or with --float16, since time does
not depend on what they say, and has `mem` run them as it runs any other. Prints, for passages of some lengths, wall-clock
time and processor time of the child. Needs `pip install gguf` and Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from overlap_reranker import Floats, Pieces, Shape, pieces_of, write_reranker

from mem.errors import RerankerStopped
from mem.inference.reranker import LlamaReranker

SHAPES = {
    "6 layers, 384 wide (MiniLM-L6)": Shape(512, 6, 384, 1536, 12),
    "12 layers, 768 wide (base)": Shape(512, 12, 768, 3072, 12),
    "24 layers, 1024 wide (bge-reranker-v2-m3)": Shape(1024, 24, 1024, 4096, 16),
}
LENGTHS = (30, 120, 400)
QUESTION = "w h e n d o e s i t r a i n ?"
TICK = os.sysconf("SC_CLK_TCK")


def random_weights(shape: Shape, pieces: Pieces) -> dict[str, Floats]:
    """Every tensor by its GGUF name; the layers share theirs."""
    random = np.random.default_rng(1)
    width, hidden = shape.width, shape.hidden

    def drawn(*size: int) -> Floats:
        return random.normal(0, 0.02, size).astype(np.float32)

    layer = {
        **{f"attn_{one}.weight": drawn(width, width) for one in ("q", "k", "v", "output")},
        **{f"attn_{one}.bias": drawn(width) for one in ("q", "k", "v", "output")},
        "ffn_up.weight": drawn(hidden, width),
        "ffn_up.bias": drawn(hidden),
        "ffn_down.weight": drawn(width, hidden),
        "ffn_down.bias": drawn(width),
    }
    for norm in ("attn_output_norm", "layer_output_norm"):
        layer |= {f"{norm}.weight": 1 + drawn(width), f"{norm}.bias": drawn(width)}
    made = {
        "token_embd.weight": drawn(len(pieces.tokens), width),
        "position_embd.weight": drawn(shape.context, width),
        "token_types.weight": drawn(2, width),
        "token_embd_norm.weight": 1 + drawn(width),
        "token_embd_norm.bias": drawn(width),
        "cls.weight": drawn(width, width),
        "cls.bias": drawn(width),
        "cls.output.weight": drawn(1, width),
        "cls.output.bias": drawn(1),
    }
    return made | {
        f"blk.{at}.{name}": one for at in range(shape.layers) for name, one in layer.items()
    }


def processor_seconds(process: int) -> float:
    """User and system time that a process and its threads have used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(name: str, file: Path, threads: int, passages: int) -> None:
    """Load it, warm it, and print a line for each length."""
    reranker = LlamaReranker(file, threads=threads)
    with contextlib.suppress(RerankerStopped):
        # Where llama.cpp was built for another processor, the second child does without that.
        reranker.scores(QUESTION, ["a"], seconds=300)
    reranker.scores(QUESTION, ["a"], seconds=300)
    process = reranker.process
    assert process is not None
    print(f"{name}: {file.stat().st_size / 1e6:.0f} MB")
    for length in LENGTHS:
        texts = [" ".join("x" * length)] * passages
        before, started = processor_seconds(process), time.perf_counter()
        read = len(reranker.scores(QUESTION, texts, seconds=300))
        wall = (time.perf_counter() - started) / read
        processor = (processor_seconds(process) - before) / read
        print(f"  {length:>3} tokens: {wall * 1000:.0f} ms, processor {processor * 1000:.0f} ms")
    reranker.close()


def main(arguments: list[str]) -> int:
    """Measure every shape."""
    parser = argparse.ArgumentParser(description="Measure rerankers by shape.")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--passages", type=int, default=8)
    parser.add_argument("--float16", action="store_true")
    given = parser.parse_args(arguments)
    pieces = pieces_of([], 0)
    with tempfile.TemporaryDirectory() as folder:
        for name, shape in SHAPES.items():
            file = Path(folder) / "random.gguf"
            made = random_weights(shape, pieces)
            write_reranker(
                file,
                name="random",
                pieces=pieces,
                weights=made,
                shape=shape,
                quantised=not given.float16,
            )
            measure(name, file, given.threads, given.passages)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
