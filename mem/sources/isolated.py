"""The child process of `mem.sources.isolation`: does the jobs it is sent, within its limits.

It answers only on the pipe it was started with; what a library prints goes nowhere. Anything that
a job does not foresee ends the process.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import TracebackType
from typing import IO, Any

from mem.errors import FileUnreadable, ParseFailed
from mem.sources.transfer import read_frame, write_frame


def main(memory: int, seconds: int, file_bytes: int) -> None:
    """Serve jobs until the pipe ends. `memory` and `file_bytes` in bytes, `seconds` for each job.

    Each job is `{"function": "module:name", "arguments": …}`; its answers are `{"value": …}` for
    each value that the function yields, then `{"done": true}` or `{"failed": code, "reason": …}`.
    """
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    _report_breakdown(answers)
    _limit(memory, file_bytes)
    while True:
        try:
            job = read_frame(jobs)
        except EOFError:
            return
        _limit_time(seconds)
        _work(job, answers)


def _work(job: dict[str, Any], answers: IO[bytes]) -> None:
    module, _, name = job["function"].partition(":")
    try:
        for value in getattr(import_module(module), name)(job["arguments"]):
            write_frame(answers, {"value": value})
    except ParseFailed as error:
        write_frame(answers, {"failed": error.code, "reason": error.reason})
    except FileUnreadable as error:
        write_frame(answers, {"failed": "unreadable", "reason": error.reason})
    else:
        write_frame(answers, {"done": True})


def _report_breakdown(answers: IO[bytes]) -> None:
    """Let an exception that nobody foresaw be the last answer of the process."""

    def report(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        del error, traceback
        if issubclass(kind, MemoryError):
            reason = "reading it needs more memory than a file may take"
            write_frame(answers, {"failed": "parser-memory", "reason": reason})
        else:
            reason = f"its parser broke down over it ({kind.__name__})"
            write_frame(answers, {"failed": "parser-crashed", "reason": reason})

    sys.excepthook = report


def _limit(memory: int, file_bytes: int) -> None:
    """Limits that the system enforces; a system without them leaves the wall time of the parent."""
    if sys.platform == "win32":
        return
    import resource

    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, hard))


def _limit_time(seconds: int) -> None:
    """Processor time for the next job."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    allowed = until if hard == resource.RLIM_INFINITY else min(until, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
