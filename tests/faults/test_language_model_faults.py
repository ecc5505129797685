"""Whatever becomes of the child that runs a model: one named error, and the next request works."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.core.language import Prompt
from mem.errors import (
    EndlessReply,
    LanguageModelUnusable,
    ModelCrashed,
    ModelTimedOut,
    NoLanguageModel,
    PromptTooLong,
)
from mem.inference import llama
from mem.inference.llama import LlamaModel
from tests.conftest import ROOT

PROMPT = Prompt("You list what a note says.", "The boiler was serviced on Monday.")


@pytest.fixture(scope="module")
def model(random_model: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(random_model, threads=1, deadline=60)
    yield model
    model.close()


def works(model: LlamaModel) -> bool:
    return len("".join(model.generate(PROMPT, max_tokens=5))) > 0


def child_of(model: LlamaModel) -> int:
    process = model.process
    assert process is not None
    return process


def test_a_child_killed_in_mid_stream(model: LlamaModel) -> None:
    running = model.generate(PROMPT, max_tokens=3500)
    assert next(filter(None, running))
    os.kill(child_of(model), signal.SIGKILL)
    with pytest.raises(ModelCrashed, match=r"random stopped \(ended by SIGKILL\)"):
        list(running)
    assert works(model)


def test_a_child_killed_between_requests(model: LlamaModel) -> None:
    assert works(model)
    os.kill(child_of(model), signal.SIGKILL)
    try:
        assert works(model)
    except ModelCrashed:
        # It was noticed only after the request was sent.
        assert works(model)


@pytest.mark.parametrize("counting", [False, True])
def test_a_child_that_hangs(model: LlamaModel, counting: bool) -> None:
    assert works(model)
    os.kill(child_of(model), signal.SIGSTOP)
    model._deadline = 0.3
    ask = (
        model.count_tokens if counting else lambda text: list(model.generate(PROMPT, max_tokens=5))
    )
    with pytest.raises(ModelTimedOut, match="did not finish within 0 seconds and was stopped"):
        ask("a")
    assert model.process is None
    model._deadline = 60
    assert works(model)


def test_whoever_waits_for_a_silent_child_can_give_up_at_any_time(model: LlamaModel) -> None:
    assert works(model)
    running = model.generate(PROMPT, max_tokens=3500)
    assert next(filter(None, running))
    os.kill(child_of(model), signal.SIGSTOP)
    assert "" in running
    running.close()  # type: ignore[attr-defined]
    os.kill(child_of(model), signal.SIGCONT)
    assert works(model)


def test_a_request_that_another_one_holds_up(model: LlamaModel) -> None:
    running = model.generate(PROMPT, max_tokens=5)
    assert next(filter(None, running))
    with pytest.raises(ModelTimedOut):
        list(model.generate(PROMPT, max_tokens=5, deadline=0.1))
    assert "".join(running)
    assert works(model)


def test_endless_white_space(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "grammar", lambda schema: 'root ::= "{" [ \\n]{1900} "}"')
    with pytest.raises(EndlessReply, match="random wrote nothing but white space"):
        list(model.generate(PROMPT, max_tokens=1900, schema={"type": "null"}))
    assert works(model)


def test_a_grammar_that_llama_cpp_refuses(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama, "grammar", lambda schema: "root ::= (")
    with pytest.raises(LanguageModelUnusable):
        list(model.generate(PROMPT, max_tokens=5, schema={"type": "null"}))
    assert works(model)


def test_a_prompt_of_three_times_the_context(model: LlamaModel) -> None:
    long = Prompt(PROMPT.system, "boiler " * 3 * model.context_tokens)
    with pytest.raises(PromptTooLong):
        list(model.generate(long, max_tokens=100))
    process = child_of(model)
    assert works(model)
    assert model.process == process


def damaged(content: bytes) -> dict[str, bytes]:
    rest = len(content) // 2
    noise = random.Random(5)
    scattered = bytearray(content)
    for _ in range(400):
        scattered[noise.randrange(4, 20_000)] = noise.randrange(256)
    return {
        "empty": b"",
        "cut in the tensors": content[:rest],
        "cut in the metadata": content[:5000],
        "cut after the magic": content[:4],
        "wrong magic": b"FUGG" + content[4:],
        "another version": content[:4] + b"\xff\xff\xff\x7f" + content[8:],
        "huge counts": content[:8] + b"\xff" * 16 + content[24:],
        "random bytes": b"GGUF\x03\x00\x00\x00" + noise.randbytes(100_000),
        "scattered bytes": bytes(scattered),
    }


@pytest.mark.parametrize("kind", sorted(damaged(bytes(60_000))))
def test_a_corrupt_file(random_model: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "corrupt.gguf"
    file.write_bytes(damaged(random_model.read_bytes())[kind])
    with pytest.raises(LanguageModelUnusable, match=r"corrupt\.gguf: ") as caught:
        works(LlamaModel(file, threads=1, deadline=60))
    assert "\n" not in str(caught.value)


def test_a_file_that_was_corrupt_and_is_mended(random_model: Path, tmp_path: Path) -> None:
    file, content = tmp_path / "mended.gguf", random_model.read_bytes()
    file.write_bytes(content[:300_000])
    model = LlamaModel(file, threads=1, deadline=60)
    with pytest.raises(LanguageModelUnusable):
        works(model)
    file.write_bytes(content)
    assert works(model)
    model.close()


def test_a_missing_file_and_a_folder(tmp_path: Path, llama_cpp_installed: None) -> None:
    with pytest.raises(LanguageModelUnusable, match=r"none\.gguf: there is no such file"):
        LlamaModel(tmp_path / "none.gguf")
    with pytest.raises(LanguageModelUnusable, match="cannot be read"):
        LlamaModel(tmp_path)


def test_a_broken_installation(
    random_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "llama_cpp.py").write_text(
        "import os\n"
        "os.write(1, b'native noise\\n')\n"
        "raise ImportError('libllama.so is not there')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    model = LlamaModel(random_model, threads=1, deadline=60)
    with pytest.raises(NoLanguageModel, match=r"cannot be loaded \(libllama.so is not there\)"):
        works(model)
    monkeypatch.delenv("PYTHONPATH")
    assert works(model)
    model.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is enforced on Linux only")
def test_a_model_that_needs_more_memory_than_it_may_take(random_model: Path) -> None:
    model = LlamaModel(random_model, threads=1, memory_mb=1, deadline=60)
    with pytest.raises(LanguageModelUnusable, match=r"random\.gguf"):
        works(model)
    model.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("doing", ["next(running)", "list(running)"], ids=["busy", "idle"])
def test_the_child_does_not_outlive_a_parent_that_is_killed(random_model: Path, doing: str) -> None:
    code = (
        "import time\n"
        "from pathlib import Path\n"
        "from mem.core.language import Prompt\n"
        "from mem.inference.llama import LlamaModel\n"
        f"model = LlamaModel(Path({str(random_model)!r}), threads=1)\n"
        "running = model.generate(Prompt('a', 'b'), max_tokens=50)\n"
        f"{doing}\n"
        "print(model.process, flush=True)\n"
        "time.sleep(100)\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    until = time.monotonic() + 30
    while alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(child)


def alive(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
