"""What screens ask of the app: each request names the values it needs and where its reply goes.

A request is answered on the event loop by `reply(value)`, unless a newer one of its class has been
made or its screen has gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message

from mem.core.query import Filters

if TYPE_CHECKING:
    from mem.core.answer import Citation, Sentence
    from mem.store.browsing.view import View


class WorkStopped(Exception):
    """The person stopped the work; what was committed before stays."""


def _nothing(_: Any) -> None:
    """The reply of a request whose answer nobody waits for."""


@dataclass
class Request(Message):
    """Something that only the app can do. `label` is shown while work of its kind runs."""

    # A newer request of the class makes an older one's reply worthless.
    exclusive: ClassVar[bool] = True
    label: ClassVar[str] = ""

    reply: Callable[[Any], None] = field(default=_nothing, kw_only=True)
    failed: Callable[[Exception], None] | None = field(default=None, kw_only=True)


@dataclass
class AskWanted(Request):
    """Replied with an Answer; `progress` is called with Writing values while a model writes it.

    `after` are the questions that this one follows on.
    """

    label: ClassVar[str] = "Looking through memory"
    question: str
    filters: Filters = field(default_factory=Filters)
    after: tuple[str, ...] = ()
    progress: Callable[[Any], None] = _nothing


@dataclass(frozen=True)
class Writing:
    """An answer as far as it is written: checked sentences, and their citations by number."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass
class JudgeWanted(Request):
    """Notes that citations, or passages and memories by id, were useful or wrong.

    Replied with how many memories that concerns.
    """

    exclusive: ClassVar[bool] = False
    given: Sequence[str | Citation]
    useful: bool


@dataclass
class PassageWanted(Request):
    """A row in its surroundings (`rows` as of a View); replied with a Passage or None."""

    identity: str
    rows: str = "chunks"
    words: str = ""
    reach: int = 4


@dataclass
class KeysWanted(Request):
    """Replied with (Keys of the view, the place of the chunk `focus` among them or None)."""

    view: View
    focus: str | None = None


@dataclass
class RowsWanted(Request):
    """Replied with one record (or None) for each of `keys`, of what `rows` are in a View."""

    exclusive: ClassVar[bool] = False
    rows: str
    keys: Sequence[Any]
    words: str = ""


@dataclass
class FacetsWanted(Request):
    """Replied with Facets."""


@dataclass
class SpanWanted(Request):
    """Replied with the TimeSpan that `text` names, or None."""

    text: str


@dataclass
class CountsWanted(Request):
    """Replied with {"2025-03": count} for months, {"2025-03-01": count} for days.

    Counts passages, or with an entity's name the memories about it.
    """

    unit: str
    since: str = ""
    before: str = "9999"
    about: str = ""


@dataclass
class SummariesWanted(Request):
    """Replied with the SummaryRecords there are of a month or a day with its week, largest first.

    `period` is `2025-03` or `2025-03-01`.
    """

    period: str


@dataclass
class SourcesWanted(Request):
    """Replied with a list of SourceRecord."""


@dataclass
class KeepWanted(Request):
    """Keeps a source (its path) in step with the disk, or no longer; replied with a sentence."""

    exclusive: ClassVar[bool] = False
    place: str
    on: bool


@dataclass
class ImportsWanted(Request):
    """Replied with the JournalEntries of the imports of a source, newest first."""

    source: str


@dataclass
class WatcherWanted(Request):
    """Replied with a WatcherState."""


@dataclass
class ProblemsWanted(Request):
    """Replied with the FileRecords of a source that were skipped or failed."""

    source: str


@dataclass
class ImportWanted(Request):
    """Takes `paths` in; `progress` is called with Progress values; replied with a Ledger."""

    label: ClassVar[str] = "Taking in"
    paths: tuple[str, ...]
    progress: Callable[[Any], None] = _nothing


@dataclass
class HealthWanted(Request):
    """Replied with (Stats, list of Finding, counts by month)."""

    label: ClassVar[str] = "Checking"
    thorough: bool = False


@dataclass
class MendWanted(Request):
    """Does what the finding with that code needs; replied with a sentence."""

    label: ClassVar[str] = "Mending"
    code: str


@dataclass
class ForgetPreviewWanted(Request):
    """Replied with a ForgetPlan."""

    documents: tuple[str, ...] = ()
    source: str | None = None


@dataclass
class ForgetWanted(Request):
    """Destroys what the plan names; replied with a Receipt."""

    label: ClassVar[str] = "Forgetting"
    exclusive: ClassVar[bool] = False
    plan: Any


@dataclass
class OpenFileWanted(Request):
    """Opens the file of a document in the editor at a line; replied with the path or None."""

    document: str
    locator: str


@dataclass
class GoTo(Message):
    """Go to another screen, there to look at `view`, at one chunk or at one memory."""

    screen: str
    view: View | None = None
    chunk: str | None = None
    memory: str | None = None


@dataclass
class StopWanted(Message):
    """Stop the running work of that class; what it has committed stays."""

    work: type[Request]


@dataclass
class MemoriesWanted(Request):
    """Memories whose statement holds all `words`; replied with a list of Memory."""

    words: str = ""
    kind: str | None = None
    status: str | None = None


@dataclass
class MemoryWanted(Request):
    """Replied with (MemoryView, list of ChangeEntry), or None for one that is not there."""

    identity: str


@dataclass
class VersionsWanted(Request):
    """Replied with the Memory values that forgetting one destroys, itself among them."""

    identity: str


@dataclass
class ReviewWanted(Request):
    """Replied with (list of ReviewItem, list of SecretRecord) that wait for a decision."""


@dataclass
class EntitiesWanted(Request):
    """Replied with a list of EntityRecord."""


@dataclass
class StoryWanted(Request):
    """Replied with the TimelineEntries of one entity."""

    entity: str


@dataclass
class PruneWanted(Request):
    """Replied with a PrunePlan of what is worth less than `below`."""

    below: float


@dataclass
class ActWanted(Request):
    """Does one thing to memories; replied with a sentence that says what was done.

    `act` is accept, reject, pin, unpin, archive, merge (into the first), edit (to `text`),
    forget, or undo (the last change, of whatever); for entities by name merge-entities (into the
    first), split-entity (`text` off it) or rename-entity (to `text`); for a secret by its mark
    allow-secret or drop-secret.
    """

    exclusive: ClassVar[bool] = False
    act: str
    identities: tuple[str, ...] = ()
    text: str = ""


@dataclass
class VaultWanted(Request):
    """Puts the secret with that mark into the vault; replied with a Vaulted."""

    exclusive: ClassVar[bool] = False
    mark: str
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True)
class Vaulted:
    """How far a secret came: it is in the vault under `name`; or the vault was made and has that
    recovery key, and it is to be asked again; or a passphrase is wanted, of a new vault or not.
    """

    name: str = ""
    recovery: str = field(default="", repr=False)
    new: bool = False


@dataclass
class PruneNow(Request):
    """Archives what `plan` names, as one change; replied with how many."""

    label: ClassVar[str] = "Archiving"
    exclusive: ClassVar[bool] = False
    plan: Any


@dataclass
class ConsolidateWanted(Request):
    """Draws memories from passages that wait; replied with a Report."""

    label: ClassVar[str] = "Drawing memories"
    progress: Callable[[Any], None] = _nothing
