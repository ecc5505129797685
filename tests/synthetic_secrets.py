"""Made-up secrets of many kinds in the sentences, notes and code where people leave them.

Everything is generated from a seed, so that no file holds anything that looks like a real secret.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
HEX = string.digits + "abcdef"
WORDS = (
    *("abandon", "ability", "able", "about", "above", "absent", "absorb", "abstract", "absurd"),
    *("access", "acid", "across", "actor", "adapt", "adult", "advice", "aerobic", "afraid"),
)
Maker = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class Planted:
    """A secret of a kind, in the text it was left in."""

    kind: str
    value: str
    text: str


def _of(rng: random.Random, alphabet: str, length: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(length))


def _segment(rng: random.Random, content: dict[str, object]) -> str:
    content = {**content, "n": rng.randrange(10**6)}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _jwt(rng: random.Random) -> str:
    head = _segment(rng, {"alg": "HS256", "typ": "JWT"})
    return f"{head}.{_segment(rng, {'sub': 'u1'})}.{_of(rng, URLSAFE, 43)}"


def _block(rng: random.Random) -> str:
    name = rng.choice(("RSA ", "EC ", "OPENSSH ", ""))
    lines = [_of(rng, ALNUM + "+/", 64) for _ in range(rng.randrange(3, 20))]
    lines = [f"-----BEGIN {name}PRIVATE KEY-----", *lines, f"-----END {name}PRIVATE KEY-----"]
    return "\n".join(lines)


def _luhn(digits: str) -> str:
    """`digits` with the last one replaced so that Luhn's sum is right."""
    for last in string.digits:
        number = digits[:-1] + last
        total = 0
        for place, digit in enumerate(reversed(number)):
            value = int(digit) * (1 + place % 2)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return number
    raise AssertionError


def _card(rng: random.Random) -> str:
    start, length = rng.choice((("4", 16), ("51", 16), ("55", 16), ("2345", 16), ("37", 15)))
    number = _luhn(start + _of(rng, string.digits, length - len(start)))
    groups = [4, 4, 4, 4] if length == 16 else [4, 6, 5]
    between = rng.choice(("", " ", "-"))
    pieces, at = [], 0
    for size in groups:
        pieces.append(number[at : at + size])
        at += size
    return between.join(pieces)


def _iban(rng: random.Random) -> str:
    country, letters, length = rng.choice(
        (("DE", 0, 22), ("FR", 0, 27), ("GB", 4, 22), ("NL", 4, 18), ("CH", 0, 21), ("ES", 0, 24))
    )
    account = _of(rng, string.ascii_uppercase, letters)
    account += _of(rng, string.digits, length - 4 - letters)
    number = int("".join(str(int(c, 36)) for c in f"{account}{country}00"))
    iban = f"{country}{98 - number % 97:02}{account}"
    if rng.random() < 0.5:
        return iban
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def _password(rng: random.Random) -> str:
    word = _of(rng, ALNUM, rng.randrange(5, 12))
    return word + rng.choice("!#%+=?") + str(rng.randrange(10, 99))


def _ssn(rng: random.Random) -> str:
    area = rng.choice([*range(1, 666), *range(667, 900)])
    return f"{area:03}-{rng.randrange(1, 100):02}-{rng.randrange(1, 10_000):04}"


def _seed(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(12))


# In plain words, in a list, in code, in a log: places for what names itself.
_ANYWHERE = (
    "I put {} into the drawer.",
    "- {}",
    'key = "{}"',
    "export SOMETHING={}",
    "it is `{}`, do not share",
    '{{"value": "{}"}}',
    "2025-03-01 12:00:01 DEBUG sent {} to the server",
    "({})",
)
_PASSWORDS = (
    "password: {}",
    "The Wi-Fi password is {}",
    "DB_PASSWORD={}",
    "pwd={}",
    "password = '{}'",
    '"password": "{}",',
    "Passwort: {}",
    "| Password | {} |",
    "user: joe / password: {}",
    "**Password**: {}",
    "mysql --password={} -u joe",
)

KINDS: dict[str, tuple[Maker, tuple[str, ...]]] = {
    "aws-access-key": (lambda r: "AKIA" + _of(r, string.ascii_uppercase + "234567", 16), _ANYWHERE),
    "aws-secret-key": (
        lambda r: _of(r, ALNUM + "+/", 40),
        ("aws_secret_access_key = {}", '"SecretAccessKey": "{}"', "AWS_SECRET_ACCESS_KEY={}"),
    ),
    "github-token": (
        lambda r: r.choice(("ghp_", "gho_", "ghs_", "github_pat_")) + _of(r, ALNUM, 36),
        _ANYWHERE,
    ),
    "gitlab-token": (lambda r: "glpat-" + _of(r, URLSAFE, 20), _ANYWHERE),
    "slack-token": (
        lambda r: f"xoxb-{r.randrange(10**11)}-{r.randrange(10**12)}-{_of(r, ALNUM, 24)}",
        _ANYWHERE,
    ),
    "slack-webhook": (
        lambda r: f"T{_of(r, string.digits, 9)}/B{_of(r, string.digits, 9)}/{_of(r, ALNUM, 24)}",
        ("https://hooks.slack.com/services/{}", "curl -d x https://hooks.slack.com/services/{}"),
    ),
    "stripe-key": (
        lambda r: r.choice(("sk_live_", "rk_live_", "sk_test_")) + _of(r, ALNUM, 24),
        _ANYWHERE,
    ),
    "openai-key": (
        lambda r: r.choice(("sk-", "sk-proj-", "sk-svcacct-")) + _of(r, ALNUM, 48),
        _ANYWHERE,
    ),
    "anthropic-key": (lambda r: "sk-ant-api03-" + _of(r, URLSAFE, 93) + "AA", _ANYWHERE),
    "google-api-key": (lambda r: "AIza" + _of(r, URLSAFE, 35), _ANYWHERE),
    "npm-token": (lambda r: "npm_" + _of(r, ALNUM, 36), _ANYWHERE),
    "pypi-token": (lambda r: "pypi-AgEIcHlwaS5vcmc" + _of(r, URLSAFE, 150), _ANYWHERE),
    "sendgrid-key": (lambda r: f"SG.{_of(r, URLSAFE, 22)}.{_of(r, URLSAFE, 43)}", _ANYWHERE),
    "telegram-bot-token": (
        lambda r: "AA" + _of(r, URLSAFE, 33),
        ("bot token 123456789:{}", "https://api.telegram.org/bot987654321:{}/getMe"),
    ),
    "jwt": (_jwt, _ANYWHERE),
    "private-key": (_block, ("{}", "My key:\n\n{}\n\nThat was it.", "```\n{}\n```")),
    "bearer-token": (
        lambda r: _of(r, URLSAFE + ".", 40),
        ("Authorization: Bearer {}", "curl -H 'Authorization: Bearer {}' https://x.org"),
    ),
    "storage-key": (
        lambda r: _of(r, ALNUM + "+/", 86) + "==",
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={};EndpointSuffix=x",),
    ),
    "url-password": (
        lambda r: _of(r, ALNUM, r.randrange(8, 20)),
        (
            "postgres://app:{}@db.internal:5432/app",
            "git clone https://joe:{}@git.company.org/x.git",
            "redis://:{}@cache:6379/0",
            "mongodb+srv://joe:{}@cluster0.ab1cd.mongodb.net/app",
        ),
    ),
    "password": (_password, _PASSWORDS),
    "api-key": (
        lambda r: _of(r, HEX, 32),
        ("api_key: {}", "API_KEY={}", 'client_secret = "{}"', "my access token is {}"),
    ),
    "card-number": (_card, ("Visa {}, valid until 12/27", "card: {}", "{}", "I paid with {}.")),
    "iban": (_iban, ("IBAN: {}", "Transfer to {} please", "{}", "account {}, Anna")),
    "social-security-number": (_ssn, ("SSN: {}", "My social security number is {}.")),
    "seed-phrase": (_seed, ("Seed phrase: {}", "wallet recovery phrase: {}.")),
    "otp-secret": (
        lambda r: _of(r, string.ascii_uppercase + "234567", 32),
        ("otpauth://totp/Mail:joe?secret={}&issuer=Mail",),
    ),
}


def make(count: int, *, seed: int = 5) -> list[Planted]:
    """`count` secrets, the kinds in turn."""
    rng = random.Random(seed)
    planted = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        maker, frames = KINDS[kind]
        value = maker(rng)
        planted.append(Planted(kind, value, rng.choice(frames).format(value)))
    return planted
