"""A country: districts after the pattern of one, of random sizes, each a centre and its communes on their own.

What a district has is a function of seed and number alone, so any part of a country is the same as in the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
import pandas as pd

from sim import keyed, laws
from sim.engine.contract import Floats
from sim.results.estimates import estimates, grouped_by
from sim.scenario import ScenarioError, ScenarioFile
from sim.scenario.domain import Scenario
from sim.scenario.values import Staff
from sim.study.campaign import Campaign

# Assumed: half the districts have between 0.65 and 1.23 times the demand of the pattern, and 15 communes on average.
SIZE = laws.parse("lognormal(mean=1, sd=0.5)")  # demand, as a multiple of the pattern's
PLACES = laws.parse("uniform(8, 23)")
SHARE = laws.parse("lognormal(mean=1, sd=0.5)")  # before all are made to add up to 1


class District(NamedTuple):
    """How a district differs from the pattern."""

    size: float  # demand, as a multiple of the pattern's
    shares: Floats  # float[place]


class Country(Sequence[ScenarioFile]):
    """The scenarios of so many districts, each made when it is asked for.

    Demand is scaled; every kind of site with places has places of random number and shares; teams have so much more
    staff as their site, or the largest place of its kind, has more work, rounded up. Raises ScenarioError if a staff
    of the pattern changes by date.
    """

    def __init__(self, pattern: ScenarioFile, districts: int, *, seed: int = 1) -> None:
        if varying := [name for name, team in pattern.scenario.team.items() if team.period]:
            raise ScenarioError(f"{pattern.name}: team.{varying[0]}.period: a pattern's staff stays all year")
        self.pattern, self.seed, self._districts = pattern, seed, districts

    def __len__(self) -> int:
        return self._districts

    def __iter__(self) -> Iterator[ScenarioFile]:
        return map(self._made, range(self._districts))

    @overload
    def __getitem__(self, number: int) -> ScenarioFile: ...
    @overload
    def __getitem__(self, number: slice) -> list[ScenarioFile]: ...
    def __getitem__(self, number: int | slice) -> ScenarioFile | list[ScenarioFile]:
        at = range(self._districts)[number]
        return self._made(at) if isinstance(at, int) else [self._made(each) for each in at]

    def district(self, number: int) -> District:
        """The size of a district and its places."""
        size, places = (self._drawn(number, law, what) for law, what in ((SIZE, "size"), (PLACES, "places")))
        shares = np.array(
            [self._drawn(number, SHARE, f"share {place}") for place in range(math.floor(places))]
        )
        return District(size, shares / shares.sum())

    def _drawn(self, number: int, law: laws.Law, what: str) -> float:
        stream = keyed.stream(self.seed, number, "district", what)
        return float(law.ppf(keyed.uniform(stream, 0, what)))

    def _made(self, number: int) -> ScenarioFile:
        pattern, district = self.pattern.scenario, self.district(number)
        changes: dict[str, Any] = {"demand.scale": pattern.demand.scale * district.size}
        for name, site in pattern.site.items():
            if site.places:
                changes[f"site.{name}.places"] = [
                    [f"{name} {place}", float(share)] for place, share in enumerate(district.shares, start=1)
                ]
        for name, team in pattern.team.items():
            changes[f"team.{name}.staff"] = _more(team.staff, _growth(pattern, team.site, district))
        return self.pattern.change(changes, title=f"district {number + 1}")


def by_district(country: Country, campaign: Campaign, replications: int) -> pd.DataFrame:
    """One row per district and measure of the whole district: district, size, places, measure, unit, mean, sd, n.

    `mean` is of all replications together, `sd` of one; `n` observations are behind them. Only this table grows with
    the country.
    """
    parts = []
    for one in campaign.gathered(country, replications):
        whole = np.flatnonzero(grouped_by(one.measured.key, []))
        found, district = estimates(one.measured.only(whole)), country.district(one.number)
        part = found.key[["measure", "unit"]].assign(
            mean=found.mean,
            sd=found.linear.std(axis=1, ddof=1) if replications > 1 else math.nan,
            n=found.n,
        )
        about = {"district": one.number + 1, "size": district.size, "places": len(district.shares)}
        for at, (column, value) in enumerate(about.items()):
            part.insert(at, column, value)
        parts.append(part)
    return pd.concat(parts).sort_values("district", kind="stable", ignore_index=True)


def _growth(pattern: Scenario, site: str, district: District) -> float:
    """Work of a site, or of its largest place, as a multiple of the pattern's."""
    usual = max((share for _, share in pattern.site[site].places), default=1.0)
    largest = district.shares.max() if pattern.site[site].places else 1.0
    return float(district.size * largest / usual)


def _more(staff: Staff, factor: float) -> Staff:
    """So many times the staff, rounded up, and never fewer than one where there is somebody."""
    if isinstance(staff, int):
        return math.ceil(staff * factor)
    return [(when, math.ceil(count * factor)) for when, count in staff]
