"""The zip file of a book and its package document; nothing is unpacked to the disk.

Every size is capped while it is read, whatever the archive claims, and XML with entities of its
own is refused.
"""

from __future__ import annotations

import io
import posixpath
import xml.etree.ElementTree as ET
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from mem.errors import ParseFailed

MAX_MEMBERS: Final = 10_000
MAX_MEMBER_BYTES: Final = 20_000_000
MAX_TOTAL_BYTES: Final = 200_000_000
MAX_RATIO: Final = 200
_SMALL: Final = 1_000_000
_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_FONT_SCRAMBLING: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of the reading order; `title` is that of the table of contents, if it has one."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """What the package document says."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    subjects: tuple[str, ...] = ()
    publisher: str = ""
    chapters: tuple[Chapter, ...] = field(default=())


class Archive:
    """The members of a zip file in memory, read under limits. Every failure is a ParseFailed."""

    def __init__(self, data: bytes, place: str) -> None:
        """`place` names the file in messages. Raises ParseFailed."""
        self._place = place
        self._left = min(MAX_TOTAL_BYTES, max(_SMALL, len(data) * MAX_RATIO))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ParseFailed(place, "it is not a sound zip file") from error
        self.names = frozenset(self._zip.namelist())
        if len(self._zip.infolist()) > MAX_MEMBERS:
            raise self._bomb(f"it has over {MAX_MEMBERS:,} members")

    def read(self, name: str) -> bytes:
        """A member's bytes. Raises ParseFailed, also where there is no such member."""
        limit = min(MAX_MEMBER_BYTES, self._left)
        try:
            with self._zip.open(name) as member:
                data = member.read(limit + 1)
        except KeyError as error:
            raise ParseFailed(self._place, f"it has no member {name}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise ParseFailed(self._place, f"its member {name} is damaged") from error
        except (RuntimeError, NotImplementedError) as error:
            raise ParseFailed(self._place, "it is encrypted", code="encrypted") from error
        if len(data) > limit:
            raise self._bomb(f"its member {name} is too large")
        self._left -= len(data)
        return data

    def _bomb(self, reason: str) -> ParseFailed:
        return ParseFailed(self._place, reason, code="archive-bomb")


def read_book(archive: Archive, place: str) -> Book:
    """The book's data and reading order. Raises ParseFailed."""
    container = _xml(archive.read(_CONTAINER), place)
    root = next((one.get("full-path", "") for one in _all(container, "rootfile")), "")
    if not root:
        raise ParseFailed(place, "its container names no package")
    package = _xml(archive.read(root), place)
    folder = posixpath.dirname(root)
    items = {
        one.get("id", ""): (_member(folder, one.get("href", "")), one)
        for one in _all(package, "item")
    }
    order = [
        items[ref][0] for one in _all(package, "itemref") if (ref := one.get("idref")) in items
    ]
    _refuse_protected(archive, order, place)
    titles = _titles(archive, items, place)
    return Book(
        title=_first(package, "title"),
        authors=tuple(_texts(package, "creator")),
        date=_first(package, "date"),
        subjects=tuple(_texts(package, "subject")),
        publisher=_first(package, "publisher"),
        chapters=tuple(Chapter(name, titles.get(name, "")) for name in dict.fromkeys(order)),
    )


def _refuse_protected(archive: Archive, order: list[str], place: str) -> None:
    """Raises ParseFailed where what is read is encrypted; scrambled fonts do no harm."""
    if _ENCRYPTION not in archive.names:
        return
    for data in _all(_xml(archive.read(_ENCRYPTION), place), "EncryptedData"):
        method = next((one.get("Algorithm", "") for one in _all(data, "EncryptionMethod")), "")
        locked = [unquote(one.get("URI", "")) for one in _all(data, "CipherReference")]
        if method not in _FONT_SCRAMBLING and set(locked) & set(order):
            raise ParseFailed(place, "its text is protected (DRM)", code="encrypted")


def _titles(
    archive: Archive, items: dict[str, tuple[str, ET.Element]], place: str
) -> dict[str, str]:
    """The titles that the table of contents (EPUB 3 `nav`, else EPUB 2 `ncx`) gives to members."""
    found: dict[str, str] = {}
    for name, item in items.values():
        is_nav = "nav" in item.get("properties", "").split()
        is_ncx = item.get("media-type") == "application/x-dtbncx+xml"
        if not (is_nav or is_ncx) or name not in archive.names:
            continue
        try:
            tree = _xml(archive.read(name), place)
        except ParseFailed:
            # A book without a readable table of contents still has its text.
            continue
        for target, title in _nav_links(tree) if is_nav else _ncx_links(tree):
            member = _member(posixpath.dirname(name), target)
            if title:
                found.setdefault(member, title)
    return found


def _nav_links(tree: ET.Element) -> list[tuple[str, str]]:
    return [(one.get("href", ""), _words(one)) for one in _all(tree, "a")]


def _ncx_links(tree: ET.Element) -> list[tuple[str, str]]:
    links = []
    for point in _all(tree, "navPoint"):
        target = next((one.get("src", "") for one in _all(point, "content")), "")
        label = next((_words(one) for one in _all(point, "navLabel")), "")
        links.append((target, label))
    return links


def _member(folder: str, target: str) -> str:
    """The name of the member that a reference in `folder` means."""
    return posixpath.normpath(posixpath.join(folder, unquote(target.partition("#")[0])))


def _xml(data: bytes, place: str) -> ET.Element:
    if b"<!ENTITY" in data or "<!ENTITY".encode("utf-16-le") in data:
        raise ParseFailed(place, "its package defines XML entities")
    try:
        return ET.fromstring(data)  # noqa: S314 - no entities, bounded size, in a child process
    except (ET.ParseError, ValueError, LookupError, RecursionError) as error:
        raise ParseFailed(place, "its package is not well-formed XML") from error


def _all(tree: ET.Element, name: str) -> list[ET.Element]:
    """Elements of that local name, in any namespace, in document order."""
    return [one for one in tree.iter() if _local(one) == name]


def _local(element: ET.Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _texts(tree: ET.Element, name: str) -> list[str]:
    """Texts of the Dublin Core elements of that name."""
    found = [one for one in _all(tree, name) if str(one.tag).startswith("{http://purl.org/dc/")]
    return [words for one in found if (words := _words(one))]


def _first(tree: ET.Element, name: str) -> str:
    return next(iter(_texts(tree, name)), "")
