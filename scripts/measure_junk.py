"""How many passages of folders of documents yield a memory by the rules.

For manuals and marketing that share should be near none. Run: `python scripts/measure_junk.py
FOLDER…`, with `--show` to see each memory.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from mem.assistant import Assistant
from mem.core.document import SaidAtOrigin
from mem.extraction.rules import RulesExtractor
from mem.inference.embedder import OnnxEmbedder
from mem.testing import FakeEmbedder


def measure(folder: Path, extractor: RulesExtractor, *, show: bool) -> tuple[int, int]:
    """(passages, passages with a memory) of a folder that is imported into a home of its own."""
    with (
        tempfile.TemporaryDirectory() as home,
        Assistant.open(home, embedder=FakeEmbedder()) as assistant,
    ):
        assistant.ingest(folder)
        passages, drawn_from = 0, set()
        for identity, kind, title, origin in assistant.store.database.rows(
            "SELECT id, kind, title, said_at_origin FROM document"
        ):
            chunks = assistant.store.chunks.of_document(str(identity))
            passages += len(chunks)
            for one in extractor.extract(
                chunks,
                document_kind=str(kind),
                document_title=str(title),
                dated=origin != SaidAtOrigin.FILE_TIME.value,
            ):
                drawn_from |= {part.chunk_id for part in one.evidence}
                if show:
                    print(f"  {one.kind.value}: {one.text}")
        return passages, len(drawn_from)


def main() -> None:
    """Measure and print a line a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    extractor = RulesExtractor(OnnxEmbedder())
    for folder in given.folders:
        passages, drawn = measure(folder, extractor, show=given.show)
        share = drawn / passages if passages else 0.0
        print(f"{folder.name}: {drawn} of {passages} passages yield a memory ({share:.4f})")


if __name__ == "__main__":
    main()
