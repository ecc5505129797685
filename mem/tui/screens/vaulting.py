"""Putting a secret that was kept out into the vault: its value and passphrase are never shown.

A vault is made where there is none; its recovery key is shown once, before anything is put in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.content import Content

from mem.settings.passphrase import SHORTEST
from mem.tui.messages import Vaulted, VaultWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.dialogs import Notice, Prompt

_LOST = "Nobody opens the vault without it or the recovery key."


class Vaults(MemScreen):
    """A screen from which secrets go into the vault."""

    def put_into_vault(self, mark: str, passphrase: str = "") -> None:
        """Put it there, asking for what that needs."""
        self.want(VaultWanted(mark, passphrase, reply=partial(self._vaulted, mark, passphrase)))

    def _vaulted(self, mark: str, passphrase: str, done: Vaulted) -> None:
        if done.name:
            self.notify(f"In the vault as {done.name}.", markup=False)
        elif done.recovery:
            again = partial(self.put_into_vault, mark, passphrase)
            self.app.push_screen(
                Notice("A vault was made", _recovery(done.recovery)), lambda _: again()
            )
        elif done.new:
            hint = f"The vault is made now. At least {SHORTEST} characters. {_LOST}"
            self._ask("New passphrase of the vault", hint, partial(self._confirm, mark))
        else:
            self._ask("Passphrase of the vault", "", partial(self.put_into_vault, mark))

    def _confirm(self, mark: str, passphrase: str) -> None:
        """A new passphrase is typed twice."""
        if len(passphrase) < SHORTEST:
            self.notify(
                f"It needs at least {SHORTEST} characters.", severity="warning", markup=False
            )
            return

        def take(again: str) -> None:
            if again == passphrase:
                self.put_into_vault(mark, passphrase)
            else:
                self.notify("The two are not the same.", severity="warning", markup=False)

        self._ask("The same passphrase again", "", take)

    def _ask(self, title: str, hint: str, then: Callable[[str], None]) -> None:
        def take(text: str | None) -> None:
            if text:
                then(text)

        self.app.push_screen(Prompt(title, hint=hint, hidden=True), take)


def _recovery(key: str) -> Content:
    return Content.assemble(
        "Its recovery key, shown only now. Write it down, away from this machine:\n\n",
        (f"  {key}", "bold"),
    )
