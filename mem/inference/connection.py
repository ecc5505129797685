"""HTTP to a server that runs a model: where it may be, and one request that ends in time.

Invariant: what is sent reaches this machine only, unless the user has allowed another by name. The
address is checked and then used as it was checked; no proxy and no redirection is followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from mem.errors import LanguageModelUnusable, ModelCrashed, ModelTimedOut

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes that are read of an answer."""


class Address:
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
        self.url, self._anywhere = url, allow_remote
        self._numeric = self._look_up()

    def _look_up(self) -> str:
        """The host's address. A name is asked for only where what is remembered may leave, too."""
        if not self._anywhere and not _is_local_name(self._host):
            raise self._elsewhere()
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise LanguageModelUnusable(self.url, f"no such host ({_reason(error)})") from error
        addresses = [str(entry[4][0]) for entry in found]
        self._allow(addresses)
        return addresses[0]

    def _allow(self, addresses: list[str]) -> None:
        if not self._anywhere and not all(_is_loopback(one) for one in addresses):
            raise self._elsewhere()

    def _elsewhere(self) -> LanguageModelUnusable:
        return LanguageModelUnusable(
            self.url,
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


@contextmanager
def request(
    address: Address,
    name: str,
    method: str,
    path: str,
    body: Mapping[str, Any] | None,
    seconds: float,
) -> Iterator[http.client.HTTPResponse]:
    """One request, on a connection of its own, that is cut off after `seconds`; `name` is the
    model's, for messages. Raises LanguageModelUnusable where nobody answers, ModelCrashed,
    ModelTimedOut.
    """
    ends = time.monotonic() + seconds
    connection = address.connection(seconds)
    cut = threading.Timer(seconds, _cut, (connection,))
    cut.daemon = True
    try:
        connection.connect()
        address.check(connection)
    except LanguageModelUnusable:
        connection.close()
        raise
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        reason = f"no server answers there ({_reason(error)})"
        raise LanguageModelUnusable(address.url, reason) from error
    cut.start()
    try:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        connection.request(method, address.prefix + path, data, headers)
        yield connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= ends:
            raise ModelTimedOut(name, seconds) from error
        reason = f"the connection broke: {_reason(error)}"
        raise ModelCrashed(name, reason) from error
    except ModelCrashed as error:
        if time.monotonic() >= ends:
            raise ModelTimedOut(name, seconds) from error
        raise
    finally:
        cut.cancel()
        connection.close()


def require_ok(url: str, response: http.client.HTTPResponse) -> None:
    """Raises LanguageModelUnusable for every status but 200."""
    if response.status == http.client.OK:
        return
    try:
        said = message_of(json.loads(response.read(MAX_BODY)))
    except (ValueError, RecursionError):
        said = response.reason
    raise LanguageModelUnusable(url, f"the server answers {response.status}: {said}")


def message_of(answer: object) -> str:
    """What a server says went wrong, in one line."""
    said: object = answer
    if isinstance(answer, Mapping):
        said = answer.get("error", answer)
        if isinstance(said, Mapping):
            said = said.get("message", said)
    text = "".join(letter if letter.isprintable() else " " for letter in str(said))
    return text[:200]


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


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
