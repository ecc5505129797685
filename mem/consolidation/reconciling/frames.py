"""What a subject has one of at a time, whatever verb says it: a partner, a home, a job, a price.

A frame leaves the answer to the value, so that "my new boss is Paula" stands in the history of "my
boss is Henrik". A statement that fits none keeps the slot of its own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mem.core.times.words import NUMBER_WORDS
from mem.extraction.vocabulary.belongings import is_figure
from mem.extraction.vocabulary.people import ROLE, is_given_name
from mem.extraction.vocabulary.professions import is_profession


@dataclass(frozen=True, slots=True)
class Frame:
    """`about` and `relation` ask a question that has one answer at a time; `value` gives it."""

    about: str
    relation: str
    value: str


PARTNER = "be with"
WORK_PLACE = "work at"
WORK_AS = "work as"
HOME = "live in"
AMOUNT = "how much"
IDENTITY = "be"

_OWNED = re.compile(r"^(?P<owner>[\w .-]+?)['’]s (?:own )?(?P<thing>.+)$|^their (?P<theirs>.+)$")
_FRESH = re.compile(r"(?:^|(?<=['’]s ))(?:new|current|present|latest|actual) ")
#: "now", "again" and what follows are not the value.
_SINCE_WHEN = re.compile(r"(?<=\w),?\s(?:now|again|these days|nowadays|any ?more)\b.*$")
_KIN = re.compile(rf"^[\w .-]+['’]s (?:(?:older|younger|big|little|twin|eldest|youngest|best|good|"
                  rf"old) )?(?:{ROLE}) (?P<name>[A-Z][\w'’-]+)$")  # fmt: skip
_PARTNER = {
    "be married to": "married",
    "be engaged to": "engaged",
    "be dating": "dating",
    "date": "dating",
    "be seeing": "dating",
    "be in a relationship with": "dating",
    "be together with": "dating",
}
_IN_RELATIONSHIP = re.compile(r"^an? (?:[\w-]+ )?relationship with (?P<who>.+)$")
_HAS_PARTNER = re.compile(
    r"^an? (?:new )?(?:girlfriend|boyfriend|partner|fianc[eé]e?|husband|wife)\b"
)
_STATUS = re.compile(r"^(?:happily |newly )?(single|married|divorced|engaged|widowed|separated)\b")
#: Whom or what one has one of at a time.
_ONE = re.compile(
    r"^(?:(?:ex-)?(?:wife|husband|spouse|partner|girlfriend|boyfriend|fianc[eé]e?)|boss|manager|"
    r"supervisor|line manager|team lead(?:er)?|landlord|landlady|flatmate|roommate|housemate|gp|"
    r"doctor|dentist|physio|therapist|optician|hairdresser|childminder|trainer|coach|tutor|"
    r"accountant|lawyer|vet|cleaner|best friend|bank|insurer|provider|employer|company|"
    r"name|nickname|job|job title|title|position|role|car|phone|laptop|bike|email|email address|"
    r"address|(?:phone |mobile )?number|password|hometown|home town|postcode|home|"
    r"(?:phone|mobile|data|internet) (?:plan|provider)|(?:favou?rite|go-to|usual|main|preferred) .+"
    r"|ceo|president|chair|chairman|chairwoman|captain|head of .+)$"
)
_SINGULAR_OF_TEAM = re.compile(
    r"^(?:team lead(?:er)?|boss|manager|ceo|president|chair(?:man|woman)?|captain|head of .+|"
    r"best friend|landlord|landlady|supervisor|flatmate|roommate|wife|husband|partner|girlfriend|"
    r"boyfriend|fianc[eé]e?|gp|doctor|dentist|(?:favou?rite|go-to|usual|main|preferred) .+)$"
)
#: What is given by signs that only look like an amount.
_WRITTEN = re.compile(r"\b(?:number|address|postcode|password|code|plate|email)$")
#: "The treasurer of our club": whoever it is, there is one of them.
_OFFICE = re.compile(
    r"^the (?!(?:mother|father|author|owner|love|best|worst|end)\b)(?:[a-z-]+ )?"
    r"[a-z-]+(?:er|or|ist|ian|ent|man|ant|ain|ad|al|eo) (?:of|at|for) .+$"
)
_PLACES = re.compile(
    r"^(?:(?:head ?)?office|headquarters|house|flat|apartment|home|shop|studio|school|clinic|"
    r"practice|company|firm|workshop|new address|address|place|gym|bakery|restaurant|factory)$"
)
_OWN_PLACES = re.compile(r"^(?:flat|apartment|house|home|address|place)$")
_STANDS = frozenset(
    {"be in", "be at", "be located in", "be based in", "live in", "lie in", "stand in"}
)
_DIGITS = {word: str(value) for word, value in NUMBER_WORDS.items() if value <= 12}
_NUMBER_WORDS = (*_DIGITS, "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "hundred")
_MONEY = r"[£$€¥]\s?\d[\d.,]*\d?k?|\d[\d.,]*\s?(?:£|€|\$)"
_NUMBER = rf"(?:{_MONEY}|\d+(?:[.,:]\d+)*k?\b|(?:{'|'.join(_NUMBER_WORDS)})\b)"
_AMOUNT = re.compile(
    rf"(?<![\w.-])(?:(?:about|around|roughly|nearly|almost|over|only|just) )?(?P<n>{_NUMBER})"
    r"(?![-/]\w)",
    re.IGNORECASE,
)
_LEADING_AMOUNT = re.compile(
    rf"^(?:(?:about|around|roughly|now|nearly|almost|over|only|just|still) )*(?P<n>{_NUMBER})"
    r"(?P<rest>.*)$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^(?:\d{1,2}(?:st|nd|rd|th)?|\d{4}) ?(?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
    r"dec)|^\d{4}-\d\d|^\d{1,2}[:.]\d\d(?! ?(?:euro|pound|dollar|a |per |an ))|^(?:19|20)\d\d$|"
    r"^\d{1,2} ?(?:am|pm|o'clock)\b|years? old",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"^\s*(?P<unit>bar|psi|degrees?|°\w?|kg|kilos?|grams?|g|km|miles?|cm|mm|m|metres?|meters?|"
    r"litres?|liters?|l|ml|percent|%|hours?|minutes?|mins?|watts?|kwh?|volts?|amps?)\b",
    re.IGNORECASE,
)
_COSTING = frozenset({"cost", "charge", "be", "be at", "amount to", "come to"})
#: What is counted or paid for again and again; what one plans or must do is not.
_HABITUAL = frozenset(
    {
        "pay",
        "drink",
        "drink about",
        "eat",
        "smoke",
        "earn",
        "get up at",
        "wake up at",
        "run",
        "walk",
    }
    | {"cycle", "swim", "sleep", "sleep about", "work", "have", "own", "spend", "save", "charge"}
    | {"take", "go to bed at", "read", "weigh", "receive", "play", "commute", "start at", "train"}
    | {"finish at", "do", "practise", "practice", "meditate for", "run about", "work about"}
    | {"sell", "buy", "go to", "visit", "call", "see", "water", "clean", "meet", "travel to", "go"}
)
_OFTEN = re.compile(
    r"\b(?P<n>(?:once|twice|(?:a (?:few|couple of)|\w+) times)(?: (?:a|per|each|every) \w+)?|"
    r"every (?:other |second )?(?:day|week|month|year|morning|evening|night|weekend|\w+day)s?|"
    r"daily|weekly|monthly)\b",
    re.IGNORECASE,
)
_PAID_FOR = re.compile(
    r"^(?:euros?|pounds?|dollars?|quid|eur|usd|gbp)? ?(?:(?:a|per) (?:month|year|week|day|hour) )?"
    r"for (?:their |the )?(?P<thing>[\w -]+?)(?: (?:a|per) (?:month|year|week|day|hour))?$"
)
_TAKEN = re.compile(r"^(?:their|his|her) (?P<what>[a-z]+(?: and [a-z]+)?) (?P<how>.+)$")
_PREFERS = re.compile(r"^(?P<a>.+?) (?:over|to|rather than|instead of) (?P<b>.+)$")
_USED_ON = re.compile(r"^(?P<what>.+?) (?P<on>(?:on|for|as) (?:their|the) .+)$")
_JOB_AT = re.compile(r"^(?:an?|the) (?P<role>[\w /&-]+?) (?:at|for|with) (?P<org>.+)$")
_SUBJECT_WORDS = 3
_OUT_OF_WORK = re.compile(
    r"^(?:unemployed|retired|out of work|jobless|between jobs|self-employed|freelanc\w+|"
    r"a freelancer)\b"
)


def frame_of(subject: str, predicate: str, value: str) -> Frame | None:
    """The frame of a statement as written, or None where its subject may have several."""
    subject, value = _FRESH.sub("", subject), _SINCE_WHEN.sub("", value)
    about = who(subject)
    return (
        _partner(about, predicate, value)
        or _of_attribute(about, predicate, value)
        or _identity(about, predicate, value)
        or _work(about, predicate, value)
        or _place(about, predicate, value)
        or _amount(about, predicate, value)
        or _choice(about, predicate, value)
    )


def who(subject: str) -> str:
    """The subject without kinship before a name: "the user's brother Piet" is Piet."""
    found = _KIN.match(subject)
    return found["name"] if found else subject


def _partner(about: str, predicate: str, value: str) -> Frame | None:
    if stage := _PARTNER.get(predicate):
        return Frame(about, PARTNER, f"{stage} {value}")
    if predicate == "have" and _HAS_PARTNER.match(value):
        return Frame(about, PARTNER, "dating")
    if predicate == "be in" and (found := _IN_RELATIONSHIP.match(value)):
        return Frame(about, PARTNER, f"dating {found['who']}")
    status = _STATUS.match(value) if predicate in {"be", "have relationship status"} else None
    return Frame(about, PARTNER, status[1]) if status else None


def _thing(subject: str) -> str:
    """What is owned: "boss" of "the user's boss"; the whole without an owner."""
    found = _OWNED.match(subject)
    thing = (found["thing"] or found["theirs"]) if found else subject
    return re.sub(r"^(?:the|my|our) ", "", thing, flags=re.IGNORECASE).lower()


def _of_attribute(about: str, predicate: str, value: str) -> Frame | None:
    """What "my salary is …" says of a person is what is said of "the salary"."""
    if not predicate.startswith("have ") or predicate in {"have age", "have relationship status"}:
        return None
    thing = predicate.removeprefix("have ")
    if not (is_figure(thing) or _ONE.match(thing)):
        return None
    owned = f"{about}'s {thing}"
    if _WRITTEN.search(thing):
        return Frame(owned, IDENTITY, value)
    return _amount(owned, "be", value) or Frame(owned, IDENTITY, value)


def _identity(about: str, predicate: str, value: str) -> Frame | None:
    """Who or what something is that one has one of, from either side."""
    if _OWNED.match(about) and _ONE.match(thing := _thing(about)):
        named = not _is_described(value, thing) and not _LEADING_AMOUNT.match(value)
        named = named or _WRITTEN.search(thing) is not None
        if predicate in {"be", "be named"} and named:
            return Frame(about, IDENTITY, value)
        led = predicate.removeprefix("be ")
        if predicate == "be with":
            return Frame(about, IDENTITY, value)
        if led != predicate and " " in led:
            return Frame(about, IDENTITY, f"{led} {value}")
    if predicate == "be" and about[:1].isupper() and _OFFICE.match(value):
        return Frame(value, IDENTITY, about)
    if predicate == "be" and about[:1].isupper() and _OWNED.match(value):
        owned = _FRESH.sub("", re.sub(r"^their ", "the user's ", value))
        if _SINGULAR_OF_TEAM.match(_thing(owned)):
            return Frame(owned, IDENTITY, about)
    return None


def _is_described(value: str, thing: str) -> bool:
    """Whether the words say what someone is like, or does, and not who it is."""
    if thing.startswith(("favo", "go-to", "usual", "main", "preferred", "job", "title", "position",
                         "role")):  # fmt: skip
        return False
    return not value[:1].isupper() and not value[:1].isdigit()


def _work(about: str, predicate: str, value: str) -> Frame | None:
    if predicate == "be":
        if _OUT_OF_WORK.match(value):
            return Frame(about, WORK_PLACE, value)
        job = _JOB_AT.match(value)
        role = job["role"] if job else re.sub(r"^(?:an?|the) ", "", value)
        if is_profession(role) and re.match(r"(?:an?|the) |head |chief ", value):
            return Frame(about, WORK_AS, value)
    if predicate == "freelance":
        return Frame(about, WORK_PLACE, "freelance")
    if predicate == "study" and len(value.split()) <= _SUBJECT_WORDS:
        return Frame(about, "study", re.sub(r" (?:in|at) [A-Z].*$", "", value))
    return None


def _place(about: str, predicate: str, value: str) -> Frame | None:
    """Where something stands that stays in its place, and whose home tells where one lives."""
    if predicate in {"live near", "live outside", "live by", "live on"}:
        return Frame(about, HOME, value)
    owned = _OWNED.match(about)
    if predicate not in _STANDS or not owned or not value[:1].isupper():
        return None
    thing = _thing(about)
    if _OWN_PLACES.match(thing) and owned["owner"]:
        return Frame(re.sub(r"^the ", "", owned["owner"]), HOME, value)
    return Frame(about, "be in", value) if _PLACES.match(thing) else None


def _amount(about: str, predicate: str, value: str) -> Frame | None:
    """A number that is so at a time: what something costs, how many cups a day."""
    if predicate == "cost":
        value = re.sub(r"^(?:the user|them|[A-Z]\w+)(?: and others)? (?=\S*\d)", "", value)
    worth = predicate == "be" and value.startswith("worth ")
    value = value.removeprefix("worth ") if worth else value
    led = _LEADING_AMOUNT.match(value)
    if predicate in _COSTING and led is not None and not _DATE.search(value):
        if predicate == "be" and (about == "user" or is_given_name(about.split(maxsplit=1)[0])):
            return None
        measured = _MEASURED.match(led["rest"])
        if worth:
            return Frame(about, "be worth", number_of(led["n"]))
        unit = f" {measured['unit'].lower()[:3]}" if measured else ""
        owner = re.sub(r"^the user['’]s ", "", about)
        return Frame(owner, AMOUNT + unit, number_of(led["n"]))
    return _habit(about, predicate, value) if predicate in _HABITUAL else None


def _habit(about: str, predicate: str, value: str) -> Frame | None:
    """How much or when, of what someone does again and again: "pays 60 pounds for internet"."""
    found = _OFTEN.search(value) or _AMOUNT.search(value)
    if found is None or _DATE.search(value[found.start("n") :]):
        return None
    rest = " ".join((value[: found.start()] + value[found.end() :]).split())
    if predicate == "pay" and (paid := _PAID_FOR.match(rest)):
        thing = paid["thing"] if about == "user" else f"{about}'s {paid['thing']}"
        return Frame(thing, AMOUNT, number_of(found["n"]))
    rest = re.sub(r"^(?:euros?|pounds?|dollars?|quid|eur|usd|gbp) ", "", rest)
    if not rest and predicate in {"have", "own", "do", "take", "read", "play"}:
        return None
    return Frame(about, f"{predicate.split(maxsplit=1)[0]} {rest}", number_of(found["n"]))


def number_of(text: str) -> str:
    """A number as digits where it is one: "1,150" and "1150" are the same."""
    plain = re.sub(r"[^\d.,:a-z]", "", text.lower())
    if plain in _DIGITS:
        return _DIGITS[plain]
    return re.sub(r",(?=\d{3}\b)", "", plain).rstrip(".,")


def _choice(about: str, predicate: str, value: str) -> Frame | None:
    """Which of two is preferred, and what is used for one purpose."""
    if predicate == "prefer" and (found := _PREFERS.match(value)):
        pair = " ".join(sorted((found["a"].lower(), found["b"].lower())))
        return Frame(about, f"prefer {pair}", found["a"])
    if predicate == "prefer" and value.count(" ") == 1:
        return Frame(about, f"prefer {value.split()[1]}", value)
    if predicate == "go to" and (found := _USED_ON.match(value)):
        return Frame(about, f"go {found['on']}", found["what"])
    if predicate in {"take", "have", "drink"} and (found := _TAKEN.match(value)):
        return Frame(about, f"{predicate} {found['what']}", found["how"])
    if predicate in {"use", "run", "read"} and (found := _USED_ON.match(value)):
        return Frame(about, f"use {found['on']}", found["what"])
    return None
