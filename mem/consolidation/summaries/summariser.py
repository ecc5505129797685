"""Episode → day → week → month → profile: each summary names what it covers, and follows it.

Everything is summarised without a model first, by sentences of the source; a language model then
writes anew what it can, and a summary of its own counts only where code finds every sentence of it
borne out by what it covers. Stopped anywhere, the work goes on there; done twice, it changes
nothing. What has gone in the meantime is not written of.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mem.consolidation.known import profile_of
from mem.consolidation.reports import SummaryReport
from mem.consolidation.summaries import condensing, own_words, periods
from mem.consolidation.summaries.periods import Subject
from mem.consolidation.summaries.writing import Part, RefusedError, SummaryWriter
from mem.core.clock import Clock, format_time
from mem.core.language import StoppedError
from mem.core.protocols import StoredVectors
from mem.errors import (
    EndlessReply,
    LanguageModelError,
    ModelCrashed,
    ModelTimedOut,
    PromptTooLong,
)
from mem.extraction.screening import is_own
from mem.store.database import Database
from mem.store.episodes import Episodes
from mem.store.leases import Leases
from mem.store.memories import Memories
from mem.store.summaries import (
    EXTRACTIVE,
    LEVELS,
    NewSummary,
    Summaries,
    SummaryRecord,
    SummarySentence,
    drop_summaries,
    put_summary,
    speakers_below,
)

if TYPE_CHECKING:
    from mem.consolidation.reports import Budget
    from mem.core.protocols import Vectors

BATCH = 64
PROFILE_SENTENCES = own_words.MOST
#: A subject of fewer characters says as much itself as a model would of it.
WORTH_WRITING = 200
_OPEN, _SPENT, _INTERRUPTED = "", "the budget is spent", "interrupted"
_ATTEMPTS = 3  # of one subject, with a model that crashes
_IN_A_ROW = 3  # crashes after which the model is at fault, not what it was shown
_CRASHED = "crashed-"
_LEASE_MARGIN = 60.0  # seconds beyond a call's deadline, and as long for loading a model
_ELSEWHERE = "another process writes them"


def _never() -> bool:
    return False


class Summariser:
    """Keeps the summaries of one store in step with what they cover."""

    def __init__(
        self,
        database: Database,
        vectors: StoredVectors,
        clock: Clock,
        *,
        user_names: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`vectors` are those of chunks. Loads nothing."""
        self._user_names = frozenset(name.lower() for name in user_names)
        self._database = database
        self._vectors = vectors
        self._clock = clock
        self._monotonic = monotonic
        self._now = now
        self._crashes: list[ModelCrashed] = []
        self._episodes = Episodes(database)
        self._summaries = Summaries(database)
        self._memories = Memories(database, clock.now)

    # --- without a model -------------------------------------------------------------------

    def refresh(
        self, report: SummaryReport | None = None, *, stop: Callable[[], bool] = _never
    ) -> SummaryReport:
        """Make what is missing or covers something that has changed. Raises StoreLocked, StoreFull.

        Stopped, the levels above are left as they are.
        """
        report = report or SummaryReport()
        for level in LEVELS:
            if not self._refresh_level(level, report, stop):
                break
        return report

    def _refresh_level(self, level: str, report: SummaryReport, stop: Callable[[], bool]) -> bool:
        wanted = self._subjects(level)
        have = self._summaries.of_level(level)
        todo = [
            one
            for one in wanted
            if (known := have.get(one.key)) is None or known.covered != one.covered
        ]
        for at in range(0, len(todo), BATCH):
            if stop():
                return False
            made = [self._extractive(one) for one in todo[at : at + BATCH]]
            with self._database.transaction() as connection:
                for subject, new in zip(todo[at : at + BATCH], made, strict=True):
                    report.made += self._put(connection, subject, new)
        keys = {one.key for one in wanted}
        gone = [one.pk for key, one in have.items() if key not in keys]
        stale = [one.pk for key, one in have.items() if key in keys and one.stale]
        if gone or stale:
            with self._database.transaction() as connection:
                drop_summaries(connection, gone)
                connection.executemany(
                    "UPDATE summary SET stale = 0 WHERE pk = ?", [(pk,) for pk in stale]
                )
        report.removed += len(gone)
        return True

    def _subjects(self, level: str) -> list[Subject]:
        made = self._summaries.of_level
        if level == "episode":
            return periods.of_episodes(self._episodes.active())
        if level == "day":
            return periods.of_days(self._episodes.active(), made("episode"))
        if level == "week":
            return periods.of_weeks(made("day"))
        if level == "month":
            return periods.of_months(made("day"), made("week"))
        return [self._of_person(one) for one in periods.of_profile(made("month"))]

    def _of_person(self, subject: Subject) -> Subject:
        """The profile with what the user said of themselves; it is made anew when that changes."""
        known = profile_of(
            self._database,
            self._memories,
            self._user_names,
            each=own_words.CHOSEN_FROM,
            now=self._clock.now(),
        )
        places = own_words.places_of(known)
        below = [part.pk for part in subject.parts]
        speakers = speakers_below(self._database, below, [one.chunk_id for one in places])
        within = [one for one in places if one.chunk_id in speakers]
        told = [own_words.sentence(one, speakers[one.chunk_id]) for one in within]
        return periods.with_told(subject, told[:PROFILE_SENTENCES])

    def _extractive(self, subject: Subject) -> NewSummary:
        fingerprint = f"{subject.covered}/{EXTRACTIVE}"
        if subject.episode is not None:
            stored = self._episodes.chunks_of(subject.episode.pk)
            keys = tuple(one.pk for one in stored)
            sentences = condensing.of_chunks(stored, self._vectors.vectors(keys))
            return NewSummary(
                "episode", subject.key, tuple(sentences), EXTRACTIVE, fingerprint, chunks=keys
            )
        telling = [part for part in subject.parts if part.sentences]
        if len(telling) == 1 and subject.level != "profile":
            return self._same(subject, telling[0])
        below = [one for part in telling for one in part.sentences]
        most = condensing.MOST_SENTENCES
        if subject.told:
            return self._new(subject, subject.told, EXTRACTIVE, EXTRACTIVE)
        if subject.level == "profile":
            below, most = self._own(below), PROFILE_SENTENCES
        sentences = condensing.of_sentences(below, self._by_id(below), most)
        return self._new(subject, sentences, EXTRACTIVE, EXTRACTIVE)

    def _same(self, subject: Subject, part: SummaryRecord) -> NewSummary:
        """What tells of one thing only says what is told of that."""
        maker = part.fingerprint.partition("/")[2]
        return self._new(subject, part.sentences, part.origin, maker)

    def _new(
        self,
        subject: Subject,
        sentences: Sequence[SummarySentence],
        origin: str,
        maker: str,
        chunks: tuple[int, ...] = (),
    ) -> NewSummary:
        return NewSummary(
            subject.level,
            subject.key,
            tuple(sentences),
            origin,
            f"{subject.covered}/{maker}",
            chunks=chunks,
            summaries=tuple(part.pk for part in subject.parts),
        )

    def _own(self, sentences: Sequence[SummarySentence]) -> list[SummarySentence]:
        """Those that the user says in the first person, or says at all; all where none does."""
        wanted = json.dumps(sorted({chunk for one in sentences for chunk in one.chunks}))
        rows = self._database.rows(
            "SELECT id, role, speaker FROM chunk WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        users = {
            str(identity)
            for identity, role, speaker in rows
            if role == "user" or speaker is None or str(speaker).lower() in self._user_names
        }
        said = [one for one in sentences if users & set(one.chunks)]
        return [one for one in said if is_own(one.text)] or said or list(sentences)

    def _by_id(self, sentences: Sequence[SummarySentence]) -> dict[str, Vectors]:
        """Vectors of the chunks that sentences rest on, by chunk id."""
        wanted = json.dumps(sorted({chunk for one in sentences for chunk in one.chunks}))
        rows = self._database.rows(
            "SELECT pk, id FROM chunk WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        ids = {int(str(pk)): str(identity) for pk, identity in rows}
        return {ids[pk]: row for pk, row in self._vectors.vectors(ids).items()}

    def _put(self, connection: sqlite3.Connection, subject: Subject, new: NewSummary) -> bool:
        """Store a summary unless what it covers has changed since it was read."""
        if subject.episode is not None:
            same = connection.execute(
                "SELECT 1 FROM episode WHERE pk = ? AND id = ?",
                (subject.episode.pk, subject.episode.id),
            ).fetchone()
        else:
            prints = json.dumps({str(part.pk): part.fingerprint for part in subject.parts})
            row = connection.execute(
                "SELECT count(*) FROM json_each(?) AS part "
                "JOIN summary ON summary.pk = CAST(part.key AS INTEGER) "
                "AND summary.fingerprint = part.value",
                (prints,),
            ).fetchone()
            same = row[0] == len(subject.parts)
        if same:
            put_summary(connection, new, format_time(self._clock.utc()))
        return bool(same)

    # --- with a model ----------------------------------------------------------------------

    def write(
        self,
        writer: SummaryWriter,
        budget: Budget,
        report: SummaryReport,
        *,
        stop: Callable[[], bool] = _never,
    ) -> None:
        """Have a model write what it has not been through yet, the newest first, level by level.

        What another process writes at the moment is left to it.
        Ends when the budget is spent, `stop` says so, or the model fails; what is done is kept.
        Raises StoreLocked, StoreFull.
        """
        started, self._crashes, elsewhere = self._monotonic(), [], 0
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
        minutes = (self._monotonic() - started) / 60
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
