"""Summaries in a language model's words: code finds each sentence borne out by what it covers.

What a model does not write, or writes without support, keeps the sentences of its source. Stopped
anywhere, the work goes on there; done twice, it changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mem.consolidation.reports import SummaryReport
from mem.consolidation.summaries.extractive import ExtractiveSummariser, never
from mem.consolidation.summaries.periods import Subject
from mem.consolidation.summaries.writing import Part, RefusedError, SummaryWriter
from mem.core.clock import Clock
from mem.core.language import StoppedError
from mem.core.protocols import StoredVectors
from mem.errors import (
    EndlessReply,
    LanguageModelError,
    ModelCrashed,
    ModelTimedOut,
    PromptTooLong,
)
from mem.store.database import Database
from mem.store.summaries import EXTRACTIVE, LEVELS, NewSummary, SummaryRecord
from mem.store.work.leases import Leases

if TYPE_CHECKING:
    from mem.consolidation.reports import Budget
    from mem.core.protocols import Vectors

#: A subject of fewer characters says as much itself as a model would of it.
WORTH_WRITING = 200
_OPEN, _SPENT, _INTERRUPTED = "", "the budget is spent", "interrupted"
_ATTEMPTS = 3  # of one subject, with a model that crashes
_IN_A_ROW = 3  # crashes after which the model is at fault, not what it was shown
_CRASHED = "crashed-"
_LEASE_MARGIN = 60.0  # seconds beyond a call's deadline, and as long for loading a model
_ELSEWHERE = "another process writes them"


class Summariser(ExtractiveSummariser):
    """Keeps the summaries of one store in step with what they cover, with a model and without."""

    def __init__(
        self,
        database: Database,
        vectors: StoredVectors,
        clock: Clock,
        *,
        user_names: Sequence[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        """`vectors` are those of chunks. Loads nothing."""
        super().__init__(database, vectors, clock, user_names=user_names)
        self._now = now
        self._crashes: list[ModelCrashed] = []

    def write(
        self,
        writer: SummaryWriter,
        budget: Budget,
        report: SummaryReport,
        *,
        stop: Callable[[], bool] = never,
    ) -> None:
        """Have a model write what it has not been through yet, the newest first, level by level.

        What another process writes at the moment is left to it.
        Ends when the budget is spent, `stop` says so, or the model fails; what is done is kept.
        Raises StoreLocked, StoreFull.
        """
        started, self._crashes, elsewhere = time.monotonic(), [], 0
        leases = Leases(
            self._database, "summary", lease=2 * writer.deadline + _LEASE_MARGIN, now=self._now
        )
        try:
            for level in LEVELS:
                self._refresh_level(level, report, stop)
                for subject, crashes in self._unwritten(level, writer.maker):
                    report.stopped = self._over(budget, report, started, stop)
                    if report.stopped:
                        return
                    with leases.held(f"{level} {subject.key}") as mine:
                        elsewhere += not mine
                        if mine and self._waits(subject, writer.maker):
                            self._write_one(writer, subject, crashes, report, stop)
            report.stopped = str(self._crashes[-1]) if self._crashes else ""
        except StoppedError:
            report.stopped = _INTERRUPTED
        except LanguageModelError as error:
            report.stopped = str(error)
        finally:
            self.refresh(report)
            report.waiting = sum(
                1 for level in LEVELS for _ in self._unwritten(level, writer.maker)
            )
            if elsewhere and report.waiting and not report.stopped:
                report.elsewhere, report.stopped = True, _ELSEWHERE

    def _over(
        self, budget: Budget, report: SummaryReport, started: float, stop: Callable[[], bool]
    ) -> str:
        minutes = (time.monotonic() - started) / 60
        spent = (
            (budget.calls, report.calls),
            (budget.tokens, report.tokens),
            (budget.minutes, minutes),
        )
        if any(most is not None and used >= most for most, used in spent):
            return _SPENT
        return _INTERRUPTED if stop() else _OPEN

    def _unwritten(self, level: str, maker: str) -> Iterator[tuple[Subject, int]]:
        """What stands as a model that is not this one left it, and how often one crashed over it.

        The newest first; what a model crashed over is last.
        """
        have = self._summaries.of_level(level)
        subjects = self._subjects(level)
        if level == "episode":
            subjects.sort(key=lambda one: str(one.episode and one.episode.started_at))
        found: list[tuple[Subject, int]] = []
        for subject in reversed(subjects):
            known = have.get(subject.key)
            if (
                known is not None
                and known.sentences
                and not known.fingerprint.endswith(f"/{maker}")
            ):
                found.append((subject, _crashes(known)))
        yield from sorted(found, key=lambda one: one[1])

    def _waits(self, subject: Subject, maker: str) -> bool:
        """Whether no other process has written it since it was listed."""
        known = self._summaries.get(subject.level, subject.key)
        return known is not None and not known.fingerprint.endswith(f"/{maker}")

    def _write_one(
        self,
        writer: SummaryWriter,
        subject: Subject,
        crashes: int,
        report: SummaryReport,
        stop: Callable[[], bool],
    ) -> None:
        """Have one written; raises ModelCrashed where that is not for this subject alone."""
        new, maker, before = None, writer.maker, len(self._crashes)
        telling = [part for part in subject.parts if part.sentences]
        if subject.episode is None and len(telling) == 1:
            new = self._same(subject, telling[0])
        else:
            parts = self._parts(subject)
            if sum(len(part.passage.text) for part in parts) >= WORTH_WRITING:
                new = self._tried(writer, subject, parts, report, stop)
        crashed = len(self._crashes) > before
        if crashed and crashes + 1 < _ATTEMPTS:
            maker = f"{_CRASHED}{crashes + 1}"
        if new is None or not new.fingerprint.endswith(f"/{writer.maker}"):
            standing = self._extractive(subject)
            new = self._new(subject, standing.sentences, EXTRACTIVE, maker, standing.chunks)
        with self._database.transaction() as connection:
            self._put(connection, subject, new)
        if crashed and len(self._crashes) >= _IN_A_ROW:
            raise self._crashes[-1]

    def _tried(
        self,
        writer: SummaryWriter,
        subject: Subject,
        parts: Sequence[Part],
        report: SummaryReport,
        stop: Callable[[], bool],
    ) -> NewSummary | None:
        report.calls += 1
        try:
            sentences = writer.write(parts, stop)
        except RefusedError as refused:
            report.refuse(str(refused))
            return None
        except ModelCrashed as error:
            self._crashes.append(error)
            report.refuse(type(error).__name__)
            return None
        except (ModelTimedOut, PromptTooLong, EndlessReply) as error:
            report.refuse(type(error).__name__)
            return None
        finally:
            report.tokens += writer.last_tokens
        self._crashes.clear()
        report.written += 1
        chunks = tuple(part.pk for part in parts) if subject.episode is not None else ()
        return self._new(subject, sentences, writer.origin, writer.maker, chunks)

    def _parts(self, subject: Subject) -> list[Part]:
        """What a model is shown of a subject."""
        if subject.episode is not None:
            stored = self._episodes.chunks_of(subject.episode.pk)
            rows = self._vectors.vectors([one.pk for one in stored])
            return [Part.of_chunk(one, rows.get(one.pk)) for one in stored]
        below = [one for part in subject.parts for one in part.sentences]
        vectors: Mapping[str, Vectors] = self._by_id(below)
        return [Part.of_summary(part, vectors) for part in subject.parts if part.sentences]


def _crashes(one: SummaryRecord) -> int:
    """How often a model crashed over what a summary tells."""
    maker = one.fingerprint.partition("/")[2]
    return int(maker.removeprefix(_CRASHED)) if maker.startswith(_CRASHED) else 0
