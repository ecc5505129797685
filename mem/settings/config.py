"""The settings: one table says what there is; a value comes from `MEM_*`, config.toml or a default.

Reading never writes, and a value that is not valid is an error that names its place and key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mem.core.files import replace_text
from mem.errors import BadSetting, ConfigUnreadable, HomeNotWritable, UnknownSetting
from mem.settings.paths import Paths

Value = int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; `describe` says what each is for."""

    search_limit: int = 10
    import_max_file_mb: int = 50
    import_secrets: str = "redact"
    index_exact_below: int = 20_000
    user_names: tuple[str, ...] = ()
    answer_sentences: int = 3
    learn_from_use: str = "on"
    consolidate_idle: str = "on"
    consolidate_calls: int = 60
    model_file: str = ""
    model_server: str = ""
    model_server_name: str = ""
    model_allow_remote: str = "off"
    model_context: int = 4096
    model_threads: int = 0
    model_memory_mb: int = 4096
    model_deadline: int = 300
    model_gpu_layers: int = -1
    rerank_model: str = ""
    rerank_server: str = ""
    rerank_hits: int = 20
    rerank_deadline_ms: int = 5000


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one setting; `key` is `table.name` in config.toml.

    `least` and `most` bound a number, both included; `choices` are the words that one of may be
    given. Without either it is a text where the default is one, else a list of names.
    """

    key: str
    default: Value
    help: str
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The attribute of `Settings` that holds it."""
        return self.key.replace(".", "_")

    @property
    def env(self) -> str:
        """The environment variable that goes before config.toml."""
        return "MEM_" + self.field.upper()


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting, its value in force, and where that was read: a file, a variable or "default"."""

    setting: Setting
    value: Value
    origin: str


_DEFAULTS: Final = Settings()
_KNOWN: Final = (
    Setting("search.limit", _DEFAULTS.search_limit, "hits that a search shows", 1, 1000),
    Setting(
        "import.max_file_mb",
        _DEFAULTS.import_max_file_mb,
        "files larger than this many megabytes are skipped, save where they can be read in parts",
        1,
        100_000,
    ),
    Setting(
        "import.secrets",
        _DEFAULTS.import_secrets,
        "passwords, keys and card numbers are replaced by a mark (redact) or taken in (keep)",
        choices=("redact", "keep"),
    ),
    Setting(
        "index.exact_below",
        _DEFAULTS.index_exact_below,
        "up to this many vectors every one is compared; above it the index answers",
        0,
        100_000_000,
    ),
    Setting("user.names", _DEFAULTS.user_names, "names under which you speak in chats"),
    Setting(
        "answer.sentences",
        _DEFAULTS.answer_sentences,
        "sentences that an answer has at most",
        1,
        20,
    ),
    Setting(
        "learn.from_use",
        _DEFAULTS.learn_from_use,
        "what answers cite fades later and is found sooner (on), or use teaches nothing (off)",
        choices=("on", "off"),
    ),
    Setting(
        "consolidate.idle",
        _DEFAULTS.consolidate_idle,
        "the watcher draws memories when there is nothing to read (on), or leaves it (off)",
        choices=("on", "off"),
    ),
    Setting(
        "consolidate.calls",
        _DEFAULTS.consolidate_calls,
        "calls of the language model in an hour that the watcher may make for it",
        0,
        10_000,
    ),
    Setting(
        "model.file",
        _DEFAULTS.model_file,
        "the language model: a name that `mem model list` shows, or a GGUF file; empty for none",
    ),
    Setting(
        "model.server",
        _DEFAULTS.model_server,
        "an OpenAI-compatible server that runs the language model instead, such as "
        "http://127.0.0.1:8080; empty for none",
    ),
    Setting(
        "model.server_name",
        _DEFAULTS.model_server_name,
        "what the server calls the model; empty for the first that it lists",
    ),
    Setting(
        "model.allow_remote",
        _DEFAULTS.model_allow_remote,
        "the server may be on another machine, and what is remembered is sent there (on), or not",
        choices=("off", "on"),
    ),
    Setting(
        "model.context",
        _DEFAULTS.model_context,
        "tokens of prompt and reply together that the language model has room for",
        256,
        1_000_000,
    ),
    Setting(
        "model.threads",
        _DEFAULTS.model_threads,
        "processor cores that the language model uses; 0 for all",
        0,
        1024,
    ),
    Setting(
        "model.memory_mb",
        _DEFAULTS.model_memory_mb,
        "megabytes that the language model's process may take beyond the size of its file",
        256,
        1_000_000,
    ),
    Setting(
        "model.deadline",
        _DEFAULTS.model_deadline,
        "seconds after which a request to the language model is stopped",
        1,
        86_400,
    ),
    Setting(
        "model.gpu_layers",
        _DEFAULTS.model_gpu_layers,
        "layers computed by the graphics card, where llama.cpp was built for it; -1 for all",
        -1,
        1000,
    ),
    Setting(
        "rerank.model",
        _DEFAULTS.rerank_model,
        "a reranker that deep searches use: a name that `mem model list` shows, or a GGUF file; "
        "empty for none",
    ),
    Setting(
        "rerank.server",
        _DEFAULTS.rerank_server,
        "a server with /v1/rerank that is asked instead, such as http://127.0.0.1:8081; empty for "
        "none",
    ),
    Setting(
        "rerank.hits",
        _DEFAULTS.rerank_hits,
        "first hits of a deep search that the reranker reads",
        2,
        200,
    ),
    Setting(
        "rerank.deadline_ms",
        _DEFAULTS.rerank_deadline_ms,
        "milliseconds that the reranker has for a search, loading included; what it has not read "
        "by then keeps its order",
        50,
        600_000,
    ),
)


def describe() -> list[Setting]:
    """Every setting there is, in the order of the documentation."""
    return list(_KNOWN)


def load(paths: Paths, env: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force. Raises ConfigUnreadable, BadSetting."""
    values: dict[str, Any] = {entry.setting.field: entry.value for entry in explain(paths, env)}
    return Settings(**values)


def explain(paths: Paths, env: Mapping[str, str] = os.environ) -> list[SettingValue]:
    """Each setting's value with its origin. Raises ConfigUnreadable, BadSetting."""
    place = str(paths.config_file)
    written = _flattened(_read_toml(paths.config_file), place)
    found = []
    for setting in _KNOWN:
        if env.get(setting.env):
            value = _from_text(setting, env[setting.env], place="environment", key=setting.env)
            found.append(SettingValue(setting, value, setting.env))
        elif setting.key in written:
            value = _checked(setting, written[setting.key], place=place, key=setting.key)
            found.append(SettingValue(setting, value, place))
        else:
            found.append(SettingValue(setting, setting.default, "default"))
    return found


def find(key: str) -> Setting:
    """The setting called `key`. Raises UnknownSetting."""
    for setting in _KNOWN:
        if setting.key == key:
            return setting
    raise UnknownSetting(key, [setting.key for setting in _KNOWN])


def set_value(paths: Paths, key: str, text: str) -> Value:
    """Write one setting into config.toml, keeping its comments, and return the value written.

    `text` is a number, a word or text, or names parted by commas. Raises UnknownSetting,
    BadSetting, ConfigUnreadable, HomeNotWritable.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    setting = find(key)
    value = _from_text(setting, text, place="given value", key=key)
    file = paths.config_file
    try:
        content = tomlkit.parse(_read_text(file))
    except TOMLKitError as error:
        raise ConfigUnreadable(str(file), str(error)) from error
    table, name = key.split(".")
    if table not in content:
        content[table] = tomlkit.table()
    section = content[table]
    if not isinstance(section, tomlkit.items.Table):
        raise BadSetting(str(file), table, "is not a table")
    section[name] = list(value) if isinstance(value, tuple) else value
    _write_text(file, tomlkit.dumps(content))
    return value


def _read_toml(file: Path) -> Mapping[str, object]:
    text = _read_text(file)
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigUnreadable(str(file), str(error)) from error


def _read_text(file: Path) -> str:
    """The file's text, empty where there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise ConfigUnreadable(str(file), "it is not UTF-8") from error
    except OSError as error:
        step = "Check its permissions, or set MEM_HOME to a folder you own"
        raise ConfigUnreadable(str(file), error.strerror or str(error), step) from error


def _write_text(file: Path, text: str) -> None:
    """Replace the file as a whole, readable by its owner only."""
    try:
        replace_text(file, text)
    except OSError as error:
        raise HomeNotWritable(str(file), error.strerror or str(error)) from error


def _flattened(content: Mapping[str, object], place: str) -> dict[str, object]:
    """`table.name` to value; raises BadSetting for a key that means nothing."""
    known = {setting.key for setting in _KNOWN}
    flat: dict[str, object] = {}
    for table, section in content.items():
        if not isinstance(section, Mapping):
            raise BadSetting(place, table, "there is no such setting outside a table")
        for name, value in section.items():
            key = f"{table}.{name}"
            if key not in known:
                raise BadSetting(
                    place, key, f"there is no such setting; known: {', '.join(sorted(known))}"
                )
            flat[key] = value
    return flat


def _from_text(setting: Setting, text: str, *, place: str, key: str) -> Value:
    if setting.choices or isinstance(setting.default, str):
        return _checked(setting, text.strip(), place=place, key=key)
    if setting.least is None:
        # A list as TOML and JSON write it is one too: ["Ann Lee", "Annie"].
        bare = text.strip()
        bare = bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare
        names = [name.strip().strip("\"'").strip() for name in bare.split(",")]
        return _checked(setting, [name for name in names if name], place=place, key=key)
    try:
        number = int(text.strip().replace("_", ""))
    except ValueError as error:
        raise BadSetting(place, key, f"{text!r} is not a whole number") from error
    return _checked(setting, number, place=place, key=key)


def _checked(setting: Setting, value: object, *, place: str, key: str) -> Value:
    """`value` as the setting's type, within its bounds."""
    if setting.choices:
        if isinstance(value, str) and value in setting.choices:
            return value
        raise BadSetting(place, key, f"{value!r} is not one of {', '.join(setting.choices)}")
    if isinstance(setting.default, str):
        if isinstance(value, str):
            return value
        raise BadSetting(place, key, "a text is wanted")
    if setting.least is None or setting.most is None:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return tuple(value)
        raise BadSetting(place, key, "a list of names is wanted")
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadSetting(place, key, f"{value!r} is not a whole number")
    if not setting.least <= value <= setting.most:
        raise BadSetting(place, key, f"{value} is not between {setting.least} and {setting.most}")
    return value
