"""Which language models can be had: those of `models.toml`, and those that plugins offer.

A name means one file. Names of `mem` itself always win; an offer that does not fit is left out and
named in the problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

_TABLE: Final = Path(__file__).with_name("models.toml")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_SHA256: Final = re.compile(r"(?:[0-9a-f]{64})?")
_HUB: Final = re.compile(
    r"https://(?:huggingface\.co|hf\.co)/([^/\s]+/[^/\s]+)/resolve/([^/\s]+)/([^\s?#]+\.gguf)"
)
_SHARE: Final = 0.85
"""A machine sold with so much memory reports at least this share of it."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model file that can be fetched.

    `repository`, `revision` and `file` are those of the hub, or `url` is where it lies elsewhere.
    `size` in bytes (about, where `approximate`), `context` in tokens (0: unknown), `sha256` empty
    where it is not known, `machine` the memory in GB from which it is recommended (0: never),
    `origin` who offers it. `reranks` says that it scores texts and writes none.
    """

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    repository: str = ""
    revision: str = ""
    url: str = ""
    context: int = 0
    machine: int = 0
    note: str = ""
    approximate: bool = False
    origin: str = "mem"
    reranks: bool = False


@cache
def own_models() -> tuple[ModelInfo, ...]:
    """The models of `models.toml`, language models before rerankers, smallest first."""
    import tomllib

    table: dict[str, dict[str, Any]] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    found = (ModelInfo(name=name, **values) for name, values in table.items())
    return tuple(sorted(found, key=lambda one: (one.reranks, one.size)))


def with_offers(
    offers: Iterable[tuple[str, object]],
) -> tuple[tuple[ModelInfo, ...], tuple[str, ...]]:
    """`mem`'s own models and the `offers` (who offers it, ModelOffer), and what is wrong with
    those that are left out.
    """
    models, problems = list(own_models()), []
    for origin, offer in offers:
        found = _offered(origin, offer)
        if isinstance(found, str):
            problems.append(f"plugin {origin}: a model is not listed: {found}")
        elif any(found.name.lower() == one.name.lower() for one in models):
            problems.append(f"plugin {origin}: there is another model {found.name!r}")
        else:
            models.append(found)
    return tuple(models), tuple(problems)


def recommended(models: Iterable[ModelInfo], memory: int | None) -> str:
    """The name of the model for a machine with `memory` bytes; empty where none is."""
    gigabytes = (memory or 0) / 1e9
    fitting = [one for one in models if one.machine and one.machine * _SHARE <= gigabytes]
    return max(fitting, key=lambda one: one.machine).name if fitting else ""


def is_name(text: str) -> bool:
    """Whether a model may be called so: it becomes the name of a file."""
    return _NAME.fullmatch(text) is not None


def name_of(path: Path) -> str:
    """A name for a file that a person brings along."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")[:60]
    return plain or "model"


def _offered(origin: str, offer: object) -> ModelInfo | str:
    """A plugin's offer as a model, or why it cannot be one."""
    name, url, sha256, size, licence = (
        getattr(offer, key, None) for key in ("name", "url", "sha256", "size", "licence")
    )
    if not isinstance(name, str) or not is_name(name):
        return f"{name!r:.80} is no name for a file"
    if not isinstance(url, str) or not _is_safe(url):
        return f"{name}: its address must begin with https://"
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256.lower()):
        return f"{name}: its sha256 has not 64 hexadecimal digits"
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return f"{name}: its size is no number of bytes"
    hub = _HUB.fullmatch(url)
    repository, revision, file = hub.groups() if hub else ("", "", "")
    return ModelInfo(
        name=name,
        file=file or urlsplit(url).path.rpartition("/")[2],
        size=size,
        sha256=sha256.lower(),
        licence=str(licence),
        repository=repository,
        revision=revision,
        url="" if hub else url,
        approximate=not sha256,
        origin=origin,
    )


def _is_safe(url: str) -> bool:
    """Encrypted, or on this machine."""
    parts = urlsplit(url)
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return bool(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and local))
