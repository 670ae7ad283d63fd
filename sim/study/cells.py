"""Cells of a study: a scenario with other values, or the reason why there is none; what is read of their measures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple, TypedDict, TypeVar

from sim.results.chosen import chosen
from sim.results.estimates import Estimates, estimates
from sim.results.measured import Measured
from sim.scenario import ScenarioError, ScenarioFile
from sim.scenario.messages import shown
from sim.scenario.vary import places, varied
from sim.study.campaign import Campaign, Gathered, Progress

Kept = TypeVar("Kept")


class Options(TypedDict, total=False):
    """How a campaign is run: what :class:`Campaign` takes."""

    seed: int
    engine: str
    workers: int | None
    progress: Progress | None
    executor: Executor | None
    store: str | os.PathLike[str] | None


class Cell(NamedTuple):
    """Values, and the scenario that has them; none, and the reason, if they make it invalid."""

    values: dict[str, Any]
    file: ScenarioFile | None
    problem: str = ""

    @property
    def name(self) -> str:
        """What is varied, in a line."""
        return name_of(self.values)


def name_of(values: Mapping[str, Any]) -> str:
    """`team.land-desk.staff = 2, digital.online_share = 0.4`."""
    return ", ".join(f"{key} = {shown(value)}" for key, value in values.items())


def cells(base: ScenarioFile, points: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """The scenario at each point; where it cannot be made, why."""
    return [_cell(base, dict(values)) for values in points]


def all_valid(found: Sequence[Cell]) -> list[ScenarioFile]:
    """Their scenarios; `ScenarioError` with every cell that has none."""
    if problems := [f"{cell.name}: {cell.problem}" for cell in found if cell.file is None]:
        raise ScenarioError(*problems)
    return [cell.file for cell in found if cell.file is not None]


def where_valid(
    campaign: Campaign, found: Sequence[Cell], replications: int, keep: Callable[[Gathered], Kept]
) -> list[Kept | None]:
    """What is to be kept of the cells that have a scenario; all else is let go as soon as a cell is there."""
    files = {cell.file.hash: cell.file for cell in found if cell.file is not None}
    kept = {one.file.hash: keep(one) for one in campaign.gathered(list(files.values()), replications)}
    return [None if cell.file is None else kept[cell.file.hash] for cell in found]


def check_keys(base: ScenarioFile, keys: Iterable[str]) -> None:
    """Raise `ScenarioError` for nothing to vary, and for a key that names no value of the scenario."""
    if not (wanted := list(keys)):
        raise ScenarioError(f"{base.name}: name at least one value to vary")
    for key in wanted:
        places(base, key)


def check_replications(replications: int) -> None:
    """Raise ValueError for too few to tell chance from a difference."""
    if replications < 2:
        raise ValueError(f"needs at least 2 replications, not {replications}")


def response(measured: Measured, measure: str) -> Estimates:
    """The measure of a name (:mod:`sim.results.chosen`) alone."""
    return estimates(chosen(measured, [measure]))


def _cell(base: ScenarioFile, values: dict[str, Any]) -> Cell:
    try:
        return Cell(values, varied(base, values, name_of(values)))
    except ScenarioError as error:
        return Cell(values, None, "; ".join(str(error).splitlines()))
