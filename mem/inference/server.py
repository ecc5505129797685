"""A language model behind an OpenAI-compatible HTTP server: llama-server, Ollama and others.

Invariant: what is sent goes where `mem.inference.connection` lets it, and what was taken in cannot
write a mark of the server's chat template.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from typing import Any, Final

from mem.core.chatmarks import as_words
from mem.core.language import Prompt, Schema
from mem.errors import ModelCrashed, ModelTimedOut, PromptTooLong
from mem.inference.connection import MAX_BODY, Address, message_of, request, require_ok
from mem.inference.replies import ReplyCleaner

_MAX_LINE: Final = 1024 * 1024
_TEMPLATE_TOKENS: Final = 48  # what a chat template adds to two messages, at most
_WORDS: Final = re.compile(r"[A-Za-z]+|\s+|.", re.ASCII | re.DOTALL)


class ServerModel:
    """One model of one server; requests run one after the other, each on its own connection."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        allow_remote: bool = False,
        context: int = 4096,
        deadline: float = 300.0,
    ) -> None:
        """`url` is the server's base, with or without `/v1`; `name` the model's name there, by
        default the first one that it lists. Nothing is sent yet. `deadline` in seconds.

        Raises LanguageModelUnusable for what is no address, or one that is not on this machine.
        """
        self._url = url
        self._address = Address(url, allow_remote=allow_remote)
        self._given_name = name
        self._known_name = name
        self._wanted_context = context
        self._context = 0
        self._tokenizes = True
        self._deadline = deadline
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        return self._known_name or self._url

    @property
    def fingerprint(self) -> str:
        """The server's name for the model: its weights cannot be seen from here."""
        return f"server:{self._served_name()}"

    @property
    def context_tokens(self) -> int:
        """What was asked for, or what the server has where it tells and that is less."""
        if not self._context:
            told = self._get("/props")
            settings = told.get("default_generation_settings")
            size = settings.get("n_ctx") if isinstance(settings, Mapping) else None
            served = size if isinstance(size, int) and size > 0 else self._wanted_context
            self._context = min(self._wanted_context, served)
        return self._context

    def count_tokens(self, text: str) -> int:
        """By the server's tokenizer, else an estimate that errs on the high side."""
        if self._tokenizes:
            answer = self._post("/tokenize", {"content": text, "add_special": False})
            tokens = answer.get("tokens")
            if isinstance(tokens, list):
                return len(tokens)
            self._tokenizes = False
        return estimate_tokens(text)

    def count_prompt(self, prompt: Prompt) -> int:
        counted = self.count_tokens(prompt.system) + self.count_tokens(prompt.user)
        return counted + _TEMPLATE_TOKENS

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        schema: Schema | None = None,
        deadline: float | None = None,
    ) -> Iterator[str]:
        """As the protocol has it; EndlessReply where the model writes nothing but white space."""
        seconds = self._deadline if deadline is None else deadline
        if not self._turn.acquire(timeout=seconds):
            raise ModelTimedOut(self.name, seconds)
        try:
            room = self.context_tokens - max_tokens
            counted = self.count_prompt(prompt)
            if counted > room:
                raise PromptTooLong(counted, max(room, 0))
            cleaner = ReplyCleaner(self.name)
            left = max_tokens
            pieces = self._stream(self._body(prompt, max_tokens, schema), seconds)
            with closing(pieces):
                for piece in pieces:
                    text = cleaner.feed(piece)
                    if text:
                        yield text
                    left -= 1
                    if left < 0:
                        # A server that sends more pieces than tokens were asked for.
                        break
            rest = cleaner.finish()
            if rest:
                yield rest
        finally:
            self._turn.release()

    def close(self) -> None:
        """Nothing is held between requests."""

    def _served_name(self) -> str:
        if not self._known_name:
            listed = self._get("/v1/models").get("data")
            first = listed[0] if isinstance(listed, list) and listed else {}
            self._known_name = str(first.get("id", "")) if isinstance(first, Mapping) else ""
        return self._known_name or "default"

    def _body(self, prompt: Prompt, max_tokens: int, schema: Schema | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._served_name(),
            "messages": [
                {"role": "system", "content": as_words(prompt.system)},
                {"role": "user", "content": as_words(prompt.user)},
            ],
            "stream": True,
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": 1,
            "cache_prompt": True,
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if schema is not None:
            wanted = {"name": "reply", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return body

    def _stream(self, body: Mapping[str, Any], seconds: float) -> Generator[str, None, None]:
        """The pieces of one reply. Closing it closes the connection, which ends the work there."""
        with self._request("POST", "/v1/chat/completions", body, seconds) as response:
            require_ok(self._url, response)
            finished = False
            while line := response.readline(_MAX_LINE):
                if not line.startswith(b"data:"):
                    continue
                data = line[5:].strip()
                if data == b"[DONE]":
                    return
                piece, last = self._piece(data)
                finished = finished or last
                if piece:
                    yield piece
            if not finished:
                raise ModelCrashed(self.name, "the server ended its answer in the middle")

    def _piece(self, data: bytes) -> tuple[str, bool]:
        """What one event writes, and whether the model says that it was the last one."""
        try:
            event = json.loads(data)
            if "error" in event:
                raise ModelCrashed(self.name, message_of(event))
            choices = event["choices"]
            if not choices:
                return "", False
            written = choices[0]["delta"].get("content")
            return str(written or ""), choices[0].get("finish_reason") is not None
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            reason = "the server's answer is not what OpenAI's interface has"
            raise ModelCrashed(self.name, reason) from error

    def _get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        """The JSON object that the server answers, empty where it does not know the path."""
        with self._request(method, path, body, self._deadline) as response:
            if response.status != http.client.OK:
                return {}
            try:
                answer = json.loads(response.read(MAX_BODY))
            except (ValueError, RecursionError):
                return {}
        return answer if isinstance(answer, dict) else {}

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float
    ) -> AbstractContextManager[http.client.HTTPResponse]:
        return request(self._address, self.name, method, path, body, seconds)


def estimate_tokens(text: str) -> int:
    """More tokens than any usual tokenizer makes of `text`: one for every two letters of a word,
    one for a digit or a mark, one for each byte of what is not ASCII.
    """
    total = 0
    for match in _WORDS.finditer(text):
        found = match.group()
        if found.isspace():
            total += 1 + found.count("\n")
        elif len(found) > 1:
            total += (len(found) + 1) // 2
        else:
            total += len(found.encode("utf-8", "replace"))
    return total
