"""Whatever reaches the watcher, or does not, the store ends as a fresh import of the folder."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.errors import StoreLocked
from mem.ingest.ledger import Ledger
from mem.ingest.watch import Hint
from mem.ingest.watching.pending import SETTLE_S
from mem.service.sources import keep_in_step, let_be
from mem.testing import FakeEmbedder
from tests.faults.watching import EDITORS, Kept, keeping, note

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept(tmp_path: Path, home: Path) -> Iterator[Kept]:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "first.md").write_text(note(0))
    with keeping(home, folder) as running:
        yield running


def taken_in_twice(kept: Kept, versions: range) -> list[int]:
    """Versions of notes that were embedded more than once."""
    words = Counter(word for text in kept.embedder.embedded for word in text.split())
    return [version for version in versions if words[f"version-{version}-"] > 1]


@pytest.mark.parametrize("save", EDITORS, ids=lambda save: save.__name__)
def test_an_editors_saves(kept: Kept, save: Callable[[Path, str], None]) -> None:
    path = kept.folder / "note.md"
    for version in range(1, 3):
        save(path, note(version))
        kept.wait_for_words(f"version-{version}-")
    for version in range(3, 9):
        save(path, note(version))
    kept.wait_for_words("version-8-")
    kept.wait_until_in_step()
    assert taken_in_twice(kept, range(9)) == []
    identities = kept.assistant.store.database.rows(
        "SELECT count(*) FROM document WHERE uri LIKE '%note.md'"
    )
    assert identities == [(1,)]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("save", EDITORS, ids=lambda save: save.__name__)
def test_an_editors_hundred_saves(kept: Kept, save: Callable[[Path, str], None]) -> None:
    for version in range(1, 101):
        save(kept.folder / f"note{version % 7}.md", note(version))
        time.sleep((version % 5) * 0.15)
    kept.wait_until_in_step()
    assert taken_in_twice(kept, range(101)) == []


def burst(kept: Kept, events: int, files: int, seconds: float) -> None:
    for number in range(1, events + 1):
        place = kept.folder / f"d{number % 10}"
        place.mkdir(exist_ok=True)
        (place / f"n{number % files}.md").write_text(note(number))
    kept.wait_until_in_step(seconds)
    assert taken_in_twice(kept, range(events + 1)) == []


def test_a_burst_of_events(kept: Kept) -> None:
    burst(kept, 1000, 100, 20)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_long_burst_of_events(kept: Kept) -> None:
    burst(kept, 10_000, 5_000, 300)


def test_a_folder_moved_in_renamed_and_out(kept: Kept, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "deep"
    outside.mkdir(parents=True)
    for number in range(5):
        (outside / f"n{number}.md").write_text(note(number + 10))
    (tmp_path / "outside").rename(kept.folder / "in")
    kept.wait_until_in_step()
    ids = identities(kept)
    (kept.folder / "in").rename(kept.folder / "renamed")
    kept.wait_until_in_step()
    assert identities(kept) == ids
    assert all(kept.times_embedded(f"version-{number}-") == 1 for number in range(10, 15))
    (kept.folder / "renamed").rename(tmp_path / "out")
    kept.wait_until_in_step()
    (tmp_path / "out").rename(kept.folder / "back")
    kept.wait_until_in_step()
    assert identities(kept) == ids
    assert all(kept.times_embedded(f"version-{number}-") == 1 for number in range(10, 15))


def identities(kept: Kept) -> list[tuple[object, ...]]:
    return kept.assistant.store.database.rows(
        "SELECT id FROM document WHERE state = 'active' ORDER BY id"
    )


def test_a_file_moved_edited_and_deleted(kept: Kept) -> None:
    ids = identities(kept)
    first, second = kept.folder / "first.md", kept.folder / "second.md"
    first.rename(second)
    kept.wait_until_in_step()
    assert identities(kept) == ids
    second.write_text(note(2))
    kept.wait_for_words("version-2-")
    assert identities(kept) == ids
    second.unlink()
    kept.wait_until_in_step()
    assert identities(kept) == []
    (gone,) = kept.assistant.documents(gone=True)
    assert gone.title == "Note 2"


def test_a_file_that_is_emptied_counts_as_gone(kept: Kept) -> None:
    (kept.folder / "first.md").write_text("")
    kept.wait_until_in_step()
    assert identities(kept) == []


def chat_line(number: int) -> str:
    line = {
        "conversation": "c",
        "session": "s",
        "id": f"m{number}",
        "speaker": "Ada",
        "role": "user",
        "at": f"2025-05-01T10:{number:02}:00",
        "text": f"line-{number}-",
    }
    return json.dumps(line)


def test_a_file_that_grows(kept: Kept) -> None:
    with (kept.folder / "chat.jsonl").open("a") as stream:
        for number in range(10):
            stream.write(chat_line(number) + "\n")
            stream.flush()
            time.sleep(0.05 if number % 3 else 0.7)
    kept.wait_until_in_step()
    assert all(kept.times_embedded(f"line-{number}-") == 1 for number in range(10))


@pytest.mark.parametrize("pause", [0.1, 0.4, 1.2])
def test_a_writer_that_pauses(kept: Kept, pause: float) -> None:
    with (kept.folder / "slow.md").open("w") as stream:
        for part in range(3):
            stream.write(f"# Part {part}\n\npart-{part}- has words.\n\n")
            stream.flush()
            time.sleep(pause)
    kept.wait_until_in_step()
    # A longer pause than that makes versions of their own, each taken in once.
    most = 1 if pause < SETTLE_S else 3
    assert all(1 <= kept.times_embedded(f"part-{part}-") <= most for part in range(3))


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_files_appended_every_second(kept: Kept) -> None:
    chat, log = kept.folder / "chat.jsonl", kept.folder / "log.md"
    for number in range(20):
        for path, line in ((chat, chat_line(number)), (log, f"entry-{number}- of the log.\n")):
            with path.open("a") as stream:
                stream.write(line + "\n")
        time.sleep(1)
    kept.wait_until_in_step()
    assert all(
        kept.holds(f"{kind}-{number}-") for kind in ("line", "entry") for number in range(20)
    )
    # A message is taken in once; of the log, which is one passage, each version at most once.
    assert all(kept.times_embedded(f"line-{number}-") == 1 for number in range(20))
    assert max(Counter(kept.embedder.embedded).values()) == 1


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("pause", [0.2, 1.0, 5.0])
def test_a_writer_that_pauses_within_a_line(kept: Kept, pause: float) -> None:
    lines = "".join(chat_line(number) + "\n" for number in range(6)).encode()
    text = "".join(f"part-{number}- é of the note.\n\n" for number in range(6)).encode()
    cut = text.index("é".encode()) + 1
    for name, content, place in (("chat.jsonl", lines, len(lines) - 40), ("cut.md", text, cut)):
        with (kept.folder / name).open("wb") as stream:
            for piece in (content[:place], content[place : place + 5], content[place + 5 :]):
                stream.write(piece)
                stream.flush()
                time.sleep(pause)
    kept.wait_until_in_step()
    assert all(kept.holds(f"{kind}-{number}-") for kind in ("line", "part") for number in range(6))
    assert all(kept.times_embedded(f"line-{number}-") == 1 for number in range(6))
    assert max(Counter(kept.embedder.embedded).values()) == 1


def lose_reports(kept: Kept) -> None:
    """The system stops reporting, as when its queue is full."""
    kept.watcher._roots._observation.remove(kept.folder)


def test_lost_reports_are_made_good(kept: Kept) -> None:
    lose_reports(kept)
    (kept.folder / "unseen.md").write_text(note(1))
    (kept.folder / "first.md").unlink()
    time.sleep(0.8)
    assert not kept.holds("version-1-")
    # What the library says when the queue of the system ran over.
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    kept.wait_until_in_step()
    assert kept.kinds()["rescan"] >= 2
    lose_reports(kept)
    (kept.folder / "unseen.md").write_text(note(2))
    kept.watcher.hear(Hint(None))
    kept.wait_for_words("version-2-")


def test_an_hourly_look_finds_what_was_never_reported(tmp_path: Path, home: Path) -> None:
    with keeping(home, tmp_path / "notes") as kept:
        lose_reports(kept)
        (kept.folder / "unseen.md").write_text(note(1))
        kept.watcher._roots.sweep_from(0.0)
        kept.wait_until_in_step()


def test_polling(tmp_path: Path, home: Path) -> None:
    with keeping(home, tmp_path / "notes", poll=True) as kept:
        assert kept.kinds()["polling"] == 1
        for version in range(3):
            (kept.folder / "polled.md").write_text(note(version))
            kept.wait_for_words(f"version-{version}-")
        (kept.folder / "polled.md").unlink()
        kept.wait_until_in_step()


def test_a_full_system_is_polled_and_said(tmp_path: Path, home: Path) -> None:
    """A namespace whose limit of watches is lower than the number of folders."""
    folder = tmp_path / "notes"
    for number in range(8):
        (folder / f"d{number}").mkdir(parents=True)
    script = (
        "echo 4 > /proc/sys/user/max_inotify_watches && "
        f"exec {sys.executable} -m tests.faults.limited {home} {folder}"
    )
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "unshare" in done.stderr or "max_inotify_watches" in done.stderr:
        pytest.skip("no user namespace with a limit of its own")
    assert done.returncode == 0, done.stderr
    assert "limit of watched folders" in done.stdout
    assert "found" in done.stdout


def test_the_list_of_sources_is_followed(kept: Kept, tmp_path: Path, home: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.md").write_text(note(1))
    with Assistant.open(home, embedder=FakeEmbedder()) as second:
        keep_in_step(second, str(other))
        kept.wait_for_words("version-1-")
        (other / "o.md").write_text(note(2))
        kept.wait_for_words("version-2-")
        let_be(second, str(other))
        kept.wait_for(lambda: kept.kinds()["unwatched"] == 1, "its removal")
    (other / "o.md").write_text(note(3))
    time.sleep(0.8)
    assert kept.holds("version-2-") and not kept.holds("version-3-")


def test_a_root_that_goes_and_comes_back(kept: Kept, tmp_path: Path) -> None:
    away = tmp_path / "away"
    kept.folder.rename(away)
    kept.wait_for(lambda: kept.kinds()["missing"] == 1, "the message")
    assert kept.holds("version-0-")
    (away / "first.md").write_text(note(1))
    away.rename(kept.folder)
    kept.wait_until_in_step()
    (kept.folder / "first.md").write_text(note(2))
    kept.wait_until_in_step()


def test_a_home_inside_the_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    with keeping(folder / "memory", folder) as kept:
        (folder / "a.md").write_text(note(1))
        kept.wait_for_words("version-1-")
        before = kept.kinds()["changed"]
        time.sleep(1.2)
        assert kept.kinds()["changed"] == before == 1


def test_what_is_kept_out_stays_out(kept: Kept) -> None:
    (kept.folder / ".memignore").write_text("private/\n")
    for name in ("private", ".git", "node_modules"):
        (kept.folder / name).mkdir()
        (kept.folder / name / "x.md").write_text(note(1))
    (kept.folder / "draft.md~").write_text(note(1))
    (kept.folder / "seen.md").write_text(note(2))
    kept.wait_for_words("version-2-")
    time.sleep(0.6)
    assert not kept.holds("version-1-")
    (kept.folder / ".memignore").write_text("nothing/\n")
    kept.wait_until_in_step()
    assert kept.holds("version-1-")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_cannot_be_read_is_tried_again_when_it_can(kept: Kept) -> None:
    path = kept.folder / "shut.md"
    path.write_text(note(1))
    path.chmod(0)
    kept.wait_for(lambda: kept.kinds()["changed"] >= 1, "the failure")
    path.chmod(0o600)
    kept.wait_until_in_step()


def test_a_store_that_is_locked_is_tried_again(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = kept.home.take_in, iter(range(2))

    def take_in(*arguments: object) -> Ledger:
        if next(failures, None) is not None:
            raise StoreLocked("mem.db")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(kept.home, "take_in", take_in)
    (kept.folder / "note.md").write_text(note(1))
    kept.wait_until_in_step(8)
    assert kept.kinds()["retry"] == 2


def test_many_files_copied_in_slowly(kept: Kept, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(30):
        place = source / f"d{number % 3}" / "deep"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"n{number}.md").write_text(note(number + 100))
    shutil.copytree(source, kept.folder / "copy")
    kept.wait_until_in_step()
    assert all(kept.times_embedded(f"version-{number}-") == 1 for number in range(100, 130))


def test_a_single_file_that_is_deleted_is_gone(kept: Kept, tmp_path: Path, home: Path) -> None:
    single = tmp_path / "alone.md"
    single.write_text(note(50))
    with Assistant.open(home, embedder=FakeEmbedder()) as second:
        keep_in_step(second, str(single))
        kept.wait_for_words("version-50-")
        single.unlink()
        kept.wait_for(
            lambda: [one.title for one in second.documents(gone=True)] == ["Note 50"], "its end"
        )
        single.write_text(note(51))
        kept.wait_for_words("version-51-")
        assert second.documents(gone=True) == []


def test_a_placeholder_is_read_when_its_content_comes(kept: Kept) -> None:
    path = kept.folder / "cloud.md"
    with path.open("wb") as file:
        file.truncate(100_000)
    if path.stat().st_blocks:
        pytest.skip("no sparse files here")
    kept.watcher._pace = replace(kept.watcher._pace, placeholders=0.1)
    kept.wait_for(lambda: path in kept.watcher._placeholders, "the placeholder")
    when = path.stat()
    path.write_text(note(60) + "words " * 20_000)
    os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))
    kept.wait_for_words("version-60-")
