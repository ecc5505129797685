"""A web server on this machine that answers as the model hub does.

`/{repository}/resolve/{revision}/{file}` sends on to another host with the size and hash of the
file, as the hub does for large files; that one gives the bytes, from where it is asked to.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" * 6 + "abcd"
MEBIBYTE = 1 << 20


def gguf(size: int, seed: str = "a") -> bytes:
    """Bytes that begin like a GGUF file and repeat nothing."""
    blocks = (hashlib.sha256(f"{seed}{number}".encode()).digest() for number in range(size // 32))
    return (b"GGUF\x03\0\0\0" + b"".join(blocks))[:size]


@dataclass
class Hub:
    """What the server has and does, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    said_hash: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    cut_after: int | None = None
    stall_after: int | None = None
    status: int | None = None
    ranges: bool = True
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def gets(self) -> list[str]:
        """The `Range` headers with which bytes were asked for."""
        return [wanted for method, path, wanted in self.asked if (method, path[:5]) == GET]


GET = ("GET", "/cdn/")


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_GET(self) -> None:
        self._answer("GET")

    def _answer(self, method: str) -> None:
        self.hub.asked.append((method, self.path, self.headers.get("Range", "")))
        self.hub.headers.append({key.lower(): value for key, value in self.headers.items()})
        name = self.path.rpartition("/")[2]
        content = self.hub.files.get(name)
        if content is None:
            self._head(404, 0)
        elif not self.path.startswith("/cdn/"):
            known = self.hub.said_hash.get(name) or hashlib.sha256(content).hexdigest()
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.hub.port}/cdn/{name}")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("X-Linked-Etag", f'"{known}"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.hub.status is not None:
            self._head(self.hub.status, 0)
        else:
            self._send(content)

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, content: bytes) -> None:
        wanted = self.headers.get("Range", "") if self.hub.ranges else ""
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        body = content[start:]
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # who asked has gone away
            self._write(body)

    def _write(self, body: bytes) -> None:
        if self.hub.stall_after is not None:
            self.wfile.write(body[: self.hub.stall_after])
            self.wfile.flush()
            self.hub.released.wait(60)
            self.close_connection = True
        elif self.hub.cut_after is not None:
            self.wfile.write(body[: self.hub.cut_after])
            self.wfile.flush()
            self.hub.cut_after, self.hub.status = None, 503
            self.close_connection = True
        else:
            self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that runs until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
