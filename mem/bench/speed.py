"""How quick a home of a given size is: import, the first search and warm ones, memory and disk.

The text is made up, so that any size can be made anywhere; it says nothing about what is found,
only how long it takes. Each step runs in a process of its own, whose memory is that step's alone:
`python -m mem.bench.speed STEP FOLDER CHUNKS VECTORS`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mem.assistant import Assistant
from mem.bench.madeup import ClusteredEmbedder, questions, write_chats
from mem.bench.metrics import percentile
from mem.bench.resident import peak, resident
from mem.core.files import replace_text
from mem.core.protocols import Embedder
from mem.errors import MemError, StepFailed
from mem.settings.config import Settings
from mem.settings.paths import Paths

if TYPE_CHECKING:
    from mem.vectors.exact import ExactIndex

MODEL = "model"
CLUSTERED = "random-clustered"
VECTORS = (MODEL, CLUSTERED)
"""Where vectors come from: the bundled model, or made up as the text is."""
SEARCHES = 100
NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Filling:
    """An import, or the building of Chroma's index; of one that went on where another ended, the
    last part. `peak` is in bytes; `load` is how many processes wanted a core in the last minute.
    """

    chunks: int
    per_second: float
    peak: int
    load: float


@dataclass(frozen=True, slots=True)
class Searches:
    """Milliseconds and bytes. `processor_p50` and `processor_p95` are of the whole process.

    `recall` is the share of the exact nearest neighbours that the index in use returns.
    """

    cold: float
    p50: float
    p95: float
    p99: float
    processor_p50: float
    processor_p95: float
    resident: int
    peak: int
    recall: float
    load: float


@dataclass(frozen=True, slots=True)
class Speed:
    """One size: searches by the scan are those of a command and the terminal UI, searches by
    Chroma's graph those of a process that owns the index; None where that was left out, or a home
    of this size is always scanned.
    """

    chunks: int
    vectors: str
    import_: Filling
    scan: Searches
    indexing: Filling | None
    graph: Searches | None
    store_bytes: int
    index_bytes: int


def run(
    sizes: Sequence[int],
    folder: Path,
    *,
    vectors: str = MODEL,
    index: bool = True,
    on_step: Callable[[int, str], None] | None = None,
) -> list[Speed]:
    """Measure each size in a home of its own below `folder`, which is used again where it is
    there; without `index` Chroma is left out. `on_step` hears the size and what is done next.
    Raises StepFailed.
    """
    return [
        _measure(size, folder / f"speed-{vectors}-{size}", vectors, index=index, on_step=on_step)
        for size in sizes
    ]


def _measure(
    size: int,
    folder: Path,
    vectors: str,
    *,
    index: bool,
    on_step: Callable[[int, str], None] | None,
) -> Speed:
    def step(name: str) -> dict[str, Any]:
        if on_step is not None:
            on_step(size, name)
        return _apart(name, folder, size, vectors)

    imported = Filling(**step("import"))
    scan = Searches(**step("scan"))
    with_graph = index and size >= Settings().index_exact_below
    paths = Paths.of(folder / "home")
    return Speed(
        chunks=imported.chunks,
        vectors=vectors,
        import_=imported,
        scan=scan,
        indexing=Filling(**step("index")) if with_graph else None,
        graph=Searches(**step("graph")) if with_graph else None,
        store_bytes=_bytes(paths.data.glob("mem.db*")),
        index_bytes=_bytes(paths.index.rglob("*")) if with_graph else 0,
    )


def _apart(step: str, folder: Path, size: int, vectors: str) -> dict[str, Any]:
    """What one step, in a process of its own, has to say. Raises StepFailed."""
    command = [sys.executable, "-m", "mem.bench.speed", step, str(folder), str(size), vectors]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise StepFailed(step, f"it ended with status {done.returncode}.") from None
    if "error" in said:
        raise StepFailed(step, said["error"])
    return said


def main(step: str, folder: str, size: str, vectors: str) -> None:
    """One step of one size, as JSON on stdout."""
    place = Path(folder)
    try:
        if step in ("import", "index"):
            said = asdict(_once(place / f"{step}.json", lambda: _fill(step, place, size, vectors)))
        else:
            said = asdict(searches(place / "home", vectors, graph=step == "graph"))
    except MemError as error:
        said = {"error": str(error)}
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        said = {"error": f"{where}{error.strerror or error}."}
    json.dump(said, sys.stdout)


def _once(path: Path, fill: Callable[[], Filling]) -> Filling:
    """What `path` says of an earlier run, or else the figures of this one, kept there.

    A file that cannot be read counts as none: filling goes on where it ended.
    """
    if path.is_file():
        with suppress(ValueError, TypeError):
            return Filling(**json.loads(path.read_text(encoding="utf-8")))
    done = fill()
    replace_text(path, json.dumps(asdict(done)))
    return done


def _fill(step: str, folder: Path, size: str, vectors: str) -> Filling:
    if step == "import":
        return take_in(folder, int(size), vectors)
    return index(folder, vectors)


def take_in(folder: Path, size: int, vectors: str) -> Filling:
    """The home in `folder` with so many chunks, made or completed.

    Raises StoreFull, StoreLocked.
    """
    write_chats(folder / "chats", size)
    started = time.perf_counter()
    with _open(folder / "home", vectors) as assistant:
        ledger = assistant.importer().run([folder / "chats"], form="chat-jsonl")
        rate = ledger.chunks_added / (time.perf_counter() - started)
        return Filling(assistant.store.chunks.count(), rate, peak(), _load())


def index(folder: Path, vectors: str) -> Filling:
    """Chroma's index over the home in `folder`. Raises IndexOwned, IndexDamaged."""
    started = time.perf_counter()
    with _open(folder / "home", vectors) as assistant, assistant.chroma() as chroma:
        done = chroma.sync()
        return Filling(chroma.count(), done / (time.perf_counter() - started), peak(), _load())


def searches(home: Path, vectors: str, *, graph: bool) -> Searches:
    """Search a home that is there; with `graph` as a process that owns Chroma's index.

    Raises StepFailed where it cannot own it.
    """
    from mem.vectors.exact import ExactIndex

    with _open(home, vectors) as assistant:
        if graph and (refused := assistant.own_index()) is not None:
            raise StepFailed("graph", refused)
        asked = questions(SEARCHES + 1)
        cold, _ = _timed(assistant, asked[0])
        timed = [_timed(assistant, one) for one in asked[1:]]
        held, most = resident(), peak()
        recall = 1.0
        if graph:
            exact = ExactIndex(assistant.embeddings)
            recall = _recall(assistant, exact, asked)
    walls = [wall for wall, _ in timed]
    processors = [processor for _, processor in timed]
    return Searches(
        cold=cold,
        p50=percentile(walls, 0.5),
        p95=percentile(walls, 0.95),
        p99=percentile(walls, 0.99),
        processor_p50=percentile(processors, 0.5),
        processor_p95=percentile(processors, 0.95),
        resident=held,
        peak=most,
        recall=recall,
        load=_load(),
    )


def _open(home: Path, vectors: str) -> Assistant:
    embedder: Embedder | None = None
    if vectors == CLUSTERED:
        from mem.inference.embedder import OnnxEmbedder

        embedder = ClusteredEmbedder(OnnxEmbedder())
    return Assistant.open(home, settings=Settings(), embedder=embedder)


def _timed(assistant: Assistant, question: str) -> tuple[float, float]:
    """Milliseconds of one search: by the wall, and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    assistant.search(question)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def _recall(assistant: Assistant, exact: ExactIndex, asked: Sequence[str]) -> float:
    """Of the index in use against a scan of all vectors."""
    shares: list[float] = []
    for question in asked:
        vector = assistant.embedder.embed_query(question)
        right = {key for key, _ in exact.search(vector, limit=NEIGHBOURS)}
        got = {key for key, _ in assistant.index.search(vector, limit=NEIGHBOURS)}
        shares.append(len(right & got) / max(1, len(right)))
    exact.close()
    return sum(shares) / len(shares)


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def _load() -> float:
    """Processes that wanted a core in the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


if __name__ == "__main__":
    main(*sys.argv[1:])
