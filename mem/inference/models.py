"""Model files: what can be had, what is here, and what is taken in after a check.

Nothing is kept whose SHA-256 is not that of the registry, or that of its first download from the
hub, unless a person vouches for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mem.core.files import expanded
from mem.errors import (
    ChecksumWrong,
    FileUnreadable,
    LanguageModelUnusable,
    ModelNameTaken,
    ModelNotTrusted,
    NoLanguageModel,
    PathMissing,
    UnknownModel,
)
from mem.inference.memory import fits, total_memory
from mem.inference.modelfiles import (
    ModelFolder,
    Progress,
    Record,
    copy_hashed,
    file_hash,
    quiet,
    require_gguf,
)
from mem.inference.rankhead import has_rank_head
from mem.inference.registry import (
    ModelInfo,
    is_name,
    name_of,
    own_models,
    recommended,
    with_offers,
)
from mem.settings.config import find, load, set_value
from mem.settings.paths import Paths

_SETTING = "model.file"
_RERANKER = "rerank.model"
_REPLACED = (
    "If its publisher has replaced the file, `mem model pull {} --trust` takes the other one."
)
_OTHER_FILE = "Fetch it without --file, or give your file another name."


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model and how it stands here; `path` is None where its file is not here, and `fits` None
    where the machine's memory is unknown.
    """

    info: ModelInfo
    record: Record | None
    path: Path | None
    in_use: bool
    fits: bool | None
    recommended: bool

    @property
    def sha256(self) -> str:
        """What the file must hash to; empty where nothing says so yet."""
        return self.info.sha256 or (self.record.sha256 if self.record else "")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a pull did: `fetched` are the bytes that were fetched or copied, `resumed` those that
    were here from before. Both are 0 where the file was here already.
    """

    name: str
    path: Path
    size: int
    sha256: str
    fetched: int
    resumed: int


def resolve(paths: Paths, name: str) -> Path:
    """The file that `model.file` or `rerank.model` means: a name, or the path of a GGUF file.

    Raises NoLanguageModel, LanguageModelUnusable.
    """
    if not name:
        raise NoLanguageModel
    folder = ModelFolder(paths.models)
    if name in folder.records():
        return folder.checked(name)
    if name in {one.name for one in own_models()}:
        raise NoLanguageModel(
            f"the model {name} is not on this machine (`mem model pull {name}` fetches it)"
        )
    path = expanded(name)
    try:
        require_gguf(path)
    except PathMissing as error:
        raise NoLanguageModel(f"there is no model {name!r} and no such file") from error
    except FileUnreadable as error:
        raise LanguageModelUnusable(str(path), error.reason) from error
    return path


class Models:
    """The language models that one home can use. `offers` are those of plugins."""

    def __init__(self, paths: Paths, offers: Iterable[tuple[str, object]] = ()) -> None:
        self._paths = paths
        self._folder = ModelFolder(paths.models)
        self._known, self.problems = with_offers(offers)
        self.memory = total_memory()

    def all(self) -> list[ModelState]:
        """Everything that can be had or is here. Raises ConfigUnreadable, BadSetting."""
        records = self._folder.records()
        listed = {one.name for one in self._known}
        own = [
            _local(record, self._folder.path(record.name))
            for record in records.values()
            if record.name not in listed and self._folder.has(record.name)
        ]
        settings = load(self._paths)
        used = {True: settings.rerank_model, False: settings.model_file}
        best = recommended(self._known, self.memory)
        known = [self._looked_at(one) for one in self._known]
        return [
            ModelState(
                info=info,
                record=records.get(info.name),
                path=self._folder.path(info.name) if self._folder.has(info.name) else None,
                in_use=info.name == used[info.reranks],
                fits=fits(info.size, self.memory),
                recommended=info.name == best,
            )
            for info in (*known, *own)
        ]

    def _looked_at(self, info: ModelInfo) -> ModelInfo:
        """A plugin does not say whether its model reranks; the file does, once it is here."""
        if info.origin == "mem" or not self._folder.has(info.name):
            return info
        return replace(info, reranks=_reranks(self._folder.path(info.name)))

    def get(self, name: str) -> ModelState:
        """The model called `name`. Raises UnknownModel."""
        states = self.all()
        for state in states:
            if state.info.name == name:
                return state
        raise UnknownModel(name, [state.info.name for state in states])

    def pull(
        self, name: str, *, at: datetime, trust: bool = False, progress: Progress = quiet
    ) -> Taken:
        """Fetch a model, going on where an earlier pull was cut off.

        Its hash is that of the registry, else that of the first pull; `trust` accepts another one
        than that of the first pull, and one that nothing says. Raises UnknownModel, DownloadFailed,
        ChecksumWrong, NotEnoughSpace, ModelNotTrusted, LanguageModelUnusable, HomeNotWritable.
        """
        state = self.get(name)
        info, record = state.info, state.record
        wanted = info.sha256 or (record.sha256 if record and not trust else "")
        if state.path is not None and record is not None and wanted in (record.sha256, ""):
            path = self._folder.checked(name)
            return Taken(name, path, record.size, record.sha256, 0, 0)
        if not (info.repository or info.url):
            raise NoLanguageModel(f"the model {name} came from a file (`mem model pull --file`)")
        if not (wanted or info.repository or trust):
            raise ModelNotTrusted(info.url, "")
        with self._folder.locked():
            return self._fetched(info, wanted, at, trusted=trust, progress=progress)

    def _fetched(
        self, info: ModelInfo, wanted: str, at: datetime, *, trusted: bool, progress: Progress
    ) -> Taken:
        from mem.inference import download

        name = info.name
        url = info.url or download.hub_url(info.repository, info.revision, info.file)
        remote = download.ask(name, url)
        step = _REPLACED.format(name) if not info.sha256 else "Another source must be found for it."
        if wanted and remote.sha256 and remote.sha256 != wanted:
            raise ChecksumWrong(url, wanted, remote.sha256, step)
        size = remote.size or info.size
        part = self._folder.part(name, f"{url} {remote.mark}")
        before = min(part.stat().st_size, size) if part.exists() else 0
        self._folder.require_room(size - before)
        with self._folder.writing():
            part.touch(mode=0o600)
        download.fetch(name, remote, part, size, lambda done: progress("fetching", done, size))
        found = file_hash(part, progress)
        if found != (wanted or remote.sha256 or found):
            part.unlink()
            raise ChecksumWrong(url, wanted or remote.sha256, found, step)
        try:
            require_gguf(part)
        except LanguageModelUnusable as error:
            part.unlink()
            raise LanguageModelUnusable(url, error.reason) from error
        revision = remote.revision or info.revision or "unknown"
        record = _record(info, found, part, at, revision=revision, trusted=trusted and not wanted)
        path = self._folder.keep(part, record)
        return Taken(name, path, record.size, found, record.size - before, before)

    def add_file(
        self,
        path: Path,
        name: str | None,
        *,
        at: datetime,
        trust: bool = False,
        progress: Progress = quiet,
    ) -> Taken:
        """Copy a GGUF file into the home, under the name that its hash is known by, `name`, or its
        own. Raises PathMissing, FileUnreadable, LanguageModelUnusable, ChecksumWrong,
        ModelNotTrusted, ModelNameTaken, UnknownModel, NotEnoughSpace, HomeNotWritable.
        """
        require_gguf(path)
        found = file_hash(path, progress)
        states = self.all()
        known = next((one.info for one in states if one.sha256 == found), None)
        name = name or (known.name if known else name_of(path))
        if not is_name(name):
            raise UnknownModel(name, [one.info.name for one in states])
        there = next((one for one in states if one.info.name == name), None)
        if there is not None and there.path is not None and there.sha256 == found:
            checked = self._folder.checked(name)
            return Taken(name, checked, checked.stat().st_size, found, 0, 0)
        if there is not None and there.info.sha256 and there.info.sha256 != found:
            raise ChecksumWrong(str(path), there.info.sha256, found, _OTHER_FILE)
        if there is not None and there.path is not None:
            raise ModelNameTaken(name)
        if known is None and not trust:
            raise ModelNotTrusted(str(path), found)
        with self._folder.locked():
            return self._copied(path, name, known, found, at, progress)

    def _copied(
        self,
        path: Path,
        name: str,
        known: ModelInfo | None,
        wanted: str,
        at: datetime,
        progress: Progress,
    ) -> Taken:
        part = self._folder.part(name, wanted)
        self._folder.require_room(path.stat().st_size)
        try:
            with self._folder.writing():
                found = copy_hashed(path, part, progress)
        except BaseException:
            # A copy is not gone on with, whatever stopped it.
            part.unlink(missing_ok=True)
            raise
        if found != wanted:
            part.unlink()
            raise ChecksumWrong(str(path), wanted, found, "It changed while it was read.")
        info = ModelInfo(
            name=name,
            file=path.name,
            size=part.stat().st_size,
            sha256=found,
            licence=known.licence if known else "",
            origin="file",
        )
        record = _record(info, found, part, at, revision="", trusted=known is None)
        return Taken(name, self._folder.keep(part, record), record.size, found, record.size, 0)

    def remove(self, name: str) -> int:
        """Delete a model's file, and what an interrupted pull of it left; returns the bytes freed.
        Where it is in use, none is in use afterwards. Raises UnknownModel, NoLanguageModel.
        """
        state = self.get(name)
        if not self.removable(state):
            raise NoLanguageModel(f"the model {name} is not on this machine")
        if state.in_use:
            set_value(self._paths, _setting(state.info), "")
        return self._folder.remove(name)

    def removable(self, state: ModelState) -> Sequence[Path]:
        """The files that `remove` would delete."""
        own = [state.path] if state.path is not None else []
        return [*own, *self._folder.parts(state.info.name)]

    def use(self, name: str) -> Path:
        """Write into config.toml that `name` is in use, as language model or as reranker; returns
        its file. Raises UnknownModel, NoLanguageModel, LanguageModelUnusable.
        """
        info = self.get(name).info
        path = self._folder.checked(name)
        set_value(self._paths, _setting(info), name)
        return path

    def goes_before(self, name: str) -> str:
        """The setting because of which another model than `name`, chosen by `use`, is in force;
        empty where none is.
        """
        settings, setting = load(self._paths), _setting(self.get(name).info)
        server, used = settings.model_server, settings.model_file
        if setting == _RERANKER:
            server, used = settings.rerank_server, settings.rerank_model
        if server:
            return f"{setting.partition('.')[0]}.server"
        return "" if used == name else find(setting).env


def _setting(info: ModelInfo) -> str:
    """The setting that a model is put to use by."""
    return _RERANKER if info.reranks else _SETTING


def _reranks(path: Path) -> bool:
    try:
        return has_rank_head(path)
    except OSError:
        # What cannot be read is told of where it is used.
        return False


def _record(
    info: ModelInfo, sha256: str, part: Path, at: datetime, *, revision: str, trusted: bool
) -> Record:
    return Record(
        name=info.name,
        sha256=sha256,
        size=part.stat().st_size,
        modified=0,
        origin=info.repository or info.url or info.file,
        revision=revision,
        licence=info.licence,
        trusted=trusted,
        added_at=at.isoformat(),
    )


def _local(record: Record, path: Path) -> ModelInfo:
    """A model that no list has, from its record and its file."""
    return ModelInfo(
        name=record.name,
        file=record.origin,
        size=record.size,
        sha256="",
        licence=record.licence,
        revision=record.revision,
        origin="file" if not record.revision else "plugin",
        reranks=_reranks(path),
    )
