"""Layers of tables: what each file sets and takes away, how they merge, and where every value comes from.

Tables merge; everything else (numbers, lists, laws) is replaced by the later layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from fnmatch import fnmatchcase
from functools import reduce
from numbers import Integral, Real
from typing import Any, NamedTuple

from sim.scenario.messages import ScenarioError, shown
from sim.textfiles import composed

Tables = dict[str, Any]
Leaf = tuple[str, ...]


class Layer(NamedTuple):
    """What one file sets, once it has taken away what it `removes` of the layers below.

    `lines` are the lines of a catalogue, by the code of the procedure.
    """

    name: str
    tables: Tables
    lines: Mapping[str, int] = {}
    removes: tuple[Leaf, ...] = ()

    def source(self, leaf: Leaf) -> str:
        """The file, and in a catalogue the line, that sets a value."""
        line = self.lines.get(leaf[1]) if len(leaf) > 1 and leaf[0] == "procedure" else None
        return f"{self.name}, line {line}" if line else self.name


def merge(below: Tables, above: Tables) -> Tables:
    """Both tables in one, `above` winning; neither is changed."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def merged(layers: Sequence[Layer]) -> Tables:
    """The tables of all layers, the last one winning."""
    return reduce(lambda below, layer: merge(reduce(without, layer.removes, below), layer.tables), layers, {})


def without(tables: Tables, path: Leaf) -> Tables:
    """The tables without what stands at a path, and without what is said of its origin."""
    dotted = ".".join(path)
    gone = [place for place in tables.get("origin", {}) if f"{place}.".startswith(f"{dotted}.")]
    return reduce(_without, [path, *(("origin", place) for place in gone)], tables)


def matching(tables: Tables, pattern: Sequence[str], path: Leaf = ()) -> Iterator[Leaf]:
    """The paths that a pattern names, one of names and `*`, which stands for any letters of a name."""
    if not pattern:
        yield path
        return
    for key in tables if isinstance(tables, dict) else ():
        if fnmatchcase(key, pattern[0]):
            yield from matching(tables[key], pattern[1:], (*path, key))


def _without(tables: Tables, path: Leaf) -> Tables:
    """A table that loses its last entry goes, too."""
    key, *below = path
    if key not in tables:
        return tables
    left = _without(tables[key], tuple(below)) if below else {}
    return {name: left if name == key else value for name, value in tables.items() if name != key or left}


def leaves(tables: Tables, path: Leaf = ()) -> Iterator[tuple[Leaf, Any]]:
    """Every value that is not a table, with its path; an empty table counts as a value."""
    for key, value in tables.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def setters(layers: Sequence[Layer]) -> dict[Leaf, int]:
    """The layer, by its index, that set each value of the merged tables."""
    last = {leaf: index for index, layer in enumerate(layers) for leaf, _ in leaves(layer.tables)}
    return {leaf: last[leaf] for leaf, _ in leaves(merged(layers))}


def origins(layers: Sequence[Layer]) -> dict[Leaf, str]:
    """The origin of each value: the longest matching path in the `[origin]` tables, or "".

    Only the layer that set the value and those above it can speak for it: what is said of a number does not
    hold for the number that replaces it.
    """
    return {
        leaf: _origin(leaf, [layer.tables.get("origin", {}) for layer in layers[setter:]])
        for leaf, setter in setters(layers).items()
        if leaf[0] != "origin"
    }


def _origin(leaf: Leaf, tables: Sequence[Tables]) -> str:
    for length in range(len(leaf), 0, -1):
        prefix = ".".join(leaf[:length])
        for table in reversed(tables):
            if prefix in table:
                return str(table[prefix])
    return ""


def plain(value: Any) -> Any:
    """A value in the form of JSON: dates as ISO text, clock times as "07:30", text composed, numbers Python's own."""
    if isinstance(value, Mapping):
        return {composed(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return composed(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise ScenarioError(
        f"{shown(value)} is not a value of scenario files; write text, a number, a date or a list"
    )
