"""Model files: fetched, gone on with, checked, refused, removed; from a hub that runs here."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mem.errors import (
    ChecksumWrong,
    DownloadFailed,
    HomeNotWritable,
    LanguageModelUnusable,
    ModelNameTaken,
    ModelNotTrusted,
    NoLanguageModel,
    NotEnoughSpace,
    PathMissing,
    UnknownModel,
)
from mem.hooks.specs import ModelOffer
from mem.inference.models import Models, Taken, resolve
from mem.inference.registry import own_models, recommended, with_offers
from mem.parts import Parts
from mem.settings.config import Settings, load
from mem.settings.paths import Paths
from mem.testing import FixedClock
from tests.hub import COMMIT, MEBIBYTE, Hub, gguf, serving

AT = datetime(2025, 6, 1, tzinfo=UTC)
CONTENT = gguf(3 * MEBIBYTE + 700_000)
OTHER = gguf(len(CONTENT), "b")
HASH = hashlib.sha256(CONTENT).hexdigest()
RANDOM = Path(__file__).parents[2] / "fixtures" / "models" / "random.gguf"
URL = "https://huggingface.co/acme/tiny/resolve/main/tiny.gguf"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of(tmp_path / "home")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving() as hub:
        hub.files["tiny.gguf"] = CONTENT
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        # The library waits a second before it tries again.
        monkeypatch.setattr(
            "huggingface_hub.file_download.time", SimpleNamespace(sleep=lambda seconds: None)
        )
        yield hub


def models(paths: Paths, sha256: str = "", url: str = URL) -> Models:
    return Models(paths, [("acme", ModelOffer("tiny", url, sha256, len(CONTENT), "MIT"))])


def pull(paths: Paths, sha256: str = "", **options: Any) -> Taken:
    return models(paths, sha256).pull("tiny", at=AT, **options)


def left(paths: Paths) -> list[str]:
    """What lies in the folder of models, but its lock."""
    return sorted(path.name for path in paths.models.iterdir() if path.name != ".lock")


def test_a_model_is_fetched_and_checked(paths: Paths, hub: Hub) -> None:
    seen: list[tuple[str, int, int]] = []
    taken = pull(paths, HASH, progress=lambda *said: seen.append(said))
    assert taken == Taken("tiny", paths.models / "tiny.gguf", len(CONTENT), HASH, len(CONTENT), 0)
    assert taken.path.read_bytes() == CONTENT
    assert left(paths) == ["models.json", "tiny.gguf"]
    assert ("fetching", len(CONTENT), len(CONTENT)) in seen
    assert seen[-1] == ("checking", len(CONTENT), len(CONTENT))
    state = models(paths, HASH).get("tiny")
    assert state.record is not None and state.record.revision == COMMIT
    assert state.path == taken.path == resolve(paths, "tiny")
    if os.name == "posix":
        assert paths.models.stat().st_mode & 0o777 == 0o700
        assert all(path.stat().st_mode & 0o077 == 0 for path in paths.models.glob("[mt]*"))
    asked = len(hub.asked)
    assert pull(paths, HASH).fetched == 0
    assert len(hub.asked) == asked, "what is here is not asked for again"


def test_nothing_of_the_person_is_sent(
    paths: Paths, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(paths, HASH)
    assert {headers["user-agent"].partition("/")[0] for headers in hub.headers} == {"mem"}
    assert not any("authorization" in headers for headers in hub.headers)
    assert all("/resolve/" in path or "/cdn/" in path for _, path, _ in hub.asked)


def test_a_cut_connection_is_gone_on_with(paths: Paths, hub: Hub) -> None:
    hub.cut_after = 2 * MEBIBYTE + 5
    with pytest.raises(DownloadFailed, match="answers 503"):
        pull(paths, HASH)
    (part,) = left(paths)
    assert part.endswith(".part")
    assert models(paths, HASH).get("tiny").path is None
    hub.status, hub.asked = None, []
    taken = pull(paths, HASH)
    assert hub.gets() == [f"bytes={2 * MEBIBYTE}-"]
    assert (taken.resumed, taken.fetched) == (2 * MEBIBYTE, len(CONTENT) - 2 * MEBIBYTE)
    assert taken.path.read_bytes() == CONTENT


def test_a_server_without_ranges_starts_again(paths: Paths, hub: Hub) -> None:
    hub.cut_after, hub.ranges = 2 * MEBIBYTE, False
    with pytest.raises(DownloadFailed):
        pull(paths, HASH)
    hub.status = None
    assert pull(paths, HASH).path.read_bytes() == CONTENT


def test_what_arrived_of_another_content_is_not_gone_on_with(paths: Paths, hub: Hub) -> None:
    hub.cut_after = 2 * MEBIBYTE
    with pytest.raises(DownloadFailed):
        pull(paths)
    hub.status, hub.files["tiny.gguf"] = None, OTHER
    taken = pull(paths)
    assert taken.resumed == 0 and taken.path.read_bytes() == OTHER
    assert left(paths) == ["models.json", "tiny.gguf"]


def test_a_wrong_hash_is_refused_before_anything_is_fetched(paths: Paths, hub: Hub) -> None:
    hub.files["tiny.gguf"] = OTHER
    with pytest.raises(ChecksumWrong):
        pull(paths, HASH)
    assert hub.gets() == []
    assert left(paths) == []


def test_a_server_that_lies_about_the_hash_is_found_out(paths: Paths, hub: Hub) -> None:
    hub.files["tiny.gguf"] = OTHER
    hub.said_hash["tiny.gguf"] = HASH
    with pytest.raises(ChecksumWrong, match=HASH[:12]):
        pull(paths, HASH)
    assert len(hub.gets()) == 1
    assert left(paths) == []
    with pytest.raises(ChecksumWrong):
        pull(paths)


def test_the_first_pull_pins_the_hash(paths: Paths, hub: Hub) -> None:
    pull(paths)
    assert models(paths).get("tiny").sha256 == HASH
    models(paths).remove("tiny")
    assert models(paths).get("tiny").sha256 == HASH, "the hash outlives the file"
    hub.files["tiny.gguf"] = OTHER
    with pytest.raises(ChecksumWrong, match="--trust"):
        pull(paths)
    taken = pull(paths, trust=True)
    assert taken.path.read_bytes() == OTHER
    assert models(paths).get("tiny").sha256 == taken.sha256 != HASH


def test_trust_does_not_put_a_known_hash_aside(paths: Paths, hub: Hub) -> None:
    hub.files["tiny.gguf"] = OTHER
    with pytest.raises(ChecksumWrong):
        pull(paths, HASH, trust=True)


def test_a_small_disk_is_refused_before_anything_is_fetched(
    paths: Paths, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=len(CONTENT)))
    with pytest.raises(NotEnoughSpace, match=re.escape(str(paths.models))):
        pull(paths, HASH)
    assert hub.gets() == []
    assert left(paths) == []


def test_what_is_no_model_is_refused(paths: Paths, hub: Hub) -> None:
    hub.files["tiny.gguf"] = b"<html>" * 100
    with pytest.raises(LanguageModelUnusable, match="not a GGUF"):
        pull(paths)
    assert left(paths) == []


def test_a_missing_file_and_an_unreachable_hub(
    paths: Paths, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    del hub.files["tiny.gguf"]
    with pytest.raises(DownloadFailed, match="answers 404"):
        pull(paths)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1:9"):
        pull(paths)


def test_a_file_that_is_not_of_the_hub_needs_its_hash_or_trust(paths: Paths, hub: Hub) -> None:
    url = f"{hub.endpoint}/cdn/tiny.gguf"
    with pytest.raises(ModelNotTrusted):
        models(paths, url=url).pull("tiny", at=AT)
    assert hub.asked == []
    assert models(paths, HASH, url).pull("tiny", at=AT).sha256 == HASH


def test_a_changed_file_is_not_used(paths: Paths, hub: Hub) -> None:
    path = pull(paths, HASH).path
    stamp = path.stat().st_mtime
    os.utime(path, (stamp + 5, stamp + 5))
    assert resolve(paths, "tiny") == path, "only its date has changed"
    path.write_bytes(OTHER)
    os.utime(path, (stamp + 9, stamp + 9))
    with pytest.raises(LanguageModelUnusable, match="not the one that was recorded"):
        resolve(paths, "tiny")


def test_a_file_of_ones_own(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "My Model (v2).gguf"
    file.write_bytes(CONTENT)
    own = Models(paths)
    with pytest.raises(ModelNotTrusted, match=HASH):
        own.add_file(file, None, at=AT)
    assert not paths.models.exists()
    taken = own.add_file(file, None, at=AT, trust=True)
    assert (taken.name, taken.path.read_bytes()) == ("my-model-v2", CONTENT)
    assert own.get("my-model-v2").info.origin == "file"
    assert own.add_file(file, None, at=AT).fetched == 0, "it is known now"
    file.write_bytes(OTHER)
    with pytest.raises(ModelNameTaken):
        own.add_file(file, None, at=AT, trust=True)
    assert own.add_file(file, "second", at=AT, trust=True).name == "second"
    assert own.remove("my-model-v2") == len(CONTENT)
    with pytest.raises(UnknownModel):
        own.get("my-model-v2")


def test_a_file_with_a_known_hash_needs_no_trust(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "download.gguf"
    file.write_bytes(CONTENT)
    taken = models(paths, HASH).add_file(file, None, at=AT)
    assert taken.name == "tiny"
    assert resolve(paths, "tiny") == taken.path
    file.write_bytes(OTHER)
    with pytest.raises(ChecksumWrong):
        models(paths, HASH).add_file(file, "tiny", at=AT, trust=True)


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"not a model", LanguageModelUnusable), (b"", LanguageModelUnusable), (None, PathMissing)],
)
def test_a_file_that_is_no_model(
    paths: Paths, tmp_path: Path, content: bytes | None, error: type[Exception]
) -> None:
    file = tmp_path / "x.gguf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(error):
        Models(paths).add_file(file, None, at=AT, trust=True)


def test_what_a_setting_means(paths: Paths, tmp_path: Path) -> None:
    for name, said in {
        "": "No language model is set up",
        "qwen3-8b": "mem model pull qwen3-8b",
        "nope": "no model 'nope'",
    }.items():
        with pytest.raises(NoLanguageModel, match=said):
            resolve(paths, name)
    file = tmp_path / "x.gguf"
    file.write_bytes(b"something else")
    with pytest.raises(LanguageModelUnusable, match="not a GGUF"):
        resolve(paths, str(file))
    file.write_bytes(CONTENT)
    assert resolve(paths, str(file)) == file


def test_the_model_in_use(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(CONTENT)
    own = Models(paths)
    taken = own.add_file(file, None, at=AT, trust=True)
    with pytest.raises(UnknownModel):
        own.use(str(file))
    with pytest.raises(NoLanguageModel):
        own.use("qwen3-8b")
    assert own.use("mine") == taken.path
    assert load(paths, {}).model_file == "mine"
    assert [one.info.name for one in own.all() if one.in_use] == ["mine"]
    assert own.goes_before("mine") == ""
    monkeypatch.setenv("MEM_MODEL_FILE", "other")
    assert own.goes_before("mine") == "MEM_MODEL_FILE"
    monkeypatch.setenv("MEM_MODEL_SERVER", "http://127.0.0.1:8080")
    assert own.goes_before("mine") == "model.server"
    monkeypatch.delenv("MEM_MODEL_SERVER")
    monkeypatch.delenv("MEM_MODEL_FILE")
    own.remove("mine")
    assert load(paths, {}).model_file == ""


@pytest.mark.skipif(find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_the_model_in_use_is_the_one_that_runs(paths: Paths) -> None:
    settings = Settings(model_file="random")
    with pytest.raises(NoLanguageModel, match="'random'"):
        _ = Parts(paths, settings, FixedClock(AT)).language_model
    taken = Models(paths).add_file(RANDOM, None, at=AT, trust=True)
    parts = Parts(paths, settings, FixedClock(AT))
    try:
        model = parts.language_model
        assert (model.name, model.fingerprint) == ("random", taken.sha256)
    finally:
        parts.close()


def test_a_damaged_record_is_named(paths: Paths) -> None:
    paths.models.mkdir(parents=True)
    (paths.models / "models.json").write_text("{")
    with pytest.raises(LanguageModelUnusable, match=re.escape("models.json")):
        Models(paths).all()


def test_a_home_that_cannot_be_written(paths: Paths, hub: Hub) -> None:
    paths.data.mkdir(parents=True)
    paths.models.write_text("a file where the folder should be")
    with pytest.raises(HomeNotWritable, match=re.escape(str(paths.models))):
        pull(paths)


def test_the_list_of_mem_itself() -> None:
    known = own_models()
    assert {one.machine for one in known} == {0, 8, 16}
    for one in known:
        assert re.fullmatch(r"[0-9a-f]{64}|", one.sha256)
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", one.repository) and one.file.endswith(".gguf")
        assert re.fullmatch(r"[0-9a-f]{40}", one.revision) and one.licence and one.context
        assert 500e6 < one.size < 6e9
    assert len({one.sha256 for one in known}) == len(known)


@pytest.mark.parametrize(
    ("gigabytes", "name"),
    [(4, ""), (7.7, "qwen3-4b-instruct"), (12, "qwen3-4b-instruct"), (15.5, "qwen3-8b")],
)
def test_which_model_is_recommended(gigabytes: float, name: str) -> None:
    assert recommended(own_models(), int(gigabytes * 1e9)) == name
    assert recommended(own_models(), None) == ""


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (ModelOffer("../x", URL, "", 1, "MIT"), "no name for a file"),
        (ModelOffer("x", "http://example.org/x.gguf", "", 1, "MIT"), "https://"),
        (ModelOffer("x", URL, "abc", 1, "MIT"), "64 hexadecimal"),
        (ModelOffer("x", URL, "", -1, "MIT"), "number of bytes"),
        (ModelOffer("Qwen3-8B", URL, "", 1, "MIT"), "another model"),
    ],
)
def test_an_offer_that_does_not_fit_is_left_out(offer: ModelOffer, reason: str) -> None:
    found, (problem,) = with_offers([("acme", offer)])
    assert found == own_models()
    assert reason in problem and "acme" in problem
