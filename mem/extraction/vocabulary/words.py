"""English word lists and verb forms: what the grammar rules know about single words.

The tables are built on first use. A word that is not listed is read by its ending, or not at all.
"""

from __future__ import annotations

import re
from functools import cache


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_VERBS = """
accept achieve act adopt add admire adore advise afford agree aim allow announce answer apply
appreciate arrange arrive ask assemble attend avoid bake battle be bead become begin believe
belong bike boil book borrow bounce break breed bring build burn buy call camp cancel care carry
carve catch celebrate change chat check cherish choose clean climb close coach collect come commit
commute complain complete compose concentrate connect consider contact continue contribute cook
cost count cover crash craft create cross cry cure cut cycle dance deal decide declare decorate
deliver depend describe design desire develop die dig dislike discover discuss dive do donate
draft draw dream dress drink drive drop earn eat edit emigrate employ encourage end engage enjoy
enrol enroll ensure enter establish evict exercise expand expect experience explain explore
express face fail fall fear feed feel fight figure file fill find finish fire fit fix fly focus
follow forget form foster frequent gain garden gather get give go graduate grow hand handle hang
happen hate have head heal hear help hide hike hire hit hold hope host hug hunt hurt improve
include inherit injure inspire install instruct intend interview introduce invest invite issue jog
join judge jump keep kick knit know land last laugh launch lead leak lean learn leave lend let lie
lift like list listen live look lose love maintain make manage marry master matter mean measure
meditate meet mend mention mentor merge mess miss mix motivate move name need negotiate nurture
offer open order organise organize overcome own paint park participate pass pause pay perform
phone pick place plan plant play post postpone practice practise prefer prepare present print
produce promise promote propose protect prove publish pull purchase pursue push put quit race
raise rate reach read realise realize rebuild receive recommend record recover reduce refuse
reject rehearse relax release relocate rely remember remind remodel renew renovate rent repair
replace report require research resign rest restore retire return ride ring rise run save say
schedule score sculpt search see seek seem sell send serve set settle sew shape share shift shoot
shop show shower sign sing sit skate ski skip sleep smoke snowboard socialise solve speak
specialise specialize spend split sponsor spot stand start stay steal step stick stop store
strengthen stretch strive struggle study submit subscribe suffer suggest support surf surprise
survive suspend swap swim switch take talk teach tell tend test thank think thrive throw tour
track trade train transfer travel treat trek trust try turn tutor understand update upgrade use
value visit volunteer wait wake walk want warn wash watch water wear weigh welcome whip win wish
wonder work worry wrap write yearn choreograph exhibit select perfect attempt lower reserve
prioritize prioritise combine adapt adjust log expire owe crochet babysit juggle memorise recycle
swear taste smell sound feature contain resemble remain spell stem suit tie wind yell zip grieve
honor honour reflect rock separate divorce charge promote double triple halve
"""

_IRREGULAR = """
be was been|be were been|become became become|begin began begun|break broke broken|bring brought
brought|build built built|burn burnt burnt|buy bought bought|catch caught caught|choose chose
chosen|come came come|cost cost cost|cut cut cut|deal dealt dealt|dig dug dug|do did done|draw
drew drawn|dream dreamt dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell
fallen|feed fed fed|feel felt felt|fight fought fought|find found found|fit fit fit|fly flew
flown|forget forgot forgotten|get got gotten|give gave given|go went gone|grow grew grown|hang
hung hung|have had had|hear heard heard|hide hid hidden|hit hit hit|hold held held|hurt hurt
hurt|keep kept kept|know knew known|lead led led|learn learnt learnt|leave left left|lend lent
lent|let let let|lie lay lain|lose lost lost|make made made|mean meant meant|meet met met|overcome
overcame overcome|pay paid paid|prove proved proven|put put put|quit quit quit|read read
read|rebuild rebuilt rebuilt|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said
said|see saw seen|seek sought sought|sell sold sold|send sent sent|set set set|sew sewed
sewn|shoot shot shot|show showed shown|sing sang sung|sit sat sat|sleep slept slept|speak spoke
spoken|spend spent spent|split split split|stand stood stood|steal stole stolen|stick stuck
stuck|strive strove striven|swim swam swum|take took taken|teach taught taught|tell told
told|think thought thought|throw threw thrown|understand understood understood|wake woke
woken|wear wore worn|win won won|write wrote written
"""

ADVERBS = word_set(
    "really also always just finally recently usually actually still already often even only "
    "currently now definitely totally absolutely truly simply probably maybe certainly generally "
    "mostly mainly largely normally typically sometimes ever soon lately never both all kinda "
    "sorta literally basically personally honestly so too very pretty quite super almost nearly "
    "constantly rarely seldom regularly occasionally deeply strongly completely fully officially "
    "successfully happily sadly unfortunately luckily initially originally eventually together "
    "thoroughly especially particularly rather then no_longer"
)
_NO_ADVERB = word_set(
    "family friendly early daily weekly monthly yearly likely unlikely lovely lonely elderly ugly "
    "silly jelly belly bully assembly italy july lily anomaly butterfly deadly costly lively "
    "homely cuddly holy curly wobbly hilly chilly smelly only ally melancholy monopoly"
)
#: Verbs whose past shows in the vowel, so that a prefix makes no other word of them.
_STRONG = word_set(
    "build come do draw drive eat fall feel find give go grow hear hold know lead make pay run "
    "see sell send sleep speak spend stand swim take teach tell think throw win write"
)
_PREFIX = re.compile(r"re|over|under|out|mis|fore|with|up")
_NOT_PREFIXED = word_set("resent resend outcome overall upheld income without misgiving")
BE = word_set("am is are was were be been being")
MODALS = word_set("will would can could should must may might shall")
AUXILIARIES = BE | MODALS | word_set("have has had do does did")
PREPOSITIONS = word_set(
    "in at for to with on about from of as into over by through up out off after around down "
    "against towards toward away back under near behind between onto across along without like "
    "forward together"
)
DETERMINERS = word_set(
    "a an the my our your his her their its this that these those some any no each every"
)
PRONOUNS = word_set(
    "i you he she it we they me him her us them this that these those who what which there here "
    "someone something everyone everything anyone anything nobody nothing one"
)
_LIGHT = (
    DETERMINERS
    | PRONOUNS
    | PREPOSITIONS
    | AUXILIARIES
    | ADVERBS
    | word_set(
        "and or but so not if when while because than then more most much many lot lots bit "
        "thing things stuff way ways time times great good nice amazing awesome cool fun well "
        "better best bad such same other another sure okay fine done right ready idea sense "
        "himself herself themselves myself yourself itself ourselves mine yours theirs part "
        "where how why going go get got day"
    )
)
_LIKE_ING = word_set(
    "amazing interesting boring exciting tiring annoying charming willing missing outgoing "
    "loving caring daring stunning freezing boiling touching demanding rewarding challenging "
    "inspiring relaxing frustrating overwhelming comforting calming worrying surprising during "
    "nothing something everything anything morning evening wedding ceiling building string spring"
)
#: Ends of a stem that its base has an "e" after: "outlin", "judg", "scrap".
_LOST_E = re.compile(
    r"[cvuz]$|[dnrl]g$|[nr]s$|[bcdfgkptz]l$|^[^aeiou]*[aeiou][bcdgklmnprtv]$|"
    r"[^aeiou](?:in|iz|is|at|ur|ut|id|il|ar|os|as|us|ad|ik|yz|ag|um|ir)$|"
    r"[iu]at$|creat$|^(?:wast|tast|past|ach)$|[vum]ot$"
)
WORD = re.compile(r"[^\W\d_][\w'-]*")


@cache
def _forms() -> dict[str, tuple[tuple[str, str], ...]]:
    """Every form of every listed verb with its (base, tag) readings."""
    found: dict[str, list[tuple[str, str]]] = {}
    irregular = {row.split()[0]: row.split() for row in " ".join(_IRREGULAR.split()).split("|")}
    for base in dict.fromkeys(_VERBS.split()):
        row = irregular.get(base)
        past, participle = (row[1], row[2]) if row else (_past(base), _past(base))
        for form, tag in (
            (base, "base"),
            (third_person(base), "s"),
            (past, "past"),
            (participle, "participle"),
            (gerund(base), "ing"),
        ):
            if (base, tag) not in found.setdefault(form, []):
                found[form].append((base, tag))
    for form, base in (("were", "be"), ("dreamed", "dream"), ("learned", "learn"), ("got", "get"),
                       ("cancelled", "cancel"), ("split", "split")):  # fmt: skip
        found.setdefault(form, []).append((base, "past"))
    return {form: tuple(readings) for form, readings in found.items()}


def readings(word: str) -> dict[str, str]:
    """The tags that a word can have as a listed verb, each with its base."""
    found = {tag: base for base, tag in _forms().get(word, ())}
    return found or _prefixed(word)


def _prefixed(word: str) -> dict[str, str]:
    """The readings of an irregular verb behind a prefix: "retook", "oversaw"."""
    prefix = _PREFIX.match(word)
    if not prefix or word in _NOT_PREFIXED:
        return {}
    rest = _forms().get(word[prefix.end() :], ())
    again = prefix[0] == "re" and len(word) > len("re") + 3  # "repaint", "rewired"
    tags = {tag: base for base, tag in rest if again or base in _STRONG}
    return {tag: prefix[0] + base for tag, base in tags.items()}


def is_adverb(word: str) -> bool:
    """Whether the word is an adverb: a listed one, or one in -ly that is no verb or adjective."""
    if word in ADVERBS:
        return True
    return len(word) > 4 and word.endswith("ly") and word not in _NO_ADVERB and not readings(word)


def is_base(word: str) -> bool:
    """Whether the word is the base form of a listed verb."""
    return "base" in readings(word)


def is_gerund(word: str) -> bool:
    """Whether the word is the -ing form of a verb, and not what something is like."""
    if "ing" in readings(word) or word == "going":
        return True
    return len(word) > 5 and word.endswith("ing") and word not in _LIKE_ING


def is_plural(word: str) -> bool:
    """Whether the word has the look of a plural noun."""
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))


def is_past(word: str) -> bool:
    """Whether the word reads as a simple past: listed, or ending in -ed."""
    tags = readings(word)
    return "past" in tags if tags else len(word) > 4 and word.endswith("ed")


def lemma(word: str) -> str:
    """The base of a verb form; of an unlisted word, its ending taken off."""
    tags = readings(word)
    if tags:
        return tags.get("base") or next(iter(tags.values()))
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            if stem[-1] == stem[-2]:
                return stem if stem[-1] in "slfz" else stem[:-1]
            return stem + "e" * (_LOST_E.search(stem) is not None)
    return word


def third_person(base: str) -> str:
    """The present with he, she or it: "go" → "goes"."""
    if base in {"be", "have", "do"}:
        return {"be": "is", "have": "has", "do": "does"}[base]
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def gerund(base: str) -> str:
    """The -ing form of a base."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    return (base + base[-1] if _doubles(base) else base) + "ing"


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ied"
    return (base + base[-1] if _doubles(base) else base) + "ed"


def _doubles(base: str) -> bool:
    """Whether the last consonant is doubled: one short syllable, or a stressed last one."""
    if base in {"prefer", "commit", "submit", "begin", "forget", "enrol", "transfer"}:
        return True
    short = re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprtv]", base) is not None
    return short and base[-1] not in "wxy"


def content_words(text: str) -> list[str]:
    """The words of a text that carry meaning of their own, lower-cased."""
    return [word for word in map(str.lower, WORD.findall(text)) if word not in _LIGHT]
