"""Episode → day → week → month → profile: each summary names what it covers, and follows it.

Everything is summarised by sentences of the source. Stopped anywhere, the work goes on there; done
twice, it changes nothing. What has gone in the meantime is not written of.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mem.consolidation.known import profile_of
from mem.consolidation.reports import SummaryReport
from mem.consolidation.summaries import condensing, own_words, periods
from mem.consolidation.summaries.periods import Subject
from mem.core.clock import Clock, format_time
from mem.core.protocols import StoredVectors
from mem.store.database import Database
from mem.store.episodes import Episodes
from mem.store.memory.memories import Memories
from mem.store.speakers import own_passages, voices
from mem.store.summaries import (
    EXTRACTIVE,
    LEVELS,
    NewSummary,
    Summaries,
    SummaryRecord,
    SummarySentence,
    drop_summaries,
    put_summary,
    within,
)

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

BATCH = 64
PROFILE_SENTENCES = own_words.MOST


def never() -> bool:
    """Stops nothing."""
    return False


class ExtractiveSummariser:
    """Keeps the summaries of one store in step with what they cover, without a model."""

    def __init__(
        self,
        database: Database,
        vectors: StoredVectors,
        clock: Clock,
        *,
        user_names: Sequence[str] = (),
    ) -> None:
        """`vectors` are those of chunks. Loads nothing."""
        self._user_names = tuple(user_names)
        self._database = database
        self._vectors = vectors
        self._clock = clock
        self._episodes = Episodes(database)
        self._summaries = Summaries(database)
        self._memories = Memories(database, clock.now)

    def refresh(
        self, report: SummaryReport | None = None, *, stop: Callable[[], bool] = never
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
        """The profile with what the user said of themselves; it is made anew when that changes.

        Of what the months tell only what rests on the user's own words is told of the user.
        """
        known = profile_of(
            self._database,
            self._memories,
            self._user_names,
            each=own_words.CHOSEN_FROM,
            now=self._clock.now(),
        )
        places = own_words.places_of(known)
        below = [part.pk for part in subject.parts]
        chunks = {chunk for part in subject.parts for one in part.sentences for chunk in one.chunks}
        who = voices(self._database, self._user_names)
        own = own_passages(self._database, who, chunks | {one.chunk_id for one in places})
        covered = within(self._database, below, [one.chunk_id for one in places])
        told = [own_words.sentence(one) for one in places if one.chunk_id in own & covered]
        return periods.of_person(subject, told[:PROFILE_SENTENCES], own)

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
            below, most = _written(telling), PROFILE_SENTENCES
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


def _written(parts: Sequence[SummaryRecord]) -> list[SummarySentence]:
    """What a model tells of the user's own words; what stands in them word for word is told of the
    user only where it is behind a memory.
    """
    return [one for part in parts if part.origin != EXTRACTIVE for one in part.sentences]
