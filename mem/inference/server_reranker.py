"""A reranker behind `/v1/rerank`, as llama-server has it with `--reranking`, and others.

Invariant: what is sent goes where `mem.inference.connection` lets it. A few texts are asked about
at a time, so that what was scored in time counts.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mem.core.chatmarks import as_words
from mem.errors import (
    LanguageModelUnusable,
    ModelCrashed,
    ModelTimedOut,
    RerankerStopped,
    RerankerTooSlow,
    RerankerUnusable,
)
from mem.inference.connection import MAX_BODY, Address, request, require_ok

_AT_ONCE: Final = 4
_SURE: Final = 1e-6  # chances are held this far from 0 and 1


class ServerReranker:
    """The reranker of one server; each request is on its own connection."""

    def __init__(self, url: str, *, name: str = "", allow_remote: bool = False) -> None:
        """`url` is the server's base, with or without `/v1`; `name` the model's name there, where
        it has several. Nothing is sent yet.

        Raises RerankerUnusable for what is no address, or one that is not on this machine.
        """
        self._url = url
        self._name = name
        try:
            self._address = Address(url, allow_remote=allow_remote)
        except LanguageModelUnusable as error:
            raise RerankerUnusable(url, error.reason) from error

    @property
    def name(self) -> str:
        return self._name or self._url

    def scores(self, query: str, texts: Sequence[str], *, seconds: float) -> list[float]:
        """As the protocol has it."""
        ends = time.monotonic() + seconds
        found: list[float] = []
        while len(found) < len(texts) and time.monotonic() < ends:
            some = texts[len(found) : len(found) + _AT_ONCE]
            try:
                found += self._some(query, some, max(ends - time.monotonic(), 0.001))
            except ModelTimedOut:
                break
            except LanguageModelUnusable as error:
                raise RerankerUnusable(self._url, error.reason) from error
            except ModelCrashed as error:
                raise RerankerStopped(self.name, error.reason) from error
        if texts and not found:
            raise RerankerTooSlow(self.name, seconds)
        return as_log_odds(found)

    def close(self) -> None:
        """Nothing is held between requests."""

    def _some(self, query: str, texts: Sequence[str], seconds: float) -> list[float]:
        """What the server gives each text. Raises LanguageModelUnusable, ModelCrashed,
        ModelTimedOut.
        """
        body: dict[str, Any] = {
            "query": as_words(query),
            "documents": [as_words(text) for text in texts],
            "top_n": len(texts),
        }
        if self._name:
            body["model"] = self._name
        with request(self._address, self.name, "POST", "/v1/rerank", body, seconds) as response:
            require_ok(self._url, response)
            try:
                return _in_order(json.loads(response.read(MAX_BODY)), len(texts))
            except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
                reason = "the server's answer is not what /v1/rerank has"
                raise LanguageModelUnusable(self._url, reason) from error


def _in_order(answer: Mapping[str, Any], count: int) -> list[float]:
    """The scores by the place of their text. Raises ValueError where one is missing."""
    by_place = {int(one["index"]): float(one["relevance_score"]) for one in answer["results"]}
    scores = [by_place[place] for place in range(count)]
    if not all(map(math.isfinite, scores)):
        raise ValueError("a score is no number")
    return scores


def as_log_odds(scores: list[float]) -> list[float]:
    """llama-server gives log-odds of most models; where all lie in [0, 1] they are chances."""
    if not all(0 <= score <= 1 for score in scores):
        return scores
    held = (min(max(score, _SURE), 1 - _SURE) for score in scores)
    return [math.log(chance / (1 - chance)) for chance in held]
