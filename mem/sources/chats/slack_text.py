"""The words of a Slack message as its readers saw them: names for ids, links and files in words.

Nothing that a person could read in Slack is dropped; markup that is not understood stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mem.sources.loose import Fields, fields_of, first_word, items_of, word, words

_TAG = re.compile(r"<([^<>\n]+)>")
_MAX_DEPTH = 20
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def readable(text: str, names: Mapping[str, str]) -> str:
    """Slack's markup as plain text; `names` gives the name of a user's or channel's id."""
    text = _TAG.sub(lambda match: _tag(match[1], names) or match[0], text)
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    return text


def message_words(record: Fields, names: Mapping[str, str]) -> str:
    """The message's text, else that of its blocks, and that of its attachments."""
    text = readable(words(record.get("text")), names)
    if not text.strip():
        text = "\n".join(_blocks(record.get("blocks"), names, 0))
    attached = (_attachment(fields_of(one), names) for one in items_of(record.get("attachments")))
    return "\n".join(part for part in (text, *attached) if part.strip())


def names_of_files(record: Fields) -> tuple[str, ...]:
    """Names of the files that came with the message."""
    listed = [*items_of(record.get("files")), record.get("file")]
    found = []
    for one in listed:
        fields = fields_of(one)
        if fields:
            found.append(first_word(fields.get("name"), fields.get("title"), fields.get("id")))
    return tuple(name or "unnamed" for name in found)


def _tag(tag: str, names: Mapping[str, str]) -> str:
    """What stood between `<` and `>`, as Slack shows it; "" where that is unknown."""
    target, _, label = tag.partition("|")
    kind, rest = target[0:1], target[1:]
    if kind in {"@", "#"}:
        return kind + (names.get(rest) or label or rest).removeprefix(kind)
    if kind == "!":
        shown = label or rest.partition("^")[0]
        return shown if rest.startswith("date^") else f"@{shown.removeprefix('@')}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if ":" not in target or not label or label in {target, address}:
        return address if ":" in target else ""
    return address if target.endswith(f"//{label}") else f"{label} ({address})"


def _attachment(fields: Fields, names: Mapping[str, str]) -> str:
    """A link's preview or what an integration posted; its fallback where it has no other words."""
    title = words(fields.get("title"))
    link = words(fields.get("title_link"))
    parts = [
        readable(words(fields.get("pretext")), names),
        readable(words(fields.get("author_name")), names),
        f"{readable(title, names)} ({link})" if title and link else readable(title, names),
        readable(words(fields.get("text")), names),
    ]
    for one in items_of(fields.get("fields")):
        cells = (fields_of(one).get("title"), fields_of(one).get("value"))
        parts.append(": ".join(readable(words(cell), names) for cell in cells if words(cell)))
    parts += _blocks(fields.get("blocks"), names, 0)
    parts += [f"[file: {name}]" for name in names_of_files(fields)]
    if not any(part.strip() for part in parts):
        parts = [readable(words(fields.get("fallback")), names), words(fields.get("from_url"))]
    return "\n".join(part for part in parts if part.strip())


def _blocks(blocks: object, names: Mapping[str, str], depth: int) -> Iterator[str]:
    """One text for each block that has words."""
    for one in items_of(blocks):
        text = _block(fields_of(one), names, depth)
        if text.strip():
            yield text


def _block(block: Fields, names: Mapping[str, str], depth: int) -> str:
    if depth > _MAX_DEPTH:
        return "[nested too deeply to be shown]"
    kind = word(block.get("type"))
    if kind in {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}:
        return "".join(_element(fields_of(one), names) for one in items_of(block.get("elements")))
    inner = block.get("text")
    text = words(inner) if isinstance(inner, str) else words(fields_of(inner).get("text"))
    parts = [readable(text, names)] if text.strip() else []
    parts += [readable(words(block.get("alt_text")), names)] if kind == "image" else []
    for key in ("fields", "elements"):
        parts += _blocks(block.get(key), names, depth + 1)
    mark = "• " if kind == "rich_text_list" else ""
    return "\n".join(f"{mark}{part}" for part in parts if part.strip())


def _element(element: Fields, names: Mapping[str, str]) -> str:
    """A piece of a line of rich text, which unlike `text` is not escaped."""
    kind = word(element.get("type"))
    if kind == "user":
        key = word(element.get("user_id"))
        return f"@{names.get(key, key)}"
    if kind == "channel":
        key = word(element.get("channel_id"))
        return f"#{names.get(key, key)}"
    if kind == "link":
        url, label = words(element.get("url")), words(element.get("text"))
        return f"{label} ({url})" if label and label != url else url
    if kind == "emoji":
        return f":{word(element.get('name'))}:"
    if kind == "broadcast":
        return f"@{word(element.get('range'))}"
    return words(element.get("text")) or first_word(
        element.get("fallback"), element.get("value"), element.get("usergroup_id")
    )
