"""Which language model and which reranker a home uses: the server that is set, else the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.errors import LanguageModelUnusable, NoLanguageModel, RerankerUnusable

if TYPE_CHECKING:
    from mem.core.language import LanguageModel
    from mem.core.protocols import Reranker
    from mem.settings.config import Settings
    from mem.settings.paths import Paths


def is_set_up(settings: Settings) -> bool:
    """Whether the settings name one, be it usable or not."""
    return bool(settings.model_server or settings.model_file)


def language_model(paths: Paths, settings: Settings) -> LanguageModel:
    """The one that is set up; nothing of it is loaded yet.

    Raises NoLanguageModel, LanguageModelUnusable.
    """
    if settings.model_server:
        return _server(settings)
    if settings.model_file:
        return _file(paths, settings)
    raise NoLanguageModel


def _server(settings: Settings) -> LanguageModel:
    from mem.inference.server import ServerModel

    return ServerModel(
        settings.model_server,
        name=settings.model_server_name,
        allow_remote=settings.model_allow_remote == "on",
        context=settings.model_context,
        deadline=settings.model_deadline,
    )


def _file(paths: Paths, settings: Settings) -> LanguageModel:
    from mem.inference.checksums import Checksums
    from mem.inference.llama import LlamaModel
    from mem.inference.models import resolve

    return LlamaModel(
        resolve(paths, settings.model_file),
        checksums=Checksums(paths.cache / "checksums.json"),
        context=settings.model_context,
        threads=settings.model_threads,
        memory_mb=settings.model_memory_mb,
        deadline=settings.model_deadline,
        gpu_layers=settings.model_gpu_layers,
    )


def reranks(settings: Settings) -> bool:
    """Whether the settings name a reranker, be it usable or not."""
    return bool(settings.rerank_server or settings.rerank_model)


def reranker(paths: Paths, settings: Settings) -> Reranker:
    """The one that is set up; nothing of it is loaded yet. Raises RerankerUnusable."""
    if settings.rerank_server:
        from mem.inference.server_reranker import ServerReranker

        return ServerReranker(
            settings.rerank_server, allow_remote=settings.model_allow_remote == "on"
        )
    from mem.inference.models import resolve
    from mem.inference.reranker import LlamaReranker

    try:
        file = resolve(paths, settings.rerank_model)
    except NoLanguageModel as error:
        raise RerankerUnusable("rerank.model", error.reason) from error
    except LanguageModelUnusable as error:
        raise RerankerUnusable(settings.rerank_model, error.reason) from error
    return LlamaReranker(
        file,
        threads=settings.model_threads,
        memory_mb=settings.model_memory_mb,
        gpu_layers=settings.model_gpu_layers,
    )
