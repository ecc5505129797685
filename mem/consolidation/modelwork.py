"""The work of a language model as leased jobs within a budget: stopped anywhere, it goes on there.

A batch is stored in one transaction with its marks and the end of its job, so that a batch whose
lease was lost leaves nothing. One that fails is tried again after the others, in smaller calls,
then given up.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from mem.consolidation.reports import Budget, ModelReport, Report, Spent
from mem.consolidation.worker import Extractor, Worker
from mem.core.language import StoppedError
from mem.errors import (
    EndlessReply,
    JunkReply,
    LanguageModelError,
    ModelCrashed,
    ModelTimedOut,
    PromptTooLong,
)
from mem.extraction.proposing.model import Drawn, ModelExtractor
from mem.store.chunks import StoredChunk
from mem.store.database import Database
from mem.store.work.jobs import Job, JobQueue, this_process

_PLANNED: Final = 256  # chunks that are looked at for one batch
_LEASE_MARGIN: Final = 60.0  # seconds beyond a call's deadline
_IN_A_ROW: Final = 6  # failures after which the model is at fault, not its batches
_REASONS: Final[dict[type[LanguageModelError], str]] = {
    ModelCrashed: "the model crashed",
    ModelTimedOut: "the model took too long",
    JunkReply: "the reply could not be read",
    EndlessReply: "the model wrote nothing but white space",
    PromptTooLong: "the passages are too long",
}


class _LeaseLostError(Exception):
    """Another process has the batch by now; nothing of this one's is kept."""


def _never() -> bool:
    return False


def run_model(
    database: Database,
    worker: Callable[[Extractor], Worker],
    extractor: Callable[[], ModelExtractor | None],
    budget: Budget,
    report: Report,
    *,
    retry: bool = False,
    on_progress: Callable[[Spent], None] | None = None,
    stop: Callable[[], bool] = _never,
) -> None:
    """Have the model that is set up, if there is one, work into `report.model`.

    With `retry` it tries batches again that were given up. One that cannot be used is reported
    there. Raises StoreLocked, StoreFull.
    """
    try:
        model = extractor()
    except LanguageModelError as error:
        report.model = ModelReport("", stopped=str(error), unusable=True)
        return
    if model is not None:
        work = ModelWorker(database, worker(model), model)
        if retry:
            work.queue.retry_failed()
        work.run(budget, report, on_progress=on_progress, stop=stop)


class ModelWorker:
    """Goes through what waits for one model; other processes may do the same beside it."""

    def __init__(
        self,
        database: Database,
        worker: Worker,
        extractor: ModelExtractor,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`worker` stores what is drawn, with this extractor's marks."""
        self._worker = worker
        self._extractor = extractor
        self._monotonic = monotonic
        lease = extractor.deadline + _LEASE_MARGIN
        self.queue = JobQueue(database, extractor.fingerprint, this_process(), lease=lease, now=now)

    def run(
        self,
        budget: Budget,
        report: Report,
        *,
        on_progress: Callable[[Spent], None] | None = None,
        stop: Callable[[], bool] = _never,
    ) -> None:
        """Work until nothing waits, the budget is spent or `stop` says so; into `report.model`.

        Raises StoreLocked, StoreFull.
        """
        mine = ModelReport(self._extractor.name)
        report.model = mine
        started, total, in_a_row = self._monotonic(), self.queue.pending_count(), 0
        try:
            while not (why := self._over(budget, mine, started)):
                if stop():
                    why = "interrupted"
                    break
                job = self._next()
                if job is None:
                    break
                in_a_row = in_a_row + 1 if self._do(job, report, mine, stop) else 0
                if in_a_row >= _IN_A_ROW:
                    why = f"the model failed {in_a_row} times in a row"
                    break
                if on_progress is not None:
                    on_progress(self._spent(budget, mine, total, started))
            mine.stopped = why
        except StoppedError:
            mine.stopped = "interrupted"
        except LanguageModelError as error:
            mine.stopped, mine.unusable = str(error), True
        mine.pending = self.queue.pending_count()
        mine.elsewhere = bool(mine.pending and not mine.stopped)
        mine.failed = self.queue.failed()

    def _over(self, budget: Budget, mine: ModelReport, started: float) -> str:
        """What of the budget is spent, or nothing."""
        if budget.calls is not None and mine.calls >= budget.calls:
            return "the budget of calls is spent"
        if budget.tokens is not None and mine.tokens >= budget.tokens:
            return "the budget of tokens is spent"
        minutes = (self._monotonic() - started) / 60
        if budget.minutes is not None and minutes >= budget.minutes:
            return "the budget of minutes is spent"
        return ""

    def _spent(self, budget: Budget, mine: ModelReport, total: int, started: float) -> Spent:
        left = None
        if budget.minutes is not None:
            left = max(0.0, budget.minutes - (self._monotonic() - started) / 60)
        return Spent(mine.model, mine.chunks, total, mine.calls, mine.tokens, left)

    def _next(self) -> Job | None:
        """A batch that was given back, else one of new chunks, else one that was tried before."""
        return self.queue.claim(tried=False) or self._planned() or self.queue.claim(tried=True)

    def _planned(self) -> Job | None:
        """The next chunks that nobody has, as many as one call takes."""
        while keys := self.queue.free(_PLANNED):
            stored = self._worker.stored(keys)
            fits = self._extractor.fitting(self._context(stored), stored)
            if (job := self.queue.add(keys[:fits])) is not None:
                return job
        return None

    def _context(self, stored: list[StoredChunk]) -> list[StoredChunk]:
        """The first chunks of every document, without the given ones."""
        by_document: dict[str, list[StoredChunk]] = {}
        for one in stored:
            by_document.setdefault(one.chunk.document_id, []).append(one)
        return [one for those in by_document.values() for one in self._worker.context(those)]

    def _do(self, job: Job, report: Report, mine: ModelReport, stop: Callable[[], bool]) -> bool:
        """One batch; returns whether it failed. Raises what makes every other fail as well."""
        stored = self._worker.stored(job.chunks)
        drawn = Drawn()
        try:
            self._extractor.draw(
                self._context(stored),
                stored,
                drawn,
                parts=job.attempts,
                stop=stop,
                before_call=lambda: self._keep_lease(job),
            )
            self._worker.store(
                job.chunks,
                stored,
                drawn.candidates,
                report,
                also=lambda connection: self._end(connection, job),
            )
        except _LeaseLostError:
            drawn.candidates.clear()
        except tuple(_REASONS) as error:
            self.queue.fail(job, _REASONS[type(error)])
            return True
        except BaseException:
            self.queue.give_back(job)
            raise
        else:
            mine.chunks += len(job.chunks)
            mine.items += drawn.items
            mine.rejected = dict(Counter(mine.rejected) + drawn.rejected)
        finally:
            mine.calls += drawn.calls
            mine.tokens += drawn.tokens
        return False

    def _keep_lease(self, job: Job) -> None:
        if not self.queue.renew(job):
            raise _LeaseLostError

    def _end(self, connection: sqlite3.Connection, job: Job) -> None:
        if not self.queue.finish(connection, job):
            raise _LeaseLostError
