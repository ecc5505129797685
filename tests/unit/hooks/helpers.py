"""Plugins as pip would leave them: a module and the metadata of its package in a folder."""

from __future__ import annotations

from pathlib import Path

PARSER = """
class Parser:
    name = "{name}"
    version = 1

    def sniff(self, path, head):
        return 70 if path.suffix == ".{name}" else 0

    def parse(self, entry):
        from mem.core.document import DocumentKind, Message, ParsedDocument

        words = entry.path.read_text()
        message = Message(id="1", speaker="x", role="other", text=words)
        yield ParsedDocument(
            uri=entry.path.as_uri(), kind=DocumentKind.CHAT, format=self.name,
            title="T", messages=(message,),
        )


def mem_parsers():
    return [Parser()]
"""


def install(
    site: Path, name: str, source: str, *, module: str | None = None, target: str | None = None
) -> None:
    """Put plugin `name` (package `mem-<name>`, module `memtest_<name>`) into `site`."""
    module = module or f"memtest_{name}"
    info = site / f"mem_{name}-1.2.dist-info"
    info.mkdir(parents=True)
    (site / f"{module}.py").write_text(source, encoding="utf-8")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mem-{name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[mem]\n{name} = {target or module}\n")


def parser_source(name: str) -> str:
    """A plugin with one parser, for files whose suffix is its name."""
    return PARSER.replace("{name}", name)
