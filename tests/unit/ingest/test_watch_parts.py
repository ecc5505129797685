"""What the watcher is made of: looking through, naming network drives, one for each home, order."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.protocols import FileEntry
from mem.errors import AmbiguousId, NotWatched, PathMissing, WatcherRunning
from mem.ingest.watch import Hint, Observation, Unobservable, is_remote
from mem.ingest.watching.roots import outermost
from mem.service.keeping import WatchedHome, one_pass
from mem.service.lock import holder_of, watching
from mem.service.sources import keep_in_step, let_be
from mem.settings.config import Settings
from mem.settings.paths import Paths
from mem.sources.folders import is_left_out_by_name, walk
from mem.store.watched import WatchedSource
from mem.testing import FakeEmbedder, FixedClock

CLOCK = FixedClock(datetime(2025, 12, 1, 9))
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /mnt/far nfs4 rw 0 0
/dev/sdb1 /mnt/far/near ext4 rw 0 0
//box/share /mnt/my\\040share cifs rw 0 0
me@there: /mnt/ssh fuse.sshfs rw 0 0
"""


def entries(root: Path, only: list[Path] | None) -> list[str]:
    found = walk(root, only=only)
    return [str(one.path.relative_to(root)) for one in found if isinstance(one, FileEntry)]


def test_a_part_of_a_folder_is_judged_as_in_the_whole(notes: Path) -> None:
    (notes / ".memignore").write_text("deep/secret.txt\n")
    (notes / "deep" / "secret.txt").write_text("not for memory")
    (notes / "deeper").mkdir()
    (notes / "deeper" / "x.md").write_text("x")
    assert entries(notes, [notes / "deep"]) == ["deep/note.txt"]
    assert entries(notes, [notes / "deep" / "secret.txt"]) == []
    assert entries(notes, [notes / "bread.md", notes / "deeper" / "x.md"]) == [
        "bread.md",
        "deeper/x.md",
    ]
    assert entries(notes, [notes / "missing.md"]) == []
    assert entries(notes, []) == []
    assert entries(notes, [notes]) == entries(notes, None)


def test_names_that_a_walk_leaves_out() -> None:
    root = Path("/n")

    def out(name: str, *, folder: bool = False) -> bool:
        return is_left_out_by_name(root, root / name, folder=folder)

    assert out(".git/x.md") and out("a.md~") and out("node_modules", folder=True) and out(".x")
    assert not out("a.md") and not out("x~", folder=True) and not out("x~/a.md")
    assert not out(".memignore") and not out("")


def test_a_sweep_names_what_differs(assistant: Assistant, notes: Path) -> None:
    home = WatchedHome(assistant)
    assert len(home.differing(notes, [notes])) == 3
    assistant.ingest(notes)
    assert home.differing(notes, [notes]) == []
    (notes / "bread.md").write_text("# Bread\n\nRye.\n")
    (notes / "new.md").write_text("# New\n\nNew.\n")
    (notes / "deep" / "note.txt").unlink()
    wanted = {notes / "bread.md", notes / "new.md", notes / "deep" / "note.txt"}
    assert set(home.differing(notes, [notes])) == wanted
    assert home.differing(notes, [notes / "deep"]) == [notes / "deep" / "note.txt"]
    with pytest.raises(PathMissing):
        home.differing(notes / "nowhere", [notes])


def test_a_refresh_reads_parts_and_adds_no_source(assistant: Assistant, notes: Path) -> None:
    assistant.ingest(notes)
    (notes / "bread.md").write_text("# Bread\n\nRye.\n")
    (notes / "2025-03-04 garden.md").unlink()
    (notes / "unasked.md").write_text("# Unasked\n\nWords.\n")
    ledger = assistant.importer().refresh(
        notes, [notes / "bread.md", notes / "2025-03-04 garden.md"]
    )
    assert (ledger.added, ledger.updated, ledger.gone) == (0, 1, 1)
    assert [source.uri for source in assistant.sources()] == [notes.as_uri()]


def test_sources_are_watched_and_let_be(assistant: Assistant, notes: Path) -> None:
    with pytest.raises(PathMissing):
        keep_in_step(assistant, str(notes / "nowhere"))
    first = keep_in_step(assistant, str(notes))
    assert keep_in_step(assistant, str(notes), polled=True).polled
    other = keep_in_step(assistant, str(notes / "bread.md"))
    assert (first.kind, other.kind) == ("folder", "file")
    assert len(assistant.store.watched.all()) == 2
    assert let_be(assistant, str(notes)).id == first.id
    assert let_be(assistant, other.id[:8]).id == other.id
    with pytest.raises(NotWatched):
        let_be(assistant, str(notes))
    keep_in_step(assistant, str(notes))
    keep_in_step(assistant, str(notes / "bread.md"))
    with pytest.raises((AmbiguousId, NotWatched)):
        let_be(assistant, "s")
    assistant.ingest(notes)
    assistant.forget(assistant.forget_preview(source=str(notes)))
    assert [source.id for source in assistant.store.watched.all()] == [other.id]


def test_one_pass(assistant: Assistant, notes: Path) -> None:
    keep_in_step(assistant, str(notes))
    keep_in_step(assistant, str(notes / "deep"))
    home = WatchedHome(assistant, consolidate=False)
    told: list[str] = []
    assert one_pass(home, lambda event: told.append(event.kind), lambda progress: None)
    assert told == ["scanned"]
    notes.rename(notes.with_name("away"))
    assert not one_pass(home, lambda event: told.append(event.kind), lambda progress: None)
    assert told == ["scanned", "missing"]
    assert assistant.documents(gone=True) == []


def test_a_large_store_gets_its_index(home: Path, notes: Path) -> None:
    settings = Settings(index_exact_below=0)
    with Assistant.open(home, settings=settings, embedder=FakeEmbedder()) as assistant:
        watched = WatchedHome(assistant, consolidate=False)
        assistant.ingest(notes)
        assert watched.rest() is False
        (notes / "new.md").write_text("# New\n\nWords.\n")
        assistant.ingest(notes)
        watched.rest()
        with assistant.chroma() as chroma:
            assert chroma.is_current
            assert chroma.count() == assistant.embeddings.count()


def test_a_source_inside_another_is_watched_with_it() -> None:
    def source(place: str) -> WatchedSource:
        return WatchedSource(place, f"file://{place}", "folder", "", polled=False)

    listed = [source(place) for place in ("/a", "/a/b", "/ab", "/c/d")]
    assert [one.id for one in outermost(listed)] == ["/a", "/ab", "/c/d"]


def test_one_watcher_a_home(home: Path) -> None:
    paths = Paths.of(home)
    paths.create()
    assert holder_of(paths) is None
    with watching(paths, CLOCK):
        holder = holder_of(paths)
        assert holder is not None and holder.process == os.getpid()
        with pytest.raises(WatcherRunning, match=str(os.getpid())), watching(paths, CLOCK):
            raise AssertionError
        assert holder_of(paths) == holder
    assert holder_of(paths) is None
    with watching(paths, CLOCK):
        assert holder_of(paths) is not None


def test_network_drives_are_known(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    remote = {
        place: is_remote(Path(place), mounts)
        for place in ("/home", "/mnt/far/n", "/mnt/far/near/n", "/mnt/my share", "/mnt/ssh/a")
    }
    assert list(remote.values()) == [False, True, False, True, True]
    assert not is_remote(tmp_path, tmp_path / "no such list")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE, errno.ENOMEM])
def test_limits_of_the_system_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*arguments: object, **options: object) -> Callable[[], None]:
        raise OSError(code, os.strerror(code))

    hints: list[Hint] = []
    observation = Observation(hints.append)
    monkeypatch.setattr(observation, "_schedule", refuse)
    with pytest.raises(Unobservable, match=r"limit|cannot watch"):
        observation.add(tmp_path)
    assert not observation.is_complete()
    observation.close()
    assert hints == []
