"""What the tools take and give, as JSON Schema.

They give what `--json` prints (docs/json.md), with `frame` and `notes` beside it.
"""

from __future__ import annotations

from typing import Any, Final

from mem.core.memory import MemoryKind, MemoryStatus
from mem.sharing.memory import WITHHELD

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_NUMBER: Final[Schema] = {"type": "number"}
_WHOLE: Final[Schema] = {"type": "integer"}
_FLAG: Final[Schema] = {"type": "boolean"}


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _result(properties: Schema) -> Schema:
    """A whole result: the documented object, marked as quotes."""
    return _object({"frame": _TEXT, "schema": {"const": 1}, **properties, "notes": _list(_TEXT)})


_HIT = _object(
    {
        "id": _TEXT,
        "kind": _TEXT,
        "text": _TEXT,
        "score": _NUMBER,
        "source": _object({"uri": _TEXT, "title": _TEXT, "locator": _TEXT}),
        "speaker": _MAYBE,
        "said_at": _MAYBE,
        "said_at_origin": _MAYBE,
        "happened_at": _MAYBE,
    }
)
_MEMORY_PARTS: Final[Schema] = {
    "id": _TEXT,
    "kind": _TEXT,
    "text": _TEXT,
    "status": _TEXT,
    "confidence": _NUMBER,
    "said_at": _MAYBE,
    "valid_from": _MAYBE,
    "valid_to": _MAYBE,
    "happened_at": _MAYBE,
    "origin": _TEXT,
    "trust": _TEXT,
    "evidence": _list(_object({"chunk_id": _TEXT, "quote": _TEXT})),
}
_MEMORY = _object(_MEMORY_PARTS)
_EPISODE = _object({"id": _TEXT, "title": _TEXT, "started_at": _MAYBE, "chunks": _WHOLE})
_ENTITY = _object({"id": _TEXT, "name": _TEXT, "aliases": _list(_TEXT), "memories": _WHOLE})
_SUMMARY = _object({"level": _TEXT, "key": _TEXT, "text": _TEXT})
_DOCUMENT = _object({"id": _TEXT, "uri": _TEXT, "kind": _TEXT, "title": _TEXT})
_MEMORIES: Final[Schema] = {"memories": _list(_MEMORY)}

SEARCH = _result({"query": _TEXT, "hits": _list(_HIT), "elapsed_ms": _NUMBER})
ASK = _result(
    {
        "question": _TEXT,
        "answer": _TEXT,
        "abstained": _FLAG,
        "confidence": _NUMBER,
        "mode": _TEXT,
        "sentences": _list(_object({"text": _TEXT, "citations": _list(_WHOLE)})),
        "citations": _list(
            _object(
                {"n": _WHOLE, "id": _TEXT, "uri": _TEXT, "quote": _TEXT}
                | {"said_at": _MAYBE, "said_at_origin": _MAYBE}
            )
        ),
    }
)
#: A memory, a document with passages, or an episode with passages.
SHOW = _result({"id": _TEXT})
PROFILE = _result(
    {
        "sections": _list(_object({"title": _TEXT, **_MEMORIES})),
        "text": _TEXT,
        "summary": {"type": ["object", "null"]},
    }
)
TIMELINE = _result(
    {
        "timeline": _list(_object({"at": _MAYBE, "replaced": _list(_TEXT), "memory": _MEMORY})),
        "episodes": _list(_EPISODE),
        "summaries": _list(_SUMMARY),
    }
)
_ENTITIES = _result({"entities": _list(_ENTITY), "entity": _ENTITY, **_MEMORIES})
#: A list of entities, or one with its memories.
ENTITIES: Final[Schema] = {**_ENTITIES, "required": ["frame", "schema", "notes"]}
LIST = _result(_MEMORIES)
REMEMBER = _result({"document": _DOCUMENT, "memory": {**_MEMORY, "type": ["object", "null"]}})
FEEDBACK = _result({"verdict": _TEXT, "memories": _WHOLE})

# --- arguments -----------------------------------------------------------------------------

KINDS: Final = [kind.value for kind in MemoryKind]
STATUSES: Final = [one.value for one in MemoryStatus if one not in WITHHELD]


def arguments(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    """What a tool takes; anything else is refused."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def text(about: str, most: int = 2000) -> Schema:
    """A text of at most so many characters."""
    return {"type": "string", "description": about, "minLength": 1, "maxLength": most}


def one_of(about: str, values: list[str]) -> Schema:
    """One of those words."""
    return {"type": "string", "description": about, "enum": values}


def number(about: str, *, default: int | None, least: int = 1, most: int = 100) -> Schema:
    """A whole number between both, which count."""
    found: Schema = {"type": "integer", "description": about, "minimum": least, "maximum": most}
    return found if default is None else {**found, "default": default}


TIME: Final = '2025-03-01, "last March", "two weeks ago"'
FILTERS: Final[Schema] = {
    "since": text(f"Only what was said at or after this time: {TIME}.", 100),
    "before": text("Only what was said before this time.", 100),
    "on": text('Only what was said in that day, month or year, e.g. "May 2024".', 100),
    "source": text("Only from sources whose path or uri holds this.", 500),
    "kind": text("Only documents of this kind or format: note, chat, markdown, …", 50),
    "speaker": text("Only what this person said.", 200),
}
