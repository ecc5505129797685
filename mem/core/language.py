"""What a language model is asked and what it gives back, whoever runs it.

A model only proposes: what it writes is checked by code before anything is stored or shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

Schema = Mapping[str, object]
"""A JSON schema of the subset that `mem.inference.grammar` reads."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request. `system` is ours alone; what was taken in stands in `user`, quoted as data."""

    system: str
    user: str


class StoppedError(Exception):
    """Ends a call that its caller wants no more; nothing of it is kept."""


class LanguageModel(Protocol):
    """Writes text. One request at a time; the next one waits for the iterator of the last."""

    @property
    def name(self) -> str:
        """As a person calls it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names the weights; what two of them made is kept apart."""
        ...

    @property
    def context_tokens(self) -> int:
        """Tokens of prompt and reply together."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of a text as it stands in a prompt."""
        ...

    def count_prompt(self, prompt: Prompt) -> int:
        """Tokens of a whole prompt, the chat template's own included."""
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        schema: Schema | None = None,
        deadline: float | None = None,
    ) -> Iterator[str]:
        """The reply in pieces as it is written, without what a model thinks aloud.

        Closing the iterator cancels the request. An empty piece says that the model is still at
        work: a moment to close it. With `schema` the reply is JSON of that shape, unless it was
        cut at `max_tokens`. `deadline` is in seconds, the model's own by default.

        Raises PromptTooLong before anything is written, ModelCrashed, ModelTimedOut, ModelError.
        """
        ...

    def close(self) -> None:
        """Release the model; a later request loads it again."""
        ...


def until_stopped(pieces: Iterator[str], stop: Callable[[], bool]) -> Iterator[str]:
    """The pieces of a reply while `stop` does not say otherwise; then raises StoppedError.

    However it ends, the request is cancelled.
    """
    try:
        for piece in pieces:
            yield piece
            if stop():
                raise StoppedError
    finally:
        # Closing a generator cancels the request, whatever ended the loop.
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
