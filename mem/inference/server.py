"""A language model behind an OpenAI-compatible HTTP server: llama-server, Ollama and others.

Invariant: what is sent reaches this machine only, unless the user has allowed another by name. The
address is checked and then used as it was checked; no proxy and no redirection is followed. What
was taken in cannot write a mark of the server's chat template.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from mem.core.chatmarks import as_words
from mem.core.language import Prompt, Schema
from mem.errors import LanguageModelUnusable, ModelCrashed, ModelTimedOut, PromptTooLong
from mem.inference.replies import ReplyCleaner

_MAX_BODY: Final = 4 * 1024 * 1024
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
        self._address = _Address(url, allow_remote=allow_remote)
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
            self._refuse(response)
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
                raise ModelCrashed(self.name, _message(event))
            choices = event["choices"]
            if not choices:
                return "", False
            written = choices[0]["delta"].get("content")
            return str(written or ""), choices[0].get("finish_reason") is not None
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            reason = "the server's answer is not what OpenAI's interface has"
            raise ModelCrashed(self.name, reason) from error

    def _refuse(self, response: http.client.HTTPResponse) -> None:
        """Raises LanguageModelUnusable for every status but 200."""
        if response.status == http.client.OK:
            return
        try:
            said = _message(json.loads(response.read(_MAX_BODY)))
        except (ValueError, RecursionError):
            said = response.reason
        raise LanguageModelUnusable(self._url, f"the server answers {response.status}: {said}")

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
                answer = json.loads(response.read(_MAX_BODY))
            except (ValueError, RecursionError):
                return {}
        return answer if isinstance(answer, dict) else {}

    @contextmanager
    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float
    ) -> Iterator[http.client.HTTPResponse]:
        """One request that is cut off after `seconds`. Raises LanguageModelUnusable where nobody
        answers, ModelCrashed, ModelTimedOut.
        """
        ends = time.monotonic() + seconds
        connection = self._address.connection(seconds)
        cut = threading.Timer(seconds, _cut, (connection,))
        cut.daemon = True
        try:
            connection.connect()
            self._address.check(connection)
        except LanguageModelUnusable:
            connection.close()
            raise
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            reason = f"no server answers there ({_reason(error)})"
            raise LanguageModelUnusable(self._url, reason) from error
        cut.start()
        try:
            data = None if body is None else json.dumps(body).encode()
            headers = {"Content-Type": "application/json", "Accept": "*/*"}
            connection.request(method, self._address.prefix + path, data, headers)
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() >= ends:
                raise ModelTimedOut(self.name, seconds) from error
            reason = f"the connection broke: {_reason(error)}"
            raise ModelCrashed(self.name, reason) from error
        except ModelCrashed as error:
            if time.monotonic() >= ends:
                raise ModelTimedOut(self.name, seconds) from error
            raise
        finally:
            cut.cancel()
            connection.close()


class _Address:
    """Where the server is: a host that was looked up once, and is used as it was found."""

    def __init__(self, url: str, *, allow_remote: bool) -> None:
        """Raises LanguageModelUnusable."""
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            self._host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise LanguageModelUnusable(url, f"this is no address ({error})") from error
        if parts.scheme not in ("http", "https") or not self._host:
            raise LanguageModelUnusable(url, "an address looks like http://127.0.0.1:8080")
        self._secure = parts.scheme == "https"
        self._port = port or (443 if self._secure else 80)
        self.prefix = parts.path.rstrip("/").removesuffix("/v1")
        self._url, self._anywhere = url, allow_remote
        self._numeric = self._look_up()

    def _look_up(self) -> str:
        """The host's address. A name is asked for only where what is remembered may leave, too."""
        if not self._anywhere and not _is_local_name(self._host):
            raise self._elsewhere()
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise LanguageModelUnusable(self._url, f"no such host ({_reason(error)})") from error
        addresses = [str(entry[4][0]) for entry in found]
        self._allow(addresses)
        return addresses[0]

    def _allow(self, addresses: list[str]) -> None:
        if not self._anywhere and not all(_is_loopback(one) for one in addresses):
            raise self._elsewhere()

    def _elsewhere(self) -> LanguageModelUnusable:
        return LanguageModelUnusable(
            self._url,
            "this server is not on this machine, and what is remembered would be sent to it; "
            "`mem config set model.allow_remote on` allows that",
        )

    def check(self, connection: http.client.HTTPConnection) -> None:
        """Look at where an open connection leads. Raises LanguageModelUnusable."""
        self._allow([str(connection.sock.getpeername()[0])])

    def connection(self, seconds: float) -> http.client.HTTPConnection:
        """A connection that is not open yet; for https the certificate is checked by name."""
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=seconds)
        return http.client.HTTPConnection(self._numeric, self._port, timeout=seconds)


def _is_local_name(host: str) -> bool:
    """Whether a host is an address, or a name that always means this machine (RFC 6761)."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        name = host.lower().rstrip(".")
        return name == "localhost" or name.endswith(".localhost")
    return True


def _is_loopback(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End whatever waits on the connection."""
    try:
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It was closed meanwhile.
        return


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


def _message(answer: object) -> str:
    """What a server says went wrong, in one line."""
    said: object = answer
    if isinstance(answer, Mapping):
        said = answer.get("error", answer)
        if isinstance(said, Mapping):
            said = said.get("message", said)
    text = "".join(letter if letter.isprintable() else " " for letter in str(said))
    return text[:200]


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
