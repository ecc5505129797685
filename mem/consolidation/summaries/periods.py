"""What is summarised, level by level: episodes, their days, weeks and months, and the person.

A month covers the weeks that lie within it, and the days of those that do not: what is told of a
month was said in it. Pure: records in, subjects out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mem.core.ids import text_hash
from mem.store.episodes import EpisodeRecord
from mem.store.summaries import PROFILE_KEY, SummaryRecord, SummarySentence

VERSION = 1
"""Goes up when summaries without a model would come out differently."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to be summarised: an episode, or what the summaries below it (`parts`) tell.

    `covered` names what it consists of; another name is another summary.
    """

    level: str
    key: str
    covered: str
    episode: EpisodeRecord | None = None
    parts: tuple[SummaryRecord, ...] = ()
    told: tuple[SummarySentence, ...] = ()  # of the profile: what the user said of themselves


def of_episodes(episodes: Iterable[EpisodeRecord]) -> list[Subject]:
    """The episodes themselves; an episode's id names its chunks."""
    return [Subject("episode", one.id, _digest([one.id]), episode=one) for one in episodes]


def of_days(episodes: Iterable[EpisodeRecord], made: Mapping[str, SummaryRecord]) -> list[Subject]:
    """The days on which episodes began, in order."""
    days: dict[str, list[SummaryRecord]] = {}
    for one in episodes:
        if one.started_at is not None and one.id in made:
            days.setdefault(one.started_at.date().isoformat(), []).append(made[one.id])
    return [_subject("day", key, days[key]) for key in sorted(days)]


def of_weeks(days: Mapping[str, SummaryRecord]) -> list[Subject]:
    """The ISO weeks of days, in order."""
    weeks: dict[str, list[SummaryRecord]] = {}
    for key in sorted(days):
        weeks.setdefault(week_of(key), []).append(days[key])
    return [_subject("week", key, weeks[key]) for key in sorted(weeks)]


def of_months(
    days: Mapping[str, SummaryRecord], weeks: Mapping[str, SummaryRecord]
) -> list[Subject]:
    """The months of days, in order."""
    months: dict[str, dict[str, SummaryRecord]] = {}
    for key in sorted(days):
        week, month = week_of(key), key[:7]
        part = weeks.get(week) if whole_in_month(key) else None
        chosen = part or days[key]
        months.setdefault(month, {})[f"{chosen.level} {chosen.key}"] = chosen
    return [_subject("month", key, list(months[key].values())) for key in sorted(months)]


def of_profile(months: Mapping[str, SummaryRecord]) -> list[Subject]:
    """The person, where there is any month."""
    parts = [months[key] for key in sorted(months)]
    return [_subject("profile", PROFILE_KEY, parts)] if parts else []


def of_person(subject: Subject, told: Sequence[SummarySentence], own: Set[str]) -> Subject:
    """The profile with those sentences, and of its months those that rest on `own` passages.

    It covers what is told of either.
    """
    parts = tuple(
        replace(part, sentences=tuple(one for one in part.sentences if own & {*one.chunks}))
        for part in subject.parts
    )
    kept = [one.text for part in parts for one in part.sentences]
    covered = _digest([subject.covered, *(one.text for one in told), "", *kept])
    return replace(subject, covered=covered, told=tuple(told), parts=parts)


def week_of(day: str) -> str:
    """The ISO week of a day: `2025-03-04` → `2025-W10`."""
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


def whole_in_month(day: str) -> bool:
    """Whether the week of a day lies within one month."""
    at = date.fromisoformat(day)
    monday = at - timedelta(days=at.weekday())
    return monday.month == (monday + timedelta(days=6)).month


def _subject(level: str, key: str, parts: Sequence[SummaryRecord]) -> Subject:
    names = [f"{one.pk}:{one.fingerprint}" for one in parts]
    return Subject(level, key, _digest(names), parts=tuple(parts))


def _digest(names: Iterable[str]) -> str:
    return text_hash("\x1f".join([str(VERSION), *names]))
