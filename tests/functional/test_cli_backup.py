"""A home goes into one file and comes back, through the real command line."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.clock import SystemClock
from mem.core.memory import MemoryKind
from mem.inference.embedder import OnnxEmbedder
from tests.carried import bytes_below, every_row
from tests.functional.conftest import NOW, Filled, RunMem

NOTE = "# Heron\n\nI work at Quimbexco since 2021. The weather was mild.\n"


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture
def lived(filled: Filled, embedder: OnnxEmbedder, tmp_path: Path, work: Path) -> Path:
    """A home with memories, a pinned one, and settings; its folder `home`."""
    home = Path(shutil.copytree(filled.home, tmp_path / "home"))
    note = work / "heron.md"
    note.write_text(NOTE)
    with Assistant.open(home, clock=SystemClock(NOW), embedder=embedder) as assistant:
        assistant.ingest(note)
        typed = assistant.remember("I live in Leeds.")
        assistant.memories.remember(typed.id, MemoryKind.FACT)
        assistant.memories.consolidate()
        assistant.memories.pin(assistant.memories.list()[0].id)
        (assistant.paths.config / "config.toml").write_text('[user]\nnames = ["Ann"]\n')
    return home


def test_a_backup_comes_back_row_by_row(run_mem: RunMem, lived: Path, tmp_path: Path) -> None:
    wanted = every_row(lived)
    made = run_mem("backup", str(tmp_path / "b.zip"), "--json")
    assert made.code == 0, made.err
    assert made.json["members"] == ["mem.db", "config.toml"]
    assert made.json["counts"]["documents"] == len(wanted["document"])
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    fresh = tmp_path / "fresh"
    done = run_mem("restore", str(tmp_path / "b.zip"), "--json", home=fresh)
    assert done.code == 0, done.err
    assert done.json["counts"] == made.json["counts"]
    assert done.json["written"] == ["config.toml"]
    assert every_row(fresh) == wanted
    assert run_mem("config", "get", "user.names", home=fresh).out.strip() == "Ann"
    assert run_mem("doctor", home=fresh).code == 0
    assert run_mem("search", "boiler pressure", home=fresh).code == 0
    assert run_mem("undo", home=fresh).code == 0
    assert stat.S_IMODE((fresh / "data" / "mem.db").stat().st_mode) == 0o600
    assert sorted(one.name for one in (fresh / "cache").iterdir()) == []


def test_what_was_forgotten_since_does_not_come_back(
    run_mem: RunMem, lived: Path, tmp_path: Path, work: Path
) -> None:
    assert run_mem("backup", str(tmp_path / "b.zip")).code == 0
    assert b"quimbexco" in bytes_below(lived)
    leeds = [m for m in run_mem("list", "--json").json["memories"] if "Leeds" in m["text"]]
    forgot = run_mem("forget", "--match", "quimbexco", "--yes")
    assert forgot.code == 0
    assert "Backups and exports made earlier" in forgot.err
    assert run_mem("forget", leeds[0]["id"], "--yes").code == 0
    assert run_mem("forget", str(work.parent / "nope"), "--yes").code == 3
    refused = run_mem("restore", str(tmp_path / "b.zip"))
    assert (refused.code, "--replace" in refused.err) == (2, True)
    assert run_mem("restore", str(tmp_path / "b.zip"), "--replace").code == 2
    done = run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes", "--json")
    assert done.code == 0, done.err
    told = done.json["stayed_forgotten"]
    assert told == {"documents": 1, "passages": 0, "memories": 2}
    assert b"quimbexco" not in bytes_below(lived)
    texts = [one["text"] for one in run_mem("list", "--json").json["memories"]]
    assert not any("Leeds" in text or "Quimbexco" in text for text in texts)
    # Nor by taking the file in again, nor with a second restore.
    assert run_mem("import", "heron.md").code == 0
    assert b"quimbexco" not in bytes_below(lived)
    assert run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes").code == 0
    assert b"quimbexco" not in bytes_below(lived)
    assert run_mem("doctor").code == 0


def test_marks_of_another_home_hold_in_what_is_restored(
    run_mem: RunMem, lived: Path, tmp_path: Path, work: Path
) -> None:
    """The home that is replaced hashes with a key of its own."""
    assert run_mem("backup", str(tmp_path / "b.zip")).code == 0
    other = tmp_path / "other"
    assert run_mem("import", "heron.md", home=other).code == 0
    assert run_mem("forget", "--match", "quimbexco", "--yes", home=other).code == 0
    done = run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes", home=other)
    assert done.code == 0, done.err
    assert "stayed forgotten" in done.out
    assert run_mem("import", "heron.md", home=other).code == 0
    assert b"quimbexco" not in bytes_below(other)
    assert run_mem("import", "heron.md", "--readmit", home=other).code == 0
    assert b"quimbexco" in bytes_below(other)


def test_a_forgotten_source_is_not_kept_in_step_again(
    run_mem: RunMem, tmp_path: Path, work: Path
) -> None:
    (work / "notes").mkdir()
    (work / "notes" / "a.md").write_text("# A\n\nThe attic holds the old lamp.\n")
    assert run_mem("source", "add", "notes").code == 0
    assert run_mem("add", "Something else stays here.").code == 0
    assert run_mem("backup", str(tmp_path / "b.zip")).code == 0
    assert run_mem("forget", "--source", "notes", "--yes").code == 0
    assert run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes").code == 0
    sources = run_mem("source", "list", "--json").json["sources"]
    assert [one["uri"] for one in sources] == ["mem:typed"]


def test_an_encrypted_backup_opens_with_its_passphrase_only(
    run_mem: RunMem, lived: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words"
    words.write_text("correct horse\n")
    path = tmp_path / "b.zip"
    assert run_mem("backup", str(path), "--encrypt").code == 1
    assert run_mem("backup", str(path), "--encrypt", "--passphrase-stdin", stdin="short").code == 2
    assert not path.exists()
    made = run_mem("backup", str(path), "--encrypt", MEM_BACKUP_PASSPHRASE_FILE=str(words))
    assert made.code == 0, made.err
    data = path.read_bytes()
    assert b"SQLite" not in data
    assert b"documents" not in data
    fresh = tmp_path / "fresh"
    wrong = run_mem("restore", str(path), "--passphrase-stdin", stdin="wrong one\n", home=fresh)
    assert (wrong.code, "not the passphrase" in wrong.err) == (1, True)
    assert run_mem("restore", str(path), home=fresh).code == 1
    assert not (fresh / "data" / "mem.db").exists()
    path.write_bytes(data[:-400] + bytes([data[-400] ^ 1]) + data[-399:])
    right = {"stdin": "correct horse\n", "home": fresh}
    cut = run_mem("restore", str(path), "--passphrase-stdin", **right)  # type: ignore[arg-type]
    assert (cut.code, "damaged" in cut.err) == (1, True)
    path.write_bytes(data)
    done = run_mem("restore", str(path), "--passphrase-stdin", **right)  # type: ignore[arg-type]
    assert done.code == 0, done.err
    assert every_row(fresh) == every_row(lived)


def test_a_vault_travels_as_it_lies_and_another_one_stays(run_mem: RunMem, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("long enough words\n")
    env = {"MEM_VAULT_PASSPHRASE_FILE": str(words)}
    name = ("vault", "add", "router", "--passphrase")
    kept = run_mem(*name, home=tmp_path / "home", stdin="hunter22", **env)
    assert kept.code == 0, kept.err
    path = tmp_path / "b.zip"
    made = run_mem("backup", str(path))
    assert "recovery key" in made.err
    with zipfile.ZipFile(path) as archive:
        assert b"hunter22" not in b"".join(archive.read(one) for one in archive.namelist())
    fresh = tmp_path / "fresh"
    done = run_mem("restore", str(path), "--json", home=fresh)
    assert sorted(done.json["written"]) == ["vault-key.json", "vault.json"]
    shown = run_mem("vault", "show", "router", "--reveal", "--json", home=fresh, **env)
    assert shown.json["value"] == "hunter22"
    assert stat.S_IMODE((fresh / "data" / "vault.json").stat().st_mode) == 0o600
    assert run_mem("vault", "remove", "router", "--yes", home=fresh, **env).code == 0
    again = run_mem("restore", str(path), "--replace", "--yes", "--json", home=fresh)
    assert (again.json["written"], len(again.json["kept"])) == ([], 2)
    assert run_mem("vault", "list", "--json", home=fresh).json["values"] == []


def test_where_it_may_be_written(run_mem: RunMem, lived: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    assert run_mem("backup", str(folder)).code == 0
    (named,) = folder.iterdir()
    assert named.name == "mem-backup-2025-06-15T120000.zip"
    before = named.read_bytes()
    taken = run_mem("backup", str(named))
    assert (taken.code, named.read_bytes() == before) == (2, True)
    assert run_mem("backup", str(named), "--force").code == 0
    inside = run_mem("backup", str(lived / "data" / "b.zip"), "--json")
    assert (inside.code, "inside the home" in inside.json["error"]["message"]) == (2, True)
    assert run_mem("backup", str(tmp_path / "no" / "b.zip")).code == 1
    assert run_mem("backup", "").code == run_mem("backup", "-").code == 2
    assert run_mem("stats", "--json").json["last_backup"] is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run_mem: RunMem, lived: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir(mode=0o500)
    refused = run_mem("backup", str(folder))
    assert (refused.code, "name another place" in refused.err) == (1, True)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a place that takes no files")
def test_a_place_that_takes_no_files(run_mem: RunMem) -> None:
    refused = run_mem("backup", "/proc/b.zip")
    assert (refused.code, refused.err.count("\n")) == (1, 1)


def test_a_backup_in_a_source_is_never_taken_in(
    run_mem: RunMem, lived: Path, work: Path, tmp_path: Path
) -> None:
    folder = work / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nThe attic holds the old lamp.\n")
    assert run_mem("import", "notes").code == 0
    made = run_mem("backup", "notes")
    assert "imports leave backups out" in made.err
    ledger = run_mem("import", "notes", "--json").json
    assert ledger["documents"]["added"] == 0
    assert "backup of mem" in ledger["skipped"][0]["reason"]
    (backup,) = folder.glob("*.zip")
    asked = run_mem("import", str(backup), "--format", "archive", "--json").json
    assert asked["documents"]["added"] == 0


def test_another_process_has_the_memory_open(run_mem: RunMem, lived: Path, tmp_path: Path) -> None:
    assert run_mem("backup", str(tmp_path / "b.zip")).code == 0
    wanted = every_row(lived)
    reader = sqlite3.connect(lived / "data" / "mem.db", isolation_level=None)
    reader.execute("SELECT count(*) FROM chunk").fetchone()
    try:
        held = run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes", "--json")
    finally:
        reader.close()
    assert (held.code, held.json["error"]["code"]) == (4, "store-locked")
    assert every_row(lived) == wanted


def test_a_damaged_store_is_replaced_and_kept_aside(
    run_mem: RunMem, lived: Path, tmp_path: Path
) -> None:
    wanted = every_row(lived)
    assert run_mem("backup", str(tmp_path / "b.zip")).code == 0
    wanted = every_row(lived)
    store = lived / "data" / "mem.db"
    store.write_bytes(b"\x17" * store.stat().st_size)
    assert run_mem("list").code == 5
    refused = run_mem("restore", str(tmp_path / "b.zip"))
    assert refused.code == 2
    done = run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes", "--json")
    assert done.code == 0, done.err
    assert "may be back" in done.err
    assert Path(done.json["copy"]).read_bytes()[:4] == b"\x17" * 4
    assert every_row(lived) == wanted


def test_a_copy_of_the_old_store_goes_back(run_mem: RunMem, lived: Path, tmp_path: Path) -> None:
    assert run_mem("backup", str(tmp_path / "b.zip")).code == 0
    assert run_mem("add", "The attic holds the lamp.").code == 0
    wanted = every_row(lived)
    done = run_mem("restore", str(tmp_path / "b.zip"), "--replace", "--yes", "--json").json
    assert every_row(lived) != wanted
    back = run_mem("restore", done["copy"], "--replace", "--yes", "--json")
    assert back.code == 0, back.err
    assert every_row(lived) == wanted
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (x)")
    other.close()
    assert run_mem("restore", str(tmp_path / "other.db"), "--replace", "--yes").code == 1


def test_nothing_that_is_no_backup_is_restored(run_mem: RunMem, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "b.zip").write_text("hello")
    (tmp_path / "c").mkdir()
    for name in ("a.zip", "b.zip", "c", "nope"):
        refused = run_mem("restore", str(tmp_path / name))
        assert (refused.code, refused.err.count("\n")) == (1, 1), refused.err
    assert json.dumps(run_mem("list", "--documents", "--json").json["documents"]) == "[]"
