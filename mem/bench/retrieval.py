"""Measures search as a person would meet it: imported by the normal path, asked by the façade.

Each conversation has a store of its own; nothing of a question but its text, its time and the
sessions that it names reaches the search.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mem.assistant import Assistant
from mem.bench.metrics import RankedHit, Ranking, Summary, judge, percentile, summarise
from mem.bench.resampling import Gain, Interval, gain, interval
from mem.bench.sets import BenchSet, Conversation, Question, read_set
from mem.bench.vectors import KeptVectors
from mem.core.files import replace_text
from mem.core.protocols import Embedder, Reranker
from mem.core.query import Filters
from mem.settings.config import Settings

# Hits that are asked for: enough for every cut.
LIMIT = 50
# Chunks that a baseline ranks before it is cut to messages.
BASELINE_DEPTH = 300
# Reciprocal-rank fusion: Cormack, Clarke and Büttcher 2009.
RRF_K = 60
OURS, DEEP, QUICK, BM25 = "mem", "mem, deep", "mem, quick", "BM25"
BASELINES = (BM25, "vectors", "RRF")
POOLED = "pooled"
# Figures whose chance is told.
RESAMPLED = ("turn R@10", "turn NDCG@10", "session R@5", "session all@5", "top-1 current")


@dataclass(slots=True)
class Result:
    """One set: a summary per system, the rankings of `mem`, and how long its searches took.

    `intervals` are of `mem`'s figures, `gains` those over deep searches without the reranker where
    one is measured, else over quick searches where deep ones are, else over BM25 where baselines
    were asked for. `doubts` say what of the set could not be measured as it was meant.
    """

    name: str
    summaries: dict[str, Summary] = field(default_factory=dict)
    rankings: dict[str, Ranking] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    intervals: dict[str, Interval] = field(default_factory=dict)
    gains: dict[str, Gain] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def latency(self) -> dict[str, float]:
        """Milliseconds of a warm search, the vectors of questions being at hand."""
        return {
            "p50": percentile(self.milliseconds, 0.5),
            "p95": percentile(self.milliseconds, 0.95),
        }

    def reranked(self) -> float:
        """Hits of a question that a reranker has read before its deadline, in the mean."""
        read = [one.reranked for one in self.rankings.values()]
        return sum(read) / max(len(read), 1)


def run(
    folders: Sequence[Path],
    home: Path,
    *,
    baselines: bool = False,
    pooled: bool = False,
    deep: bool = False,
    embedder: Embedder | None = None,
    reranker: Reranker | None = None,
    settings: Settings | None = None,
    on_conversation: Callable[[str, int, int], None] | None = None,
) -> list[Result]:
    """Measure each set in `folders`; stores and vectors are kept under `home` for the next run.

    With `pooled`, all conversations of a set are in one store, as a person has one memory, and the
    sessions that a question names are not told to the search. With `deep`, deep searches are
    measured, and quick ones beside them as `QUICK`; with a `reranker`, too, deep ones without it as
    `DEEP`. `settings` are those of the homes, the shipped ones by default. `on_conversation` hears
    the set, how many conversations are done and how many there are. Raises PathMissing, BadSet.
    """
    sets = [read_set(folder) for folder in folders]
    kept = None
    if embedder is None:
        from mem.inference.embedder import OnnxEmbedder

        kept = embedder = KeptVectors(home / "vectors.db", OnnxEmbedder)
    try:
        return [
            _Run(home, embedder, baselines, deep, reranker, settings or Settings()).of(
                pool(bench) if pooled else bench, on_conversation, bench.doubts()
            )
            for bench in sets
        ]
    finally:
        if kept is not None:
            kept.close()


@dataclass(frozen=True, slots=True)
class _Run:
    """How sets are measured."""

    home: Path
    embedder: Embedder
    baselines: bool
    deep: bool
    reranker: Reranker | None
    settings: Settings

    def of(
        self,
        bench: BenchSet,
        on_conversation: Callable[[str, int, int], None] | None,
        doubts: list[str],
    ) -> Result:
        """The figures of one set."""
        result = Result(bench.name, doubts=doubts)
        rankings: dict[str, dict[str, Ranking]] = {OURS: result.rankings}
        for done, conversation in enumerate(bench.conversations, 1):
            asked = [one for one in bench.questions if one.conversation == conversation.id]
            with opened(
                bench, conversation, self.home, self.embedder, self.settings, self.reranker
            ) as assistant:
                for question in asked:
                    for name, ranking in self._asked(assistant, question, result):
                        rankings.setdefault(name, {})[question.id] = ranking
            if on_conversation is not None:
                on_conversation(bench.name, done, len(bench.conversations))
        result.summaries = {
            name: summarise(bench.questions, of_system) for name, of_system in rankings.items()
        }
        _resample(bench, rankings, result)
        return result

    def _asked(
        self, assistant: Assistant, question: Question, result: Result
    ) -> Iterator[tuple[str, Ranking]]:
        """What each system finds; how long `mem` took goes into the result."""
        started = time.perf_counter()
        found = search(assistant, question, deep=self.deep)
        result.milliseconds.append((time.perf_counter() - started) * 1000)
        yield OURS, found
        if self.deep and self.reranker is not None:
            yield DEEP, search(assistant, question, deep=True, rerank=False)
        if self.deep:
            yield QUICK, search(assistant, question)
        if self.baselines:
            yield from _baselines(assistant, question)


def pool(bench: BenchSet) -> BenchSet:
    """The set with all its conversations in one, asked without a hint of where to look."""
    every = Conversation(
        POOLED,
        tuple(session for conversation in bench.conversations for session in conversation.sessions),
    )
    questions = tuple(
        replace(one, conversation=POOLED, group=one.conversation, sessions=None)
        for one in bench.questions
    )
    return BenchSet(f"{bench.name} {POOLED}", (every,), questions)


def _resample(bench: BenchSet, rankings: dict[str, dict[str, Ranking]], result: Result) -> None:
    """Fill in how far the figures may be chance."""
    groups = {one.id: one.group or one.conversation for one in bench.questions}
    over = next((one for one in (DEEP, QUICK) if one in rankings), BM25)
    ours, theirs = (
        _by_figure(bench, rankings[name]) if name in rankings else {} for name in (OURS, over)
    )
    for name in RESAMPLED:
        if name in ours:
            result.intervals[name] = interval(ours[name], groups)
        if name in ours and name in theirs:
            result.gains[name] = gain(ours[name], theirs[name], groups, over=over)


def _by_figure(bench: BenchSet, rankings: dict[str, Ranking]) -> dict[str, dict[str, float]]:
    """Each figure by question."""
    found: dict[str, dict[str, float]] = {}
    for one in bench.questions:
        if one.id in rankings:
            for name, value in judge(one, rankings[one.id]).items():
                found.setdefault(name, {})[one.id] = value
    return found


def opened(
    bench: BenchSet,
    conversation: Conversation,
    home: Path,
    embedder: Embedder,
    settings: Settings | None = None,
    reranker: Reranker | None = None,
) -> Assistant:
    """The store of one conversation, imported when it is new or its text changed."""
    folder = home / bench.name / conversation.folder
    lines = folder / "conversation.jsonl"
    text = "".join(json.dumps(message) + "\n" for message in conversation.messages())
    if not lines.is_file() or lines.read_text(encoding="utf-8") != text:
        replace_text(lines, text)
    assistant = Assistant.open(
        folder / "home", settings=settings or Settings(), embedder=embedder, reranker=reranker
    )
    assistant.ingest(lines, format="chat-jsonl")
    return assistant


def search(
    assistant: Assistant, question: Question, *, deep: bool = False, rerank: bool = True
) -> Ranking:
    """What the façade finds."""
    found = assistant.search(
        question.text,
        limit=LIMIT,
        sessions=question.sessions,
        asked_at=question.asked_at,
        deep=deep,
        rerank=rerank,
    )
    tokens = assistant.embedder.count_tokens([hit.text for hit in found.hits])
    hits = tuple(
        RankedHit(hit.message_id, hit.session_id, hit.score, hit.text, length)
        for hit, length in zip(found.hits, tokens, strict=True)
    )
    return Ranking(hits, found.confidence, found.reranked.done if found.reranked else 0)


def _baselines(assistant: Assistant, question: Question) -> Iterator[tuple[str, Ranking]]:
    """BM25 over the question's words, cosine of its vector, and the two fused by rank."""
    from mem.store.fulltext import Fulltext

    filters = Filters(sessions=question.sessions)
    allowed = None if filters.empty else assistant.store.chunks.allowed(filters)
    words = Fulltext(assistant.store.database).search(
        question.text, limit=BASELINE_DEPTH, filters=filters
    )
    near = assistant.index.search(
        assistant.embedder.embed_query(question.text), limit=BASELINE_DEPTH, allowed=allowed
    )
    vectors = dict(near)
    fused: dict[int, float] = {}
    for ranked in (words, vectors):
        for at, key in enumerate(ranked, 1):
            fused[key] = fused.get(key, 0.0) + 1 / (RRF_K + at)
    for name, scores in zip(BASELINES, (words, vectors, fused), strict=True):
        yield name, _by_message(assistant, scores)


def _by_message(assistant: Assistant, scores: dict[int, float]) -> Ranking:
    ordered = sorted(scores, key=lambda key: (-scores[key], key))
    stored = assistant.store.chunks.by_keys(ordered)
    hits: dict[tuple[str | None, str | None], RankedHit] = {}
    tokens = assistant.embedder.count_tokens([stored[key].chunk.text for key in ordered])
    for key, length in zip(ordered, tokens, strict=True):
        chunk = stored[key].chunk
        hit = RankedHit(chunk.message_id, chunk.session_id, scores[key], chunk.text, length)
        hits.setdefault((chunk.session_id, chunk.message_id), hit)
    return Ranking(tuple(hits.values())[:LIMIT], max(scores.values(), default=0.0))


def write_rankings(results: Sequence[Result], path: Path) -> None:
    """One line a question: its id, its hits and the confidence."""
    with path.open("w", encoding="utf-8") as lines:
        for result in results:
            for identity, ranking in result.rankings.items():
                lines.write(json.dumps(_ranking_line(identity, ranking)) + "\n")


def _ranking_line(identity: str, ranking: Ranking) -> dict[str, object]:
    hits = [
        {"turn": hit.turn, "session": hit.session, "score": hit.score, "text": hit.text}
        for hit in ranking.hits
    ]
    return {"id": identity, "hits": hits, "confidence": ranking.confidence}
