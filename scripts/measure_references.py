"""How often the rules resolve a pronoun of everyday passages, and how often rightly.

Each line of the fixture is a short note or chat whose last sentence has a pronoun; where two things
could be meant nothing may be drawn. Run: `python -m scripts.measure_references [--show]`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from mem.core.memory import Candidate
from mem.extraction.rules import ORIGIN_RESOLVED, RulesExtractor
from mem.inference.embedder import OnnxEmbedder
from scripts.measure_sentences import Spoken, read

FIXTURE = Path(__file__).parents[1] / "tests" / "fixtures" / "extraction" / "references.jsonl"


def cases(path: Path = FIXTURE) -> list[dict[str, Any]]:
    """Passages with `part`, `where`, `turns` and what the last one's pronoun stands for."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def resolved(extractor: RulesExtractor, case: dict[str, Any]) -> list[Candidate]:
    """The memories of a passage that rest on a resolved pronoun."""
    turns = list(case["turns"])
    role = None if case["where"] == "note" else "user"
    if case["where"] == "chat" and len({speaker for speaker, _ in turns}) == 1:
        turns.insert(0, ["Uma" if turns[0][0] == "Joel" else "Joel", "How are things at home?"])
    spoken: list[Spoken] = [(speaker, role, text) for speaker, text in turns]
    if case["where"] == "assistant":
        spoken.append(("Assistant", "assistant", "Noted."))
    found = read(extractor, spoken, note=case["where"] == "note")
    return [one for one in found if one.origin == ORIGIN_RESOLVED]


def is_right(case: dict[str, Any], one: Candidate) -> bool:
    """Whether a memory has the subject, predicate and object that the passage gives."""
    subject = one.subject.lower() in [name.lower() for name in case["subject"]]
    told = f"{one.object} {one.text}".lower()
    within = any(part.lower() in told for part in case["object"])
    return bool(subject and within and one.predicate in case["predicate"])


def measure(extractor: RulesExtractor, chosen: list[dict[str, Any]]) -> dict[str, float]:
    """`precision`: of the memories with a resolved pronoun those that are right; `recall`: of the
    passages with one thing meant those with a right one.
    """
    found = [(case, one) for case in chosen for one in resolved(extractor, case)]
    right = [case["resolved"] and is_right(case, one) for case, one in found]
    clear = [case for case in chosen if case["resolved"]]
    met = [case for case in clear if any(case is a and is_right(case, b) for a, b in found)]
    return {
        "passages": len(chosen),
        "resolved": len(found),
        "precision": sum(right) / max(1, len(right)),
        "recall": len(met) / max(1, len(clear)),
    }


def main() -> None:
    """Measure both halves and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="each passage that is not right")
    parser.add_argument("--part", choices=("build", "held"), help="one half alone")
    given = parser.parse_args()
    extractor = RulesExtractor(OnnxEmbedder())
    for part in [given.part] if given.part else ["build", "held"]:
        chosen = [case for case in cases() if case["part"] == part]
        figures = measure(extractor, chosen)
        print(part, " ".join(f"{name} {value:.3g}" for name, value in figures.items()))
        for case in chosen if given.show else ():
            found = resolved(extractor, case)
            missed = case["resolved"] and not any(is_right(case, one) for one in found)
            if missed or any(not case["resolved"] or not is_right(case, one) for one in found):
                print(f"  {case['turns']} {case['subject']} {case['predicate']}")
                for one in found:
                    print(f"     ({one.subject}, {one.predicate}, {one.object}) {one.text}")


if __name__ == "__main__":
    main()
