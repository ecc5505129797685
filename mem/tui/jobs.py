"""What the app does for each request: the only functions of the UI that touch the façade.

They run in threads, one at a time for each group, and tell their progress through `tell`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mem.tui import messages as m
from mem.tui.activity import WatcherState
from mem.tui.memory_jobs import MEMORY_JOBS, Job, Tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mem.assistant import Assistant
    from mem.core.answer import Citation, Sentence
    from mem.store.browsing.browser import Passage
    from mem.store.journal import JournalEntry
    from mem.store.summaries import SummaryRecord
    from mem.store.verify import Finding
    from mem.upkeep import Stats

_IMPORTS = 200


def _ask(assistant: Assistant, request: m.AskWanted, tell: Tell) -> Any:
    written = m.Writing()

    def add(sentence: Sentence, citations: Sequence[Citation]) -> None:
        nonlocal written
        written = m.Writing((*written.sentences, sentence), (*written.citations, *citations))
        tell(written)

    return assistant.ask(
        request.question,
        filters=request.filters,
        after=request.after,
        on_sentence=add,
        on_piece=lambda _: tell(written),
    )


def _judge(assistant: Assistant, request: m.JudgeWanted, _: Tell) -> int:
    return assistant.judge(request.given, useful=request.useful)


def _passage(assistant: Assistant, request: m.PassageWanted, _: Tell) -> Passage | None:
    browser, identity, reach = assistant.browse(), request.identity, request.reach
    if request.rows == "memories":
        return browser.evidence(identity, reach=reach)
    if request.rows == "episodes":
        return browser.episode(identity, words=request.words)
    find = browser.opening if request.rows == "documents" else browser.passage
    return find(identity, reach=reach, words=request.words)


def _keys(assistant: Assistant, request: m.KeysWanted, _: Tell) -> Any:
    browser = assistant.browse()
    keys = browser.keys(request.view)
    return keys, browser.place(keys, request.focus) if request.focus else None


def _rows(assistant: Assistant, request: m.RowsWanted, _: Tell) -> Any:
    browser = assistant.browse()
    if request.rows == "documents":
        return browser.document_rows(request.keys)
    if request.rows == "episodes":
        return browser.episode_rows(request.keys)
    if request.rows == "memories":
        return assistant.memories.several(request.keys)
    return browser.chunk_rows(request.keys, request.words)


def _facets(assistant: Assistant, _: m.FacetsWanted, __: Tell) -> Any:
    return assistant.browse().facets()


def _span(assistant: Assistant, request: m.SpanWanted, _: Tell) -> Any:
    from mem.core.times.spans import parse_span

    return parse_span(request.text, now=assistant.clock.now())


def _counts(assistant: Assistant, request: m.CountsWanted, _: Tell) -> Any:
    return assistant.browse().counts_by(
        request.unit, since=request.since, before=request.before, about=request.about
    )


def _summaries(assistant: Assistant, request: m.SummariesWanted, _: Tell) -> list[SummaryRecord]:
    from mem.consolidation.summaries.periods import week_of

    period = request.period
    wanted = [("month", period)]
    if len(period) > len("2025-03"):
        wanted = [("week", week_of(period)), ("day", period)]
    found = [assistant.summaries.get(level, key) for level, key in wanted]
    return [one for one in found if one is not None]


def _sources(assistant: Assistant, _: m.SourcesWanted, __: Tell) -> Any:
    return assistant.sources()


def _keep(assistant: Assistant, request: m.KeepWanted, _: Tell) -> str:
    from mem.service.sources import keep_in_step, let_be

    if request.on:
        keep_in_step(assistant, request.place)
        return "Kept in step from now on, while `mem watch` or its service runs."
    let_be(assistant, request.place)
    return "No longer kept in step; what was taken in stays."


def _imports(assistant: Assistant, request: m.ImportsWanted, _: Tell) -> list[JournalEntry]:
    return assistant.store.journal.of("import", request.source, _IMPORTS)


def _watcher(assistant: Assistant, _: m.WatcherWanted, __: Tell) -> WatcherState:
    from mem.service.activity import latest
    from mem.service.lock import seen_holder

    holder = seen_holder(assistant.paths)
    watched = frozenset(one.id for one in assistant.store.watched.all())
    return WatcherState(holder.since if holder else None, watched, tuple(latest(assistant.paths)))


def _problems(assistant: Assistant, request: m.ProblemsWanted, _: Tell) -> Any:
    return assistant.browse().problems(request.source)


def _import(assistant: Assistant, request: m.ImportWanted, tell: Tell) -> Any:
    return assistant.ingest(*request.paths, on_progress=tell)


def _health(
    assistant: Assistant, request: m.HealthWanted, _: Tell
) -> tuple[Stats, list[Finding], dict[str, int]]:
    stats = assistant.stats()
    findings = assistant.doctor(thorough=request.thorough)
    return stats, findings, assistant.browse().counts_by("month")


def _mend(assistant: Assistant, request: m.MendWanted, tell: Tell) -> str:
    if request.code == "vectors":
        done = assistant.embed_pending(lambda done, total: tell((done, total)))
        return f"Vectors made: {done:,}."
    if request.code == "full-text":
        assistant.rebuild_text()
        return "The word index was made anew."
    if request.code == "index":
        held = assistant.rebuild_index(lambda done, total: tell((done, total)))
        return f"The vector index was made anew; it holds {held:,} vectors."
    return ""


def _forget_preview(assistant: Assistant, request: m.ForgetPreviewWanted, _: Tell) -> Any:
    return assistant.forget_preview(documents=request.documents, source=request.source)


def _forget(assistant: Assistant, request: m.ForgetWanted, _: Tell) -> Any:
    return assistant.forget(request.plan)


def _open_file(assistant: Assistant, request: m.OpenFileWanted, _: Tell) -> str | None:
    from mem.sources.folders import path_of

    uri = assistant.browse().file_of(request.document)
    return str(path_of(uri)) if uri else None


JOBS: dict[type[m.Request], Job] = {
    m.AskWanted: _ask,
    m.JudgeWanted: _judge,
    m.PassageWanted: _passage,
    m.KeysWanted: _keys,
    m.RowsWanted: _rows,
    m.FacetsWanted: _facets,
    m.SpanWanted: _span,
    m.CountsWanted: _counts,
    m.SummariesWanted: _summaries,
    m.KeepWanted: _keep,
    m.ImportsWanted: _imports,
    m.WatcherWanted: _watcher,
    m.SourcesWanted: _sources,
    m.ProblemsWanted: _problems,
    m.ImportWanted: _import,
    m.HealthWanted: _health,
    m.MendWanted: _mend,
    m.ForgetPreviewWanted: _forget_preview,
    m.ForgetWanted: _forget,
    m.OpenFileWanted: _open_file,
    **MEMORY_JOBS,
}
