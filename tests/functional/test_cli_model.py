"""`mem model` through the program, with a plugin's model on a hub that runs here."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Run, RunMem
from tests.hub import MEBIBYTE, Hub, gguf, serving
from tests.unit.hooks.helpers import install

ROOT = Path(__file__).parents[2]
CONTENT = gguf(3 * MEBIBYTE + 700_000)
HASH = hashlib.sha256(CONTENT).hexdigest()
OFFER = """
from mem.hooks.specs import ModelOffer

def mem_models():
    url = "https://huggingface.co/acme/tiny/resolve/main/tiny.gguf"
    return [ModelOffer("tiny", url, "{sha256}", {size}, "MIT")]
"""
SHAPE = {
    "name": "tiny",
    "file": "tiny.gguf",
    "size": len(CONTENT),
    "size_approximate": False,
    "licence": "MIT",
    "context": None,
    "reranks": False,
    "origin": "mem-acme",
    "repository": "acme/tiny",
    "revision": "main",
    "url": "",
    "sha256": HASH,
    "path": None,
    "in_use": False,
    "recommended": False,
    "recommended_from_gb": None,
    "note": "",
}

Model = Callable[..., Run]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving() as hub:
        hub.files["tiny.gguf"] = CONTENT
        yield hub


@pytest.fixture
def environment(hub: Hub, tmp_path: Path) -> dict[str, Any]:
    site = tmp_path / "site"
    install(site, "acme", OFFER.format(sha256=HASH, size=len(CONTENT)))
    return {"PYTHONPATH": f"{ROOT}:{site}", "MEM_PLUGINS": "on", "HF_ENDPOINT": hub.endpoint}


@pytest.fixture
def model(run_mem: RunMem, environment: dict[str, Any]) -> Model:
    """Runs `mem model` beside the plugin and the hub."""
    return lambda *arguments: run_mem("model", *arguments, **environment)


def test_the_list(model: Model, home: Path) -> None:
    run = model("list", "--json")
    assert run.code == 0 and run.err == ""
    assert set(run.json) == {"schema", "memory", "models"}
    names = [one["name"] for one in run.json["models"]]
    assert names[-1] == "tiny" and "qwen3-4b-instruct" in names
    tiny = run.json["models"][-1]
    assert {key: value for key, value in tiny.items() if key != "fits"} == SHAPE
    assert {key for one in run.json["models"] for key in one} == {*SHAPE, "fits"}
    assert not home.exists(), "looking makes nothing"
    text = model("list")
    assert [line.split()[0] for line in text.out.splitlines()] == names
    assert "for machines from 8 GB" in text.out or "recommended here" in text.out


def test_a_model_from_pull_to_remove(model: Model, home: Path) -> None:
    pulled = model("pull", "tiny", "--json")
    assert pulled.code == 0 and pulled.err == ""
    assert pulled.json == {
        "schema": 1,
        "name": "tiny",
        "path": str(home / "data" / "models" / "tiny.gguf"),
        "size": len(CONTENT),
        "sha256": HASH,
        "fetched": len(CONTENT),
        "resumed": 0,
    }
    info = model("info", "tiny", "--json").json
    assert info["path"] == pulled.json["path"] and info["trusted"] is False
    used = model("use", "tiny", "--json")
    assert used.json == {"schema": 1, "name": "tiny", "path": info["path"]}
    assert (home / "config.toml").read_text() == '[model]\nfile = "tiny"\n'
    shown = model("info", "tiny").out
    assert HASH in shown and "in use" in shown
    refused = model("remove", "tiny")
    assert refused.code == 2 and "--yes" in refused.err
    looked = model("remove", "tiny", "--dry-run", "--json")
    assert looked.json == {"schema": 1, "dry_run": True, "name": "tiny", "freed": len(CONTENT)}
    assert Path(info["path"]).exists()
    assert model("remove", "tiny", "--yes").code == 0
    assert not Path(info["path"]).exists()
    assert (home / "config.toml").read_text() == '[model]\nfile = ""\n'


def test_a_pull_that_is_cut_off_goes_on(model: Model, hub: Hub) -> None:
    hub.cut_after = 2 * MEBIBYTE
    run = model("pull", "tiny")
    assert run.code == 1 and run.out == ""
    assert len(run.err.splitlines()) == 1 and "goes on from there" in run.err
    hub.status, hub.asked = None, []
    again = model("pull", "tiny", "--json")
    assert again.code == 0, again.err
    assert again.json["resumed"] == 2 * MEBIBYTE
    assert hub.gets() == [f"bytes={2 * MEBIBYTE}-"]
    assert Path(again.json["path"]).read_bytes() == CONTENT


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_a_pull_that_is_interrupted_goes_on(
    model: Model, hub: Hub, environment: dict[str, Any], home: Path
) -> None:
    hub.stall_after = 2 * MEBIBYTE
    process = subprocess.Popen(
        [sys.executable, "-m", "mem", "model", "pull", "tiny"],
        env={**os.environ, **environment, "MEM_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any(one.stat().st_size for one in home.glob("data/models/*.part")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.startswith("mem: interrupted.") and len(said.splitlines()) == 1
    hub.stall_after, hub.asked = None, []
    again = model("pull", "tiny", "--json")
    assert again.code == 0 and again.json["resumed"] >= MEBIBYTE
    assert hub.gets() == [f"bytes={again.json['resumed']}-"]


def test_what_is_refused(model: Model, hub: Hub, work: Path, home: Path) -> None:
    hub.files["tiny.gguf"] = gguf(len(CONTENT), "b")
    wrong = model("pull", "tiny")
    assert wrong.code == 1 and "SHA-256" in wrong.err
    assert list(home.glob("data/models/tiny*")) == []
    unknown = model("pull", "nope")
    assert unknown.code == 2 and "no model 'nope'" in unknown.err
    assert model("pull").code == 2
    assert model("use", "tiny").code == 6
    (work / "x.gguf").write_bytes(b"no model at all")
    assert model("pull", "--file", "x.gguf").code == 6


def test_a_file_of_ones_own(model: Model, work: Path) -> None:
    (work / "mine.gguf").write_bytes(gguf(5000, "c"))
    refused = model("pull", "--file", "mine.gguf")
    assert refused.code == 1 and "--trust" in refused.err
    taken = model("pull", "house", "--file", "mine.gguf", "--trust", "--json")
    assert taken.code == 0 and taken.json["name"] == "house"
    listed = json.loads(model("list", "--json").out)["models"]
    (mine,) = (one for one in listed if one["name"] == "house")
    assert mine["origin"] == "file" and mine["sha256"] == taken.json["sha256"]
    assert model("info", "house", "--json").json["trusted"] is True


def test_an_offer_that_does_not_fit_is_told(
    run_mem: RunMem, environment: dict[str, Any], tmp_path: Path
) -> None:
    bad = OFFER.replace('"tiny"', '"../tiny"')
    install(tmp_path / "site", "bad", bad.format(sha256="", size=1))
    run = run_mem("model", "list", "--json", **environment)
    assert run.code == 0
    assert "note: plugin mem-bad: a model is not listed" in run.err
