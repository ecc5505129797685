"""The entry point: finds the one command that is wanted, runs it, and turns its end into a code.

Nothing but the wanted command is imported; `--help` and `--version` need no library at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from mem.cli.catalogue import COMMANDS, Command, find, help_text

if TYPE_CHECKING:
    import typer

    from mem.hooks.specs import CommandOffer

_COMPLETION_OPTIONS = (["--install-completion"], ["--show-completion"])


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `mem` with `arguments` (those of the process by default) and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _make_streams_forgiving()
    code = 1
    try:
        code = int(_run(given))
        if code and _wants_json(given):
            _say_as_json(code)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough. Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _wants_json(given: list[str]) -> bool:
    """Whether `--json` stands among the options; what follows `--` are no options."""
    return "--json" in (given[: given.index("--")] if "--" in given else given)


def _say_as_json(code: int) -> None:
    """One JSON object on stdout for a run that failed and has printed none."""
    from mem.cli.diagnostics import ExitCode, complaint
    from mem.cli.output import emit_failure, printed_json

    if not printed_json():
        known = ExitCode(code) if code in set(ExitCode) else ExitCode.ERROR
        emit_failure(known.name.lower().replace("_", "-"), code, complaint())


def _run(given: list[str]) -> int:
    """The exit code of the command line `given`."""
    if given[:1] in _COMPLETION_OPTIONS and given[1:]:
        return _one_shell(given[0])
    if "_MEM_COMPLETE" in os.environ or given[:1] in _COMPLETION_OPTIONS:
        return _invoke(given, COMMANDS, completing=True)
    if not given or given in (["--help"], ["-h"], ["help"]):
        from mem.cli.plugged import help_lines

        print(help_text(help_lines()))
        return 0
    if given[0] in ("--version", "-V"):
        from mem.core.version import __version__

        print(f"mem {__version__}")
        return 0
    if given[0] == "help":
        given = [*given[1:], "--help"]
    wanted = find(given[0])
    return _run_plugged(given) if wanted is None else _invoke(given, (wanted,))


def _run_plugged(given: list[str]) -> int:
    """The exit code of a command that no module of `mem` has: of a plugin, or unknown."""
    from mem.cli.diagnostics import report
    from mem.cli.plugged import offered
    from mem.errors import MemError

    if given[0].startswith("-"):
        return _unknown(given[0])
    try:
        found = offered(given[0])
    except MemError as error:
        return report(error)
    return _unknown(given[0]) if found is None else _invoke(given, (), plugged=found)


def _invoke(
    given: list[str],
    commands: Sequence[Command],
    *,
    completing: bool = False,
    plugged: tuple[str, CommandOffer] | None = None,
) -> int:
    """Run `given` with only `commands`, or the one `plugged`, loaded; exceptions end here."""
    from mem.cli.diagnostics import ExitCode, report

    try:
        import typer

        made = application(commands, completing=completing)
        if plugged is not None:
            _add_plugged(made, *plugged)
        program = typer.main.get_command(made)
        try:
            if completing:
                return int(program.main(given, prog_name="mem", standalone_mode=False) or 0)
            with program.make_context("mem", given) as context:
                result = program.invoke(context)
        except typer.TyperException as error:
            return _usage(error, given[0])
        except typer.Exit as ended:
            return ended.exit_code
        except typer.Abort:
            return report(KeyboardInterrupt())
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the outermost boundary
        return report(error)
    return result if isinstance(result, int) else ExitCode.OK


def application(commands: Sequence[Command], *, completing: bool = False) -> typer.Typer:
    """A Typer application of `commands`, each from its own module."""
    from importlib import import_module

    import typer

    from mem.cli.coercion import PlainCommand, PlainGroup

    made = typer.Typer(
        name="mem",
        cls=PlainGroup,
        add_completion=completing,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_root)
    for entry in commands:
        module = import_module(f"mem.cli.commands.{entry.module}")
        if hasattr(module, "group"):
            made.add_typer(module.group, name=entry.name)
        else:
            made.command(entry.name, cls=PlainCommand)(module.command)
    return made


def _add_plugged(made: typer.Typer, plugin: str, offer: CommandOffer) -> None:
    """The command of a plugin; what it raises beside Typer's own exceptions is the plugin's."""
    from functools import wraps

    import typer

    from mem.errors import MemError, PluginFailed

    @wraps(offer.function)
    def guarded(*arguments: object, **options: object) -> object:
        try:
            return offer.function(*arguments, **options)
        except (MemError, OSError, typer.TyperException, typer.Exit, typer.Abort):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise PluginFailed(f"plugin {plugin}: `mem {offer.name}` fails ({reason})") from error

    made.command(offer.name, help=offer.function.__doc__ or offer.summary)(guarded)


def _root() -> None:
    """Your notes and chats, searched and answered on your own machine."""


def _usage(error: typer.TyperException, command: str) -> int:
    """Say what is wrong with the command line; an error that knows its code keeps it."""
    from mem.cli.diagnostics import complain

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else f"mem {command}"
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return 0
    option = getattr(error, "option_name", "") if type(error).__name__ == "NoSuchOption" else ""
    complain(f"{_no_option(error, option) if option else _words_of(error)} Try `{path} --help`.")
    return error.exit_code


def _words_of(error: typer.TyperException) -> str:
    """Typer's own sentence on one line, however it was laid out."""
    return " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".") + "."


def _no_option(error: typer.TyperException, option: str) -> str:
    """What to write instead of an unknown option: the one meant, or `--` before a text."""
    near = next(iter(getattr(error, "possibilities", None) or ()), None)
    if near is not None:
        return f"There is no option {option!r}. Did you mean {near}?"
    context = getattr(error, "ctx", None)
    takes_text = any(one.nargs == -1 for one in context.command.params) if context else False
    hint = " A text that opens with a dash goes after `--`." if takes_text else ""
    return f"There is no option {option!r}.{hint}"


def _one_shell(option: str) -> int:
    from mem.cli.diagnostics import ExitCode, complain

    complain(f"{option} takes no value: it is for the shell that runs it. Start that shell first.")
    return ExitCode.USAGE


def _unknown(name: str) -> int:
    from difflib import get_close_matches

    from mem.cli.diagnostics import ExitCode, complain

    if name.startswith("-"):
        complain(f"There is no option {name!r}. Try `mem --help`.")
        return ExitCode.USAGE
    near = get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f"Did you mean `mem {near[0]}`?" if near else "Try `mem --help`."
    complain(f"There is no command {name!r}. {hint}")
    return ExitCode.USAGE


def _make_streams_forgiving() -> None:
    """A character that the console cannot show is replaced instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
