"""One test a hook: what it returns is taken, checked and listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import PluginFailed
from mem.hooks.loading import Contents, contents_of
from mem.hooks.specs import CommandOffer, ModelOffer


class Parser:
    """What a plugin would return."""

    name = "sample"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        return 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        return iter(())


class NeedsArgument(Parser):
    def __init__(self, given: int) -> None:
        self.given = given


class Maildir:
    """What a plugin would return for a folder."""

    name = "maildir"
    version = 1

    def recognises(self, path: Path) -> int:
        return 0

    def documents(self, path: Path) -> Iterator[ParsedDocument]:
        return iter(())


def nothing() -> list[object]:
    return []


def ask(hook: str, *things: object) -> Contents:
    def function() -> list[object]:
        return list(things)

    return contents_of(SimpleNamespace(**{hook: function}))


def refused(hook: str, thing: object) -> str:
    with pytest.raises(PluginFailed) as caught:
        ask(hook, thing)
    return str(caught.value)


def test_mem_parsers() -> None:
    parser = Parser()
    contents = ask("mem_parsers", parser)
    assert list(contents.parsers) == [parser]
    assert contents.hooks == ("mem_parsers",)
    assert "without 'name'" in refused("mem_parsers", SimpleNamespace(version=1))
    assert "the class Parser" in refused("mem_parsers", Parser)
    assert "without arguments" in refused("mem_parsers", NeedsArgument(1))

    class Local(Parser):
        pass

    assert "top of its module" in refused("mem_parsers", Local())
    for name in ("auto", "archive"):
        Parser.name = name
        try:
            assert "another meaning" in refused("mem_parsers", Parser())
        finally:
            Parser.name = "sample"


def test_mem_importers() -> None:
    importer = Maildir()
    assert ask("mem_importers", importer).offered() == {"mem_importers": ["maildir"]}
    assert "without 'recognises'" in refused("mem_importers", SimpleNamespace(name="x", version=1))


def test_mem_extractors() -> None:
    extractor = SimpleNamespace(name="rules", fingerprint="rules:1", extract=list)
    assert ask("mem_extractors", extractor).names == {("an extractor", "rules")}
    assert "without 'fingerprint'" in refused("mem_extractors", SimpleNamespace(name="x"))


def test_mem_models() -> None:
    offer = ModelOffer("tiny", "https://example.org/tiny.gguf", "0" * 64, 1, "MIT")
    assert ask("mem_models", offer).offered() == {"mem_models": ["tiny"]}
    assert "without 'url'" in refused("mem_models", SimpleNamespace(name="x"))


def test_mem_exporters() -> None:
    exporter = SimpleNamespace(name="opml", suffix=".opml", export=len)
    assert ask("mem_exporters", exporter).offered() == {"mem_exporters": ["opml"]}
    assert "without 'suffix'" in refused("mem_exporters", SimpleNamespace(name="x"))


def test_mem_commands() -> None:
    offer = CommandOffer("hello", "Say hello.", print)
    assert ask("mem_commands", offer).offered() == {"mem_commands": ["hello"]}
    assert "without 'summary'" in refused("mem_commands", SimpleNamespace(name="x"))


@pytest.mark.parametrize("name", ["", "two words", "x" * 61, 7, None])
def test_a_name_is_a_short_word(name: object) -> None:
    offer = SimpleNamespace(name=name, summary="", function=print)
    assert "not a short word" in refused("mem_commands", offer)


def test_several_hooks_come_in_their_order() -> None:
    command = CommandOffer("hello", "Say hello.", print)
    plugin = SimpleNamespace(mem_commands=lambda: [command], mem_parsers=lambda: iter([Parser()]))
    assert contents_of(plugin).hooks == ("mem_parsers", "mem_commands")


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (SimpleNamespace(), "no function whose name begins with mem_"),
        (SimpleNamespace(mem_parsers=[]), "no function whose name begins with mem_"),
        (SimpleNamespace(mem_frobs=nothing), "there is no hook mem_frobs"),
        (SimpleNamespace(mem_parsers=lambda head: []), "wrong signature"),
        (SimpleNamespace(mem_parsers=lambda: 3), "returns no list, but int"),
        (SimpleNamespace(mem_parsers=lambda: "ab"), "returns no list, but str"),
        (SimpleNamespace(mem_parsers=nothing, MEM_HOOKS=2), "written for version 2"),
        (SimpleNamespace(mem_parsers=nothing, MEM_HOOKS="new"), "written for version 'new'"),
    ],
)
def test_what_is_no_plugin(plugin: object, reason: str) -> None:
    with pytest.raises(PluginFailed, match=reason):
        contents_of(plugin)


def test_a_marked_hook_counts_too() -> None:
    import pluggy

    @pluggy.HookimplMarker("mem")(tryfirst=True)
    def mem_parsers() -> list[Parser]:
        return [Parser()]

    assert len(contents_of(SimpleNamespace(mem_parsers=mem_parsers)).parsers) == 1
