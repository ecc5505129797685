"""How llama.cpp loads a model in this process: its limits, its errors, its layout of weights.

Invariant: whatever keeps a model from being used is one CannotLoad with its reason.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STEP: Final = 256  # prompt tokens computed at a time; between two steps a cancellation is heard


@dataclass(frozen=True, slots=True)
class Options:
    """How the model is run. `context` in tokens, `memory` in bytes beyond the file, `gpu_layers`
    -1 for all, `threads` 0 for all cores; with `ranks` it scores texts instead of writing, with
    `plain` no layout of weights is used that only some processors can compute with.
    """

    file: str
    context: int
    threads: int
    memory: int
    gpu_layers: int
    temperature: float
    seed: int
    ranks: bool = False
    plain: bool = False


class CannotLoad(Exception):
    """The model cannot be used; `code` is `not-installed` or `unusable`."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


def library() -> tuple[Any, list[str]]:
    """llama.cpp, and where the errors that it reports are collected. Raises CannotLoad."""
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise CannotLoad("not-installed", str(error)) from error
    return llama_cpp, _collect_errors(llama_cpp)


def load(options: Options, llama_cpp: Any, errors: list[str], **more: object) -> Any:
    """The model of the options' file, within its limit of memory. Raises CannotLoad."""
    offload = bool(llama_cpp.llama_supports_gpu_offload())
    if not offload or options.gpu_layers == 0:
        # A graphics driver reserves address space as it likes; there the system decides.
        _limit_memory(options.memory + Path(options.file).stat().st_size)
    if options.plain:
        _use_plain_weights(llama_cpp.llama_cpp)
    threads = options.threads or usable_cores()
    given = {"n_ctx": options.context, "n_batch": STEP, "seed": options.seed, **more}
    try:
        return llama_cpp.Llama(
            options.file,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=options.gpu_layers if offload else 0,
            verbose=False,
            **given,
        )
    except (ValueError, RuntimeError, OSError, MemoryError, AssertionError, KeyError) as error:
        # The first thing that llama.cpp says is the cause; what follows repeats it.
        said = [*errors, str(error), type(error).__name__]
        reason = next(filter(None, said)).removeprefix("llama_model_load: ")
        raise CannotLoad("unusable", f"llama.cpp cannot load it ({shortened(reason)})") from error


def _use_plain_weights(bindings: Any) -> None:
    """Have every model of this process loaded so; the constructor has no argument for it."""
    usual = bindings.llama_model_default_params

    def changed() -> Any:
        params = usual()
        params.use_extra_bufts = False
        return params

    bindings.llama_model_default_params = changed


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _collect_errors(llama_cpp: Any) -> list[str]:
    """Have llama.cpp's errors kept, the first few, instead of printed."""
    errors: list[str] = []

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def keep(level: int, text: bytes, data: object) -> None:
        del data
        if level == 4:  # GGML_LOG_LEVEL_ERROR
            errors.append(text.decode("utf-8", "replace").strip())
            del errors[3:]

    llama_cpp.llama_log_set(keep, ctypes.c_void_p(0))
    _KEPT.append(keep)
    return errors


_KEPT: list[object] = []  # native code calls these; they must outlive every model


def shortened(text: str) -> str:
    """A reason of 300 letters at most."""
    return text if len(text) <= 300 else text[:299] + "…"


def _limit_memory(most: int) -> None:
    """Bytes that this process may hold as its own, and no core file. A mapped model file, which
    the system can drop at any time, is not counted on Linux.
    """
    if sys.platform == "win32":
        return
    import resource

    for kind, limit in ((resource.RLIMIT_DATA, most), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, hard))
