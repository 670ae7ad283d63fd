"""Measures that a question names: `wait.p90` of the network, `wait.p90@site=centre,field=land` of a group."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sim.engine.contract import Ints
from sim.results.groups import Label
from sim.results.measured import KEY, Measured
from sim.results.named import is_measure, refusal
from sim.results.within import within
from sim.scenario import ScenarioError
from sim.scenario.messages import suggest
from sim.textfiles import composed


def check_measure(name: str) -> None:
    """Raise ScenarioError, with the nearest name, for a measure that does not exist, and for what is no group."""
    if not is_measure(measure := name.partition("@")[0]):
        raise ScenarioError(refusal(measure))
    group_of(name)


def row_of(key: pd.DataFrame, name: str) -> int:
    """The row of measures that a name means; the kind of site may be left out where another part is named.

    Raises ScenarioError for a name of nothing, with the nearest there is, and for a name of several groups.
    """
    check_measure(name)
    measure = name.partition("@")[0]
    own, group = key["measure"] == measure, group_of(name)
    if not own.any():
        later = "; ask for it before the run, among the measures or as a target" if within(measure) else ""
        raise ScenarioError(f"{name}: '{measure}' is not measured in this scenario{later}")
    for part, value in group.items():
        known = set(key[part][own]) - {""}
        if not known:
            raise ScenarioError(f"{name}: '{measure}' is not measured by {part}")
        if value not in known:
            raise ScenarioError(f"{name}: there is no {part} '{value}'{suggest(value, known)}")
    free = {"site"} - set(group) if group else set()
    for part in set(Label._fields) - free:
        own &= key[part] == group.get(part, "")
    found = np.flatnonzero(own)
    if not len(found):
        raise ScenarioError(f"{name}: '{measure}' is not measured by this alone, or there is no such group")
    if len(found) > 1:
        raise ScenarioError(f"{name}: is there at several kinds of site{suggest('', key['site'][found])}")
    return int(found[0])


def rows_of(key: pd.DataFrame, names: Iterable[str]) -> Ints:
    """The rows of several names, in their order."""
    return np.array([row_of(key, name) for name in names], np.int64)


def chosen(measured: Measured, names: Iterable[str]) -> Measured:
    """The measures named only, in their order."""
    return measured.only(rows_of(measured.key, names))


def name_of(row: pd.Series) -> str:
    """The name that means a row of measures."""
    group = ",".join(f"{part}={row[part]}" for part in KEY[2:] if row[part])
    return f"{row['measure']}@{group}" if group else str(row["measure"])


def group_of(name: str) -> dict[str, str]:
    """`wait.p90@site=centre,field=land` → `{"site": "centre", "field": "land"}`.

    Raises ScenarioError for what is no group.
    """
    group = {}
    _, at, pairs = name.partition("@")
    for pair in pairs.split(",") if at else ():
        part, _, value = (composed(word.strip()) for word in pair.partition("="))
        if part and part not in Label._fields:
            raise ScenarioError(f"{name}: '{part}' is no group{suggest(part, Label._fields)}")
        if not value:
            raise ScenarioError(f"{name}: names no group; write @{part or 'site'}=NAME")
        group[part] = value
    return group
