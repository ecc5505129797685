"""What a change leaves behind: "the rent went up to 820" is what the rent is from then on.

The statement keeps its words; subject, predicate and object say what holds, so that it takes the
place of what held. A change that does not say what it led to stays an event.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mem.extraction.grammar.predicates import normalised
from mem.extraction.grammar.statement import Statement, Tense
from mem.extraction.vocabulary.people import is_given_name
from mem.extraction.vocabulary.professions import is_profession

_FIGURE = r"(?:about |around |roughly |nearly |almost )?[£$€¥]?\s?\d[\d.,]*\S*(?: .+)?"
_ROSE = (
    r"(?:go|rise|fall|double|triple|halve|drop|climb|increase|decrease|jump|grow|shrink|come|be|sink|soar|creep|"
    r"(?:be|get) (?:raise|cut|increase|reduce|lower|put|bring|bump|set|adjust)\w*)"
)
_CHANGED_VALUE = re.compile(
    rf"^{_ROSE}(?: (?:back|up|down|now|all the way))*(?: from (?P<was>[^,]+?))? (?:to|at) "
    rf"(?P<now>{_FIGURE})$"
)
_CHANGED_TO = re.compile(
    r"^(?:change|switch|(?:be|get) (?:change|switch|move|rename|update)d?)"
    r"(?: from (?P<was>.+?))? to (?P<now>.+)$"
)
_SET = re.compile(
    r"^(?P<what>(?:their|the) .+?)(?: (?:back|up|down))*(?: from (?P<was>[^,]+?))? to (?P<now>.+)$"
)
_SETTING = frozenset(
    {"raise", "increase", "cut", "reduce", "lower", "change", "set", "bump", "adjust", "drop",
     "put", "bring", "update", "switch", "move"}
)  # fmt: skip
_PRICE = re.compile(
    r"[£$€]\s?\d|\d (?:euros?|pounds?|dollars?|francs?|kroner|kronor|quid)\b|"
    r"\d (?:a|per|an) (?:day|week|month|year|night|hour|kilo|litre|liter|dozen|head|person)\b"
)
_PROMOTED = frozenset(
    {"get promoted to", "be promoted to", "be made", "move up to", "be appointed"}
)
_BECOME = frozenset({"become", "turn", "retrain as", "qualify as", "train as", "be hired as",
                     "get hired as", "start as", "start work as", "start working as"})  # fmt: skip
_POST = re.compile(
    r"^(?:an? |the |their )?(?:[\w-]+ ){0,2}?(?:job|position|role|post|contract) (?:at|with|for) "
    r"(?P<at>.+)$"
)
_GETTING = frozenset(
    {"get", "take", "start", "land", "find", "begin", "accept", "start to", "have"}
)
_WORKING = re.compile(r"^(?:work(?:ing)? (?:at|for)|to work (?:at|for)) (?P<at>.+)$")
_HIRED = re.compile(r"^(?:be|get) (?:hired|employed|taken on|recruited) (?:by|at)$")
_MOVED = frozenset(
    {"move to", "relocate to", "move back to", "move over to", "move across to", "settle in",
     "settle down in", "emigrate to", "be back to live in", "move on to", "move up to",
     "move down to", "relocate back to", "move home to", "make the move to"}
)  # fmt: skip
_FOR_GOOD = re.compile(r"\b(?:for good|permanently|since)\b")
_WED = {"get married": "be married to", "marry": "be married to", "get engaged": "be engaged to"}
_COMPANY = re.compile(r"^\S+(?: \S+){0,2}? and (?P<who>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?) ")


def outcome(statement: Statement, *, since: bool = False) -> Statement:
    """The statement with what holds since as its subject, predicate and object, where it says so.

    `since`: a time was taken off from which it holds.
    """
    if statement.negated or statement.tense is Tense.FUTURE:
        return statement
    found = (
        _figure(statement) or _set(statement) or _work(statement) or _home(statement, since=since)
        or _wedding(statement)
    )  # fmt: skip
    if found is None:
        return statement
    subject, predicate, value = found
    predicate, value = normalised(predicate, value.strip())
    return replace(statement, subject=subject, predicate=predicate, object=value, exclusive=True)


def is_priced(statement: Statement) -> bool:
    """Whether it says what a thing costs, in a currency or for a time."""
    said = _PRICE.search(statement.object) or (
        statement.predicate in {"cost", "charge"} and statement.object[:1].isdigit()
    )
    return statement.exclusive and bool(said) and _is_thing(statement)


def changed(statement: Statement) -> bool:
    """Whether it tells of a change by what holds since."""
    return statement.exclusive and statement.tense is Tense.PAST


def _figure(one: Statement) -> tuple[str, str, str] | None:
    """What a thing has come to cost, or is called since."""
    said = f"{one.predicate} {one.object}"
    found = _CHANGED_VALUE.match(said)
    if (
        found
        and one.predicate.split()[0] == "be"
        and not re.match(r"be (?:back|up|down|now)\b|be \w+ (?:to|at)\b", said)
    ):
        found = None
    if found is None and "'s " in one.subject:
        found = _CHANGED_TO.match(said)
    if found is None or not _is_thing(one):
        return None
    return one.subject, "be", re.sub(r" from .*$", "", found["now"])


def _is_thing(one: Statement) -> bool:
    """Whether the subject is a thing and not a person."""
    first, _, owned = one.subject.partition("'s ")
    return bool(owned) or not (one.subject == "user" or is_given_name(first.split()[0]))


def _set(one: Statement) -> tuple[str, str, str] | None:
    """What someone has brought something of their own to."""
    if one.predicate not in _SETTING:
        return None
    found = _SET.match(one.object)
    if found is None or not (found["now"][:1].isdigit() or found["now"][:1] in "£$€"):
        return None
    what = found["what"]
    if what.startswith("their "):
        owner = "the user" if one.subject == "user" else one.subject
        what = f"{owner}'s {what.removeprefix('their ')}"
    return what, "be", found["now"]


def _work(one: Statement) -> tuple[str, str, str] | None:
    predicate, value = one.predicate, one.object
    if predicate in _PROMOTED or (predicate in _BECOME and _is_job(value)):
        return one.subject, "work as", value
    place = _employer(predicate, value)
    if place is None or not (place[:1].isupper() or place.startswith(("the ", "a "))):
        return None
    return one.subject, "work at", place


def _employer(predicate: str, value: str) -> str | None:
    """Where someone has begun to work."""
    if predicate in _GETTING and (found := _POST.match(value) or _WORKING.match(value)):
        return found["at"]
    if _HIRED.match(predicate):
        return value
    if predicate in {"start at", "begin at", "start work at"}:
        return value
    if predicate == "join" and (found := re.search(r" as (.+)$", value)) and _is_job(found[1]):
        return value[: found.start()]
    return None


def _is_job(value: str) -> bool:
    role = re.sub(r"^(?:an?|the) ", "", value)
    return is_profession(re.sub(r" (?:at|for|with) .+$", "", role))


def _home(one: Statement, *, since: bool) -> tuple[str, str, str] | None:
    """Where someone lives who has moved there."""
    predicate, value = one.predicate, one.object
    if predicate in _MOVED and one.tense is Tense.PAST and value[:1].isupper():
        return one.subject, "live in", value
    inside = re.search(r" in ([A-Z].*)$", value)
    if predicate in {"move in with", "move into"} and inside:
        return one.subject, "live in", inside[1]
    value = value.removeprefix("in ") if predicate == "be back" else value
    back = {"be back in", "be back", "go back to", "return to", "come back to", "go home to"}
    lasting = _FOR_GOOD.search(one.text) or (predicate == "be back" and since)
    if predicate in back and value[:1].isupper() and lasting:
        return one.subject, "live in", re.sub(r" (?:for good|permanently)\b.*$", "", value)
    if predicate == "make" and (found := re.match(r"the move to ([A-Z].*)$", value)):
        return one.subject, "live in", found[1]
    return None


def _wedding(one: Statement) -> tuple[str, str, str] | None:
    """Whom someone has married."""
    stage = next((key for key in _WED if f"{one.predicate} ".startswith(f"{key} ")), "")
    if not stage:
        return None
    if one.predicate in {"marry", "get married to", "get engaged to"} and one.object[:1].isupper():
        return one.subject, _WED[stage], re.sub(r" (?:in|on|at|last|this) .*$", "", one.object)
    company = _COMPANY.match(one.text)
    if company and company["who"].split()[0] not in one.subject:
        return one.subject, _WED[stage], company["who"]
    if " and " in one.subject or one.predicate in {"get married", "get engaged"}:
        return one.subject, "be", stage.removeprefix("get ")
    return None
