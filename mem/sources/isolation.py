"""Parsers of hostile files run in a child process with limits; whatever happens there, the
importing process gets documents or one ParseFailed, as JSON that is checked while it is read.

Limits: memory, processor time, wall time, no writing of files. One child serves many files.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.errors import FileUnreadable, ParseFailed
from mem.hooks.specs import Importer
from mem.sources.textfile import well_formed
from mem.sources.transfer import document_from, fields_of_document, read_frame, write_frame

_PACKAGE_FOLDER = str(Path(__file__).resolve().parents[2])
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TMPDIR", "TEMP", "PYTHONPATH")
_BROKEN = ("parser-crashed", "parser-memory")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use: bytes of memory and of any file it writes, seconds of processor and
    wall time; and how many jobs one child serves.
    """

    memory: int = 512 * 1024 * 1024
    seconds: int = 60
    file_bytes: int = 0
    jobs: int = 50


class _Child:
    """One child process. Its answers to a job are JSON values, the last one `{"done": true}`."""

    def __init__(self, limits: Limits) -> None:
        self.jobs_left = limits.jobs
        variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        known = [_PACKAGE_FOLDER, *filter(None, [variables.get("PYTHONPATH")])]
        variables |= {"PYTHONPATH": os.pathsep.join(known), "PYTHONDONTWRITEBYTECODE": "1"}
        limit = (limits.memory, limits.seconds, limits.file_bytes)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mem.sources.isolated", *map(str, limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=variables,
        )
        self.stop = weakref.finalize(self, _stop, self.process)

    def ask(self, request: object) -> None:
        """Send a job. Raises OSError where the child is no more."""
        assert self.process.stdin is not None
        write_frame(self.process.stdin, request)

    def answer(self) -> Any:
        """The next value, done or failure. Raises EOFError where the child ended, and ValueError
        for what is no answer.
        """
        assert self.process.stdout is not None
        return read_frame(self.process.stdout)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        # What was still to be sent has nobody to read it.
        return


class Isolation:
    """Runs jobs in children, one child at a time where jobs come one after the other."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Nothing is started before the first job."""
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._idle: _Child | None = None

    def run(self, function: str, arguments: dict[str, Any], place: str) -> Iterator[Any]:
        """The values that `function` (`module:name`, taking `arguments`, JSON both ways) yields.

        Raises ParseFailed with what the function raised, or code parser-crashed, parser-timeout
        or parser-memory; `place` says of what file. Raises FileUnreadable.
        """
        child = self._take()
        expired = threading.Event()
        timer = threading.Timer(self._limits.seconds, _expire, (child.process, expired))
        timer.daemon = True
        timer.start()
        ended = False
        try:
            child.ask({"function": function, "arguments": arguments})
            while not ended:
                answer = child.answer()
                if "value" in answer:
                    yield answer["value"]
                    continue
                ended = True
                if "failed" in answer:
                    ended = answer["failed"] not in _BROKEN
                    raise _failure(answer, place)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise _crash(child, place, expired=expired.is_set()) from error
        finally:
            timer.cancel()
            if ended:
                self._give_back(child)
            else:
                child.stop()

    def close(self) -> None:
        """End the idle child."""
        with self._lock:
            child, self._idle = self._idle, None
        if child is not None:
            child.stop()

    def _take(self) -> _Child:
        with self._lock:
            child, self._idle = self._idle, None
        if child is not None and child.process.poll() is None:
            return child
        if child is not None:
            child.stop()
        return _Child(self._limits)

    def _give_back(self, child: _Child) -> None:
        child.jobs_left -= 1
        with self._lock:
            spare = child if self._idle is not None or child.jobs_left <= 0 else None
            if spare is None:
                self._idle = child
        if spare is not None:
            spare.stop()


class IsolatedParser:
    """A parser whose `parse` runs in a child; `sniff` reads bytes that are at hand, here."""

    def __init__(self, parser: Parser, isolation: Isolation) -> None:
        self._parser = parser
        self._isolation = isolation

    @property
    def name(self) -> str:
        return self._parser.name

    @property
    def version(self) -> int:
        return self._parser.version

    def sniff(self, path: Path, head: bytes) -> int:
        return self._parser.sniff(path, head)

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's documents. Raises FileUnreadable; ParseFailed, also where the child failed."""
        kind = type(self._parser)
        arguments = {
            "parser": f"{kind.__module__}:{kind.__qualname__}",
            "path": os.fsencode(entry.path).hex(),
            "numbers": [entry.size, entry.modified_ns, entry.inode],
        }
        place = well_formed(str(entry.path))
        for value in self._isolation.run("mem.sources.isolation:parse_file", arguments, place):
            yield _received(value, place)


class IsolatedImporter:
    """An importer whose `documents` runs in a child; `recognises` looks at names here."""

    def __init__(self, importer: Importer, isolation: Isolation) -> None:
        self._importer = importer
        self._isolation = isolation
        self.name = importer.name
        self.version = importer.version

    def recognises(self, path: Path) -> int:
        return self._importer.recognises(path)

    def documents(self, path: Path) -> Iterator[ParsedDocument]:
        """What it holds. Raises FileUnreadable; ParseFailed, also where the child failed."""
        kind = type(self._importer)
        arguments = {
            "importer": f"{kind.__module__}:{kind.__qualname__}",
            "path": os.fsencode(path).hex(),
        }
        place = well_formed(str(path))
        for value in self._isolation.run("mem.sources.isolation:take_in", arguments, place):
            yield _received(value, place)


def _received(value: Any, place: str) -> ParsedDocument:
    """The document that a child sent. Raises ParseFailed."""
    try:
        return document_from(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = "its parser gave what is no document"
        raise ParseFailed(place, reason, code="parser-crashed") from error


def take_in(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The job of IsolatedImporter, in the child."""
    importer: Importer = _named(arguments["importer"])()
    for document in importer.documents(Path(os.fsdecode(bytes.fromhex(arguments["path"])))):
        yield fields_of_document(document)


def parse_file(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The job of IsolatedParser, in the child."""
    parser: Parser = _named(arguments["parser"])()
    path = Path(os.fsdecode(bytes.fromhex(arguments["path"])))
    for document in parser.parse(FileEntry(path, *arguments["numbers"])):
        yield fields_of_document(document)


def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    process.kill()


def _failure(answer: dict[str, Any], place: str) -> Exception:
    """The exception that the child's job ended with."""
    reason = well_formed(str(answer.get("reason")))[:500]
    if answer["failed"] == "unreadable":
        return FileUnreadable(place, reason)
    return ParseFailed(place, reason, code=str(answer["failed"])[:40])


def _crash(child: _Child, place: str, *, expired: bool) -> ParseFailed:
    """What became of a child that gave no answer."""
    child.stop()
    status = child.process.returncode
    if expired or (os.name == "posix" and status == -signal.SIGXCPU):
        return ParseFailed(place, "reading it takes too long", code="parser-timeout")
    return ParseFailed(place, "its parser broke down over it", code="parser-crashed")


def _named(name: str) -> Any:
    """What `module:name` names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
