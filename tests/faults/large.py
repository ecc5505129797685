"""A process that makes a large export and imports it; prints its greatest resident memory in MB.

Run as `python -m tests.faults.large HOME FILE KIND MEGABYTES`, KIND being chat or mail.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from mem.assistant import Assistant
from mem.testing import FakeEmbedder

WORDS = "the quick brown fox jumps over the lazy dog and comes back home in the evening "


def chat(number: int) -> str:
    """A message of about 4 kB in one of many conversations that take turns."""
    fields = {
        "conversation": f"c{number % 400}",
        "id": f"m{number}",
        "speaker": ("Ada", "Bob")[number % 2],
        "at": f"2025-05-{number % 28 + 1:02}T10:{number % 60:02}:00",
        "text": f"Message {number}: " + WORDS * 50,
    }
    return json.dumps(fields) + "\n"


def mail(number: int) -> str:
    """A mail of about 4 kB, three to a thread."""
    parent = f"In-Reply-To: <{number - number % 3}@x>\n" if number % 3 else ""
    return (
        f"From a@b.c Mon May  5 09:30:00 2025\nFrom: Ada <a@b.c>\nSubject: Thing {number // 3}\n"
        f"Message-ID: <{number}@x>\n{parent}Date: Mon, 5 May 2025 09:30:00 +0000\n\n"
        f"Mail {number}.\n{(WORDS + chr(10)) * 50}\n\n"
    )


def write(path: Path, kind: str, megabytes: int) -> int:
    """Write the export; returns how many messages it holds."""
    make, number, size = {"chat": chat, "mail": mail}[kind], 0, 0
    with path.open("w", encoding="utf-8") as file:
        while size < megabytes * 1024 * 1024:
            size += file.write(make(number))
            number += 1
    return number


def main(home: str, path: str, kind: str, megabytes: int) -> None:
    """Make, import, measure."""
    count = write(Path(path), kind, megabytes)
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        ledger = assistant.importer().run([Path(path)])
        found = assistant.store.database.rows("SELECT count(DISTINCT message_id) FROM chunk")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"peak": peak, "written": count, "read": found[0][0], "failed": ledger.failed})
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
