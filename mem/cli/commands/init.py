"""`mem init`: make the home and say where everything lies. Running it again changes nothing."""

from __future__ import annotations

from mem.cli.options import Json


def command(json: Json = False) -> None:
    """Make a home for memory and say where it is.

    Other commands do this on first use. MEM_HOME moves everything under one folder.

    \b
    Example:
      MEM_HOME=~/memory mem init
    """
    from mem.cli.diagnostics import note
    from mem.cli.layout import facts
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        paths = assistant.paths
    places = {
        "database": str(paths.database),
        "config": str(paths.config_file),
        "index": str(paths.index),
        "backups": str(paths.backups),
        "cache": str(paths.cache),
    }
    if json:
        emit_json({"schema": SCHEMA, **places})
        return
    emit(facts(list(places.items()), stdout_style()))
    note("Next: `mem import PATH` takes in a folder, `mem demo` shows what memory does.")
