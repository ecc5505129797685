"""What notes say without a full sentence: to-dos, decisions, choices, how-to passages."""

from __future__ import annotations

import re

from mem.extraction import words
from mem.extraction.clauses import without_markup
from mem.extraction.pronouns import third_person
from mem.extraction.sentences import LineKind, Sentence
from mem.extraction.statement import Statement, Tense
from mem.extraction.subjects import Speaker

_DECISION = re.compile(
    r"^(?:decision|decided|agreed|outcome|conclusion|"
    r"resolved)\s*(?:on [^:]{2,20})?[:–—-]\s*(?P<what>.+)$",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"^(?:(?:let's|i'll|we'll|i will|i'm|we're|i am|we are|i want to|i'd like to) )?"
    r"(?:go|going|gone|proceed|stick) with (?P<what>.+)$",
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    r"^(?:in order )?to (?P<goal>[a-z][^,]{3,60}), (?P<steps>.{8,})$", re.IGNORECASE
)
_TITLE = re.compile(
    r"^(?:how[- ]?to|how do i|steps (?:to|for)|instructions for)\b[:\s]*(?P<goal>.+)$",
    re.IGNORECASE,
)
MAX_PASSAGE = 700


def read_todo(sentence: Sentence, speaker: Speaker) -> Statement | None:
    """An open to-do that starts with what to do; bare shopping and reading lists are none."""
    if sentence.line is not LineKind.TODO or not sentence.first:
        return None
    body = without_markup(sentence.text).strip(" .!")
    first, _, rest = body.partition(" ")
    if not words.is_base(first.lower()) or not words.content_words(rest):
        return None
    what = third_person(f"{first.lower()} {rest}")
    return _said(speaker, "have to", what, f"{speaker.phrase} has to {what}", Tense.FUTURE)


def read_choice(clause: str, speaker: Speaker) -> Statement | None:
    """A decision or choice: "Decision: …", "Let's go with …"."""
    plain = clause.strip(" .!")
    for pattern, predicate, verb in (
        (_DECISION, "decide", "decided:"),
        (_CHOICE, "choose", "chose"),
    ):
        found = pattern.match(plain)
        if not found:
            continue
        what = third_person(found["what"]).strip(" ,.")
        if re.search(r"\byou(?:r|rs)?\b", what, re.IGNORECASE) or len(words.content_words(what)) < (
            2 if predicate == "decide" else 1
        ):
            return None
        if (
            what.split()[0].lower() in {"it", "that", "this", "them", "those"}
            and len(what.split()) < 3
        ):
            return None
        return _said(speaker, predicate, what, f"{speaker.phrase} {verb} {what}", Tense.PAST)
    return None


def read_how_to(text: str) -> Statement | None:
    """ "To <goal>, <steps>": kept in its own words."""
    found = _HOW_TO.match(text.strip(" ."))
    if not found:
        return None
    if not words.is_base(re.split(r"\W", found["steps"], maxsplit=1)[0].lower()):
        return None
    if "[" in text or "<" in text:
        return None
    return _procedure(found["goal"], found["steps"], text.strip(" ."))


def read_passage(title: str, sentences: list[Sentence]) -> tuple[Statement, int, int] | None:
    """The list of steps under a "How to …" heading, with the span it fills in the chunk's text."""
    found = _TITLE.match(title.strip())
    steps = [one for one in sentences if one.line is LineKind.ITEM]
    if not found or len([one for one in steps if one.first]) < 2:
        return None
    start, end = steps[0].start, steps[-1].end
    if end - start > MAX_PASSAGE:
        return None
    listed = "; ".join(one.text.strip(" .;") for one in steps)
    goal = found["goal"].strip(" :?.")
    return _procedure(goal, listed, f"How to {goal}: {listed}"), start, end


def _procedure(goal: str, steps: str, text: str) -> Statement:
    return Statement(
        subject=goal,
        predicate="be done by",
        object=steps,
        text=text,
        tense=Tense.PRESENT,
        negated=False,
        exclusive=False,
        own=False,
    )


def _said(speaker: Speaker, predicate: str, what: str, text: str, tense: Tense) -> Statement:
    return Statement(
        subject=speaker.subject,
        predicate=predicate,
        object=what,
        text=text,
        tense=tense,
        negated=False,
        exclusive=False,
        own=True,
    )
