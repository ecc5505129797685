"""The ledger of an import: every document is counted once, and the sums match.

`seen` = added + updated + unchanged + skipped + failed. A conversation counts as a document; a
file that yields none counts as one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mem.store.documents import Written


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A file that was skipped or failed, with a stable code and a reason for a person."""

    uri: str
    outcome: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is; `files_total` is None while the folder is still being listed."""

    files_done: int
    files_total: int | None
    documents: int
    chunks: int
    uri: str


@dataclass(slots=True)
class Ledger:
    """Counts of one import; `undated` are those added or updated that only their file dates."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    gone: int = 0
    moved: int = 0
    undated: int = 0
    chunks_added: int = 0
    chunks_removed: int = 0
    entries: list[LedgerEntry] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    elapsed_ms: float = 0.0

    @property
    def seen(self) -> int:
        return self.added + self.updated + self.unchanged + self.skipped + self.failed

    @property
    def changed(self) -> bool:
        return bool(self.added or self.updated or self.gone or self.moved)

    def written(self, written: Written, *, undated: bool = False) -> None:
        """Count one document; `undated` is one that states no date."""
        setattr(self, written.outcome, getattr(self, written.outcome) + 1)
        self.undated += undated and written.outcome != "unchanged"
        self.chunks_added += written.chunks_added
        self.chunks_removed += written.chunks_removed

    def skip(self, uri: str, code: str, reason: str) -> None:
        """Count one file or document that is left out on purpose."""
        self.skipped += 1
        self.entries.append(LedgerEntry(uri, "skipped", code, reason))

    def fail(self, uri: str, code: str, reason: str) -> None:
        """Count one file that could not be taken in."""
        self.failed += 1
        self.entries.append(LedgerEntry(uri, "failed", code, reason))

    def skipped_by_code(self) -> dict[str, int]:
        """How many were skipped for each code."""
        return dict(Counter(entry.code for entry in self.entries if entry.outcome == "skipped"))
