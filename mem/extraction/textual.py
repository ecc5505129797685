"""What a note says of itself: pointers into its text, what stands beside, steps that it shows.

Such a statement is true of the note, and of nothing that outlasts it.
"""

from __future__ import annotations

import re

from mem.extraction.grammar.statement import Statement
from mem.extraction.vocabulary.words import word_set

#: What points to the text that it stands in.
_TEXTUAL = re.compile(
    r"\b(?:this|these|that|those) (?:recipe|page|post|article|note|section|chapter|list|document|"
    r"example|guide|tutorial|script|code|file|command|paper|essay|review|thread|issue|version|table|"
    r"figure|image|screenshot|trick|pattern|approach|technique|query|step|diagram)s?\b",
    re.IGNORECASE,
)
#: What is told of the text itself, or of what stands beside it.
_BESIDE = re.compile(
    r"\bthe (?:resulting|following|above|below|latter|former) \w+|^the same \w+|"
    r"^(?:below|above|here|(?:the )?(?:first|second|third|fourth|next|last)) (?:is|are|comes)\b|"
    r"\b(?:screenshot|chart|diagram|screencast)\b|"
    r"\b(?:shown|embedded|depicted|listed) (?:above|below)\b|"
    r"\]\(|"
    r"^(?:the|one) (?:\w+ )?(?:explanation|reason|problem|point|question|answer|thing|idea|trick|"
    r"fact|issue|catch|truth) is\b",
    re.IGNORECASE,
)
#: What is done with a program on the way: a step that a note shows, not what became of someone.
_HANDLED = word_set("click drag paste navigate upload scroll tap select export toggle tick")
#: "We are presented with a list": the reader's way through a text.
_LED = re.compile(
    r"^[\w ]+ and others (?:is|are|was|were) (?:\w+ly )?(?:presented|greeted|shown (?:an?|the) "
    r"(?:list|page|screen|dialog|window|message))\b"
)


def is_of_text(statement: Statement) -> bool:
    """Whether a statement of a note speaks of the note, or is a step on the way that it shows."""
    handled = statement.own and statement.predicate.split()[0] in _HANDLED
    return handled or any(one.search(statement.text) for one in (_TEXTUAL, _BESIDE, _LED))
