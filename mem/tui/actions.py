"""Keys, palette, footer, help and documentation come from this one table of actions.

An action's id is `screen.name`; `app` stands for everywhere. Single letters work wherever the
cursor is not in an input box; keys that terminals take for themselves are not used.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScreenInfo:
    """One of the main screens; its digit goes there."""

    name: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    `keys` are Textual's names, the first one shown; `cli` is the command that does the same, or
    why there is none. `footer` says whether the key bar shows it.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    cli: str
    footer: bool = True

    @property
    def screen(self) -> str:
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """What Textual runs: `action_…` of the app or screen, with its argument if it has one."""
        name = self.id.partition(".")[2]
        screen = name.removeprefix("go_")
        return name if screen == name else f"go('{screen}')"


SCREENS: tuple[ScreenInfo, ...] = (
    ScreenInfo("ask", "Ask", "Ask a question and check the answer against its evidence."),
    ScreenInfo(
        "browse", "Browse", "Passages, documents, episodes and memories, searched as you type."
    ),
    ScreenInfo("memory", "Memory", "What is remembered, with evidence, validity and history."),
    ScreenInfo("review", "Review", "What waits for a decision, one key each."),
    ScreenInfo(
        "timeline", "Timeline", "When things were said and happened, as a calendar and a list."
    ),
    ScreenInfo("people", "People", "People and things, and what is known of each."),
    ScreenInfo("prune", "Prune", "What has faded, and archiving it."),
    ScreenInfo("sources", "Sources", "What was taken in, what was not and why; take in more."),
    ScreenInfo("health", "Health", "Sizes, states and what the doctor found."),
)

_ONLY_HERE = "(only here)"

ACTIONS: tuple[Action, ...] = (
    *(
        Action(
            f"app.go_{info.name}",
            (str(number),),
            info.title,
            f"Go to {info.title}: {info.summary}",
            "mem tui",
            footer=False,
        )
        for number, info in enumerate(SCREENS, 1)
    ),
    Action(
        "app.help", ("question_mark", "f1"), "Help", "Show the keys of this screen.", "mem help"
    ),
    Action(
        "app.palette",
        ("ctrl+p", "colon"),
        "Commands",
        "Find any action by its name.",
        "mem --help",
    ),
    Action("app.theme", ("ctrl+t",), "Theme", "Dark or light.", _ONLY_HERE, footer=False),
    Action(
        "app.stop",
        ("ctrl+c",),
        "Stop",
        "Copy the selected text; else stop the running work; pressed twice, leave.",
        "Ctrl-C",
        footer=False,
    ),
    Action("app.undo", ("u",), "Undo", "Take back the last change to memories.", "mem undo"),
    Action("app.quit", ("q", "ctrl+q"), "Quit", "Leave; nothing is lost.", _ONLY_HERE),
    Action("ask.question", ("slash", "i"), "Question", "Go to the question box.", "mem ask"),
    Action(
        "ask.follow_up",
        ("f",),
        "Follow up",
        "Ask on: whom and what the last question named need not be named again.",
        "mem ask --after",
    ),
    Action("ask.past", ("h",), "History", "Pick a question asked before.", "mem ask"),
    Action("ask.copy", ("y",), "Copy", "Copy the answer as text.", "mem ask"),
    Action(
        "ask.copy_markdown",
        ("Y",),
        "Copy Markdown",
        "Copy the answer as Markdown with its citations.",
        "mem ask",
        footer=False,
    ),
    Action(
        "ask.useful",
        ("plus",),
        "Useful",
        "Mark the answer useful: what it cites is found sooner and fades later.",
        "mem feedback useful",
    ),
    Action(
        "ask.wrong",
        ("minus",),
        "Wrong",
        "Mark the answer wrong: what it cites counts less.",
        "mem feedback wrong",
    ),
    Action(
        "ask.cancel",
        ("escape",),
        "Cancel",
        "Stop the answer that is being written.",
        "Ctrl-C",
        footer=False,
    ),
    Action("ask.browse", ("b",), "Browse", "See the cited passage in Browse.", "mem show"),
    Action("ask.edit", ("e",), "Editor", "Open the cited note in $EDITOR at its line.", "mem show"),
    Action("browse.search", ("slash",), "Search", "Go to the search box.", "mem search"),
    Action(
        "browse.rows",
        ("v",),
        "Rows",
        "Passages, documents, episodes or memories.",
        "mem list",
        footer=False,
    ),
    Action(
        "browse.kind", ("f",), "Kind", "Only one kind or format.", "mem search --kind", footer=False
    ),
    Action(
        "browse.source", ("s",), "Source", "Only one source.", "mem search --source", footer=False
    ),
    Action(
        "browse.person",
        ("p",),
        "Person",
        "Only what one person said.",
        "mem search --speaker",
        footer=False,
    ),
    Action(
        "browse.time",
        ("t",),
        "Time",
        'Only one time, such as "last March" or "2025-03".',
        "mem search --on",
        footer=False,
    ),
    Action(
        "browse.status",
        ("z",),
        "Status",
        "Memories of one status; else what is gone from its folder.",
        "mem list --status",
        footer=False,
    ),
    Action("browse.clear", ("x",), "Clear", "Take words and filters off.", "mem search"),
    Action(
        "browse.order",
        ("o",),
        "Order",
        "Newest, oldest, by document or kind, or best match first.",
        "mem list",
        footer=False,
    ),
    Action("browse.memory", ("m",), "Memory", "Show the memory in Memory.", "mem show"),
    Action("browse.edit", ("e",), "Editor", "Open the note in $EDITOR at the line.", "mem show"),
    Action("browse.copy", ("y",), "Copy", "Copy the passage.", "mem show"),
    Action(
        "browse.useful",
        ("plus",),
        "Useful",
        "This is what was looked for: it is found sooner and fades later.",
        "mem feedback useful",
        footer=False,
    ),
    Action(
        "browse.wrong",
        ("minus",),
        "Wrong",
        "This is not what was looked for: it counts less.",
        "mem feedback wrong",
        footer=False,
    ),
    Action(
        "browse.forget",
        ("D",),
        "Forget",
        "Destroy the document or memory for good, after showing what that takes with it.",
        "mem forget ID",
    ),
    Action(
        "memory.search", ("slash",), "Search", "Go to the search box.", "mem list", footer=False
    ),
    Action(
        "memory.kind", ("f",), "Kind", "Only one kind of memory.", "mem list --kind", footer=False
    ),
    Action(
        "memory.status", ("s",), "Status", "Those of one status.", "mem list --status", footer=False
    ),
    Action("memory.edit", ("e",), "Edit", "Correct the statement.", "mem edit"),
    Action("memory.pin", ("p",), "Pin", "Keep from fading, or no longer.", "mem pin"),
    Action("memory.archive", ("a",), "Archive", "Out of default results.", "mem prune"),
    Action("memory.accept", ("A",), "Accept", "Vouch for it.", "mem review"),
    Action("memory.reject", ("r",), "Reject", "Not true or not wanted, for good.", "mem review"),
    Action(
        "memory.forget",
        ("D",),
        "Forget",
        "Destroy it and all its versions for good, after showing them.",
        "mem forget ID",
    ),
    Action("memory.merge", ("m",), "Merge", "One memory of two that say the same.", "mem review"),
    Action("memory.walk", ("l",), "Links", "Walk to a linked memory.", "mem show", footer=False),
    Action("memory.evidence", ("b",), "Evidence", "See the evidence in Browse.", "mem show"),
    Action("memory.copy", ("y",), "Copy", "Copy the statement.", "mem show", footer=False),
    Action(
        "memory.consolidate",
        ("C",),
        "Draw",
        "Draw memories from new passages.",
        "mem consolidate",
        footer=False,
    ),
    Action("review.accept", ("a",), "Accept", "It is so: vouch for it.", "mem review"),
    Action("review.edit", ("e",), "Edit", "Correct the statement.", "mem review"),
    Action("review.merge", ("m",), "Merge", "It says the same as another one.", "mem review"),
    Action("review.reject", ("r",), "Reject", "Not true or not wanted, for good.", "mem review"),
    Action("review.skip", ("s", "space"), "Skip", "Leave it for later.", "mem review"),
    Action("review.vault", ("v",), "Vault", "Put a secret into the vault.", "mem review --keep"),
    Action("review.memory", ("enter",), "Memory", "Show all of it in Memory.", "mem show"),
    Action("timeline.days", ("enter",), "Days", "The days of the month.", "mem list"),
    Action("timeline.months", ("backspace",), "Months", "Back to all months.", "mem list"),
    Action(
        "timeline.rows",
        ("v",),
        "Rows",
        "Passages, episodes, or what is known of that time.",
        "mem timeline",
        footer=False,
    ),
    Action(
        "timeline.about",
        ("p",),
        "Story",
        "The story of someone or something.",
        "mem timeline --entity",
        footer=False,
    ),
    Action("timeline.browse", ("b",), "Browse", "See this time in Browse.", "mem search --on"),
    Action(
        "people.story", ("t",), "Story", "Its story along the calendar.", "mem timeline --entity"
    ),
    Action(
        "people.merge",
        ("M",),
        "Merge",
        "Two entries are the same one.",
        "mem entities NAME --merge OTHER",
    ),
    Action(
        "people.split",
        ("S",),
        "Split",
        "One of its names is someone or something else.",
        "mem entities NAME --split ALIAS",
    ),
    Action(
        "people.rename",
        ("e",),
        "Rename",
        "Give it another name; the old one still finds it.",
        "mem entities NAME --rename NEW",
    ),
    Action("people.memory", ("m",), "Memory", "Show the statement in Memory.", "mem show"),
    Action("people.browse", ("b",), "Browse", "Every passage with the name.", "mem search"),
    Action("prune.mark", ("space",), "Mark", "Mark this one, or no longer.", "mem prune"),
    Action("prune.mark_kind", ("w",), "Kind", "Mark all of this kind, or none.", "mem prune"),
    Action("prune.mark_all", ("asterisk",), "All", "Mark all, or none.", "mem prune"),
    Action("prune.more", ("plus", "equals_sign"), "More", "Look further up in worth.", "mem prune"),
    Action("prune.fewer", ("minus",), "Fewer", "Only what is worth still less.", "mem prune"),
    Action("prune.archive", ("a",), "Archive", "Archive what is marked.", "mem prune"),
    Action("prune.memory", ("m",), "Memory", "Show it in Memory.", "mem show"),
    Action("sources.add", ("a",), "Add", "Take in a folder, a file or an export.", "mem import"),
    Action(
        "sources.add_kept",
        ("A",),
        "Add & keep",
        "Take in a folder and keep it in step from now on.",
        "mem source add",
    ),
    Action(
        "sources.keep",
        ("w",),
        "In step",
        "Keep this source in step, or no longer.",
        "mem source add|remove",
    ),
    Action(
        "sources.lower",
        ("v",),
        "Below",
        "What was left out, the imports there were, or what the watcher did.",
        "mem source list",
        footer=False,
    ),
    Action(
        "sources.again", ("r",), "Refresh", "Take in what changed in this source.", "mem import"
    ),
    Action("sources.stop", ("c",), "Stop", "Stop the import; what was taken in stays.", "Ctrl-C"),
    Action("sources.browse", ("b",), "Browse", "See this source in Browse.", "mem list"),
    Action(
        "sources.forget",
        ("D",),
        "Forget",
        "Destroy all that only this source supplies, after showing it.",
        "mem forget --source",
    ),
    Action("health.check", ("r",), "Check", "Let the doctor look at everything.", "mem doctor"),
    Action("health.mend", ("m",), "Mend", "Do what the selected finding needs.", "mem doctor"),
)


def find(identity: str) -> Action:
    """The action with that id."""
    return next(action for action in ACTIONS if action.id == identity)


def of_screen(screen: str) -> list[Action]:
    """The actions of one screen, or of `app`."""
    return [action for action in ACTIONS if action.screen == screen]
