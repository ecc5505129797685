"""`mem bench speed`: how quick a home of any size is, on made-up chats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.bench.speed import Filling, Searches, Speed

Sizes = Annotated[
    list[int] | None, typer.Argument(metavar="CHUNKS", help="How many chunks (1000 10000).", min=1)
]
Home = Annotated[
    str | None,
    typer.Option("--home", metavar="DIR", help="Keep the homes here, and use those that are."),
]
Vectors = Annotated[
    str, typer.Option("--vectors", metavar="FROM", help="model, or random-clustered.")
]
ScanOnly = Annotated[
    bool, typer.Option("--scan-only", help="Leave out Chroma's index, which takes long to build.")
]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="FILE", help="Write figures, machine, date and commit as JSON."),
]
_MEGABYTE = 1024 * 1024


def command(
    sizes: Sizes = None,
    home: Home = None,
    vectors: Vectors = "model",
    scan_only: ScanOnly = False,
    out: Out = None,
    json: Json = False,
) -> ExitCode:
    """Measure import and search on made-up chats of a given size.

    The homes are removed afterwards, unless --home says where they are kept: the same command
    goes on where it ended, and measures searches again without an import. A hundred thousand
    chunks take half an hour. With --vectors random-clustered nothing is embedded: quick, and
    right about everything but the rate of imports.

    \b
    Example:
      mem bench speed 1000 10000
      mem bench speed 1000000 --vectors random-clustered --home homes
    """
    from contextlib import ExitStack
    from dataclasses import asdict
    from tempfile import TemporaryDirectory

    from mem.bench.speed import VECTORS, run
    from mem.cli.diagnostics import note
    from mem.cli.measured import require_folder, scratch, tell
    from mem.errors import BadSetting

    if vectors not in VECTORS:
        raise BadSetting("--vectors", vectors, f"give {' or '.join(VECTORS)}")
    require_folder(out)
    with ExitStack() as stack:
        folder = home or stack.enter_context(TemporaryDirectory(dir=scratch()))
        found = run(
            sizes or [1000, 10_000],
            Path(folder).absolute(),
            vectors=vectors,
            index=not scan_only,
            on_step=lambda size, step: note(f"{size} chunks: {step}"),
        )
    return tell(
        "speed",
        {"sizes": [asdict(one) for one in found]},
        [line for one in found for line in _lines(one)],
        json=json,
        out=out,
    )


def _lines(one: Speed) -> list[str]:
    lines = [f"{one.chunks} chunks, vectors: {one.vectors}"]
    lines += _filling("import", one.import_)
    lines += _searches("scan", one.scan)
    if one.indexing is not None:
        lines += _filling("index", one.indexing)
    if one.graph is not None:
        lines += _searches("index", one.graph)
        lines.append(f"  neighbours found, of the exact ones: {one.graph.recall:.3f}")
    store, index = one.store_bytes / _MEGABYTE, one.index_bytes / _MEGABYTE
    return [*lines, f"  disk: store {store:.0f} MB, index {index:.0f} MB"]


def _filling(name: str, one: Filling) -> list[str]:
    return [f"  {name}: {one.per_second:.0f} chunks/s, memory {one.peak / _MEGABYTE:.0f} MB"]


def _searches(name: str, one: Searches) -> list[str]:
    return [
        f"  first search ({name}) {one.cold:.0f} ms",
        f"  warm search ({name}) p50 {one.p50:.0f}, p95 {one.p95:.0f}, p99 {one.p99:.0f} ms",
        f"    of the processor p50 {one.processor_p50:.0f}, p95 {one.processor_p95:.0f} ms",
        f"    memory {one.resident / _MEGABYTE:.0f} MB, at most {one.peak / _MEGABYTE:.0f} MB",
    ]
