"""Break-even: from which value on a measure meets a target, on the same citizens, with an interval for the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Unpack

import pandas as pd

from sim.analysis.intervals import t_interval
from sim.analysis.rootfinding import crossing
from sim.engine.contract import Floats
from sim.results.chosen import chosen
from sim.results.units import Series, batches, numbers
from sim.scenario import ScenarioError, Source, read
from sim.scenario.vary import is_whole
from sim.study.campaign import Campaign
from sim.study.cells import (
    Options,
    all_valid,
    cells,
    check_keys,
    check_replications,
)
from sim.study.precise import check_names

STEPS = 100  # of the range searched: how finely the place is found


class BreakEven(NamedTuple):
    """Where the mean of a measure crosses a value, and the 95 % interval of that place.

    `at` is NaN if the measure does not cross within the range. A bound on the edge of the range says that the
    interval may go on beyond. `tried` has a row for each place simulated: the value, mean, low, high.
    """

    vary: str
    between: tuple[float, float]
    measure: str
    target: float
    at: float
    low: float
    high: float
    rises: bool  # the measure grows with the value
    replications: int
    tried: pd.DataFrame

    @property
    def row(self) -> pd.DataFrame:
        """The answer as a table of one row, with the measure at the first and the last value of the range."""
        (first, last), means = self.between, self.tried["mean"]
        ends = {"from": first, "to": last, "start": means.iloc[0], "end": means.iloc[-1]}
        told = self._asdict() | ends
        return pd.DataFrame([{key: x for key, x in told.items() if key not in ("between", "tried")}])


def break_even(
    scenario: Source,
    *,
    during: str | None = None,
    vary: str,
    between: tuple[float, float],
    measure: str,
    at: float,
    with_: Mapping[str, Any] | None = None,
    replications: int = 20,
    campaign: Campaign | None = None,
    **options: Unpack[Options],
) -> BreakEven:
    """Where `measure` crosses `at` as the value `vary` goes through the range, other values changed `with_` it.

    A measure of a group is written as in `wait.p90@site=centre` (:mod:`sim.results.chosen`). The same replications
    are simulated everywhere; the measure should rise or fall throughout, see :mod:`sim.analysis.rootfinding`. Raises
    `ScenarioError` for names that do not exist, for whole numbers (try them all, by a sweep), and for a value in the
    range that makes the scenario invalid.
    """
    base, campaign = read(scenario, during), campaign or Campaign(**options, measures=[measure])
    low, high = (float(end) for end in between)
    check_keys(base, [vary, *(with_ or {})])
    check_names(base, [measure])
    check_replications(replications)
    if is_whole(vary):
        raise ScenarioError(f"{vary} is a whole number; try all of them by a sweep")
    if not low < high:
        raise ScenarioError(f"{vary}: {low:g} to {high:g} is not a range; write a lower and a higher number")
    seen: dict[float, Floats] = {}

    def respond(x: float) -> Floats:
        files = all_valid(cells(base, [{**(with_ or {}), vary: x}]))
        series = Series.of(chosen(campaign.measured(files, replications)[0], [measure]))
        seen[x] = numbers(series, batches([series]))[0]
        if len(seen[x]) < 2:
            raise ScenarioError(
                f"{measure}: {replications} replications observe too few visits for a quantile; make more"
            )
        return seen[x]

    found = crossing(respond, at, low, high, (high - low) / STEPS)
    places = sorted(seen)
    tried = pd.DataFrame({vary: x} | t_interval(seen[x])._asdict() for x in places)
    rises = bool(tried["mean"].iloc[-1] > tried["mean"].iloc[0])
    return BreakEven(vary, (low, high), measure, at, *found, rises, replications, tried)
