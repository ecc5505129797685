"""What the guards on a language model's memories let through: gold memories as its proposals.

Each gold memory of a development set is proposed three times, always with a sentence that really
stands in the passage named: of its own turn, of another turn of the same speaker, and of the turn
that answers it. The first should be kept, the others refused.

    python scripts/measure_guards.py FOLDER     a set with sessions.jsonl.gz and memories.jsonl
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mem.bench.sets import read_set
from mem.core.chunk import Chunk
from mem.core.memory import Candidate, MemoryKind
from mem.extraction.proposing.evidence import said_share
from mem.extraction.proposing.model import Drawn, ModelExtractor
from mem.extraction.proposing.prompts import Proposal
from mem.extraction.proposing.proposals import Source, judge
from mem.extraction.sentences import split_sentences
from mem.extraction.speaking.subjects import Speakers
from mem.store.chunks import StoredChunk
from mem.testing import FakeLanguageModel

SEED = 0


def turns_of(folder: Path) -> list[Chunk]:
    """Every turn of a set as a message, in order."""
    return [
        Chunk(
            id=str(line["id"]),
            document_id=conversation.id,
            seq=place,
            text=str(line["text"]),
            context="",
            start=0,
            end=len(str(line["text"])),
            locator="",
            speaker=str(line["speaker"]),
            role="other",
            said_at=datetime.fromisoformat(str(line["at"])) if line["at"] else None,
            message_id=str(line["id"]),
        )
        for conversation in read_set(folder).conversations
        for place, line in enumerate(conversation.messages())
    ]


def verdict(memory: dict[str, Any], turn: Chunk, speakers: Speakers) -> str:
    """What becomes of a gold memory proposed about a turn, quoting its most similar sentence."""
    sentences = split_sentences(turn.text)
    speaker = speakers.of(turn)
    if not sentences or speaker is None:
        return "no sentence"
    text = str(memory["text"])
    quote = max(sentences, key=lambda one: said_share(text, [one.text])).text[:400]
    subject = str(memory.get("subject") or turn.speaker)
    proposal = Proposal(0, quote, "", MemoryKind.FACT, text, subject, "", "")
    found = judge(proposal, Source(turn, 0, len(turn.text), speaker, speakers.names), origin="gold")
    return "kept" if isinstance(found, Candidate) else found


class Counting(FakeLanguageModel):
    """Proposes nothing; a token is four characters."""

    def __init__(self) -> None:
        super().__init__(lambda _prompt: '{"memories": []}', context_tokens=4096)

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 1


def calls_for(turns: Sequence[Chunk]) -> int:
    """Calls that a model would be asked for all turns."""
    stored = [
        StoredChunk(place, turn, uri=turn.document_id, title="", kind="chat", gone=False)
        for place, turn in enumerate(turns)
    ]
    drawn = Drawn()
    ModelExtractor(Counting()).draw([], stored, drawn)
    return drawn.calls


def main(folder: Path) -> None:
    """Print kept and refused, by reason, for each of the three."""
    turns = turns_of(folder)
    calls, said = calls_for(turns), sum(len(turn.text) // 4 for turn in turns)
    print(f"{calls} calls for {said:,} tokens of what people said")
    place = {turn.id: at for at, turn in enumerate(turns)}
    lines = (folder / "memories.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [one for one in map(json.loads, lines) if one.get("turns", [""])[0] in place]
    by_document: dict[str, list[Chunk]] = {}
    for turn in turns:
        by_document.setdefault(turn.document_id, []).append(turn)
    speakers = {
        document: Speakers(those, document_kind="chat", user_names=())
        for document, those in by_document.items()
    }
    rng = random.Random(SEED)

    def other(turn: Chunk) -> Chunk:
        those = by_document[turn.document_id]
        return rng.choice([one for one in those if one.speaker == turn.speaker and one != turn])

    choices: dict[str, Callable[[Chunk], Chunk]] = {
        "its own turn": lambda turn: turn,
        "another turn of the speaker": other,
        "the turn that answers": lambda turn: turns[min(place[turn.id] + 1, len(turns) - 1)],
    }
    for name, choose in choices.items():
        counts = Counter(
            verdict(one, chosen, speakers[chosen.document_id])
            for one in gold
            for chosen in [choose(turns[place[one["turns"][0]]])]
        )
        print(f"{name}: {counts['kept'] / len(gold):.1%} of {len(gold)} kept")
        for reason, count in counts.most_common():
            print(f"  {count:>5}  {reason}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
