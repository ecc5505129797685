"""What of a web page is not its content: menus, banners, footers, hidden elements, lists of links.

An element is judged by its tag, role, name and share of linked words. Where the judgement would
leave little of the page, nothing is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


UNREAD = _names(
    "head script style noscript template svg math nav iframe object canvas select datalist"
)
_MAIN_TAGS = frozenset({"main", "article"})
_SITE_TAGS = frozenset({"header", "footer", "aside"})
_ASIDE_ROLES = _names(
    "navigation banner contentinfo complementary search menu menubar dialog alertdialog"
)
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|footer|masthead|cookies?|"
    r"consent|gdpr|share|sharing|social|related|recommended|promo|advert|advertisement|ads|"
    r"sponsored|newsletter|subscribe|pagination|pager|skip-link|toolbar|popup|modal)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CONTAINERS = frozenset({"div", "section", "ul", "ol", "table", "form", "p", "header", "footer"})

_LINKED = 0.33
"""From this share of linked words on, an element with the name of a menu is one."""
_ALL_LINKS = 0.75
_FEWEST_LINKS = 4
_SMALL = 0.25
"""What stands beside the content holds less than this share of the page's characters."""
_MAIN_SHARE = 0.4
_LEAST_KEPT = 0.25
_LEAST_CHARACTERS = 140
_PROSE = 400
"""A page with this many characters in paragraphs has content that its lists of links are not."""


@dataclass(frozen=True, slots=True)
class Aside:
    """The outermost elements beside the content, by `mem_id`, and how many words they hold."""

    elements: frozenset[int] = frozenset()
    words: int = 0

    def notices(self) -> tuple[str, ...]:
        """What was left out, in a line."""
        return (f"left out: menus and the like ({self.words:,} words)",) if self.words else ()


@dataclass(slots=True)
class _Element:
    """An element with its measures, in characters without blanks at the ends."""

    node: LexborNode
    tag: str
    parent: int
    end: int = 0
    characters: int = 0
    linked: int = 0
    links: int = 0
    words: int = 0
    headings: int = 0
    inside_main: bool = False
    attributes: dict[str, str | None] = field(default_factory=dict)

    @property
    def density(self) -> float:
        """The share of linked characters."""
        return self.linked / self.characters if self.characters else 0.0


def beside_the_content(root: LexborNode) -> Aside:
    """What of the page below `root` to leave out; nothing where little would remain."""
    elements = _measured(root)
    total = elements[0].characters if elements else 0
    if not total:
        return Aside()
    prose = sum(one.characters - one.linked for one in elements if one.tag == "p")
    left_out: list[_Element] = []
    index, kept = 0, total
    main = _main(elements, total)
    while index < len(elements):
        one = elements[index]
        outside = main is not None and (one.end <= main or index >= elements[main].end)
        if outside and one.headings:
            # The page's heading often stands before its content.
            index = index + 1 if one.tag != "h1" else one.end
        elif index and (outside or _is_aside(one, total, prose)):
            left_out.append(one)
            kept -= one.characters
            index = one.end
        else:
            index += 1
    if kept < max(_LEAST_KEPT * total, min(_LEAST_CHARACTERS, total)):
        left_out = [one for one in left_out if _is_hidden(one)]
    return Aside(frozenset(one.node.mem_id for one in left_out), sum(one.words for one in left_out))


def _measured(root: LexborNode) -> list[_Element]:
    """The elements in document order, each with the measures of all that it holds."""
    found: list[_Element] = []
    stack: list[tuple[LexborNode, int, bool]] = [(root, -1, False)]
    while stack:
        node, parent, linked = stack.pop()
        if node.is_text_node:
            text = (node.text_content or "").strip()
            if text and parent >= 0:
                owner = found[parent]
                owner.characters += len(text)
                owner.words += len(text.split())
                owner.linked += len(text) if linked else 0
            continue
        tag = node.tag or ""
        if not node.is_element_node or tag in UNREAD:
            continue
        within = parent >= 0 and (found[parent].inside_main or found[parent].tag in _MAIN_TAGS)
        element = _Element(node, tag, parent, inside_main=within, attributes=node.attributes)
        element.links = int(tag == "a")
        element.headings = int(tag == "h1")
        found.append(element)
        place = len(found) - 1
        children = list(node.iter(include_text=True))
        stack += [(child, place, linked or tag == "a") for child in reversed(children)]
    for place in range(len(found) - 1, -1, -1):
        one = found[place]
        one.end = max(one.end, place + 1)
        if one.parent >= 0:
            above = found[one.parent]
            above.end = max(above.end, one.end)
            above.characters += one.characters
            above.linked += one.linked
            above.links += one.links
            above.words += one.words
            above.headings += one.headings
    return found


def _main(elements: list[_Element], total: int) -> int | None:
    """The place of the one element that says it is the content and holds a good part of it."""
    outermost: list[int] = []
    end = 0
    for place, one in enumerate(elements):
        if place >= end and _says_main(one):
            outermost.append(place)
            end = one.end
    if len(outermost) != 1 or elements[outermost[0]].characters < _MAIN_SHARE * total:
        return None
    return outermost[0]


def _says_main(one: _Element) -> bool:
    return one.tag in _MAIN_TAGS or one.attributes.get("role") == "main"


def _is_aside(one: _Element, total: int, prose: int) -> bool:
    """Whether an element stands beside the content."""
    if _is_hidden(one):
        return True
    if _says_main(one) or one.characters > (1 - _LEAST_KEPT) * total:
        return False
    if (one.attributes.get("role") or "").lower() in _ASIDE_ROLES:
        return True
    if one.tag in _SITE_TAGS and not one.inside_main:
        return one.tag != "header" or not one.headings
    small = one.characters < _SMALL * total
    return one.tag in _CONTAINERS and small and _is_menu(one, prose)


def _is_menu(one: _Element, prose: int) -> bool:
    """Whether a small element is called a menu and has links, or has nothing but links."""
    if _ASIDE_NAMES.search(f"{one.attributes.get('class') or ''} {one.attributes.get('id') or ''}"):
        return one.density > _LINKED or one.tag in {"form", "footer"}
    links_only = one.links >= _FEWEST_LINKS and one.density > _ALL_LINKS
    return links_only and not one.inside_main and prose >= _PROSE


def _is_hidden(one: _Element) -> bool:
    values = one.attributes
    return (
        "hidden" in values
        or values.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(values.get("style") or ""))
    )
