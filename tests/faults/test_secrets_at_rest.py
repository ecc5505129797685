"""None of 312 made-up secrets stands in any byte under the home before the user allows it."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.errors import SecretNotReadable, VaultNameTaken
from mem.settings.config import Settings
from mem.settings.vault import Vault
from mem.store.secrets import Decision
from mem.testing import FakeEmbedder, FixedClock
from tests.synthetic_secrets import Planted, make

PLANTED = make(312)
NOW = datetime(2025, 12, 1, 9)


def opened(home: Path, *, secrets: str = "redact") -> Assistant:
    settings = Settings(import_secrets=secrets)
    return Assistant.open(home, settings=settings, clock=FixedClock(NOW), embedder=FakeEmbedder())


def vault_of(home: Path) -> Vault:
    return Vault(home / "data", lambda new: "a passphrase", keyring=lambda: None)


def write_everything(folder: Path) -> Path:
    """Every secret in notes and in chats; some in titles, tags, links, names of speakers."""
    folder.mkdir()
    token = PLANTED[2].value
    for number in range(0, len(PLANTED), 26):
        texts = [one.text for one in PLANTED[number : number + 26]]
        words = "\n\n".join(f"Paragraph {at}.\n\n{text}" for at, text in enumerate(texts))
        (folder / f"note{number}.md").write_text(f"# Note {number}\n\n{words}\n\nThe end.\n")
    (folder / "head.md").write_text(
        f"---\ntitle: About {token}\ntags: [{token}]\naliases: [{token}]\n---\n\n"
        f"# Key {token}\n\nSee [there](https://joe:{PLANTED[18].value}@x.org/a) and [[{token}]].\n"
    )
    lines = [
        {
            "conversation": f"c{number % 5}",
            "session": "s",
            "id": f"m{number}",
            "speaker": token if number == 7 else "Ada",
            "role": "user",
            "at": f"2025-05-01T10:{number % 60:02}:00",
            "text": f"By the way:\n{one.text}",
        }
        for number, one in enumerate(PLANTED)
    ]
    (folder / "chat.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def forms(value: str) -> set[bytes]:
    """The value as it is, and as JSON and SQLite would write it."""
    words = {value, json.dumps(value)[1:-1], max(value.split("\n"), key=len)}
    return {form.encode() for form in words} | {value.encode("utf-16-le")}


def found_in(home: Path, planted: list[Planted]) -> list[str]:
    held = b"\0".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())
    return [one.kind for one in planted if any(form in held for form in forms(one.value))]


def words_in_index(home: Path) -> set[str]:
    connection = sqlite3.connect(home / "data" / "mem.db")
    try:
        return {term for (term,) in connection.execute("SELECT term FROM chunk_vocabulary")}
    finally:
        connection.close()


def test_no_byte_of_a_secret_is_written(home: Path, tmp_path: Path) -> None:
    folder = write_everything(tmp_path / "in")
    with opened(home) as memory:
        ledger = memory.ingest(folder)
        assert ledger.added == 12 + 1 + 5
        assert any("secrets" in notice for notice in ledger.notices)
        for one in PLANTED[:60]:
            memory.remember(one.text)
        embedded = memory.embedder.embedded  # type: ignore[attr-defined]
        assert not [one.kind for one in PLANTED if any(one.value in text for text in embedded)]
        memory.rebuild_index()
        assert memory.secrets.sweep() == []
    assert found_in(home, PLANTED) == []
    terms = words_in_index(home)
    assert "paragraph" in terms
    assert not [one.kind for one in PLANTED if one.value.lower() in terms]


def test_what_is_around_a_secret_stays_and_is_found(home: Path, tmp_path: Path) -> None:
    block = next(one for one in PLANTED if one.kind == "private-key").value
    (tmp_path / "a.md").write_text(
        f"# Gate\n\nBefore.\n\n```\n{block}\n```\n\n## Hinge\n\nOil it.\n"
    )
    with opened(home) as memory:
        memory.ingest(tmp_path / "a.md")
        hit = memory.search("hinge oil")[0]
        assert hit.text.rstrip().endswith("Oil it.")
        (secret,) = memory.secrets.found()
        assert [place.locator for place in secret.places] == ["line 6"]
        text = (tmp_path / "a.md").read_text()
        last = memory.show(hit.id).chunks[-1]
        line = int(last.locator.removeprefix("line ")) + last.text.count(
            "\n", 0, last.text.index("## Hinge")
        )
        assert text.splitlines()[line - 1] == "## Hinge"


def test_the_user_decides(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    tokens = {one.kind: one for one in PLANTED}
    chosen = [tokens[kind] for kind in ("github-token", "jwt", "iban")]
    file.write_text("\n\n".join(one.text for one in chosen))
    with opened(home) as memory:
        memory.ingest(file)
        mark = {one.kind: one.mark for one in memory.secrets.found(Decision.OPEN)}
        vault = vault_of(home)
        vault.create()
        kept = memory.secrets.keep(mark["github-token"][:6], vault)
        assert kept.vault_name is not None
        assert vault_of(home).reveal(kept.vault_name) == tokens["github-token"].value
        with pytest.raises(VaultNameTaken):
            memory.secrets.keep(mark["github-token"], vault)
        memory.secrets.drop(mark["jwt"])
        assert [one.kind for one in memory.secrets.found(Decision.OPEN)] == ["iban"]
        assert found_in(home, chosen) == []
        memory.secrets.allow(mark["iban"])
        ledger = memory.ingest(file)
        assert ledger.updated == 1
        assert memory.secrets.found(Decision.OPEN) == []
    assert found_in(home, chosen) == ["iban"]


def test_what_was_typed_cannot_be_read_again(home: Path) -> None:
    with opened(home) as memory:
        record = memory.remember("My SSN: 123-45-6789")
        assert "123-45" not in record.title + record.uri
        (secret,) = memory.secrets.found()
        vault = vault_of(home)
        vault.create()
        with pytest.raises(SecretNotReadable):
            memory.secrets.keep(secret.mark, vault)


def test_a_title_cut_short_tells_no_beginning(home: Path) -> None:
    token = next(one.value for one in PLANTED if one.kind == "anthropic-key")
    with opened(home) as memory:
        record = memory.remember(f"this is what I got from the console: {token}")
        assert token[:12] not in record.title
    assert token[:12].encode() not in (home / "data" / "mem.db").read_bytes()


def test_forgetting_forgets_the_places(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("SSN: 123-45-6789")
    with opened(home) as memory:
        memory.ingest(file)
        assert len(memory.secrets.found()) == 1
        memory.forget(memory.forget_preview(documents=[str(file)]))
        assert memory.secrets.found() == []


def test_a_store_that_took_secrets_in_is_cleaned(home: Path, tmp_path: Path) -> None:
    folder = write_everything(tmp_path / "in")
    with opened(home, secrets="keep") as memory:
        memory.ingest(folder)
        memory.rebuild_index()
        before = memory.stats()
    assert len(found_in(home, PLANTED)) > 300
    with opened(home) as memory:
        seen = memory.secrets.sweep()
        assert len({one.mark for one in seen}) >= 0.97 * len(PLANTED)
        assert memory.secrets.clean() >= len(PLANTED)
        assert memory.secrets.sweep() == []
        memory.embed_pending()
        assert memory.stats().chunks == before.chunks
        assert memory.doctor() == []
        assert len(memory.secrets.found(Decision.OPEN)) >= 0.97 * len(PLANTED)
        assert memory.secrets.clean() == 0
        again = memory.ingest(folder)
        assert (again.added, again.updated) == (0, 0)
    assert found_in(home, PLANTED) == []


def test_what_is_cleaned_out_of_memories_keeps_its_evidence(home: Path, tmp_path: Path) -> None:
    token = next(one.value for one in PLANTED if one.kind == "github-token")
    file = tmp_path / "a.md"
    file.write_text(f"# Work\n\nThe token is {token} and I live in Lyon.\n")
    with opened(home, secrets="keep") as memory:
        memory.ingest(file)
        with memory.store.database.transaction() as connection:
            (pk, text) = connection.execute("SELECT pk, text FROM chunk").fetchone()
            at = text.index("I live")
            connection.execute(
                "INSERT INTO memory (pk, id, kind, text, subject, predicate, object, slot, value, "
                "status, confidence, importance, trust, origin, recorded_at, fingerprint) VALUES "
                "(1, 'm1', 'fact', ?, 'I', 'live', 'Lyon', 's', 'v', 'active', 1, 1, 1, 'rule', "
                "'2025-01-01', 'f')",
                (f"Token {token}",),
            )
            connection.execute(
                'INSERT INTO evidence (memory_pk, chunk_pk, "start", "end", trust) '
                "VALUES (1, ?, ?, ?, 1)",
                (pk, at, at + len("I live in Lyon")),
            )
        assert {one.place for one in memory.secrets.sweep()} == {"memory.text", "line 3"}
        memory.secrets.clean()
        rows = memory.store.database.rows(
            'SELECT substr(chunk.text, "evidence"."start" + 1, "evidence"."end" - '
            '"evidence"."start") FROM evidence JOIN chunk ON chunk.pk = chunk_pk'
        )
        assert rows == [("I live in Lyon",)]
    held = (home / "data" / "mem.db").read_bytes()
    assert token.encode() not in held
