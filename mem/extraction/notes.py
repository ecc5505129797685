"""What notes say without a full sentence: to-dos, decisions, choices, how-to passages."""

from __future__ import annotations

import re

from mem.extraction.grammar.clauses import without_markup
from mem.extraction.grammar.pronouns import third_person
from mem.extraction.grammar.statement import Statement, Tense
from mem.extraction.sentences import LineKind, Sentence
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary import words

_DECISION = re.compile(
    r"^(?:decision|decided|agreed|outcome|conclusion|"
    r"resolved)\s*(?:on [^:]{2,20})?[:–—-]\s*(?P<what>.+)$",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"^(?:(?:let's|i've|we've|i'll|we'll|i will|i'm|we're|i am|we are|i want to|i'd like to) )?"
    r"(?:go|going|(?<=ve )gone|proceed|stick) with (?P<what>.+)$",
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
_REMINDER = re.compile(
    r"^(?:(?:please )?remember to|(?:do not|don't|must not|mustn't) forget to|reminder to|"
    r"reminder:|note to self:) (?P<what>[a-z].+)$",
    re.IGNORECASE,
)
_THERE_IS = re.compile(
    r"^there(?:'s| (?P<verb>is|are)) (?P<what>(?:an?|the|my|our|some|two|three) (?:[\w'-]+ ){0,3}?"
    r"[\w'-]+) (?P<way>in|on|under|behind|above|near|at|next to) "
    r"(?P<where>(?:the|my|our) (?!way\b|end\b|moment\b|works\b)[^,;:]{3,60})$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^(?:if|when(?:ever)?) (?P<case>(?:the|an?) [^,]{6,60}), (?:then )?(?P<steps>[a-z]+ \S.{8,})$",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^(?P<word>(?:An? [a-z][\w-]+|[A-Z][\w-]+)(?: [\w-]+)?) (?P<verb>is|means|stands for) "
    r"(?P<what>(?:(?<=is )(?:an?|the)\b|(?<!is )\S).{6,120})$"
)
#: What opens no term: "Today is a …", "Work is the …".
_NO_TERM = words.word_set(
    "This That It There He She We They What Who Which Where When Here Today Tomorrow Yesterday "
    "Everything Nothing Something Someone Everyone One Another The My Our Your His Her If As Not "
    "Now So Also Only Next First Last Life Work Love Time"
)
_NO_TERM_END = words.word_set("one thing way that it this there who what which")
_POINTING = re.compile(r"\b(?:this|that|these|those|it|them|him|her|so)\b", re.IGNORECASE)
_LEANING = re.compile(
    r"\b(?:this|that|these|those|it|he|she|they|you|your|i|we|me|my|our)\b", re.IGNORECASE
)


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


def read_reminder(text: str, speaker: Speaker) -> Statement | None:
    """A to-do in words: "Remember to water the plants", "Don't forget to …"."""
    found = _REMINDER.match(without_markup(text).strip(" .!"))
    if not found or not words.is_base(found["what"].split()[0].lower()):
        return None
    what = third_person(found["what"])
    if len(what.split()) < 2 or not words.content_words(what.partition(" ")[2]):
        return None
    return _said(speaker, "have to", what, f"{speaker.phrase} has to {what}", Tense.FUTURE)


def read_where(text: str) -> Statement | None:
    """Where a thing is: "There's a first-aid kit under the passenger seat"."""
    found = _THERE_IS.match(without_markup(text).strip(" .!"))
    if not found:
        return None
    what, verb = found["what"], "are" if found["verb"] == "are" else "is"
    return Statement(
        subject=what,
        predicate=f"be {found['way']}",
        object=third_person(found["where"]),
        text=f"{what[:1].upper()}{what[1:]} {verb} {found['way']} {third_person(found['where'])}",
        tense=Tense.PRESENT,
        negated=False,
        exclusive=False,
        own=False,
    )


def read_condition(text: str) -> Statement | None:
    """What to do in a case: "If the boiler loses pressure, open the blue tap"."""
    plain = without_markup(text).strip(" .")
    found = _CONDITION.match(plain)
    if not found or "[" in text or "<" in text or _LEANING.search(plain):
        return None
    steps = found["steps"].split()
    if not words.is_base(steps[0].lower()) or steps[1] not in words.DETERMINERS:
        return None
    return _procedure(found["case"], found["steps"], plain)


def read_definition(text: str) -> Statement | None:
    """What a word means: "Crema is the foam on an espresso", "OKR means …"."""
    found = _DEFINITION.match(without_markup(text).strip(" ."))
    if not found or len(found["what"].split()) < 2 or _LEANING.search(text):
        return None
    word = found["word"]
    if word.split()[0] in _NO_TERM or word.split()[-1].lower() in _NO_TERM_END:
        return None
    predicate = {"is": "be", "means": "mean", "stands for": "stand for"}[found["verb"]]
    return Statement(
        subject=word,
        predicate=predicate,
        object=found["what"],
        text=f"{word} {found['verb']} {found['what']}",
        tense=Tense.PRESENT,
        negated=False,
        exclusive=False,
        own=False,
    )


def read_how_to(text: str) -> Statement | None:
    """ "To <goal>, <steps>": kept in its own words."""
    found = _HOW_TO.match(text.strip(" ."))
    if not found:
        return None
    if not words.is_base(re.split(r"\W", found["steps"], maxsplit=1)[0].lower()):
        return None
    if "[" in text or "<" in text or _POINTING.search(found["goal"]):
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
