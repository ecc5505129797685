"""Whose "I" a passage speaks with: personas, verse, exercises, firms and machines are nobody's.

Each test looks at the form of the whole passage: what is said in such a one is true of nobody whom
memory keeps, however much its sentences look like a person's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: A machine that speaks of itself, or words about playing a part.
_PERSONA = re.compile(
    r"\bi(?:'m| am) (?:an?|the|your) (?:[\w'-]+ ){0,3}(?:assistant|chatbot|bot|ai(?:-\w+)?|"
    r"language model|llm|computer|copilot|(?:coding|ai|software|support|autonomous) agent|"
    r"(?:witty|friendly|helpful|ai|digital|virtual|loyal) companion)\b(?! (?:manager|teacher|chef|"
    r"professor|editor|nurse|director|coach|scientist|engineer|buyer|at|in|to))|"
    r"\b(?:break(?:s|ing)?|stay(?:s|ing)? in|out of) character\b|^\(ooc\b|"
    r"\b(?:this|your) persona\b|^\W{0,20}persona\b|\bin that voice\b|\bmy (?:human|user)\b|"
    r"^[ \t#>*-]{0,20}(?:simulate|(?:speak|talk|answer|respond|reply) as|be my|let's do a|"
    r"let's role-?play|assistant settings|your task is|you will be given|you have \w+ tools|"
    r"as your \w+ partner)\b|"
    r"\bmy creator is\b|\bi was (?:made|created) by\b|^\W{0,20}context: the user\b|"
    r"^\W{0,20}instructions for\b[^\n]{0,40}:|^\*[^*\n]{3,80}\* i(?:'m| am) (?-i:[A-Z])|"
    r"^let's play\b|"
    r"\bfresh each session\b|\bi was trained (?:by|on)\b|"
    r"\b(?:i'm|i am|name is) [a-z]+-\d+ and\b|\bthe following is a conversation\b|"
    r"^\W{0,20}(?:you are|you're) (?-i:[A-Z])|\bmy character (?:is|lives|has|sells|was)\b",
    re.IGNORECASE | re.MULTILINE,
)
#: A rule for a machine or a team; several of them make a file of rules.
_RULE = re.compile(
    r"(?:^|[.!:;]\s+|^[-*•\d.) ]+)(?:always|never|do not|don't|prefer|avoid|ensure|make sure)\b"
    r"(?! forget)",
    re.IGNORECASE | re.MULTILINE,
)
_RULES = 2  # in a note; a message to an assistant scolds more often
#: A name that files for machines and teams have: "AGENTS.md", "SOUL.md".
_RULES_FILE = re.compile(
    r"^\W{0,20}(?:[A-Z][A-Z_-]{2,}|[\w-]*(?:instructions|rules|prompt)|readme)\.(?:mdc?|txt|rst)\b|"
    r"^\W{0,20}(?:project|repo(?:sitory)?|team|coding|working|code|commit|cursor|copilot|agent)[ -]"
    r"(?:rules|guidelines|agreements?|conventions|standards|instructions)\b|"
    r"^\W{0,20}prompt(?: for\b|:)",
    re.IGNORECASE,
)
#: What files of rules for a code base speak of, in no particular time.
_REPOSITORY = re.compile(
    r"\b(commit|branch|merg|migration|lint|src|tests?|dist|ci|p?npm|yarn|deploy|api|type hints?|"
    r"strict mode|exports?|jsdoc|unit tests?|e2e|dependenc|monorepo|pull request|release notes|"
    r"typescript|react|backend|frontend|refactor|squash|rebas)(?:s|es|ed|e|ing|ies|y)?\b",
    re.IGNORECASE,
)
_JARGON = 4  # different words of it in a passage that is about one
_DATED = re.compile(
    r"\b(?:today|yesterday|tomorrow|last|next|ago|since|20\d\d|(?:mon|tues|wednes|thurs|fri)day|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"^\W{0,20}(?:cursor rules|conventions|coding (?:style|standards)|house rules|style guide|"
    r"persona|"
    r"soul|identity|heartbeat|bootstrap|testimonials?|reviews?|case stud(?:y|ies)\b.*|about us|"
    r"meet (?:your|the) .*|(?:kindle )?highlights\b.*|quot(?:e|ation)s\b.*|lyrics\b.*|song\b.*|"
    r"poems?\b.*|flash ?cards\b.*|quiz\b.*|exercises?\b.*|unit \d.*|chapter \w+.*|abstract\b.*|"
    r"obituar(?:y|ies)|interview with .*|transcript\b.*|from wikipedia.*|character sheet|"
    r"sample (?:data|text)|(?:test|dummy) data|role|declaration|terms\b.*|short story\b.*|"
    r"reading comprehension|faq)\W*$",
    re.IGNORECASE,
)
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
#: Labels and chords of a song.
_SONG = re.compile(
    r"^\W{0,20}(?:verse|chorus|bridge|refrain|outro|pre-chorus)\b[ \d]*(?:[\]:)]|$)|"
    r"\b(?:chords|lyrics) (?:for|to|of) (?:this|the song)\b|\b(?:chords and words|words "
    r"and chords)\b|"
    r"^(?:[A-G][#b]?(?:m|maj|min|sus|dim)?\d?[ \t]+)+[A-G][#b]?(?:m|maj|min|sus|dim)?\d?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_STANZA = 3  # unstopped lines in a row that can be verse
_VERSE_OPENING = re.compile(r"^(?:and|oh|yeah|for|where|o|but|when|my baby|now)\b", re.IGNORECASE)
#: What is set to be solved, corrected or learnt.
_EXERCISE = re.compile(
    r"^\W{0,20}fill in the (?:blanks?|gaps?)\b|^\W{0,20}true or false\b|^\W{0,20}conjugate\b|"
    r"\banswer the (?:following )?questions:|^\W{0,20}which of (?:these|the following) is\b|"
    r"\bin(?:to)? the right (?:form|tense)\b|\b(?:present|past) (?:perfect|simple|continuous)\b|"
    r"^\W{0,20}q(?:uestion)?(?: ?\d+)?: |"
    r"^\W{0,20}exercise\b[^\n]{0,4}[:.]|\w _{3,} ",
    re.IGNORECASE | re.MULTILINE,
)
#: Placeholders and what is typed to see whether something works.
_DUMMY = re.compile(
    r"\bdrop table\b|\b(?:john|jane) doe\b|\blorem ipsum\b|\bfoo,? bar\b|\banytown\b|"
    r"\bexample (?:corp|inc|ltd)\b|"
    r"\basdf|\btesting my mic|\bis this (?:thing )?on\?|\{\{[^{}\n]{1,40}\}\}",
    re.IGNORECASE,
)
#: A line of its own that marks what a program put in: "<tool_result>".
_MARKED = re.compile(r"^[ \t]{0,40}</?[a-z][\w-]*>\s*$", re.IGNORECASE | re.MULTILINE)
#: A line of code, of settings or of a log.
_PROGRAM = re.compile(
    r"[{};\\][ \t]{0,9}$|^[ \t]{0,40}[#<]?/?\w[\w.-]*\s*=(?!=)|=>|^[ \t]{0,40}\\[a-z]+|"
    r"^[ \t]{0,40}</?\w+[ >]|^[ \t]{0,40}-- \w|"
    r"^[ \t]{0,40}(?:export|import|def|class|const|var|alias|nnoremap) \w|\bDROP TABLE\b|"
    r"^\W{0,20}\d{4}-\d\d-\d\d[T ]\d\d:\d\d:|^[ \t]{0,40}[\w.-]+@[\w.-]+:\S*[$#] |"
    r"^[ \t]{0,40}[$%] \w",
)
_LINES = 3
#: What is read elsewhere and put into a talk.
_READ = re.compile(
    r"^(?:page title|ocr result|search results?|function returned|tool (?:output|result)|stdout|"
    r"web_?(?:fetch|search)|clipboard|recogni[sz]ed speech|result rows|"
    r"chat ?gpt said|transcript)\b[^\n]{0,60}:|\baita\b|^tl;?dr\b|\([2-6]\d ?[fm]\)",
    re.IGNORECASE | re.MULTILINE,
)
#: Published or sent to many, wherever it stands.
_SENT_TO_MANY = re.compile(
    r"\bverified purchase\b|\bcookie (?:policy|settings|preferences)\b|\buses? cookies\b|"
    r"\bstrictly necessary\b|\bfound this helpful\b|\bsuperhost\b|\bbook a demo\b|"
    r"\bshop the (?:\w+ )?collection\b|(?:^|[.!] )visit (?:us|our (?:shop|store|website))\b|"
    r"\b(?:try|discover|meet|explore) our (?:new|latest)\b|\bforward (?:it|this) to a friend\b|"
    r"\bin this issue\b|^\W{0,20}what we're (?:reading|watching|listening to)\b|"
    r"\bmy team ships?\b|\bships? to \d+ countries\b|\bpaying subscribers\b|"
    r"\bfree cancellation\b|\bconfidentiality notice\b|\bthe undersigned\b|\bi certify that\b|"
    r"\bi have read and (?:accept|agree)\b|\bi am (?:over|at least) 18\b",
    re.IGNORECASE,
)
#: In what is received: firms, machines and strangers who write to many.
_FIRM = re.compile(
    r"\b(?:an automated (?:message|response|e-?mail)|automatic reply)\b|\bno longer monitored\b|"
    r"\b(?:do not|don't) reply to this\b|\bdelivery\b[^.\n]{0,60}\bfailed\b|"
    r"\bcould not be delivered\b|\bout of (?:the )?office\b|\bverification code\b|"
    r"\bnew sign-in\b|\b(?:a new|reset your|your) password\b|\bconfirm your\b|"
    r"\byour (?:next )?(?:order|payment|parcel|"
    r"receipt|invoice|account|booking|reservation|subscription|workspace)\b|"
    r"\bthis is your receipt\b|\binvoice (?:date|no|number)\b|\bbooking confirmed\b|"
    r"\bsupport team\b|\b(?:the )?\w+ team$|\bfrom support\b|\b\d+ ?% off\b|"
    r"\bour (?:\w+ )?(?:customers|clients|subscribers|readers|members|roastery|store|shop|app|"
    r"website|platform|collection|workshop|services?|products?)\b|\bsubscribers?\b|"
    r"\b(?:this|our) newsletter\b|\bdear (?:sir|madam|friend|reader|readers)\b|\bhelp teams\b|"
    r"\b(?:quick|short|15[- ]minute) (?:chat|call)\b|\bin (?:strict )?confidence\b|"
    r"\bmillion (?:dollars|usd|euros|pounds)\b|\bfamily business\b|"
    r"\bi (?:built|made|created) this (?:app|course|guide|program|site|tool)\b|"
    r"\bdeals? of the\b|\bfree returns\b|\bblack friday\b|\bour editors?\b|\bseats are limited\b|"
    r"\bi'm (?-i:[A-Z])\w+, (?:the |a )?(?:co-?)?(?:founder|ceo|owner|head|director)\b|"
    r"\bregister here\b|\bearly access\b|\ball-new\b|\bdoors close\b|"
    r"\b\d[\d,.]{0,9}k? (?:students|upvotes|subscribers|customers)\b|"
    r"\bhoroscope\b|^linkedin:|\bairbnb\b|\bmy name is\b|"
    r"\bi'm (?-i:[A-Z])\w+ (?:from|at|with) (?-i:[A-Z])\w+[.,]|"
    r"^(?:hi|hello|hey|dear|good \w+)[ ,]+(?:traveller|neighbou?r|colleague|customer|member|"
    r"fan)s?\b|"
    r"\bi have a proposal\b|\b(?:our|my) (?:practice|clients|menu|fees)\b|\bgrab yours\b|"
    r"\bwe (?:deliver|waive|ship)\b|\bspecial issue\b|\btickets (?:are|go)\b|"
    r"\bon the menu\b|\bi'm (?:the )?(?:founder|ceo)\b",
    re.IGNORECASE | re.MULTILINE,
)


def is_nobodys(
    text: str, *, headings: Sequence[str], note: bool, pasted: bool, received: bool
) -> bool:
    """Whether a passage is spoken by nobody whom memory keeps something of.

    Code in fences is left aside. `headings`: the titles it stands under; `pasted`: it is a message
    to an assistant; `received`: somebody else's message. Typographic apostrophes are taken as plain
    ones.
    """
    plain = _FENCED.sub("", _lines_of(text.replace("’", "'")))
    first_line = plain.lstrip().partition("\n")[0]
    if any(_RULES_FILE.match(one) or _STANDING.match(one) for one in (first_line, *headings)):
        return True
    opening = first_line if pasted else plain  # what a person shows comes after their own words
    coded = is_program(plain) and _PROGRAM.search(opening) is not None
    if coded or any(one.search(plain) for one in (_EXERCISE, _DUMMY, _SENT_TO_MANY)):
        return True
    if received:
        return _FIRM.search(plain) is not None
    if _PERSONA.search(plain) or is_verse(plain) or _MARKED.search(opening):
        return True
    if note and is_of_repository(plain):
        return True
    ruled = (pasted or note) and len(_RULE.findall(plain)) >= _RULES + pasted
    return ruled or (pasted and _READ.search(plain) is not None)


def _lines_of(text: str) -> str:
    """The text with at most one empty line in a row, so that no pattern goes over many."""
    lines: list[str] = []
    for line in map(str.rstrip, text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines)


def is_program(text: str) -> bool:
    """Whether most of a passage's lines are code, settings or markup."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) >= _LINES and 2 * sum(map(bool, map(_PROGRAM.search, lines))) >= len(lines)


def is_of_repository(text: str) -> bool:
    """Whether a passage tells how a code base is worked on, in general and at no time."""
    terms = {one.lower() for one in _REPOSITORY.findall(text)}
    return len(terms) >= _JARGON and _DATED.search(text) is None


def is_verse(text: str) -> bool:
    """Whether a passage holds a song or a poem: its labels, its chords, or a stanza of lines that
    run on.
    """
    if _SONG.search(text):
        return True
    run: list[str] = []
    for line in [*text.splitlines(), ""]:
        bare = line.strip()
        if bare and len(bare) < 60 and bare[0].isupper() and bare[-1] not in ".:!?)":
            run.append(bare)
            continue
        if len(run) >= _STANZA and any(map(_VERSE_OPENING.match, run)):
            return True
        run = []
    return False
