"""One file from the hub, or another web server, into a file here; goes on where it was cut off.

The only module that opens a connection, and the only home of huggingface_hub. No token is sent, and
a server that sends more than it announced is cut off.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from mem.errors import DownloadFailed, NotEnoughSpace

HUB: Final = "https://huggingface.co"
_BLOCK: Final = 1 << 20
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Remote:
    """What the server says of a file before any byte of it is asked for.

    `size` in bytes, None where it is not said; `sha256` is empty where it is not said; `mark`
    changes when the content does.
    """

    url: str
    size: int | None
    sha256: str
    mark: str
    revision: str


def endpoint() -> str:
    """The hub: `HF_ENDPOINT` where it is set."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def hub_url(repository: str, revision: str, file: str) -> str:
    """The address of a file of a repository of the hub."""
    _prepare()
    from huggingface_hub import hf_hub_url

    return hf_hub_url(repository, file, revision=revision, endpoint=endpoint())


def ask(name: str, url: str) -> Remote:
    """What the server says of the file at `url`. Raises DownloadFailed."""
    _prepare()
    from huggingface_hub import get_hf_file_metadata

    try:
        said = get_hf_file_metadata(url, token=False, headers=_headers())
    except Exception as error:
        # The library's transport, and so its exceptions, differ from version to version.
        raise DownloadFailed(name, _host(url), _reason(error)) from error
    etag = said.etag or ""
    return Remote(
        url=said.location,
        size=said.size,
        sha256=etag if _SHA256.fullmatch(etag) else "",
        mark=f"{etag} {said.size}",
        revision=said.commit_hash or "",
    )


def fetch(
    name: str, remote: Remote, part: Path, size: int, progress: Callable[[int], None]
) -> None:
    """Bring `part` to the `size` bytes of the file; what it has already is not asked for again.

    `progress` hears how many bytes are there. Raises DownloadFailed (what arrived stays in
    `part`), NotEnoughSpace.
    """
    _prepare()
    from huggingface_hub import constants
    from huggingface_hub.file_download import http_get

    # Blocks of the library's own size would be lost, up to 10 MB, when the connection is cut.
    constants.DOWNLOAD_CHUNK_SIZE = min(constants.DOWNLOAD_CHUNK_SIZE, _BLOCK)
    if part.exists() and part.stat().st_size > size:
        part.unlink()
    try:
        with part.open("ab") as stream:
            sink = _Sink(stream, size, progress)
            http_get(
                remote.url,
                sink,  # type: ignore[arg-type]
                resume_size=stream.tell(),
                headers=_headers(),
                expected_size=size,
            )
    except Exception as error:
        # As above; what a full device says is the one thing to be told apart.
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise NotEnoughSpace(str(part.parent), size, 0) from error
        raise DownloadFailed(name, _host(remote.url), _reason(error)) from error


class _Sink:
    """The part of a binary file that the library writes to; takes at most `size` bytes."""

    def __init__(self, stream: IO[bytes], size: int, progress: Callable[[int], None]) -> None:
        self._stream, self._size, self._progress = stream, size, progress

    def write(self, block: bytes) -> int:
        if self._stream.tell() + len(block) > self._size:
            raise OSError(errno.EFBIG, "the server sends more than it announced")
        written = self._stream.write(block)
        self._progress(self._stream.tell())
        return written

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._stream.truncate(size)


def _prepare() -> None:
    """Set the variables that the library reads when it is imported, and keep it off stderr."""
    from mem.settings.offline import forbid_telemetry

    forbid_telemetry()
    import logging

    from huggingface_hub.utils.logging import set_verbosity
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    set_verbosity(logging.CRITICAL)


def _headers() -> dict[str, str]:
    from mem.core.version import __version__

    return {"user-agent": f"mem/{__version__}", "accept-encoding": "identity"}


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _reason(error: BaseException) -> str:
    """One line of what went wrong, without addresses that hold signatures."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return f"the server answers {status}"
    if type(error).__name__ == "OfflineModeIsEnabled":
        return "HF_HUB_OFFLINE forbids it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    first = (str(error).strip().splitlines() or [""])[0]
    plain = re.sub(r"https?://\S+|\[Errno -?\d+\] ", "", first)[:_LONGEST]
    return plain or type(error).__name__
