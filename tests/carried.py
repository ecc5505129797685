"""Homes that are carried about by tests: every row of one, and a backup of a small one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

# What a restore writes itself, and where it notes which process owes what.
_OWN_SETTINGS = ("backed_up_at", "scrub_owed_by", "restored_files")


def every_row(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a home's store, but for what a backup and a restore note of themselves."""
    connection = sqlite3.connect(home / "data" / "mem.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [
            str(row[0])
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_fts%' "
                "AND name NOT LIKE 'chunk_vocabulary%' AND name NOT LIKE 'chunk_occurrence%' "
                "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '!_%' ESCAPE '!'"
            )
        ]
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        rows["setting"] = [row for row in rows["setting"] if row[0] not in _OWN_SETTINGS]
        rows["journal"] = [row for row in rows["journal"] if row[3] != "restore"]
        words = connection.execute("SELECT term, doc, cnt FROM chunk_vocabulary").fetchall()
        return {name: sorted(some, key=repr) for name, some in {**rows, "word": words}.items()}
    finally:
        connection.close()


def bytes_below(home: Path) -> bytes:
    """The bytes of every file of a home, in lower case."""
    return b"\0".join(one.read_bytes().lower() for one in sorted(home.rglob("*")) if one.is_file())
