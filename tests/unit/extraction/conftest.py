"""One extractor over the bundled embedder, and short ways to make chunks."""

from __future__ import annotations

import pytest

from mem.extraction.rules import RulesExtractor
from mem.inference.embedder import OnnxEmbedder


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="session")
def extractor(embedder: OnnxEmbedder) -> RulesExtractor:
    return RulesExtractor(embedder, user_names=("Ines Calloway",))
