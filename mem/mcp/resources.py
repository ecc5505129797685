"""What a client can attach without a tool: the profile, a memory, a document; and one prompt."""

from __future__ import annotations

import json
from typing import Final

from mem.errors import UnknownId
from mem.mcp.tools import Call
from mem.shapes import Shape
from mem.sharing.quoting import FRAME, LONG_PASSAGE, quoted, visible
from mem.sharing.showing import show

PROFILE_URI: Final = "mem://profile"
PREFIXES: Final = {"memory": "mem://memory/", "document": "mem://document/"}
PROMPT: Final = "about_me"
PROMPT_ABOUT: Final = "Start a conversation with what memory knows of you."


def profile_text(call: Call) -> str:
    """The compact block of the profile, marked as quotes."""
    found, told = call.shared.profile(each=8)
    summary = told.summary.text if told is not None else ""
    text = "\n\n".join(part for part in (summary, found.text) if part)
    return f"{FRAME}\n\n{visible(text)[:LONG_PASSAGE] or 'Nothing is known of the user yet.'}"


def read(call: Call, uri: str) -> tuple[str, str]:
    """(text, MIME type) of a resource. Raises UnknownId."""
    if uri == PROFILE_URI:
        return profile_text(call), "text/plain"
    for prefix in PREFIXES.values():
        if uri.startswith(prefix) and len(uri) > len(prefix):
            return as_text(_shown(call, uri.removeprefix(prefix))), "application/json"
    raise UnknownId(uri)


def _shown(call: Call, identity: str) -> Shape:
    shape, notes = show(call.shared, identity, start=None, count=50)
    return quoted(shape, notes, passage=LONG_PASSAGE)


def as_text(shape: Shape) -> str:
    """JSON on one line; text in it is quoted, so that it cannot end its own frame."""
    return json.dumps(shape, ensure_ascii=False)
