"""Whatever a mail, table, archive or Word file holds: it is read or refused in words, nothing
else is written, and no word of a mail or a table is lost.

`MEM_FUZZ` sets how many examples each property tries (10,000 in CI).
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mem.core.document import ParsedDocument
from mem.core.protocols import Parser
from mem.errors import InputError
from mem.sources.archives import ArchiveParser
from mem.sources.builtin import parsers
from mem.sources.isolation import IsolatedParser, Isolation
from mem.sources.parsers.docx import DocxParser
from mem.sources.parsers.mail import MailParser
from mem.sources.parsers.mailquotes import separate, without_marks
from mem.sources.parsers.pdf import PdfParser
from mem.sources.parsers.table import TableParser
from mem.sources.textfile import well_formed
from mem.sources.unpacking import _RefusedError, safe_parts
from tests.property.test_sources import read
from tests.unit.sources.test_docx import docx
from tests.unit.sources.test_pdf import pdf

EXAMPLES = int(os.environ.get("MEM_FUZZ", "100"))
CHECKS = list(HealthCheck)
SOME = settings(max_examples=EXAMPLES, suppress_health_check=CHECKS)
FEW = settings(max_examples=max(EXAMPLES // 3, 20), suppress_health_check=CHECKS)

LINES = st.sampled_from(
    [
        *("Words here.", "> quoted", ">> twice", "On Mon, Bob wrote:", "-- ", "--", "", " ", ">"),
        *("-----Original Message-----", "From: Bob", "Sent: x", "To: y", "Subject: z", "_" * 30),
        *("From a@b.c Mon May  5 09:30:00 2025", ">From x", "Am 5. schrieb Ada:", "Zoë \u2028 x"),
    ]
)
BODIES = st.lists(LINES | st.text(max_size=10), max_size=25).map("\n".join)
HEADERS = st.lists(
    st.sampled_from(
        [
            *("From: =?utf-8?q?=", "From: a@b.c (x", "Date: 99", "Date: Mon, 5 May 2025 25:61"),
            *(
                "Message-ID: <x@y>",
                "Message-ID: <",
                "References: <a> <b@c> <x@y>",
                "Subject: =?x?b?",
            ),
            *("In-Reply-To: <x@y>", "MIME-Version: 1.0", "Content-Type: multipart/mixed"),
            *('Content-Type: multipart/alternative; boundary="b"', "Content-Type: text/html"),
            *("Content-Type: message/rfc822", "Content-Type: text/plain; charset=utf-16"),
            *("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: x-uuencode"),
            *("Content-Disposition: attachment; filename*0*=utf-8''%ff", "From : x", "\tfolded"),
            *("Content-Type: text/plain; charset*=x'y'%00", "Content-Type: /; =;", "--b", "--b--"),
            *("", "Received: x; y", "Keywords: a, ,b"),
        ]
    )
    | st.text(max_size=12),
    max_size=14,
).map("\n".join)


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    made = Isolation()
    yield made
    made.close()


@given(head=HEADERS, body=BODIES, more=HEADERS)
@SOME
def test_any_mail(tmp_path: Path, head: str, body: str, more: str) -> None:
    content = f"From: a@b.c\n{head}\n\n{body}\n--b\n{more}\n\n{body}\n--b--\n"
    documents = read(MailParser(), tmp_path / "a.eml", content.encode("utf-8", "surrogatepass"))
    assert all(one.messages for one in documents)
    assert all(message.text.strip() for one in documents for message in one.messages)


@given(mails=st.lists(st.tuples(HEADERS, BODIES), max_size=5))
@FEW
def test_any_mbox(tmp_path: Path, mails: list[tuple[str, str]]) -> None:
    envelope = "From a@b.c Mon May  5 09:30:00 2025\n"
    content = "".join(f"{envelope}{head}\n\n{body}\n\n" for head, body in mails) or envelope
    read(MailParser(), tmp_path / "a.mbox", content.encode("utf-8", "surrogatepass"))


@given(bodies=st.lists(BODIES, min_size=1, max_size=4))
@FEW
def test_every_word_of_a_thread_is_kept(tmp_path: Path, bodies: list[str]) -> None:
    mails = []
    for number, body in enumerate(bodies):
        mail = EmailMessage()
        mail["Message-ID"] = f"<{number}@x>"
        if number:
            mail["In-Reply-To"] = f"<{number - 1}@x>"
            mail["References"] = "<0@x>"
        text = well_formed("".join(char for char in body if char.isprintable() or char == "\n"))
        mail.set_content(text, cte="base64")
        mails.append(f"From a@b.c Mon May  5 09:30:00 2025\n{mail.as_string()}\n")
        bodies[number] = text
    (document,) = read(MailParser(), tmp_path / "a.mbox", "".join(mails).encode())
    kept = "".join(without_marks(message.text) for message in document.messages).split()
    assert {word for body in bodies for word in without_marks(body).split()} <= {
        *kept,
        # An attribution goes with the quote that it introduces.
        *("On", "Mon,", "Bob", "wrote:", "Am", "5.", "schrieb", "Ada:"),
    }


@given(body=BODIES, marks_lost=st.booleans())
@SOME
def test_each_line_is_in_one_part(body: str, marks_lost: bool) -> None:
    own, quoted = separate(body, marks_lost=marks_lost)
    lines = sorted(line for line in body.split("\n") if line.strip())
    parts = sorted(line for part in (own, quoted) for line in part.split("\n") if line.strip())
    assert parts == lines
    assert bool(own.strip()) == bool(body.strip())


@given(
    rows=st.lists(st.lists(st.text(max_size=6), min_size=1, max_size=4), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
@SOME
def test_no_cell_of_a_table_is_lost(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    content = out.getvalue().encode("utf-8", "surrogatepass")
    for document in read(TableParser(), tmp_path / "a.csv", content):
        shown = "".join(document.text.split())
        for cell in (cell for row in rows for cell in row):
            for word in well_formed(cell).split():
                assert word.strip('"') in shown or any(one in word for one in ',;\t|"\ufeff')


@given(
    records=st.lists(
        st.dictionaries(st.text(max_size=4), st.none() | st.integers() | st.text(max_size=5))
    )
)
@FEW
def test_any_json_table(tmp_path: Path, records: list[dict[str, object]]) -> None:
    read(TableParser(), tmp_path / "a.json", json.dumps(records).encode())
    read(TableParser(), tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)).encode())


@given(name=st.text(alphabet="a./\\:C\0 con\x1b~", max_size=12))
@SOME
def test_no_name_leads_out(name: str) -> None:
    try:
        parts = safe_parts(name)
    except _RefusedError:
        return
    folder = Path("/home/x")
    assert folder in Path(os.path.normpath(folder.joinpath(*parts))).parents


def test_changed_bytes_of_archives_and_documents(tmp_path: Path, isolation: Isolation) -> None:
    """Files with some bytes changed are read or refused, and leave nothing behind."""
    scratch = tmp_path / "scratch"
    archive: Parser = ArchiveParser(parsers(scratch), scratch)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.md", "# Words\n" * 50)
        file.writestr("b/c.txt", "More")
    whole = {
        "a.zip": (archive, packed.getvalue(), 15),
        "a.docx": (IsolatedParser(DocxParser(), isolation), docx(_words), 60),
        "a.pdf": (IsolatedParser(PdfParser(), isolation), pdf("Some words", "and more"), 60),
    }
    import random

    chance = random.Random(5)
    for name, (parser, content, times) in whole.items():
        assert _documents(parser, tmp_path / name, content)
        for _ in range(times * max(EXAMPLES // 100, 1)):
            changed = bytearray(content)
            for _ in range(chance.choice((1, 3, 20))):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            if chance.random() < 0.2:
                del changed[chance.randrange(len(changed)) :]
            _documents(parser, tmp_path / name, bytes(changed))
    assert sorted(path.name for path in tmp_path.iterdir()) == [*sorted(whole), "scratch"]
    assert list(scratch.iterdir()) == []


def _words(document: object) -> None:
    document.add_paragraph("Some words")  # type: ignore[attr-defined]


def _documents(parser: Parser, path: Path, content: bytes) -> list[ParsedDocument]:
    try:
        return read(parser, path, content)
    except InputError:
        return []
