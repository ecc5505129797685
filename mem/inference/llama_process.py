"""The parent's side of the child process: requests out, answers in by number, and its end.

Invariant: nothing here waits for the child longer than it is told to, and a child whose owner is
gone is killed.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections import deque
from pathlib import Path
from typing import IO, Any, Final

Answer = dict[str, Any]

_PACKAGE_FOLDER: Final = str(Path(__file__).resolve().parents[2])
_MAX_LINE: Final = 1024 * 1024  # bytes of one answer; a piece of a reply has a few
_KEPT: Final = frozenset(
    ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TMPDIR", "TEMP", "PYTHONPATH")
)
# What tells a driver or the linker which device and library to take.
_KEPT_BEGINNINGS: Final = ("CUDA_", "GGML_", "HIP_", "ROCR_", "VK_", "OMP_", "LD_", "DYLD_")
GONE: Final[Answer] = {}
"""The answer to everything once the child has ended."""


class _Post:
    """Hands each answer to whoever asked, by number; shared with the thread that reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._boxes: dict[int, queue.SimpleQueue[Answer]] = {}
        self._ended = False

    def open(self, number: int) -> queue.SimpleQueue[Answer]:
        box: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        with self._lock:
            self._boxes[number] = box
            if self._ended:
                box.put(GONE)
        return box

    def forget(self, number: int) -> None:
        with self._lock:
            self._boxes.pop(number, None)

    def deliver(self, answer: Answer) -> None:
        with self._lock:
            box = self._boxes.get(answer["id"])
        if box is not None:
            box.put(answer)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            for box in self._boxes.values():
                box.put(GONE)


class LlamaProcess:
    """One running child."""

    def __init__(self, options: dict[str, object]) -> None:
        """Start it; `options` are the fields of `child.loading.Options`. Its first answer, to
        number 0, tells whether the model was loaded.
        """
        self._options = options
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mem.inference.child", json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_variables(),
        )
        self._post = _Post()
        self._said: deque[str] = deque(maxlen=5)
        self.loaded = self._post.open(0)
        self._number = 0
        assert self._process.stdin and self._process.stdout and self._process.stderr
        readers = (
            threading.Thread(
                target=_read_answers, args=(self._process.stdout, self._post), daemon=True
            ),
            threading.Thread(
                target=_read_log, args=(self._process.stderr, self._said), daemon=True
            ),
        )
        for reader in readers:
            reader.start()
        self.stop = weakref.finalize(self, _stop, self._process, readers)

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self.stop.alive and self._process.poll() is None

    def ask(self, **request: object) -> tuple[int, queue.SimpleQueue[Answer]]:
        """Send a request; its number, and where its answers arrive."""
        self._number += 1
        box = self._post.open(self._number)
        self._send({"id": self._number, **request})
        return self._number, box

    def cancel(self, number: int) -> None:
        """Have the child give a request up; what it still answers is dropped."""
        self._post.forget(number)
        self._send({"id": number, "do": "cancel"})

    def forget(self, number: int) -> None:
        """Expect no more answers to a request."""
        self._post.forget(number)

    def _send(self, message: dict[str, object]) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()
        except (OSError, ValueError):
            # The child is no more; the answer GONE tells it.
            return

    def why(self) -> str:
        """Stop it, and how it ended, with the last line it said.

        After an instruction that the processor does not have, children with the same options do
        without what llama.cpp has for some processors only.
        """
        self.stop()
        if self._process.returncode == -getattr(signal, "SIGILL", 0):
            self._options["plain"] = True
            return "ended by SIGILL: llama.cpp was built for another processor"
        status = self._process.returncode
        if status < 0:
            try:
                ending = f"ended by {signal.Signals(-status).name}"
            except ValueError:
                ending = f"ended by signal {-status}"
        else:
            ending = f"ended with status {status}"
        last = "".join(letter for letter in (self._said or [""])[-1] if letter.isprintable())
        return f"{ending}: {last[:200]}" if last else ending


def _variables() -> dict[str, str]:
    """The environment of the child: no secret of the user's is in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)
    }
    known = [_PACKAGE_FOLDER, *filter(None, [kept.get("PYTHONPATH")])]
    # Threads that spin while they wait are several times slower where other programs want the
    # cores as well; the variable may be set to say otherwise.
    return (
        {"OMP_WAIT_POLICY": "passive"}
        | kept
        | {
            "PYTHONPATH": os.pathsep.join(known),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GGML_NO_BACKTRACE": "1",  # an abort would start a debugger
        }
    )


def _read_answers(pipe: IO[bytes], post: _Post) -> None:
    """Deliver answers until the child ends or says what is no answer."""
    with pipe:
        try:
            while line := pipe.readline(_MAX_LINE):
                answer = json.loads(line)
                if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
                    break
                post.deliver(answer)
        except (ValueError, RecursionError):
            # Memory was corrupted over there; the owner kills what is left of it.
            return
        finally:
            post.end()


def _read_log(pipe: IO[bytes], said: deque[str]) -> None:
    with pipe:
        while line := pipe.readline(_MAX_LINE):
            text = line[:1000].decode("utf-8", "replace").strip()
            if text:
                said.append(text)


def _stop(process: subprocess.Popen[bytes], readers: tuple[threading.Thread, ...]) -> None:
    process.kill()
    process.wait()
    for reader in readers:
        if reader is not threading.current_thread():
            reader.join(timeout=5)
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            # What was still to be sent has nobody to read it.
            return
