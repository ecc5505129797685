"""The exporters that come with `mem`, behind the hook that plugins use; each writes UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO

from mem.core.clock import format_time
from mem.core.document import DocumentKind, ParsedDocument
from mem.sources.transfer import fields_of_document

_OWN = "chat-jsonl:"


class ChatJsonlExporter:
    """Conversations as chat JSON Lines, which every `mem` takes in again; notes are left out."""

    name = "chat-jsonl"
    suffix = ".jsonl"

    def export(self, documents: Iterable[ParsedDocument], target: IO[bytes]) -> int:
        """Write a line a message; returns how many documents."""
        count = 0
        for document in documents:
            if document.kind is not DocumentKind.CHAT:
                continue
            count += 1
            for message in document.messages:
                fields = {
                    "conversation": document.uri.removeprefix(_OWN),
                    "session": message.session,
                    "id": message.id,
                    "speaker": message.speaker,
                    "role": message.role,
                    "at": format_time(message.at) if message.at else None,
                    "text": message.text,
                }
                kept = {name: value for name, value in fields.items() if value is not None}
                target.write(json.dumps(kept, ensure_ascii=False).encode() + b"\n")
        return count


class JsonlExporter:
    """Every document with all that is known of it, a JSON object a line."""

    name = "jsonl"
    suffix = ".jsonl"

    def export(self, documents: Iterable[ParsedDocument], target: IO[bytes]) -> int:
        """Write a line a document; returns how many."""
        count = 0
        for document in documents:
            line = json.dumps(fields_of_document(document), ensure_ascii=False)
            target.write(line.encode() + b"\n")
            count += 1
        return count


class MarkdownExporter:
    """All documents one after the other, for a person to read."""

    name = "markdown"
    suffix = ".md"

    def export(self, documents: Iterable[ParsedDocument], target: IO[bytes]) -> int:
        """Write a section a document; returns how many."""
        count = 0
        for document in documents:
            count += 1
            when = f"{document.said_at:%Y-%m-%d %H:%M}" if document.said_at else "undated"
            title = " ".join(document.title.split()) or document.uri
            parts = [f"# {title}", f"*{document.format} · {when} · <{document.uri}>*"]
            if document.kind is DocumentKind.CHAT:
                parts += [_spoken(one.speaker, one.at, one.text) for one in document.messages]
            else:
                parts.append(document.text.strip("\n"))
            target.write("\n\n".join(parts).encode() + b"\n\n")
        return count


def _spoken(speaker: str, at: object, text: str) -> str:
    when = f" ({at:%Y-%m-%d %H:%M})" if at else ""
    return f"**{speaker}**{when}: {text}"
