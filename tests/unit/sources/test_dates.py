"""When a file's words were written, best origin first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import SaidAtOrigin
from mem.core.protocols import FileEntry
from mem.sources.dates import date_in_path, read_date, said_at


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2023-05-08.md", datetime(2023, 5, 8)),
        ("20230508.md", datetime(2023, 5, 8)),
        ("2023_05_08.md", datetime(2023, 5, 8)),
        ("2023-05-08 14.30.md", datetime(2023, 5, 8, 14, 30)),
        ("2023-05-08 at 14.30.15 call.md", datetime(2023, 5, 8, 14, 30, 15)),
        ("202305081430 zettel.md", datetime(2023, 5, 8, 14, 30)),
        ("Meeting 2023-05-08 with Ann.md", datetime(2023, 5, 8)),
        ("notes/2023/05/08.md", datetime(2023, 5, 8)),
        ("notes/2023/05-May/8.md", datetime(2023, 5, 8)),
        ("2023-13-45.md", None),
        ("2023-05-08 1984 review.md", datetime(2023, 5, 8)),
        ("build 120230508.md", None),
        ("3023-05-08.md", None),
        ("notes/05/08.md", None),
        ("08.md", None),
    ],
)
def test_dates_in_names(name: str, expected: datetime | None) -> None:
    assert date_in_path(Path(name)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-05-08", datetime(2023, 5, 8)),
        ("2023-05-08T14:30:00+02:00", datetime(2023, 5, 8, 14, 30)),
        ("2023/5/8", datetime(2023, 5, 8)),
        ("[[2023-05-08]]", datetime(2023, 5, 8)),
        ("<2020-10-15 Thu 14:30>", datetime(2020, 10, 15)),
        ("May 8, 2023", datetime(2023, 5, 8)),
        ("8 May 2023", datetime(2023, 5, 8)),
        ("0001-01-01", None),
        ("soon", None),
    ],
)
def test_written_dates(written: str, expected: datetime | None) -> None:
    assert read_date(written) == expected


def test_origins_in_order() -> None:
    named = FileEntry(Path("/n/2023-05-08.md"), 1, 1_700_000_000_000_000_000)
    plain = FileEntry(Path("/n/a.md"), 1, 1_700_000_000_000_000_000)
    absurd = FileEntry(Path("/n/a.md"), 1, 2**62 * 1000)
    assert said_at("2022-01-02", named) == (datetime(2022, 1, 2), SaidAtOrigin.FRONT_MATTER)
    assert said_at("soon", named) == (datetime(2023, 5, 8), SaidAtOrigin.FILE_NAME)
    file_time = datetime.fromtimestamp(1_700_000_000)
    assert said_at(None, plain) == (file_time, SaidAtOrigin.FILE_TIME)
    assert said_at(None, absurd) == (None, None)
