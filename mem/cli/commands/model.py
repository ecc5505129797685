"""`mem model`: language models and rerankers as files; what can be had, and which one is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.coercion import PlainCommand, make_group
from mem.cli.diagnostics import ExitCode
from mem.cli.options import DryRun, Json, Yes

if TYPE_CHECKING:
    from mem.inference.models import Models, Taken

_MEGABYTE = 1_000_000

group = make_group(
    "Language models and rerankers: list, fetch, choose, remove.",
    "mem model list",
    "mem model pull qwen3-4b-instruct && mem model use qwen3-4b-instruct",
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="As `mem model list` shows it.")]
MaybeName = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="As `mem model list` shows it; or what FILE is called."),
]
File = Annotated[
    str | None, typer.Option("--file", metavar="FILE", help="Take in this GGUF file, a copy of it.")
]
Trust = Annotated[
    bool, typer.Option("--trust", help="Vouch for a file whose hash nothing that mem knows has.")
]


@group.command("list", cls=PlainCommand)
def list_models(json: Json = False) -> ExitCode:
    """List the models that can be had, and those that are here.

    Columns: name, size of the file, licence, context in tokens, how it stands here.

    \b
    Example:
      mem model list
    """
    from mem.cli.layout import table
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.views.models import row, shape

    models = _models()
    states = models.all()
    if json:
        shapes = [shape(one) for one in states]
        emit_json({"schema": SCHEMA, "memory": models.memory, "models": shapes})
    else:
        emit(table([row(one) for one in states], stdout_style(), last=4))
    return ExitCode.OK


@group.command("info", cls=PlainCommand)
def info(name: Name, json: Json = False) -> ExitCode:
    """Show everything about a model: hash, place, licence, memory.

    \b
    Example:
      mem model info qwen3-4b-instruct
    """
    from mem.cli.layout import facts
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.views.models import details, full_shape

    models = _models()
    state = models.get(name)
    if json:
        emit_json({"schema": SCHEMA, **full_shape(state, models.memory)})
    else:
        emit(facts(details(state, models.memory), stdout_style()))
    return ExitCode.OK


@group.command("pull", cls=PlainCommand)
def pull(
    name: MaybeName = None, file: File = None, trust: Trust = False, json: Json = False
) -> ExitCode:
    """Fetch a model, or take in a file that you have.

    The one command that opens a connection: to huggingface.co, or where HF_ENDPOINT says. An
    interrupted one goes on where it stopped. A file whose SHA-256 is not the one that is known is
    refused and removed.

    \b
    Example:
      mem model pull qwen3-4b-instruct
      mem model pull --file ~/Downloads/model.gguf --trust
    """
    from mem.cli.session import absolute, clock

    if name is None and file is None:
        raise typer.BadParameter("name a model, or a file with --file", param_hint="NAME")
    models, at = _models(), clock().utc()
    with _Bar() as bar:
        if file is not None:
            place = Path(absolute(file))
            taken = models.add_file(place, name, at=at, trust=trust, progress=bar)
        else:
            taken = models.pull(str(name), at=at, trust=trust, progress=bar)
    _say_taken(taken, json=json)
    return ExitCode.OK


def _say_taken(taken: Taken, *, json: bool) -> None:
    from mem.cli.diagnostics import note
    from mem.cli.layout import size
    from mem.cli.output import SCHEMA, emit_json, emit_text

    if json:
        emit_json(
            {
                "schema": SCHEMA,
                "name": taken.name,
                "path": str(taken.path),
                "size": taken.size,
                "sha256": taken.sha256,
                "fetched": taken.fetched,
                "resumed": taken.resumed,
            }
        )
        return
    if not taken.fetched and not taken.resumed:
        emit_text(f"{taken.name} is here already: {taken.path}")
    else:
        emit_text(f"{taken.name} is here: {taken.path} ({size(taken.size)})")
        emit_text(f"SHA-256 {taken.sha256}")
    note(f"`mem model use {taken.name}` puts it to use.")


@group.command("use", cls=PlainCommand)
def use(name: Name, json: Json = False) -> ExitCode:
    """Put a model to use, from now on.

    Writes model.file into config.toml; rerank.model for a reranker.

    \b
    Example:
      mem model use qwen3-4b-instruct
    """
    from mem.cli.diagnostics import note
    from mem.cli.output import SCHEMA, emit_json, emit_text

    models = _models()
    path = models.use(name)
    if json:
        emit_json({"schema": SCHEMA, "name": name, "path": str(path)})
    else:
        emit_text(f"In use: {name}")
    before = models.goes_before(name)
    if before:
        note(f"{before} is set and goes before it.")
    return ExitCode.OK


@group.command("remove", cls=PlainCommand)
def remove(name: Name, yes: Yes = False, dry_run: DryRun = False, json: Json = False) -> ExitCode:
    """Delete a model's file, and what an interrupted pull of it left.

    Where it was in use, none is afterwards. Without a terminal --yes is needed.

    \b
    Example:
      mem model remove qwen3-8b
    """
    from mem.cli.diagnostics import complain, is_interactive
    from mem.cli.layout import size
    from mem.cli.output import SCHEMA, emit_json, emit_text

    models = _models()
    state = models.get(name)
    freed = sum(path.stat().st_size for path in models.removable(state))
    if not dry_run:
        if not yes:
            if not is_interactive():
                complain("model remove deletes a file; without a terminal it needs --yes.")
                return ExitCode.USAGE
            used = " It is the one in use." if state.in_use else ""
            if not typer.confirm(f"Delete {name} ({size(freed)})?{used}", err=True):
                complain("Nothing was removed.")
                return ExitCode.ERROR
        freed = models.remove(name)
    if json:
        emit_json({"schema": SCHEMA, "dry_run": dry_run, "name": name, "freed": freed})
    else:
        emit_text(f"{'Would remove' if dry_run else 'Removed'} {name} ({size(freed)}).")
    return ExitCode.OK


class _Bar:
    """The progress of a pull, in megabytes, on a terminal only."""

    def __init__(self) -> None:
        from mem.cli.progress import ProgressBar

        self._make = ProgressBar
        self._doing = ""
        self._bar: ProgressBar | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, doing: str, done: int, total: int) -> None:
        if self._bar is None or doing != self._doing:
            self.__exit__()
            self._bar, self._doing = self._make(doing, "MB", already=done // _MEGABYTE), doing
        self._bar.update(done // _MEGABYTE, total // _MEGABYTE)


def _models() -> Models:
    """The models of this home, with those that plugins offer."""
    from mem.cli.diagnostics import note
    from mem.hooks.manager import load_all
    from mem.inference.models import Models
    from mem.settings.paths import Paths
    from mem.sources import builtin

    paths = Paths.find()
    plugins = load_all(builtin, data_folders=(paths.data, paths.config, paths.cache))
    models = Models(paths, plugins.models())
    for problem in (*plugins.notices(), *models.problems):
        note(problem)
    return models
