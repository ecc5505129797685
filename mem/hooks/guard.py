"""A plugin's parser can fail, but never fail an import: every exception becomes a ParseFailed.

Nor can its extractor fail a consolidation: every exception becomes a PluginFailed. `sniff` is
asked of every file there is, so one that raises counts as "not mine" and is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from mem.core.chunk import Chunk
from mem.core.document import ParsedDocument
from mem.core.memory import Candidate
from mem.core.protocols import FileEntry, Parser
from mem.errors import FileUnreadable, MemError, ParseFailed, PluginFailed
from mem.hooks.specs import Exporter, Extractor, Importer

_LONGEST = 300


def said_by(error: BaseException) -> str:
    """One storable line about an exception of a plugin."""
    text = " ".join(str(error).split()).replace("\0", "\\x00")[:_LONGEST]
    safe = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{type(error).__name__}: {safe}" if safe else type(error).__name__


class GuardedParser:
    """The parser of plugin `plugin`; `on_problem` hears one line, once, where sniffing fails."""

    def __init__(self, plugin: str, parser: Parser, on_problem: Callable[[str], None]) -> None:
        self.name = parser.name
        self.version = parser.version
        self._plugin = plugin
        self._parser = parser
        self._on_problem: Callable[[str], None] | None = on_problem

    def sniff(self, path: Path, head: bytes) -> int:
        """The parser's own answer between 0 and 100; 0 where it has none."""
        try:
            return max(0, min(100, int(self._parser.sniff(path, head))))
        except Exception as error:  # noqa: BLE001 - the boundary to a plugin; it is reported
            self._report(said_by(error))
            return 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's documents. Raises ParseFailed (code parser-crashed where the plugin broke
        down), FileUnreadable.
        """
        return _documents(self._plugin, str(entry.path), lambda: self._parser.parse(entry))

    def _report(self, what: str) -> None:
        report, self._on_problem = self._on_problem, None
        if report is not None:
            report(f"plugin {self._plugin}: its parser {self.name} fails to judge files ({what})")


def _documents(
    plugin: str, place: str, read: Callable[[], Iterable[object]]
) -> Iterator[ParsedDocument]:
    """What a plugin reads from a place. Raises ParseFailed, FileUnreadable."""
    try:
        for document in read():
            if not isinstance(document, ParsedDocument):
                reason = f"the plugin {plugin} gave what is no document"
                raise ParseFailed(place, reason, code="parser-crashed")
            yield document
    except (ParseFailed, FileUnreadable):
        raise
    except Exception as error:
        reason = f"the plugin {plugin} broke down over it ({said_by(error)})"
        raise ParseFailed(place, reason, code="parser-crashed") from error


class GuardedExtractor:
    """The extractor of plugin `plugin`."""

    def __init__(self, plugin: str, extractor: Extractor) -> None:
        self.plugin = plugin
        self.name = extractor.name
        self.fingerprint = f"plugin-{plugin}/{extractor.fingerprint}"
        self._extractor = extractor

    def extract(self, chunks: Sequence[Chunk]) -> Sequence[Candidate]:
        """Its candidates, all of them looked at. Raises PluginFailed where it breaks down."""
        try:
            found: list[object] = list(self._extractor.extract(chunks))
        except Exception as error:
            raise PluginFailed(self._broken(said_by(error))) from error
        candidates = [one for one in found if isinstance(one, Candidate)]
        if len(candidates) != len(found):
            raise PluginFailed(self._broken("it gave what is no candidate"))
        return candidates

    def _broken(self, what: str) -> str:
        return f"plugin {self.plugin}: its extractor {self.name} breaks down ({what})"


class GuardedImporter:
    """The importer of plugin `plugin`."""

    def __init__(self, plugin: str, importer: Importer) -> None:
        self.name = importer.name
        self.version = importer.version
        self._plugin = plugin
        self._importer = importer

    def recognises(self, path: Path) -> int:
        """The importer's own answer between 0 and 100; 0 where it has none."""
        try:
            return max(0, min(100, int(self._importer.recognises(path))))
        except Exception:  # noqa: BLE001 - the boundary to a plugin; what it fails at is not its own
            return 0

    def documents(self, path: Path) -> Iterator[ParsedDocument]:
        """What the folder or file holds. Raises ParseFailed, FileUnreadable."""
        return _documents(self._plugin, str(path), lambda: self._importer.documents(path))


class GuardedExporter:
    """The exporter of plugin `plugin`."""

    def __init__(self, plugin: str, exporter: Exporter) -> None:
        self.name = exporter.name
        self.suffix = exporter.suffix
        self._plugin = plugin
        self._exporter = exporter

    def export(self, documents: Iterable[ParsedDocument], target: IO[bytes]) -> int:
        """What it writes; returns how many. Raises PluginFailed, OSError."""
        try:
            return int(self._exporter.export(documents, target))
        except (MemError, OSError):
            raise
        except Exception as error:
            what = f"its exporter {self.name} broke down ({said_by(error)})"
            raise PluginFailed(f"plugin {self._plugin}: {what}") from error
