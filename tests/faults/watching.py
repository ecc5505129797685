"""A watcher at work in a thread, the ways editors save, and what the store must hold afterwards."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mem.assistant import Assistant
from mem.ingest.watching.parts import Pace, WatchEvent
from mem.ingest.watching.watcher import Watcher
from mem.service.keeping import WatchedHome
from mem.service.sources import keep_in_step
from mem.testing import FakeEmbedder

SOON_S = 3.0
"""From a save to a search that finds it."""

Row = tuple[object, ...]


class Kept:
    """A home being kept in step with `folder`."""

    def __init__(self, assistant: Assistant, embedder: FakeEmbedder, folder: Path) -> None:
        self.assistant = assistant
        self.embedder = embedder
        self.folder = folder
        self.events: list[WatchEvent] = []
        self.home = WatchedHome(assistant, consolidate=False)
        self.watcher: Watcher

    def kinds(self) -> Counter[str]:
        return Counter(event.kind for event in list(self.events))

    def holds(self, words: str) -> bool:
        """Whether a passage of a document that is there has these words."""
        rows = self.assistant.store.database.rows(
            "SELECT 1 FROM chunk JOIN document ON document.id = document_id "
            "WHERE document.state = 'active' AND instr(text, ?)",
            (words,),
        )
        return bool(rows)

    def wait_for(self, condition: Callable[[], bool], what: str, seconds: float = SOON_S) -> float:
        """Seconds until the condition holds; fails when it takes too long."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
            time.sleep(0.02)
        return time.monotonic() - began

    def wait_for_words(self, words: str) -> float:
        """Seconds until a search could find these words."""
        return self.wait_for(lambda: self.holds(words), words)

    def wait_until_in_step(self, seconds: float = SOON_S) -> None:
        """Wait until the store holds what a fresh import of the folder holds."""
        wanted = fresh(self.folder)
        self.wait_for(lambda: active_rows(self.assistant) == wanted, "in step", seconds)

    def times_embedded(self, words: str) -> int:
        return sum(words in text for text in self.embedder.embedded)


def active_rows(assistant: Assistant) -> list[Row]:
    """Every passage of every document that is there."""
    return assistant.store.database.rows(
        "SELECT document.uri, chunk.seq, chunk.text FROM chunk "
        "JOIN document ON document.id = document_id WHERE document.state = 'active' ORDER BY 1, 2"
    )


def fresh(folder: Path) -> list[Row]:
    """What an import of the folder into an empty home leaves."""
    import tempfile

    with (
        tempfile.TemporaryDirectory() as home,
        Assistant.open(home, embedder=FakeEmbedder()) as assistant,
    ):
        assistant.ingest(folder)
        return active_rows(assistant)


@contextmanager
def keeping(home: Path, folder: Path, *, poll: bool = False) -> Iterator[Kept]:
    """A watcher on `folder`, past its first import; its failures fail the test."""
    embedder = FakeEmbedder()
    folder.mkdir(parents=True, exist_ok=True)
    failures: list[BaseException] = []
    with Assistant.open(home, embedder=embedder) as assistant:
        keep_in_step(assistant, str(folder))
        kept = Kept(assistant, embedder, folder)
        kept.watcher = Watcher(
            kept.home,
            kept.events.append,
            poll=poll,
            pace=Pace(sources=0.1, polling=0.2, share=0.2, after_loss=0.1, retry=0.2),
        )

        def run() -> None:
            try:
                kept.watcher.run()
            except BaseException as error:
                failures.append(error)
                raise

        thread = threading.Thread(target=run)
        thread.start()
        try:
            kept.wait_for(lambda: bool(kept.kinds()["scanned"] or failures), "first import", 20)
            yield kept
        finally:
            kept.watcher.stop()
            thread.join(20)
        assert not thread.is_alive()
        assert failures == []
        assert kept.events[-1].kind == "stopped"


def save_as_vim(path: Path, text: str) -> None:
    """Swap file, a probe called 4913, the old file renamed to a backup, a new one written."""
    swap, probe = path.with_name(f".{path.name}.swp"), path.with_name("4913")
    backup = path.with_name(path.name + "~")
    swap.write_text("swap")
    probe.touch()
    probe.unlink()
    if path.exists():
        path.rename(backup)
    path.write_text(text)
    backup.unlink(missing_ok=True)
    swap.unlink()


def save_as_emacs(path: Path, text: str) -> None:
    """A lock that is a dangling link, an autosave, the backup kept, a new file."""
    lock, auto = path.with_name(f".#{path.name}"), path.with_name(f"#{path.name}#")
    lock.symlink_to("someone@machine.1")
    auto.write_text(text[: len(text) // 2])
    if path.exists():
        path.replace(path.with_name(path.name + "~"))
    path.write_text(text)
    auto.unlink()
    lock.unlink()


def save_in_place(path: Path, text: str) -> None:
    """Truncated, then written in two parts (VS Code, nano)."""
    with path.open("w") as stream:
        stream.flush()
        time.sleep(0.01)
        stream.write(text[: len(text) // 2])
        stream.flush()
        stream.write(text[len(text) // 2 :])
        stream.flush()
        os.fsync(stream.fileno())


def save_by_replacing(path: Path, text: str) -> None:
    """A temporary file beside it takes its place (gedit, Obsidian Sync, many more)."""
    fresh_one = path.with_name(f"{path.stem}-{time.monotonic_ns()}.new.md")
    fresh_one.write_text(text)
    fresh_one.replace(path)


def save_safely(path: Path, text: str) -> None:
    """Written aside; the old one moved away, the new one moved in (JetBrains)."""
    aside, old = path.with_name(path.name + "___jb_tmp___"), path.with_name(path.name + "_jb_old_")
    aside.write_text(text)
    if path.exists():
        path.rename(old)
    aside.rename(path)
    old.unlink(missing_ok=True)


EDITORS = (save_as_vim, save_as_emacs, save_in_place, save_by_replacing, save_safely)


def note(number: int, text: str = "") -> str:
    """A note of its own words."""
    return f"# Note {number}\n\nversion-{number}- {text or 'of the note'} ends here.\n"
