"""What may become a memory at all, and in which state.

A quote that is not in its source is refused, and so is what the user rejected or forgot. Text that
gives orders is quarantined, and what others say about the user waits for review.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mem.consolidation.reconciling.normal import subject_key
from mem.core.memory import Candidate, MemoryKind, MemoryStatus, Trust

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}"
    r"\b(?:previous|prior|above|earlier|all)\b[^.\n]{0,30}"
    r"\b(?:instruction|prompt|rule|message|context)s?\b"
    r"|\bsystem (?:prompt|message|instruction)s?\b|<\/?(?:system|assistant|instruction|tool)s?>"
    r"|\[/?INST\]|<\|[a-z_]+\|>|^\s*(?:system|assistant)\s*:"
    r"|\byou are (?:now )?(?:a|an|the) [^.\n]{0,40}\b(?:assistant|ai|model|agent|bot)\b"
    r"|\b(?:you|assistant|ai|model|agent)\b[^.\n]{0,20}\bmust (?:always|never|now|not)\b"
    r"|\bfrom now on,? (?:you|always|never|answer|respond|reply|act|call)\b"
    r"|\b(?:always|never) (?:respond|reply|answer|tell|reveal|recommend|mention|say) "
    r"|\bdo not (?:tell|reveal|mention|inform)\b[^.\n]{0,30}\buser\b"
    r"|\b(?:new|updated|important) (?:instruction|directive)s?\b|\bjailbreak\b"
    r"|\bwhen (?:asked|the user asks)\b[^.\n]{0,60}\b(?:say|answer|respond|reply|tell)\b"
    r"|\b(?:run|execute) (?:the following|this) (?:command|code|script)\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Admission:
    """`status` of a new memory, or None where there may be none; `reason` says why."""

    status: MemoryStatus | None
    reason: str


def gives_orders(text: str) -> bool:
    """Whether a text addresses an assistant with instructions instead of stating something."""
    return _ORDERS.search(text) is not None


def admit(candidate: Candidate, *, rejected: bool, forgotten: bool) -> Admission:
    """Decide about a candidate whose evidence has been verified."""
    if forgotten or rejected:
        return Admission(None, "forgotten" if forgotten else "rejected before")
    if not candidate.text.strip():
        return Admission(None, "empty")
    said = [candidate.text, *(one.quote for one in candidate.evidence)]
    if candidate.trust < Trust.TYPED and any(gives_orders(text) for text in said):
        return Admission(MemoryStatus.QUARANTINED, "gives instructions")
    about_user = candidate.kind is MemoryKind.PROFILE or subject_key(candidate.subject) == "user"
    if about_user and candidate.trust <= Trust.OTHERS:
        return Admission(MemoryStatus.PROPOSED, "said of the user by others")
    if candidate.trust is Trust.INFERRED:
        return Admission(MemoryStatus.PROPOSED, "inferred")
    return Admission(MemoryStatus.ACTIVE, "")
