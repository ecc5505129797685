"""Real folders and exports: every item is accounted for, by a count made another way."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.testing import FakeEmbedder

pytestmark = pytest.mark.slow

NOTES = ("til-simonw", "obsidian-help", "obsidian-kepano")


def files_below(folder: Path) -> list[Path]:
    """Every file outside hidden folders."""
    found: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(base, name) for name in names]
    return found


@pytest.mark.parametrize("name", NOTES)
def test_every_file_of_a_notes_folder_is_accounted_for(name: str, shared: Path, home: Path) -> None:
    folder = shared / "data" / "corpora" / name
    files = files_below(folder)
    notes = [path for path in files if path.suffix == ".md" and path.stat().st_size]
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        ledger = assistant.ingest(folder)
        hidden = ledger.skipped_by_code().get("ignored-folder", 0)
        assert ledger.seen == len(files) + hidden
        assert ledger.failed == 0, ledger.entries
        formats = assistant.stats().documents
        assert formats["markdown"] == len(notes)
        again = assistant.ingest(folder)
        assert (again.added, again.updated, again.unchanged) == (0, 0, ledger.added)
        assert again.seen == ledger.seen
        rows = assistant.store.database.rows
        for path in notes[:: max(1, len(notes) // 25)]:
            uri = path.resolve().as_uri()
            chunks = rows(
                "SELECT text FROM chunk JOIN document ON document.id = document_id "
                "WHERE document.uri = ? ORDER BY seq",
                (uri,),
            )
            kept = "".join("".join(str(text).split()) for (text,) in chunks)
            words = path.read_text(encoding="utf-8-sig", errors="replace")
            assert kept == "".join(words.split()), path


def current_branch(conversation: dict[str, object]) -> list[str]:
    """Ids of the messages with text from the root to the current node."""
    mapping = conversation["mapping"]
    assert isinstance(mapping, dict)
    node, found = conversation["current_node"], []
    while node:
        message = mapping[node].get("message")
        parts = ((message or {}).get("content") or {}).get("parts") or []
        if any(isinstance(part, str) and part.strip() for part in parts):
            found.append(message["id"])
        node = mapping[node].get("parent")
    return found[::-1]


def test_every_conversation_of_a_chatgpt_export_is_on_its_current_branch(
    shared: Path, home: Path
) -> None:
    folder = shared / "data" / "corpora" / "chatgpt-extratone" / "json"
    paths = sorted(folder.glob("*.json"))
    conversations = {}
    for path in paths:
        read = json.loads(path.read_text(encoding="utf-8"))
        conversations[f"chatgpt:{read.get('conversation_id') or read.get('id') or path.stem}"] = (
            read
        )
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        ledger = assistant.ingest(folder)
        assert ledger.seen == len(paths)
        assert ledger.failed == 0
        assert len(assistant.documents(limit=1000)) == ledger.added
        assert ledger.added + ledger.updated + ledger.unchanged + ledger.skipped == len(paths)
        assert len(conversations) == ledger.added > 50
        for uri, conversation in conversations.items():
            (document,) = assistant.store.documents.matching(uri)
            chunks = assistant.show(document.id).chunks
            stored = {chunk.message_id for chunk in chunks if not chunk.variant}
            assert stored.issuperset(current_branch(conversation)), uri
