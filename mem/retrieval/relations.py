"""How candidates stand to each other and to the question as a whole: what a first look leaves open.

The first look is a fixed mixture of signals (`fusion.FIRST_LOOK`). Every column is a share, a
cosine or a logarithm, so that it means the same in every store; columns of the question are the
same in all of its rows and let the re-scorer weigh the others by what is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.retrieval.parse import Asks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.retrieval.candidates import Table
    from mem.retrieval.parse import ParsedQuestion
    from mem.retrieval.signals import Signals

    Floats = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]

OF_ROWS = (
    "alike_before",
    "alike_after",
    "newer_share",
    "newer_share_broad",
    "session_age",
    "asks",
    "after_question",
    "lexical_after_question",
    "cosine_after_question",
)
OF_QUESTION = (
    *(f"q_{asks.value}" for asks in Asks),
    "q_continuing",
    "q_first_person",
    "q_addressed",
    "q_speakers",
    "q_words",
    "q_times",
    "q_names",
    "q_unsure",
    "q_lead",
    "q_cosine",
    "q_lexical",
    "q_length",
    "q_replies",
)
RELATION_NAMES = (*OF_ROWS, *OF_QUESTION)
# How sharply the first look tells candidates apart when its scores are read as shares.
SHARPNESS = 12.0
_NARROW, _BROAD = 6.0, 3.0
_LEAD = 10


def relate(
    question: ParsedQuestion,
    table: Table,
    signals: Signals,
    first: Floats,
    rows: Rows,
) -> Floats:
    """(len(rows), len(RELATION_NAMES)); `first` are the first look's scores of all table rows."""
    import numpy as np

    columns: dict[str, Floats] = {}
    _vectors(columns, table)
    _newness(columns, table, first)
    _questions_before(columns, table, signals)
    of_rows = np.stack([columns[name][rows] for name in OF_ROWS], axis=1)
    asked = _of_question(question, table, signals, first, rows)
    return np.concatenate([of_rows, np.repeat(asked[None], len(rows), axis=0)], axis=1).astype(
        np.float32
    )


def _vectors(columns: dict[str, Floats], table: Table) -> None:
    """How a chunk resembles its neighbours."""
    import numpy as np

    vectors = table.vectors
    columns["alike_before"] = np.zeros(len(table), dtype=np.float32)
    columns["alike_after"] = np.zeros(len(table), dtype=np.float32)
    follows = table.follows()
    alike = np.where(follows, (vectors[1:] * vectors[:-1]).sum(axis=1), 0)
    columns["alike_before"][1:] = alike
    columns["alike_after"][:-1] = alike


def _newness(columns: dict[str, Floats], table: Table, first: Floats) -> None:
    """How much of what looks meant was said in newer sessions, and the session's place in time."""
    import numpy as np

    count = int(table.session.max()) + 1
    # Times as the store writes them are ordered as text is; those without come first.
    _, moments = np.unique([one or "" for one in table.rows.said_at], return_inverse=True)
    said = np.full(count, -1)
    np.maximum.at(said, table.session, moments)
    best = np.full(count, -np.inf)
    np.maximum.at(best, table.session[table.allowed], first[table.allowed])
    newest_first = np.argsort(-np.where(np.isfinite(best), said, -1), kind="stable")
    ordered = said[newest_first]
    # Sessions that are strictly newer: those before the first of the same moment.
    newer = np.searchsorted(-ordered, -said, side="left")
    for name, sharpness in (("newer_share", _NARROW), ("newer_share_broad", _BROAD)):
        weight = np.exp(sharpness * (best - best.max()))
        sums = np.concatenate([[0.0], np.cumsum(weight[newest_first])]) / weight.sum()
        columns[name] = sums[newer][table.session]
    place = np.empty(count)
    place[newest_first] = np.arange(count)
    columns["session_age"] = np.log1p(place)[table.session]


def _questions_before(columns: dict[str, Floats], table: Table, signals: Signals) -> None:
    """Whether a chunk ends by asking, or answers one that does."""
    after = table.beside(table.asks, -1)
    columns["asks"] = table.asks
    columns["after_question"] = after
    columns["lexical_after_question"] = after * signals.column("lexical_before")
    columns["cosine_after_question"] = after * signals.column("cosine_before")


def _of_question(
    question: ParsedQuestion, table: Table, signals: Signals, first: Floats, rows: Rows
) -> Floats:
    """(len(OF_QUESTION),): what is asked, and how clear the first look is about it."""
    import numpy as np

    scores = np.sort(first[rows].astype(np.float64))[::-1]
    shares = np.exp(SHARPNESS * (scores - scores[0]))
    shares /= shares.sum()
    replies = [table.rows.roles[row] in ("assistant", "system", "tool") for row in rows]
    return np.array(
        [
            *(asks in question.asks for asks in Asks),
            question.continuing,
            question.first_person,
            question.addressed,
            min(2, len(question.speakers)),
            np.log1p(len(question.words)),
            bool(question.times),
            min(2, len(question.names)),
            -(shares * np.log(shares + 1e-9)).sum(),
            scores[0] - scores[min(_LEAD, len(scores)) - 1],
            signals.column("cosine")[rows].max(),
            signals.column("lexical")[rows].max(),
            np.log(max(float(np.median(table.lengths[rows])), 1.0) / 300.0),
            np.mean(replies),
        ],
        dtype=np.float32,
    )
