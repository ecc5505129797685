"""A file from a stranger touches nothing: every way in which a backup can be wrong is told."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.carrying import archive
from mem.carrying.backup import make_backup
from mem.carrying.opening import opened_backup
from mem.errors import BackupDamaged, BackupTooNew, MemError, NotABackup, StoreFull
from mem.settings.paths import Paths
from mem.store.migrate import known, migrate, migrations_folder
from mem.testing import FakeEmbedder

Change = Callable[[dict[str, bytes], dict[str, Any]], None]


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("backup")
    with Assistant.open(base / "home", embedder=FakeEmbedder()) as assistant:
        assistant.remember("The attic holds the lamp.")
        (base / "home" / "config.toml").write_text('[user]\nnames = ["Ann"]\n')
        return make_backup(assistant, base / "b.zip").path


def changed(backup: Path, target: Path, change: Change) -> Path:
    """The backup with its members and manifest as `change` leaves them, hashes put right."""
    with zipfile.ZipFile(backup) as source:
        members = {name: source.read(name) for name in source.namelist()}
    said = json.loads(members.pop(archive.MANIFEST))
    change(members, said)
    for one in said["members"]:
        if one["name"] in members and one.get("sha256") != "kept":
            data = members[one["name"]]
            one.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(archive.MANIFEST, json.dumps(said))
        for name, data in members.items():
            made.writestr(name, data)
    return target


def refused(path: Path, home: Path) -> MemError:
    """Why a file is not restored; nothing of it is left anywhere."""
    with pytest.raises(MemError) as caught, opened_backup(Paths.of(home), path, lambda: ""):
        pass
    left = [one for one in home.rglob("*") if one.is_file()] if home.exists() else []
    assert left == []
    assert not list(home.rglob("backup-*"))
    return caught.value


def test_a_sound_one_opens(backup: Path, tmp_path: Path) -> None:
    same = changed(backup, tmp_path / "b.zip", lambda members, said: None)
    with opened_backup(Paths.of(tmp_path / "home"), same, lambda: "") as found:
        assert found.manifest.counts["documents"] == 1
        assert list(found.files) == ["config.toml"]
    assert not list((tmp_path / "home").rglob("backup-*"))


def in_store(*statements: str) -> Change:
    def change(members: dict[str, bytes], said: dict[str, Any]) -> None:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(members["mem.db"])
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        members["mem.db"] = connection.serialize()
        connection.close()

    return change


def put(name: str, data: bytes) -> Change:
    def change(members: dict[str, bytes], said: dict[str, Any]) -> None:
        if name not in members:
            said["members"].append({"name": name})
        members[name] = data

    return change


def say(**values: object) -> Change:
    return lambda members, said: said.update(values)


def drop(name: str) -> Change:
    def change(members: dict[str, bytes], said: dict[str, Any]) -> None:
        del members[name]

    return change


def wrong_hash(members: dict[str, bytes], said: dict[str, Any]) -> None:
    said["members"][0]["sha256"] = "kept"


def wrong_size(members: dict[str, bytes], said: dict[str, Any]) -> None:
    said["members"][0].update(sha256="kept", size=17)


EVIL = "CREATE TRIGGER evil AFTER INSERT ON document BEGIN DELETE FROM chunk; END"
WRONG: dict[str, Change] = {
    "a name that leads out": put("../../evil", b"x"),
    "an absolute name": put("/tmp/evil", b"x"),
    "a name of no member": put("other.db", b"x"),
    "a member too few": drop("config.toml"),
    "no store": drop("mem.db"),
    "another hash": wrong_hash,
    "another size": wrong_size,
    "settings that are none": put("config.toml", b"[user\n"),
    "settings that are no text": put("config.toml", b"\xff\xfe"),
    "a vault that is none": put("vault.json", b"[]"),
    "a store that is none": put("mem.db", b"hello"),
    "an empty store": put("mem.db", b""),
    "a trigger of somebody's": in_store(EVIL),
    "a view of somebody's": in_store("CREATE VIEW evil AS SELECT 1"),
    "a table more": in_store("CREATE TABLE evil (x)"),
    "no key": in_store("DELETE FROM setting WHERE key = 'tombstone_key'"),
    "a key that is none": in_store("UPDATE setting SET value = 'x' WHERE key = 'secret_key'"),
    "rows of nothing": in_store("INSERT INTO embedding VALUES (99, 'f', x'00')"),
    "other steps than it says": say(migrations=[]),
    "no counts": say(counts=None),
    "a date that is none": say(made_at="soon"),
    "another format": say(format="other"),
    "a version that is none": say(version="x"),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=list(WRONG))
def test_a_wrong_one_is_damaged(change: Change, backup: Path, tmp_path: Path) -> None:
    path = changed(backup, tmp_path / "b.zip", change)
    assert isinstance(refused(path, tmp_path / "home"), BackupDamaged)
    assert not (tmp_path / "evil").exists()


def test_newer_ones_are_refused_by_name(backup: Path, tmp_path: Path) -> None:
    steps = say(mem="9.1", migrations=["0001_documents", "9999_future"])
    for change in (steps, say(mem="9.1", version=2)):
        error = refused(changed(backup, tmp_path / "b.zip", change), tmp_path / "home")
        assert isinstance(error, BackupTooNew)
        assert "newer mem 9.1" in str(error)


def test_a_cut_one_is_damaged_wherever_it_ends(backup: Path, tmp_path: Path) -> None:
    data = backup.read_bytes()
    path = tmp_path / "b.zip"
    for end in (0, 20, 44, 45, 60, 900, len(data) // 2, len(data) - 30, len(data) - 1):
        path.write_bytes(data[:end])
        error = refused(path, tmp_path / "home")
        assert isinstance(error, BackupDamaged if end > 44 else NotABackup), end


def test_a_flipped_bit_is_damage(backup: Path, tmp_path: Path) -> None:
    """Save in a date or in bits that pack nothing: every hash is right then."""
    data = bytearray(backup.read_bytes())
    path, home = tmp_path / "b.zip", Paths.of(tmp_path / "home")
    damaged = 0
    for place in range(2000, len(data) - 400, len(data) // 12):
        data[place] ^= 4
        path.write_bytes(data)
        try:
            with opened_backup(home, path, lambda: ""):
                pass
        except BackupDamaged:
            damaged += 1
        data[place] ^= 4
    assert damaged >= 8


def rewritten(backup: Path, target: Path, edit: Callable[[zipfile.ZipInfo], None]) -> Path:
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(target, "w") as made:
        for entry in source.infolist():
            data = source.read(entry)
            edit(entry)
            made.writestr(entry, data)
    return target


def test_links_are_no_members(backup: Path, tmp_path: Path) -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        if entry.filename == "config.toml":
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    path = rewritten(backup, tmp_path / "b.zip", link)
    assert isinstance(refused(path, tmp_path / "home"), BackupDamaged)


def test_two_members_of_one_name(backup: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(backup.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as more:
        more.writestr("config.toml", b"")
    assert isinstance(refused(path, tmp_path / "home"), BackupDamaged)


def bomb(tmp_path: Path, size: int) -> Path:
    """A store of so many zeros, whose hash is right."""
    digest, block = hashlib.sha256(), bytes(1024 * 1024)
    for _ in range(size // len(block)):
        digest.update(block)
    said = {
        "format": "mem-backup",
        "version": 1,
        "made_at": "2025-01-01T00:00:00Z",
        "mem": "0",
        "counts": {},
        "migrations": [],
        "members": [{"name": "mem.db", "size": size, "sha256": digest.hexdigest()}],
    }
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr(archive.MANIFEST, json.dumps(said))
        with made.open("mem.db", "w") as member:
            for _ in range(size // len(block)):
                member.write(block)
    return path


def test_what_packs_too_well_is_not_unpacked(tmp_path: Path) -> None:
    error = refused(bomb(tmp_path, 128 * 1024 * 1024), tmp_path / "home")
    assert "larger than any such file" in str(error)


def test_no_room_is_told_before_anything_is_unpacked(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000}))
    assert isinstance(refused(backup, tmp_path / "home"), StoreFull)


def test_a_member_that_grows_is_cut(backup: Path) -> None:
    """The directory of a zip may lie about sizes: no byte more than the manifest's is written."""

    class Endless:
        def open(self, name: str) -> io.BytesIO:
            return io.BytesIO(bytes(10_000))

    target = io.BytesIO()
    with pytest.raises(ValueError, match="not what its manifest says"):
        archive.take_out(Endless(), archive.Member("mem.db", 100, ""), target)  # type: ignore[arg-type]
    assert len(target.getvalue()) <= 100


def parts_of(steps: Sequence[str], folder: Path) -> set[tuple[str, str]]:
    """(type, name) of every table and index of a store that has been through those steps."""
    (folder / "steps").mkdir(parents=True)
    for step in steps:
        shutil.copy(migrations_folder() / f"{step}.py", folder / "steps")
    migrate(folder / "mem.db", folder, folder=folder / "steps")
    with closing(sqlite3.connect(folder / "mem.db")) as connection:
        rows = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'index') AND sql NOTNULL"
        )
        return set(rows)


def test_an_older_store_is_brought_up_to_date(backup: Path, tmp_path: Path) -> None:
    """Of a time before the steps that only added tables and indexes."""
    since = parts_of(known(), tmp_path / "new") - parts_of(known()[:7], tmp_path / "old")

    def older(members: dict[str, bytes], said: dict[str, Any]) -> None:
        said["migrations"] = known()[:7]
        in_store(
            *(f"DROP {kind} IF EXISTS {name}" for kind, name in sorted(since)),
            f"DELETE FROM _sqlite_migrations WHERE name > '{known()[6]}'",
        )(members, said)

    path = changed(backup, tmp_path / "b.zip", older)
    with opened_backup(Paths.of(tmp_path / "home"), path, lambda: "") as found:
        assert found.upgraded == tuple(known()[7:])
