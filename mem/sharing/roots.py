"""What a person names to be shared, as a scope.

A name that means nothing is an error; it never stands for everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.core.document import DocumentKind
from mem.core.files import expanded
from mem.core.query import Scope
from mem.errors import AmbiguousId, UnknownDocumentKind, UnknownSource

if TYPE_CHECKING:
    from mem.store.store import Store

#: What can be shared before anything of it is there: what was typed, what assistants handed over.
ALWAYS = ("mem:typed", "mem:received")


def scope_of(store: Store, sources: Sequence[str], kinds: Sequence[str]) -> Scope:
    """The scope of sources (ids, uris, or paths at or below one) and kinds or formats.

    Raises UnknownSource for what memory has taken nothing in from, AmbiguousId, and
    UnknownDocumentKind for a kind or format that no document is of.
    """
    known = [*(kind.value for kind in DocumentKind), *store.documents.counts()]
    for kind in kinds:
        if kind.lower() not in known:
            raise UnknownDocumentKind(kind, known)
    roots = tuple(dict.fromkeys(_root(store, given) for given in sources))
    return Scope(roots, tuple(dict.fromkeys(kind.lower() for kind in kinds)))


def _root(store: Store, given: str) -> str:
    from mem.sources.folders import file_uri

    if not given.strip():
        raise UnknownSource(given)
    known = store.sources()
    uris = {given, file_uri(expanded(given).resolve())}
    found = [one.uri for one in known if one.uri in uris]
    found = found or [one for one in ALWAYS if one == given]
    found = found or [one.uri for one in known if len(given) > 1 and one.id.startswith(given)]
    if len(found) > 1:
        raise AmbiguousId(given, len(found))
    if found:
        return found[0]
    # A folder below a source, or a file in one.
    for uri in sorted(uris):
        if store.files.under(uri):
            return uri
    raise UnknownSource(given)
