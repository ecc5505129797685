"""Which token a reply goes on with: the likeliest that its grammar allows."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

from mem.inference.child.loading import CannotLoad, shortened

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_FEW: Final = 64  # likeliest tokens that a grammar is asked about before all of them


class Sampler:
    """Chooses each next token of one reply; holds llama.cpp's state of the grammar."""

    def __init__(
        self, llama_cpp: Any, vocabulary: Any, errors: list[str], grammar: str | None
    ) -> None:
        """Raises CannotLoad where llama.cpp takes no such grammar."""
        self._llama_cpp = llama_cpp
        self._vocabulary = vocabulary
        self._grammar = None
        if grammar:
            self._grammar = llama_cpp.llama_sampler_init_grammar(
                vocabulary, grammar.encode(), b"root"
            )
            if not self._grammar:
                reason = "; ".join([*errors, "grammar refused"])
                raise CannotLoad("unusable", shortened(reason))

    def next(self, scores: npt.NDArray[np.float32]) -> int:
        """The token that follows, of (vocabulary,) scores; the grammar is told too.

        The likeliest is tried alone, then a few, then all: a grammar is slow over a vocabulary.
        """
        import numpy as np

        best = int(scores.argmax())
        if self._grammar is None:
            return best
        allowed = self._allowed(np.array([best], dtype=np.int32), scores)
        if allowed is None:
            few = min(_FEW, len(scores) - 1)
            allowed = self._allowed(np.argpartition(-scores, few)[: few + 1], scores)
        if allowed is None:
            allowed = self._allowed(np.arange(len(scores)), scores)
        if allowed is None:
            return int(self._llama_cpp.llama_vocab_eos(self._vocabulary))
        self._llama_cpp.llama_sampler_accept(self._grammar, allowed)
        return allowed

    def _allowed(self, tokens: npt.NDArray[Any], scores: npt.NDArray[np.float32]) -> int | None:
        import numpy as np

        kind = [("id", np.int32), ("logit", np.float32), ("p", np.float32)]
        candidates = np.zeros(len(tokens), dtype=kind)
        candidates["id"], candidates["logit"] = tokens, scores[tokens]
        array = self._llama_cpp.llama_token_data_array(
            data=candidates.ctypes.data_as(self._llama_cpp.llama_token_data_p),
            size=len(tokens),
            selected=-1,
            sorted=False,
        )
        self._llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(array))
        best = int(candidates["logit"].argmax())
        return int(candidates["id"][best]) if candidates["logit"][best] > -np.inf else None

    def close(self) -> None:
        """Give the grammar's memory back."""
        if self._grammar is not None:
            self._llama_cpp.llama_sampler_free(self._grammar)
