"""`mem bench`: measures search, extraction and episodes, with the code that users run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mem.cli.bench_mine import command as mine
from mem.cli.bench_speed import command as speed
from mem.cli.coercion import PlainCommand, make_group
from mem.cli.diagnostics import ExitCode
from mem.cli.measured import doubt, require_folder, scratch, tell
from mem.cli.options import Json
from mem.core.display import sanitize_line

if TYPE_CHECKING:
    from mem.bench.extraction import ExtractionReport
    from mem.bench.pruning import PruneReport
    from mem.bench.retrieval import Result
    from mem.bench.segmentation import SegmentationReport
    from mem.core.protocols import Reranker
    from mem.settings.config import Settings

Sets = Annotated[list[str], typer.Argument(metavar="SET_DIR", help="Folders of question sets.")]
Dialogues = Annotated[str, typer.Argument(metavar="FILE", help="Dialogues with boundaries.")]
Pairs = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Sentence pairs, tab-separated as in SICK.")
]
Baselines = Annotated[
    bool, typer.Option("--baselines", help="Also words, vectors, and their ranks fused.")
]
Pooled = Annotated[bool, typer.Option("--pooled", help="All conversations of a set in one store.")]
Deep = Annotated[bool, typer.Option("--deep", help="Deep searches, with quick ones beside them.")]
Rankings = Annotated[
    str | None, typer.Option("--rankings", metavar="FILE", help="Write the hits as JSON Lines.")
]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="FILE", help="Write figures, machine, date and commit as JSON."),
]

group = make_group(
    "Measure search, extraction and episodes on known answers.",
    "mem bench mine",
    "mem bench retrieval questions/my-set --baselines",
)


@group.command("retrieval", cls=PlainCommand)
def retrieval(
    sets: Sets,
    baselines: Baselines = False,
    pooled: Pooled = False,
    deep: Deep = False,
    rankings: Rankings = None,
    out: Out = None,
    json: Json = False,
) -> ExitCode:
    """Measure how well search finds the evidence.

    Each conversation of a set is imported into a store of its own, which is kept in the cache
    for the next run. With --deep the reranker that is set up is measured, too, with what a deep
    search finds without it beside it.

    A set is a folder with two files of JSON Lines. sessions.jsonl.gz: {"conversation", "session",
    "at", "turns": [{"id", "speaker", "role", "at", "text"}]}. questions.jsonl: {"id", "question",
    "conversation", "asked_at", "evidence": [turn], "evidence_sessions": [session], "answerable",
    "answers": [text], "type"}. Times are ISO 8601. What has no default must be there: conversation,
    session, turns, id, text, question.

    \b
    Example:
      mem bench retrieval questions/my-set --baselines
    """
    from mem.bench.retrieval import run, write_rankings

    require_folder(out, rankings)
    reranker, settings = _reranker() if deep else (None, None)
    try:
        results = run(
            _folders(sets),
            scratch(),
            baselines=baselines,
            pooled=pooled,
            deep=deep,
            reranker=reranker,
            settings=settings,
            on_conversation=_progress,
        )
    finally:
        if reranker is not None:
            reranker.close()
    for result in results:
        doubt(result.doubts)
    if rankings is not None:
        write_rankings(results, Path(rankings))
    return tell(
        "retrieval",
        {
            "deep": deep,
            "reranker": reranker.name if reranker is not None else None,
            "sets": [_shape(result) for result in results],
        },
        [line for result in results for line in _lines(result)],
        json=json,
        out=out,
    )


@group.command("extraction", cls=PlainCommand)
def extraction(sets: Sets, out: Out = None, json: Json = False) -> ExitCode:
    """Measure extraction against what a good reader draws.

    How many memories come from where such a reader would have drawn one. A set is a folder with
    sessions.jsonl.gz (see `mem bench retrieval --help`) and memories.jsonl: {"turns": [turn]}, or
    {"session", "text"}, a line.

    \b
    Example:
      mem bench extraction questions/my-set
    """
    from dataclasses import asdict

    from mem.bench.extraction import run

    require_folder(out)
    reports = [run(folder) for folder in _folders(sets)]
    for one in reports:
        if not one.gold_turns:
            doubt([f"{one.set_name}: none of its memories comes from a turn that it holds"])
    return tell(
        "extraction",
        {"sets": [asdict(report) for report in reports]},
        [_extraction_line(report) for report in reports],
        json=json,
        out=out,
    )


@group.command("segmentation", cls=PlainCommand)
def segmentation(file: Dialogues, out: Out = None, json: Json = False) -> ExitCode:
    """Measure episodes against boundaries that people drew.

    The file is a JSON list of dialogues: {"utterances": [text], "segments": [length], "set": name}.
    The lengths of a dialogue's segments add up to its utterances; "set" may be left out.
    Pk and WindowDiff are errors: lower is better.

    \b
    Example:
      mem bench segmentation dialogues.json
    """
    from dataclasses import asdict

    from mem.bench.segmentation import run

    require_folder(out)
    reports = run(Path(file))
    return tell(
        "segmentation",
        {"parts": [asdict(report) for report in reports]},
        [line for report in reports for line in _segmentation_lines(report)],
        json=json,
        out=out,
    )


@group.command("prune", cls=PlainCommand)
def prune(sets: Sets, out: Out = None, json: Json = False) -> ExitCode:
    """Measure what archiving costs the answers.

    How much of what questions need is kept when half of the memories are archived: before any use;
    after half of the questions and after all; with each answer judged, with the first right passage
    of each question marked useful, with all its evidence marked; against archiving the oldest, and
    the most that can be kept. Of memories on evidence turns, and of such turns that keep one. The
    sets are those of `mem bench retrieval`.

    \b
    Example:
      mem bench prune questions/my-set
    """
    from tempfile import TemporaryDirectory

    from mem.bench.pruning import run

    require_folder(out)
    with TemporaryDirectory() as scratch:
        reports = [
            run(folder, Path(scratch), on_conversation=_progress) for folder in _folders(sets)
        ]
    for one in reports:
        nothing = [] if one.needed else [f"{one.name}: no memory stands on a question's evidence"]
        doubt([*one.doubts, *nothing])
    lines = [line for one in reports for line in _prune_lines(one)]
    return tell("prune", {"sets": [one.figures() for one in reports]}, lines, json=json, out=out)


@group.command("pairs", cls=PlainCommand)
def pairs(files: Pairs, out: Out = None, json: Json = False) -> ExitCode:
    """Measure whether contradictions are kept apart.

    How many contradicting and how many equal sentences would be merged. Columns: sentence_A,
    sentence_B, relatedness_score (1 to 5), entailment_judgment (CONTRADICTION, ENTAILMENT, …).

    \b
    Example:
      mem bench pairs SICK_train.txt SICK_trial.txt
    """
    from dataclasses import asdict

    from mem.bench.pairs import run

    require_folder(out)
    report = run([Path(one) for one in files])
    contradictions = f"{report.merged_contradictions:.3f} of {report.contradictions}"
    paraphrases = f"{report.merged_paraphrases:.3f} of {report.paraphrases}"
    line = f"merged: {contradictions} contradictions, {paraphrases} paraphrases"
    return tell("pairs", asdict(report), [line], json=json, out=out)


group.command("speed", cls=PlainCommand)(speed)
group.command("mine", cls=PlainCommand)(mine)


def _reranker() -> tuple[Reranker | None, Settings | None]:
    """The reranker that is set up, and its bounds among settings that are else the shipped ones.

    Raises RerankerUnusable.
    """
    from mem import language
    from mem.settings.config import Settings, load
    from mem.settings.paths import Paths

    paths = Paths.find()
    own = load(paths)
    if not language.reranks(own):
        return None, None
    bounds = Settings(rerank_hits=own.rerank_hits, rerank_deadline_ms=own.rerank_deadline_ms)
    return language.reranker(paths, own), bounds


def _folders(given: list[str]) -> list[Path]:
    from mem.errors import PathMissing

    for folder in given:
        if not (Path(folder) / "sessions.jsonl.gz").is_file():
            raise PathMissing(str(Path(folder) / "sessions.jsonl.gz"))
    return [Path(folder) for folder in given]


def _progress(name: str, done: int, total: int) -> None:
    from mem.cli.diagnostics import note

    note(f"{name}: {done} of {total} conversations")


def _shape(result: Result) -> dict[str, Any]:
    from dataclasses import asdict

    systems = {name: asdict(summary) for name, summary in result.summaries.items()}
    return {
        "set": result.name,
        "systems": systems,
        "intervals": {name: asdict(one) for name, one in result.intervals.items()},
        "gains": {name: asdict(one) for name, one in result.gains.items()},
        "latency_ms": result.latency(),
        "reranked": round(result.reranked(), 2),
        "doubts": result.doubts,
    }


def _lines(result: Result) -> list[str]:
    """A line a system, and one for the latency."""
    lines = [result.name]
    for name, summary in result.summaries.items():
        macro = {f"macro {key}": value for key, value in summary.macro.items() if "R@" in key}
        figures = {**summary.micro, **macro, **summary.abstention}
        told = " · ".join(f"{key} {value:.3f}" for key, value in figures.items())
        told = told or f"nothing to judge in {summary.questions} questions"
        lines.append(f"  {name:<8} {told}")
    for name, one in result.intervals.items():
        line = f"  {name}: {one.mean:.3f}, 95 % in {one.low:.3f} to {one.high:.3f}"
        over = result.gains.get(name)
        if over is not None:
            gained = over.difference
            line += (
                f"; over {over.over} {gained.mean:+.3f} "
                f"({gained.low:+.3f} to {gained.high:+.3f}, p {over.chance:.3f})"
            )
        lines.append(line)
    if result.reranked():
        lines.append(f"  hits that the reranker read: {result.reranked():.1f} of a question")
    latency = result.latency()
    lines.append(f"  warm search p50 {latency['p50']:.0f} ms, p95 {latency['p95']:.0f} ms")
    return lines


def _segmentation_lines(report: SegmentationReport) -> list[str]:
    """A line a way to cut."""
    names = {"even spacing": f"every {report.spacing}"}
    size = f"{report.dialogues} dialogues, {report.utterances} utterances"
    return [
        f"{sanitize_line(report.part)}: {size}",
        *(
            f"  {names.get(name, name):<12} Pk {pk:.3f} · WindowDiff {diff:.3f}"
            for name, (pk, diff) in report.systems.items()
        ),
        f"  Pk {report.below:.1%} below the better of the others",
    ]


def _extraction_line(report: ExtractionReport) -> str:
    approximate = " (turns approximated)" if report.approximate else ""
    return (
        f"{report.set_name}: {report.memories} memories, precision {report.precision:.3f}, "
        f"recall {report.recall:.3f}, spans verified {report.verified:.3f}{approximate}"
    )


def _prune_lines(report: PruneReport) -> list[str]:
    from mem.bench.pruning import MEASURES

    rows = [
        f"  {f'{state}, {part}':26}{report.share(state, part):.3f}  "
        f"{report.turn_share(state, part):.3f}"
        for state, part in MEASURES
    ]
    return [
        f"{report.name}: {report.memories} memories, {report.needed} on evidence turns",
        f"  {'kept at half':26}memories, turns that keep one",
        *rows,
    ]
