"""All measures of replications: for each replication two arrays, for all of them one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.contract import Floats, Ints
from sim.plan.model import Model, Replication
from sim.results.appointments import BookingTotals, booking_totals
from sim.results.figure import Kind
from sim.results.groups import Groupings, Label
from sim.results.measures import MEASURES, OF_APPOINTMENTS, OF_REOPENED, OF_SURVEY
from sim.results.named import ALWAYS_WITHIN, measure_of
from sim.results.observe import Observed
from sim.results.outlook import fates
from sim.results.tally import Tally, tally
from sim.results.totals import (
    DossierTotals,
    TeamTotals,
    VisitTotals,
    dossier_totals,
    team_totals,
    visit_totals,
)
from sim.results.weeks import weekly
from sim.results.within import waits_named, within
from sim.scenario.routes import reopening_steps

KEY = ["measure", "unit", *Label._fields]


class Measured(NamedTuple):
    """All measures of all replications, the same rows in each."""

    key: pd.DataFrame  # measure, unit and the parts of a `Label`; an empty one of these is not grouped by
    value: Floats  # float[replication, row]
    n: Ints  # int[replication, row]
    waits: tuple[
        bytes, ...
    ] = ()  # of each replication a packed `Tally`, its groups as :func:`tallied` numbers them
    fates: tuple[Floats, ...] = ()  # of each replication float[open dossier], see :mod:`sim.results.outlook`
    weeks: tuple[Floats, ...] = ()  # of each replication, see :func:`sim.results.weeks.weekly`

    def table(self) -> pd.DataFrame:
        """One row per replication and row: replication, the key, value, n."""
        count = len(self.value)
        table = pd.concat([self.key] * count, ignore_index=True)
        table.insert(0, "replication", np.repeat(np.arange(count), len(self.key)))
        return table.assign(value=self.value.ravel(), n=self.n.ravel())

    @property
    def sites(self) -> list[str]:
        """The kinds of site that citizens turn to, in the order of `weeks`."""
        named = [site for site in dict.fromkeys(self.key["site"]) if site]
        return named[: len(self.weeks[0])]

    def tallies(self) -> list[Tally]:
        """The waits of each replication, by group."""
        return [Tally.unpacked(one) for one in self.waits]

    def only(self, rows: Ints) -> Measured:
        """Some of the rows, in the order given."""
        key = self.key.iloc[rows].reset_index(drop=True)
        groups = tallied(self.key)[rows]
        wanted = pd.unique(groups[groups >= 0])
        waits = [one.only(wanted).packed() for one in self.tallies()] if len(wanted) else []
        return Measured(key, self.value[:, rows], self.n[:, rows], tuple(waits), self.fates, self.weeks)

    def like(self, key: pd.DataFrame) -> Measured:
        """The rows that a key names, as far as they are there."""
        at = pd.MultiIndex.from_frame(self.key).get_indexer(pd.MultiIndex.from_frame(key))
        return self.only(at[at >= 0])

    def first(self, replications: int) -> Measured:
        """So many replications only."""
        figures = self.value[:replications], self.n[:replications], self.waits[:replications]
        return Measured(self.key, *figures, self.fates[:replications], self.weeks[:replications])


class Figures(NamedTuple):
    """All measures of one replication, in the rows of :func:`key`."""

    value: Floats
    n: Ints
    waits: bytes  # a packed `Tally`
    fates: Floats
    weeks: Floats


def tallied(key: pd.DataFrame) -> Ints:
    """The number of the group whose waits a quantile is of, in order of first appearance; -1: no quantile."""
    groups = np.full(len(key), -1)
    of_waits = kinds(key) == Kind.QUANTILE
    labels = pd.MultiIndex.from_frame(key.loc[of_waits, list(Label._fields)])
    groups[of_waits] = pd.factorize(labels)[0]
    return groups


def kinds(key: pd.DataFrame) -> NDArray[np.str_]:
    """The kind of each row's measure."""
    return np.array([measure_of(name).kind for name in key["measure"]], np.str_)


def names(model: Model, asked: Iterable[str] = ()) -> list[str]:
    """The measures that a scenario has, in their order; of `wait.within_N` those always told, and those asked for.

    Without a survey nobody is asked, without appointments nobody looks for a slot, and where no clock starts again
    after its stop nothing is reopened.
    """
    without: set[str] = set()
    if model.scenario.survey is None:
        without |= {*OF_SURVEY}
    if model.scenario.digital.appointment_share == 0:
        without |= {*OF_APPOINTMENTS}
    if not reopening_steps(model.scenario):
        without |= {*OF_REOPENED}
    first, after = (list(MEASURES).index(ALWAYS_WITHIN[end]) for end in (0, -1))
    every = [*MEASURES][:first] + waits_named([*ALWAYS_WITHIN, *asked]) + [*MEASURES][after + 1 :]
    return [name for name in every if name not in without]


def key(model: Model, groups: Groupings, asked: Iterable[str] = ()) -> pd.DataFrame:
    """What the rows of every replication's measures are; see :class:`Measured`."""
    rows = [
        (name, measure_of(name).unit, *label)
        for name in names(model, asked)
        for label in getattr(groups, measure_of(name).over).labels
    ]
    return pd.DataFrame(rows, columns=KEY)


def measure(
    model: Model,
    groups: Groupings,
    replication: Replication,
    observed: Observed,
    told: Sequence[str],
) -> Figures:
    """The measures of one replication, in the rows of :func:`key`; a mean or rate of nothing is NaN.

    `told` are the :func:`names` of the scenario, the same in every replication.
    """
    minutes = [wait.minutes for name in told if (wait := within(name))]
    visits = visit_totals(model, replication, observed.visits, groups.visits, sorted(set(minutes)))
    totals: dict[str, VisitTotals | DossierTotals | BookingTotals | TeamTotals] = {
        "visits": visits,
        "dossiers": dossier_totals(
            model, replication, observed.dossiers, observed.reopened, observed.demand, groups.dossiers
        ),
        "bookings": booking_totals(model, replication.labels.bookings, groups.bookings),
        "teams": team_totals(model, observed.staffing, groups.teams),
    }
    figures = [measure_of(name).figure(totals[measure_of(name).over]) for name in told]
    value, n = (np.concatenate(parts) for parts in zip(*figures, strict=True))
    waits = tally(visits.waits, visits.first, visits.waited.astype(np.int64))
    ends = fates(model, replication, observed.dossiers)
    return Figures(value, n.astype(np.int64), waits.packed(), ends, weekly(model, replication, observed))
