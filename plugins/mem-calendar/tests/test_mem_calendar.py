"""Events become dated items: single and repeating ones, changed and broken ones, real calendars."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from mem_calendar.lines import cut
from mem_calendar.parser import CalendarParser
from mem_calendar.recurrence import MOST, Series, UnknownRule, Window, described, occurrences

from mem.assistant import Assistant
from mem.core.document import DocumentKind, Message, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-CALNAME:Home\nX-WR-TIMEZONE:Europe/Berlin\n"
TAIL = "END:VCALENDAR\n"
STAMP = "DTSTAMP:20250301T000000Z\n"
EVERYTHING = Window(datetime(1900, 1, 1), datetime(2099, 12, 31))


def event(*lines: str, kind: str = "VEVENT", uid: str = "1@x") -> str:
    body = "".join(f"{one}\n" for one in lines)
    return f"BEGIN:{kind}\nUID:{uid}\n{STAMP}{body}END:{kind}\n"


def parse(path: Path, *events: str, head: str = HEAD) -> ParsedDocument:
    path.write_text(head + "".join(events) + TAIL, encoding="utf-8", newline="")
    (document,) = CalendarParser().parse(FileEntry(path, path.stat().st_size, 0))
    assert document.kind is DocumentKind.CHAT
    return document


@pytest.fixture
def ics(tmp_path: Path) -> Path:
    return tmp_path / "home.ics"


def starts(document: ParsedDocument) -> list[str]:
    return [f"{one.at:%Y-%m-%d %H:%M}" for one in document.messages if one.at]


def only(document: ParsedDocument) -> Message:
    (message,) = document.messages
    return message


def test_a_single_event(ics: Path) -> None:
    document = parse(
        ics,
        event(
            "DTSTART;TZID=Europe/Berlin:20250304T140000",
            "DTEND;TZID=Europe/Berlin:20250304T143000",
            "SUMMARY:Dentist\\, check-up",
            "LOCATION:Harbour Road 4",
            'ORGANIZER;CN="Dr. Lind":mailto:lind@example.org',
            "ATTENDEE;CN=Ann:mailto:ann@example.org",
            "ATTENDEE:mailto:bo@example.org",
            "CATEGORIES:Health,Teeth",
            "STATUS:TENTATIVE",
            "DESCRIPTION:Bring the\\nold X-ray; it is in a ver",
            " y thick folder",
        ),
    )
    message = only(document)
    assert (document.title, document.uri) == ("Home", ics.as_uri())
    assert document.said_at == message.at == datetime(2025, 3, 4, 14, 0)
    assert (message.id, message.speaker, message.role) == ("1@x", "Dr. Lind", "other")
    assert (message.session, message.line) == ("2025-03-04", 5)
    assert message.text == (
        "Dentist, check-up: Tuesday, 4 March 2025, 14:00 to 14:30.\n"
        "Where: Harbour Road 4\n"
        "Status: tentative\n"
        "With: Ann, bo@example.org\n"
        "Categories: Health, Teeth\n"
        "Bring the\nold X-ray; it is in a very thick folder"
    )
    assert document.notices == ()


@pytest.mark.parametrize(
    ("lines", "at", "words"),
    [
        (["DTSTART:20250704T120000Z"], "2025-07-04 14:00", "Friday, 4 July 2025, 14:00"),
        (["DTSTART:20250704T120000"], "2025-07-04 12:00", "Friday, 4 July 2025, 12:00"),
        (
            ["DTSTART;TZID=America/New_York:20250704T120000", "DURATION:PT90M"],
            "2025-07-04 12:00",
            "Friday, 4 July 2025, 12:00 to 13:30 (America/New_York)",
        ),
        (
            [
                "DTSTART;TZID=Europe/Berlin:20250704T220000",
                "DTEND;TZID=Europe/Berlin:20250705T020000",
            ],
            "2025-07-04 22:00",
            "Friday, 4 July 2025, 22:00 to Saturday, 5 July 2025, 02:00",
        ),
        (["DTSTART;VALUE=DATE:20250704"], "2025-07-04 00:00", "Friday, 4 July 2025"),
        (
            ["DTSTART;VALUE=DATE:20250704", "DTEND;VALUE=DATE:20250705"],
            "2025-07-04 00:00",
            "Friday, 4 July 2025",
        ),
        (
            ["DTSTART;VALUE=DATE:20250704", "DTEND;VALUE=DATE:20250707"],
            "2025-07-04 00:00",
            "Friday, 4 July 2025 to Sunday, 6 July 2025",
        ),
        (
            ["DTSTART;TZID=Nowhere/Land:20250704T120000"],
            "2025-07-04 12:00",
            "Friday, 4 July 2025, 12:00 (Nowhere/Land)",
        ),
    ],
)
def test_when(ics: Path, lines: list[str], at: str, words: str) -> None:
    document = parse(ics, event("SUMMARY:Party", *lines))
    assert starts(document) == [at]
    assert only(document).text == f"Party: {words}."


def test_utc_without_a_zone_of_the_calendar_says_so(ics: Path) -> None:
    document = parse(ics, event("DTSTART:20250704T120000Z"), head="BEGIN:VCALENDAR\n")
    assert only(document).text == "(no title): Friday, 4 July 2025, 12:00 (UTC)."
    assert document.title == "home"


def test_tasks_and_journal_entries(ics: Path) -> None:
    document = parse(
        ics,
        event("SUMMARY:Tax return", "DUE;VALUE=DATE:20250731", kind="VTODO", uid="t"),
        event("DTSTART;VALUE=DATE:20250101", "SUMMARY:Snow", kind="VJOURNAL", uid="j"),
        event("SUMMARY:Some day", kind="VTODO", uid="u"),
        event("COMMENT:x", kind="VFREEBUSY"),
    )
    assert [one.text for one in document.messages] == [
        "Journal: Snow: Wednesday, 1 January 2025.",
        "To do: Tax return: Thursday, 31 July 2025.",
        "To do: Some day",
    ]
    assert document.notices == ("left out: 1 × VFREEBUSY",)


def test_a_series_with_exceptions(ics: Path) -> None:
    document = parse(
        ics,
        event(
            "DTSTART;TZID=Europe/Berlin:20250310T190000",
            "DTEND;TZID=Europe/Berlin:20250310T203000",
            "SUMMARY:Choir",
            "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20250414T170000Z",
            "EXDATE;TZID=Europe/Berlin:20250317T190000",
            "RDATE;TZID=Europe/Berlin:20300101T190000",
        ),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20250331T190000",
            "DTSTART;TZID=Europe/Berlin:20250401T180000",
            "SUMMARY:Choir (moved)",
        ),
        event(
            "RECURRENCE-ID:20250407T170000Z",
            "DTSTART;TZID=Europe/Berlin:20250407T190000",
            "SUMMARY:Choir",
            "STATUS:CANCELLED",
        ),
    )
    assert starts(document) == [
        *("2025-03-10 19:00", "2025-03-24 19:00", "2025-04-01 18:00", "2025-04-07 19:00"),
        *("2025-04-14 19:00", "2030-01-01 19:00"),
    ]
    texts = {one.id: one.text for one in document.messages}
    assert texts["1@x/2025-03-31T19:00:00"].startswith("Choir (moved): Tuesday, 1 April 2025")
    assert texts["1@x/2025-04-07T19:00:00"].endswith("Status: cancelled")
    (described_once,) = (one for one in texts.values() if "Repeats:" in one)
    assert described_once == (
        "Choir: Monday, 10 March 2025, 19:00 to 20:30.\n"
        "Repeats: every week on Monday until 2025-04-14"
    )
    (reach,) = document.notices
    assert reach.startswith("repeating events are expanded from 2023-03-01 to 2026-03-02")


def test_a_series_keeps_its_wall_clock_over_a_change_of_summer_time(ics: Path) -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    document = parse(ics, event("DTSTART;TZID=Europe/Berlin:20250324T090000", rule))
    assert starts(document) == ["2025-03-24 09:00", "2025-03-31 09:00", "2025-04-07 09:00"]
    in_utc = parse(ics, event("DTSTART:20250324T080000Z", rule))
    assert starts(in_utc) == ["2025-03-24 09:00", "2025-03-31 10:00", "2025-04-07 10:00"]


def test_an_old_series_shows_its_first_and_the_window(ics: Path) -> None:
    document = parse(ics, event("DTSTART;VALUE=DATE:19900815", "RRULE:FREQ=YEARLY"))
    assert starts(document) == [f"{year}-08-15 00:00" for year in (1990, 2023, 2024, 2025)]


def count_by_days(start: datetime, window: Window, *, weekday: int | None = None) -> int:
    """Another way to count: day by day, at the hour of `start`."""
    moment, found = start, 0
    while moment <= window.end:
        if moment >= window.start:
            found += weekday is None or moment.weekday() == weekday
        moment += timedelta(days=1)
    return found


def test_counts_of_rules_against_counting_days() -> None:
    window = Window.around(datetime(2025, 3, 1))
    start = datetime(2020, 1, 6, 9)
    daily = occurrences(Series(start, ("FREQ=DAILY",)), window)
    assert len(daily) == 1 + count_by_days(start, window) <= MOST
    weekly = occurrences(Series(start, ("FREQ=WEEKLY",)), window)
    assert len(weekly) == 1 + count_by_days(start, window, weekday=0)
    assert len(occurrences(Series(start, ("FREQ=DAILY;COUNT=10",)), EVERYTHING)) == 10
    assert len(occurrences(Series(start, ("FREQ=DAILY",)), EVERYTHING)) == MOST


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=SECONDLY", "FREQ=HOURLY;COUNT=3", "FREQ=DAILY;INTERVAL=0", "FREQ=FORTNIGHTLY", ""),
        *("FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=many", "FREQ=DAILY;UNTIL=tomorrow"),
        *("FREQ=MONTHLY;BYMONTHDAY=x", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;FOO=1"),
    ],
)
def test_rules_that_are_not_expanded(rule: str) -> None:
    with pytest.raises(UnknownRule):
        occurrences(Series(datetime(2025, 1, 1), (rule,)), EVERYTHING)


@pytest.mark.parametrize("unit", ["MONTHLY", pytest.param("DAILY", marks=pytest.mark.slow)])
def test_impossible_rules_end_soon(unit: str) -> None:
    rule = f"FREQ={unit};BYMONTH=2;BYMONTHDAY=30;COUNT=5"
    start = datetime(1901, 1, 1)
    assert occurrences(Series(start, (rule,)), Window.around(datetime(2025, 1, 1))) == [start]
    with pytest.raises(UnknownRule):
        occurrences(Series(datetime(1, 1, 1), ("FREQ=DAILY",)), EVERYTHING)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO", "every 2 weeks on Tuesday, Thursday"),
        ("FREQ=YEARLY;COUNT=4", "every year, 4 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
    ],
)
def test_rules_in_words(rule: str, words: str) -> None:
    assert described(rule) == words


def test_a_rule_that_is_not_expanded_is_told(ics: Path) -> None:
    document = parse(ics, event("DTSTART:20250704T120000", "RRULE:FREQ=HOURLY"))
    assert starts(document) == ["2025-07-04 12:00"]
    assert "Repeats: FREQ=HOURLY" in only(document).text
    assert document.notices[0] == (
        "left out: 1 × repetition by a rule that is not expanded (FREQ=HOURLY)"
    )


def test_what_is_broken_spoils_no_other(ics: Path) -> None:
    document = parse(
        ics,
        event("DTSTART:yesterday", "SUMMARY:Undated", uid="a"),
        "BEGIN:VEVENT\nthis is no property\nEND:VEVENT\n",
        event("DTSTART:20250704T120000", "SUMMARY:Fine", uid="b"),
        event("DTSTART:16010101T000000", "SUMMARY:Long ago", uid="c"),
        event("DTSTART:20250704T120000", "SUMMARY:Fine", uid="b"),
        "BEGIN:VEVENT\nUID:open\nSUMMARY:No end\n",
    )
    assert {one.id for one in document.messages} >= {"a", "b", "c"}
    told = "\n".join(document.notices)
    assert "DTSTART that cannot be read" in told
    assert "message repeated" in told
    items = 6
    lost = sum(
        int(count)
        for count in re.findall(r"left out: (\d+) × (?:VEVENT that|message repeated)", told)
    )
    assert len(document.messages) + lost == items


def test_html_descriptions_become_words(ics: Path) -> None:
    text = "DESCRIPTION:Agenda<br><ul><li>Roof</li><li>Van &amp; keys</li></ul>"
    message = only(parse(ics, event("DTSTART:20250704T120000", text)))
    assert "Roof" in message.text and "Van & keys" in message.text and "<" not in message.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEAD + TAIL, "empty"),
        (HEAD + event(kind="VFREEBUSY") + TAIL, "empty"),
        ("\0\0\0", "binary"),
    ],
)
def test_files_without_items(ics: Path, content: str, code: str) -> None:
    ics.write_text(content)
    with pytest.raises(ParseFailed) as caught:
        list(CalendarParser().parse(FileEntry(ics, 1, 0)))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "head", "score"),
    [
        ("a.ics", b"BEGIN:VCALENDAR\r\n", 95),
        ("a.txt", b"\xef\xbb\xbfBegin:VCalendar\n", 95),
        ("a", b"BEGIN:VEVENT\n", 95),
        ("a.ics", b"X:1\n", 60),
        ("a.txt", b"the BEGIN:VCALENDAR line", 0),
        ("a.ics", b"", 0),
        ("a.vcf", b"BEGIN:VCARD\n", 0),
    ],
)
def test_sniff(name: str, head: bytes, score: int) -> None:
    assert CalendarParser().sniff(Path(name), head) == score


def test_line_ends_and_folding() -> None:
    for end in ("\r\n", "\n", "\r"):
        pieces = cut(end.join(["BEGIN:VEVENT", "SUMMARY:a", " b", "\tc", "END:VEVENT", ""]))
        (item,) = pieces.items
        assert item.lines == ["BEGIN:VEVENT", "SUMMARY:abc", "END:VEVENT"]


def test_a_question_finds_its_event(ics: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parser = CalendarParser()
    ics.write_text(
        HEAD
        + event("DTSTART:20250304T130000Z", "DTEND:20250304T133000Z", "SUMMARY:Dentist appointment")
        + event("DTSTART:20250812T080000Z", "SUMMARY:Car inspection", uid="2")
        + TAIL
    )
    with Assistant.open(home) as assistant:
        monkeypatch.setattr(assistant, "parsers", lambda: [parser])
        assert assistant.ingest(ics).added == 1
        answer = assistant.ask("When is the dentist appointment?", asked_at="2025-03-01T10:00:00")
        assert "4 March 2025" in answer.answer
        assert answer.citations[0].said_at == datetime(2025, 3, 4, 14, 0)
        (hit,) = assistant.search("inspection", since="2025-08-01", limit=1)
        assert hit.message_id == "2"


def items_of(data: bytes) -> int:
    """Items of a file, counted without any of the plugin."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return len(re.findall(rb"(?mi)^BEGIN:(?:VEVENT|VTODO|VJOURNAL)[ \t]*$", lines))


@pytest.mark.filterwarnings("ignore:Timezone:Warning")
def test_every_item_of_real_calendars(shared: Path) -> None:
    files = sorted((shared / "data" / "corpora" / "ics").rglob("*.ics"))
    assert len(files) > 150
    parser, items, kept = CalendarParser(), 0, 0
    refused: dict[Path, tuple[str, int]] = {}
    for path in files:
        data = path.read_bytes()
        count = items_of(data)
        try:
            (document,) = parser.parse(FileEntry(path, len(data), 0))
        except ParseFailed as error:
            refused[path] = (error.code, count)
            continue
        repeats = any(note.startswith("repeating") for note in document.notices)
        told = "\n".join(document.notices)
        lost = sum(
            int(number)
            for number in re.findall(r"left out: (\d+) × (?:V\w+ that|message repeated)", told)
        )
        assert len(document.messages) + lost == count or (
            repeats and len(document.messages) + lost > count
        ), path
        items += count
        kept += len({one.line for one in document.messages})
    assert set(refused.values()) <= {("empty", 0), ("binary", 0)}, refused
    assert items >= 228
    assert kept / items > 0.95
