"""`mem mcp --source`: nothing of what is not shared leaves, by whatever tool, id or name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.core.clock import SystemClock
from mem.core.query import Filters, Scope
from tests.functional.conftest import NOW
from tests.functional.mcp_support import HELLO, Conversation, RawServer, conversation, request, tool

pytestmark = pytest.mark.usefixtures("mcp_installed")

# Every word of the private folder that could tell where a text comes from has this in it.
CANARY = "zq"
SHARED = {
    "me.md": "I moved to Lisbon in May 2024.\n\nI prefer oat milk.\n\nI collect old maps.\n",
    "ines.md": "Ines lives in Porto.\n\nMy sister Ines works at the harbour.\n",
}
PRIVATE = {
    "zq.md": "# Zqtitle\n\nMy sister Ines Zqname works at the zqyard.\n\nI prefer oat milk.\n\n"
    "Ines lives in Zqtown.\n\nI am allergic to zqnuts.\n\nMaps are kept in the zqbox.\n",
    "zqdiary.md": "The zqplumber came on Tuesday and repaired the heating.\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders that tell of the same people, and a chat that a file in each supplies."""
    folder = tmp_path_factory.mktemp("scope")
    for name, notes in (("notes", SHARED), ("notes-zqprivate", PRIVATE)):
        (folder / name).mkdir()
        for file, text in notes.items():
            # The diary is of the month of what is shared: one summary tells of both.
            head = f"---\ndate: 2025-0{5 if file == 'zq.md' else 3}-04\n---\n"
            (folder / name / file).write_text(head + text, encoding="utf-8")
    for place, said in (("notes", "The maps are old."), ("notes-zqprivate", "The zqmap is new.")):
        message = {
            "conversation": "maps", "session": "s1", "id": said[:7], "speaker": "Zqann",
            "role": "other", "at": "2025-05-01T10:00:00", "text": said,
        }  # fmt: skip
        (folder / place / "chat.jsonl").write_text(json.dumps(message) + "\n")
    with Assistant.open(folder / "home", clock=SystemClock(NOW)) as assistant:
        assistant.ingest(folder / "notes")
        assistant.ingest(folder / "notes-zqprivate")
        assistant.remember("The zqkey is under the mat.")
        assistant.memories.consolidate()
        (porto,) = [one for one in assistant.memories.list() if "harbour" in one.text]
        from mem.consolidation.person import Correction

        assistant.memories.edit(porto.id, Correction(text="Ines works at the zqharbour."))
    return folder / "home"


@pytest.fixture(scope="module")
def talk(home: Path, mcp_installed: None) -> Iterator[Conversation]:
    with conversation(home, "--source", str(home.parent / "notes")) as found:
        yield found


def ids_outside(home: Path) -> list[str]:
    """Ids and uris of everything that has the canary in it, and beginnings of them."""
    with Assistant.open(home, clock=SystemClock(NOW)) as assistant:
        memories = [one for one in assistant.memories.list() if CANARY in one.text.lower()]
        documents = [one for one in assistant.documents(limit=99) if CANARY in repr(one).lower()]
        chunks = [
            chunk.id for one in documents for chunk in assistant.store.chunks.of_document(one.id)
        ]
        shared = {one.id for one in assistant.documents(limit=99)} - {one.id for one in documents}
        episodes = [
            one.id for one in assistant.episodes.newest(99) if one.document_id not in shared
        ]
        whole = [*(one.id for one in memories), *(one.id for one in documents), *chunks, *episodes]
        assert len(memories) >= 4 and len(documents) >= 2 and episodes
        return [*whole, *(one[:8] for one in whole), *(one.uri for one in documents)]


def test_the_shared_folder_is_there(talk: Conversation) -> None:
    assert "Porto" in talk.call("memory_search", query="where does Ines live")["hits"][0]["text"]
    found = talk.call("memory_ask", question="When did I move to Lisbon?")
    assert "2024" in found["answer"] and not found["abstained"]
    names = {one["name"]: one for one in talk.call("memory_entities")["entities"]}
    assert "Ines" in names and names["Ines"]["aliases"] == ["sister Ines"]
    assert talk.call("memory_entities", name="Ines")["memories"]
    assert talk.call("memory_timeline", entity="Ines")["timeline"]
    texts = [one["text"] for one in talk.call("memory_list")["memories"]]
    assert any("maps" in text for text in texts)
    # The memory that a note elsewhere supports too is not certainly the shared folder's.
    assert not any("oat milk" in text for text in texts)


def test_no_byte_of_what_is_not_shared_leaves(home: Path) -> None:
    """Every tool, every id: the canary is in no byte of stdout or stderr."""
    calls: list[tuple[str, dict[str, Any]]] = []
    for words in ("Ines", "allergic nuts", "maps box", "key mat", "new map", "oat milk"):
        calls.append(("memory_search", {"query": words, "limit": 50}))
        calls.append(("memory_ask", {"question": f"What do you know about {words}?"}))
        calls.append(("memory_search", {"query": words, "source": "private"}))
    calls += [("memory_show", {"id": one}) for one in ids_outside(home)]
    calls += [("memory_profile", {"limit": 50}), ("memory_timeline", {"limit": 200})]
    calls += [("memory_timeline", {"by": by, "limit": 200}) for by in ("day", "week")]
    calls += [("memory_timeline", {"entity": "Ines"}), ("memory_entities", {"limit": 200})]
    calls += [("memory_entities", {"name": name}) for name in ("Ines", "Lisbon")]
    for more in ({}, {"as_of": "2025-06-01"}, {"known_at": "2025-06-15"}, {"status": "superseded"}):
        calls.append(("memory_list", {"limit": 200, **more}))
    found = []
    with RawServer(home, "--source", str(home.parent / "notes")) as server:
        server.send(HELLO)
        assert server.reply(0)["result"]
        for number, (name, arguments) in enumerate(calls, 1):
            server.send(tool(number, name, **arguments))
            found.append(server.reply(number)["result"])
        for number, uri in enumerate(("mem://profile", *ids_outside(home)), 1000):
            given = uri if uri.startswith("mem://") else f"mem://document/{uri}"
            server.send(request(number, "resources/read", uri=given))
            server.reply(number)
        code, out, err = server.end()
    assert code == 0
    assert sum(not one.get("isError") for one in found) > 20
    # What the client itself sent comes back in some replies; ids and uris of ours have it not.
    for data in (out, err):
        lines = [line for line in data.lower().split(b"\n") if CANARY.encode() in line]
        assert [line for line in lines if b"nothing in memory has the id or path" not in line] == []


def test_names_that_are_not_shared_are_unknown(talk: Conversation) -> None:
    for name in ("Ines Zqname", "Zqtown", "Zqann"):
        assert "Nothing in memory is called" in talk.error("memory_entities", name=name)
        assert "Nothing in memory is called" in talk.error("memory_timeline", entity=name)


def test_a_folder_beside_it_is_not_below_it(home: Path) -> None:
    """`notes` is no part of `notes-zqprivate`, although its path is the beginning of the other."""
    with Assistant.open(home, clock=SystemClock(NOW)) as assistant:
        root = (home.parent / "notes").as_uri()
        filters = Filters(scope=Scope(roots=(root,)))
        found = assistant.search("zqyard zqnuts zqmap zqkey", limit=50, filters=filters)
        assert found.hits and all(hit.source.uri.startswith(f"{root}/") for hit in found)
        notes = Filters(scope=Scope(kinds=("chat",)))
        assert {hit.source.uri for hit in assistant.search("maps", filters=notes)} == {
            "chat-jsonl:maps"
        }
