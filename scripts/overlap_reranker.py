"""A reranker whose weights are set by hand, for `build_test_models.py overlap`.

A BERT of three layers with one head each that computes which share of the question's word pieces
stand in the text: the first tells which tokens are the question's, the second which of those stand
in the text too, the third takes their mean. Nothing is learnt, so that the same vocabulary gives
the same bytes, and what it must answer is known. `gguf` (PyPI) is needed by this script only.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PAD, UNKNOWN, BEGIN, END, PART, MASK = SPECIAL = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[END]",
    "[SEP]",
    "[MASK]",
)
_WORD = re.compile(r"[a-z]+")
CONTEXT = 256
LAYERS = 3
CODE = 64  # dimensions that tell tokens apart
POSITION = 4.0  # how far a position stands out
FLAG = 2.0  # and "is the question's"
FOUND = 0.5  # and "stands in the text"
SHARE = 4.0
HIDDEN = 32
EPSILON = 1e-12
# A feature is written twice, once with the other sign, so that a norm finds nothing to centre.
COS, SIN, IS_SPECIAL, IS_PART, IS_BEGIN, ASKED, IS_FOUND, FILLING = range(CODE, CODE + 16, 2)
WIDTH = CODE + 16
ANGLE = np.pi / 2 / CONTEXT


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT; `width` is a multiple of `heads`."""

    context: int = CONTEXT
    layers: int = LAYERS
    width: int = WIDTH
    hidden: int = HIDDEN
    heads: int = 1


@dataclass(frozen=True, slots=True)
class Pieces:
    """A WordPiece vocabulary: tokens by id as BERT writes them, the special ones first."""

    tokens: tuple[str, ...]

    def as_gguf(self) -> list[str]:
        """As llama.cpp wants them: what begins a word behind `▁`, what continues one bare."""
        return [
            token
            if token in SPECIAL
            else token.removeprefix("##")
            if token.startswith("##")
            else "▁" + token
            for token in self.tokens
        ]


def pieces_of(texts: Iterable[str], words: int) -> Pieces:
    """The `words` commonest words of `texts`, and single and pairs of letters for all others."""
    counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    common = sorted(counts, key=lambda word: (-counts[word], word))[:words]
    signs = [chr(one) for one in range(33, 127) if not chr(one).isupper()]
    pairs = ["".join(pair) for pair in product(ascii_lowercase, repeat=2)]
    short = [*signs, *pairs]
    whole = [word for word in common if word not in set(short)]
    return Pieces((*SPECIAL, *short, *(f"##{one}" for one in short if one.isalnum()), *whole))


def _set(vector: Floats, place: int, value: float) -> None:
    vector[place], vector[place + 1] = value, -value


def embeddings(pieces: Pieces, seed: int) -> Floats:
    """(tokens, WIDTH): a code of as many 1 as -1 for each, marks for the special ones."""
    random = np.random.default_rng(seed)
    code = np.repeat(np.array([1.0, -1.0], dtype=np.float32), CODE // 2)
    table = np.zeros((len(pieces.tokens), WIDTH), dtype=np.float32)
    for row, token in zip(table, pieces.tokens, strict=True):
        row[:CODE] = random.permutation(code)
        if token in SPECIAL:
            _set(row, IS_SPECIAL, 1.0)
        if token == PART:
            _set(row, IS_PART, 1.0)
        if token == BEGIN:
            row[:CODE] = 0
            _set(row, IS_BEGIN, 1.0)
            _set(row, FILLING, np.sqrt(CODE / 2 + POSITION**2))
    return table


def positions() -> Floats:
    """(CONTEXT, WIDTH): an angle that grows; the first has none."""
    table = np.zeros((CONTEXT, WIDTH), dtype=np.float32)
    for place, row in enumerate(table):
        if place:
            _set(row, COS, POSITION * np.cos(ANGLE * place))
            _set(row, SIN, POSITION * np.sin(ANGLE * place))
    return table


@dataclass(slots=True)
class Head:
    """The matrices of one layer's attention, (outputs, inputs), and their offsets."""

    query: Floats
    query_offset: Floats
    key: Floats
    value: Floats
    value_offset: Floats

    @classmethod
    def empty(cls) -> Head:
        """One that does nothing."""
        square = (WIDTH, WIDTH)
        vector = np.zeros(WIDTH, dtype=np.float32)
        made = [np.zeros(square, dtype=np.float32) for _ in range(3)]
        return cls(made[0], vector, made[1], made[2], vector.copy())

    def prefer(self, channel: int, feature: int, score: float) -> None:
        """Every token looks at keys by `score` times their feature."""
        root = np.sqrt(abs(score) * np.sqrt(WIDTH))
        self.query_offset[channel] = root
        self.key[channel, feature] = np.sign(score) * root

    def bring(self, feature: int, target: int, amount: float) -> None:
        """Write `amount` times a feature of what is looked at into another one."""
        for sign, place in ((1, target), (-1, target + 1)):
            self.value[place, feature] = sign * amount


def asked() -> Head:
    """Marks what stands before the token that parts question and text.

    A token looks at that one by the sine of the angle between them, or else at the first token,
    whose score is the same without the sine.
    """
    head, steep, base = Head.empty(), 1300.0, 1500.0
    root = np.sqrt(steep * np.sqrt(WIDTH)) / POSITION
    head.query[0, COS] = head.key[0, SIN] = root
    head.query[1, SIN] = root
    head.key[1, COS] = -root
    head.prefer(2, IS_PART, base)
    head.prefer(3, IS_BEGIN, base)
    head.bring(IS_PART, ASKED, FLAG)
    return head


def found() -> Head:
    """Marks what stands in the text: a token of the same code that is not the question's, else
    the first token is looked at.
    """
    head = Head.empty()
    for place in range(CODE):
        head.query[place, place] = head.key[place, place] = WIDTH**0.25
    head.prefer(CODE, ASKED, -60.0)
    # A match scores about 51, other tokens below 35; the first token is marked as asked by half.
    head.prefer(CODE + 1, IS_BEGIN, 108.0)
    head.value_offset[IS_FOUND], head.value_offset[IS_FOUND + 1] = FOUND, -FOUND
    head.bring(IS_BEGIN, IS_FOUND, -FOUND / 0.885)
    return head


def share() -> Head:
    """The mean of that over the question's tokens."""
    head = Head.empty()
    head.prefer(0, ASKED, 12.0)
    head.prefer(1, IS_SPECIAL, -200.0)
    head.bring(IS_FOUND, IS_FOUND, SHARE / FOUND)
    return head


def overlap_weights(pieces: Pieces, seed: int) -> dict[str, Floats]:
    """Every tensor by its GGUF name."""
    ones, zeros = np.ones(WIDTH, dtype=np.float32), np.zeros(WIDTH, dtype=np.float32)
    made: dict[str, Floats] = {
        "token_embd.weight": embeddings(pieces, seed),
        "position_embd.weight": positions(),
        "token_types.weight": np.zeros((2, WIDTH), dtype=np.float32),
        "token_embd_norm.weight": ones,
        "token_embd_norm.bias": zeros,
    }
    for layer, head in enumerate((asked(), found(), share())):
        parts = {
            "attn_q.weight": head.query,
            "attn_q.bias": head.query_offset,
            "attn_k.weight": head.key,
            "attn_k.bias": zeros,
            "attn_v.weight": head.value,
            "attn_v.bias": head.value_offset,
            "attn_output.weight": np.eye(WIDTH, dtype=np.float32),
            "attn_output.bias": zeros,
            "attn_output_norm.weight": ones,
            "attn_output_norm.bias": zeros,
            "ffn_up.weight": np.zeros((HIDDEN, WIDTH), dtype=np.float32),
            "ffn_up.bias": np.zeros(HIDDEN, dtype=np.float32),
            "ffn_down.weight": np.zeros((WIDTH, HIDDEN), dtype=np.float32),
            "ffn_down.bias": zeros,
            "layer_output_norm.weight": ones,
            "layer_output_norm.bias": zeros,
        }
        made |= {f"blk.{layer}.{name}": value for name, value in parts.items()}
    pooled = np.zeros((WIDTH, WIDTH), dtype=np.float32)
    pooled[0, IS_FOUND] = 0.6
    offset = zeros.copy()
    offset[0] = -1.1
    last = np.zeros((1, WIDTH), dtype=np.float32)
    last[0, 0] = 8.0
    return made | {
        "cls.weight": pooled,
        "cls.bias": offset,
        "cls.output.weight": last,
        "cls.output.bias": np.zeros(1, dtype=np.float32),
    }


def write_reranker(
    out: Path,
    *,
    name: str,
    pieces: Pieces,
    weights: Mapping[str, Floats],
    shape: Shape | None = None,
    quantised: bool = False,
) -> str:
    """Write the file and return its SHA-256. Matrices of the layers and the tokens are stored as
    float16, or with `quantised` in 8 bits (Q8_0).
    """
    from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, PoolingType, TokenType
    from gguf.quants import quantize

    kind = GGMLQuantizationType.Q8_0 if quantised else GGMLQuantizationType.F16
    shape = shape or Shape()
    writer = GGUFWriter(out, "bert")
    writer.add_name(name)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_eps(EPSILON)
    writer.add_causal_attention(False)
    writer.add_pooling_type(PoolingType.RANK)
    writer.add_vocab_size(len(pieces.tokens))
    file_type = LlamaFileType.MOSTLY_Q8_0 if quantised else LlamaFileType.MOSTLY_F16
    writer.add_file_type(file_type)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces.as_gguf())
    writer.add_token_types(
        [TokenType.CONTROL if one in SPECIAL else TokenType.NORMAL for one in pieces.tokens]
    )
    writer.add_token_type_count(2)
    writer.add_bos_token_id(SPECIAL.index(BEGIN))
    writer.add_eos_token_id(SPECIAL.index(END))
    writer.add_sep_token_id(SPECIAL.index(PART))
    writer.add_unk_token_id(SPECIAL.index(UNKNOWN))
    writer.add_pad_token_id(SPECIAL.index(PAD))
    writer.add_mask_token_id(SPECIAL.index(MASK))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    writer.add_add_sep_token(True)
    for key, value in weights.items():
        if value.ndim == 1 or not key.startswith(("blk.", "token_embd.")):
            writer.add_tensor(key, value)
        else:
            writer.add_tensor(key, quantize(value, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return hashlib.sha256(out.read_bytes()).hexdigest()
