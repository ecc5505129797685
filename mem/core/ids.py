"""Ids derive from content, so that writing the same thing twice is one thing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

ID_LENGTH = 20
_PREFIX_OF = {
    "document": "d",
    "chunk": "c",
    "source": "s",
    "memory": "m",
    "episode": "e",
    "entity": "n",
}


def content_hash(data: bytes) -> str:
    """BLAKE2b-128 of `data` as 32 hex digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def text_hash(text: str) -> str:
    """`content_hash` of a text; lone surrogates are hashed by their code points."""
    return content_hash(text.encode("utf-8", "surrogatepass"))


def _derive(kind: str, *parts: str) -> str:
    joined = "\x1f".join(parts)
    return _PREFIX_OF[kind] + text_hash(f"{kind}\x1f{joined}")[: ID_LENGTH - 1]


def source_id(uri: str) -> str:
    """Id of the source (folder, export, feed) at `uri`."""
    return _derive("source", uri)


def document_id(uri: str) -> str:
    """Id of the document first seen at `uri`; a rename keeps it."""
    return _derive("document", uri)


def chunk_id(document: str, text: str, occurrence: int, *, message: str | None = None) -> str:
    """Id of a chunk: its document, its message if it has one, its words, and which repeat it is.

    A chunk keeps its id when other parts of the document change.
    """
    return _derive("chunk", document, message or "", text, str(occurrence))


def memory_id(fingerprint: str, attempt: int) -> str:
    """Id of a memory: its statement, and which memory of that statement it is."""
    return _derive("memory", fingerprint, str(attempt))


def entity_id(key: str, attempt: int) -> str:
    """Id of an entity: its normalised name, and which entity of that name it is."""
    return _derive("entity", key, str(attempt))


def episode_id(document: str, chunks: Sequence[str]) -> str:
    """Id of an episode: its document and its chunks' ids in order."""
    return _derive("episode", document, *chunks)
