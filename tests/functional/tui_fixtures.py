"""A home with the samples, built once for all tests of the UI, and copies of it to change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import FIXED_NOW


@pytest.fixture
def sample_home(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A copy that the test may change, of what the first test of all processes built."""
    from filelock import FileLock

    from tests.functional.tui_support import build_home, copy_of

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    built = shared / "tui-samples"
    with FileLock(shared / "tui-samples.lock"):
        if not (built / "done").exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("MEM_NOW", FIXED_NOW)
                build_home(built)
            (built / "done").touch()
    return copy_of(built, tmp_path / "samples-home")
