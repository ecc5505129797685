"""A reranker in a GGUF file, run by llama.cpp in a child process of its own.

Invariant: whatever the file or the native code does, this process gets scores or one RerankerError
within the time it gave, and the next request works: it starts a child again where none is left.
"""

from __future__ import annotations

import importlib.util
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mem.errors import (
    LanguageModelUnusable,
    RerankerStopped,
    RerankerTooSlow,
    RerankerUnusable,
)
from mem.inference.llama import check_file
from mem.inference.llama_process import GONE, Answer, LlamaProcess

_MEGABYTE: Final = 1024 * 1024
_CONTEXT: Final = 1024  # tokens of a question and a text; what is longer is cut
_LOADING: Final = 300.0  # seconds after which a child that has not loaded its file is given up


class LlamaReranker:
    """One GGUF file with a head that ranks. The child starts with the first request and goes on
    loading when that one has no time left.
    """

    def __init__(
        self,
        file: Path,
        *,
        threads: int = 0,
        memory_mb: int = 4096,
        gpu_layers: int = -1,
    ) -> None:
        """`memory_mb` beyond the file's size, `threads` 0 for all cores, `gpu_layers` -1 for all.

        Raises RerankerUnusable where llama-cpp-python is not installed or the file is no GGUF.
        """
        if importlib.util.find_spec("llama_cpp") is None:
            reason = (
                "llama-cpp-python is not installed "
                "(`pipx install --force '.[llm]'` in mem's checkout brings it)"
            )
            raise RerankerUnusable(str(file), reason)
        _check(file)
        self._file = file
        self._name = file.stem
        self._options: dict[str, object] = {
            "file": str(file.absolute()),
            "context": _CONTEXT,
            "threads": threads,
            "memory": memory_mb * _MEGABYTE,
            "gpu_layers": gpu_layers,
            "temperature": 0.0,
            "seed": 1,
            "ranks": True,
        }
        self._turn = threading.Lock()
        self._child: LlamaProcess | None = None
        self._started = 0.0
        self._loaded = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def process(self) -> int | None:
        """The child's process number while it runs."""
        child = self._child
        return child.pid if child is not None and child.running() else None

    def scores(self, query: str, texts: Sequence[str], *, seconds: float) -> list[float]:
        """As the protocol has it."""
        ends = time.monotonic() + seconds
        if not self._turn.acquire(timeout=seconds):
            raise RerankerTooSlow(self._name, seconds)
        try:
            warm = self._loaded and self.process is not None
            child = self._ready(ends, seconds)
            return self._ask(child, query, texts, ends, seconds, warm=warm)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the child; a later request starts one again."""
        child, self._child = self._child, None
        self._loaded = False
        if child is not None:
            child.stop()

    def _ready(self, ends: float, seconds: float) -> LlamaProcess:
        """The child with its model loaded. Raises RerankerUnusable, RerankerTooSlow."""
        child = self._child
        if child is None or (self._loaded and not child.running()):
            self.close()
            _check(self._file)
            self._started = time.monotonic()
            child = self._child = LlamaProcess(self._options)
        if self._loaded:
            return child
        try:
            answer = child.loaded.get(timeout=max(ends - time.monotonic(), 0))
        except queue.Empty:
            if time.monotonic() - self._started > _LOADING:
                self.close()
            raise RerankerTooSlow(self._name, seconds) from None
        if answer is GONE:
            self._child = None
            reason = f"llama.cpp broke down while loading it ({child.why()})"
            raise RerankerUnusable(str(self._file), reason)
        if "failed" in answer:
            self.close()
            raise self._failure(answer)
        self._loaded = True
        return child

    def _ask(
        self,
        child: LlamaProcess,
        query: str,
        texts: Sequence[str],
        ends: float,
        seconds: float,
        *,
        warm: bool,
    ) -> list[float]:
        """The scores that arrive in time."""
        number, box = child.ask(do="score", query=query, texts=list(texts))
        found: list[float] = []
        give_up = child.cancel
        try:
            while len(found) < len(texts):
                answer = box.get(timeout=max(ends - time.monotonic(), 0))
                if answer is GONE:
                    self._child, self._loaded = None, False
                    raise RerankerStopped(self._name, child.why())
                if "failed" in answer:
                    raise self._failure(answer)
                found.append(float(answer["score"]))
            give_up = child.forget
        except queue.Empty:
            if not found:
                if warm:
                    # It had the whole time and gave no sign of life.
                    self.close()
                raise RerankerTooSlow(self._name, seconds) from None
        finally:
            give_up(number)
        return found

    def _failure(self, answer: Answer) -> RerankerUnusable:
        """What the child reported."""
        reason = str(answer["reason"])
        if answer["failed"] == "not-installed":
            reason = f"llama-cpp-python cannot be loaded ({reason})"
        return RerankerUnusable(str(self._file), reason)


def _check(file: Path) -> None:
    """Raises RerankerUnusable for a file that is missing, not readable or no GGUF."""
    try:
        check_file(file)
    except LanguageModelUnusable as error:
        raise RerankerUnusable(str(file), error.reason) from error
