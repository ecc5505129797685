"""Options that several commands share, declared once so that they read the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON (documented, with a schema number).")
]
Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help='Said at or after, e.g. 2025-03-01, "last March".'),
]
Before = Annotated[str | None, typer.Option(metavar="TIME", help="Said before.")]
On = Annotated[
    str | None, typer.Option(metavar="TIME", help='Said in that day, month, year, e.g. "May 2024".')
]
Source = Annotated[
    str | None, typer.Option(metavar="SOURCE", help="Only from this folder, file or export.")
]
Kind = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="Only this kind or format: note, chat, markdown, …"),
]
Speaker = Annotated[str | None, typer.Option(metavar="NAME", help="Only what this person said.")]
Deep = Annotated[
    bool,
    typer.Option("--deep", help="Look several times: slower, for what stands in many places."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
