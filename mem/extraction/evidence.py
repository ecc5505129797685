"""A quote counts only where it stands in its source, word for word.

White space and the kinds of quotation marks, dashes and apostrophes may differ; what is returned
is always the exact span of the source's own characters.
"""

from __future__ import annotations

from collections.abc import Sequence

from mem.core.memory import Evidence

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)


def find_quote(quote: str, text: str, *, near: int = 0) -> tuple[int, int] | None:
    """The span of `text` that `quote` stands for, the one that begins nearest to `near`.

    None where it does not stand there; an empty quote stands nowhere.
    """
    exact = text.find(quote, near, near + len(quote)) if quote.strip() else -1
    if exact == near:
        return exact, exact + len(quote)
    wanted, _ = _plain(quote)
    wanted = wanted.strip()
    if not wanted:
        return None
    plain, places = _plain(text)
    found = []
    at = plain.find(wanted)
    while at >= 0:
        found.append((places[at], places[at + len(wanted) - 1] + 1))
        at = plain.find(wanted, at + 1)
    return min(found, key=lambda span: abs(span[0] - near), default=None)


def verify(evidence: Sequence[Evidence], texts: dict[str, str]) -> tuple[Evidence, ...] | None:
    """The evidence with exact spans and the source's own words, or None where any is not there.

    `texts` by chunk id.
    """
    verified = []
    for one in evidence:
        text = texts.get(one.chunk_id)
        span = find_quote(one.quote, text, near=one.start) if text is not None else None
        if span is None or text is None:
            return None
        verified.append(Evidence(one.chunk_id, *span, text[slice(*span)]))
    return tuple(verified) or None


def _plain(text: str) -> tuple[str, list[int]]:
    """Text with every run of white space as one space and plain marks; where each was.

    An ellipsis is three full stops.
    """
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if characters and characters[-1] == " ":
                continue
            character = " "  # noqa: PLW2901
        for part in "..." if character == "…" else character.translate(_LOOKALIKES):
            characters.append(part)
            places.append(place)
    return "".join(characters), places
