"""The words of one ChatGPT message: no content type, known or not, loses any.

What is no text (images, audio) is named in brackets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Fields = dict[str, Any]


def message_text(message: Fields) -> str:
    """The message's content as text, "" where it has none."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, dict):
        return _instructions(message)
    kind = content.get("content_type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    text = read(content) if read else None
    if text is None:
        text = _as_json(content)
    return text if text.strip() else _instructions(message)


def names_of_attachments(message: Fields) -> Iterator[str]:
    """Names of the files that were attached."""
    metadata = message.get("metadata")
    listed = metadata.get("attachments") if isinstance(metadata, dict) else None
    for attachment in listed if isinstance(listed, list) else ():
        name = attachment.get("name") if isinstance(attachment, dict) else None
        if isinstance(name, str) and name:
            yield name


def _parts(content: Fields) -> str | None:
    parts = content.get("parts")
    if not isinstance(parts, list):
        return _strings("text")(content)
    return "\n".join(text for part in parts if (text := _part(part)))


def _part(part: object) -> str:
    """A string, or an object that names an image, a recording or its transcript."""
    if part is None or isinstance(part, str):
        return part or ""
    if not isinstance(part, dict):
        return _as_json(part)
    kind = part.get("content_type")
    if kind == "audio_transcription" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind == "image_asset_pointer":
        return f"[image: {part.get('asset_pointer') or 'unnamed'}]"
    if isinstance(kind, str) and kind.endswith("asset_pointer"):
        return f"[{kind.removesuffix('_asset_pointer')}: {part.get('asset_pointer') or 'unnamed'}]"
    return _as_json(part)


def _strings(*keys: str) -> Callable[[Fields], str | None]:
    """A reader that joins the strings under `keys`; None where no key is there."""

    def read(content: Fields) -> str | None:
        if not any(key in content for key in keys):
            return None
        values = (content.get(key) for key in keys)
        return "\n".join(value for value in values if isinstance(value, str) and value)

    return read


def _thoughts(content: Fields) -> str | None:
    thoughts = content.get("thoughts")
    if not isinstance(thoughts, list):
        return None
    read = _strings("summary", "content")
    shown = ((read(one) if isinstance(one, dict) else None) or _as_json(one) for one in thoughts)
    return "\n\n".join(shown)


def _instructions(message: Fields) -> str:
    """Custom instructions, which older exports keep beside an empty system message."""
    metadata = message.get("metadata")
    about = metadata.get("user_context_message_data") if isinstance(metadata, dict) else None
    if not isinstance(about, dict):
        return ""
    return "\n\n".join(value for value in about.values() if isinstance(value, str) and value)


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        return "[content nested too deeply to be shown]"


_READERS: dict[str, Callable[[Fields], str | None]] = {
    "text": _parts,
    "multimodal_text": _parts,
    "code": _strings("text"),
    "execution_output": _strings("text"),
    "tether_quote": _strings("title", "url", "text"),
    "tether_browsing_display": _strings("result", "summary"),
    "system_error": _strings("name", "text"),
    "thoughts": _thoughts,
    "reasoning_recap": _strings("content"),
    "user_editable_context": _strings("user_profile", "user_instructions"),
    "model_editable_context": _strings("model_set_context"),
}
