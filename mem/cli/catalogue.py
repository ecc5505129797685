"""The commands as data: name, section, one line of help. `mem --help` is made from it alone.

A command's module is imported only when that command runs; its docstring opens with the same line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Command(NamedTuple):
    """One command; `module` is below `mem.cli.commands`."""

    name: str
    module: str
    section: str
    summary: str


_START, _USE, _CORRECT, _KEEP = "Start", "Find and ask", "Correct", "Keep"

COMMANDS: tuple[Command, ...] = (
    Command("demo", "demo", _START, "A guided minute on sample notes and chats."),
    Command("init", "init", _START, "Make a home for memory and say where it is."),
    Command("import", "import_", _START, "Take in files, folders and chat exports."),
    Command("add", "add", _START, "Remember something you type."),
    Command("ask", "ask", _USE, "Answer a question with its evidence."),
    Command("search", "search", _USE, "Find passages and messages."),
    Command("list", "list_", _USE, "List the memories, or the documents or episodes."),
    Command("show", "show", _USE, "Show a memory, a document, an episode or a passage."),
    Command("timeline", "timeline", _USE, "Show how things developed, oldest first."),
    Command("profile", "profile", _USE, "Show what is known of you, by kind."),
    Command(
        "entities", "entities", _USE, "List who and what memories mention, or everything about one."
    ),
    Command("tui", "tui", _USE, "See, ask and correct memory, full screen."),
    Command(
        "review", "review", _CORRECT, "Decide about proposed, conflicting and quarantined memories."
    ),
    Command("edit", "edit", _CORRECT, "Correct a memory; the old version stays in its history."),
    Command("feedback", "feedback", _CORRECT, "Say what of an answer was useful, or wrong."),
    Command("pin", "pin", _CORRECT, "Keep memories from fading."),
    Command("history", "history", _CORRECT, "Show what was done, by whom and why."),
    Command("undo", "undo", _CORRECT, "Take changes to memories back."),
    Command(
        "consolidate",
        "consolidate",
        _KEEP,
        "Cut what came in into episodes, draw memories, and sum it up.",
    ),
    Command("prune", "prune", _KEEP, "Archive memories that have faded."),
    Command("stats", "stats", _KEEP, "Count what is in memory."),
    Command("source", "source", _KEEP, "The folders and exports that memory knows."),
    Command("watch", "watch", _KEEP, "Keep memory in step with its folders."),
    Command("service", "service", _KEEP, "Keep in step in the background."),
    Command(
        "forget",
        "forget",
        _KEEP,
        "Destroy documents, a source, memories or a name for good.",
    ),
    Command("doctor", "doctor", _KEEP, "Check the store, and mend what is derived."),
    Command(
        "bench",
        "bench",
        _KEEP,
        "Measure search, extraction and episodes on known answers.",
    ),
    Command(
        "export",
        "export",
        _KEEP,
        "Write all documents or memories in a format of your choice.",
    ),
    Command("backup", "backup", _KEEP, "Write the whole home to one file."),
    Command("restore", "restore", _KEEP, "Put a backup in place of an empty home, or of this one."),
    Command("vault", "vault", _KEEP, "Passwords and keys, encrypted and out of search."),
    Command("model", "model", _KEEP, "Language models and rerankers: list, fetch, choose, remove."),
    Command("mcp", "mcp", _KEEP, "Let other assistants ask memory, over MCP."),
    Command("config", "config", _KEEP, "Show and change settings."),
    Command("plugins", "plugins", _KEEP, "List the plugins that are in use, and what failed."),
)

_OPTIONS = (
    ("--version", "Show the version."),
    ("--install-completion", "Set up completion for your shell."),
    ("--show-completion", "Print the completion script."),
    ("--help", "Show this message."),
)
_NAME_WIDTH = 12


def find(name: str) -> Command | None:
    """The command called `name`."""
    return next((command for command in COMMANDS if command.name == name), None)


def help_text(more: Sequence[str] = ()) -> str:
    """What `mem --help` prints, with `more` lines about commands of plugins."""
    lines = [
        "Usage: mem COMMAND [OPTIONS]",
        "",
        "  Your notes and chats, searched and answered on your own machine.",
        "",
        '  Example: mem import ~/notes && mem ask "What did I decide about the flat?"',
    ]
    for section in dict.fromkeys(command.section for command in COMMANDS):
        lines += ["", f"{section}:"]
        lines += [
            f"  {command.name:<{_NAME_WIDTH}}{command.summary}"
            for command in COMMANDS
            if command.section == section
        ]
    lines += more
    width = max(len(option) for option, _ in _OPTIONS) + 2
    lines += ["", "Options:", *(f"  {option:<{width}}{text}" for option, text in _OPTIONS)]
    lines += ["", "`mem COMMAND --help` shows a command's options and an example."]
    return "\n".join(lines)
