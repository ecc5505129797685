from __future__ import annotations

import pytest

from mem.core.memory import Trust
from mem.extraction.grammar.clauses import clauses
from mem.extraction.grammar.forms import read_clause
from mem.extraction.grammar.statement import Statement, Tense
from mem.extraction.speaking.subjects import Speaker

BEA = Speaker("Bea", "Bea", Trust.OWN_CHAT, is_user=True, to_assistant=False)
USER = Speaker("user", "The user", Trust.OWN_CHAT, is_user=True, to_assistant=True)


def read(clause: str, speaker: Speaker = BEA) -> Statement:
    statement = read_clause(clause, speaker, gapped=True)
    assert statement is not None, clause
    return statement


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("I love swimming in cold lakes", "Bea loves swimming in cold lakes"),
        ("I've been working at a bakery", "Bea has been working at a bakery"),
        ("I'm allergic to hazelnuts", "Bea is allergic to hazelnuts"),
        ("I don't eat pork", "Bea does not eat pork"),
        ("I'd love to open a studio", "Bea would love to open a studio"),
        ("I'd bought a boat before", "Bea had bought a boat before"),
        ("We adopted a kitten", "Bea and others adopted a kitten"),
        ("I look after my nephew when I can", "Bea looks after their nephew when they can"),
        ("I'm proud of my garden", "Bea is proud of their garden"),
        ("My sister lives in Antwerp", "Bea's sister lives in Antwerp"),
        ("Painting helps me relax", "Painting helps Bea relax"),
        ("Gardening's my way of switching off", "Gardening is Bea's way of switching off"),
        ("Went to the dentist in town", "Bea went to the dentist in town"),
        ("Gonna paint the old fence", "Bea is going to paint the old fence"),
        ("I run a bakery and teach at the college", "Bea runs a bakery and teaches at the college"),
        ("I crochet hats for sailors", "Bea crochets hats for sailors"),
    ],
)
def test_told_in_the_third_person(clause: str, text: str) -> None:
    assert read(clause).text == text


def test_the_user_is_named_in_words() -> None:
    assert read("My brother lives in Rome", USER).text == "The user's brother lives in Rome"
    assert read("Rome reminds me of my aunt", USER).text == "Rome reminds the user of their aunt"


@pytest.mark.parametrize(
    ("clause", "key"),
    [
        ("I live in Leeds with two cats", ("Bea", "live in", "Leeds")),
        ("I work for a publisher", ("Bea", "work at", "a publisher")),
        ("I'm allergic to hazelnuts", ("Bea", "be allergic to", "hazelnuts")),
        ("I want to learn how to weld", ("Bea", "want to", "learn how to weld")),
        ("I'm going to visit Oslo", ("Bea", "plan to", "visit Oslo")),
        ("I'll call the landlord", ("Bea", "plan to", "call the landlord")),
        ("I'm 42 years old", ("Bea", "have age", "42 years old")),
        ("I'm single again", ("Bea", "have relationship status", "single again")),
        ("My favourite film is Stalker", ("Bea", "have favourite film", "Stalker")),
        ("My name is Beatrice Vale", ("Bea", "be named", "Beatrice Vale")),
        ("My sister lives in Antwerp", ("Bea's sister", "live in", "Antwerp")),
        ("I had time to think about the offer", ("Bea", "have", "time to think about the offer")),
        ("I went to see the exhibition", ("Bea", "go to", "see the exhibition")),
        ("I did look at the house", ("Bea", "look at", "the house")),
        ("I retook the exam", ("Bea", "retake", "the exam")),
        ("I outlined the plan", ("Bea", "outline", "the plan")),
        ("The boiler costs us about 220,000", ("The boiler", "cost", "Bea about 220,000")),
        ("My bike was stolen", ("Bea's bike", "be stolen", "")),
        ("My wife's name is Clara", ("Bea's wife", "be named", "Clara")),
        ("We got married in the town hall", ("Bea", "get married in", "the town hall")),
    ],
)
def test_subject_predicate_object(clause: str, key: tuple[str, str, str]) -> None:
    statement = read(clause)
    assert (statement.subject, statement.predicate, statement.object) == key


@pytest.mark.parametrize(
    ("clause", "exclusive"),
    [
        ("I live in Leeds", True),
        ("I lived in Leeds", False),
        ("I've lived in Leeds since 2021", True),
        ("My rent is 1,150 a month", True),
        ("Our team meeting is on Tuesdays", True),
        ("My favourite colour is green", True),
        ("I like green tea", False),
        ("I own a blue cargo bike", False),
        ("Flour costs £2.40", True),
    ],
)
def test_one_at_a_time(clause: str, exclusive: bool) -> None:
    assert read(clause).exclusive is exclusive


@pytest.mark.parametrize(
    ("clause", "negated", "tense"),
    [
        ("I don't drink coffee", True, Tense.PRESENT),
        ("I never eat breakfast", True, Tense.PRESENT),
        ("I didn't take the job", True, Tense.PAST),
        ("I took the job", False, Tense.PAST),
        ("I have finished the quilt", False, Tense.PAST),
        ("I won't sell the boat", True, Tense.FUTURE),
        ("I plan to sell the boat", False, Tense.FUTURE),
    ],
)
def test_negation_and_tense(clause: str, negated: bool, tense: Tense) -> None:
    statement = read(clause)
    assert (statement.negated, statement.tense) == (negated, tense)


@pytest.mark.parametrize(
    "clause",
    [
        "I loved it",
        "I chose them",
        "I think so",
        "I'm so happy",
        "I know you will do great",
        "It was a blast",
        "That's awesome",
        "She gave her the key",
        "I need that ASAP",
        "I gave her some comfort",
        "Their love gives me strength",
        "Started when I was young",
        "Must have taken a lot of work",
        "Total cost 4,287",
        "I want them to be as good as possible",
        "I decided to put this in the shed",
        "I'm sure it will be worth the wait",
        "I do it using a hammer",
        "I better get the full price",
        "Haven't had a spare machine to try",
        "Really made me think about the offer",
        "Rising temperatures all contribute to shifts in the weather",
        "The above is kept in the drawer",
    ],
)
def test_what_does_not_stand_alone_is_not_read(clause: str) -> None:
    assert read_clause(clause, BEA, gapped=True) is None


def test_she_is_fine_after_someone_named() -> None:
    assert read("My sister sold her car").text == "Bea's sister sold her car"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Hey Mel, I moved to Oslo!", ["I moved to Oslo"]),
        ("Yeah, well, I sold the boat, but it hurt.", ["I sold the boat", "it hurt"]),
        ("I think I'll repaint the hall", ["I'll repaint the hall"]),
        ("My dad and I built a shed.", ["My dad &I built a shed"]),
        ("I saw [the dunes](https://x.org/d) at *dusk*.", ["I saw the dunes at dusk"]),
    ],
)
def test_clauses(sentence: str, expected: list[str]) -> None:
    assert list(clauses(sentence, ["Melanie"])) == expected


def test_company_is_part_of_the_subject() -> None:
    (clause,) = clauses("My dad and I built a shed.", [])
    assert read(clause).text == "Bea and their dad built a shed"
