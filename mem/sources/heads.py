"""The head of a document, which is all of it but its words, as JSON: written and read back here.

What one process or home writes, another reads or refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mem.core.document import DocumentKind, ParsedDocument, SaidAtOrigin
from mem.sources import checked


def fields_of_head(document: ParsedDocument) -> dict[str, Any]:
    """`document` as JSON values, without text, blocks and messages."""
    return {
        "uri": document.uri,
        "kind": document.kind.value,
        "format": document.format,
        "title": document.title,
        "said_at": document.said_at.isoformat() if document.said_at else None,
        "said_at_origin": document.said_at_origin.value if document.said_at_origin else None,
        "tags": list(document.tags),
        "aliases": list(document.aliases),
        "links": list(document.links),
        "notices": list(document.notices),
    }


def head_from(value: Mapping[str, Any]) -> ParsedDocument:
    """The document without words that `fields_of_head` wrote; other keys are passed over.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    origin = value["said_at_origin"]
    return ParsedDocument(
        uri=checked.text(value["uri"]),
        kind=DocumentKind(value["kind"]),
        format=checked.text(value["format"]),
        title=checked.text(value["title"]),
        said_at=checked.optional_time(value["said_at"]),
        said_at_origin=SaidAtOrigin(origin) if origin is not None else None,
        tags=checked.texts(value["tags"]),
        aliases=checked.texts(value["aliases"]),
        links=checked.texts(value["links"]),
        notices=checked.texts(value["notices"]),
    )
