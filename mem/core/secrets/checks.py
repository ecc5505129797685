"""Whether the words that a rule matched are a secret: checksums, randomness, and known stand-ins.

Every check takes the matched value alone and is linear in its length.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import Final

# Total length of an IBAN by country (SWIFT's IBAN registry).
_IBAN_LENGTHS: Final = {
    code: int(length)
    for length, codes in (
        ("15", "NO"),
        ("16", "BE"),
        ("18", "DK FI FO GL NL SD"),
        ("19", "MK SI"),
        ("20", "AT BA EE KZ LT LU XK"),
        ("21", "CH CR HR LI LV"),
        ("22", "BG BH DE GB GE IE ME RS VA"),
        ("23", "AE GI IL IQ OM SO TL"),
        ("24", "AD CZ ES MD PK RO SA SE SK TN VG"),
        ("25", "LY PT ST"),
        ("26", "IS TR"),
        ("27", "BI DJ FR GR IT MC MR SM"),
        ("28", "AL AZ BY CY DO GT HN HU LB NI PL SV"),
        ("29", "BR EG PS QA UA"),
        ("30", "JO KW MU YE"),
        ("31", "MT SC"),
        ("32", "LC"),
    )
    for code in codes.split()
}
# How card numbers start, and how many digits they have (ISO/IEC 7812 and the networks' tables).
_CARD = re.compile(
    r"(?:4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12})"
)
_TEMPLATE = re.compile(
    r"^(?:[$<{%\[(&|*#/~]|\.\.|--|\w+\[|\d{1,3}[-–+]\d{0,3}$|process\.|os\.|env\.|env\[|self\.|this\.|config[.\[]|settings[.\[]|"
    r"params[.\[]|args[.\[]|https?:/)|\w\(|\$\{|\{\{|\[\w*\]$|…",
    re.IGNORECASE,
)
_STAND_IN = re.compile(
    r"example|placeholder|redacted|your|dummy|sample|changeme|change[-_]me|replace|insert|"
    r"x{4,}|\*{3,}|\.{3}|•{3}|0{8}|123456789012|abcdefghij|fake",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z_$]*(?:[.\-/:][A-Za-z_$]+)*[\W_]*\d?$")
_NO_PASSWORDS: Final = frozenset(
    (
        *("password", "passwd", "pass", "pwd", "passphrase", "passcode", "passwort"),
        *("secret", "token", "key", "none", "null", "nil", "true"),
        *("false", "undefined", "string", "str", "text", "bool", "boolean"),
        *("int", "integer", "number", "char", "varchar", "object", "any"),
        *("bytes", "input", "required", "optional", "wrong", "incorrect", "invalid"),
        *("correct", "hidden", "encrypted", "hashed", "stored", "expired", "reset"),
        *("forgot", "forgotten", "change", "changed", "changes", "empty", "missing"),
        *("unknown", "default", "enter", "login", "logout", "signin", "username"),
        *("user", "admin", "root", "name", "email", "field", "type"),
        *("value", "values", "here", "this", "that", "same", "above"),
        *("below", "none-set", "unset", "not-set", "protected", "protection", "manager"),
        *("managers", "generator", "policy", "please", "yes", "no", "see"),
        *("ask", "tbd", "todo", "n/a", "strength", "length", "random"),
        *("confirm", "confirmation", "new", "old", "current"),
    )
)


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


def looks_random(value: str) -> bool:
    """Whether a token looks generated: varied characters whose kinds change all the time."""
    if is_stand_in(value) or not any(character.isdigit() for character in value):
        return False
    kinds = [_kind(character) for character in value if character.isalnum()]
    turns = sum(one != other for one, other in pairwise(kinds))
    return turns >= 0.15 * len(value) and entropy(value) >= 2.7


def is_stand_in(value: str) -> bool:
    """Whether the value only shows where a secret would stand."""
    return _STAND_IN.search(value) is not None or len(set(value)) < 4


def is_token(value: str) -> bool:
    """For tokens that a service's own prefix already names."""
    return not is_stand_in(value)


def is_assigned(value: str) -> bool:
    """For what is assigned to a name such as `api_key`."""
    return not _TEMPLATE.search(value) and looks_random(value)


def is_quoted_password(value: str) -> bool:
    """For what stands in quotes behind `password =`."""
    if _TEMPLATE.search(value) or _is_no_password(value):
        return False
    words = value.split(" ")
    if len(words) > 6 or (len(words) > 1 and value[0].isupper()) or len(words) in (2, 3):
        # A sentence about passwords, unless its words are not words.
        return len(words) < 4 and any(c.isdigit() for c in value)
    return len(value) >= 6 or (len(value) >= 4 and any(c.isdigit() for c in value))


def is_password(value: str) -> bool:
    """For an unquoted word behind `password:` in a line that goes on."""
    if _TEMPLATE.search(value) or _is_no_password(value) or _IDENTIFIER.match(value):
        return False
    return any(c.isdigit() or not c.isalnum() for c in value.rstrip(".,;:!?"))


def is_whole_password(value: str) -> bool:
    """For a word that is all that follows `password:` in its line."""
    if is_password(value):
        return True
    return value.isalpha() and len(value) >= 6 and not _is_no_password(value)


def is_url_password(value: str) -> bool:
    """For the password of a user in a URL."""
    return not _TEMPLATE.search(value) and not _is_no_password(value) and not value.isspace()


def is_card(value: str) -> bool:
    """A card number: a known beginning, the right length, one way of grouping, Luhn's digit."""
    digits = re.sub(r"[ -]", "", value)
    if not _CARD.fullmatch(digits) or len(set(digits)) < 4:
        return False
    groups = re.split(r"[ -]", value)
    if len(set(re.findall(r"[ -]", value))) > 1 or (
        len(groups) > 1 and [len(group) for group in groups] not in ([4] * 4, [4, 6, 5], [4, 6, 4])
    ):
        return False
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def iban_length(value: str) -> int:
    """How many characters of `value` (spaces counted) are a valid IBAN; 0 where it is none.

    ISO 13616: the country's length, and 1 modulo 97 with the first four characters moved last.
    """
    wanted = _IBAN_LENGTHS.get(value[:2])
    places = [place for place, character in enumerate(value) if character != " "]
    if wanted is None or len(places) < wanted:
        return 0
    plain = "".join(value[place] for place in places[:wanted])
    number = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
    return places[wanted - 1] + 1 if int(number) % 97 == 1 else 0


def is_iban(value: str) -> bool:
    """The whole of `value` is an IBAN."""
    return iban_length(value) == len(value)


def is_social_security(value: str) -> bool:
    """A number that the US Social Security Administration could have given out."""
    area, group, serial = value.split("-")
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def anything(value: str) -> bool:
    """For patterns that say all there is to say."""
    return bool(value)


def _is_no_password(value: str) -> bool:
    plain = value.strip(".,;:!?()[]{}*_").lower()
    return not plain or plain in _NO_PASSWORDS or is_stand_in_password(plain)


def is_stand_in_password(value: str) -> bool:
    """Stand-ins among passwords, which may be short and have few characters."""
    return _STAND_IN.search(value) is not None or len(set(value)) < 2


def _kind(character: str) -> int:
    if character.isdigit():
        return 0
    return 1 if character.isupper() else 2
