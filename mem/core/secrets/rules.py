"""What secrets look like, as a table: a literal to look for, a pattern at it, and a check.

A rule's pattern is tried only where one of its anchors stands, and begins there; it is linear
(bounded repeats, no nested ones). The group `value` is what is secret; without it the whole match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mem.core.secrets import checks as check

# Where a token may begin; in source code also behind `\n` and its like.
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
_QUOTE = "\"'`“”«»"
# What may stand between a name and the value assigned to it.
_IS = rf"[{_QUOTE}*_\])]{{0,3}}[ \t]{{0,8}}(?::=|=>|->|[:=：]|[ \t]is\b(?:[ \t]?:)?)[ \t*_]{{0,8}}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    `anchors` are literals, one of which stands at the start of every match; with `lowered` they
    are lower case and any case matches. A rule without anchors is searched for everywhere.
    """

    kind: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    accepts: Callable[[str], bool] = check.is_token
    lowered: bool = False


def _token(kind: str, anchors: str, rest: str) -> Rule:
    """A service's token: its prefix, then `rest`."""
    names = tuple(anchors.split())
    either = "|".join(re.escape(name) for name in names)
    return Rule(kind, names, re.compile(rf"{_START}(?:{either}){rest}"))


_PASSWORD_ANCHORS: Final = (
    *("pass", "pwd", "kennwort", "contrase", "wachtwoord", "senha"),
    *("пароль", "密码", "密碼", "パスワード", "비밀번호"),
)
_LOGIN = (
    r"(?:pass(?:word|wd|phrase|code|wort)|(?<=mot de )passe|(?<![A-Za-z])(?:pwd|senha)|"
    r'(?<=[_"\n])pass(?![a-z])|kennwort|contrase[nñ]a|wachtwoord|пароль|密码|密碼|パスワード|비밀번호)'
    r"(?:_?\d)?"
)
_KEY = (
    r"(?:(?:(?<=api)|(?<=api[_ -])|(?<=access)|(?<=access[_ -])|(?<=auth)|(?<=auth[_ -])|"
    r"(?<=secret[_ -])|(?<=private[_ -])|(?<=account[_ -])|(?<=signing[_ -])|(?<=master[_ -])|"
    r"(?<=encryption[_ -])|(?<=license[_ -]))key|secret|token|credential)"
)


def _password(tail: str, accepts: Callable[[str], bool]) -> Rule:
    pattern = re.compile(rf"{_LOGIN}{tail}", re.IGNORECASE)
    return Rule("password", _PASSWORD_ANCHORS, pattern, accepts, lowered=True)


_SERVICES: Final = (
    _token("aws-access-key", "AKIA ASIA ABIA ACCA", r"[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _token("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{30,255}"),
    _token("github-token", "github_pat_", r"\w{36,255}"),
    _token(
        "gitlab-token",
        "gl",
        r"(?:pat|dt|rt|ptt|ft|soat|cbt|agent|oas|imt)-[\w.-]{20,200}",
    ),
    _token("slack-token", "xox xapp-", r"(?:(?<=-)|[abeoprs][-.])[\w.-]{15,250}"),
    Rule(
        "slack-webhook",
        ("hooks.slack.com/",),
        re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<value>[\w/-]{20,200})"),
    ),
    Rule(
        "discord-webhook",
        ("/api/webhooks/",),
        re.compile(r"/api/webhooks/(?P<value>\d{15,22}/[\w-]{40,120})"),
    ),
    _token("stripe-key", "sk_ rk_ whsec_", r"(?:(?<=whsec_)|live_|test_)[A-Za-z0-9]{16,250}"),
    _token("anthropic-key", "sk-ant-", r"[\w-]{20,250}"),
    Rule(
        "openai-key",
        ("sk-",),
        re.compile(rf"{_START}(?<!-)sk-(?:proj-|svcacct-|admin-|or-v1-)?[\w-]{{20,250}}"),
        check.looks_random,
    ),
    _token("google-api-key", "AIza", r"[\w-]{35}"),
    _token("google-oauth", "GOCSPX-", r"[\w-]{20,40}"),
    _token("google-oauth", "ya29.", r"[\w.-]{20,500}"),
    _token("npm-token", "npm_", r"[A-Za-z0-9]{36}"),
    _token("pypi-token", "pypi-", r"[\w-]{50,300}"),
    _token("sendgrid-key", "SG.", r"[\w-]{16,32}\.[\w-]{16,64}"),
    Rule("twilio-key", ("SK",), re.compile(rf"{_START}SK[0-9a-f]{{32}}(?![0-9A-Za-z])")),
    Rule(
        "telegram-bot-token",
        (":AA",),
        re.compile(r"(?<=\d{8}):(?P<value>AA[\w-]{32,36})(?![\w-])"),
    ),
    _token("huggingface-token", "hf_ api_org_", r"[A-Za-z0-9]{30,60}"),
    _token("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"[a-f0-9]{64}"),
    _token("shopify-token", "shp", r"(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    _token("databricks-token", "dapi", r"[0-9a-f]{32}(?:-\d)?"),
    _token("newrelic-key", "NRAK- NRJS-", r"[A-Za-z0-9]{19,40}"),
    _token("facebook-token", "EAAC EAAB EAAG", r"[A-Za-z0-9]{60,300}"),
    _token("dropbox-token", "sl.", r"[\w-]{100,1500}"),
    _token("linear-key", "lin_api_", r"[A-Za-z0-9]{32,64}"),
    _token("notion-token", "ntn_", r"[A-Za-z0-9]{40,60}"),
    _token("figma-token", "figd_ figo_", r"[\w-]{30,60}"),
    _token("grafana-token", "glsa_ glc_", r"[\w+/=-]{32,400}"),
    _token("vault-token", "hvs. hvb. hvr.", r"[\w-]{20,300}"),
    _token("docker-token", "dckr_", r"(?:pat|oat)_[\w-]{20,60}"),
    _token("atlassian-token", "ATATT3 ATCTT3", r"[\w=-]{40,400}"),
    _token("postman-key", "PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),
    _token("sentry-token", "sntry", r"[su]_[\w+/=-]{32,400}"),
    _token("square-token", "sq0", r"(?:atp|csp)-[\w-]{22,60}"),
    _token("rubygems-key", "rubygems_", r"[a-f0-9]{48}"),
    _token("groq-key", "gsk_", r"[A-Za-z0-9]{40,80}"),
    _token("xai-key", "xai-", r"[A-Za-z0-9]{60,100}"),
    _token("replicate-token", "r8_", r"[A-Za-z0-9]{37,40}"),
    _token("perplexity-key", "pplx-", r"[A-Za-z0-9]{40,64}"),
    Rule(
        "mailgun-key",
        ("key-",),
        re.compile(rf"{_START}key-(?P<value>[0-9a-f]{{32}})(?![0-9A-Za-z])"),
    ),
    Rule(
        "age-key",
        ("AGE-SECRET-KEY-1",),
        re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{50,64}"),
    ),
    Rule(
        "jwt",
        ("eyJ",),
        re.compile(r"(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{4,8000}\.[\w-]{10,2000}"),
        check.anything,
    ),
)

_KEY_BLOCKS: Final = (
    # As far as the end line, else as far as the lines of the key go on.
    Rule(
        "private-key",
        ("-----BEGIN ",),
        re.compile(
            r"-----BEGIN (?P<name>[A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?)-----"
            r"(?:[^-]{1,20000}(?:-(?!----END )[^-]{0,2000}){0,40}-----END (?P=name)-----"
            r"|(?:(?:\\n|\s){0,4}[A-Za-z0-9+/=]{16,100}){1,400})"
        ),
        check.anything,
    ),
    Rule(
        "private-key",
        ("PuTTY-User-Key-File-",),
        re.compile(
            r"PuTTY-User-Key-File-[23]:[^\n]{1,80}\n(?:[^\n]{1,120}\n){2,80}?"
            r"Private-MAC: [0-9a-f]{40,64}"
        ),
        check.anything,
    ),
)

_IN_CONTEXT: Final = (
    Rule(
        "aws-secret-key",
        ("secret",),
        re.compile(
            rf"secret[ _]?(?:access[ _]?)?key{_IS}[{_QUOTE}]?"
            r"(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
            re.IGNORECASE,
        ),
        check.looks_random,
        lowered=True,
    ),
    Rule(
        "storage-key",
        ("key=",),
        re.compile(
            r"(?:(?<=account)|(?<=sharedaccess))key=(?P<value>[A-Za-z0-9+/]{40,90}={0,2})",
            re.IGNORECASE,
        ),
        lowered=True,
    ),
    Rule(
        "url-password",
        ("://",),
        re.compile(
            r"(?<=[a-zA-Z0-9])://[^\s/:@\"'<>`]{0,80}:(?P<value>[^\s/@\"'<>`]{3,160})@[\w.\[$-]"
        ),
        check.is_url_password,
    ),
    Rule(
        "otp-secret",
        ("otpauth://",),
        re.compile(r"otpauth://[^\s\"'<>]{1,200}?[?&]secret=(?P<value>[A-Za-z2-7]{16,128})"),
        check.anything,
    ),
    Rule(
        "bearer-token",
        ("bearer",),
        re.compile(
            rf"{_START}bearer[ \t]{{1,4}}[{_QUOTE}]?(?P<value>[\w.~+/-]{{16,2000}}={{0,2}})",
            re.IGNORECASE,
        ),
        check.is_assigned,
        lowered=True,
    ),
    Rule(
        "basic-login",
        ("authorization",),
        re.compile(
            r"authorization[\"']?[:=][ \t]{0,4}[\"']?basic[ \t]{1,4}"
            r"(?P<value>[A-Za-z0-9+/]{8,400}={0,2})",
            re.IGNORECASE,
        ),
        check.is_token,
        lowered=True,
    ),
    Rule(
        "wifi-password",
        ("WIFI:",),
        re.compile(r"WIFI:[^\n]{0,120}?;P:(?P<value>[^;\n]{4,80});"),
        check.is_url_password,
    ),
    Rule(
        "seed-phrase",
        ("phrase", "mnemonic"),
        re.compile(
            rf"(?:(?:(?<=seed )|(?<=recovery )|(?<=backup ))phrase|mnemonic)[^\n:=]{{0,24}}[:=]"
            rf"\s{{0,4}}[{_QUOTE}]?(?P<value>[a-z]{{3,8}}(?:[ \n]{{1,2}}[a-z]{{3,8}}){{11,23}})"
            r"(?![a-z])",
            re.IGNORECASE,
        ),
        check.anything,
        lowered=True,
    ),
    Rule(
        "social-security-number",
        ("ssn", "social sec"),
        re.compile(
            r"(?:(?<![a-z])ssn|social security)(?![a-z])[^\n\d]{0,40}"
            r"(?P<value>\d{3}-\d{2}-\d{4})(?!\d)",
            re.IGNORECASE,
        ),
        check.is_social_security,
        lowered=True,
    ),
    Rule(
        "pin",
        ("pin",),
        re.compile(
            rf"(?<![a-z_])pin(?: code)?{_IS}[{_QUOTE}]?(?P<value>\d{{4}})(?![\d.-])",
            re.IGNORECASE,
        ),
        check.anything,
        lowered=True,
    ),
    Rule(
        "api-key",
        ("key", "secret", "token", "credential"),
        re.compile(
            rf"{_KEY}[\w-]{{0,24}}{_IS}[{_QUOTE}]?"
            r"(?P<value>[\w+/.~=-]{16,400})",
            re.IGNORECASE,
        ),
        check.is_assigned,
        lowered=True,
    ),
)

_PASSWORDS: Final = (
    _password(rf"{_IS}(?P<q>[\"'`])(?P<value>[^\n\"'`]{{4,128}})(?P=q)", check.is_quoted_password),
    _password(rf"{_IS}(?P<value>[^\s\"'`<>|]{{4,128}})", check.is_password),
    _password(
        rf"[{_QUOTE}*_\])]{{0,3}}[ \t]{{0,8}}[:=：][ \t*_]{{0,8}}"
        r"(?P<value>[^\s\"'`<>|]{4,128})[*_]{0,2}[ \t]*(?=\r?\n|\Z)",
        check.is_whole_password,
    ),
    _password(r"[ \t*]{0,8}\|[ \t]{0,8}(?P<value>[^\s\"'`<>|]{6,128})", check.is_password),
    _password(r">(?P<value>[^\s\"'`<>|]{4,128})</", check.is_password),
    Rule(
        "password",
        ("--pass",),
        re.compile(
            r"--pass(?:word|phrase)?[ =]{1,3}[\"']?(?P<value>[^\s\"'`<>|]{6,128})", re.IGNORECASE
        ),
        check.is_password,
        lowered=True,
    ),
)

# No literal stands at these: they are searched for from two digits on (`NUMBER`).
_NUMBERS: Final = (
    Rule(
        "iban",
        (),
        re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"),
        check.is_iban,
    ),
    Rule(
        "card-number",
        (),
        re.compile(r"(?<![\w./+|-])[2-6]\d{3}(?:[ -]?\d){10,12}(?![\d|-]|\.\d)"),
        check.is_card,
    ),
)
#: Two digits and so many more characters that a number may stand here, or two letters before.
NUMBER: Final = re.compile(r"[0-9][0-9][A-Z0-9 -]{11}")

#: Tokens of at least `LONG` characters without a space: their literals are sought in those only.
LONG: Final = 20
SERVICES: Final = _SERVICES
NUMBERS: Final = _NUMBERS
IN_TEXT: Final[tuple[Rule, ...]] = (*_KEY_BLOCKS, *_IN_CONTEXT, *_PASSWORDS)
#: In order of precedence: of two that overlap the first names the kind.
RULES: Final[tuple[Rule, ...]] = (*SERVICES, *IN_TEXT, *NUMBERS)
KINDS: Final[tuple[str, ...]] = tuple(dict.fromkeys(rule.kind for rule in RULES))
