"""Secrets in texts: 300 made-up ones are found, real texts are left alone, nothing takes long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.core.secrets.checks import is_card, is_iban, looks_random
from mem.core.secrets.redactor import Redactor, find, find_in, mask, placeholder
from mem.core.secrets.rules import KINDS, RULES
from tests import synthetic_secrets

KEY = bytes(range(32))


def covered(planted: synthetic_secrets.Planted) -> bool:
    at = planted.text.index(planted.value)
    end = at + len(planted.value)
    return any(one.start <= at and one.end >= end for one in find(planted.text))


def test_at_least_97_of_100_made_up_secrets_are_found() -> None:
    planted = synthetic_secrets.make(312)
    assert len({one.kind for one in planted}) >= 20
    missed = [one for one in planted if not covered(one)]
    assert len(missed) <= 0.03 * len(planted), missed


def test_the_kind_is_named() -> None:
    planted = synthetic_secrets.make(312, seed=6)
    named = [one for one in planted if one.kind in {found.kind for found in find(one.text)}]
    assert len(named) >= 0.97 * len(planted)
    assert set(synthetic_secrets.KINDS) <= set(KINDS)
    assert len(KINDS) > 40


@pytest.mark.parametrize(
    "text",
    [
        "The password is required.",
        "Forgot your password? Reset the password: click here",
        "password: string",
        "password: Optional[str] = None",
        'password = os.environ["DB_PASSWORD"]',
        "DB_PASSWORD=${DB_PASSWORD}",
        "password=<your password>",
        "api_key = 'your-api-key-goes-here'",
        "token: the-name-of-the-token-in-the-store",
        "AKIAIOSFODNN7EXAMPLE is the example of the manual",
        "sk-learn is not scikit-learn, and sk-this-is-only-a-long-css-class-name neither",
        "Order 4539578763621487 was not a card: its sum is wrong",
        "id 123e4567-e89b-12d3-a456-426614174000",
        "commit 9d4e1e23bd5b727046a9e3b4b7db57bd8d6ee684",
        "at 1700000000123456 microseconds, 0.4539578763621486 of it",
        "DE89 3704 0044 0532 0130 01 has a wrong check sum",
        "https://example.org:8080/path@home",
        "git@github.com:user/repo.git",
        "call 555-12-3456 for a taxi",
        "The pin is on the board. PIN code 110001 is Delhi.",
        "bearer of good news and their long-winded-explanations-of-things",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert find(text) == []


def test_two_findings_do_not_overlap_and_the_more_precise_kind_wins() -> None:
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL3oR6"
    found = find(f"password: {token}\nhttps://joe:{token}@git.company.org")
    assert [one.kind for one in found] == ["github-token", "github-token"]
    assert all(one.value == token for one in found)


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "aB3dE6gH9j" * 3 + "kL2mN5",
        "glpat-" + "aB3dE6gH9jkL2mN5pQ8r",
        "npm_" + "aB3dE6" * 6,
    ],
)
@pytest.mark.parametrize(
    "around",
    ["Use {}.", "My token is {}. Keep it.", "token = {}.\n", "The token: {}, thanks", "({})"],
)
def test_the_punctuation_around_a_token_is_no_part_of_it(token: str, around: str) -> None:
    text = around.format(token)
    assert [one.value for one in find(text)] == [token]
    assert mask(text) == around.format(placeholder(find(text)[0].kind))


def test_a_key_without_its_end_is_found_as_far_as_it_goes() -> None:
    lines = ["-----BEGIN RSA PRIVATE KEY-----", *["Ab3/" * 16] * 3]
    text = "\n".join([*lines, "", "The garden gate is green."])
    (found,) = find(text)
    assert found.value == "\n".join(lines)


def test_equal_secrets_have_equal_marks_and_two_stores_do_not_share_them() -> None:
    text = "SSN: 123-45-6789. Again, my SSN: 123-45-6789; hers: SSN 123-45-6780"
    done = Redactor(KEY).redact(text)
    first, second, third = (one.mark for one in done.replaced)
    assert first == second != third
    assert f"[secret:social-security-number:{first}]" in done.text
    assert Redactor(bytes(32)).redact(text).replaced[0].mark != first


def test_what_is_allowed_stays() -> None:
    text = "SSN: 123-45-6789, SSN: 123-45-6780"
    mark = Redactor(KEY).mark("123-45-6789")
    done = Redactor(KEY, {mark}).redact(text)
    assert done.text.startswith("SSN: 123-45-6789, SSN: [secret:")


def test_offsets_follow_what_was_replaced() -> None:
    text = "a SSN: 123-45-6789 b SSN: 123-45-6780 c"
    done = Redactor(KEY).redact(text)
    for letter in "abc":
        assert done.text[done.offset(text.index(f"{letter}"))] == letter
    first = done.replaced[0]
    assert done.text[first.new_start : first.new_end].startswith("[secret:")
    assert done.offset(first.start + 3) == first.new_end
    assert done.offset(len(text)) == len(done.text)


def test_a_note_keeps_its_lines() -> None:
    block = next(one for one in synthetic_secrets.make(26) if one.kind == "private-key").value
    text = f"one\n{block}\ntwo"
    done = Redactor(KEY).redact(text, keep_lines=True)
    assert done.text.count("\n") == text.count("\n")
    assert Redactor(KEY).redact(text).text.count("\n") == 2


def test_a_finding_does_not_show_its_value() -> None:
    (found,) = find("SSN: 123-45-6789")
    assert "6789" not in repr(found)
    assert mask("SSN: 123-45-6789") == "SSN: [secret:social-security-number]"


def test_many_texts_at_once_are_as_one_by_one() -> None:
    texts = [one.text for one in synthetic_secrets.make(78)]
    texts[10:10] = [
        "-----BEGIN RSA PRIVATE KEY-----",
        "nothing",
        "",
        "-----END RSA PRIVATE KEY-----",
    ]
    assert find_in(texts) == {at: found for at, text in enumerate(texts) if (found := find(text))}


@given(st.text(max_size=200), st.integers(0, 311), st.text(max_size=200))
def test_what_is_redacted_is_not_found_again(before: str, which: int, after: str) -> None:
    planted = synthetic_secrets.make(312)[which]
    redactor = Redactor(KEY)
    once = redactor.redact(f"{before}\n{planted.text}\n{after}")
    assert redactor.redact(once.text).replaced == ()


@given(st.text(st.sampled_from("[]secret:password=token0123456789abcdef-_ \n'\"@/İ")))
def test_any_text_can_be_redacted_and_the_rest_stays(text: str) -> None:
    done = Redactor(KEY).redact(text)
    rest, last = "", 0
    for one in done.replaced:
        rest += text[last : one.start] + done.text[one.new_start : one.new_end]
        last = one.end
    assert rest + text[last:] == done.text


def test_every_rule_starts_at_an_anchor_in_its_own_case() -> None:
    for rule in RULES:
        if rule.lowered:
            assert all(anchor == anchor.lower() for anchor in rule.anchors), rule.kind


def test_checks() -> None:
    assert is_card("4539 5787 6362 1486") and is_card("4539578763621486")
    assert not is_card("4539 57876362 1486") and not is_card("4444444444444448")
    assert is_iban("GB82WEST12345698765432") and not is_iban("GB82WEST1234569876543")
    assert looks_random("d41d8cd98f00b204e9800998ecf8427e")
    assert not looks_random("a-long-descriptive-name-v2")


@pytest.mark.parametrize(
    "piece",
    [
        *("password ", "password:", "://a:", "eyJ-", "eyJa.", "token is ", "1", "4111 ", "DE89 "),
        *("-----BEGIN RSA PRIVATE KEY-----", "AAAA1111", "sk-a", "bearer ", "SSN ", "[secret:"),
        *("gl", "key=", " ", "a"),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    find(text)
    assert time.process_time() - started < 2


@pytest.mark.slow
def test_real_corpora_are_left_alone(shared: Path) -> None:
    lines = hits = characters = 0
    taken = 0.0
    for path in sorted((shared / "data" / "corpora").rglob("*")):
        data = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" in data[:4096]:
            continue
        text = data.decode("utf-8", "replace")
        lines += text.count("\n") + 1
        characters += len(text)
        started = time.process_time()
        found = find(text)
        taken += time.process_time() - started
        hits += len({text.count("\n", 0, one.start) for one in found})
    print(f"{hits} of {lines} lines, {characters / taken / 1e6:.1f} MB/s")
    assert hits <= 0.005 * lines
    assert characters / taken > 4e6
