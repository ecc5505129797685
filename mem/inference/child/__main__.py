"""The child process at work: requests in, answers out, one model that computes.

It reads requests and writes answers as lines of JSON on the pipes it was started with; what a
library prints goes to stderr. A second thread reads the requests, so that a cancellation is
heard, and a parent that is gone ends this process, while the first one computes.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from typing import IO, Any

from mem.inference.child.engine import Engine, TooLong
from mem.inference.child.loading import CannotLoad, Options
from mem.inference.child.ranker import Ranker

Request = dict[str, Any]


class _Answers:
    """Writes answers, whole lines, from any thread."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def write(self, number: int, **answer: object) -> None:
        line = json.dumps({"id": number, **answer}).encode() + b"\n"
        with self._lock:
            self._pipe.write(line)
            self._pipe.flush()


class _Requests:
    """What is asked for, in order, and what was cancelled meanwhile."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> Request:
        return self._waiting.get()

    def cancelled(self, number: int) -> bool:
        return number in self._cancelled

    def finished(self, number: int) -> None:
        """Its cancellation means nothing any more."""
        self._cancelled.discard(number)

    def _read(self) -> None:
        for line in self._pipe:
            request = json.loads(line)
            if request["do"] == "cancel":
                self._cancelled.add(request["id"])
            else:
                self._waiting.put(request)
        # Nobody is left to answer; a computation in native code does not end by itself.
        os._exit(0)


def main(options: Options) -> None:
    """Load the model, say so, and answer until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = _Requests(os.fdopen(os.dup(0), "rb"))
    answers = _Answers(os.fdopen(os.dup(1), "wb"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    try:
        engine = Ranker(options) if options.ranks else Engine(options)
    except CannotLoad as error:
        answers.write(0, failed=error.code, reason=str(error))
        return
    answers.write(0, ready={"context": engine.context, "template": engine.has_template})
    while True:
        _work(requests.next(), engine, requests, answers)


def _work(
    request: Request, engine: Engine | Ranker, requests: _Requests, answers: _Answers
) -> None:
    number = request["id"]
    try:
        if isinstance(engine, Ranker):
            _score(request, engine, requests, answers)
        elif request["do"] == "count":
            answers.write(number, count=engine.count(request["text"]))
        elif request["do"] == "count-prompt":
            tokens = engine.prompt_tokens(request["system"], request["user"])
            answers.write(number, count=len(tokens))
        else:
            _generate(request, engine, requests, answers)
    except TooLong as error:
        answers.write(number, failed="too-long", tokens=error.tokens, room=error.room)
    except CannotLoad as error:
        answers.write(number, failed=error.code, reason=str(error))


def _score(request: Request, ranker: Ranker, requests: _Requests, answers: _Answers) -> None:
    number = request["id"]
    scores = ranker.scores(
        request["query"], request["texts"], cancelled=lambda: requests.cancelled(number)
    )
    for score in scores:
        answers.write(number, score=score)
    requests.finished(number)


def _generate(request: Request, engine: Engine, requests: _Requests, answers: _Answers) -> None:
    number = request["id"]
    tokens = engine.prompt_tokens(request["system"], request["user"])
    pieces = engine.generate(
        tokens,
        max_tokens=request["max_tokens"],
        grammar=request["grammar"],
        cancelled=lambda: requests.cancelled(number),
    )
    for piece in pieces:
        answers.write(number, piece=piece)
    answers.write(
        number,
        done={"prompt": len(tokens), "reused": engine.reused, "written": engine.written},
    )
    requests.finished(number)


if __name__ == "__main__":
    main(Options(**json.loads(sys.argv[1])))
