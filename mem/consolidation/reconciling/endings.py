"""Events that end what someone has one of: who left Acme works there no longer.

Only the form is read here; that such a thing was said of the same subject is for others to find.
"""

from __future__ import annotations

import re

_LEAVE_WORK = frozenset(
    {"leave", "quit", "resign from", "retire from", "be laid off from", "get laid off from"}
    | {"be fired from", "get fired from", "be let go from", "be dismissed from"}
)
_LEAVE_STUDY = frozenset({"leave", "quit", "graduate from", "drop out of"})
_LEAVE_HOME = frozenset({"move out of", "move away from"})
_POST = re.compile(
    r"^(?:(?:my|his|her|their|the) )?(?:job|position|post|role) at (.+)$", re.IGNORECASE
)
_STOPPED = re.compile(r"^(working (?:at|for)|living in|studying at) (.+)$", re.IGNORECASE)
_STOPPABLE = {
    "working at": "work at",
    "working for": "work at",
    "living in": "live in",
    "studying at": "study at",
}
#: What such events can end.
ENDED = frozenset({"work at", "live in", "study at"})


def ends(predicate: str, what: str) -> list[tuple[str, str]]:
    """(predicate, object) of what an event of that predicate and object may be the end of."""
    if predicate == "stop":
        found = _STOPPED.match(what)
        return [(_STOPPABLE[found[1].lower()], found[2])] if found else []
    pairs: list[tuple[str, str]] = []
    if predicate in _LEAVE_WORK:
        post = _POST.match(what)
        pairs.append(("work at", post[1] if post else what))
    if predicate in _LEAVE_STUDY:
        pairs.append(("study at", what))
    if predicate in _LEAVE_HOME:
        pairs.append(("live in", what))
    return pairs
