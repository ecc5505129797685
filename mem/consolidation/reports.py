"""What the slow work may spend, and what it tells of itself when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from mem.consolidation.reconciling.decisions import Outcome


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend; None is without limit. It ends before the call that would exceed it
    begins, so that the last call may go a little beyond.
    """

    calls: int | None = None
    tokens: int | None = None
    minutes: float | None = None

    def less(self, calls: int, tokens: int, minutes: float = 0.0) -> Budget:
        """What is left of it after so much."""
        return Budget(
            None if self.calls is None else max(0, self.calls - calls),
            None if self.tokens is None else max(0, self.tokens - tokens),
            None if self.minutes is None else max(0.0, self.minutes - minutes),
        )


@dataclass(frozen=True, slots=True)
class Spent:
    """How far a run is: of `chunks` there are `done`; `minutes_left` is None without a limit."""

    model: str
    done: int
    chunks: int
    calls: int
    tokens: int
    minutes_left: float | None


@dataclass(slots=True)
class ModelReport:
    """What a language model did: chunks gone through, calls, tokens (prompts and replies).

    `items` of its replies were seen, and so many of them refused, by reason. `failed` batches are
    given up, by reason; `pending` chunks wait. `stopped` says why the run ended before its time;
    `unusable` that this was the model's fault, not the budget's; `elsewhere` that another process
    has all that waits.
    """

    model: str
    chunks: int = 0
    calls: int = 0
    tokens: int = 0
    items: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    stopped: str = ""
    unusable: bool = False
    elsewhere: bool = False


@dataclass(slots=True)
class SummaryReport:
    """What a run did: summaries made without a model, and `written` by one.

    `refused` are those of a model that were not borne out, by reason; the others stand in their
    place. `waiting` are those that the model has not been through, `stopped` says why; `elsewhere`
    that another process writes them.
    """

    made: int = 0
    removed: int = 0
    written: int = 0
    calls: int = 0
    tokens: int = 0
    waiting: int = 0
    stopped: str = ""
    elsewhere: bool = False
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1


@dataclass(slots=True)
class Report:
    """What a run did: chunks gone through, candidates, and how many had each outcome.

    `episodes` are those newly cut. `echoes` were drawn from text that `mem` itself had printed,
    and left out. `problems` are extractors of plugins that broke down. `chunks` and `pending` are
    those of the rules.
    """

    episodes: int = 0
    chunks: int = 0
    candidates: int = 0
    unsupported: int = 0
    echoes: int = 0
    source_gone: int = 0
    pending: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    model: ModelReport | None = None
    summaries: SummaryReport | None = None

    def note(self, outcome: Outcome) -> None:
        self.candidates += 1
        self.outcomes[outcome.action] = self.outcomes.get(outcome.action, 0) + 1
