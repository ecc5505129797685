"""Whatever becomes of the child that runs a model, one that writes or one that ranks.

One body over both: this process gets one named error in good time, and the next request works.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from mem.core.language import Prompt
from mem.errors import (
    LanguageModelUnusable,
    MemError,
    ModelCrashed,
    ModelTimedOut,
    NoLanguageModel,
    RerankerError,
    RerankerStopped,
    RerankerTooSlow,
    RerankerUnusable,
)
from mem.inference.llama import LlamaModel
from mem.inference.reranker import LlamaReranker
from tests.conftest import ROOT

PROMPT = Prompt("You list what a note says.", "The boiler was serviced on Monday.")
TEXTS = ("The boiler was serviced on Monday.", "The garden is green.")


class Runs(Protocol):
    """What a model and a reranker have in common."""

    @property
    def process(self) -> int | None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Kind:
    """One of the two, and by which names its failures go."""

    make: Any
    file: Path
    stopped: type[MemError]
    too_slow: type[MemError]
    unusable: type[MemError]
    not_installed: type[MemError]
    without_memory: type[MemError]
    words_of_too_slow: str

    def of(self, file: Path | None = None, **options: Any) -> Any:
        return self.make(file or self.file, threads=1, **options)


@pytest.fixture(params=["writes", "ranks"])
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param == "writes":
        return Kind(
            make=LlamaModel,
            file=request.getfixturevalue("random_model"),
            stopped=ModelCrashed,
            too_slow=ModelTimedOut,
            unusable=LanguageModelUnusable,
            not_installed=NoLanguageModel,
            without_memory=LanguageModelUnusable,
            words_of_too_slow="did not finish within 0 seconds and was stopped",
        )
    return Kind(
        make=LlamaReranker,
        file=request.getfixturevalue("overlap_model"),
        stopped=RerankerStopped,
        too_slow=RerankerTooSlow,
        unusable=RerankerUnusable,
        not_installed=RerankerUnusable,
        without_memory=RerankerError,
        words_of_too_slow=r"nothing within 300 ms.*rerank\.deadline_ms",
    )


@pytest.fixture
def model(kind: Kind) -> Iterator[Runs]:
    model = kind.of()
    yield model
    model.close()


def works(model: Runs, seconds: float = 60) -> bool:
    if isinstance(model, LlamaReranker):
        return len(model.scores("when was it serviced?", TEXTS, seconds=seconds)) == len(TEXTS)
    assert isinstance(model, LlamaModel)
    return bool("".join(model.generate(PROMPT, max_tokens=5, deadline=seconds)))


def child_of(model: Runs) -> int:
    process = model.process
    assert process is not None
    return process


def test_a_child_killed_between_requests(kind: Kind, model: Runs) -> None:
    assert works(model)
    os.kill(child_of(model), signal.SIGKILL)
    try:
        assert works(model)
    except kind.stopped:
        # It was noticed only after the request was sent.
        assert works(model)


def test_a_child_that_hangs_is_ended(kind: Kind, model: Runs) -> None:
    assert works(model)
    os.kill(child_of(model), signal.SIGSTOP)
    with pytest.raises(kind.too_slow, match=kind.words_of_too_slow):
        works(model, seconds=0.3)
    assert model.process is None
    assert works(model)


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


@pytest.mark.parametrize("damage", sorted(damaged(bytes(60_000))))
def test_a_corrupt_file(kind: Kind, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "corrupt.gguf"
    file.write_bytes(damaged(kind.file.read_bytes())[damage])
    with pytest.raises(kind.unusable, match=r"corrupt\.gguf: ") as caught:
        works(kind.of(file))
    assert "\n" not in str(caught.value)


def test_a_file_that_was_corrupt_and_is_mended(kind: Kind, tmp_path: Path) -> None:
    file, content = tmp_path / "mended.gguf", kind.file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    model = kind.of(file)
    with pytest.raises(kind.unusable):
        works(model)
    file.write_bytes(content)
    assert works(model)
    model.close()


def test_a_missing_file_and_a_folder(kind: Kind, tmp_path: Path) -> None:
    with pytest.raises(kind.unusable, match=r"none\.gguf: there is no such file"):
        kind.of(tmp_path / "none.gguf")
    with pytest.raises(kind.unusable, match="cannot be read"):
        kind.of(tmp_path)


def test_a_broken_installation(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "llama_cpp.py").write_text(
        "import os\n"
        "os.write(1, b'native noise\\n')\n"
        "raise ImportError('libllama.so is not there')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    model = kind.of()
    with pytest.raises(kind.not_installed, match=r"cannot be loaded \(libllama.so is not there\)"):
        works(model)
    monkeypatch.delenv("PYTHONPATH")
    assert works(model)
    model.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is enforced on Linux only")
def test_a_model_that_needs_more_memory_than_it_may_take(kind: Kind) -> None:
    model = kind.of(memory_mb=1)
    with pytest.raises(kind.without_memory, match=kind.file.stem):
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
