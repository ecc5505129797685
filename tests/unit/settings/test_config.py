"""Where settings come from, and that a bad one is named with its place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mem.errors import BadSetting, ConfigUnreadable, HomeNotWritable, UnknownSetting
from mem.settings.config import Settings, describe, explain, load, set_value
from mem.settings.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of(tmp_path / "home")


def write(paths: Paths, text: str) -> None:
    paths.config.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(text, encoding="utf-8")


def test_defaults_without_a_file(paths: Paths) -> None:
    assert load(paths, {}) == Settings()
    assert not paths.config.exists()
    assert {setting.field for setting in describe()} == set(Settings.__slots__)


def test_environment_before_file_before_default(paths: Paths) -> None:
    write(paths, '[search]\nlimit = 5\n[user]\nnames = ["Ann", "A. Lee"]\n')
    settings = load(paths, {"MEM_SEARCH_LIMIT": "7", "MEM_ANSWER_SENTENCES": ""})
    assert settings == Settings(search_limit=7, user_names=("Ann", "A. Lee"))
    origins = {one.setting.key: one.origin for one in explain(paths, {"MEM_SEARCH_LIMIT": "7"})}
    assert origins["search.limit"] == "MEM_SEARCH_LIMIT"
    assert origins["user.names"] == str(paths.config_file)
    assert origins["import.max_file_mb"] == "default"


def test_a_text_is_taken_as_it_is(paths: Paths) -> None:
    assert set_value(paths, "model.server", " http://127.0.0.1:8080 ") == "http://127.0.0.1:8080"
    assert set_value(paths, "model.file", "models, mine/a b.gguf") == "models, mine/a b.gguf"
    found = load(paths, {"MEM_MODEL_SERVER_NAME": "qwen3"})
    assert found.model_server == "http://127.0.0.1:8080"
    assert (found.model_file, found.model_server_name) == ("models, mine/a b.gguf", "qwen3")
    assert set_value(paths, "model.file", "") == ""
    assert load(paths, {}).model_file == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[model]\nfile = 5", "model.file"),
        ('[model]\nserver = ["http://127.0.0.1"]', "model.server"),
        ("[model]\nallow_remote = true", "model.allow_remote"),
        ("[search]\nlimit = 0", "search.limit"),
        ("[search]\nlimit = true", "search.limit"),
        ('[search]\nlimit = "5"', "search.limit"),
        ("[search]\nlimits = 5", "search.limits"),
        ("limit = 5", "limit"),
        ('[user]\nnames = "Ann"', "user.names"),
    ],
)
def test_bad_values_name_file_and_key(paths: Paths, text: str, key: str) -> None:
    write(paths, text)
    with pytest.raises(BadSetting) as caught:
        load(paths, {})
    assert str(caught.value).startswith(f"{paths.config_file}: {key}: ")


def test_bad_environment_names_the_variable(paths: Paths) -> None:
    with pytest.raises(BadSetting, match="environment: MEM_SEARCH_LIMIT: 'x' is not"):
        load(paths, {"MEM_SEARCH_LIMIT": "x"})


@pytest.mark.parametrize("content", [b"[search", b"\xff\xfe\x00"])
def test_unreadable_file(paths: Paths, content: bytes) -> None:
    paths.config.mkdir(parents=True)
    paths.config_file.write_bytes(content)
    with pytest.raises(ConfigUnreadable, match=r"config\.toml"):
        load(paths, {})
    with pytest.raises(ConfigUnreadable):
        set_value(paths, "search.limit", "3")


def test_set_keeps_comments_and_the_rest(paths: Paths) -> None:
    write(paths, "# mine\n[search]\nlimit = 5  # few\n[answer]\nsentences = 2\n")
    assert set_value(paths, "search.limit", "1_0") == 10
    assert set_value(paths, "user.names", '["Ann", "A. Lee"]') == ("Ann", "A. Lee")
    assert set_value(paths, "user.names", "Ann,  A. Lee,") == ("Ann", "A. Lee")
    text = paths.config_file.read_text(encoding="utf-8")
    assert text.startswith("# mine\n[search]\nlimit = 10  # few\n")
    assert load(paths, {}) == Settings(
        search_limit=10, answer_sentences=2, user_names=("Ann", "A. Lee")
    )


def test_set_makes_a_private_file(paths: Paths) -> None:
    set_value(paths, "search.limit", "3")
    assert stat.S_IMODE(paths.config_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.config.stat().st_mode) == 0o700
    assert [path.name for path in paths.config.iterdir()] == ["config.toml"]


def test_set_refuses(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(UnknownSetting, match=r"search\.limit"):
        set_value(paths, "no.such", "1")
    with pytest.raises(BadSetting, match="between 1 and 1000"):
        set_value(paths, "search.limit", "0")
    assert not paths.config_file.exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeNotWritable):
        set_value(Paths.of(tmp_path / "file" / "below"), "search.limit", "3")
