"""The only module that speaks to Chroma: keys and vectors go in, keys come out.

Chroma gets no documents, no metadata, no embedding function, no setting from the environment
and no network; whatever it raises becomes IndexDamaged.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mem.errors import IndexDamaged, MemError
from mem.settings.offline import forbid_telemetry

if TYPE_CHECKING:
    from types import TracebackType

    from mem.core.protocols import Vectors
    from mem.vectors.scoring import Keys

COLLECTION = "chunks"
# Chosen for recall@10 of at least 0.98 against the exact scan on real passages.
HNSW = {"space": "ip", "ef_construction": 200, "max_neighbors": 16, "ef_search": 128}
DELETE_BATCH = 1000


class Boundary:
    """Turns whatever leaves the block into IndexDamaged, except mem's own errors.

    Chroma raises its own classes, OSError, ValueError and, from its Rust part, a PanicException
    that cannot be imported and is no Exception. Interrupts pass.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or isinstance(error, MemError):
            return
        if issubclass(kind, Exception) or kind.__name__ == "PanicException":
            reason = " ".join(str(error).split())[:200] or kind.__name__
            raise IndexDamaged(str(self._folder), reason) from error


class Engine:
    """One open Chroma collection."""

    def __init__(self, client: Any, collection: Any) -> None:
        """Use `Engine.open` or `Engine.create`."""
        self._client = client
        self._collection = collection

    @classmethod
    def create(cls, folder: Path) -> Engine:
        """An empty collection in an empty folder."""
        client = _client(folder)
        with ExitStack() as undo:
            undo.callback(client.close)
            collection = client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
            )
            undo.pop_all()
        return cls(client, collection)

    @classmethod
    def open(cls, folder: Path) -> Engine:
        """The collection that `create` made."""
        client = _client(folder)
        with ExitStack() as undo:
            undo.callback(client.close)
            collection = client.get_collection(COLLECTION, embedding_function=None)
            undo.pop_all()
        return cls(client, collection)

    def warm(self) -> None:
        """Have the graph loaded, so that whatever it writes or raises comes now."""
        found = self._collection.peek(1)["embeddings"]
        if found is not None and len(found):
            self._collection.query(query_embeddings=found[:1], n_results=1, include=[])

    def count(self) -> int:
        """Number of records."""
        return int(self._collection.count())

    def upsert(self, keys: Keys, rows: Vectors) -> None:
        """Add or replace; `rows` is (len(keys), dimensions)."""
        self._collection.upsert(ids=[str(int(key)) for key in keys], embeddings=rows)

    def delete(self, keys: list[int]) -> None:
        """Remove those that are there."""
        for start in range(0, len(keys), DELETE_BATCH):
            self._collection.delete(ids=[str(key) for key in keys[start : start + DELETE_BATCH]])

    def nearest(self, query: Vectors, request: int) -> list[int]:
        """About the `request` nearest keys to a vector (dimensions,), in no promised order."""
        found = self._collection.query(
            query_embeddings=query[None, :], n_results=request, include=[]
        )
        return [int(key) for key in found["ids"][0]]

    def close(self) -> None:
        """Release the files; Chroma keeps clients by path until their last one is closed."""
        self._client.close()


def engine_version() -> str:
    """Names the Chroma release and the graph parameters; another one's files are rebuilt."""
    from importlib.metadata import version

    return f"chromadb {version('chromadb')} {sorted(HNSW.items())}"


def _client(folder: Path) -> Any:
    forbid_telemetry()
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    # Named here, these do not come from environment variables or a .env file.
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # taken by pydantic's BaseSettings
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        chroma_otel_collection_endpoint="",
        anonymized_telemetry=False,
        allow_reset=False,
        migrations="apply",
        is_persistent=True,
        persist_directory=str(folder),
    )
    with ExitStack() as undo:
        # A client that failed to start would be handed out again for this path.
        undo.callback(SharedSystemClient._identifier_to_system.pop, str(folder), None)
        undo.callback(SharedSystemClient._identifier_to_refcount.pop, str(folder), None)
        client = chromadb.PersistentClient(path=folder, settings=settings)
        undo.pop_all()
    return client
