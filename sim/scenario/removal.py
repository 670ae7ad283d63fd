"""What a file takes away from its parent, so that one office can be cut out of another's file.

`without = ["site.commune", "team.commune-*", "procedure.c-*"]`: dotted paths, in which a star stands for any letters
of a name. What is left must be a scenario: whatever names what is gone goes, too, or is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.layers import Layer, Leaf, Tables, leaves, matching
from sim.scenario.messages import ScenarioError, shown, suggest

EXAMPLE = ["site.commune", "team.commune-*"]


def removal(asked: Any, parent: Tables | None, name: str) -> Layer:
    """A layer that takes the paths away; `ScenarioError` for what is no list of paths, or names nothing there."""
    where = f"{name}: without"
    example = f"write for example {shown(EXAMPLE)}"
    if not isinstance(asked, list):
        raise ScenarioError(f"{where}: {shown(asked)} is not a list of paths; {example}")
    for number, path in enumerate(asked, 1):
        if not isinstance(path, str) or not path:
            raise ScenarioError(f"{where} entry {number}: {shown(path)} is not a path; {example}")
    if parent is None:
        raise ScenarioError(f"{where}: takes away from a parent, but the file extends none")
    return Layer(
        name, {}, removes=tuple(dict.fromkeys(path for one in asked for path in _found(one, parent, where)))
    )


def _found(path: str, parent: Tables, where: str) -> list[Leaf]:
    found = list(matching(parent, path.split(".")))
    if not found:
        hint = suggest(path, _known(parent, path.count(".") + 1))
        raise ScenarioError(f"{where}: {shown(path)} names nothing that the parent has{hint}")
    return found


def _known(parent: Tables, length: int) -> Iterator[str]:
    """All paths of that length."""
    return (
        ".".join(leaf[:length]) for leaf, _ in leaves(parent) if len(leaf) >= length and leaf[0] != "origin"
    )
