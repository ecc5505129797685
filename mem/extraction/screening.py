"""Which sentences may become a memory: cheap patterns first, then linear heads over the embedder.

The heads are one softmax over the classes of the training sentences (`scripts/train_screening.py`);
a sentence's score is the weight of the classes worth remembering. They fit one embedder only;
with another, a second set of heads sees the pattern features alone.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mem.errors import ModelFileDamaged, ModelFileMissing
from mem.extraction.speaking.voices import is_nobodys

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Embedder

DATA_DIR = Path(__file__).parent / "data"
WEIGHTS_NAME = "screening.npz"
RECIPE_NAME = "screening.json"
LONG_MESSAGE = 500  # characters from which a message without "I" is taken as pasted
READERS = 3  # times that a note for readers says "you" at least
ARTICLE = 4000  # characters of a note that is more than someone jots down
SHOWN = 2  # pieces of code, at least, in a note that shows how something is done
SHOWN_EVERY = 1500  # characters in which it holds one
AMOUNTS = 3  # lines of ingredients in one
OWN_EVERY = 1500  # characters in which a long note of one's own says "I"
WORTH_KEEPING = ("profile", "fact", "event", "plan", "procedure", "resource", "definition")

#: What the heads see of a sentence beside its vector: one bit a pattern, and its length.
FEATURES = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (
            r"^(?:\W|(?:yeah|yes|yep|thanks|so|well|oh|wow|and|but|also|actually|hey|hi)\b)*(?:i|we)\b",
            re.IGNORECASE,
        ),
        (r"\bmy\b", re.IGNORECASE),
        (r"\b(?:me|myself)\b", re.IGNORECASE),
        (r"\b(?:we|our|us)\b", re.IGNORECASE),
        (r"\byou(?:r|'re|'ve|'ll)?\b", re.IGNORECASE),
        (r"\?\s*$", 0),
        (r"!\s*$", 0),
        (r"\d", 0),
        (r"^(?:that|this|it)(?:'s| is| was| must| sounds| looks)\b", re.IGNORECASE),
        (r"^(?:thanks|thank|wow|congrats|hey|hi|hello|bye|yeah|yes|sure|okay|ok)\b", re.IGNORECASE),
        (
            (
                r"\b(?:yesterday|today|tomorrow|ago|last|next|since|week|month|year|monday|tuesday|"
                r"wednesday|thursday|friday|saturday|sunday)\b"
            ),
            re.IGNORECASE,
        ),
        (r"\b\w+ed\b", re.IGNORECASE),
        (r"(?<=.)\b[A-Z][a-z]+", 0),
        (r"^(?:please|let's|let|write|give|make|show|tell|can you|help)\b", re.IGNORECASE),
        (r"[{}<>=;|]", 0),
        (r"\b(?:glad|proud of|appreciate|agree|sounds|happy for)\b", re.IGNORECASE),
        (r"\b(?:i'll|i will|gonna|going to|plan|planning|want|hope|hoping)\b", re.IGNORECASE),
        (r"\b(?:it|that|this|them|those|these)\b[.!]*$", re.IGNORECASE),
    )
)

_QUESTION = re.compile(
    r"\?[\"')\s]*$|^(?:what|who|whose|where|when|why|how|which|is|are|was|were|do|does|did|"
    r"can|could|would|should|will|have you|has|any)\b[^.!]*\?",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:please\b|can you\b|could you\b|would you\b|let me know|let's (?!go with|schedule)|"
    r"(?:write|rewrite|give|tell|show|explain|translate|summari[sz]e|create|generate|list|make|"
    r"draft|provide|suggest|help|act as|compare|calculate|describe|add|find|remove|continue|"
    r"proceed|check|look|take a look|walk me|remind me|keep)\b)",
    re.IGNORECASE,
)
_REACTION = re.compile(
    r"^(?:(?:i'm|i am|im) (?:so |really |very |just |truly )*(?:glad|sorry|happy for|"
    r"happy to (?:hear|see|help)|"
    r"proud of you|here for|here to|here if|all ears|sure (?:you|it|that)|happy you|"
    r"excited for you)|"
    r"(?:i )?(?:can't wait to (?:see|hear)|appreciate|totally agree|agree)\b|"
    r"(?:that|this|it|those|they)(?:'s|'re| is| was| are| were| must| sounds?| looks?|"
    r" would| will)\b|"
    r"(?:i'm|i am) (?:(?:so|very|really|just|a bit|all|still|almost) )*(?:on my way|at the door|"
    r"outside|there|running late|testing|(?:bored|confused|lost)(?=[,.!]|$))|"
    r"i just wanted to (?:say|check|ask)\b|sorry,? my english\b|(?:my )?english is bad\b|"
    r"(?:what|such) an?\b|you(?:'re|'ve|'ll|r)?\b|sounds\b|looks\b|glad\b|congrat|good luck|"
    r"thanks?\b[^,.!]*$|as an ai\b)",
    re.IGNORECASE,
)
#: After a reaction, where the speaker turns to themselves: "It was hard, but I …".
_TURN = re.compile(r"(?:\b(?:but|and|so)|[-–—,;])\s+(?:now )?(?:i|we|my)(?:'\w+)?\s", re.IGNORECASE)
_CODE = re.compile(
    r"[{}]|\w\(\)|\w\([\w\"']+\)[;:]|=>|==|!=|&&|\|\||</|/>|::|\w\.\w+\(|^\s*(?:import|from|def|class|"
    r"const|let|var|return|export|SELECT|INSERT|UPDATE|sudo|pip|npm|git|cd|curl)\s|;\s*$|"
    r"^\d{4}-\d\d-\d\d[T ]\d\d:|\b(?:ERROR|WARN|INFO|DEBUG|Traceback)\b|0x[0-9a-f]{4}"
)
_SECRET = re.compile(
    r"\b(?:password|passwort|passphrase|passcode|api[ _-]?key|secret key|private key|access token|"
    r"pin (?:code|is)|cvv|security code|seed phrase|recovery (?:code|phrase))\b|"
    r"\b(?:sk|ghp|xox[bp])[-_][\w-]{8,}|-----BEGIN",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier)|"
    r"\byou are (?:an?|the|now) |\bact as\b|\bsystem prompt\b|\bas an ai\b|"
    r"\b(?:the )?(?:assistant|model|user) (?:must|should|shall|is|has|wants)\b|"
    r"\b(?:always|never) (?:answer|respond|reply|reveal|mention|use|add|write|commit|run)\b",
    re.IGNORECASE,
)
_MARKETING = re.compile(
    r"\b(?:unsubscribe|subscribe|click (?:here|below|the)|\d+\s?% (?:off|discount)|shop now|"
    r"order now|"
    r"buy now|sign up (?:now|today|for free)|free (?:shipping|trial|gift)|limited time|act now|"
    r"special offer|exclusive (?:offer|deal)|all rights reserved|terms (?:of service|"
    r"and conditions)|"
    r"privacy policy|view (?:this|it) (?:email |message )?in (?:your|a) browser|dear (?:customer|"
    r"valued|sir|friend)|money[- ]back|risk[- ]free|guaranteed|newsletter|cookies?\b.*\b(?:use|"
    r"accept)|copyright|\(c\) \d{4})\b",
    re.IGNORECASE,
)
#: One of these anywhere, and none of a passage's sentences is anyone's own.
_ADVERT = re.compile(
    r"\bunsubscribe\b|\b(?:view|read) (?:this|it|more) (?:email |message )?(?:in (?:your|"
    r"a) browser|on our)|"
    r"\bdear (?:customer|valued|subscriber)|\ball rights reserved\b|\bmoney[- ]back\b|"
    r"\brisk[- ]free\b|"
    r"\bclick (?:here|below)\b|\b(?:shop|order|book|buy|pre-order|join|apply|act) (?:now|today)\b|"
    r"\bterms and conditions\b|\bfree (?:trial|shipping|delivery)\b|\blimited[- ]time\b|"
    r"\byour (?:order|purchase|subscription|statement)\b|\b(?:excited|proud|pleased|thrilled) to "
    r"(?:announce|introduce|present)\b|\bclaim your\b|\bsave your seat\b|\bno credit card\b|"
    r"\bprivacy policy\b|\bmailing list\b",
    re.IGNORECASE,
)
_PROJECT_FILE = re.compile(
    r"^\W*(?:readme|contributing|changelog|agents|claude|copilot|gemini|licen[cs]e|security|"
    r"code[ _-]of[ _-]conduct|release notes|instructions|system prompt)(?:\.(?:md|txt|rst))?\W*$",
    re.IGNORECASE,
)
#: Words that put on a role or override a model: nothing in such a message is its writer's own.
_PLAYED = re.compile(
    r"^\W*(?:(?:please )?act as|you are (?:an?|the|now)\b|you're an? |i want you to act|"
    r"imagine (?:you|that you)|pretend|roleplay|from now on)|"
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier) ",
    re.IGNORECASE,
)
_SINGULAR = re.compile(r"\b(?:i|i'\w+|my|me|myself)\b", re.IGNORECASE)
_AUDIENCE = re.compile(
    r"\b(?:you|your|users?|customers?|readers?|members|subscribers|visitors|everyone|contributors|"
    r"developers|maintainers|participants)\b",
    re.IGNORECASE,
)
_READER = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
#: What nobody types to an assistant: a heading, or a link behind words.
_DOCUMENT = re.compile(r"^#{1,6} \S|\]\(https?://|^\[\^?\w+\]: ", re.MULTILINE)
_CODE_SPAN = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
_FENCED = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
#: A line of a list of ingredients.
_AMOUNT = re.compile(
    r"^\s*(?:[-*+•] )?[\d½¼¾⅓][\d./½¼¾⅓-]*\s?(?:k?g|m?l|cl|dl|oz|lbs?|cups?|tbsps?|tsps?|"
    r"tablespoons?|teaspoons?|pinch|cloves?|slices?|cans?|tins?|sticks?)\b",
    re.IGNORECASE | re.MULTILINE,
)
_REFUSED = (_CODE, _SECRET, _INSTRUCTION, _MARKETING)


def asks(text: str) -> bool:
    """Whether a sentence is a question or a request."""
    plain = text.replace("’", "'")
    return bool(_QUESTION.search(plain) or _ORDER.match(plain))


def is_code_or_secret(text: str) -> bool:
    """Whether a sentence is code, or holds what opens a door."""
    return bool(_CODE.search(text) or _SECRET.search(text))


def plausible(text: str) -> bool:
    """Whether a sentence may state something: the quick test that spares the embedder."""
    plain = text.replace("’", "'")
    if not 3 <= plain.count(" ") + plain.count("'") + 1 <= 60:
        return False
    if any(pattern.search(plain) for pattern in _REFUSED):
        return False
    if _QUESTION.search(plain) or _ORDER.match(plain):
        return False
    return not _REACTION.match(plain) or _TURN.search(plain) is not None


def is_impersonal(
    text: str,
    *,
    headings: Sequence[str],
    note: bool,
    pasted: bool = False,
    received: bool = False,
) -> bool:
    """Whether a passage speaks for nobody: adverts, roles to play, a firm's "we" to readers.

    `headings` are the titles it stands under; a note that says "we" to an audience and never "I"
    is a publication, and so is a long message to an assistant (`pasted`) without "I" or with the
    marks of a document. `received`: it is somebody else's message.
    """
    if is_nobodys(text, headings=headings, note=note, pasted=pasted, received=received):
        return True
    plain = text.replace("’", "'")
    first_line = plain.lstrip().partition("\n")[0]
    if _PLAYED.search(plain) or _ADVERT.search(plain):
        return True
    if any(map(_PROJECT_FILE.match, [first_line, *headings])):
        return True
    made = not _SINGULAR.search(plain) or _DOCUMENT.search(plain) is not None
    if pasted and len(plain) > LONG_MESSAGE and made:
        return True
    return note and not _SINGULAR.search(plain) and _AUDIENCE.search(plain) is not None


def is_publication(texts: Sequence[str]) -> bool:
    """Whether a whole note is written for readers: a manual, an article, an advert, a paper.

    It turns to "you" far more than it says "I", or it is long and hardly says "I" at all.
    """
    plain = "\n".join(texts).replace("’", "'")
    own, readers = len(_SINGULAR.findall(plain)), len(_READER.findall(plain))
    if readers >= READERS and readers > 2 * own:
        return True
    return len(plain) > ARTICLE and own * OWN_EVERY < len(plain)


def shows_how(texts: Sequence[str]) -> bool:
    """Whether a whole note shows how something is done: it holds code, or amounts of a recipe.

    What its writer says there of themselves is mostly what they did on the way.
    """
    plain = "\n".join(texts)
    pieces = len(_CODE_SPAN.findall(plain))
    shown = _FENCED.search(plain) or (pieces >= SHOWN and pieces * SHOWN_EVERY >= len(plain))
    return bool(shown) or len(_AMOUNT.findall(plain)) >= AMOUNTS


def is_amount_or_code(text: str) -> bool:
    """Whether a passage holds code, or a list of what goes into a dish."""
    coded = _CODE_SPAN.search(text) or _FENCED.search(text)
    return coded is not None or len(_AMOUNT.findall(text)) >= AMOUNTS - 1


def features(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """(len(texts), len(FEATURES) + 1): one bit a pattern, then words / 20, at most 2."""
    import numpy as np

    plain = [text.replace("’", "'") for text in texts]
    rows = [
        [*(float(bool(one.search(text))) for one in FEATURES), min(len(text.split()), 40) / 20]
        for text in plain
    ]
    return np.array(rows, dtype=np.float32).reshape(len(texts), len(FEATURES) + 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` in [0, 1] is the weight of the classes worth keeping; `label` the best of them."""

    score: float
    label: str


class Screen:
    """The trained heads, from two small files."""

    def __init__(self, embedder: Embedder, directory: Path = DATA_DIR) -> None:
        """Raises `ModelFileMissing` or `ModelFileDamaged`."""
        import numpy as np

        self._embedder = embedder
        weights, recipe = directory / WEIGHTS_NAME, directory / RECIPE_NAME
        try:
            said = json.loads(recipe.read_text(encoding="utf-8"))
            self._labels: list[str] = [str(label) for label in said["labels"]]
            self._fits = said["embedder"] == embedder.fingerprint
            prefix = "" if self._fits else "plain_"
            with np.load(io.BytesIO(weights.read_bytes())) as stored:
                self._matrix = stored[f"{prefix}weights"].astype(np.float32)
                self._bias = stored[f"{prefix}bias"].astype(np.float32)
        except FileNotFoundError as error:
            raise ModelFileMissing(str(weights)) from error
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelFileDamaged(str(weights)) from error
        inputs = embedder.dimensions * self._fits + len(FEATURES) + 1
        if self._matrix.shape != (inputs, len(self._labels)):
            raise ModelFileDamaged(str(weights))
        self._kept = [self._labels.index(label) for label in WORTH_KEEPING]

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict for each sentence."""
        import numpy as np

        if not texts:
            return []
        inputs = features(texts)
        if self._fits:
            inputs = np.hstack([self._embedder.embed(texts), inputs])
        logits = inputs @ self._matrix + self._bias
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        kept = shares[:, self._kept]
        return [Verdict(float(row.sum()), WORTH_KEEPING[int(row.argmax())]) for row in kept]
