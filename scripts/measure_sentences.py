"""What the rules draw from everyday sentences with known memories.

Each line of a fixture is a sentence, or a short passage, with what should be drawn from it. Half of
them are held out: the rules were made without looking at what they did with those. Run:
`python scripts/measure_sentences.py [--set jotted] [--show]`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mem.core.chunk import Chunk
from mem.core.memory import Candidate
from mem.extraction.rules import RulesExtractor
from mem.inference.embedder import OnnxEmbedder

# Speaker, role and text of a passage.
Spoken = tuple[str | None, str | None, str]
FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "extraction"
SETS = ("everyday", "jotted")
SAID_AT = datetime(2025, 11, 20, 9)  # a Thursday
FIELDS = ("kind", "subject", "predicate", "object", "date", "negated")


def cases(name: str = "everyday") -> list[dict[str, Any]]:
    """The sentences of a set, each with `about`, `part`, `where`, `text` and `want`; of some the
    `title` of the note that they stand in.
    """
    text = (FIXTURES / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def drawn(extractor: RulesExtractor, case: dict[str, Any]) -> list[Candidate]:
    """What the rules draw from one sentence, in a note, to an assistant or in a chat."""
    spoken: list[Spoken]
    if case["where"] == "note":
        spoken = [(None, None, case["text"])]
    elif case["where"] == "assistant":
        spoken = [("User", "user", case["text"]), ("Assistant", "assistant", "Noted.")]
    else:
        spoken = [("Joel", "user", case["text"]), ("Uma", "user", "Oh, I see.")]
    found = read(extractor, spoken, note=case["where"] == "note", title=case.get("title", ""))
    return [one for one in found if one.evidence[0].chunk_id == "c0"]


def read(
    extractor: RulesExtractor, spoken: Sequence[Spoken], *, note: bool, title: str = ""
) -> list[Candidate]:
    """What the rules draw from one document of these passages, `c0` first."""
    chunks = [
        Chunk(
            id=f"c{seq}",
            document_id="d",
            seq=seq,
            text=text,
            context="",
            start=0,
            end=len(text),
            locator="",
            speaker=speaker,
            role=role,
            said_at=SAID_AT,
        )
        for seq, (speaker, role, text) in enumerate(spoken)
    ]
    kind = "note" if note else "chat"
    return extractor.extract(chunks, document_kind=kind, document_title=title)


def fields(want: dict[str, Any], one: Candidate) -> dict[str, bool]:
    """Which fields of a drawn memory are as wanted."""
    date = want.get("date")
    times = [time.date().isoformat() for time in (one.happened_from, one.valid_from) if time]
    return {
        "kind": one.kind.value in want["kind"],
        "subject": one.subject.lower() in [name.lower() for name in want["subject"]],
        "predicate": one.predicate in want["predicate"],
        "object": want["object"].lower() in one.object.lower(),
        "date": date in times if date else True,
        "negated": one.negated is want.get("negated", False),
    }


def best(want: dict[str, Any], found: Iterable[Candidate]) -> dict[str, bool]:
    """The fields of the memory that comes nearest, or all wrong where there is none."""
    rated = [fields(want, one) for one in found]
    return max(rated, key=lambda row: sum(row.values()), default=dict.fromkeys(FIELDS, False))


def measure(extractor: RulesExtractor, chosen: list[dict[str, Any]]) -> dict[str, float]:
    """Shares over the sentences: `yield`, each field, `right` (all of them), and `false`: of the
    sentences without a memory, those that gave one.
    """
    stating = [case for case in chosen if case["want"]]
    found = {case["text"]: drawn(extractor, case) for case in chosen}
    rows = [best(want, found[case["text"]]) for case in stating for want in case["want"]]
    hollow = [case for case in chosen if not case["want"]]
    drawing = [case for case in stating if found[case["text"]]]
    figures = {"sentences": len(stating), "yield": len(drawing) / len(stating)}
    figures |= {name: sum(row[name] for row in rows) / len(rows) for name in FIELDS}
    figures["right"] = sum(all(row.values()) for row in rows) / len(rows)
    figures["false"] = sum(bool(found[case["text"]]) for case in hollow) / max(1, len(hollow))
    return figures


def main() -> None:
    """Measure both halves and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="each sentence that is not right")
    parser.add_argument("--part", choices=("build", "held"), help="one half alone")
    parser.add_argument("--set", choices=SETS, default="everyday", help="which sentences")
    given = parser.parse_args()
    extractor = RulesExtractor(OnnxEmbedder())
    for part in [given.part] if given.part else ["build", "held"]:
        chosen = [case for case in cases(given.set) if case["part"] == part]
        figures = measure(extractor, chosen)
        print(part, " ".join(f"{name} {value:.3g}" for name, value in figures.items()))
        for case in chosen if given.show else ():
            found = drawn(extractor, case)
            wrong = [want for want in case["want"] if not all(best(want, found).values())]
            if wrong or (found and not case["want"]):
                print(f"  {case['about']}: {case['text']}")
                for one in found:
                    said = (one.kind.value, one.subject, one.predicate, one.object)
                    print(f"     {said} {one.happened_from or one.valid_from or ''} {one.text}")


if __name__ == "__main__":
    main()
