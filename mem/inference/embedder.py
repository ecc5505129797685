"""Texts become unit vectors on this machine, with a model bundled in the package.

Invariant: one fingerprint, one meaning. A text gets the same vector in every batch, and vectors
of two fingerprints are never compared; nothing here touches the network.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mem.errors import ModelFileDamaged, ModelFileMissing
from mem.inference.words import TableAt, TokenTable
from mem.settings.offline import forbid_telemetry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

DATA_DIR = Path(__file__).parent / "data"
MANIFEST_NAME = "manifest.json"

MAX_TOKENS = 256  # the length the model was trained for, both markers included
MAX_CHARS = 16_384  # no text needs more for 256 tokens; bounds the work one text can cause
WINDOW_TEXTS = 2_048  # texts tokenised and sorted by length at a time; bounds memory
BATCH_TOKENS = 512  # padded tokens a batch; larger ones leave the processor's cache
MAX_THREADS = 8

CLS_ID = 101
SEP_ID = 102


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What the manifest beside the model says: `sha256` is a promise that `verify()` checks."""

    name: str
    model: Path
    sha256: str
    size: int
    tokenizer: Path
    tokenizer_sha256: str
    dimensions: int
    words: TableAt

    @classmethod
    def read(cls, directory: Path) -> ModelFile:
        """Reads the manifest in `directory`.

        Raises `ModelFileMissing` without one and `ModelFileDamaged` when it makes no sense.
        """
        path = directory / MANIFEST_NAME
        try:
            said = json.loads(_read(path))
            return cls(
                name=str(said["name"]),
                model=directory / str(said["model"]),
                sha256=str(said["sha256"]),
                size=int(said["size"]),
                tokenizer=directory / str(said["tokenizer"]),
                tokenizer_sha256=str(said["tokenizer_sha256"]),
                dimensions=int(said["dimensions"]),
                words=TableAt(
                    rows=int(said["words"]["rows"]),
                    scales=int(said["words"]["scales"]),
                    count=int(said["words"]["count"]),
                ),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ModelFileDamaged(str(path)) from error


class OnnxEmbedder:
    """all-MiniLM-L6-v2 in 8 bits, run by ONNX Runtime.

    A text is read up to 256 tokens (about 180 English words); what follows does not change its
    vector. `count_tokens` tells beforehand. One instance may serve several threads.
    Model: Wang et al. 2020, "MiniLM"; Reimers and Gurevych 2019, "Sentence-BERT".
    """

    def __init__(self, directory: Path | None = None) -> None:
        """Loads the model in `directory` (default: the one bundled).

        `embed` computes as many batches at a time as this process may use cores, at most 8.
        Raises `ModelFileMissing` or `ModelFileDamaged`; of the model it checks the size only, see
        `verify`.
        """
        self._files = ModelFile.read(directory or DATA_DIR)
        _check_size(self._files)
        self._tokenizer = _load_tokenizer(self._files)
        self._session = _load_session(self._files)
        self._threads = _usable_cores()

    @property
    def fingerprint(self) -> str:
        """`<model name>:<first 12 hex digits of the model file's SHA-256>`."""
        return f"{self._files.name}:{self._files.sha256[:12]}"

    @property
    def dimensions(self) -> int:
        """The length of every vector, 384."""
        return self._files.dimensions

    def verify(self) -> None:
        """Reads the whole model file again and raises `ModelFileDamaged` if a byte changed."""
        if hashlib.sha256(_read(self._files.model)).hexdigest() != self._files.sha256:
            raise ModelFileDamaged(str(self._files.model))

    def embed(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """(len(texts), 384) float32 rows of length 1, in the order of `texts`.

        `on_batch` hears after each batch how many texts are done; what it raises ends the work.
        """
        from concurrent.futures import ThreadPoolExecutor, as_completed

        import numpy as np

        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        done = 0
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, len(texts), WINDOW_TEXTS):
                ids = self._token_ids(texts[start : start + WINDOW_TEXTS])
                running = {
                    pool.submit(self._run, [ids[row] for row in rows]): rows
                    for rows in _batches([len(one) for one in ids])
                }
                try:
                    for batch in as_completed(running):
                        vectors[[start + row for row in running[batch]]] = batch.result()
                        done += len(running[batch])
                        if on_batch is not None:
                            on_batch(done)
                finally:
                    for batch in running:
                        batch.cancel()
        return vectors

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """(384,) float32 of length 1; the same vector that `embed` gives the text."""
        vector: npt.NDArray[np.float32] = self._run(self._token_ids([text]))[0]
        return vector

    def embed_words(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        """(len(words), 384) float32 rows of length 1, or 0 for a word without tokens.

        The model is not run: they are made of its table of tokens, see `TokenTable`.
        """
        # A word that is a token itself is never cut; looking it up is much quicker than asking.
        known = [self._tokenizer.token_to_id(word) if word.isascii() else None for word in words]
        others = [_encodable(word) for word, at in zip(words, known, strict=True) if at is None]
        cut = iter(self._tokenizer.encode_batch_fast(others, add_special_tokens=False))
        return self._table.vectors([next(cut).ids if at is None else (at,) for at in known])

    @cached_property
    def _table(self) -> TokenTable:
        files = self._files
        return TokenTable(files.model, files.words, files.dimensions)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens each text takes, both markers included; above 256 its end is not embedded."""
        counts: list[int] = []
        for start in range(0, len(texts), WINDOW_TEXTS):
            window = [_encodable(text) for text in texts[start : start + WINDOW_TEXTS]]
            encoded = self._tokenizer.encode_batch_fast(window, add_special_tokens=False)
            counts.extend(len(one) + 2 for one in encoded)
        return counts

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's token ids with its two markers, at most 256."""
        cut = [_encodable(text[:MAX_CHARS]) for text in texts]
        encoded = self._tokenizer.encode_batch_fast(cut, add_special_tokens=False)
        return [[CLS_ID, *one.ids[: MAX_TOKENS - 2], SEP_ID] for one in encoded]

    def _run(self, ids: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """(len(ids), 384): one batch, padded with 0 to its longest text."""
        import numpy as np

        padded = np.zeros((len(ids), max(len(one) for one in ids)), dtype=np.int64)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
        vectors: npt.NDArray[np.float32]
        (vectors,) = self._session.run(None, {"input_ids": padded})
        return vectors


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers, longest text first, in groups of at most BATCH_TOKENS once padded."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) + 1) * lengths[batch[0]] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _encodable(text: str) -> str:
    """`text` with lone surrogates replaced: the tokenizer takes nothing that UTF-8 cannot say."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_THREADS)
    return min(os.cpu_count() or 1, MAX_THREADS)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelFileMissing(str(path)) from error
    except OSError as error:
        raise ModelFileDamaged(str(path)) from error


def _check_size(files: ModelFile) -> None:
    try:
        size = files.model.stat().st_size
    except FileNotFoundError as error:
        raise ModelFileMissing(str(files.model)) from error
    if size != files.size:
        raise ModelFileDamaged(str(files.model))


def _load_tokenizer(files: ModelFile) -> Tokenizer:
    from tokenizers import Tokenizer

    content = _read(files.tokenizer)
    if hashlib.sha256(content).hexdigest() != files.tokenizer_sha256:
        raise ModelFileDamaged(str(files.tokenizer))
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load_session(files: ModelFile) -> InferenceSession:
    forbid_telemetry()
    import onnxruntime as ort
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    # For a process that had imported it before.
    ort.disable_telemetry_events()
    options = ort.SessionOptions()
    # Whole batches run side by side instead of sharing one product between threads: a fifth
    # faster, no threads at rest, and a short query gains nothing from a second core.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The graph is stored fused: optimising it again would only slow the start.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4  # failures arrive as exceptions; nothing goes to stderr
    try:
        return ort.InferenceSession(
            str(files.model), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except failures.NoSuchFile as error:
        raise ModelFileMissing(str(files.model)) from error
    except (
        failures.Fail,
        failures.InvalidArgument,
        failures.InvalidGraph,
        failures.InvalidProtobuf,
        failures.NotImplemented,
        failures.RuntimeException,
    ) as error:
        raise ModelFileDamaged(str(files.model)) from error
