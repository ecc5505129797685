"""The small models that tests use, as GGUF files: one tokenizer, one architecture, one writer.

The same texts, seed and weights give the same bytes. `gguf` (PyPI) is needed by this script only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SYSTEM, USER, ASSISTANT, END = "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = (END, SYSTEM, USER, ASSISTANT)
CHAT_TEMPLATE = (
    "{% for m in messages %}"
    "{{ '<|' + m['role'] + '|>\\n' + m['content'] + '<|end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a llama: RMS norms, rotary positions over pairs (2i, 2i+1), SiLU-gated layers.

    `width` is a multiple of twice `heads`; `rope_base` and `epsilon` belong to the weights too.
    """

    layers: int = 2
    width: int = 64
    heads: int = 4
    hidden: int = 176
    context: int = 4096
    rope_base: float = 10_000.0
    epsilon: float = 1e-5


def tensor_shapes(architecture: Architecture, vocabulary: int) -> dict[str, tuple[int, ...]]:
    """Every tensor of the file by name; a matrix is (outputs, inputs), as torch's Linear has it."""
    width, hidden = architecture.width, architecture.hidden
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (vocabulary, width)}
    for layer in range(architecture.layers):
        shapes |= {
            f"blk.{layer}.attn_norm.weight": (width,),
            f"blk.{layer}.attn_q.weight": (width, width),
            f"blk.{layer}.attn_k.weight": (width, width),
            f"blk.{layer}.attn_v.weight": (width, width),
            f"blk.{layer}.attn_output.weight": (width, width),
            f"blk.{layer}.ffn_norm.weight": (width,),
            f"blk.{layer}.ffn_gate.weight": (hidden, width),
            f"blk.{layer}.ffn_up.weight": (hidden, width),
            f"blk.{layer}.ffn_down.weight": (width, hidden),
        }
    return shapes | {"output_norm.weight": (width,), "output.weight": (vocabulary, width)}


def random_weights(
    architecture: Architecture, vocabulary: int, seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Weights that mean nothing: norms of one, the rest normal around zero."""
    random = np.random.default_rng(seed)
    return {
        name: np.ones(shape, dtype=np.float32)
        if len(shape) == 1
        else random.normal(0.0, 0.4, shape).astype(np.float32)
        for name, shape in tensor_shapes(architecture, vocabulary).items()
    }


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A byte-level BPE: tokens by id, the four special ones first, and the merges in order."""

    tokens: tuple[str, ...]
    merges: tuple[str, ...]
    encoder: Any

    def encode(self, text: str) -> list[int]:
        """Ids of a text that stands in a prompt as data: no special token comes of it."""
        return list(self.encoder.encode(text, add_special_tokens=False).ids)

    def encode_prompt(self, system: str, user: str) -> list[int]:
        """Ids of a whole prompt, piece by piece as `mem.inference.child` puts it together."""
        newline = self.encode("\n")
        ids: list[int] = []
        for role, text in ((SYSTEM, system), (USER, user)):
            ids += [SPECIAL.index(role), *newline, *self.encode(text), SPECIAL.index(END), *newline]
        return [*ids, SPECIAL.index(ASSISTANT), *newline]


def train_vocabulary(texts: Iterable[str], size: int) -> Vocabulary:
    """A vocabulary of `size` tokens learned from `texts`; every byte is among them."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    encoder = Tokenizer(models.BPE())
    encoder.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    encoder.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    encoder.train_from_iterator(texts, trainer)
    learned = json.loads(encoder.to_str())["model"]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in learned["merges"]]
    ordered = sorted(learned["vocab"], key=learned["vocab"].__getitem__)
    tokens = [*SPECIAL, *ordered]
    numbered = {token: place for place, token in enumerate(tokens)}
    fresh = Tokenizer(
        models.BPE(vocab=numbered, merges=[tuple(merge.split(" ")) for merge in merges])
    )
    fresh.pre_tokenizer, fresh.decoder = encoder.pre_tokenizer, encoder.decoder
    return Vocabulary(tuple(tokens), tuple(merges), fresh)


def write_gguf(
    out: Path,
    *,
    name: str,
    architecture: Architecture,
    vocabulary: Vocabulary,
    weights: Mapping[str, npt.NDArray[np.float32]],
) -> str:
    """Write the file and return its SHA-256. Matrices are stored as float16, norms as float32.

    Raises ValueError where `weights` are not those of the architecture.
    """
    from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType

    wanted = tensor_shapes(architecture, len(vocabulary.tokens))
    if {key: value.shape for key, value in weights.items()} != wanted:
        raise ValueError("the weights do not fit the architecture")
    writer = GGUFWriter(out, "llama")
    writer.add_name(name)
    writer.add_context_length(architecture.context)
    writer.add_embedding_length(architecture.width)
    writer.add_block_count(architecture.layers)
    writer.add_feed_forward_length(architecture.hidden)
    writer.add_head_count(architecture.heads)
    writer.add_head_count_kv(architecture.heads)
    writer.add_rope_dimension_count(architecture.width // architecture.heads)
    writer.add_rope_freq_base(architecture.rope_base)
    writer.add_layer_norm_rms_eps(architecture.epsilon)
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_file_type(LlamaFileType.MOSTLY_F16)
    _add_tokenizer(writer, vocabulary)
    for key in wanted:
        if len(wanted[key]) == 1:
            writer.add_tensor(key, weights[key].astype(np.float32))
        else:
            half = weights[key].astype(np.float16)
            writer.add_tensor(key, half, raw_dtype=GGMLQuantizationType.F16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return hashlib.sha256(out.read_bytes()).hexdigest()


def _add_tokenizer(writer: Any, vocabulary: Vocabulary) -> None:
    from gguf import TokenType

    kinds: Sequence[int] = [
        TokenType.CONTROL if token in SPECIAL else TokenType.NORMAL for token in vocabulary.tokens
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(list(vocabulary.tokens))
    writer.add_token_types(kinds)
    writer.add_token_merges(list(vocabulary.merges))
    writer.add_bos_token_id(SPECIAL.index(END))
    writer.add_eos_token_id(SPECIAL.index(END))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
