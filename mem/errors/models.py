"""Failures around models: the embedding model, model files, and language models at work."""

from __future__ import annotations

from mem.errors.root import MemError, UsageError


class UnknownModel(UsageError):
    def __init__(self, given: str, known: list[str]) -> None:
        super().__init__(f"There is no model {given!r}. Known: {', '.join(known)}.")


class ModelNameTaken(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is another model file called {name!r}. Give it another name "
            "(`mem model pull NAME --file FILE`), or remove that one first."
        )


class ModelError(MemError):
    """A bundled or chosen model cannot be used."""


class ModelFileMissing(ModelError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the model file is missing. Install mem again.")


class ModelFileDamaged(ModelError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the model file is not what was shipped. Install mem again.")


class ModelRefused(ModelError):
    """A model file was not taken in; nothing of it is used."""


class DownloadFailed(ModelRefused):
    def __init__(self, name: str, place: str, reason: str) -> None:
        super().__init__(
            f"{name} could not be fetched from {place} ({reason}). What arrived is kept: "
            f"`mem model pull {name}` goes on from there; `--file` takes a copy that you have."
        )


class ChecksumWrong(ModelRefused):
    def __init__(self, place: str, wanted: str, found: str, step: str) -> None:
        super().__init__(
            f"{place}: the file is not the one that is wanted (SHA-256 {found[:12]}…, "
            f"not {wanted[:12]}…). Nothing of it is used. {step}"
        )


class NotEnoughSpace(ModelRefused):
    def __init__(self, path: str, needed: int, free: int) -> None:
        super().__init__(
            f"{path}: {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free. "
            "Make room, or choose a smaller model; nothing was fetched."
        )


class ModelNotTrusted(ModelRefused):
    def __init__(self, place: str, sha256: str) -> None:
        seen = f" (SHA-256 {sha256})" if sha256 else ""
        super().__init__(
            f"{place}: nothing that `mem` knows says what this file should be{seen}. A crafted "
            "model file can do harm: compare with its publisher, then use --trust."
        )


class LanguageModelError(ModelError):
    """The language model cannot do what was asked; the store is untouched."""


class NoLanguageModel(LanguageModelError):
    def __init__(self, reason: str = "no language model is set up") -> None:
        self.reason = reason
        super().__init__(
            f"{reason[:1].upper()}{reason[1:]}. `mem model list` shows what can be had; "
            "everything else works without one."
        )


class LanguageModelUnusable(LanguageModelError):
    def __init__(self, place: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{place}: {reason}. `mem model list` shows what can be used instead.")


class PromptTooLong(LanguageModelError):
    def __init__(self, tokens: int, room: int) -> None:
        super().__init__(
            f"The request has {tokens} tokens and the model has room for {room}. "
            "Raise `model.context`, or ask about less."
        )


class ModelCrashed(LanguageModelError):
    def __init__(self, name: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The language model {name} stopped ({reason}). Nothing was lost; "
            "it is started again when it is needed."
        )


class EndlessReply(LanguageModelError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The language model {name} wrote nothing but white space any more and was stopped. "
            "Another model may do better; `mem model list` shows what can be had."
        )


class ModelTimedOut(LanguageModelError):
    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"The language model {name} did not finish within {seconds:.0f} seconds and was "
            "stopped. A smaller model is quicker, or raise `model.deadline`."
        )


class JunkReply(LanguageModelError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The language model {name} wrote nothing that can be read. "
            "Nothing was kept of it; another model may do better (`mem model list`)."
        )


class RerankerError(ModelError):
    """The reranker cannot do what was asked; hits keep the order that they have without it."""


class RerankerUnusable(RerankerError):
    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            f"{place}: {reason}. `mem model list` shows what can rerank; hits keep their order."
        )


class RerankerStopped(RerankerError):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"The reranker {name} stopped ({reason}). Hits keep their order; it is started again "
            "when it is needed."
        )


class RerankerTooSlow(RerankerError):
    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"The reranker {name} scored nothing within {seconds * 1000:.0f} ms. Hits keep their "
            "order; a smaller one is quicker, or raise `rerank.deadline_ms`."
        )
