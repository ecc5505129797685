"""Every test has a temporary home, a fixed clock and no network."""

from __future__ import annotations

import compileall
import importlib.util
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

FIXED_NOW = "2025-12-01T09:00:00"
ROOT = Path(__file__).resolve().parent.parent

# A shell that starts the tests in the background has them ignore Ctrl-C, and what they start too.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test fails because the machine is busy, and the same code always meets the same examples:
# `make fuzz` is what draws others, from the seed that it names.
settings.register_profile(
    "mem",
    deadline=None,
    derandomize="MEM_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mem")

# Read before the variables of `mem` are cut off: a missing llama.cpp fails instead of skipping.
LLM_REQUIRED = bool(os.environ.get("MEM_REQUIRE_LLM"))
MCP_REQUIRED = bool(os.environ.get("MEM_REQUIRE_MCP"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile `mem` once: the many processes that tests start write no compiled files."""
    if not hasattr(session.config, "workerinput"):
        compileall.compile_dir(ROOT / "mem", quiet=2)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off the user's own home, settings, plugins and clock."""
    for name in [name for name in os.environ if name.startswith("MEM_") and name != "MEM_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MEM_NOW", FIXED_NOW)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("MEM_PLUGINS", "off")


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere but this machine fails the test that tries it."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        local = self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and str(address[0]) in {"127.0.0.1", "::1", "localhost"}
        )
        assert local, f"a test tried to reach {address!r}"
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home that `MEM_HOME` names."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def llama_cpp_installed() -> None:
    """llama-cpp-python is at hand, else the test is skipped, or fails where it was promised."""
    if importlib.util.find_spec("llama_cpp") is None:
        reason = "llama-cpp-python is not installed (pip install -e '.[llm]')"
        if LLM_REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def mcp_installed() -> None:
    """The SDK of the Model Context Protocol is at hand, else skipped, or failed if promised."""
    if importlib.util.find_spec("mcp") is None:
        reason = "the MCP SDK is not installed (pip install -e '.[mcp]')"
        if MCP_REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def llama_in_process(llama_cpp_installed: None) -> Iterator[None]:
    """For tests that look into the engine itself; the library leaves two files open."""
    yield
    from llama_cpp import _utils

    _utils.outnull_file.close()
    _utils.errnull_file.close()


@pytest.fixture(scope="session")
def random_model(llama_cpp_installed: None) -> Path:
    """A GGUF file whose weights mean nothing; see tests/fixtures/models/README.md."""
    return ROOT / "tests" / "fixtures" / "models" / "random.gguf"


@pytest.fixture(scope="session")
def trained_model(llama_cpp_installed: None) -> Path:
    """A GGUF file that has learnt what there is to say about tests/fixtures/language."""
    return ROOT / "tests" / "fixtures" / "models" / "trained.gguf"


@pytest.fixture(scope="session")
def overlap_model(llama_cpp_installed: None) -> Path:
    """A reranker that scores the share of a question's words in a text."""
    return ROOT / "tests" / "fixtures" / "models" / "overlap.gguf"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real corpora and benchmarks, where they are at hand."""
    folder = Path(os.environ.get("MEM_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip("no shared data beside the checkout (set MEM_SHARED)")
    return folder
