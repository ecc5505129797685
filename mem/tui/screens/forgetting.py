"""Forgetting from any screen: what it would take with it is shown first, and only `y` does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.tui.messages import ForgetPreviewWanted, ForgetWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.dialogs import Confirm
from mem.tui.widgets.passage import shown_path

if TYPE_CHECKING:
    from mem.consolidation.forgetting import ForgetPlan
    from mem.store.erase import Receipt

_LISTED = 6


class ForgetsDocuments(MemScreen):
    """A screen from which documents or a source can be forgotten."""

    def preview_forgetting(
        self, documents: tuple[str, ...] = (), source: str | None = None
    ) -> None:
        """Show what forgetting would destroy, and ask."""
        self.want(
            ForgetPreviewWanted(
                documents, source, reply=self._confirm_forgetting, failed=self.refused
            )
        )

    def _confirm_forgetting(self, plan: ForgetPlan) -> None:
        lines = [
            f"{len(plan.documents):,} documents with {plan.chunks:,} passages go for good,",
            "and with them their vectors, what was drawn from them alone, and every copy.",
            "This cannot be undone; an import does not bring it back. Your own files stay.",
            "",
        ]
        lines += [one.title or shown_path(one.uri) for one in plan.documents[:_LISTED]]
        if len(plan.documents) > _LISTED:
            lines.append(f"… and {len(plan.documents) - _LISTED:,} more")

        def answered(yes: bool | None) -> None:
            if yes:
                self.want(ForgetWanted(plan, reply=self._forgotten, failed=self.refused))

        self.app.push_screen(Confirm("Forget for good?", lines, yes="forget"), answered)

    def _forgotten(self, receipt: Receipt) -> None:
        self.notify(
            f"Forgotten: {receipt.documents:,} documents, {receipt.chunks:,} passages, "
            f"{receipt.vectors:,} vectors.",
            markup=False,
        )
