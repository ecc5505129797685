"""The vault with a real keyring: gnome-keyring behind the Secret Service on a bus of its own."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import Run, run_program

VALUE = "tr0ub4dor-and-3-horses"
PASSPHRASE = "correct horse battery staple"
_NAME = "org.freedesktop.secrets"
RECOVERY = re.compile(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}")
MISSING = [
    name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]


@dataclass(frozen=True)
class Desktop:
    """A session with a keyring that is unlocked; its processes end with it."""

    bus: str
    folder: Path
    keyring: subprocess.Popen[bytes]

    @property
    def env(self) -> dict[str, str]:
        """What a program in this session sees."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.bus, "XDG_DATA_HOME": str(self.folder / "data")}

    def wait_until_ready(self) -> None:
        """Skip the test where the keyring cannot run."""
        from jeepney.bus_messages import message_bus  # type: ignore[import-untyped]
        from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

        made = self.folder / "data" / "keyrings" / "login.keyring"
        with open_dbus_connection(self.bus) as connection:
            for _ in range(200):
                owned = connection.send_and_get_reply(message_bus.NameHasOwner(_NAME)).body[0]
                if owned and made.exists():
                    return
                if self.keyring.poll() is not None:
                    break
                time.sleep(0.05)
        pytest.skip("gnome-keyring-daemon does not start here")

    def lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lock the collection in which the key is."""
        import secretstorage

        with monkeypatch.context() as patched:
            patched.setenv("DBUS_SESSION_BUS_ADDRESS", self.bus)
            with secretstorage.dbus_init() as connection:
                secretstorage.get_default_collection(connection).lock()

    def key(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """The vault's key, read past `mem`."""
        import secretstorage

        with monkeypatch.context() as patched:
            patched.setenv("DBUS_SESSION_BUS_ADDRESS", self.bus)
            with secretstorage.dbus_init() as connection:
                found = secretstorage.search_items(connection, {"service": "mem-vault"})
                return next(iter(found)).get_secret().decode()


@contextmanager
def desktop() -> Iterator[Desktop]:
    """A bus and gnome-keyring's secrets, in a folder with a short path (its socket needs one)."""
    with tempfile.TemporaryDirectory(prefix="mem-") as name:
        folder = Path(name)
        for part in ("run", "data"):
            (folder / part).mkdir(mode=0o700)
        env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": name,
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_DATA_HOME": str(folder / "data"),
        }
        # The bus ends when its `cat` does, at the end of its input.
        with subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", "echo $DBUS_SESSION_BUS_ADDRESS; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        ) as session:
            assert session.stdin is not None and session.stdout is not None
            bus = session.stdout.readline().decode().strip()
            with subprocess.Popen(
                ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=env | {"DBUS_SESSION_BUS_ADDRESS": bus},
            ) as keyring:
                assert keyring.stdin is not None
                keyring.stdin.write(b"the login's password")
                keyring.stdin.close()
                inside = Desktop(bus, folder, keyring)
                try:
                    inside.wait_until_ready()
                    yield inside
                finally:
                    keyring.terminate()
                    session.stdin.close()


class Person:
    """Runs `mem vault` on one home, in a session or outside of any."""

    def __init__(self, folder: Path) -> None:
        self.home, self.work = folder / "home", folder / "work"
        self.work.mkdir()

    def vault(self, *arguments: str, inside: Desktop | None, stdin: str = "") -> Run:
        env = inside.env if inside else {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        return run_program(
            ("vault", *arguments), home=self.home, work=self.work, stdin=stdin, env=env
        )

    def filled(self, inside: Desktop) -> str:
        """Put VALUE in as `router`; the recovery key."""
        added = self.vault("add", "router", inside=inside, stdin=VALUE + "\n")
        assert (added.code, added.out) == (0, "In the vault: router\n"), added.err
        assert "kept in the keyring SecretService.Keyring" in added.err
        found = RECOVERY.search(added.err)
        assert found is not None
        return found.group()

    def every_byte(self) -> bytes:
        return b"\0".join(path.read_bytes() for path in self.home.rglob("*") if path.is_file())


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_a_value_is_kept_and_shown_with_no_passphrase(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desktop() as inside:
        recovery = person.filled(inside)
        assert person.vault("add", "door", inside=inside, stdin="4711-0815").code == 0
        assert person.vault("list", inside=inside).out.split()[1::2] == ["door", "router"]
        assert VALUE not in person.vault("show", "router", inside=inside).out
        assert person.vault("show", "router", "--reveal", inside=inside).out == VALUE + "\n"
        key = inside.key(monkeypatch)
        assert len(base64.b64decode(key)) == 32
        held = person.every_byte()
        for word in (VALUE, "4711-0815", recovery, recovery.replace("-", ""), key):
            assert word.encode() not in held
        assert base64.b64decode(key) not in held
        assert person.vault("remove", "router", "--yes", inside=inside).code == 0
        assert person.vault("show", "router", "--reveal", inside=inside).code == 3
        assert person.vault("show", "door", "--reveal", inside=inside).out == "4711-0815\n"


def test_a_locked_collection_says_so(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with desktop() as inside:
        recovery = person.filled(inside)
        inside.lock(monkeypatch)
        shown = person.vault("show", "router", "--reveal", inside=inside)
        assert (shown.code, shown.out, shown.err.count("\n")) == (1, "", 1)
        assert "(SecretService.Keyring) is locked" in shown.err and "mem vault recover" in shown.err
        added = person.vault("add", "door", inside=inside, stdin="4711-0815")
        assert (added.code, added.out) == (1, "") and "is locked" in added.err
        # Names need no key, and neither does taking one away.
        assert person.vault("list", inside=inside).out.split()[1::2] == ["router"]
        recovered = person.vault(
            *("recover", "--passphrase", "--passphrase-stdin"),
            inside=inside,
            stdin=f"{PASSPHRASE}\n{recovery}\n",
        )
        assert recovered.code == 0, recovered.err
        shown = person.vault(
            *("show", "router", "--reveal", "--passphrase-stdin"), inside=inside, stdin=PASSPHRASE
        )
        assert shown.out == VALUE + "\n"


def test_the_recovery_key_opens_it_where_the_keyring_is_gone(person: Person) -> None:
    with desktop() as inside:
        recovery = person.filled(inside)
    shown = person.vault("show", "router", "--reveal", inside=None)
    assert (shown.code, shown.out, shown.err.count("\n")) == (1, "", 1)
    assert "SecretService.Keyring" in shown.err and "mem vault recover" in shown.err
    given = f"{PASSPHRASE}\n{recovery}\n"
    recovered = person.vault("recover", "--passphrase-stdin", inside=None, stdin=given)
    assert recovered.code == 0, recovered.err
    shown = person.vault(
        *("show", "router", "--reveal", "--passphrase-stdin"), inside=None, stdin=PASSPHRASE
    )
    assert shown.out == VALUE + "\n"
    assert VALUE.encode() not in person.every_byte()


def test_the_recovery_key_opens_it_where_the_keyring_is_another(person: Person) -> None:
    with desktop() as inside:
        recovery = person.filled(inside)
    with desktop() as inside:
        shown = person.vault("show", "router", "--reveal", inside=inside)
        assert (shown.code, shown.out) == (1, "") and "mem vault recover" in shown.err
        recovered = person.vault("recover", inside=inside, stdin=recovery)
        assert recovered.code == 0 and "in the keyring SecretService.Keyring" in recovered.out
        assert person.vault("show", "router", "--reveal", inside=inside).out == VALUE + "\n"
        assert VALUE.encode() not in person.every_byte()


def test_a_keyring_that_ends_meanwhile_says_so(person: Person) -> None:
    with desktop() as inside:
        person.filled(inside)
        inside.keyring.terminate()
        inside.keyring.wait(10)
        shown = person.vault("show", "router", "--reveal", inside=inside)
        assert (shown.code, shown.out, shown.err.count("\n")) == (1, "", 1)
        assert "mem vault recover" in shown.err
