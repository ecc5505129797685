"""Finds and loads plugins at three grains: their names, exactly one, all.

A plugin is taken whole or not at all; whatever it does while it is loaded, the worst outcome is a
`Failure` that says why. Only installed packages count: nothing below a data folder is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from mem.core.protocols import Parser
from mem.errors import BadSetting, PluginFailed, UnknownPlugin
from mem.hooks import loading
from mem.hooks.guard import (
    GuardedExporter,
    GuardedExtractor,
    GuardedImporter,
    GuardedParser,
    said_by,
)
from mem.hooks.loading import Contents
from mem.hooks.specs import GROUP, CommandOffer, Exporter, Importer

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

BUILT_IN: Final = "mem"
"""The name of what comes with `mem`."""

SECONDS: Final = 10.0
"""How long a plugin may take to load."""

_SWITCH: Final = "MEM_PLUGINS"
_STATES: Final = {"on": True, "1": True, "": True, "off": False, "0": False}

Folders = Collection[Path]
Wrap = Callable[[Parser], Parser]
WrapImporter = Callable[[Importer], Importer]


@dataclass(frozen=True, slots=True)
class Found:
    """An installed plugin, known by name only; `target` is what would be imported."""

    name: str
    distribution: str
    version: str
    target: str
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin in use. `offers` are the things its hooks returned, by hook."""

    found: Found
    contents: Contents

    @property
    def hooks(self) -> tuple[str, ...]:
        """Names of the hooks that it implements, in order."""
        return self.contents.hooks

    @property
    def parsers(self) -> tuple[Parser, ...]:
        """What reads files."""
        return self.contents.parsers

    def offered(self, hook: str) -> tuple[object, ...]:
        """What a hook of it returned."""
        return dict(self.contents.offers).get(hook, ())


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that is not used, and why."""

    found: Found
    reason: str

    def __str__(self) -> str:
        return f"plugin {self.found.name} is not used: {self.reason}"


@dataclass(slots=True)
class Plugins:
    """Everything that is in use, `mem`'s own first, and what is not."""

    loaded: list[Plugin] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _wrap: Wrap = lambda parser: parser
    _wrap_importer: WrapImporter = lambda importer: importer
    _parsers: list[Parser] | None = None

    def parsers(self) -> list[Parser]:
        """One of each, the built-in ones first and as they are; those of plugins are guarded."""
        if self._parsers is None:
            self._parsers = [
                parser if plugin.found.name == BUILT_IN else self._guarded(plugin, parser)
                for plugin in self.loaded
                for parser in plugin.parsers
            ]
        return self._parsers

    def extractors(self) -> list[GuardedExtractor]:
        """What plugins draw memories with, guarded."""
        return [
            GuardedExtractor(plugin.found.distribution, extractor)
            for plugin in self.loaded
            for extractor in plugin.contents.extractors
        ]

    def _guarded(self, plugin: Plugin, parser: Parser) -> Parser:
        name = plugin.found.distribution
        return GuardedParser(name, self._wrap(parser), self.problems.append)

    def models(self) -> list[tuple[str, object]]:
        """What plugins offer as model files, each with the plugin that offers it."""
        return [
            (plugin.found.distribution, offer)
            for plugin in self.loaded
            for offer in plugin.offered("mem_models")
        ]

    def exporters(self) -> list[Exporter]:
        """Formats to write documents in, `mem`'s own first; those of plugins are guarded."""
        return [
            one
            if plugin.found.name == BUILT_IN
            else GuardedExporter(plugin.found.distribution, one)
            for plugin in self.loaded
            for one in cast("tuple[Exporter, ...]", plugin.offered("mem_exporters"))
        ]

    def importers(self) -> list[Importer]:
        """Readers of what is no single file, guarded."""
        return [
            GuardedImporter(plugin.found.distribution, self._wrap_importer(one))
            for plugin in self.loaded
            for one in cast("tuple[Importer, ...]", plugin.offered("mem_importers"))
        ]

    def commands(self) -> list[tuple[str, CommandOffer]]:
        """Commands, each with the plugin that offers it."""
        return [
            (plugin.found.distribution, one)
            for plugin in self.loaded
            for one in cast("tuple[CommandOffer, ...]", plugin.offered("mem_commands"))
        ]

    def notices(self) -> list[str]:
        """One line for each plugin that is not used, and what has failed since."""
        return [*map(str, self.failed), *self.problems]


def is_enabled(environment: Mapping[str, str] | None = None) -> bool:
    """Whether plugins are used: not where `MEM_PLUGINS` is `off`. Raises BadSetting."""
    given = (os.environ if environment is None else environment).get(_SWITCH, "").strip().lower()
    if given not in _STATES:
        raise BadSetting("environment", _SWITCH, f"{given!r} is neither on nor off")
    return _STATES[given]


def names() -> list[Found]:
    """The installed plugins by name; nothing of them is imported."""
    return sorted((_found(point) for point in _entry_points()), key=lambda one: one.name)


def load(name: str, builtin: object, *, data_folders: Folders = ()) -> Plugin | Failure:
    """Exactly one plugin (or `mem` itself), judged beside the built-in part alone.

    Raises UnknownPlugin.
    """
    own = Plugin(_own(), loading.contents_of(builtin, isolated=False))
    if name == BUILT_IN:
        return own
    for point in _entry_points():
        found = _found(point)
        if name in (found.name, found.distribution):
            return _load(point, [own], data_folders, SECONDS)
    raise UnknownPlugin(name, [one.name for one in names()])


def load_all(
    builtin: object,
    *,
    data_folders: Folders = (),
    wrap: Wrap = lambda parser: parser,
    wrap_importer: WrapImporter = lambda importer: importer,
    seconds: float = SECONDS,
) -> Plugins:
    """The built-in part and every plugin that is installed, in order of their names.

    Of two that claim one name the first is used; `mem`'s own always wins. `wrap` is put around
    each parser of a plugin, inside the guard, and `wrap_importer` around each importer.
    """
    own = Plugin(_own(), loading.contents_of(builtin, isolated=False))
    plugins = Plugins([own], _wrap=wrap, _wrap_importer=wrap_importer)
    points = sorted(_entry_points(), key=lambda point: point.name) if is_enabled() else []
    for point in points:
        outcome = _load(point, plugins.loaded, data_folders, seconds)
        if isinstance(outcome, Plugin):
            plugins.loaded.append(outcome)
        else:
            plugins.failed.append(outcome)
    return plugins


def _load(
    point: EntryPoint, others: Iterable[Plugin], data_folders: Folders, seconds: float
) -> Plugin | Failure:
    """One plugin, or why not; the boundary that nothing of a plugin's passes."""
    found = _found(point)
    try:
        loading.refuse_data_folders(found.target, found.folder, data_folders)
        contents = loading.within(seconds, lambda: loading.contents_of(point.load()))
        _refuse_conflicts(found, contents, others)
    except PluginFailed as error:
        return Failure(found, str(error))
    except Exception as error:  # noqa: BLE001 - anything a plugin raises is its failure
        return Failure(found, f"it raises {said_by(error)}")
    return Plugin(found, contents)


def _refuse_conflicts(found: Found, contents: Contents, others: Iterable[Plugin]) -> None:
    """Raises PluginFailed where another one already has this plugin's name or a name it offers."""
    for other in others:
        theirs = f"mem itself and {found.distribution}"
        step = f"uninstall {found.distribution}, or ask its author to rename it"
        if other.found.name != BUILT_IN:
            theirs = f"{other.found.distribution} and {found.distribution}"
            step = "uninstall one of them"
        if other.found.name == found.name:
            raise PluginFailed(f"{theirs} are both called {found.name!r}; {step}")
        for noun, name in sorted(contents.names & other.contents.names):
            raise PluginFailed(f"{theirs} both have {noun} {name!r}; {step}")


def search_path() -> list[str]:
    """Where installed packages are looked for."""
    return loading.search_path()


def _own() -> Found:
    from mem.core.version import __version__

    return Found(BUILT_IN, "mem", __version__, "mem.sources.builtin")


def _entry_points() -> list[EntryPoint]:
    """Entry points of the group, of installed packages only.

    The name of a distribution stands in its metadata, which is read of those only that have one.
    """
    from importlib.metadata import distributions

    path = loading.search_path()
    having = (one for one in distributions(path=path) if _of_group(one))
    found: list[EntryPoint] = []
    for name, one in {one.name: one for one in having}.items():
        # The first on the path is the one that an import would find.
        found += _of_group(next(iter(distributions(name=name, path=path)), one))
    return found


def _of_group(distribution: Distribution) -> list[EntryPoint]:
    return [one for one in distribution.entry_points if one.group == GROUP]


def _found(point: EntryPoint) -> Found:
    distribution = point.dist
    if distribution is None:
        return Found(point.name, point.name, "", point.value)
    folder = Path(str(distribution.locate_file("")))
    return Found(point.name, distribution.name, distribution.version, point.value, folder)
