"""A language model in a GGUF file, run by llama.cpp in a child process of its own.

Invariant: whatever the model, the file or the native code does, this process gets a reply or one
LanguageModelError within the deadline, and the next request works: it starts a child again.
"""

from __future__ import annotations

import importlib.util
import math
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from mem.core.language import Prompt, Schema
from mem.errors import (
    LanguageModelUnusable,
    ModelCrashed,
    ModelTimedOut,
    NoLanguageModel,
    PromptTooLong,
)
from mem.inference.checksums import Checksums
from mem.inference.grammar import grammar
from mem.inference.llama_process import GONE, Answer, LlamaProcess
from mem.inference.replies import ReplyCleaner

_MAGIC: Final = b"GGUF"
_MEGABYTE: Final = 1024 * 1024
_WAIT_S: Final = 0.1
_STILL_AT_WORK: Final[Answer] = {"piece": ""}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the last request: of its prompt, how many of them were not computed again, and of
    the reply.
    """

    prompt: int = 0
    reused: int = 0
    written: int = 0


class LlamaModel:
    """One GGUF file. The child starts with the first request; requests run one after the other."""

    def __init__(
        self,
        file: Path,
        *,
        checksums: Checksums | None = None,
        context: int = 4096,
        threads: int = 0,
        memory_mb: int = 4096,
        deadline: float = 300.0,
        gpu_layers: int = -1,
    ) -> None:
        """`context` in tokens at most, `memory_mb` beyond the file's size, `deadline` in seconds
        for one request and for loading, `threads` 0 for all cores, `gpu_layers` -1 for all.

        Raises NoLanguageModel where llama-cpp-python is not installed, LanguageModelUnusable for
        what is no GGUF file.
        """
        if importlib.util.find_spec("llama_cpp") is None:
            raise _not_installed()
        check_file(file)
        self._file = file
        self._name = file.stem
        self._checksums = checksums or Checksums()
        self._deadline = deadline
        self._options: dict[str, object] = {
            "file": str(file.absolute()),
            "context": context,
            "threads": threads,
            "memory": memory_mb * _MEGABYTE,
            "gpu_layers": gpu_layers,
            "temperature": 0.0,
            "seed": 1,
        }
        self._turn = threading.Lock()
        self._child: LlamaProcess | None = None
        self._context = 0
        self.usage = Usage()

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        """The file's SHA-256 in hex. Raises LanguageModelUnusable."""
        try:
            return self._checksums.of(self._file)
        except OSError as error:
            raise _unreadable(self._file, error) from error

    @property
    def context_tokens(self) -> int:
        """What was asked for, or what the model was trained for where that is less."""
        if not self._context:
            with self._in_turn(self._deadline):
                self._running()
        return self._context

    @property
    def process(self) -> int | None:
        """The child's process number while it runs."""
        child = self._child
        return child.pid if child is not None and child.running() else None

    def count_tokens(self, text: str) -> int:
        return self._count(do="count", text=text)

    def count_prompt(self, prompt: Prompt) -> int:
        return self._count(do="count-prompt", system=prompt.system, user=prompt.user)

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        schema: Schema | None = None,
        deadline: float | None = None,
    ) -> Iterator[str]:
        """As the protocol has it; EndlessReply where the model writes nothing but white space."""
        rules = grammar(schema) if schema is not None else None
        seconds = self._deadline if deadline is None else deadline
        return self._generate(prompt, max_tokens, rules, seconds)

    def close(self) -> None:
        """End the child; a later request starts one again."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def _generate(
        self, prompt: Prompt, max_tokens: int, rules: str | None, seconds: float
    ) -> Iterator[str]:
        with self._in_turn(seconds):
            child = self._running()
            ends = time.monotonic() + seconds
            number, box = child.ask(
                do="generate",
                system=prompt.system,
                user=prompt.user,
                max_tokens=max_tokens,
                grammar=rules,
            )
            cleaner = ReplyCleaner(self._name)
            give_up = child.cancel
            try:
                while "done" not in (
                    answer := self._answer(child, box, ends, seconds, wait=_WAIT_S)
                ):
                    text = cleaner.feed(str(answer["piece"]))
                    if text or answer is _STILL_AT_WORK:
                        yield text
                give_up = child.forget
                self.usage = Usage(**answer["done"])
                rest = cleaner.finish()
                if rest:
                    yield rest
            finally:
                give_up(number)

    @contextmanager
    def _in_turn(self, seconds: float) -> Iterator[None]:
        """One request at a time; whoever waits longer than `seconds` gives up."""
        if not self._turn.acquire(timeout=seconds):
            raise ModelTimedOut(self._name, seconds)
        try:
            yield
        finally:
            self._turn.release()

    def _count(self, **request: object) -> int:
        with self._in_turn(self._deadline):
            child = self._running()
            number, box = child.ask(**request)
            ends = time.monotonic() + self._deadline
            try:
                return int(self._answer(child, box, ends, self._deadline)["count"])
            finally:
                child.forget(number)

    def _running(self) -> LlamaProcess:
        """The child with its model loaded. Raises LanguageModelUnusable, NoLanguageModel,
        ModelTimedOut.
        """
        if self._child is not None and self._child.running():
            return self._child
        self.close()
        check_file(self._file)
        child = LlamaProcess(self._options)
        try:
            answer = child.loaded.get(timeout=self._deadline)
        except queue.Empty:
            child.stop()
            raise ModelTimedOut(self._name, self._deadline) from None
        if answer is GONE:
            reason = f"llama.cpp broke down while loading it ({child.why()})"
            raise LanguageModelUnusable(str(self._file), reason)
        if "failed" in answer:
            child.stop()
            self._fail(answer)
        self._context = int(answer["ready"]["context"])
        self._child = child
        return child

    def _answer(
        self,
        child: LlamaProcess,
        box: queue.SimpleQueue[Answer],
        ends: float,
        seconds: float,
        *,
        wait: float = math.inf,
    ) -> Answer:
        """The next answer, or after `wait` seconds that there is none yet; what has arrived
        already counts as in time.
        """
        left = max(ends - time.monotonic(), 0)
        try:
            answer = box.get(timeout=min(left, wait))
        except queue.Empty:
            if wait < left:
                return _STILL_AT_WORK
            child.stop()
            raise ModelTimedOut(self._name, seconds) from None
        if answer is GONE:
            raise ModelCrashed(self._name, child.why())
        if "failed" in answer:
            self._fail(answer)
        return answer

    def _fail(self, answer: Answer) -> NoReturn:
        """Raise what the child reported."""
        match answer["failed"]:
            case "too-long":
                raise PromptTooLong(int(answer["tokens"]), int(answer["room"]))
            case "not-installed":
                raise _not_installed(str(answer["reason"]))
            case _:
                raise LanguageModelUnusable(str(self._file), str(answer["reason"]))


def check_file(file: Path) -> None:
    """Raises LanguageModelUnusable for a file that is missing, not readable or no GGUF."""
    try:
        with file.open("rb") as stream:
            magic = stream.read(len(_MAGIC))
    except OSError as error:
        raise _unreadable(file, error) from error
    if magic != _MAGIC:
        raise LanguageModelUnusable(str(file), "this is not a model in GGUF format")


def _unreadable(file: Path, error: OSError) -> LanguageModelUnusable:
    if isinstance(error, FileNotFoundError):
        return LanguageModelUnusable(str(file), "there is no such file")
    return LanguageModelUnusable(str(file), f"it cannot be read ({error.strerror or error})")


def _not_installed(reason: str = "") -> NoLanguageModel:
    if reason:
        return NoLanguageModel(f"llama-cpp-python cannot be loaded ({reason})")
    return NoLanguageModel(
        "llama-cpp-python is not installed (`pipx install --force '.[llm]'` in mem's checkout "
        "brings it, or set model.server)"
    )
