"""Who the user is in chats: by the configured names, by the role, or not known at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.speakers import own_names
from mem.store.speakers import Voices, own_passages, voices
from mem.testing import FakeEmbedder

Said = list[tuple[str, str]]
GROUP: Said = [("Ann", "other"), ("Joel", "other"), ("Ann", "other")]
ALL_USERS: Said = [("Ann", "user"), ("Joel", "user")]
OF_ANN: Said = [("Ann", "user"), ("Joel", "other")]
WITH_A_MACHINE: Said = [("user", "user"), ("assistant", "assistant")]


def heard(home: Path, folder: Path, chats: list[Said], names: tuple[str, ...]) -> Voices:
    """The voices of a store with those chats."""
    for at, said in enumerate(chats):
        lines = [
            {"conversation": f"c{at}", "id": str(n), "speaker": who, "role": role, "text": "Hello."}
            for n, (who, role) in enumerate(said)
        ]
        (folder / f"{at}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        assistant.ingest(folder)
        return voices(assistant.store.database, names)


@pytest.mark.parametrize(
    ("chats", "names", "own", "unknown", "speakers"),
    [
        ([GROUP], (), set(), 1, ("Ann", "Joel")),
        ([GROUP], ("Ann",), {"ann"}, 0, ()),
        ([GROUP], ("Ann Lee",), {"ann"}, 0, ()),
        ([GROUP], ("Kim",), set(), 1, ("Ann", "Joel")),
        ([ALL_USERS], (), set(), 1, ("Ann", "Joel")),
        ([ALL_USERS], ("joel",), {"joel"}, 0, ()),
        ([OF_ANN], (), {"ann"}, 0, ()),
        # Where everybody is the user, that role says nothing of Ann in another chat either.
        ([OF_ANN, ALL_USERS], (), set(), 2, ("Ann", "Joel")),
        # The Ann of another chat may be another one.
        ([OF_ANN, GROUP], (), {"ann"}, 1, ("Ann", "Joel")),
        ([WITH_A_MACHINE], (), set(), 0, ()),
    ],
)
def test_who_the_user_is(
    home: Path,
    tmp_path: Path,
    chats: list[Said],
    names: tuple[str, ...],
    own: set[str],
    unknown: int,
    speakers: tuple[str, ...],
) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    found = heard(home, folder, chats, names)
    assert (set(found.names), found.unknown, found.speakers) == (own, unknown, speakers)


def test_only_the_users_words_are_theirs(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    heard(home, folder, [OF_ANN, GROUP, WITH_A_MACHINE], ())
    (folder / "note.md").write_text("A note of mine.\n")
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        assistant.ingest(folder)
        database = assistant.store.database
        rows = database.rows("SELECT id, coalesce(role, 'note'), coalesce(speaker, '') FROM chunk")
        own = own_passages(database, voices(database, ()), [str(row[0]) for row in rows])
        told = sorted((str(role), str(who)) for identity, role, who in rows if identity in own)
    assert told == [("note", ""), ("user", "Ann"), ("user", "user")]


def test_a_first_name_is_somebody_elses_where_the_full_one_speaks() -> None:
    assert own_names(["Ann Lee"], ["Ann", "Joel"]) == {"ann lee", "ann"}
    assert own_names(["Ann Lee"], ["Ann", "Ann Lee"]) == {"ann lee"}
