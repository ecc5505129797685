"""`mem doctor`: whether the store is sound; what is derived can be made anew.

Only errors count as damage (exit 5); warnings are shown and leave the exit code at 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.assistant import Assistant

Quick = Annotated[bool, typer.Option("--quick", help="Look less closely, and faster.")]
RebuildIndex = Annotated[
    bool, typer.Option("--rebuild-index", help="Make the vector index anew from the store.")
]
RebuildText = Annotated[
    bool, typer.Option("--rebuild-text", help="Make the word index anew from the store.")
]
Secrets = Annotated[
    bool, typer.Option("--secrets", help="Look for passwords, keys and card numbers instead.")
]
Redact = Annotated[
    bool, typer.Option("--redact", help="Replace the secrets that stand in the store.")
]
Embed = Annotated[bool, typer.Option("--embed", help="Make the vectors that are missing.")]


def command(
    quick: Quick = False,
    rebuild_index: RebuildIndex = False,
    rebuild_text: RebuildText = False,
    embed: Embed = False,
    secrets: Secrets = False,
    redact: Redact = False,
    json: Json = False,
) -> ExitCode:
    """Check the store, and mend what is derived.

    Exit code 5 means that something is damaged; each finding names what mends it.

    \b
    Example:
      mem doctor
      mem doctor --rebuild-index
      mem doctor --secrets
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.session import open_assistant

    if secrets or redact:
        from mem.cli.secrets_review import look_for_secrets

        return look_for_secrets(redact=redact, json=json)
    with open_assistant() as assistant:
        _mend(assistant, rebuild_index=rebuild_index, rebuild_text=rebuild_text, embed=embed)
        findings = assistant.doctor(thorough=not quick)
    sound = all(finding.severity != "error" for finding in findings)
    if json:
        shapes = [
            {
                "code": finding.code,
                "severity": finding.severity,
                "message": finding.message,
                "remedy": finding.remedy,
            }
            for finding in findings
        ]
        emit_json({"schema": SCHEMA, "ok": sound, "findings": shapes})
    else:
        for finding in findings:
            emit_text(f"{finding.severity}: {finding.message}\n  mend it with: {finding.remedy}")
        if not findings:
            emit_text("The store is sound.")
    return ExitCode.OK if sound else ExitCode.STORE_DAMAGED


def _mend(assistant: Assistant, *, rebuild_index: bool, rebuild_text: bool, embed: bool) -> None:
    """The repairs asked for, each said on stderr when it is done."""
    from mem.cli.diagnostics import note
    from mem.cli.progress import ProgressBar
    from mem.core.display import plural

    if rebuild_text:
        assistant.rebuild_text()
        note("The word index was made anew.")
    if embed:
        with ProgressBar("Embedding", "passages") as bar:
            count = assistant.embed_pending(bar.update)
        note(f"{plural(count, 'vector')} made.")
    if rebuild_index:
        with ProgressBar("Indexing", "vectors") as bar:
            count = assistant.rebuild_index(bar.update)
        note(f"The vector index was made anew with {plural(count, 'vector')}.")
