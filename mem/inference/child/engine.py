"""A language model: tokens of a prompt, and the reply token by token.

Invariant: what was taken in is data. A prompt's texts are tokenised apart from the chat template
around them, so that no text can write a special token of the model.
"""

from __future__ import annotations

import codecs
import ctypes
import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from mem.inference.child.loading import STEP, CannotLoad, Options, library, load
from mem.inference.child.sampling import Sampler

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_THINKING: Final = (b"<think>", b"</think>")
_FALLBACK_TEMPLATE: Final = (
    "{% for m in messages %}{{ '### ' + m['role'] + ':\\n' + m['content'] + '\\n\\n' }}{% endfor %}"
    "{{ '### assistant:\\n' }}"
)


class TooLong(Exception):
    """A prompt of `tokens` where there is `room` for fewer."""

    def __init__(self, tokens: int, room: int) -> None:
        self.tokens, self.room = tokens, room
        super().__init__(tokens, room)


class Engine:
    """One loaded model and the tokens that its memory (KV cache) holds."""

    def __init__(self, options: Options) -> None:
        """Raises CannotLoad."""
        self._llama_cpp, self._errors = library()
        import numpy as np

        llama_cpp, self._options = self._llama_cpp, options
        self._llama = load(options, llama_cpp, self._errors)
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
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
        sampler = self.sampler(grammar)
        try:
            yield from self._write(tokens, max_tokens, sampler, cancelled)
        finally:
            sampler.close()

    def sampler(self, grammar: str | None) -> Sampler:
        """What chooses the tokens of one reply; to be closed. Raises CannotLoad (the grammar)."""
        return Sampler(self._llama_cpp, self._vocabulary, self._errors, grammar)

    def _write(
        self, tokens: list[int], most: int, sampler: Sampler, cancelled: Callable[[], bool]
    ) -> Iterator[str]:
        self._go_back(tokens)
        for start in range(self.reused, len(tokens), STEP):
            if cancelled():
                return
            self._llama.eval(tokens[start : start + STEP])
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while self.written < most and not cancelled():
            token = sampler.next(self._logits())
            if self._llama_cpp.llama_vocab_is_eog(self._vocabulary, token):
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
        control = self._llama_cpp.llama_vocab_is_control(self._vocabulary, token)
        return b"" if control and text not in _THINKING else text

    def _piece(self, token: int) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            used = self._llama_cpp.llama_token_to_piece(
                self._vocabulary, token, buffer, size, 0, True
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

    def _logits(self) -> npt.NDArray[np.float32]:
        """(vocabulary,) scores of the next token; with a temperature, drawn by Gumbel's trick."""
        import numpy as np

        pointer = self._llama_cpp.llama_get_logits_ith(self._llama.ctx, -1)
        scores: npt.NDArray[np.float32] = np.ctypeslib.as_array(
            pointer, shape=(self._llama.n_vocab(),)
        )
        if self._options.temperature <= 0:
            return scores
        drawn = self._random.gumbel(size=len(scores)).astype(np.float32)
        return scores / np.float32(self._options.temperature) + drawn


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
