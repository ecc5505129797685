"""An episode's title from its own words: what it says often and the rest of memory seldom.

A note's title is its heading. A talk's are the most telling runs of words that can be names of
things, each as it was first written. Without chance: the same words in the same store give the
same title.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mem.core.chunk import Chunk
from mem.extraction.sentences import split_sentences
from mem.extraction.vocabulary.words import readings, word_set

PHRASES = 3
LONGEST_RUN = 3
MAX_CHARACTERS = 60
_SEEN = 6000  # characters of an episode that its title is drawn from
_TOKEN = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[^\w\s]")
_ANSWERING = frozenset({"assistant", "tool", "system"})
#: After one of these a word names a thing, whatever else it can be.
_NOMINAL = word_set(
    "a an the my your his her its our their this that these those some any no each every another"
)
#: After one of these a single word says how a thing is.
_PREDICATIVE = word_set("is are was were be been being isn't aren't wasn't so very too really how")
_DULL = word_set(
    "a able about above absolutely actually after afternoon again ago all almost along already "
    "also although always am amazing an and another any anybody anymore anyone anything anyway "
    "apart april are around as ask at august away awesome awful back bad be beautiful because "
    "been before behind being best better between big bit both btw but by bye can can't cannot "
    "cause certainly clear come cool could couldn't course cute day days dear december definitely "
    "did didn't different disgusting do does doesn't doing don't done down due during each early "
    "easy eight either else empty end enough entire especially etc even evening ever every "
    "everybody everyone everything exactly excellent excited exciting fair far favorite favourite "
    "february few fine first five for four friday from full fun funny further general get getting "
    "glad go going gone gonna good got gotta great guess guy guys had haha half happen happy hard "
    "has have haven haven't having he hello help helpful her here hers hey hi him his hmm hope "
    "hour hours how however huh i i'd i'll i'm i've idea if important in incredible indeed inside "
    "instead interesting into is isn't it it's its january july june just keep kind kinda know "
    "large last lately later least less let let's like literally little lol long look looking lot "
    "lots love lovely luck made main make making many march matter may maybe me mean means might "
    "mine minus minute minutes moment monday month months more morning most much must my myself "
    "nah name near nearly need never new next nice night nine no nobody none nope nor not nothing "
    "november now o'clock october of off often oh ok okay old on once one ones only onto open or "
    "other others our ours out over own part particular past people per perfect perhaps person "
    "place please pls plus pm point possible pretty probably problem proof properly question "
    "quick quite rather real really reason recent recently right rule said same saturday say says "
    "second see seem sense september seven several she short should silly simple simply since six "
    "small so some somebody somehow someone something sometimes somewhere soon sorry sort sounds "
    "special spirit start still stuff such sunday super sure sweet take taking talk tell ten "
    "terrible than thank thanks that that's the their theirs them then there there's these they "
    "they're thing things think this those though thought three through thursday till time times "
    "to today together tomorrow tonight too totally true truly try tuesday two under unless until "
    "up upon us use used useful usual usually various very via want was wasn way ways we we're "
    "wednesday week weekend weeks weird welcome well went were what what's whatever when whenever "
    "where whether which while who whole whom whose why will with within without won't wonderful "
    "word words work worth would wow yeah year years yep yes yesterday yet you you're you've your "
    "yours yourself yup"
)


@dataclass(slots=True)
class _Phrase:
    text: str
    stems: tuple[str, ...]
    place: int
    count: int = 0
    central: float = 0.0
    name: bool = False


Stems = Callable[[Sequence[str]], list[list[str]]]
Frequencies = Callable[[Sequence[str]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of the whole store: their stems, in how many of `chunks` each stem occurs."""

    stems: Stems
    frequencies: Frequencies
    chunks: int


def title_of(
    chunks: Sequence[Chunk],
    document: str,
    vocabulary: Vocabulary,
    *,
    note: bool,
    central: Sequence[float] | None = None,
) -> str:
    """The title of an episode of a document with that title; never empty for one with words.

    `central` says of each chunk, in [0, 1], how near it is to what the episode is about.
    """
    if note and (heading := _heading(chunks, document)):
        return shortened(heading)
    words = _characteristic(_spoken(chunks, central or [1.0] * len(chunks)), vocabulary)
    if words:
        return words
    opening = " ".join(chunks[0].text.split()) if chunks else ""
    return shortened(opening or document)


def shortened(text: str) -> str:
    """A text of at most `MAX_CHARACTERS`, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= MAX_CHARACTERS:
        return line
    cut = line[: MAX_CHARACTERS - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:-") + "…"


def _heading(chunks: Sequence[Chunk], document: str) -> str:
    """The headings that all chunks share, under the note's own title."""
    paths = [chunk.context.split(" > ") for chunk in chunks]
    shared: list[str] = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    under = [part for part in shared if part and part.lower() not in document.lower()]
    return ": ".join(part for part in (document, *under[-1:]) if part)


def _spoken(chunks: Sequence[Chunk], central: Sequence[float]) -> list[tuple[str, float]]:
    """The words of people, each text with its weight; a machine's only where nobody else speaks."""
    every = list(zip(chunks, central, strict=True))
    people = [pair for pair in every if pair[0].role not in _ANSWERING]
    texts: list[tuple[str, float]] = []
    size = 0
    for chunk, weight in people or every:
        texts.append((chunk.text[: _SEEN - size], weight))
        size += len(texts[-1][0])
        if size >= _SEEN:
            break
    return texts


def _characteristic(texts: Sequence[tuple[str, float]], vocabulary: Vocabulary) -> str:
    phrases = _phrases(texts, vocabulary.stems)
    counts: Counter[str] = Counter()
    for phrase in phrases.values():
        for stem in set(phrase.stems):
            counts[stem] += phrase.count
    known = vocabulary.frequencies(sorted(counts))
    weight = {
        stem: (1 + math.log(count)) * math.log(1 + vocabulary.chunks / (2 + known.get(stem, 0)))
        for stem, count in counts.items()
    }

    def worth(phrase: _Phrase) -> float:
        total = sum(weight[stem] for stem in phrase.stems) / math.sqrt(len(phrase.stems))
        return total * (1.25 if phrase.name else 1.0) * phrase.central

    chosen: list[_Phrase] = []
    taken: set[str] = set()
    for phrase in sorted(phrases.values(), key=lambda one: (-worth(one), one.place)):
        length = sum(len(one.text) + 2 for one in chosen) + len(phrase.text)
        if taken & set(phrase.stems) or length > MAX_CHARACTERS:
            continue
        chosen.append(phrase)
        taken |= set(phrase.stems)
        if len(chosen) == PHRASES:
            break
    chosen.sort(key=lambda one: one.place)
    title = ", ".join(one.text for one in chosen)
    return title[:1].upper() + title[1:]


def _phrases(texts: Sequence[tuple[str, float]], stems: Stems) -> dict[tuple[str, ...], _Phrase]:
    """Every run of naming words, by its stems, as it first stood."""
    runs = [
        (*run, weight)
        for text, weight in texts
        for sentence in split_sentences(text)
        for run in _runs(_TOKEN.findall(sentence.text))
    ]
    found: dict[tuple[str, ...], _Phrase] = {}
    stemmed = stems([" ".join(words) for words, _, _ in runs])
    for place, ((words, name, weight), parts) in enumerate(zip(runs, stemmed, strict=True)):
        if parts:
            key = tuple(parts)
            phrase = found.setdefault(key, _Phrase(" ".join(words), key, place))
            phrase.count += 1
            phrase.central = max(phrase.central, weight)
            phrase.name = phrase.name or name
    return found


def _runs(tokens: Sequence[str]) -> list[tuple[list[str], bool]]:
    """(words, whether it is a name) of runs that can name a thing."""
    runs: list[tuple[list[str], bool]] = []
    current: list[str] = []
    name = False
    for at, token in enumerate(tokens):
        if _names(tokens, at, bool(current)):
            current.append(token)
            name = name or (at > 0 and token[0].isupper())
            continue
        if current:
            runs.append((current[-LONGEST_RUN:], name))
        current, name = [], False
    if current:
        runs.append((current[-LONGEST_RUN:], name))
    return [run for run in runs if any(word[0].isalpha() for word in run[0])]


def _names(tokens: Sequence[str], at: int, inside: bool) -> bool:
    """Whether a word can be part of the name of a thing."""
    token = tokens[at]
    low = token.lower().replace("’", "'")
    if not token[0].isalnum() or low in _DULL or low.removesuffix("'s") in _DULL:
        return False
    if len(low) < 3 and not (token[0].isupper() or low.isdigit()):
        return False
    if "'" in low and not low.endswith("'s"):
        return False
    if at > 0 and token[0].isupper():
        return True
    if low.endswith("ly") or (at > 0 and tokens[at - 1].lower() in _PREDICATIVE):
        return False
    after_article = at > 0 and tokens[at - 1].lower() in _NOMINAL
    tags = readings(low).keys()
    return after_article or not tags or (inside and "base" in tags)
