"""What differs between two scenarios, and what of a scenario changes numbers at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario import shape
from sim.scenario.counted import is_kept
from sim.scenario.domain import Scenario
from sim.scenario.layers import Leaf, Tables

_LABELS = ("title", "kind", "question", "source", "reported", "origin")
_OF_NOUNS = ("title", "name", "national_code")
_NAMED = ("site", "team", "step", "journey", "field", "procedure")


def differences(before: Scenario, after: Scenario) -> list[tuple[str, Any, Any]]:
    """(path, value before, value after), titles and sources aside; None: there is no such table."""
    told = (one.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in (before, after))
    old, new = complete(before), complete(after)  # a default is a value, too
    found = [(".".join(path), at(old, path), at(new, path)) for path in _paths(*told)]
    return [(path, was, now) for path, was, now in found if was != now]


def resolved_differences(before: Tables, after: Tables) -> list[tuple[str, Any, Any]]:
    """The same of resolved files; None: the file is silent."""
    return [(".".join(path), at(before, path), at(after, path)) for path in _paths(before, after)]


def complete(scenario: Scenario) -> Tables:
    """The tables in the form of JSON with every default filled in."""
    return scenario.model_dump(mode="json", by_alias=True)


def at(tables: Any, path: Leaf) -> Any:
    """The value at a path; None: there is no such table."""
    for key in path:
        tables = tables.get(key) if isinstance(tables, dict) else None
    return tables


def _paths(before: Tables, after: Tables) -> Iterator[Leaf]:
    """What somebody changed; the calendar kept from before is no change."""
    every = _differences(unlabelled(before), unlabelled(after))
    return (path for path in every if not is_kept(".".join(path)))


def unlabelled(tables: Tables) -> Tables:
    """The tables without what changes no number: texts, and figures reported of the real office."""
    kept = {key: value for key, value in tables.items() if key not in _LABELS}
    for noun in _NAMED:
        named = kept.get(noun, {})
        kept[noun] = {name: _without_titles(table) for name, table in named.items()}
    return kept


def _without_titles(table: Tables) -> Tables:
    return {key: value for key, value in table.items() if key not in _OF_NOUNS}


def _differences(before: Any, after: Any, path: Leaf = ()) -> Iterator[Leaf]:
    """The paths of values that one of the tables has and the other has not, or has differently."""
    if not isinstance(before, dict) and not isinstance(after, dict):
        if before != after:
            yield path
        return
    if isinstance(before, dict) and after is None and shape.holds_tables(path[:-1]):
        yield path  # a team, a procedure, … that is there no more, in one
        return
    old, new = (tables if isinstance(tables, dict) else {} for tables in (before, after))
    if not old and not new and before != after:
        yield path
    for key in dict.fromkeys([*old, *new]):
        yield from _differences(old.get(key), new.get(key), (*path, key))
