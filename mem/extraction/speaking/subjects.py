"""Who is speaking, and in what relation to the person whose memory this is.

An assistant, a system or a tool says nothing about the user; the user's messages and notes are
about the user, by the first of the configured names; everyone else goes by their own name. What
others send to many, over lists and newsletters, is drawn from nowhere: they are strangers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mem.core.chunk import METADATA_ROLE, Chunk
from mem.core.clippings import is_clipping
from mem.core.memory import Trust
from mem.core.speakers import GENERIC, own_names
from mem.extraction.speaking.transcripts import LABELS, Spans, machine_spans

BULK_ROLE = "bulk"  # of mail to many
_MACHINES = frozenset({"assistant", "system", "tool", "function", "developer"})


@dataclass(frozen=True, slots=True)
class Speaker:
    """`subject` keys a memory; `phrase` opens its statement; `is_user`: the store's owner."""

    subject: str
    phrase: str
    trust: Trust
    is_user: bool
    to_assistant: bool

    @property
    def possessive(self) -> str:
        """The phrase as an owner: "Ines's"."""
        return f"{self.phrase}'s"


class Speakers:
    """Resolves the speaker of each chunk of one document."""

    def __init__(
        self, chunks: Sequence[Chunk], *, document_kind: str, user_names: Sequence[str]
    ) -> None:
        """`document_kind` is `note` or `chat`; the first of `user_names` is the user's subject."""
        self._chat = document_kind == "chat"
        self._user = user_names[0] if user_names else None
        self._aliases = own_names(user_names, {one.speaker for one in chunks if one.speaker})
        #: By chunk of a note, what an assistant wrote in a talk that was saved as one.
        self.machine: Spans = {} if self._chat else machine_spans(chunks)
        heads = (chunk.text for chunk in chunks if chunk.role == METADATA_ROLE)
        self._clipped = not self._chat and any(is_clipping(text, user_names) for text in heads)
        self._with_assistant = any(chunk.role in _MACHINES for chunk in chunks)
        asking = {(one.speaker or "").lower() for one in chunks if one.role == "user"} - GENERIC
        #: Whoever talks with an assistant is the user, unless several do.
        self._one_asks = self._with_assistant and len(asking - {""}) < 2
        self.names: tuple[str, ...] = tuple(
            dict.fromkeys(
                chunk.speaker
                for chunk in chunks
                if chunk.speaker and chunk.speaker.lower() not in GENERIC
            )
        )
        if self.machine:
            self.names = LABELS

    def of(self, chunk: Chunk) -> Speaker | None:
        """The chunk's speaker, or None where nothing may be drawn from it."""
        if not self._chat:
            theirs = self._clipped or self.machine.get(chunk.id) == [(0, len(chunk.text))]
            return None if theirs else self._owner(Trust.OWN_NOTE, to_assistant=False)
        if chunk.role in _MACHINES or chunk.variant:
            return None
        name = (chunk.speaker or "").strip()
        generic = not name or name.lower() in GENERIC
        if chunk.role == "user" and (generic or self._one_asks):
            return self._owner(Trust.OWN_CHAT, to_assistant=self._with_assistant)
        if name.lower() in self._aliases and not generic:
            return self._owner(Trust.OWN_CHAT, to_assistant=False)
        if generic or chunk.role == BULK_ROLE:
            return None
        known_other = bool(self._aliases) or chunk.role == "other"
        trust = Trust.OTHERS if known_other else Trust.OWN_CHAT
        return Speaker(name, name, trust, is_user=not known_other, to_assistant=False)

    def own_words(self, chunk: Chunk) -> str:
        """The chunk's text without what an assistant wrote in it."""
        kept, at = [], 0
        for start, end in self.machine.get(chunk.id, ()):
            kept.append(chunk.text[at:start])
            at = end
        return "".join([*kept, chunk.text[at:]])

    def _owner(self, trust: Trust, *, to_assistant: bool) -> Speaker:
        phrase = self._user or "The user"
        return Speaker(self._user or "user", phrase, trust, is_user=True, to_assistant=to_assistant)
