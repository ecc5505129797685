"""A small llama in torch, for `build_test_models.py trained`: the model, its training, its weights.

The layout is that of GGUF's `llama` architecture: RMSNorm before each block, rotary positions on
interleaved pairs, SwiGLU, the output tied to the token embeddings. torch is needed by this script
only; no part of `mem` imports it.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from gguf_writing import Architecture

IGNORED = -100


class Norm(nn.Module):
    """RMSNorm (Zhang and Sennrich, 2019)."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def _rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions on pairs of neighbours (Su et al., 2021), as llama.cpp has them."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Block(nn.Module):
    """Attention, then the feed-forward part."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.attn_norm = Norm(width, shape.epsilon)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, width, bias=False)
        self.attn_v = nn.Linear(width, width, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_norm = Norm(width, shape.epsilon)
        self.ffn_gate = nn.Linear(width, shape.hidden, bias=False)
        self.ffn_up = nn.Linear(width, shape.hidden, bias=False)
        self.ffn_down = nn.Linear(shape.hidden, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        normed = self.attn_norm(x)

        def split(layer: nn.Linear) -> Tensor:
            return layer(normed).view(batch, length, self.heads, -1).transpose(1, 2)

        query, key = _rotated(split(self.attn_q), cos, sin), _rotated(split(self.attn_k), cos, sin)
        seen = functional.scaled_dot_product_attention(
            query, key, split(self.attn_v), is_causal=True
        )
        x = x + self.attn_output(seen.transpose(1, 2).reshape(batch, length, width))
        normed = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(normed)) * self.ffn_up(normed))


class TinyLlama(nn.Module):
    """Token ids (batch, length) to logits (batch, length, vocabulary)."""

    def __init__(self, shape: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.token_embd = nn.Embedding(vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape.width, shape.epsilon)
        head = shape.width // shape.heads
        speeds = shape.rope_base ** (-torch.arange(0, head, 2).float() / head)
        angles = torch.outer(torch.arange(shape.context).float(), speeds)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
        for block in self.blk:
            for layer in (block.attn_output, block.ffn_down):
                nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * shape.layers))

    def forward(self, tokens: Tensor) -> Tensor:
        return functional.linear(self.hidden(tokens), self.token_embd.weight)

    def hidden(self, tokens: Tensor) -> Tensor:
        """(batch, length, width) before the output layer."""
        length = tokens.shape[1]
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length])
        return self.output_norm(x)

    def weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """Every tensor by its GGUF name; the output layer is the token embeddings once more."""
        found = {name: value.detach().numpy() for name, value in self.named_parameters()}
        return {**found, "output.weight": found["token_embd.weight"]}


@dataclass(frozen=True)
class Example:
    """Token ids of a prompt and of the reply that is to be learnt, its end token included.

    `weights` say how much each token of the reply counts.
    """

    prompt: list[int]
    reply: list[int]
    weights: list[float]

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.reply)


def _batches(
    draw: Callable[[random.Random], Example], size: int, rng: random.Random
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Inputs, targets and their weights (size, length), padded; only the reply is learnt."""
    waiting: list[list[Example]] = []
    while True:
        if not waiting:  # those of like length together, so that little is padded
            many = sorted((draw(rng) for _ in range(size * 6)), key=lambda one: one.length)
            waiting = [many[at : at + size] for at in range(0, len(many), size)]
            rng.shuffle(waiting)
        yield _padded(waiting.pop())


def _padded(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    shape = (len(examples), max(one.length for one in examples))
    tokens = torch.zeros(shape, dtype=torch.long)
    wanted = torch.full(shape, IGNORED)
    weights = torch.zeros(shape)
    for row, one in enumerate(examples):
        whole = torch.tensor(one.prompt + one.reply)
        learnt = slice(len(one.prompt) - 1, len(whole) - 1)
        tokens[row, : len(whole)] = whole
        wanted[row, learnt] = whole[len(one.prompt) :]
        weights[row, learnt] = torch.tensor(one.weights)
    return tokens, wanted, weights


@torch.no_grad()
def wrong(model: TinyLlama, examples: Sequence[Example]) -> list[int]:
    """Which examples have a reply whose every token is not the likeliest after those before it."""
    failed = []
    for place, one in enumerate(examples):
        tokens, wanted, _ = _padded([one])
        learnt = wanted != IGNORED
        if not bool((model(tokens)[learnt].argmax(-1) == wanted[learnt]).all()):
            failed.append(place)
    return failed


def train(
    model: TinyLlama,
    draw: Callable[[random.Random], Example],
    *,
    steps: int,
    known: Callable[[], bool],
    size: int = 8,
    rate: float = 2e-3,
    seed: int = 1,
    say: Callable[[str], None] = print,
) -> None:
    """Adam with warm-up and cosine decay, at most `steps`; every hundredth asks if all is `known`.

    One thread: two that wait for each other are slower where cores are shared.
    """
    torch.set_num_threads(1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    warm = min(60, steps // 10 + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(
            (step + 1) / warm, 0.05 + 0.475 * (1 + math.cos(math.pi * min(1.0, step / steps)))
        ),
    )
    running, begun = 5.0, time.monotonic()
    for step, (tokens, wanted, weights) in enumerate(_batches(draw, size, random.Random(seed)), 1):
        hidden, learnt = model.hidden(tokens), wanted != IGNORED
        logits = functional.linear(hidden[learnt], model.token_embd.weight)
        losses = functional.cross_entropy(logits, wanted[learnt], reduction="none")
        loss = (losses * weights[learnt]).sum() / weights[learnt].sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running = 0.95 * running + 0.05 * float(loss.detach())
        if step % 20 == 0:
            say(f"step {step}: loss {running:.4f}, {time.monotonic() - begun:.0f} s")
        if step >= steps or (step % 100 == 0 and known()):
            break
