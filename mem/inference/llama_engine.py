"""A model in llama.cpp: tokens of a prompt, and the reply token by token. Child process only.

Invariant: what was taken in is data. A prompt's texts are tokenised apart from the chat template
around them, so that no text can write a special token of the model.
"""

from __future__ import annotations

import codecs
import ctypes
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_STEP: Final = 256  # prompt tokens computed at a time; between two steps a cancellation is heard
_FEW: Final = 64  # likeliest tokens that a grammar is asked about before all of them
_THINKING: Final = (b"<think>", b"</think>")
_FALLBACK_TEMPLATE: Final = (
    "{% for m in messages %}{{ '### ' + m['role'] + ':\\n' + m['content'] + '\\n\\n' }}{% endfor %}"
    "{{ '### assistant:\\n' }}"
)


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


class TooLong(Exception):
    """A prompt of `tokens` where there is `room` for fewer."""

    def __init__(self, tokens: int, room: int) -> None:
        self.tokens, self.room = tokens, room
        super().__init__(tokens, room)


class Engine:
    """One loaded model and the tokens that its memory (KV cache) holds."""

    def __init__(self, options: Options) -> None:
        """Raises CannotLoad."""
        self.llama_cpp, self._errors = library()
        import numpy as np

        llama_cpp, self._options = self.llama_cpp, options
        self._llama = load(options, llama_cpp, self._errors)
        self.vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        self._template = self._formatter()
        self._random = np.random.default_rng(options.seed)
        # Such a model keeps a running state instead of positions: it cannot go back to a prefix.
        self._forward_only = bool(
            llama_cpp.llama_model_is_recurrent(self._llama.model)
            or llama_cpp.llama_model_is_hybrid(self._llama.model)
        )
        trained = int(llama_cpp.llama_model_n_ctx_train(self._llama.model))
        self.context = min(options.context, trained or options.context)
        self.reused = 0
        self.written = 0

    @property
    def has_template(self) -> bool:
        return "tokenizer.chat_template" in self._llama.metadata

    def _formatter(self) -> Callable[..., Any]:
        import jinja2
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        def text_of(token: int) -> str:
            return self._piece(token).decode("utf-8", "replace") if token >= 0 else ""

        try:
            formatter: Callable[..., Any] = Jinja2ChatFormatter(
                template=self._llama.metadata.get("tokenizer.chat_template", _FALLBACK_TEMPLATE),
                eos_token=text_of(self._llama.token_eos()),
                bos_token=text_of(self._llama.token_bos()),
            )
        except jinja2.TemplateError as error:
            raise CannotLoad("unusable", f"its chat template is not valid ({error})") from error
        return formatter

    def count(self, text: str) -> int:
        """Tokens of a text that stands in a prompt."""
        return len(self._tokens(text, special=False))

    def prompt_tokens(self, system: str, user: str) -> list[int]:
        """The whole prompt. Raises CannotLoad where the template does not work."""
        mark, other = secrets.token_hex(16), secrets.token_hex(16)
        rendered = self._render(
            [{"role": "system", "content": mark}, {"role": "user", "content": other}]
        )
        texts = {mark: system, other: user}
        if rendered is None or [rendered.count(one) for one in texts] != [1, 1]:
            # The template has no system role: the instructions go before the data.
            rendered = self._render([{"role": "user", "content": f"{mark}\n\n{other}"}])
        if rendered is None or [rendered.count(one) for one in texts] != [1, 1]:
            raise CannotLoad("unusable", "its chat template does not take a message")
        if rendered.rstrip().endswith("<think>"):
            rendered += "\n</think>\n\n"
        tokens: list[int] = []
        for place, part in enumerate(_split(rendered, mark, other)):
            special = part not in texts
            if place == 0 and not self._names_beginning(part):
                tokens += self._tokens("", special=True, beginning=True)
            tokens += self._tokens(texts.get(part, part), special=special)
        return tokens

    def _names_beginning(self, text: str) -> bool:
        """The template writes the token of the beginning itself."""
        begin = self._llama.token_bos()
        return begin >= 0 and self._tokens(text, special=True)[:1] == [begin]

    def _render(self, messages: list[dict[str, str]]) -> str | None:
        """The prompt as the template has it, None where it refuses."""
        try:
            made = self._template(messages=messages, enable_thinking=False)
        except Exception:  # noqa: BLE001  (the file's own program: it may raise anything)
            return None
        return str(made.prompt)

    def _tokens(self, text: str, *, special: bool, beginning: bool = False) -> list[int]:
        data = text.encode("utf-8", "replace")
        if not data and not beginning:
            return []
        return list(self._llama.tokenize(data, add_bos=beginning, special=special))

    def generate(
        self,
        tokens: list[int],
        *,
        max_tokens: int,
        grammar: str | None,
        cancelled: Callable[[], bool],
    ) -> Iterator[str]:
        """The reply in pieces of whole characters. Raises TooLong, CannotLoad (the grammar).

        The tokens that this prompt shares with the last one are not computed again.
        """
        room = self.context - max_tokens
        if len(tokens) > room:
            raise TooLong(len(tokens), max(room, 0))
        self.written = 0
        sampler = _Sampler(self, grammar)
        try:
            yield from self._write(tokens, max_tokens, sampler, cancelled)
        finally:
            sampler.close()

    def _write(
        self, tokens: list[int], most: int, sampler: _Sampler, cancelled: Callable[[], bool]
    ) -> Iterator[str]:
        self._go_back(tokens)
        for start in range(self.reused, len(tokens), _STEP):
            if cancelled():
                return
            self._llama.eval(tokens[start : start + _STEP])
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while self.written < most and not cancelled():
            token = sampler.next()
            if self.llama_cpp.llama_vocab_is_eog(self.vocabulary, token):
                break
            self.written += 1
            piece = decoder.decode(self._written(token))
            if piece:
                yield piece
            if self.written < most:
                self._llama.eval([token])
        rest = decoder.decode(b"", final=True)
        if rest:
            yield rest

    def _written(self, token: int) -> bytes:
        """What a token of a reply writes: of the special ones only the marks of thinking."""
        text = self._piece(token)
        control = self.llama_cpp.llama_vocab_is_control(self.vocabulary, token)
        return b"" if control and text not in _THINKING else text

    def _piece(self, token: int) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            used = self.llama_cpp.llama_token_to_piece(
                self.vocabulary, token, buffer, size, 0, True
            )
            if used >= 0:
                return buffer.raw[:used]
            size = -used

    def _go_back(self, tokens: list[int]) -> None:
        """Keep of the memory what `tokens` begins with, all but its last token at most."""
        llama = self._llama
        known = llama.input_ids[: llama.n_tokens].tolist()
        self.reused = 0
        for old, wanted in zip(known, tokens[:-1], strict=False):
            if old != wanted:
                break
            self.reused += 1
        if self._forward_only and self.reused < llama.n_tokens:
            self.reused = 0
        if self.reused == 0:
            llama.reset()
        llama.n_tokens = self.reused

    def logits(self) -> npt.NDArray[np.float32]:
        """(vocabulary,) scores of the next token; with a temperature, drawn by Gumbel's trick."""
        import numpy as np

        pointer = self.llama_cpp.llama_get_logits_ith(self._llama.ctx, -1)
        scores: npt.NDArray[np.float32] = np.ctypeslib.as_array(
            pointer, shape=(self._llama.n_vocab(),)
        )
        if self._options.temperature <= 0:
            return scores
        drawn = self._random.gumbel(size=len(scores)).astype(np.float32)
        return scores / np.float32(self._options.temperature) + drawn

    def parse(self, grammar: str) -> Any:
        """llama.cpp's own state of a grammar. Raises CannotLoad where it takes none."""
        parsed = self.llama_cpp.llama_sampler_init_grammar(
            self.vocabulary, grammar.encode(), b"root"
        )
        if not parsed:
            raise CannotLoad("unusable", _short("; ".join([*self._errors, "grammar refused"])))
        return parsed


class _Sampler:
    """Chooses the next token: the likeliest that the grammar allows."""

    def __init__(self, engine: Engine, grammar: str | None) -> None:
        self._engine = engine
        self._llama_cpp = engine.llama_cpp
        self._grammar = engine.parse(grammar) if grammar else None

    def next(self) -> int:
        """A token, told to the grammar too.

        The likeliest is tried alone, then a few, then all: a grammar is slow over a vocabulary.
        """
        import numpy as np

        scores = self._engine.logits()
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
            return int(self._llama_cpp.llama_vocab_eos(self._engine.vocabulary))
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
        if self._grammar is not None:
            self._llama_cpp.llama_sampler_free(self._grammar)


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
    given = {"n_ctx": options.context, "n_batch": _STEP, "seed": options.seed, **more}
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
        raise CannotLoad("unusable", f"llama.cpp cannot load it ({_short(reason)})") from error


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


def _split(text: str, *marks: str) -> list[str]:
    """`text` cut at each mark, the marks kept."""
    parts = [text]
    for mark in marks:
        parts = [
            piece
            for part in parts
            for place, between in enumerate(part.split(mark))
            for piece in ([mark, between] if place else [between])
        ]
    return parts


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


def _short(text: str) -> str:
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
