"""Words of the command line to values without loading pydantic, which Typer would do for each run.

A command's parameters are texts, numbers and flags; these are read here. A word that
opens with a dash and cannot be an option (`-4`, `- two eggs`) is a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

# A number below zero, or a text with white space before any `=`.
_VALUE = re.compile(r"-(?:[\d.]|[^=\s]*\s)")


class PlainCommand(TyperCommand):
    """A command whose plain parameters read themselves."""

    def make_parser(self, ctx: Any) -> Any:
        """The parser of a command line, which takes `-4` for a value.

        `_process_opts` is called with each word that opens with a dash. A version of Typer without
        it looks for an option of that name, and complains.
        """
        parser: Any = super().make_parser(ctx)
        read_option = parser._process_opts

        def read(word: str, state: Any) -> None:
            if _VALUE.match(word):
                state.largs.append(word)
            else:
                read_option(word, state)

        parser._process_opts = read
        return parser

    def get_params(self, ctx: Any) -> Any:
        """All parameters, `--help` among them."""
        return _reading_themselves(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """A group of commands whose own plain parameters read themselves."""

    def get_params(self, ctx: Any) -> Any:
        """All parameters, `--help` among them."""
        return _reading_themselves(super().get_params(ctx))


def make_group(summary: str, *examples: str, bare: bool = False) -> typer.Typer:
    """A group of commands; called alone it shows its help, or does something where it is `bare`."""
    shown = "\n".join(["\b", "Example:", *(f"  {example}" for example in examples)])
    return typer.Typer(
        cls=PlainGroup,
        rich_markup_mode=None,
        no_args_is_help=not bare,
        help=f"{summary}\n\n{shown}",
    )


def _reading_themselves(parameters: Iterable[Any]) -> list[Any]:
    """The parameters, those of a plain type with their own way to read a value.

    Typer keeps how it reads a parameter in `_runtime_param`, made when first used. A version of
    Typer without it ignores the attribute and reads the same values in its own way.
    """
    found = list(parameters)
    for parameter in found:
        if isinstance(parameter, TyperArgument):
            _named_plainly(parameter)
        annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        if annotation in (str, int, float, bool, list[str]):
            parameter._runtime_param = _Plain(annotation)
    return found


def _named_plainly(argument: Any) -> None:
    """Have help write `NAME`, `[NAME]` and `NAME...`, without the type that Python has for it.

    A version of Typer without these methods writes arguments in its own way.
    """
    name = argument.metavar or str(argument.name).upper()
    name = name if argument.required else f"[{name}]"
    argument._usage_display_name = lambda: name if argument.nargs == 1 else f"{name}..."
    argument.display_type_rich = lambda ctx: None


class _Plain:
    """Reads one parameter of type `annotation`."""

    def __init__(self, annotation: object) -> None:
        self._annotation = annotation

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that a command gets. Raises BadParameter."""
        if self._annotation == list[str]:
            return [str(one) for one in _sequence(value)]
        if value is None or self._annotation not in (int, float):
            return value
        number: float
        noun = "whole number" if self._annotation is int else "number"
        try:
            number = int(value) if self._annotation is int else float(value)
        except ValueError as error:
            message = f"{value!r} is not a {noun}."
            raise typer.BadParameter(message, ctx=ctx, param=param) from error
        least = param.type_descriptor.parameter_info.min
        if least is not None and not number >= least:
            # "nan" comes here, too: it is no number that could be compared.
            message = f"{number} is not at least {least}."
            raise typer.BadParameter(message, ctx=ctx, param=param)
        return number


def _sequence(value: Sequence[object] | None) -> Sequence[object]:
    return () if value is None else value
