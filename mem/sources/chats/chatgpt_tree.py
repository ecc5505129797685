"""The tree of a ChatGPT conversation, where any pointer may be missing, dangling or circular.

Each node is named once; the main path runs from a root to its end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Nodes = Mapping[str, Mapping[str, Any]]


def main_path(nodes: Nodes, current: object) -> tuple[tuple[str, ...], bool]:
    """Names of the nodes from the root to `current`, and whether a substitute was needed.

    Where `current` is not a node: the leaf whose message is the latest, of equals the one
    farthest from its root.
    """
    parents = _parents(nodes)
    if isinstance(current, str) and current in nodes:
        return _path_to(current, parents), False
    inner = {parent for parent in parents.values() if parent is not None}
    leaves = [name for name in nodes if name not in inner] or list(nodes)[-1:]
    if not leaves:
        return (), False
    latest = max(_created(nodes[name]) for name in leaves)
    equals = [name for name in leaves if _created(nodes[name]) == latest]
    paths = [_path_to(name, parents) for name in equals[:_MAX_COMPARED]]
    return max(paths, key=len), True


def reading_order(nodes: Nodes, path: tuple[str, ...]) -> list[str]:
    """All names, parents before children, siblings as the parent lists them."""
    parents = _parents(nodes)
    children: dict[str | None, list[str]] = {}
    for name, parent in parents.items():
        children.setdefault(parent, []).append(name)
    for parent, names in children.items():
        if parent is not None and len(names) > 1:
            rank = {child: place for place, child in enumerate(_listed(nodes[parent]))}
            names.sort(key=lambda name: rank.get(name, len(rank)))
    order: dict[str, None] = {}
    for start in (*children.get(None, ()), *path[:1], *nodes):
        stack = [start]
        while stack:
            name = stack.pop()
            if name not in order:
                order[name] = None
                stack.extend(reversed(children.get(name, ())))
    return list(order)


_MAX_COMPARED = 100


def _parents(nodes: Nodes) -> dict[str, str | None]:
    """Each node's parent: the one it names, else one that lists it, else none."""
    listing: dict[str, str] = {}
    for name, node in nodes.items():
        for child in _listed(node):
            listing.setdefault(child, name)
    parents: dict[str, str | None] = {}
    for name, node in nodes.items():
        parent = node.get("parent")
        named = parent if isinstance(parent, str) and parent in nodes else listing.get(name)
        parents[name] = None if named == name else named
    return parents


def _path_to(name: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """From the root to `name`; a circle is cut where it would close."""
    path: dict[str, None] = {}
    step: str | None = name
    while step is not None and step not in path:
        path[step] = None
        step = parents[step]
    return tuple(reversed(path))


def _listed(node: Mapping[str, Any]) -> list[str]:
    children = node.get("children")
    return (
        [child for child in children if isinstance(child, str)]
        if isinstance(children, list)
        else []
    )


def _created(node: Mapping[str, Any]) -> float:
    message = node.get("message")
    value = message.get("create_time") if isinstance(message, dict) else None
    return value if isinstance(value, int | float) and math.isfinite(value) else 0.0
