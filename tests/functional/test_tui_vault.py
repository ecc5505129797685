"""Review puts a secret into the vault; neither it nor a passphrase is ever on screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.settings.vault import Vault
from mem.tui.messages import Vaulted, VaultWanted
from tests.functional.tui_support import SMALL, Driver, drives, run
from tests.synthetic_secrets import make

PASSPHRASE = "correct horse battery staple"
TOKENS = [one.value for one in make(60) if one.kind == "github-token"][:2]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine of the test has."""
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", Keyring)


async def to_the_secrets(d: Driver, folder: Path) -> None:
    for number, token in enumerate(TOKENS):
        (folder / f"n{number}.md").write_text(f"# Deploy {number}\n\nThe token is {token}\n")
    d.assistant.ingest(*(folder / f"n{number}.md" for number in range(2)))
    await d.go("review")
    await d.see("5 left", "github-token")
    await d.press("end")
    await d.see("keep its value in the vault")


async def answer(d: Driver, asked: str, passphrase: str) -> None:
    """Type into the prompt that asks so."""
    await d.see(asked)
    await d.type(passphrase)
    assert passphrase not in d.shown
    await d.press("enter")


def kept(d: Driver) -> list[str]:
    """What the vault holds."""
    vault = Vault(d.assistant.paths.data, lambda _: PASSPHRASE)
    return [vault.reveal(one.name) for one in vault.names()]


@drives("review.vault")
def test_a_secret_goes_into_a_vault_that_is_made_for_it(sample_home: Path, tmp_path: Path) -> None:
    async def scenario(d: Driver) -> None:
        await to_the_secrets(d, tmp_path)
        await d.press("v")
        await answer(d, "New passphrase of the vault", "short")
        await d.hear("at least 8 characters")
        await d.press("v")
        await answer(d, "New passphrase of the vault", PASSPHRASE)
        await answer(d, "The same passphrase again", "another one than that")
        await d.hear("not the same")
        assert not list(sample_home.rglob("vault*.json"))
        await d.press("v")
        await answer(d, "New passphrase of the vault", PASSPHRASE)
        await answer(d, "The same passphrase again", PASSPHRASE)
        await d.see("A vault was made", "shown only now")
        assert kept(d) == []
        await d.press("escape")
        await d.see("4 left")
        await d.hear("In the vault as github-token-")
        await d.press("end", "v")
        await answer(d, "Passphrase of the vault", "not the right one")
        await d.hear("not the vault's passphrase")
        assert len(kept(d)) == 1
        await d.press("v")
        await answer(d, "Passphrase of the vault", PASSPHRASE)
        await d.see("3 left")
        assert sorted(kept(d)) == sorted(TOKENS)
        assert not any(token in d.shown for token in TOKENS)
        await d.press("home", "v")
        await d.hear("v is for secrets")

    run(sample_home, scenario, SMALL)


def test_a_passphrase_in_a_file_is_not_asked_for(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("MEM_VAULT_PASSPHRASE_FILE", str(file))

    async def scenario(d: Driver) -> None:
        await to_the_secrets(d, tmp_path)
        await d.press("v")
        await d.see("A vault was made")
        await d.press("escape")
        await d.see("4 left")
        assert len(kept(d)) == 1

    run(sample_home, scenario, SMALL)


def test_what_is_logged_of_a_request_holds_no_passphrase() -> None:
    assert PASSPHRASE not in repr(VaultWanted("mark", PASSPHRASE))
    assert "key" not in repr(Vaulted(recovery="key"))
