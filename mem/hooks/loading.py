"""What happens while one plugin is loaded: where it may come from, how long it may take, and
whether what it offers is what the hooks ask for.

What a plugin prints goes to stderr, because stdout is data.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mem.core.protocols import Parser
from mem.errors import PluginFailed
from mem.hooks.guard import said_by
from mem.hooks.specs import (
    GROUP,
    HOOKS,
    HOOKS_VERSION,
    PREFIX,
    RESERVED,
    Extractor,
    HookInfo,
    Hooks,
)

if TYPE_CHECKING:
    import pluggy

T = TypeVar("T")
_HOOK_INFO = {info.name: info for info in HOOKS}
_VERSION_NAME = "MEM_HOOKS"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a plugin offers, checked: things by hook name, in the order of the hooks."""

    hooks: tuple[str, ...]
    offers: tuple[tuple[str, tuple[object, ...]], ...]

    @property
    def parsers(self) -> tuple[Parser, ...]:
        """What `mem_parsers` returned."""
        return cast("tuple[Parser, ...]", dict(self.offers).get("mem_parsers", ()))

    @property
    def extractors(self) -> tuple[Extractor, ...]:
        """What `mem_extractors` returned."""
        return cast("tuple[Extractor, ...]", dict(self.offers).get("mem_extractors", ()))

    def offered(self) -> dict[str, list[str]]:
        """The names of what each hook returned."""
        return {
            hook: [str(getattr(thing, "name", "")) for thing in things]
            for hook, things in self.offers
        }

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """(noun, name) of each thing offered, such as ("a parser", "html")."""
        return frozenset(
            (_one(_HOOK_INFO[hook]), name)
            for hook, names in self.offered().items()
            for name in names
        )


def contents_of(plugin: object, *, isolated: bool = True) -> Contents:
    """Ask a plugin (a module or an object) for all it offers. Raises PluginFailed.

    With `isolated`, each parser must be one that a child process can make for itself.
    """
    written_for = getattr(plugin, _VERSION_NAME, HOOKS_VERSION)
    if not isinstance(written_for, int) or not 1 <= written_for <= HOOKS_VERSION:
        raise PluginFailed(
            f"it is written for version {written_for!r} of the hooks, and this mem has "
            f"{HOOKS_VERSION}; install a mem and a plugin that fit"
        )
    manager = _registered(plugin)
    hooks = tuple(caller.name for caller in manager.get_hookcallers(plugin) or ())
    unknown = [name for name in hooks if name not in _HOOK_INFO]
    if unknown:
        known = ", ".join(_HOOK_INFO)
        raise PluginFailed(f"there is no hook {unknown[0]}; hooks are {known}")
    if not hooks:
        raise PluginFailed(f"it has no function whose name begins with {PREFIX}")
    ordered = tuple(info for info in HOOKS if info.name in hooks)
    return Contents(
        tuple(info.name for info in ordered),
        tuple((info.name, tuple(_offers(manager, info, isolated))) for info in ordered),
    )


def _registered(plugin: object) -> pluggy.PluginManager:
    """A manager that knows the hooks and this plugin alone. Raises PluginFailed."""
    import pluggy

    class Manager(pluggy.PluginManager):
        """Takes functions by their names, marked as hooks or not."""

        def parse_hookspec_opts(self, module_or_class: Any, name: str) -> Any:
            del module_or_class
            return {} if name.startswith(PREFIX) else None

        def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
            if not name.startswith(PREFIX) or not inspect.isroutine(getattr(plugin, name, None)):
                return None
            return super().parse_hookimpl_opts(plugin, name) or {}

    manager = Manager(GROUP)
    manager.add_hookspecs(Hooks)
    try:
        manager.register(plugin)
    except pluggy.PluginValidationError as error:
        raise PluginFailed(f"a hook of it has the wrong signature ({said_by(error)})") from error
    return manager


def _offers(manager: pluggy.PluginManager, info: HookInfo, isolated: bool) -> Iterator[object]:
    """What the plugin's hook returns, each thing checked. Raises PluginFailed."""
    for result in getattr(manager.hook, info.name)():
        if isinstance(result, str) or not hasattr(result, "__iter__"):
            raise PluginFailed(f"{info.name} returns no list, but {type(result).__name__}")
        for thing in result:
            _check(info, thing)
            if isolated and info.name in ("mem_parsers", "mem_importers"):
                _check_parser(thing, f"{info.name} returns a {type(thing).__name__}")
            yield thing


def _check(info: HookInfo, thing: object) -> None:
    """Raises PluginFailed where `thing` is not what the hook asks for."""
    what = f"{info.name} returns a {type(thing).__name__}"
    if isinstance(thing, type):
        raise PluginFailed(f"{info.name} returns the class {thing.__name__}, not one made of it")
    missing = [name for name in info.needs if not hasattr(thing, name)]
    if missing:
        raise PluginFailed(f"{what} without {missing[0]!r}")
    name = getattr(thing, "name", None)
    if not isinstance(name, str) or not name or len(name) > 60 or name.split() != [name]:
        raise PluginFailed(f"{what} whose name is {name!r:.80}, not a short word")
    if name in RESERVED:
        raise PluginFailed(f"{what} whose name {name!r} has another meaning")


def _check_parser(parser: object, what: str) -> None:
    """Raises PluginFailed where a child process could not make the same parser."""
    version = getattr(parser, "version", None)
    if not isinstance(version, int):
        raise PluginFailed(f"{what} whose version is {version!r:.80}, not a whole number")
    kind = type(parser)
    if getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is not kind:
        raise PluginFailed(f"{what}, which is no class at the top of its module")
    try:
        inspect.signature(kind).bind()
    except (TypeError, ValueError) as error:
        raise PluginFailed(f"{what}, which cannot be made without arguments") from error


def _one(info: HookInfo) -> str:
    noun = info.noun.removesuffix("s")
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of `work`, done in a thread. Raises what it raises (an exit as PluginFailed),
    and PluginFailed where it takes longer; the thread is left behind then.
    """
    results: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            raised.append(error)

    thread = threading.Thread(target=run, name="plugin", daemon=True)
    with _stdout_on_stderr():
        thread.start()
        thread.join(seconds)
    if raised:
        if isinstance(raised[0], Exception):
            raise raised[0]
        raise PluginFailed(f"it ends the program ({said_by(raised[0])})")
    if not results:
        raise PluginFailed(f"it takes more than {seconds:g} s to load")
    return results[0]


@contextmanager
def _stdout_on_stderr() -> Iterator[None]:
    out = sys.stdout
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = out


def search_path() -> list[str]:
    """Where installed packages are: `sys.path` without the working folder that `python -m` puts
    first, so that lying in a folder of documents is not being installed.
    """
    first, *rest = sys.path or [""]
    return rest if _same(first or ".", Path.cwd()) and not sys.flags.safe_path else sys.path[:]


def refuse_data_folders(target: str, folder: Path | None, data: Collection[Path]) -> None:
    """Raises PluginFailed where the package, or the module that an import of `target` would
    take, lies below one of the folders `data`, or in a working folder that is not on the path
    of installed packages. Only the top package is looked for; nothing is imported.
    """
    from importlib.util import find_spec

    spec = find_spec(target.partition(":")[0].partition(".")[0].strip())
    places = [folder] if folder is not None else []
    if spec is not None:
        places += [Path(one) for one in spec.submodule_search_locations or ()]
        places += [Path(spec.origin)] if spec.has_location and spec.origin else []
    for place in places:
        for forbidden in data:
            if place.resolve().is_relative_to(forbidden.resolve()):
                raise PluginFailed(f"it lies in a data folder ({place}); install it with pip")
    installed = [Path(one or ".").resolve() for one in search_path()]
    here = Path.cwd().resolve()
    if here not in installed and any(place.resolve().parent == here for place in places[1:]):
        raise PluginFailed(f"its module would be taken from the working folder ({here})")


def _same(one: str, other: Path) -> bool:
    try:
        return Path(one).resolve() == other.resolve()
    except OSError:
        return False
