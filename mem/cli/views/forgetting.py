"""What a forgetting would take, or took, as JSON shapes and as lines of text.

Pure. What names something is shown before it goes, and never in a receipt.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mem.cli.layout import short_id, shown_path
from mem.core.display import plural, sanitize_line

if TYPE_CHECKING:
    from mem.consolidation.forgetting import ForgetPlan, NamedPlan, Passage
    from mem.store.erasing.erase import Receipt

_LISTED = 20
_AROUND = 40
OUT_OF_REACH = (
    "Backups and exports made earlier are files of their own, which mem cannot reach; "
    "`mem restore` leaves out what is forgotten."
)


def summary(plan: ForgetPlan, *, listed: int | None = _LISTED) -> list[str]:
    """What the plan names, one line a document, passage and memory; `listed` of each at most."""
    counts = [plural(len(plan.documents), "document"), plural(plan.chunks, "passage")]
    if plan.named is not None:
        count = len(plan.named.memories)
        counts.append(plural(count, "memory"))
    head = ", ".join(counts)
    if plan.source is not None:
        head += f", the source {shown_path(plan.source.uri)}"
    documents = [
        f"{short_id(one.id)}  {one.title or shown_path(one.uri)}" for one in plan.documents
    ]
    lines = [head, *_some(documents, listed)]
    return lines + (_named(plan.named, plan, listed) if plan.named is not None else [])


def _named(named: NamedPlan, plan: ForgetPlan, listed: int | None) -> list[str]:
    whole = {one.id for one in plan.documents}
    inside = [_line(one) for one in named.passages if one.document.id not in whole]
    lines = ["passages of documents that stay:", *_some(inside, listed)] if inside else []
    if named.memories:
        texts = [f"{short_id(one.id)}  {sanitize_line(one.text)}" for one in named.memories]
        lines += ["memories:", *_some(texts, listed)]
    if named.within_words:
        count = plural(named.within_words, "more passage")
        lines.append(f"{count} hold it within a longer word only, and would stay.")
    return lines


def _some(lines: list[str], listed: int | None) -> list[str]:
    shown = [f"  {line}" for line in lines[:listed]]
    if listed is not None and len(lines) > listed:
        shown.append(f"  … and {len(lines) - listed:,} more")
    return shown


def _line(passage: Passage) -> str:
    """Where a passage stands, and the words around the first mention."""
    text, (start, end) = passage.chunk.text, passage.spans[0] if passage.spans else (0, 0)
    first, last = max(0, start - _AROUND), end + _AROUND
    words = " ".join(text[first:last].split())
    words = f"{'…' if first else ''}{words}{'…' if last < len(text) else ''}"
    place = f"{passage.document.title or shown_path(passage.document.uri)}, {passage.chunk.locator}"
    return sanitize_line(f"{short_id(passage.chunk.id)}  {place}: {words}")


def shape(plan: ForgetPlan, receipt: Receipt | None) -> dict[str, Any]:
    """`mem forget --json`; the texts stand in a preview only."""
    counts: dict[str, Any] = (
        asdict(receipt)
        if receipt is not None
        else {"documents": len(plan.documents), "chunks": plan.chunks}
    )
    if receipt is None and plan.named is not None:
        counts["memories"] = len(plan.named.memories)
    told: dict[str, Any] = {
        "dry_run": receipt is None,
        **counts,
        "source": plan.source.uri if plan.source is not None else None,
    }
    if plan.named is None:
        told["forgotten"] = [
            {"id": one.id, "uri": one.uri, "title": one.title} for one in plan.documents
        ]
        return told
    if receipt is not None:
        return told | {"forgotten": [{"id": one.id} for one in plan.documents]}
    return told | {
        "forgotten": [{"id": one.id, "uri": one.uri, "title": one.title} for one in plan.documents],
        "passages": [
            {
                "id": one.chunk.id,
                "document": one.document.id,
                "uri": one.document.uri,
                "locator": one.chunk.locator,
                "text": one.chunk.text,
            }
            for one in plan.named.passages
        ],
        "memories_forgotten": [{"id": one.id, "text": one.text} for one in plan.named.memories],
        "within_words": plan.named.within_words,
    }


def nothing_named(receipt: Receipt | None) -> str:
    """What is told where nothing was found; `receipt` is of the rewriting of the files."""
    if receipt is None:
        return (
            "Nothing in memory names it. `--yes` rewrites the files all the same, so that nothing "
            "is left in them of what was changed or removed before."
        )
    left = _left(receipt)
    return " ".join(["Nothing in memory names it; the files were rewritten.", *left])


def _left(receipt: Receipt) -> list[str]:
    """What the search of the home's bytes found."""
    if receipt.found_after is None:
        return []
    if not receipt.found_after:
        return ["No file of the store holds it any more."]
    count = plural(receipt.found_after, "file")
    where = "within longer words, in the path of a source (`mem source list`), or in config.toml"
    return [f"{count} of this home still hold the letters: {where}."]


def receipt_lines(plan: ForgetPlan, receipt: Receipt) -> list[str]:
    """What was destroyed; without a word of it where it was asked for by name."""
    lines = summary(plan) if plan.named is None else []
    head = (
        lines[0]
        if lines
        else (f"{plural(receipt.documents, 'document')}, {plural(receipt.chunks, 'passage')}")
    )
    told = [
        f"Forgot {head}",
        *lines[1:],
        (
            f"  {plural(receipt.memories, 'memory')}, {plural(receipt.vectors, 'vector')} and "
            f"{plural(receipt.copies_removed, 'older copy')} of the store destroyed."
        ),
        (
            f"  {plural(receipt.tombstones, 'mark')} "
            f"{'keeps' if receipt.tombstones == 1 else 'keep'} it from coming back."
        ),
    ]
    return told + [f"  {line}" for line in _left(receipt)]
