"""`mem review --secrets` and `mem doctor --secrets`: what was kept out, and what to do about it.

A value is never shown: a secret is named by its kind, its mark and its places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from mem.cli.diagnostics import ExitCode, complain, is_interactive, note, say

if TYPE_CHECKING:
    from mem.assistant import Assistant
    from mem.store.secrets import SecretRecord

_PLACES_SHOWN = 5
_CHOICES = "[k]eep in the vault, [d]rop, [a]llow, [s]kip, [q]uit"


def review_secrets(
    *,
    json: bool = False,
    keep: Sequence[str] = (),
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
) -> ExitCode:
    """Decide about secrets: those given by mark, else one after the other at a terminal, else list.

    `keep` puts a value into the vault, `drop` leaves it out for good, `allow` lets the next import
    take it in as it stands.
    """
    from mem.cli.session import open_assistant
    from mem.store.secrets import Decision

    with open_assistant() as assistant:
        if keep or drop or allow:
            decided = [_keep(assistant, mark) for mark in keep]
            decided += [assistant.secrets.drop(mark) for mark in drop]
            decided += [assistant.secrets.allow(mark) for mark in allow]
            _print(decided, json=json)
            if allow:
                note("What is allowed is taken in by the next `mem import` of its files.")
            return ExitCode.OK
        found = assistant.secrets.found(Decision.OPEN)
        if found and is_interactive() and not json:
            return _one_by_one(assistant, found)
    _print(found, json=json)
    if found:
        return ExitCode.OK
    complain("No secret waits for a decision.")
    return ExitCode.NOTHING_FOUND


def look_for_secrets(*, redact: bool, json: bool) -> ExitCode:
    """Look through the whole store for secrets, and with `redact` replace them."""
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.session import open_assistant
    from mem.core.display import plural

    with open_assistant() as assistant:
        seen = assistant.secrets.sweep()
        replaced = assistant.secrets.clean() if redact and seen else 0
        if replaced:
            assistant.embed_pending()
    if json:
        shapes = [
            {"kind": one.kind, "mark": one.mark, "place": one.place, "document": one.document_id}
            for one in seen
        ]
        emit_json({"schema": SCHEMA, "ok": not seen, "replaced": replaced, "secrets": shapes})
        return ExitCode.OK
    if not seen:
        emit_text("No secret stands in the store.")
        return ExitCode.OK
    for kind, count in sorted(Counter(one.kind for one in seen).items()):
        emit_text(f"{kind}: {count:,}")
    for one in seen[:_PLACES_SHOWN]:
        emit_text(f"  {one.kind} {one.mark} in {one.document_id or 'memory'}, {one.place}")
    if len(seen) > _PLACES_SHOWN:
        emit_text(f"  … and {len(seen) - _PLACES_SHOWN:,} more (--json lists all)")
    if replaced:
        emit_text(f"{plural(replaced, 'secret')} replaced; `mem review --secrets` lists them.")
    else:
        emit_text("  replace them with: mem doctor --secrets --redact")
    return ExitCode.OK


def shape(secret: SecretRecord) -> dict[str, Any]:
    """A secret as JSON."""
    return {
        "mark": secret.mark,
        "kind": secret.kind,
        "decision": secret.decision.value,
        "vault_name": secret.vault_name,
        "found_at": secret.found_at,
        "places": [
            {"document": one.document_id, "uri": one.uri, "locator": one.locator}
            for one in secret.places
        ],
    }


def _print(secrets: Sequence[SecretRecord], *, json: bool) -> None:
    from mem.cli.output import SCHEMA, emit_json, emit_text

    if json:
        emit_json({"schema": SCHEMA, "secrets": [shape(one) for one in secrets]})
        return
    for one in secrets:
        emit_text("\n".join(_lines(one)))


def _lines(secret: SecretRecord) -> list[str]:
    from mem.cli.layout import clipped, shown_path
    from mem.cli.output import stdout_style

    room = stdout_style().width
    state = secret.vault_name or secret.decision.value
    lines = [f"{secret.mark}  {secret.kind}  ({state})"]
    for place in secret.places[:_PLACES_SHOWN]:
        end = f", {place.locator}"
        title = place.title or shown_path(place.uri)
        lines.append(f"  {clipped(title, room - len(end) - 2)}{end}")
    if len(secret.places) > _PLACES_SHOWN:
        lines.append(f"  … and {len(secret.places) - _PLACES_SHOWN:,} more places")
    return lines


def _one_by_one(assistant: Assistant, found: Sequence[SecretRecord]) -> ExitCode:
    from mem.errors import VaultError

    for number, secret in enumerate(found, 1):
        for line in _lines(secret):
            say(line)
        answer = str(typer.prompt(f"{number}/{len(found)} {_CHOICES}", default="s", err=True))
        choice = answer.strip().lower()[:1]
        if choice == "q":
            break
        if choice == "d":
            assistant.secrets.drop(secret.mark)
        elif choice == "a":
            assistant.secrets.allow(secret.mark)
            note("The next `mem import` of its file takes it in.")
        elif choice == "k":
            try:
                note(f"In the vault as {_keep(assistant, secret.mark).vault_name}.")
            except VaultError as error:
                complain(str(error))
    return ExitCode.OK


def _keep(assistant: Assistant, mark: str) -> SecretRecord:
    from mem.cli.vaultaccess import made, open_vault, tell_recovery_key

    vault = open_vault(assistant.paths)
    recovery = made(vault)
    if recovery is not None:
        tell_recovery_key(recovery, vault.holder())
    return assistant.secrets.keep(mark, vault)
