"""The embedded extractor as the worker calls it: what it draws from typed notes is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mem.core.document import SaidAtOrigin
from mem.core.memory import Candidate, Trust
from mem.core.protocols import Embedder
from mem.store.chunks import StoredChunk

VERSION = 1
TYPED = "mem:typed/"


class Rules:
    """`RulesExtractor` over chunks of one document (implements `Extractor`)."""

    def __init__(self, embedder: Embedder, *, user_names: Sequence[str] = ()) -> None:
        """Raises ModelFileMissing, ModelFileDamaged."""
        from mem.extraction.rules import RulesExtractor

        self._extractor = RulesExtractor(embedder, user_names=tuple(user_names))
        self.fingerprint = f"rules-{VERSION}"

    def extract(self, chunks: Sequence[StoredChunk]) -> Sequence[Candidate]:
        """Candidates in the order of the text."""
        first = chunks[0]
        drawn = self._extractor.extract(
            [one.chunk for one in chunks],
            document_kind=first.kind,
            document_title=first.title,
            dated=first.said_at_origin is not SaidAtOrigin.FILE_TIME,
        )
        if first.uri.startswith(TYPED):
            return [replace(one, trust=Trust.TYPED) for one in drawn]
        return drawn
