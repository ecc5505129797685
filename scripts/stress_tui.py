"""Two UIs and a watcher on one home, with random actions: `python scripts/stress_tui.py [MINUTES]`.

Each UI is a process of its own that presses random keys; the watcher is `mem watch` on a folder
whose notes are written, changed and removed meanwhile. Every change that a UI made and was told of
is looked for in the journal at the end. Prints JSON; the exit code is 1 where anything went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_WORDS = ["boiler", "joel", "garden", "train", "passport", "invoice", "lantern", "heron"]
_KEYS: dict[str, tuple[str, ...]] = {
    "ask": ("h", "escape", "f", "escape", "b"),
    "browse": ("down", "pagedown", "end", "home", "v", "o", "z", "escape", "x", "up", "tab", "y"),
    "memory": ("down", "p", "e", "a", "r", "A", "l", "m", "u", "pagedown", "C", "s", "f", "D"),
    "review": ("a", "r", "s", "u", "e", "m", "enter"),
    "timeline": ("left", "right", "enter", "backspace", "v", "p", "tab", "down"),
    "people": ("down", "M", "S", "u", "t", "b", "m"),
    "prune": ("plus", "minus", "w", "asterisk", "space", "a", "u"),
    "sources": ("down", "r", "c", "w", "v", "b"),
    "health": ("r", "m"),
}


async def drive(home: Path, seed: int, seconds: float) -> dict[str, Any]:
    """Press keys at random; what was told, and what the keys did."""
    from mem.core.threads import Threads
    from mem.tui.app import MemApp
    from mem.tui.opening import open_home

    chance, told, presses, made = random.Random(seed), [], 0, record()
    app = MemApp(lambda given: open_home(given or str(home)))
    notify = app.notify

    def hear(message: str, **how: Any) -> None:
        told.append((str(how.get("severity", "")), message))
        notify(message, **how)

    app.notify = hear  # type: ignore[method-assign, assignment]
    surprises: list[str] = []
    surprised = app._surprised

    def note(error: Exception) -> None:
        surprises.append("".join(traceback.format_exception(error)[-12:]))
        surprised(error)

    app._threads = Threads(5, note)
    async with app.run_test(size=chance.choice([(80, 24), (120, 40), (200, 60)])) as pilot:
        until = time.monotonic() + seconds
        while time.monotonic() < until and app._exit is False:
            presses += 1
            await act(app, pilot, chance)
            await asyncio.sleep(chance.random() * 0.15)
        for _ in range(600):
            if not app._newest:
                break
            await asyncio.sleep(0.05)
        stuck = [type(one).__name__ for one in app._newest.values()]
    return {
        "presses": presses,
        "told": told,
        "stuck": stuck,
        "made": made,
        "surprises": surprises,
    }


async def act(app: Any, pilot: Any, chance: random.Random) -> None:
    """Do one thing that a person may do on the screen that is shown."""
    from textual.widgets import Input

    from mem.tui.actions import SCREENS
    from mem.tui.screens.base import MemScreen

    top = app.screen
    if not isinstance(top, MemScreen):
        await answer(app, pilot, chance)
    elif isinstance(app.focused, Input):
        app.focused.value = chance.choice(_WORDS)
        await pilot.press(chance.choice(["escape", "enter"]))
    elif chance.random() < 0.12:
        app.action_go(chance.choice(SCREENS).name)
    elif chance.random() < 0.05:
        await pilot.press("slash")
    elif chance.random() < 0.03:
        await pilot.resize_terminal(*chance.choice([(60, 20), (80, 24), (200, 60)]))
    else:
        await pilot.press(chance.choice(_KEYS[top.NAME]))


def record() -> list[tuple[str, int]]:
    """From now on, (act, number in the journal) of every change that an act of this process made.

    An act that changed nothing has none; one that was refused is not counted.
    """
    from mem.store.memory.operation import Operation
    from mem.tui.memory_jobs import ACTS

    made: list[tuple[str, int]] = []
    here = threading.local()
    close = Operation.close

    def closed(operation: Operation) -> None:
        close(operation)
        if operation.number is not None and hasattr(here, "numbers"):
            here.numbers.append(operation.number)

    def noted(name: str, act: Any) -> Any:
        def do(*given: Any) -> str:
            here.numbers = []
            sentence: str = act(*given)
            made.extend((name, number) for number in here.numbers)
            return sentence

        return do

    Operation.close = closed  # type: ignore[method-assign]
    ACTS.update({name: noted(name, act) for name, act in list(ACTS.items())})
    return made


async def answer(app: Any, pilot: Any, chance: random.Random) -> None:
    """Something on top: pick, type, agree or leave."""
    from mem.tui.widgets.dialogs import Confirm, Picker, Prompt

    top = app.screen
    if isinstance(top, Prompt) and chance.random() < 0.7:
        words = f"The lamp of {chance.choice(_WORDS)} is number {chance.randrange(10_000)}."
        top.query_one("Input").value = words
        await pilot.press("enter")
    elif isinstance(top, Picker) and chance.random() < 0.8:
        await pilot.press(*["down"] * chance.randrange(4), "enter")
    elif isinstance(top, Confirm):
        await pilot.press(chance.choice(["y", "n", "escape"]))
    else:
        await pilot.press("escape")


def play_with(folder: Path, chance: random.Random) -> None:
    """One change in the watched folder."""
    place = folder / f"note-{chance.randrange(40)}.md"
    if place.exists() and chance.random() < 0.3:
        place.unlink()
    else:
        words = " ".join(chance.choices(_WORDS, k=12))
        place.write_text(f"# Note\n\nI live in {words.title()}.\n\n{words} {chance.random()}.\n")


def check(home: Path, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Every change that was made is in the journal, and the doctor finds nothing."""
    from collections import Counter

    from mem.assistant import Assistant

    made = [(act, number) for one in results for act, number in one["made"]]
    with Assistant.open(home) as assistant:
        rows = assistant.store.database.rows("SELECT pk FROM journal")
        kept = {int(str(row[0])) for row in rows}
        findings = [one.message for one in assistant.doctor() if one.severity == "error"]
        chunks = assistant.stats().chunks
    lost = [(act, number) for act, number in made if number not in kept]
    return {
        "made": dict(Counter(act for act, _ in made)),
        "lost": lost,
        "findings": findings,
        "chunks": chunks,
    }


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split(":", maxsplit=1)[0])
    parser.add_argument("minutes", nargs="?", type=float, default=10.0)
    parser.add_argument("--drive", nargs=3, metavar=("HOME", "SEED", "SECONDS"))
    given = parser.parse_args()
    if given.drive:
        home, seed, seconds = given.drive
        print(json.dumps(asyncio.run(drive(Path(home), int(seed), float(seconds)))))
        return 0
    with tempfile.TemporaryDirectory() as place:
        return stress(Path(place), given.minutes * 60)


def stress(place: Path, seconds: float) -> int:
    """Two UIs, a watcher and a folder that changes, for so long."""
    from mem.assistant import Assistant
    from mem.service.sources import keep_in_step
    from tests.functional.tui_support import build_home

    home, folder, chance = build_home(place / "home"), place / "notes", random.Random(1)
    folder.mkdir()
    with Assistant.open(home) as assistant:
        keep_in_step(assistant, str(folder))
    environment = {**os.environ, "MEM_HOME": str(home), "PYTHONPATH": str(ROOT)}
    log = (place / "watch.log").open("w+", encoding="utf-8")
    watcher = subprocess.Popen(
        [sys.executable, "-m", "mem", "watch"], env=environment, stdout=log, stderr=log
    )
    uis = [
        subprocess.Popen(
            [sys.executable, __file__, "--drive", str(home), str(seed), str(seconds)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2)
    ]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        play_with(folder, chance)
        time.sleep(0.5 + chance.random() * 2)
    ended = [one.communicate(timeout=180) for one in uis]
    watcher.send_signal(signal.SIGTERM)
    watched = watcher.wait(timeout=60)
    log.seek(0)
    return report(home, ended, watched, log.read())


def report(home: Path, ended: list[tuple[str, str]], watched: int, log: str) -> int:
    """Say what came of it; 1 where anything went wrong."""
    results = [json.loads(out) for out, _ in ended if out]
    found = check(home, results)
    errors = sorted({m for one in results for kind, m in one["told"] if kind == "error"})
    wrong = {
        "tracebacks": [error[-2000:] for _, error in ended if "Traceback" in error],
        "internal": [one for result in results for one in result["surprises"]],
        "stuck": [one["stuck"] for one in results if one["stuck"]],
        "lost": found["lost"],
        "findings": found["findings"],
        "watcher": [log[-2000:]] if watched or "Traceback" in log else [],
        "missing": [] if len(results) == len(ended) else [error[-2000:] for _, error in ended],
    }
    print(
        json.dumps(
            {
                "presses": [one["presses"] for one in results],
                "changes": found["made"],
                "chunks": found["chunks"],
                "watcher_lines": log.count("\n"),
                "refusals": [m for m in errors if "Internal error" not in m],
                "wrong": {name: value for name, value in wrong.items() if value},
            },
            indent=2,
        )
    )
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
