"""What a statement does to others of the same subject: who left Acme works there no longer.

Only the form is read here; that such a thing was said is for others to find. A statement ends what
it denies in other words, takes it up again, or puts something else in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mem.consolidation.reconciling.frames import who
from mem.consolidation.reconciling.normal import name_key, subject_key, words_of
from mem.core.memory import Candidate, Memory, MemoryKind
from mem.extraction.vocabulary.words import is_gerund, lemma, word_set

_WORK, _HOME, _WITH, _HAVE, _LIKE = "work", "home", "with", "have", "like"
_FAMILIES = {
    **dict.fromkeys(
        ("work at", "work for", "be at", "work as", "work in", "work", "be with"), _WORK
    ),
    **dict.fromkeys(("live in", "be in", "live at", "live with"), _HOME),
    **dict.fromkeys(
        ("be married to", "be engaged to", "date", "be dating", "be seeing", "be together with",
         "have relationship status"), _WITH,
    ),
    **dict.fromkeys(("like", "love", "enjoy", "adore", "be into", "be fond of"), _LIKE),
    **dict.fromkeys(("have", "own", "drive", "ride", "keep", "lease", "rent"), _HAVE),
}  # fmt: skip
_ROLES = re.compile(
    r"['’]s (?:wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?|spouse|"
    r"best friend|friend)$",
    re.IGNORECASE,
)
_PARTNERS = re.compile(r"^an? (?:\w+ )?(?:wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?)\b")
_LEAVE_WORK = frozenset(
    {"leave", "quit", "resign from", "retire from", "resign at", "be out of"}
    | {
        f"{be} {gone} {by}"
        for be in ("be", "get")
        for gone in ("laid off", "fired", "let go", "dismissed", "made redundant", "sacked")
        for by in ("from", "by", "at")
    }
    | {f"{be} {gone}" for be in ("be", "get") for gone in ("laid", "fired", "let", "sacked")}
)
_LEAVE_STUDY = frozenset({"leave", "quit", "graduate from", "drop out of", "drop"})
_LEAVE_HOME = frozenset({"move out of", "move away from", "leave"})
_GIVE_UP = frozenset(
    {"give up", "quit", "stop", "drop", "abandon", "cancel", "cut out", "go off", "swear off",
     "pack in", "unsubscribe from", "drop out of", "give up on", "stop with"}
)  # fmt: skip
_PART_WITH = frozenset(
    {"sell", "trade in", "trade", "give away", "scrap", "lose", "donate", "part with", "get rid of",
     "crash", "total", "cancel"}
)  # fmt: skip
_TIRED = frozenset(
    {"lose", "go off", "be over", "be tired of", "be bored with", "be done with", "be sick of"}
    | {"fall out of love with", "get bored of", "be bored of", "get tired of", "grow out of"}
)
_SPLIT = re.compile(
    r"^(?:break up|break up with|split up|split up with|split|split with|separate|separate from|"
    r"get divorced|get divorced from|get separated|divorce|part ways|break off)(?: (?:in|on|after|"
    r"before|with|from))?$"
)
_LOST = re.compile(r"^(?:die|pass away|be stolen|get stolen|break down|be sold|be scrapped|pass)\b")
_POST = re.compile(
    r"^(?:(?:my|his|her|their|the) )?(?:old )?(?:job|position|post|role|work)"
    r"(?: (?:at|with|for) (?P<at>.+))?$",
    re.IGNORECASE,
)
_ROLE_AT = re.compile(r"^(?:an?|the) .+ (?:at|for|with) (?P<org>.+)$")
_SWITCHING = frozenset({"switch", "move", "change", "go", "convert", "migrate", "transfer"})
_SWITCH = re.compile(r"^(?P<was>.+?) (?:to|for|with) (?P<now>.+)$")
_AGAIN = re.compile(
    r"^(?:go back to|move back to|return to|be back at|be back in|switch back to|be back to|"
    r"be back on|come back to|be back with)$"
)
_TAKEN_UP = frozenset({"take up", "start", "pick up", "resume", "begin"})
_SMALL = word_set(
    "a an the my our his her their your its to of at in on for with by and or as about being any "
    "all more again old former new too really it them that this"
)
#: Who leaves so comes back: "left Acme early", "left Lyon for a week".
_AWAY = re.compile(
    r"\b(?:early|late|at (?:\d|noon|half)|this (?:morning|evening)|tonight|for (?:lunch|dinner|"
    r"home|holiday|vacation|the (?:day|night|weekend|airport|holiday|summer)|(?:an?|two|three|\d+) "
    r"(?:\w+ )?(?:nights?|days?|weeks?|weekend|break|holiday|trip|meeting)))\b",
    re.IGNORECASE,
)
_BESIDE = 2  # words beside what is switched from or gone back to
_CALENDAR = word_set(
    "the january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday christmas easter"
)
_OVER = re.compile(r"\b(?:no longer|any ?more|any longer|not)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Effect:
    """What is touched: statements of `subjects` in one of the `families` (none: any) that name all
    the `things`. `becomes`: what is so instead; "" says that it is so again, None that it is over.
    """

    subjects: frozenset[str]
    families: frozenset[str]
    things: frozenset[str]
    becomes: str | None = None
    verb: str = ""
    roles: bool = False  # partners by what they are called count too
    anyone: bool = False  # whoever has it
    exact: bool = False  # nothing much beside the things may be named
    instead_of: bool = False  # the things are what is so instead: of others it is over

    def touches(self, one: Candidate | Memory) -> bool:
        """Whether a statement says what this one ends, takes up again or replaces."""
        if one.negated or (one.kind is MemoryKind.EVENT and not one.exclusive):
            return False
        named = things_of(one.object)
        if self.roles and self._is_of_role(one):
            named |= things_of(one.subject)
            return not self.things or bool(self.things & named) or one.predicate == "have"
        if self.instead_of:
            named = things_of(employer_of(one.predicate, one.object))
            mine = subject_key(who(one.subject)) in self.subjects
            return mine and bool(named) and not named & self.things
        subject = subject_key(who(one.subject))
        if self._is_of_thing(subject):
            return True
        mine = self.anyone or subject in self.subjects
        return mine and self._is_of_kind(one) and self._names(one, named)

    def _is_of_role(self, one: Candidate | Memory) -> bool:
        """Whether it says who the partner, or the friend, of one of the subjects is."""
        found = _ROLES.search(one.subject)
        if found is None and one.predicate == "be" and (found := _ROLES.search(one.object)):
            friend = found[0].lower().endswith(("best friend", "s friend"))
            return friend is ("friend" in self.families) and _owner(one.object) in self.subjects
        if found is None:
            partner = one.predicate == "have" and _PARTNERS.match(one.object) is not None
            return partner and _WITH in self.families and subject_key(one.subject) in self.subjects
        role = found[0].lower()
        friend = role.endswith("friend") and not role.endswith(("girlfriend", "boyfriend"))
        return friend is ("friend" in self.families) and _owner(one.subject) in self.subjects

    def _is_of_thing(self, subject: str) -> bool:
        """Whether it is about the thing itself that is no longer there: "my car is blue"."""
        if _HAVE not in self.families or not self.things or self.becomes is not None:
            return False
        owner, _, thing = subject.partition("'s ")
        return bool(thing) and owner in self.subjects and things_of(thing) == self.things

    def _is_of_kind(self, one: Candidate | Memory) -> bool:
        if self.families and family_of(one.predicate, one.object) not in self.families:
            return False
        if self.verb:
            said = one.predicate.split()
            return lemma(said[0]) == self.verb or self.verb in said
        return bool(self.things or self.families)

    def _names(self, one: Candidate | Memory, named: frozenset[str]) -> bool:
        """Whether its object names the things."""
        if _WITH in self.families and self.things:
            return bool(self.things & named) or not named - {"married", "engaged"}
        if self.verb:
            named |= things_of(one.predicate.partition(" ")[2])
        close = not self.exact or len(named) - len(self.things) <= _BESIDE
        return self.things <= named and close


def things_of(text: str) -> frozenset[str]:
    """The words of a phrase that name things."""
    return frozenset(words_of(text)) - _SMALL


def family_of(predicate: str, value: str) -> str:
    """Which statements answer the same kind of question, whatever verb says it."""
    if predicate == "be" and _ROLE_AT.match(value):
        return _WORK
    if predicate == "be in" and "relationship with" in value:
        return _WITH
    return _FAMILIES.get(predicate, predicate)


def employer_of(predicate: str, value: str) -> str:
    """Whom someone works for, where a statement names it: "Acme" of "an engineer at Acme"."""
    found = _ROLE_AT.match(value) if predicate in {"be", "work as"} else None
    return found["org"] if found else value if predicate == "work at" else ""


def effects_of(one: Candidate | Memory) -> list[Effect]:
    """What a statement does to others of its subject; most do nothing."""
    if one.negated:
        return _denied(one) if _OVER.search(one.text) else []
    if employer := things_of(employer_of(one.predicate, one.object)):
        return [Effect(_subjects(one), frozenset({_WORK}), employer, instead_of=True)]
    if one.kind is not MemoryKind.EVENT and not one.predicate.startswith(("be", "have rel")):
        return []
    return [
        *_work(one), *_split(one), *_given_up(one), *_replaced(one), *_again(one),
    ]  # fmt: skip


def _subjects(one: Candidate | Memory) -> frozenset[str]:
    """The subject, and of "Ana and Luis" each of them."""
    whole = subject_key(who(one.subject))
    parts = re.split(r" and ", whole)
    return frozenset({whole, *parts})


def _denied(one: Candidate | Memory) -> list[Effect]:
    family, things = family_of(one.predicate, one.object), things_of(one.object)
    if family == _WITH or (one.predicate == "be" and things <= {"together"}):
        return [_parted(one, things - {"together"})]
    if one.predicate == "be" and things in ({"friends"}, {"friend"}):
        company = _company(one) - {"user"} - _subjects(one)
        return [Effect(_subjects(one), frozenset({"friend"}), company, roles=True)]
    if one.predicate == "be" and things == {"couple"}:
        return [_parted(one, frozenset())]
    if not things:
        return []
    families = {family} | ({_WORK} if one.predicate in {"be", "work as"} else set())
    return [Effect(_subjects(one), frozenset(families), things)]


def _work(one: Candidate | Memory) -> list[Effect]:
    predicate, what, mine = one.predicate, one.object, _subjects(one)
    found: list[Effect] = []
    if predicate == "leave" and any(_AWAY.search(said.quote) for said in one.evidence):
        return []
    if predicate in _LEAVE_WORK:
        post = _POST.match(re.sub(r"^(?:off|go|redundant) ?(?:by|from|at)? ?", "", what))
        bare = predicate not in {"leave", "quit"} and not what
        if post is None and not bare:
            organisation = re.sub(r"^off (?:by|from|at) |^go (?:by|from) ", "", what)
            if predicate != "leave" or organisation[:1].isupper() or " the " in f" {what}":
                found.append(Effect(mine, frozenset({_WORK}), things_of(_cut(organisation))))
        else:
            at = things_of(post["at"]) if post and post["at"] else frozenset[str]()
            found.append(Effect(mine, frozenset({_WORK}), at))
    if predicate == "be" and re.match(r"(?:made redundant|laid off|let go|fired)\b", what):
        found.append(Effect(mine, frozenset({_WORK}), frozenset()))
    if predicate == "retire" or (predicate == "be" and what.startswith("retired")):
        found.append(Effect(mine, frozenset({_WORK}), frozenset()))
    if predicate in _LEAVE_STUDY and things_of(what):
        found.append(Effect(mine, frozenset({"study at", "study"}), things_of(_cut(what))))
    if predicate in _LEAVE_HOME and things_of(what) and what[:1].isupper():
        found.append(Effect(mine, frozenset({_HOME}), things_of(_cut(what))))
    return found


def _cut(what: str) -> str:
    """The place or firm without why, when or what for it was left."""
    return re.sub(r"(?:,| to | for | in | after | because | last | and ).*$", "", what)


def _split(one: Candidate | Memory) -> list[Effect]:
    """Couples that are none any more, and the partners that they named."""
    predicate, what = one.predicate, one.object
    status = predicate == "have relationship status" and what in {"divorced", "single", "separated"}
    if status:
        return [_parted(one, frozenset())]
    off = predicate in {"call off", "break off", "call", "break", "cancel", "end"}
    off = off and re.match(r"(?:off )?(?:the|their) (?:engagement|wedding)", what) is not None
    if off or _SPLIT.match(predicate):
        return [_parted(one, _company(one) - _CALENDAR - set(subject_key(one.subject).split()))]
    if predicate == "be" and re.search(r"\bex(?:-\w+)?$", what):
        owner = _owner(what.rpartition(" ")[0] + " x") or "user"
        return [Effect(frozenset({owner}), frozenset({_WITH}), things_of(one.subject), roles=True)]
    return []


def _company(one: Candidate | Memory) -> frozenset[str]:
    """The words with a capital, among them the names of whoever is told of."""
    return things_of(" ".join(re.findall(r"\b[A-Z][\w'’-]+", one.text)))


def _parted(one: Candidate | Memory, things: frozenset[str]) -> Effect:
    return Effect(_subjects(one), frozenset({_WITH}), things, roles=True)


def _owner(subject: str) -> str:
    head = re.split(r"['’]s ", subject, maxsplit=1)[0]
    return "user" if head.lower() in {"their", "the user"} else subject_key(head)


def _given_up(one: Candidate | Memory) -> list[Effect]:
    """Habits that were given up, and what someone has no longer."""
    predicate, mine = one.predicate, _subjects(one)
    rid = re.match(r"get rid of (.+)$", f"{predicate} {one.object}")
    if rid:
        return [Effect(mine, frozenset({_HAVE}), things_of(rid[1]))]
    what = re.sub(r",.*$| (?:in|for|after|because|last|since|on) .*$", "", one.object)
    found: list[Effect] = []
    first, _, rest = what.partition(" ")
    if predicate in _GIVE_UP and is_gerund(first.lower()):
        verb = lemma(first.lower())
        families = frozenset({"be"} if verb == "be" else set())
        found.append(Effect(mine, families, things_of(rest), verb="" if verb == "be" else verb))
    elif predicate in _GIVE_UP and things_of(what):
        found.append(Effect(mine, _HABITS, things_of(what)))
    if (predicate in _TIRED or predicate.startswith("lose interest")) and things_of(what):
        liked = re.sub(r"^interest in ", "", one.object)
        found.append(Effect(mine, frozenset({_LIKE}), things_of(liked)))
    if predicate == "give" and (given := re.match(r"(their .+?|the .+?) (?:to|away)\b", what)):
        found.append(Effect(mine, frozenset({_HAVE}), things_of(given[1])))
    if predicate in _PART_WITH and things_of(what):
        found.append(Effect(mine, frozenset({_HAVE}), things_of(what)))
    if _LOST.match(predicate):
        owner, _, thing = subject_key(one.subject).partition("'s ")
        if thing:
            found.append(Effect(frozenset({owner}), frozenset({_HAVE}), things_of(thing)))
        elif one.subject[:1].isupper():
            found.append(
                Effect(frozenset(), frozenset({_HAVE}), things_of(one.subject), anyone=True)
            )
    return found


_HABITS = frozenset(
    {"drink", "drink about", "eat", "smoke", "learn", "study", "play", "do", "teach", "take", "run"}
    | {"practise", "practice", "go to", "use", "attend", "be learning", "train", "read", "watch"}
    | {"subscribe to", "pay for", "collect", "write", "be on", "be studying", "vape", "drink up"}
)


def _replaced(one: Candidate | Memory) -> list[Effect]:
    """What someone has left for something else: "switched from Vim to Helix"."""
    base, _, led = one.predicate.partition(" ")
    said = f"{led} {one.object}".strip()
    found = None
    if base in _SWITCHING and "from " in said:
        found = _SWITCH.match(said.rpartition("from ")[2])
    elif base in {"swap", "replace", "trade"}:
        found = _SWITCH.match(said)
    if found is None or not things_of(found["was"]):
        return []
    mine = _subjects(one)
    return [Effect(mine, frozenset(), things_of(found["was"]), becomes=found["now"], exact=True)]


def _again(one: Candidate | Memory) -> list[Effect]:
    mine = _subjects(one)
    if _AGAIN.match(one.predicate) and things_of(one.object):
        return [Effect(mine, frozenset(), things_of(_since(one.object)), becomes="", exact=True)]
    if one.predicate in _TAKEN_UP and re.search(r"\bagain\b", one.text):
        return [Effect(mine, _HABITS, things_of(one.object), becomes="")]
    return []


def _since(what: str) -> str:
    return re.sub(r"(?:,| since | for | after ).*$", "", what)


def key_of(text: str) -> str:
    """The form by which what takes the place of something is compared."""
    return name_key(_since(text))
