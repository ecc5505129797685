"""A Slack export: one file for each day of each channel, with the lists of users beside them.

A channel is one document that all its days make together; a reply's session is its thread and
any other message's its day. Times are counts of seconds: the wall clock is that of the zone most
users of the workspace are in, as it is for Slack's own division into days, else UTC.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mem.core.document import Message, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources.chats.records import (
    SYSTEM,
    Beside,
    MessageList,
    Tally,
    chat_document,
    files_beside,
    nothing_beside,
    parse_json,
    place_of,
    with_files,
)
from mem.sources.chats.slack_text import message_words, names_of_files
from mem.sources.loose import Fields, epoch_time, fields_of, first_word, items_of, word, words
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes, well_formed

_STAMP = re.compile(r'"ts"\s*:\s*"\d{9,11}\.\d{1,8}"')
_TYPE = re.compile(r'"type"\s*:\s*"message"')
_COMPANIONS = {
    "users.json": re.compile(r'"(?:team_id|real_name|profile)"\s*:'),
    "org_users.json": re.compile(r'"(?:team_id|real_name|profile)"\s*:'),
    "integration_logs.json": re.compile(r'"(?:service_id|app_id|change_type)"\s*:'),
    **dict.fromkeys(
        ("channels.json", "groups.json", "dms.json", "mpims.json"),
        re.compile(r'"(?:members|creator)"\s*:'),
    ),
}
_CHANNEL_LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json")
_SYSTEM_SUBTYPE = re.compile(
    r"(?:channel|group|bot|pinned|unpinned|sh_room|huddle|app_conversation|reminder|ekm|"
    r"joiner|assistant_app|workflow)_\w*|pinned_item|unpinned_item|tombstone"
)
_SPOKEN_SUBTYPES = frozenset({"bot_message"})


@dataclass(frozen=True, slots=True)
class _Workspace:
    """Who and what the ids of an export stand for, the team's own id and its time zone."""

    team: str
    names: dict[str, str]
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class _Channel:
    """The conversation that a day's file belongs to."""

    key: str
    title: str


class SlackParser:
    """One document a file: a day of the channel that its folder names."""

    name = "slack"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """A JSON list of messages with Slack's time stamps, or a list the export has beside."""
        start = text_start(head)
        if not start.startswith("["):
            return 0
        if _STAMP.search(start) and _TYPE.search(start):
            return 95
        companion = _COMPANIONS.get(path.name)
        empty = start.strip() == "[]"
        return 85 if companion and (empty or companion.search(start)) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's messages. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry, files_beside(entry))

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The messages in `data`; `beside` finds the lists of users and channels.

        Raises ParseFailed: code "companion" for one of those lists, "empty" where no message
        holds words.
        """
        place = place_of(entry)
        loaded = parse_json(data, place)
        if entry.path.name in _COMPANIONS and not _is_messages(loaded):
            reason = "a list that is read together with the channels of a Slack export"
            raise ParseFailed(place, reason, code="companion")
        if not _is_messages(loaded):
            raise ParseFailed(place, "it holds no Slack message")
        workspace = _workspace(beside("../users.json") or b"[]")
        channel = _channel(entry, workspace, beside)
        tally = Tally()
        messages = MessageList(tally)
        for index, record in enumerate(items_of(loaded)):
            message = _message(fields_of(record), index, workspace, entry, tally)
            if message is not None:
                messages.add(message)
        if not messages.messages:
            raise ParseFailed(place, "no message in it holds words", code="empty")
        yield chat_document(
            form=self.name,
            conversation=channel.key,
            title=channel.title,
            messages=messages.messages,
            entry=entry,
            notices=tally.notices(),
        )


def _is_messages(loaded: object) -> bool:
    records = [fields_of(one) for one in items_of(loaded)]
    return any("ts" in one and ("type" in one or "text" in one) for one in records)


def _message(
    record: Fields, index: int, workspace: _Workspace, entry: FileEntry, tally: Tally
) -> Message | None:
    """The message of a record; None, and counted, where it holds no words."""
    subtype = word(record.get("subtype"))
    if isinstance(record.get("message"), dict):
        # What an edit or a broadcast wraps is the message itself.
        record = {**record, **record["message"]}
    speaker = _speaker(record, workspace)
    names = names_of_files(record)
    text = with_files(message_words(record, workspace.names), names)
    reactions = items_of(record.get("reactions"))
    if reactions:
        tally.add("reaction", sum(_count(fields_of(one)) for one in reactions))
    if not text.strip():
        tally.add(f"message without words ({subtype or word(record.get('type')) or 'no kind'})")
        return None
    if record.get("edited"):
        text += " (edited)"
    stamp = word(record.get("ts"))
    at = _wall_clock(epoch_time(stamp), workspace.zone)
    thread = word(record.get("thread_ts"))
    day = at.date().isoformat() if at else well_formed(entry.path.stem)
    system = subtype not in _SPOKEN_SUBTYPES and _SYSTEM_SUBTYPE.fullmatch(subtype) is not None
    return Message(
        id=stamp or str(index + 1),
        speaker=speaker,
        role=SYSTEM if system else "other",
        text=text,
        at=at,
        session=f"thread-{thread}" if thread and thread != stamp else day,
        attachments=names,
    )


def _speaker(record: Fields, workspace: _Workspace) -> str:
    """The name of who posted: the user's present one, else the one the message carries."""
    user = word(record.get("user"))
    comment = word(fields_of(record.get("comment")).get("user"))
    for key in (user, comment):
        if key in workspace.names:
            return workspace.names[key]
    profile = fields_of(record.get("user_profile"))
    bot = fields_of(record.get("bot_profile"))
    carried = first_word(
        profile.get("real_name"),
        profile.get("display_name"),
        profile.get("name"),
        record.get("username"),
        bot.get("name"),
    )
    key = word(record.get("bot_id"))
    known = workspace.names.get(key, "")
    return carried or known or user or comment or (f"bot {key}" if key else SYSTEM)


def _wall_clock(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """The naive wall clock in `zone` at a naive UTC time."""
    try:
        return moment and moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return None


def _zone(name: str) -> tzinfo:
    """The zone of that name, UTC where the machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _count(reaction: Fields) -> int:
    count = reaction.get("count")
    return count if isinstance(count, int) and 0 < count < 10**6 else 1


@lru_cache(maxsize=4)
def _workspace(users: bytes) -> _Workspace:
    """The names in `users.json`. Kept, since each day of each channel asks for the same file."""
    try:
        records = [fields_of(one) for one in items_of(parse_json(users, "users.json"))]
    except ParseFailed:
        records = []
    names = {"USLACKBOT": "Slackbot"}
    teams: Counter[str] = Counter()
    zones: Counter[str] = Counter()
    for record in records:
        profile = fields_of(record.get("profile"))
        name = first_word(
            profile.get("real_name"),
            record.get("real_name"),
            profile.get("display_name"),
            record.get("name"),
        )
        key = word(record.get("id"))
        if key and name:
            names[key] = name
            bot = word(profile.get("bot_id"))
            if bot:
                names[bot] = name
        teams[word(record.get("team_id"))] += 1
        if key != "USLACKBOT" and not record.get("is_bot"):
            zones[word(record.get("tz"))] += 1
    return _Workspace(_commonest(teams), names, _zone(_commonest(zones)))


def _commonest(counts: Counter[str]) -> str:
    """The word counted most, the first of equals; "" where there is none."""
    return next((name for name, _ in counts.most_common() if name), "")


@lru_cache(maxsize=16)
def _listed(data: bytes) -> tuple[Fields, ...]:
    """The entries of a list of channels."""
    try:
        return tuple(fields_of(one) for one in items_of(parse_json(data, "channels")))
    except ParseFailed:
        return ()


def _channel(entry: FileEntry, workspace: _Workspace, beside: Beside) -> _Channel:
    """The channel whose folder the file is in; its id outlives a new name."""
    folder = well_formed(entry.path.parent.name) or "slack"
    team = workspace.team or well_formed(entry.path.parent.parent.name) or "workspace"
    for name in _CHANNEL_LISTS:
        data = beside(f"../{name}")
        for listed in _listed(data) if data else ():
            if folder in {word(listed.get("name")), word(listed.get("id"))}:
                title = _title(name, folder, listed, workspace)
                return _Channel(f"{team}/{word(listed.get('id')) or folder}", title)
    return _Channel(f"{team}/{folder}", f"#{folder}")


def _title(kind: str, folder: str, listed: Fields, workspace: _Workspace) -> str:
    """`#name` for a channel, the people for a direct conversation."""
    if kind in {"channels.json", "groups.json"}:
        return f"#{folder}"
    members = [words(one) for one in items_of(listed.get("members"))]
    people = [workspace.names.get(one, one) for one in members]
    return " and ".join(people) if 0 < len(people) < 3 else ", ".join(people) or folder
