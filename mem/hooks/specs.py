"""The hooks: the only names by which a plugin is called; the built-in importers use them too.

Each has a section in docs/plugins.md and a test. A change that breaks a plugin raises
`HOOKS_VERSION`; a new hook does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

from mem.core.chunk import Chunk
from mem.core.document import ParsedDocument
from mem.core.memory import Candidate
from mem.core.protocols import Parser

HOOKS_VERSION: Final = 1
"""What this `mem` speaks; a plugin may state the one it was written for as `MEM_HOOKS`."""

GROUP: Final = "mem"
"""The entry-point group that plugins are found by."""

PREFIX: Final = "mem_"
"""Every function of a plugin whose name begins so is a hook, marked or not."""


RESERVED: Final = frozenset({"auto", "archive"})
"""Names that no offer may have: they mean something else where formats are named."""


class Importer(Protocol):
    """Takes in what is no single file: a folder with a shape of its own, an export in parts."""

    @property
    def name(self) -> str:
        """What `--format` calls it."""
        ...

    @property
    def version(self) -> int:
        """Goes up when the output changes."""
        ...

    def recognises(self, path: Path) -> int:
        """How sure it is that the folder or file is its own, 0 to 100."""
        ...

    def documents(self, path: Path) -> Iterable[ParsedDocument]:
        """Everything it holds. Raises ParseFailed, FileUnreadable."""
        ...


class Extractor(Protocol):
    """Draws candidate memories from chunks of one document, in order. Stateless."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Names the extractor and its version; chunks are gone through once for each."""
        ...

    def extract(self, chunks: Sequence[Chunk]) -> Sequence[Candidate]:
        """Proposals; each quotes its evidence exactly, else it is dropped."""
        ...


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """A model file (GGUF) that can be fetched: its name, where it is, and what it must be.

    `url` is `https://huggingface.co/OWNER/NAME/resolve/REVISION/FILE.gguf`, or another https
    address of the file. `sha256` is 64 hexadecimal digits, or empty: a file of the hub is then
    known by the hash of its first download, and any other one needs `--trust`. `size` is in bytes.
    """

    name: str
    url: str
    sha256: str
    size: int
    licence: str


class Exporter(Protocol):
    """Writes documents in a format of its own."""

    @property
    def name(self) -> str: ...

    @property
    def suffix(self) -> str:
        """With its dot, such as `.opml`."""
        ...

    def export(self, documents: Iterable[ParsedDocument], target: IO[bytes]) -> int:
        """Write all of them to `target`; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class CommandOffer:
    """A command: its name after `mem`, one line of help, and a Typer function that returns an
    exit code or nothing.
    """

    name: str
    summary: str
    function: Callable[..., Any]


class Hooks(Protocol):
    """What a plugin may implement; all functions are optional and take no arguments."""

    def mem_parsers(self) -> Iterable[Parser]:
        """Readers of one kind of file each, one instance of each."""
        ...

    def mem_importers(self) -> Iterable[Importer]:
        """Readers of what is no single file."""
        ...

    def mem_extractors(self) -> Iterable[Extractor]:
        """Ways to draw memories from chunks."""
        ...

    def mem_models(self) -> Iterable[ModelOffer]:
        """Model files for `mem model`."""
        ...

    def mem_exporters(self) -> Iterable[Exporter]:
        """Formats for `mem export`."""
        ...

    def mem_commands(self) -> Iterable[CommandOffer]:
        """Commands after `mem`."""
        ...


@dataclass(frozen=True, slots=True)
class HookInfo:
    """What is known of a hook beside its signature.

    `needs` are the attributes of everything it returns. A hook that is not `called` is specified,
    checked and listed, but nothing in this `mem` uses what it returns.
    """

    name: str
    since: int
    called: bool
    needs: tuple[str, ...]

    @property
    def noun(self) -> str:
        """What it returns, in the plural."""
        return self.name.removeprefix(PREFIX)


HOOKS: Final = (
    HookInfo("mem_parsers", 1, called=True, needs=("name", "version", "sniff", "parse")),
    HookInfo("mem_importers", 1, called=True, needs=("name", "version", "recognises", "documents")),
    HookInfo("mem_extractors", 1, called=True, needs=("name", "fingerprint", "extract")),
    HookInfo("mem_models", 1, called=True, needs=("name", "url", "sha256", "size", "licence")),
    HookInfo("mem_exporters", 1, called=True, needs=("name", "suffix", "export")),
    HookInfo("mem_commands", 1, called=True, needs=("name", "summary", "function")),
)
