"""ChatGPT's chat.html: the same conversations as its JSON, on the disk and in the archive."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from mem.errors import ParseFailed
from mem.sources.builtin import parsers
from mem.sources.chats.chatgpt import ChatGptParser
from mem.sources.sniffing import choose
from tests.contract.samples import CHATGPT
from tests.unit.sources.helpers import entry_of, parse

CONVERSATIONS = [CHATGPT | {"conversation_id": "van"}]
DATA = json.dumps(CONVERSATIONS).replace("</", "<\\/")
PAGE = (
    "<html><head><title>ChatGPT Data Export</title><style>body {margin: 0}</style><script>\n"
    f"      var jsonData = {DATA};\n      var assetsJson = {{}};\n"
    "</script></head><body onload='start()'><div id='root'></div></body></html>"
)


def test_the_page_gives_what_the_json_gives(tmp_path: Path) -> None:
    page = parse(ChatGptParser(), tmp_path / "page" / "chat.html", PAGE)
    whole = parse(ChatGptParser(), tmp_path / "conversations.json", json.dumps(CONVERSATIONS))
    assert page == whole
    assert [message.text for message in page[0].messages] == ["Shall we rent the van?"]
    chosen = choose(parsers(tmp_path), tmp_path / "chat.html", PAGE.encode())
    assert chosen is not None and chosen.name == "chatgpt"


def test_beside_its_json_it_is_a_companion(tmp_path: Path) -> None:
    (tmp_path / "conversations.json").write_text(json.dumps(CONVERSATIONS))
    with pytest.raises(ParseFailed) as failure:
        parse(ChatGptParser(), tmp_path / "chat.html", PAGE)
    assert failure.value.code == "companion"


@pytest.mark.parametrize("names", [("chat.html",), ("chat.html", "conversations.json")])
def test_in_the_archive(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, PAGE if name == "chat.html" else json.dumps(CONVERSATIONS))
    (chat,) = parsers(tmp_path / "scratch")[-1].parse(entry_of(path))
    assert (chat.uri, len(chat.messages), chat.notices) == ("chatgpt:van", 1, ())


@pytest.mark.parametrize("page", [PAGE.replace("jsonData", "other"), PAGE[: PAGE.index("}}")]])
def test_a_page_that_is_cut_off(tmp_path: Path, page: str) -> None:
    with pytest.raises(ParseFailed):
        parse(ChatGptParser(), tmp_path / "chat.html", page)
