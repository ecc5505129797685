"""The schema, the model and the samples travel with the package, however it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mem.store.migrate import known, migrations_folder

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
import mem
from mem.store.migrate import migrations_folder
from mem.assistant import Assistant
print(mem.__file__)
print(migrations_folder())
with Assistant.open(sys.argv[1]) as assistant:
    assistant.remember("The kettle is on the second shelf.")
    print(assistant.stats().vectors)
"""

WHERE = """
from importlib.util import find_spec
found = find_spec("mem")
print(found.origin if found else "nothing")
"""


def run(home: Path, folder: Path | None, program: str = PROGRAM) -> list[str]:
    """What the program prints, with `mem` from `folder`, or from what is installed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if folder is not None:
        environment["PYTHONPATH"] = str(folder)
    done = subprocess.run(
        [sys.executable, "-c", program, str(home)],
        cwd=home.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_in_this_checkout(tmp_path: Path) -> None:
    module, folder, vectors = run(tmp_path / "home", ROOT)
    assert Path(module) == ROOT / "mem" / "__init__.py"
    assert Path(folder) == migrations_folder() == ROOT / "migrations"
    assert vectors == "1"


def test_in_this_installation(tmp_path: Path) -> None:
    """Where what is installed is this checkout, no path has to be set for it."""
    (found,) = run(tmp_path / "home", None, WHERE)
    if found != str(ROOT / "mem" / "__init__.py"):
        pytest.skip(f"what is installed is not this checkout: {found}")
    _, folder, vectors = run(tmp_path / "home", None)
    assert Path(folder) == migrations_folder()
    assert vectors == "1"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_from_a_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*command, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("mem-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"mem/migrations/{name}.py" for name in known()} <= names
    assert {"mem/inference/data/tokenizer.json", "mem/inference/data/NOTICE"} <= names
    assert "mem/samples/questions.json" in names
    assert not any(name.startswith(("tests/", "plugins/")) for name in names)
    target = tmp_path / "site"
    subprocess.run(
        [*command, "install", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
        capture_output=True,
    )
    module, folder, vectors = run(tmp_path / "home", target)
    assert Path(module).is_relative_to(target)
    assert Path(folder) == target / "mem" / "migrations"
    assert vectors == "1"
