"""A home as one file: the store as it stood at one moment, the settings, and the vault as it lies.

The index and the caches are left out, since they are made anew; so are the files of models. The
file appears when it is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mem.assistant import Assistant
from mem.carrying import archive, sealing
from mem.carrying.archive import STORE, VAULT_KEY, Manifest, OnProgress
from mem.carrying.staging import appearing, filling, stage
from mem.core.clock import format_time
from mem.core.files import expanded
from mem.core.version import __version__
from mem.errors import FileUnreadable, StoreError, TargetInHome
from mem.sources.folders import file_uri
from mem.store.backup import snapshot
from mem.store.database import Database
from mem.store.erasing.erase import scrub
from mem.store.erasing.owed import is_owed, settled
from mem.store.migrate import applied
from mem.store.restored import note_backup

# What a manifest counts, by the table.
COUNTED = {
    "documents": "document",
    "passages": "chunk",
    "vectors": "embedding",
    "memories": "memory",
    "episodes": "episode",
    "summaries": "summary",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made. `source` is the folder that is taken in and that it lies in."""

    path: Path
    size: int
    encrypted: bool
    vault: bool
    manifest: Manifest
    source: str | None = None


def make_backup(
    assistant: Assistant,
    given: Path,
    *,
    passphrase: str | None = None,
    force: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> Backup:
    """Write a backup to the file `given`, or into that folder under a name with the date.

    Others may write to the home meanwhile: what is taken is one moment of it. With a passphrase it
    is encrypted. Raises TargetInHome, TargetTaken, PathMissing, NotWritten, StoreFull,
    StoreDamaged, FileUnreadable; no half file is left.
    """
    target = _target(assistant, given)
    with appearing(target, force=force) as stream, stage(assistant.paths) as folder:
        manifest, files = _collected(assistant, folder)
        if passphrase is None:
            archive.write(stream, manifest, files, on_progress)
        else:
            plain = folder / "plain.zip"
            with filling(folder), plain.open("wb") as packed:
                archive.write(packed, manifest, files, on_progress)
            sealing.seal(plain, stream, passphrase)
    _note(assistant, manifest.made_at)
    return Backup(
        path=target,
        size=target.stat().st_size,
        encrypted=passphrase is not None,
        vault=manifest.member(VAULT_KEY) is not None,
        manifest=manifest,
        source=_source_around(assistant, target),
    )


def _target(assistant: Assistant, given: Path) -> Path:
    """The file to write. Raises TargetInHome."""
    target = expanded(given).absolute()
    if target.is_dir():
        target /= f"mem-backup-{assistant.clock.now():%Y-%m-%dT%H%M%S}.zip"
    paths = assistant.paths
    real = target.parent.resolve()
    for home in (paths.config, paths.data, paths.cache):
        folder = home.resolve()
        if real == folder or folder in real.parents:
            raise TargetInHome(str(target), str(home))
    return target


def _collected(assistant: Assistant, folder: Path) -> tuple[Manifest, dict[str, Path]]:
    """A copy of every member in `folder`, and the manifest of them."""
    copy = folder / STORE
    files = {STORE: copy}
    with filling(folder):
        snapshot(assistant.store.database, copy)
        steps, counts = _settled_copy(copy)
        for name, place in assistant.paths.carried.items():
            data = _read(place)
            if data is not None:
                files[name] = folder / name
                files[name].write_bytes(data)
    members = tuple(archive.measured(name, path) for name, path in files.items())
    made_at = format_time(assistant.clock.utc())
    return Manifest(made_at, __version__, tuple(steps), counts, members), files


def _read(path: Path) -> bytes | None:
    """The bytes of a file; None where there is none. Raises FileUnreadable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or str(error)) from error


def _settled_copy(copy: Path) -> tuple[list[str], dict[str, int]]:
    """The steps and counts of a copied store, in which no forgetting is left half done."""
    database = Database(copy)
    try:
        if is_owed(database):
            # Another process has destroyed rows, and has yet to scrub what they leave in pages.
            scrub(database)
            with database.transaction() as connection:
                settled(connection)
        steps, counts = applied(database.connection), counts_of(database)
        database.connection.execute("PRAGMA journal_mode = DELETE")
        return steps, counts
    finally:
        database.close()


def counts_of(database: Database) -> dict[str, int]:
    """How many documents, passages and so on a store holds."""
    return {
        name: int(str(database.rows(f"SELECT count(*) FROM {table}")[0][0]))
        for name, table in COUNTED.items()
    }


def _note(assistant: Assistant, made_at: str) -> None:
    """Note when the last backup was made, where the home can be written."""
    database = assistant.store.database
    if database.read_only:
        return
    try:
        with database.transaction() as connection:
            note_backup(connection, made_at)
    except StoreError:
        # The backup stands; that its date is not noted is worth no failure.
        return


def _source_around(assistant: Assistant, target: Path) -> str | None:
    """The source that the file lies in, if any."""
    inside = {file_uri(one) for one in target.resolve().parents}
    return next((one.uri for one in assistant.sources() if one.uri in inside), None)
