"""Arguments of a call held against the tool's schema.

What is wrong is said without repeating what was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mem.errors import UsageError
from mem.mcp.tools import ToolSpec


class BadArguments(UsageError):
    """What a client gave does not fit the tool; the message says what does."""


def checked(spec: ToolSpec, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments, with characters that no store takes replaced. Raises BadArguments."""
    from jsonschema import Draft202012Validator

    cleaned: dict[str, Any] = {name: plain(value) for name, value in (given or {}).items()}
    errors = sorted(Draft202012Validator(spec.takes).iter_errors(cleaned), key=str)
    if errors:
        first = errors[0]
        where = ".".join(str(part) for part in first.absolute_path)
        place = f"{where} " if where else ""
        rule = _rule(str(first.validator), first.validator_value, spec)
        raise BadArguments(f"{spec.name}: {place}{rule}.")
    return cleaned


def plain(value: Any) -> Any:
    """Lone surrogates and NUL replaced in every text."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value


def _rule(validator: str, value: Any, spec: ToolSpec) -> str:
    """What a rule of JSON Schema asks for, in words."""
    several = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    rules = {
        "required": f"needs {several}",
        "additionalProperties": f"takes only {', '.join(spec.takes['properties']) or 'nothing'}",
        "type": f"must be of type {several}",
        "enum": f"must be one of {several}",
        "minimum": f"must be at least {several}",
        "maximum": f"must be at most {several}",
        "minLength": "must not be empty",
        "maxLength": f"must have at most {several} characters",
        "minItems": f"must name at least {several}",
        "maxItems": f"must name at most {several}",
    }
    return rules.get(validator, f"does not fit ({validator})")
