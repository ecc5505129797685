"""Forgetting from any screen: what it would take with it is shown first, and only `y` does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.core.display import plural
from mem.core.memory import Memory
from mem.tui.messages import ActWanted, ForgetPreviewWanted, ForgetWanted, VersionsWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.dialogs import Confirm
from mem.tui.widgets.passage import shown_path

if TYPE_CHECKING:
    from mem.consolidation.forgetting import ForgetPlan
    from mem.store.erasing.erase import Receipt

_LISTED = 6
_OUT_OF_REACH = "Backups and exports made earlier are files that mem cannot reach."


class Forgets(MemScreen):
    """A screen from which documents, a source or a memory can be forgotten."""

    def preview_forgetting(
        self, documents: tuple[str, ...] = (), source: str | None = None
    ) -> None:
        """Show what forgetting documents or a source would destroy, and ask."""
        self.want(ForgetPreviewWanted(documents, source, reply=self._confirm_forgetting))

    def _confirm_forgetting(self, plan: ForgetPlan) -> None:
        documents = plural(len(plan.documents), "document")
        lines = [
            f"{documents} with {plural(plan.chunks, 'passage')} will go for good,",
            "and with them their vectors, what was drawn from them alone, and every copy.",
            "This cannot be undone; an import does not bring it back. Your own files stay.",
            _OUT_OF_REACH,
            "",
            *_some([one.title or shown_path(one.uri) for one in plan.documents]),
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                self.want(ForgetWanted(plan, reply=self._forgotten))

        self.app.push_screen(Confirm("Forget for good?", lines, yes="forget"), answered)

    def _forgotten(self, receipt: Receipt) -> None:
        self.notify(
            f"Forgotten: {plural(receipt.documents, 'document')}, "
            f"{plural(receipt.chunks, 'passage')}, {plural(receipt.vectors, 'vector')}.",
            markup=False,
        )

    def preview_forgetting_memory(self, identity: str) -> None:
        """Show what forgetting a memory would destroy, and ask."""
        self.want(VersionsWanted(identity, reply=self._confirm_versions))

    def _confirm_versions(self, versions: Sequence[Memory]) -> None:
        passages = {one.chunk_id for memory in versions for one in memory.evidence}
        links = {link for memory in versions for link in memory.links}
        count = "1 version goes" if len(versions) == 1 else f"{len(versions):,} versions go"
        tied = plural(len(links), "link")
        behind = "The passage" if len(passages) == 1 else f"The {len(passages):,} passages"
        lines = [
            f"{count} for good, with {tied}, vectors, history and every copy.",
            "This cannot be undone; it is not drawn again from the same words.",
            f"{behind} behind it will stay: forget documents to destroy passages.",
            _OUT_OF_REACH,
            "",
            *_some([one.text for one in versions]),
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                self.want(ActWanted("forget", (versions[0].id,), reply=self._told))

        if versions:
            self.app.push_screen(Confirm("Forget for good?", lines, yes="forget"), answered)

    def _told(self, sentence: str) -> None:
        self.notify(sentence, markup=False)


def _some(lines: list[str]) -> list[str]:
    """The first of them, and how many more."""
    more = [f"… and {len(lines) - _LISTED:,} more"] if len(lines) > _LISTED else []
    return lines[:_LISTED] + more
