"""The extractor of a plugin as the worker calls it: nothing of it is trusted beyond its evidence.

What it draws has at most the trust of who spoke, and names the plugin as its origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mem.core.memory import Candidate, Trust
from mem.extraction.speaking.subjects import Speakers
from mem.hooks.guard import GuardedExtractor
from mem.store.chunks import StoredChunk


class PluggedExtractor:
    """A guarded extractor over chunks of one document (implements the worker's `Extractor`)."""

    def __init__(self, extractor: GuardedExtractor, *, user_names: Sequence[str] = ()) -> None:
        self._extractor = extractor
        self._user_names = tuple(user_names)
        self.fingerprint = extractor.fingerprint

    def extract(self, chunks: Sequence[StoredChunk]) -> Sequence[Candidate]:
        """Candidates of passages whose speaker may be drawn from. Raises PluginFailed."""
        own = [one.chunk for one in chunks]
        speakers = Speakers(own, document_kind=chunks[0].kind, user_names=self._user_names)
        trust = {chunk.id: one.trust for chunk in own if (one := speakers.of(chunk)) is not None}
        found = []
        for candidate in self._extractor.extract(own):
            if candidate.evidence and all(part.chunk_id in trust for part in candidate.evidence):
                most = min(trust[part.chunk_id] for part in candidate.evidence)
                found.append(
                    replace(
                        candidate,
                        trust=Trust(min(candidate.trust, most)),
                        origin=f"plugin:{self._extractor.plugin}",
                    )
                )
        return found
