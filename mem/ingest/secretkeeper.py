"""What can be done about the secrets that were kept out: keep in the vault, drop, allow, sweep.

A value is read again from the user's own file when it is to be kept; the store never had it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mem.core.clock import Clock
from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.core.secrets.redactor import Redactor, find
from mem.errors import InputError, SecretNotReadable, VaultNameTaken
from mem.settings.paths import Paths
from mem.settings.vault import Vault
from mem.sources.folders import path_of
from mem.store.erasing.secretsweep import Sighting, clean, sweep
from mem.store.secrets import Decision, SecretRecord, Secrets, allowed_marks, secret_key
from mem.store.store import Store


class SecretKeeper:
    """Secrets of one home."""

    def __init__(
        self, store: Store, paths: Paths, clock: Clock, parsers: Callable[[], Sequence[Parser]]
    ) -> None:
        self._database = store.database
        self._secrets = Secrets(store.database)
        self._paths = paths
        self._clock = clock
        self._parsers = parsers

    def found(self, decision: Decision | None = None) -> list[SecretRecord]:
        """Secrets that were kept out, with their places; only those so decided where given."""
        return self._secrets.found(decision)

    def get(self, given: str) -> SecretRecord:
        """The secret with that mark, or beginning of one. Raises UnknownId, AmbiguousId."""
        return self._secrets.get(given)

    def drop(self, given: str) -> SecretRecord:
        """Leave the placeholder, and do not ask again. Raises UnknownId, AmbiguousId."""
        return self._decide(self.get(given), Decision.DROPPED)

    def allow(self, given: str) -> SecretRecord:
        """Let the next import take it in as it stands. Raises UnknownId, AmbiguousId."""
        return self._decide(self.get(given), Decision.ALLOWED)

    def keep(self, given: str, vault: Vault) -> SecretRecord:
        """Read the value from its file and put it into the vault; the placeholder stays.

        There it is called by kind and mark. Raises SecretNotReadable, VaultNameTaken,
        UnknownId, AmbiguousId, and what opening the vault raises.
        """
        secret = self.get(given)
        value = self._read_again(secret)
        name = f"{secret.kind}-{secret.mark}"
        if any(entry.name == name for entry in vault.names()):
            raise VaultNameTaken(name)
        vault.add(name, value, at=self._clock.utc())
        return self._decide(secret, Decision.KEPT, vault_name=name)

    def sweep(self) -> list[Sighting]:
        """Every secret that stands in the store; changes nothing."""
        return sweep(self._database, self._redactor())

    def clean(self) -> int:
        """Replace every secret in the store, and destroy what may hold older words of it.

        Vectors of what changed are to be made anew. Raises IndexOwned before anything is done,
        StoreLocked, StoreFull.
        """
        from mem.vectors.erasing import erased

        if not self.sweep():
            return 0
        with erased(self._paths.index):
            return clean(
                self._database, self._redactor(), backups=self._paths.backups, at=self._clock.utc()
            )

    def _redactor(self) -> Redactor:
        return Redactor(secret_key(self._database), allowed_marks(self._database))

    def _decide(
        self, secret: SecretRecord, decision: Decision, *, vault_name: str | None = None
    ) -> SecretRecord:
        at = self._clock.utc()
        self._secrets.decide(secret.mark, decision, at=at, vault_name=vault_name)
        return self._secrets.get(secret.mark)

    def _read_again(self, secret: SecretRecord) -> str:
        redactor = Redactor(secret_key(self._database))
        for uri, reader in self._secrets.files_of(secret.mark):
            if not uri.startswith("file:"):
                continue  # typed, so that there is no file to read
            for text in self._texts(path_of(uri), reader.partition(":")[0]):
                for finding in find(text):
                    if redactor.mark(finding.value) == secret.mark:
                        return finding.value
        raise SecretNotReadable(secret.mark)

    def _texts(self, path: Path, parser_name: str) -> Iterator[str]:
        """The texts of a file as its parser reads them; none where it cannot be read any more."""
        parser = next((one for one in self._parsers() if one.name == parser_name), None)
        if parser is None or not path.is_file():
            return
        status = os.stat(path)
        try:
            for parsed in parser.parse(FileEntry(path, status.st_size, status.st_mtime_ns)):
                yield from _texts_of(parsed)
        except InputError:
            return


def _texts_of(parsed: ParsedDocument) -> Iterator[str]:
    yield parsed.text
    yield parsed.title
    yield from (*parsed.tags, *parsed.aliases, *parsed.links)
    for message in parsed.messages:
        yield message.text
        yield message.speaker
        yield from message.attachments
