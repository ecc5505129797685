"""A reranker: how well each of several texts answers a question.

Invariant: what was taken in is data. The question and the texts are tokenised apart from what joins
them, so that no text can write a special token of the model or end the question early.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from mem.inference.child.loading import CannotLoad, Options, library, load
from mem.inference.rankhead import has_rank_head

_TEMPLATE: Final = "tokenizer.chat_template.rerank"
_PLACES: Final = re.compile(r"(\{query\}|\{document\})")
_SURE: Final = 1e-6  # chances are held this far from 0 and 1


class Ranker:
    """One loaded reranker; a question and a text go through it as one sequence."""

    def __init__(self, options: Options) -> None:
        """Raises CannotLoad, also for a model without a head that ranks."""
        if not has_rank_head(Path(options.file)):
            raise CannotLoad("unusable", "it is no reranker: it has no head that scores texts")
        self._llama_cpp, errors = library()
        self._llama = load(
            options,
            self._llama_cpp,
            errors,
            # A model that looks both ways needs the whole sequence in one step.
            n_batch=options.context,
            n_ubatch=options.context,
            embedding=True,
            pooling_type=self._llama_cpp.LLAMA_POOLING_TYPE_RANK,
        )
        self._vocabulary = self._llama_cpp.llama_model_get_vocab(self._llama.model)
        self._template = self._llama.metadata.get(_TEMPLATE)
        trained = int(self._llama_cpp.llama_model_n_ctx_train(self._llama.model))
        self.context = min(options.context, trained or options.context)

    @property
    def has_template(self) -> bool:
        return self._template is not None

    def scores(
        self, query: str, texts: Sequence[str], *, cancelled: Callable[[], bool]
    ) -> Iterator[float]:
        """The log-odds that each text answers the question, in order, until cancelled.

        Raises CannotLoad where the model gives no number.
        """
        asked = self._tokens(query)
        for text in texts:
            if cancelled():
                return
            yield self._score(self.joined(asked, self._tokens(text)))

    def joined(self, query: list[int], text: list[int]) -> list[int]:
        """One sequence of both, cut to what the model has room for: the text first.

        As llama.cpp's server joins them: by the template that the file has for it (`rerank`), else
        BOS query EOS SEP text EOS, of which the vocabulary says what is left out.
        """
        parts = self._frame()
        room = max(self.context - sum(len(part) for part in parts if part is not None), 2)
        query = query[: room // 2]
        text = text[: room - len(query)]
        filled = iter((query, text) if self._query_first() else (text, query))
        tokens: list[int] = []
        for part in parts:
            tokens += next(filled) if part is None else part
        return tokens

    def _query_first(self) -> bool:
        template = self._template
        return template is None or template.find("{query}") < template.find("{document}")

    def _frame(self) -> list[list[int] | None]:
        """What stands around the two texts; None is where one of them goes."""
        if self._template is not None:
            parts = _PLACES.split(self._template)
            if sorted(parts[1::2]) != ["{document}", "{query}"]:
                raise CannotLoad("unusable", "its template does not take a question and a text")
            return [
                None if place % 2 else self._tokens(part, special=True)
                for place, part in enumerate(parts)
            ]
        library, words = self._llama_cpp, self._vocabulary
        end = library.llama_vocab_eos(words)
        if end < 0:
            end = library.llama_vocab_sep(words)
        begins = [library.llama_vocab_bos(words)] if library.llama_vocab_get_add_bos(words) else []
        ends = [end] if library.llama_vocab_get_add_eos(words) else []
        parted = [library.llama_vocab_sep(words)] if library.llama_vocab_get_add_sep(words) else []
        return [begins, None, ends + parted, None, ends]

    def _tokens(self, text: str, *, special: bool = False) -> list[int]:
        data = text.encode("utf-8", "replace")
        if not data:
            return []
        return list(self._llama.tokenize(data, add_bos=False, special=special))

    def _score(self, tokens: list[int]) -> float:
        context, batch = self._llama._ctx, self._llama._batch
        batch.reset()
        batch.add_sequence(tokens, 0, True)
        context.kv_cache_clear()
        try:
            context.decode(batch)
        except RuntimeError as error:
            raise CannotLoad("unusable", f"llama.cpp cannot compute it ({error})") from error
        pointer = self._llama_cpp.llama_get_embeddings_seq(context.ctx, 0)
        if not pointer:
            raise CannotLoad("unusable", "llama.cpp has no scores of it")
        count = max(int(self._llama_cpp.llama_model_n_cls_out(self._llama.model)), 1)
        return log_odds([float(value) for value in pointer[:count]])


def log_odds(values: list[float]) -> float:
    """The log-odds of the first class: one number is that already, several that sum up to 1 are
    chances. Raises CannotLoad for what is no number.
    """
    if not all(map(math.isfinite, values)):
        raise CannotLoad("unusable", "it scores with what is no number")
    if len(values) > 1 and min(values) >= 0 and abs(sum(values) - 1) < 0.01:
        chance = min(max(values[0], _SURE), 1 - _SURE)
        return math.log(chance / (1 - chance))
    return values[0]
