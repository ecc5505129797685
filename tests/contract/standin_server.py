"""A stand-in for llama-server: answers over HTTP with what a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

Pieces = Callable[[dict[str, Any]], Iterator[str]]


class StandIn:
    """One server on this machine. `pieces` makes the reply of a request body; a test may set the
    rest before it asks.
    """

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.context: int | None = 1024
        self.tokenizes = True
        self.status = 200
        self.raw: list[bytes] | None = None  # events instead of those of `pieces`
        self.ranks: Callable[[str, str], float] | None = None  # a question and a text
        self.ends = True  # with the last event, which says that the reply is complete
        self.bodies: list[dict[str, Any]] = []
        self.broken_off = threading.Event()
        handler = type("Handler", (_Handler,), {"stand_in": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[StandIn]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    stand_in: ClassVar[StandIn]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on the terminal."""

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            self._json({"data": [{"id": "stand-in-model"}]})
        elif self.path == "/props" and self.stand_in.context:
            self._json({"default_generation_settings": {"n_ctx": self.stand_in.context}})
        else:
            self._json({"error": {"message": "unknown"}}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize" and self.stand_in.tokenizes:
            self._json({"tokens": [0] * len(body["content"].split())})
        elif self.path == "/v1/rerank" and self.stand_in.ranks is not None:
            self._rerank(body)
        elif self.path != "/v1/chat/completions":
            self._json({"error": {"message": "unknown"}}, 404)
        elif self.stand_in.status != 200:
            self._json({"error": {"message": "no\x1b[31m such thing"}}, self.stand_in.status)
        else:
            self.stand_in.bodies.append(body)
            self._stream(body)

    def _json(self, value: object, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _rerank(self, body: dict[str, Any]) -> None:
        """As llama-server answers: the best first, by the place of the text."""
        self.stand_in.bodies.append(body)
        assert self.stand_in.ranks is not None
        scores = [self.stand_in.ranks(body["query"], text) for text in body["documents"]]
        found = [{"index": at, "relevance_score": score} for at, score in enumerate(scores)]
        found.sort(key=lambda one: -one["relevance_score"])
        self._json({"results": found[: body["top_n"]]}, self.stand_in.status)

    def _stream(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for event in self.stand_in.raw or self._events(body):
                self._chunk(b"data: " + event + b"\n\n")
            self._chunk(b"")
        except OSError:
            self.stand_in.broken_off.set()
            self.close_connection = True

    def _events(self, body: dict[str, Any]) -> Iterator[bytes]:
        for _, piece in zip(range(body["max_tokens"]), self.stand_in.pieces(body), strict=False):
            yield json.dumps({"choices": [{"delta": {"content": piece}}]}).encode()
        if self.stand_in.ends:
            yield json.dumps({"choices": [{"delta": {}, "finish_reason": "stop"}]}).encode()
            yield b"[DONE]"

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def words(text: str, *, pause: float = 0.0) -> Pieces:
    """A reply that is `text`, a word at a time."""

    def pieces(body: dict[str, Any]) -> Iterator[str]:
        for word in text.split(" "):
            time.sleep(pause)
            yield word + " "

    return pieces
