"""A thread is a conversation, a mail a message; no mail and no word is lost, however broken."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import DocumentKind, Message, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources.builtin import parsers
from mem.sources.folders import walk
from mem.sources.parsers.mail import MailParser
from mem.sources.parsers.mailquotes import separate
from mem.sources.sniffing import HEAD_BYTES, choose
from tests.unit.sources.helpers import entry_of, parse

FIXTURES = Path(__file__).parents[2] / "fixtures" / "documents"
PLAIN = (
    "From: Ada Byron <ada@example.org>\nTo: bob@example.org\nSubject: Re: Boiler\n"
    "Date: Mon, 5 May 2025 09:30:00 +0200\nMessage-ID: <2@example.org>\n"
    "In-Reply-To: <1@example.org>\nReferences: <1@example.org>\n\n"
)


def mail(tmp_path: Path, content: str | bytes, name: str = "a.eml") -> ParsedDocument:
    (document,) = parse(MailParser(), tmp_path / name, content)
    return document


def shown(document: ParsedDocument) -> list[tuple[str, str, str]]:
    return [(one.id, one.speaker, one.text) for one in document.messages]


def test_a_mail_is_a_message_of_its_thread(tmp_path: Path) -> None:
    document = mail(tmp_path, PLAIN + "It is at 1.3 bar now.\n")
    assert (document.uri, document.title) == ("mail:1@example.org", "Boiler")
    assert document.kind is DocumentKind.CHAT
    (message,) = document.messages
    assert message == Message(
        id="2@example.org",
        speaker="Ada Byron",
        role="other",
        text="It is at 1.3 bar now.",
        at=datetime(2025, 5, 5, 9, 30),
        session="1@example.org",
        line=1,
    )
    assert document.said_at == datetime(2025, 5, 5, 9, 30)


@pytest.mark.parametrize(
    ("body", "own", "quoted"),
    [
        ("New.\n\nOn Monday Bob wrote:\n> Old.\n", "New.", "On Monday Bob wrote:\n> Old."),
        (
            "New.\n\nOn Mon, 5 May 2025 at 09:30, Bob\n<bob@example.org> wrote:\n\n> Old.\n",
            "New.",
            "On Mon, 5 May 2025 at 09:30, Bob\n<bob@example.org> wrote:\n> Old.",
        ),
        ("> One?\nYes.\n> Two?\nNo.\n", "Yes.\nNo.", "> One?\n> Two?"),
        ("New.\n-- \nAda\n+49 123\n", "New.", "-- \nAda\n+49 123"),
        ("New.\n\nAm 5. Mai schrieb Bob:\n> Alt.\n", "New.", "Am 5. Mai schrieb Bob:\n> Alt."),
        (
            "See below.\n\n-----Original Message-----\nFrom: Bob\nOld, unmarked.\n",
            "See below.",
            "-----Original Message-----\nFrom: Bob\nOld, unmarked.",
        ),
        (
            "Yes.\n\nFrom: Bob\nSent: Monday\nTo: Ada\nSubject: Boiler\n\nOld.\n",
            "Yes.",
            "From: Bob\nSent: Monday\nTo: Ada\nSubject: Boiler\n\nOld.",
        ),
        (
            "New.\n_______________________________________________\nA list\nhttp://x\n",
            "New.",
            "_______________________________________________\nA list\nhttp://x",
        ),
        ("She said:\n\nNothing more.\n", "She said:\n\nNothing more.", ""),
        ("From: here\nTo the end.\n", "From: here\nTo the end.", ""),
        ("> Only a quote.\n", "> Only a quote.", ""),
        ("-- \nOnly a signature.\n", "-- \nOnly a signature.", ""),
    ],
)
def test_new_text_is_told_from_quotes_and_signatures(body: str, own: str, quoted: str) -> None:
    assert separate(body) == (own, quoted)


def test_the_quote_of_a_single_mail_is_a_variant(tmp_path: Path) -> None:
    document = mail(tmp_path, PLAIN + "New.\n\nOn Monday Bob wrote:\n> Old.\n")
    assert shown(document) == [
        ("2@example.org", "Ada Byron", "New."),
        (
            "2@example.org#quoted",
            "quoted by Ada Byron",
            "On Monday Bob wrote:\n\n> Old.",
        ),
    ]
    assert [one.variant for one in document.messages] == [False, True]


def test_a_quote_that_stands_in_the_thread_is_not_kept_twice() -> None:
    documents = list(MailParser().parse(entry_of(FIXTURES / "thread.mbox")))
    assert [document.uri for document in documents] == [
        "mail:first@example.org",
        "mail:other@example.org",
    ]
    assert shown(documents[0]) == [
        ("first@example.org", "Bob", "What pressure should the boiler have?\nFrom 1 bar on?"),
        ("second@example.org", "Ada Byron", "1.3 bar."),
        ("third@example.org", "Bob", "Thanks!"),
        (
            "third@example.org#quoted",
            "quoted by Bob",
            "Ada Byron wrote:\n\n> It was 0.9 before, added by Carol.\n\n-- \nBob",
        ),
    ]
    assert documents[0].title == "Boiler"
    assert shown(documents[1]) == [("other@example.org", "carol@example.org", "Unrelated.")]
    assert documents[1].notices == ("left out: 1 × mail repeated",)


def test_a_nested_multipart_gives_text_attachments_and_the_enclosed_mail() -> None:
    (document,) = MailParser().parse(entry_of(FIXTURES / "nested.eml"))
    first, enclosed = document.messages
    assert document.title == "Réunion à Zürich"
    assert first.speaker == "Jürgen Groß"
    assert first.text == (
        "Der Plan für Grüße.\n\n[attachment: plan ä.pdf (application/pdf)]\n\n"
        "[attachment: image/png]"
    )
    assert first.attachments == ("plan ä.pdf", "image/png")
    assert (enclosed.id, enclosed.speaker, enclosed.variant) == (
        "nested@example.org#enclosed1",
        "Inner Sender",
        True,
    )
    assert enclosed.text == "Subject: Inside\n\nWords inside."
    assert enclosed.at == datetime(2024, 2, 29, 23, 59, 1)


def test_html_becomes_text_and_its_quote_is_found(tmp_path: Path) -> None:
    body = (
        "<html><head><style>p{}</style></head><body><p>New <b>words</b>.</p>"
        "<div>On Monday Bob wrote:<blockquote><p>Old.</p></blockquote></div></body></html>"
    )
    head = PLAIN.rstrip("\n") + "\nContent-Type: text/html; charset=utf-8\n\n"
    document = mail(tmp_path, head + body)
    assert [one.text for one in document.messages] == [
        "New words.",
        "On Monday Bob wrote:\n\nOld.",
    ]


def test_a_stub_beside_a_longer_html_version_is_not_chosen(tmp_path: Path) -> None:
    long = " ".join(f"word{number}" for number in range(40))
    content = (
        "From: a@b.c\nMessage-ID: <x@y>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nView online.\n"
        f"--b\nContent-Type: text/html\n\n<p>{long}</p>\n--b--\n"
    )
    assert mail(tmp_path, content).messages[0].text == long


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ("Content-Type: text/plain; charset=iso-8859-1", "Gr\xfc\xdfe".encode("latin-1"), "Grüße"),
        ("Content-Type: text/plain; charset=iso-2022-jp", "会議".encode("iso2022_jp"), "会議"),
        ("Content-Type: text/plain; charset=x-none", "Grüße".encode(), "Grüße"),
        ("Content-Type: text/plain; charset=punycode", b"plain", "plain"),
        ("Content-Transfer-Encoding: base64", b"R3LDvMOfZQ==", "Grüße"),
        ("Content-Transfer-Encoding: base64", b"!!!", "!!!"),
        ("Content-Transfer-Encoding: quoted-printable", b"a=C3=9F=\nb", "aßb"),
        ("Content-Type: multipart/mixed", b"No boundary.", "No boundary."),
        ("Content-Type: ;;;", b"Odd.", "Odd."),
        ("", b"", "Subject: S"),
    ],
)
def test_bodies_are_decoded(tmp_path: Path, headers: str, body: bytes, text: str) -> None:
    head = f"From: a@b.c\nMessage-ID: <x@y>\nSubject: S\n{headers}".strip().encode()
    assert mail(tmp_path, head + b"\n\n" + body).messages[0].text.strip() == text


@pytest.mark.parametrize(
    ("value", "speaker"),
    [
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "Jürgen"),
        ("=?iso-8859-1?Q?J=FC?= =?iso-8859-1?Q?rgen?= <j@example.org>", "Jürgen"),
        ('"Byron, Ada" <a@example.org>', "Byron, Ada"),
        ("a@example.org", "a@example.org"),
        ("J\xfcrgen <j@example.org>", "Jürgen"),
        ("=?bad?x?=", "=?bad?x?="),
        ("", "unknown sender"),
    ],
)
def test_senders(tmp_path: Path, value: str, speaker: str) -> None:
    content = f"From: {value}\nMessage-ID: <x@y>\n\nHi\n".encode("latin-1")
    assert mail(tmp_path, content).messages[0].speaker == speaker


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Date: Tue, 3 Jun 2008 11:05:30 +0200", datetime(2008, 6, 3, 11, 5, 30)),
        ("Date: 3 Jun 08 11:05 EST", datetime(2008, 6, 3, 11, 5)),
        (
            "Date: soon\nReceived: by x; Tue, 3 Jun 2008 11:05:30 GMT",
            datetime(2008, 6, 3, 11, 5, 30),
        ),
        ("Date: Tue, 99 Foo 2008", None),
    ],
)
def test_dates_are_the_wall_clock_of_the_sender(
    tmp_path: Path, header: str, at: datetime | None
) -> None:
    assert mail(tmp_path, f"From: a@b.c\n{header}\n\nHi\n").messages[0].at == at


def test_a_mail_without_an_id_gets_one_from_what_it_holds(tmp_path: Path) -> None:
    one = mail(tmp_path, "From: a@b.c\nSubject: x\n\nHi\n")
    assert one.messages[0].id.startswith("mail-")
    assert one.messages == mail(tmp_path, "From: a@b.c\nSubject: x\n\nHi\n", "b.eml").messages


@pytest.mark.parametrize(
    ("name", "content", "score"),
    [
        ("1699.M1P2.host:2,S", PLAIN, 90),
        ("inbox", "From a@b.c Mon May  5 09:30:00 2025\nFrom: a@b.c\n\nHi", 90),
        ("a.eml", "Odd: but named\n\nHi", 55),
        ("note.md", PLAIN, 0),
        ("note.txt", "From: me\nTo: you\nSubject: x\n\nHi", 0),
        ("note.txt", "From here on it goes well.\nNote: yes\n", 0),
    ],
)
def test_sniffing(name: str, content: str, score: int) -> None:
    assert MailParser().sniff(Path(name), content.encode()) == score


def test_deep_nesting_is_refused_or_read(tmp_path: Path) -> None:
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{depth}"\n\n--b{depth}\n'
        for depth in range(3000)
    )
    content = f"From: a@b.c\nMIME-Version: 1.0\n{parts}\nHi\n"
    path = tmp_path / "a.eml"
    path.write_text(content)
    with pytest.raises(ParseFailed, match="nested"):
        list(MailParser().parse(entry_of(path)))


def test_every_mail_of_the_corpora_is_counted(shared: Path) -> None:
    known = parsers()
    for folder in ("mail-ham", "mail-eml"):
        expected = mails = 0
        for found in walk(shared / "data" / "corpora" / folder):
            assert isinstance(found, FileEntry)
            data = found.path.read_bytes()
            if found.path.suffix not in {".eml", ""} and not re.match(r"\d{5}\.", found.path.name):
                continue
            if "LICENSE" in found.path.name:
                continue
            # The other way: the envelope lines of an mbox, and one mail in any other file.
            expected += max(1, len(re.findall(rb"^From [^:\n]+\d\d:\d\d:\d\d", data, re.MULTILINE)))
            parser = choose(known, found.path, data[:HEAD_BYTES])
            assert parser is not None and parser.name == "mail", found.path
            documents = list(parser.parse(found))
            mails += sum(not one.variant for doc in documents for one in doc.messages)
            assert all(one.text.strip() for doc in documents for one in doc.messages)
        assert mails == expected > 100


@pytest.mark.parametrize(
    ("field", "role"),
    [
        ("List-Id: bees.example.org", "bulk"),
        ("List-Unsubscribe: <mailto:off@example.org>", "bulk"),
        ("Precedence: Bulk", "bulk"),
        ("Auto-Submitted: auto-replied", "bulk"),
        ("Auto-Submitted: no", "other"),
        ("X-Mailer: pine", "other"),
    ],
)
def test_what_is_sent_to_many_is_bulk(tmp_path: Path, field: str, role: str) -> None:
    document = mail(tmp_path, f"{field}\n{PLAIN}It is at 1.3 bar now.\n")
    assert [one.role for one in document.messages] == [role]
