"""Archives (zip, tar): each member is offered to the other parsers under a URI that stays.

A member `notes/a.md` of `file:///export.zip` is `file:///export.zip!/notes/a.md`; conversations
keep the URIs of their formats. Unpacking runs isolated, into a folder that is gone afterwards;
archives inside archives are not opened.
"""

from __future__ import annotations

import bz2
import lzma
import os
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

from mem.core.document import DocumentKind, Message, ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.errors import FileUnreadable, InputError, ParseFailed
from mem.settings.leftovers import UNPACKED, remove_spools, spool_prefix
from mem.settings.paths import Paths
from mem.sources.folders import MAX_BYTES, Skipped, file_uri, walk
from mem.sources.isolation import Isolation, Limits
from mem.sources.kinds import unread_kind
from mem.sources.sniffing import HEAD_BYTES, choose
from mem.sources.textfile import well_formed
from mem.sources.transfer import document_from, fields_of_document, read_frame, write_frame
from mem.sources.unpacking import MAX_MEMBER_BYTES

_SUFFIXES = (*(".zip", ".tar", ".tgz", ".tar.gz", ".tbz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz"),)
# Zip files that are documents or programs of their own kind.
_OTHER_PACKAGES = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"mimetype", b"META-INF/")
_LIMITS = Limits(seconds=300, file_bytes=MAX_MEMBER_BYTES + 1, jobs=1)
_NESTED = ("nested-archive", "an archive inside an archive")
_SHOWN = 20
_SNIFFED = 1024
_LZMA_MEMORY = 128 * 1024 * 1024


class ArchiveParser:
    """The documents of an archive's members, by the parsers it is given."""

    name = "archive"
    streams = True

    def __init__(self, parsers: Sequence[Parser], scratch: Path | None = None) -> None:
        """`scratch` is the folder to unpack in, by default the cache of the home."""
        self._parsers = tuple(parsers)
        self._scratch = scratch
        self._isolation = Isolation(_LIMITS)

    @property
    def version(self) -> int:
        """Goes up with that of any parser, so that archives are read again with their formats."""
        return 1 + sum(parser.version for parser in self._parsers)

    def sniff(self, path: Path, head: bytes) -> int:
        """A zip that is not some other kind of package, or a tar, packed or not."""
        named = path.name.lower().endswith(_SUFFIXES)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            if head[30:].startswith(_OTHER_PACKAGES) and not named:
                return 0
            return 60 if named else 40
        if _is_tar(head) or _is_tar(_unpacked_start(head)):
            return 60
        return 30 if named and head else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """Notes as they come, then conversations; what was left out stands on the last document.

        Raises FileUnreadable; ParseFailed with code archive-bomb, malformed, or, where nothing
        came out, the code of what stood in the way.
        """
        scratch = self._scratch or Paths.find().cache
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_spools(scratch)
        with tempfile.TemporaryDirectory(prefix=spool_prefix(UNPACKED), dir=scratch) as folder:
            # Some formats know a conversation by the name of the folder that it lies in.
            root = Path(folder).resolve() / (_stem(entry.path) or "archive")
            root.mkdir(mode=0o700)
            left = _LeftOut()
            self._unpack(entry, root, left)
            with tempfile.TemporaryFile(dir=folder) as spill:
                last: ParsedDocument | None = None
                for document in self._documents(root, entry, left, spill):
                    if last is not None:
                        yield last
                    last = document
                if last is None:
                    raise left.failure(well_formed(str(entry.path)))
                yield replace(last, notices=(*last.notices, *left.notices()))

    def _unpack(self, entry: FileEntry, root: Path, left: _LeftOut) -> None:
        arguments = {
            "path": os.fsencode(entry.path).hex(),
            "target": os.fsencode(root).hex(),
        }
        place = well_formed(str(entry.path))
        for answer in self._isolation.run("mem.sources.unpacking:unpack", arguments, place):
            name, code, reason = map(str, answer)
            left.add(well_formed(name), code, well_formed(reason))

    def _documents(
        self, root: Path, archive: FileEntry, left: _LeftOut, spill: IO[bytes]
    ) -> Iterator[ParsedDocument]:
        """The documents of all members, those of one conversation joined."""
        outside = f"{file_uri(archive.path)}!/"
        inside = f"{file_uri(root)}/"
        chats: dict[str, list[int]] = {}
        for found in walk(root, max_bytes=MAX_MEMBER_BYTES):
            for read in self._read(found, root, left):
                document = read
                if read.uri.startswith(inside):
                    document = replace(read, uri=outside + read.uri.removeprefix(inside))
                if document.kind is DocumentKind.NOTE:
                    yield document
                    continue
                chats.setdefault(document.uri, []).append(spill.seek(0, os.SEEK_END))
                write_frame(spill, fields_of_document(document))
        for places in chats.values():
            yield _joined([_read_back(spill, place) for place in places])

    def _read(
        self, found: FileEntry | Skipped, root: Path, left: _LeftOut
    ) -> Iterator[ParsedDocument]:
        """The documents of one member; what it fails with goes to `left`."""
        name = well_formed(os.path.relpath(found.path, root))
        if isinstance(found, Skipped):
            left.add(name, found.code, found.reason)
            return
        try:
            with found.path.open("rb") as file:
                head = file.read(HEAD_BYTES)
            parser = choose(self._parsers, found.path, head)
            if parser is None:
                nested = self.sniff(found.path, head)
                left.add(name, *(_NESTED if nested else unread_kind(found.path, head)))
            elif found.size > MAX_BYTES and not getattr(parser, "streams", False):
                left.add(name, "too-large", f"{found.size:,} bytes, the limit is {MAX_BYTES:,}")
            else:
                yield from parser.parse(found)
        except ParseFailed as error:
            if error.code != "companion":
                left.add(name, error.code, error.reason)
        except (FileUnreadable, OSError) as error:
            reason = error.reason if isinstance(error, FileUnreadable) else str(error.strerror)
            left.add(name, "unreadable", reason)
        except InputError as error:
            left.add(name, "unreadable", str(error))


class _LeftOut:
    """Members that gave no document."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._codes: Counter[str] = Counter()

    def add(self, name: str, code: str, reason: str) -> None:
        self._codes[code] += 1
        if len(self._lines) < _SHOWN:
            self._lines.append(f"left out: {name}: {reason} ({code})")

    def notices(self) -> tuple[str, ...]:
        """A line for each of the first members, and how many more there are."""
        more = self._codes.total() - len(self._lines)
        rest = (f"left out: {more} more members",) if more else ()
        return (*self._lines, *rest)

    def failure(self, place: str) -> ParseFailed:
        """The failure of an archive that gave no document."""
        if not self._codes:
            return ParseFailed(place, "the archive is empty", code="empty")
        counts = ", ".join(f"{count} × {code}" for code, count in self._codes.most_common(5))
        code = next(iter(self._codes)) if len(self._codes) == 1 else "empty"
        return ParseFailed(place, f"no member of it can be read ({counts})", code=code)


def _read_back(spill: IO[bytes], place: int) -> ParsedDocument:
    spill.seek(place)
    return document_from(read_frame(spill))


def _joined(documents: Sequence[ParsedDocument]) -> ParsedDocument:
    """One conversation out of its parts: every message once, in order of time."""
    if len(documents) == 1:
        return documents[0]
    messages: dict[str, Message] = {}
    for message in (message for document in documents for message in document.messages):
        known = messages.get(message.id)
        if known is not None and replace(known, line=message.line) == message:
            continue
        number = 1
        identity = message.id
        while identity in messages:
            number += 1
            identity = f"{message.id}#{number}"
        messages[identity] = replace(message, id=identity)
    ordered = list(messages.values())
    if all(message.at for message in ordered):
        ordered.sort(key=lambda message: message.at or datetime.min)
    first = min(documents, key=lambda document: document.said_at or datetime.max)
    return replace(
        first,
        title=documents[0].title,
        messages=tuple(ordered),
        tags=tuple(dict.fromkeys(tag for one in documents for tag in one.tags)),
        links=tuple(dict.fromkeys(link for one in documents for link in one.links)),
        notices=tuple(dict.fromkeys(line for one in documents for line in one.notices))[:_SHOWN],
    )


def _is_tar(start: bytes) -> bool:
    return start[257:262] == b"ustar"


def _unpacked_start(head: bytes) -> bytes:
    """The first bytes of what is packed by gzip, bzip2 or xz; empty for anything else."""
    try:
        if head.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31).decompress(head, _SNIFFED)
        if head.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(head, _SNIFFED)
        if head.startswith(b"\xfd7zXZ\x00"):
            return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY).decompress(head, _SNIFFED)
    except (zlib.error, OSError, ValueError, EOFError, lzma.LZMAError):
        return b""
    return b""


def _stem(path: Path) -> str:
    name = path.name
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)].strip(". ")
    return path.stem.strip(". ")
