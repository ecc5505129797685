"""What every `mem bench` shares: where its homes lie, and its figures as lines, JSON or a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mem.cli.diagnostics import ExitCode


def tell(
    bench: str, figures: Mapping[str, Any], lines: Sequence[str], *, json: bool, out: str | None
) -> ExitCode:
    """Print what was measured; `out` names a file that is replaced where it exists."""
    from mem.cli.output import SCHEMA, emit, emit_json

    if out is not None:
        from mem.bench.results import write
        from mem.cli import session

        write(Path(out), bench, figures, date=session.clock().now().date())
    if json:
        emit_json({"schema": SCHEMA, **figures})
    else:
        emit(list(lines))
    return ExitCode.OK


def doubt(found: Iterable[str]) -> None:
    """Say what could not be measured as it was meant."""
    from mem.cli.diagnostics import note

    for one in found:
        note(one)


def require_folder(*files: str | None) -> None:
    """Look, before a long measurement, whether there is a folder for what is to be written.

    Raises PathMissing.
    """
    from mem.errors import PathMissing

    for file in files:
        if file is not None and not Path(file).absolute().parent.is_dir():
            raise PathMissing(str(Path(file).absolute().parent))


def scratch() -> Path:
    """The folder in the cache where homes made for a measurement lie."""
    from mem.core.files import private_folder
    from mem.settings.paths import Paths

    folder = Paths.find().cache / "bench"
    private_folder(folder)
    return folder
