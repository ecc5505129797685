"""The format `mem-memories`: memories with their documents, quotes, times and links, as JSON Lines.

The first line says what the file is and how many lines of each kind follow, so that one that was
cut is known. What a line says is checked when it is read; a line that says anything else is named
by its number, and nothing of the file is taken in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from mem.core.chunk import Chunk
from mem.core.clock import format_time
from mem.core.document import ParsedDocument
from mem.core.memory import Candidate, MemoryKind, MemoryStatus, Relation, Trust
from mem.errors import BundleDamaged, BundleTooNew, FileUnreadable
from mem.sources import checked
from mem.sources.heads import fields_of_head, head_from
from mem.sources.sniffing import BUNDLE_START

FORMAT: Final = "mem-memories"
VERSION: Final = 1
# The kinds of lines, and what the first line calls several of them.
KINDS: Final = {
    "document": "documents",
    "memory": "memories",
    "link": "links",
    "entity": "entities",
}
_LONGEST_LINE = 128 * 1024 * 1024

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class CarriedPassage:
    """A passage as it stood: `chunk` without ids; `extractors` have gone through it."""

    chunk: Chunk
    extractors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarriedDocument:
    """A document with all its passages, in order."""

    head: ParsedDocument
    passages: tuple[CarriedPassage, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence: characters `[start, end)` of passage number `passage` (from 0) at `uri`."""

    uri: str
    passage: int
    start: int
    end: int
    quote: str
    said_at: datetime | None
    valid_from: datetime | None
    valid_to: datetime | None
    trust: Trust


@dataclass(frozen=True, slots=True)
class BundledMemory:
    """A memory; its `candidate` has no evidence of its own, `quotes` are what it stands on."""

    id: str
    candidate: Candidate
    status: MemoryStatus
    closed: bool
    pinned: bool
    recorded_at: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class BundledLink:
    """A link between two memories of the bundle."""

    source: str
    target: str
    relation: Relation
    weight: float


Item = CarriedDocument | BundledMemory | BundledLink | tuple[str, ...]


def header(made_at: str, mem: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """The first line."""
    head = {"format": FORMAT, "version": VERSION, "made_at": made_at, "mem": mem}
    return {**head, "counts": dict(counts)}


def is_bundle(path: Path) -> bool:
    """Whether a file begins as a bundle does; False for what cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(BUNDLE_START)) == BUNDLE_START
    except OSError:
        return False


def read(path: Path) -> Iterator[Item]:
    """Everything in a bundle, checked line by line and against its first line.

    Raises FileUnreadable, BundleDamaged, BundleTooNew.
    """
    number = 1
    try:
        with path.open("rb") as file:
            counts = _counts(path, _line(file))
            seen = dict.fromkeys(KINDS, 0)
            while line := file.readline(_LONGEST_LINE):
                number += 1
                kind, item = _item(_object(line))
                seen[kind] += 1
                yield item
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BundleDamaged(str(path), f"line {number}: {reason}") from error
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or str(error)) from error
    if seen != counts:
        raise BundleDamaged(str(path), "it has other lines than its first one says; was it cut?")


def _line(file: IO[bytes]) -> bytes:
    return file.readline(_LONGEST_LINE)


def _object(line: bytes) -> dict[str, Any]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _counts(path: Path, line: bytes) -> dict[str, int]:
    said = _object(line)
    if said["format"] != FORMAT:
        raise ValueError("it is of another format")
    if int(said["version"]) > VERSION:
        raise BundleTooNew(str(path), str(said.get("mem", "")))
    return {kind: int(said["counts"][several]) for kind, several in KINDS.items()}


def _item(value: dict[str, Any]) -> tuple[str, Item]:
    ((kind, fields),) = value.items()
    if kind not in KINDS:
        raise ValueError(f"a line of an unknown kind {str(kind)[:20]!r}")
    return kind, _READERS[kind](fields)


# --- documents -----------------------------------------------------------------------------


def document_fields(document: CarriedDocument) -> dict[str, Any]:
    """A document as a line says it."""
    passages = [_passage_fields(one) for one in document.passages]
    return {**fields_of_head(document.head), "passages": passages}


def _passage_fields(one: CarriedPassage) -> dict[str, Any]:
    chunk = one.chunk
    return {
        "text": chunk.text,
        "context": chunk.context,
        "start": chunk.start,
        "end": chunk.end,
        "locator": chunk.locator,
        "speaker": chunk.speaker,
        "role": chunk.role,
        "said_at": _moment(chunk.said_at),
        "session_id": chunk.session_id,
        "message_id": chunk.message_id,
        "variant": chunk.variant,
        "extractors": list(one.extractors),
    }


def _document(value: Mapping[str, Any]) -> CarriedDocument:
    passages = tuple(
        _passage(one, seq) for seq, one in enumerate(checked.listed(value["passages"]))
    )
    head = head_from(value)
    if not passages or not head.uri:
        raise ValueError("a document without words or address")
    return CarriedDocument(head, passages)


def _passage(value: Mapping[str, Any], seq: int) -> CarriedPassage:
    text = checked.text(value["text"])
    start = checked.number(value["start"])
    if not text.strip() or start < 0:
        raise ValueError("a passage without words or place")
    chunk = Chunk(
        id="",
        document_id="",
        seq=seq,
        text=text,
        context=checked.text(value["context"]),
        start=start,
        end=start + len(text),
        locator=checked.text(value["locator"]),
        speaker=checked.optional_text(value["speaker"]),
        role=checked.optional_text(value["role"]),
        said_at=checked.optional_time(value["said_at"]),
        session_id=checked.optional_text(value["session_id"]),
        message_id=checked.optional_text(value["message_id"]),
        variant=bool(value["variant"]),
    )
    return CarriedPassage(chunk, checked.texts(value["extractors"]))


# --- memories ------------------------------------------------------------------------------


def memory_fields(one: BundledMemory) -> dict[str, Any]:
    """A memory as a line says it."""
    candidate = one.candidate
    return {
        "id": one.id,
        "kind": candidate.kind.value,
        "text": candidate.text,
        "subject": candidate.subject,
        "predicate": candidate.predicate,
        "object": candidate.object,
        "negated": candidate.negated,
        "exclusive": candidate.exclusive,
        "status": one.status.value,
        "closed": one.closed,
        "pinned": one.pinned,
        "confidence": candidate.confidence,
        "importance": candidate.importance,
        "trust": candidate.trust.name.lower(),
        "origin": candidate.origin,
        "said_at": _moment(candidate.said_at),
        "happened_at": _moment(candidate.happened_from),
        "happened_to": _moment(candidate.happened_to),
        "valid_from": _moment(candidate.valid_from),
        "valid_to": _moment(candidate.valid_to),
        "recorded_at": one.recorded_at,
        "entities": list(candidate.entities),
        "evidence": [_quote_fields(quote) for quote in one.quotes],
    }


def _quote_fields(one: Quote) -> dict[str, Any]:
    return {
        "uri": one.uri,
        "passage": one.passage,
        "start": one.start,
        "end": one.end,
        "quote": one.quote,
        "said_at": _moment(one.said_at),
        "valid_from": _moment(one.valid_from),
        "valid_to": _moment(one.valid_to),
        "trust": one.trust.name.lower(),
    }


def _memory(value: Mapping[str, Any]) -> BundledMemory:
    quotes = tuple(_quote(one) for one in checked.listed(value["evidence"]))
    # No more than its evidence has, whatever the line says.
    trust = min([_trust(value["trust"]), *([max(one.trust for one in quotes)] if quotes else [])])
    candidate = Candidate(
        kind=MemoryKind(value["kind"]),
        text=checked.text(value["text"]),
        subject=checked.text(value["subject"]),
        predicate=checked.text(value["predicate"]),
        object=checked.text(value["object"]),
        evidence=(),
        said_at=checked.optional_time(value["said_at"]),
        trust=trust,
        confidence=_share(value["confidence"]),
        origin=checked.text(value["origin"]),
        importance=_share(value["importance"]),
        exclusive=bool(value["exclusive"]),
        negated=bool(value["negated"]),
        happened_from=checked.optional_time(value["happened_at"]),
        happened_to=checked.optional_time(value["happened_to"]),
        valid_from=checked.optional_time(value["valid_from"]),
        valid_to=checked.optional_time(value["valid_to"]),
        entities=checked.texts(value["entities"]),
    )
    return BundledMemory(
        id=checked.text(value["id"]),
        candidate=candidate,
        status=MemoryStatus(value["status"]),
        closed=bool(value["closed"]),
        pinned=bool(value["pinned"]),
        recorded_at=checked.text(value["recorded_at"]),
        quotes=quotes,
    )


def _quote(value: Mapping[str, Any]) -> Quote:
    return Quote(
        uri=checked.text(value["uri"]),
        passage=checked.number(value["passage"]),
        start=checked.number(value["start"]),
        end=checked.number(value["end"]),
        quote=checked.text(value["quote"]),
        said_at=checked.optional_time(value["said_at"]),
        valid_from=checked.optional_time(value["valid_from"]),
        valid_to=checked.optional_time(value["valid_to"]),
        trust=_trust(value["trust"]),
    )


def link_fields(one: BundledLink) -> dict[str, Any]:
    """A link as a line says it."""
    head = {"from": one.source, "to": one.target}
    return {**head, "relation": one.relation.value, "weight": one.weight}


def _link(value: Mapping[str, Any]) -> BundledLink:
    relation = Relation(value["relation"])
    return BundledLink(
        checked.text(value["from"]), checked.text(value["to"]), relation, _share(value["weight"])
    )


def _entity(value: Mapping[str, Any]) -> tuple[str, ...]:
    return checked.texts(value["names"])


_READERS: dict[str, Callable[[Any], Item]] = {
    "document": _document,
    "memory": _memory,
    "link": _link,
    "entity": _entity,
}


# --- values --------------------------------------------------------------------------------


def _moment(value: datetime | None) -> str | None:
    return format_time(value) if value is not None else None


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("not a number from 0 to 1")
    return float(value)


def _trust(value: object) -> Trust:
    return Trust[checked.text(value).upper()]
