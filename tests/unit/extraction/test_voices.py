"""A passage that nobody speaks of themselves in yields nothing; a person's own like it does."""

from __future__ import annotations

import pytest

from mem.extraction.rules import RulesExtractor
from mem.extraction.speaking.voices import is_nobodys, is_program, is_verse
from tests.unit.extraction.making import from_chat, from_note, message


def judged(text: str, *, note: bool = False, received: bool = False, over: str = "") -> bool:
    pasted = not note and not received
    return is_nobodys(text, headings=[over], note=note, pasted=pasted, received=received)


@pytest.mark.parametrize(
    "text",
    [
        "I'm a patient coding agent. I work in small steps.",
        "I am Vela, and I never break character. I grew up by the sea.",
        "<persona>\nI was born in Kyoto. I like green tea.\n</persona>",
        "(OOC: a new scene) My character lives in a swamp.",
        "Q: Who wrote Ulysses?\nA: My neighbour Joyce.",
        "Jane Doe works at Example Corp.",
        "- Always use tabs\n- Never push to main\n- Prefer small commits\nI own the releases.",
    ],
)
def test_personas_exercises_and_rules_are_nobodys(text: str) -> None:
    assert judged(text, note=True)


@pytest.mark.parametrize(
    "text",
    [
        "Verse 1:\nI sold my house by the river\nI joined a travelling band",
        "Am          F\nI left my heart in Spain\n",
        "I live on the edge of town\nAnd my father keeps the bees\nI work all night in a factory",
    ],
)
def test_verse_is_told_by_its_form(text: str) -> None:
    assert is_verse(text)


@pytest.mark.parametrize(
    "text",
    [
        "Moved to Lyon\nRent is 780\nThe cat is called Miso",
        "I can't break my habit of tea at night.",
        "I am a travel agent and I work in Leeds.",
        "I work as an assistant at the library.",
        "Don't forget the milk. I always buy oat milk.",
        "I play the chords of G and C all day long.",
        "My parents will visit us at Christmas.",
    ],
)
def test_what_people_jot_down_is_theirs(text: str) -> None:
    assert not judged(text, note=True)
    assert not judged(text)


@pytest.mark.parametrize(
    ("text", "nobodys"),
    [
        ("I am out of the office until Monday. My colleague Jana helps you.", True),
        ("I have helped 4,000 students and I love what I do.", True),
        ("Our roastery moved to Leeds. I love it there.", True),
        ("I moved to Leeds in May and I love my new flat.", False),
        ("My sister opens her shop in June, come along!", False),
    ],
)
def test_firms_and_machines_are_told_from_friends(text: str, nobodys: bool) -> None:
    assert judged(text, received=True) is nobodys


def test_code_after_a_person_s_own_words_leaves_them_theirs(extractor: RulesExtractor) -> None:
    code = "<head>\n<title>Simulate</title>\n</head>\nx = 1;\ny = 2;\n"
    for shown in (f"```\n{code}```", code):
        asked = f"I live in Porto and my site is slow. Why?\n\n{shown}"
        talk = [("User", "user", asked), ("Assistant", "assistant", "Let me see.")]
        assert "Porto" in {one.object for one in from_chat(extractor, talk)}


def test_lines_of_code_make_a_program() -> None:
    assert is_program(
        "\\documentclass{article}\n\\begin{document}\nI thank my mother.\n\\end{document}"
    )
    assert not is_program("I moved to Lyon.\nMy rent is 780.\nI like it here; really.")


def test_what_is_brought_into_a_talk_is_somebody_elses(extractor: RulesExtractor) -> None:
    pasted = "Rate this sentence from 1 to 10: I bought my first house in Leeds."
    talk = [("User", "user", pasted), ("Assistant", "assistant", "8.")]
    assert from_chat(extractor, talk) == []
    own = [("User", "user", "I bought my first house in Leeds."), ("Assistant", "assistant", "Oh!")]
    assert len(from_chat(extractor, own)) == 1


def test_mail_to_many_yields_nothing_but_the_users_own(
    extractor: RulesExtractor, embedder: object
) -> None:
    said = "I moved to Leeds in May and I work at the harbour."
    assert from_chat(extractor, [("Una Kerr", "bulk", said)]) == []
    assert from_chat(extractor, [("Una Kerr", "other", said)]) != []
    mine = RulesExtractor(embedder, user_names=("Una Kerr",))  # type: ignore[arg-type]
    chunks = [message(0, "Una Kerr", "bulk", said)]
    assert mine.extract(chunks, document_kind="chat", document_title="") != []


@pytest.mark.parametrize(
    "text",
    [
        "I would argue for the smaller modem.",
        "I would like to add that the test covers my case.",
        "Standing two metres tall, he is known for his strength.",
        "Throwing its weight behind the lobby might be a start.",
    ],
)
def test_what_is_supposed_or_of_another_subject_is_not_stated(
    extractor: RulesExtractor, text: str
) -> None:
    assert from_note(extractor, text) == []
    assert from_chat(extractor, [("Uma", "user", text), ("Joel", "user", "I see.")]) == []


def test_patterns_do_not_go_over_the_same_words_again_and_again() -> None:
    for piece in ("\n", "```\n", "1,", " \n", "* "):
        assert not judged(piece * 50_000 + "I live in Porto", received=True)
