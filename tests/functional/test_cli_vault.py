"""`mem vault`, `mem review --secrets` and `mem doctor --secrets` as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import Run, RunMem
from tests.synthetic_secrets import make

VALUE = "tr0ub4dor-and-3-horses"
PASSPHRASE = "correct horse battery staple"
TOKEN = next(one.value for one in make(26) if one.kind == "github-token")
# No keyring, whatever the machine of the test has.
NO_KEYRING = "keyring.backends.fail.Keyring"


@pytest.fixture
def headless(run_mem: RunMem, work: Path) -> RunMem:
    """Runs `mem` without a keyring, with the passphrase in a file."""
    file = work / "passphrase"
    file.write_text(PASSPHRASE + "\n")

    def run(*arguments: str, home: Path | None = None, stdin: str | bytes = "", **env: str) -> Run:
        given = {"MEM_VAULT_PASSPHRASE_FILE": str(file), **env}
        return run_mem(
            *arguments, home=home, stdin=stdin, PYTHON_KEYRING_BACKEND=NO_KEYRING, **given
        )

    return run


@pytest.fixture
def unaided(run_mem: RunMem) -> RunMem:
    """Runs `mem` without a keyring and without a passphrase."""

    def run(*arguments: str, home: Path | None = None, stdin: str | bytes = "", **env: str) -> Run:
        return run_mem(*arguments, home=home, stdin=stdin, PYTHON_KEYRING_BACKEND=NO_KEYRING, **env)

    return run


def every_byte(home: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_value_goes_in_and_comes_out_on_request_only(headless: RunMem, tmp_path: Path) -> None:
    added = headless("vault", "add", "router", stdin=VALUE + "\n")
    assert (added.code, added.out) == (0, "In the vault: router\n")
    assert added.err.count("Recovery key") == 1
    recovery = added.err.splitlines()[-1].strip()
    assert len(recovery) == 39
    assert "Recovery" not in headless("vault", "add", "door", stdin="4711-0815").err
    assert headless("vault", "list").out.split() == ["2025-06-15", "door", "2025-06-15", "router"]
    shown = headless("vault", "show", "router")
    assert shown.code == 0
    assert VALUE not in shown.out + shown.err
    assert headless("vault", "show", "router", "--reveal").out == VALUE + "\n"
    assert headless("vault", "show", "router", "--json").json["value"] is None
    assert headless("vault", "show", "router", "--reveal", "--json").json["value"] == VALUE
    held = every_byte(tmp_path / "home")
    assert VALUE.encode() not in held and recovery.encode() not in held
    assert headless("vault", "remove", "router").code == 2
    assert headless("vault", "remove", "router", "--yes").code == 0
    assert headless("vault", "show", "router").code == 3


def test_the_passphrase_comes_from_a_file_or_stdin_and_a_wrong_one_says_so(unaided: RunMem) -> None:
    none = unaided("vault", "add", "router", stdin=VALUE)
    assert (none.code, none.out, none.err.count("\n")) == (1, "", 1)
    assert "MEM_VAULT_PASSPHRASE_FILE" in none.err
    given = f"{PASSPHRASE}\n{VALUE}\n"
    assert unaided("vault", "add", "router", "--passphrase-stdin", stdin=given).code == 0
    shown = ("vault", "show", "router", "--reveal", "--passphrase-stdin")
    assert unaided(*shown, stdin=PASSPHRASE).out == VALUE + "\n"
    wrong = unaided(*shown, stdin="something else\n")
    assert (wrong.code, wrong.out) == (1, "")
    assert "not the vault's passphrase" in wrong.err
    missing = unaided("vault", "show", "router", "--reveal", MEM_VAULT_PASSPHRASE_FILE="no/file")
    assert missing.code == 1 and "no/file" in missing.err


def test_the_recovery_key_gives_a_new_passphrase(headless: RunMem, unaided: RunMem) -> None:
    added = headless("vault", "add", "router", "--json", stdin=VALUE).json
    given = f"another passphrase\n{added['recovery_key']}\n"
    recovered = unaided("vault", "recover", "--passphrase-stdin", stdin=given)
    assert recovered.code == 0
    assert headless("vault", "show", "router", "--reveal").code == 1
    shown = ("vault", "show", "router", "--reveal", "--passphrase-stdin")
    assert unaided(*shown, stdin="another passphrase").out == VALUE + "\n"


def test_an_import_says_what_it_kept_out_and_the_user_decides(
    headless: RunMem, work: Path, tmp_path: Path
) -> None:
    (work / "a.md").write_text(f"# Deploy\n\nThe token is {TOKEN} for now.\n")
    imported = headless("import", "a.md")
    assert "mem review --secrets" in imported.err
    listed = headless("review", "--secrets", "--json")
    (secret,) = listed.json["secrets"]
    assert (secret["kind"], secret["decision"]) == ("github-token", "open")
    assert secret["places"][0]["locator"] == "line 3"
    found = headless("search", "deploy token")
    assert f"[secret:github-token:{secret['mark']}]" in found.out
    kept = headless("review", "--secrets", "--keep", secret["mark"])
    assert kept.code == 0, kept.err
    name = f"github-token-{secret['mark']}"
    assert headless("vault", "show", name, "--reveal").out == TOKEN + "\n"
    assert headless("review", "--secrets").code == 3
    assert TOKEN.encode() not in every_byte(tmp_path / "home")
    assert headless("review", "--allow", secret["mark"]).code == 0
    assert headless("import", "a.md", "--json").json["documents"]["updated"] == 1
    assert TOKEN in headless("search", "deploy token").out


def test_doctor_finds_and_replaces_what_was_taken_in(
    headless: RunMem, work: Path, tmp_path: Path
) -> None:
    (work / "a.md").write_text(f"# Deploy\n\nThe token is {TOKEN} for now.\n")
    assert headless("import", "a.md", MEM_IMPORT_SECRETS="keep").code == 0
    looked = headless("doctor", "--secrets", "--json").json
    assert (looked["ok"], [one["kind"] for one in looked["secrets"]]) == (False, ["github-token"])
    assert "--redact" in headless("doctor", "--secrets").out
    assert TOKEN.encode() in every_byte(tmp_path / "home")
    assert "1 secret replaced" in headless("doctor", "--secrets", "--redact").out
    assert TOKEN.encode() not in every_byte(tmp_path / "home")
    assert headless("doctor").code == 0


def test_the_setting_knows_two_words(headless: RunMem) -> None:
    assert headless("config", "set", "import.secrets", "keep").out == "import.secrets = keep\n"
    assert headless("config", "get", "import.secrets").out == "keep\n"
    wrong = headless("config", "set", "import.secrets", "maybe")
    assert wrong.code == 2 and "redact, keep" in wrong.err
