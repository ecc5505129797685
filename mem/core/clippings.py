"""Whether a note was taken over from somebody else, by what its front matter says of it.

Pure reading of words; a note without front matter is its owner's.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mem.core.speakers import GENERIC

_ADDRESS = re.compile(
    r"^(?:url|source|link|original|canonical|via)\s*:\s*[\"'<\[]*https?://",
    re.IGNORECASE | re.MULTILINE,
)
_CLIPPED = re.compile(
    r"^clipped\s*:|^(?:tags|categories|category|type)\s*:(?:[^\n]*|(?:\n\s+-[^\n]*)*)\bclippings?\b",
    re.IGNORECASE | re.MULTILINE,
)
_AUTHORS = re.compile(
    r"^(?:authors?|by|creator)\s*:(?P<on_line>[^\n]*)(?P<below>(?:\n\s*-[^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_NAME = re.compile(r"[^\W\d_][\w.'’ -]*")


def is_clipping(front_matter: str, own_names: Collection[str] = ()) -> bool:
    """Whether a note has an address on the web, and an author who is not its owner or the mark of
    what was clipped.
    """
    if _ADDRESS.search(front_matter) is None:
        return False
    own = GENERIC | {name.lower() for name in own_names}
    authors = {name.lower() for name in _authors(front_matter)}
    if authors:
        return not authors & own
    return _CLIPPED.search(front_matter) is not None


def _authors(front_matter: str) -> list[str]:
    found = _AUTHORS.search(front_matter)
    if found is None:
        return []
    names = _NAME.findall(f"{found['on_line']}\n{found['below']}")
    return [bare for name in names if (bare := name.strip(" -'’"))]
