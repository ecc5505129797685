"""Sources are put on and taken off the list of those that are kept in step."""

from __future__ import annotations

from mem.assistant import Assistant
from mem.core.files import expanded
from mem.errors import AmbiguousId, NotWatched
from mem.sources.folders import file_uri, source_root
from mem.store.watched import WatchedSource, unwatch_source, watch_source


def keep_in_step(assistant: Assistant, given: str, *, polled: bool = False) -> WatchedSource:
    """Keep the folder or file `given` in step from now on; nothing is read yet.

    Raises PathMissing, WholeSystem.
    """
    path = source_root(given)
    kind = "folder" if path.is_dir() else "file"
    with assistant.store.database.transaction() as connection:
        identity = watch_source(
            connection, file_uri(path), kind, polled=polled, at=assistant.clock.utc()
        )
    return next(source for source in assistant.store.watched.all() if source.id == identity)


def let_be(assistant: Assistant, given: str) -> WatchedSource:
    """Keep the source (path, uri or beginning of its id) as it is from now on.

    Raises NotWatched, AmbiguousId.
    """
    wanted = {given, file_uri(expanded(given).resolve())} if given.strip() else set()
    watched = assistant.store.watched.all()
    found = [source for source in watched if source.uri in wanted] or [
        source for source in watched if len(given) > 1 and source.id.startswith(given)
    ]
    if not found:
        raise NotWatched(given)
    if len(found) > 1:
        raise AmbiguousId(given, len(found))
    with assistant.store.database.transaction() as connection:
        unwatch_source(connection, found[0].id)
    return found[0]
