"""What waits and rates on time are made of, week by week of the measuring window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.engine.contract import Floats, Ints
from sim.officetime import DAY
from sim.plan.model import Model, Replication
from sim.results.groups import site_level, within
from sim.results.observe import FINISHED, Observed, Status

WEEK = 7


class Week(NamedTuple):
    """What the measures of a week are made of, as they define it."""

    wait: Floats  # minutes
    waited: Floats  # visits
    on_time: Floats  # dossiers received, finished early or on time
    judged: Floats  # finished or overdue


def weekly(model: Model, replication: Replication, observed: Observed) -> Floats:
    """One replication by kind of site and week, Monday to Sunday: float[site, week, part of `Week`]."""
    visits, dossiers = observed.visits, observed.dossiers
    begun = within(model.window, visits.entered) & visits.waited
    received = within(model.window, dossiers.received)
    judged = received & np.isin(dossiers.status, (*FINISHED, Status.OVERDUE))
    on_time = judged & np.isin(dossiers.status, (Status.EARLY, Status.ON_TIME))
    level, weeks = site_level(model), _weeks(model, np.array([model.window[1] - 1]))[0] + 1
    site = level.group[replication.labels.stream]
    of_visit = site[visits.dossier] * weeks + _weeks(model, visits.entered)
    of_dossier = site[dossiers.dossier] * weeks + _weeks(model, dossiers.received)
    size = len(level.labels) * weeks
    sums = (
        np.bincount(of_visit[begun], visits.wait[begun], size),
        np.bincount(of_visit[begun], minlength=size),
        np.bincount(of_dossier[on_time], minlength=size),
        np.bincount(of_dossier[judged], minlength=size),
    )
    return np.stack(sums, axis=-1).reshape(-1, weeks, len(Week._fields)).astype(np.float64)


def _weeks(model: Model, t: Floats) -> Ints:
    """The week of each instant; that in which the window begins is 0."""
    monday = model.first_day.weekday()
    first = (int(model.window[0] // DAY) + monday) // WEEK
    return ((t // DAY).astype(np.int64) + monday) // WEEK - first


def mondays(first: date, weeks: int) -> list[date]:
    """On which days the weeks of a window begin, the first of them on its first day or before."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=WEEK * week) for week in range(weeks)]


def week_table(weeks: Sequence[Floats], sites: Sequence[str], first: date) -> pd.DataFrame:
    """A row a replication, kind of site and week, in this order; see :class:`Week`."""
    sums = np.stack(weeks)
    replication, site, week = (one.ravel() for one in np.indices(sums.shape[:3]))
    names = {"replication": replication, "site": np.array(sites)[site]}
    starts = np.array(mondays(first, sums.shape[2]), "datetime64[ms]")[week]
    parts = {name: sums[..., part].ravel() for part, name in enumerate(Week._fields)}
    return pd.DataFrame(names | {"week": starts} | parts)


def weeks_of(table: pd.DataFrame) -> tuple[Floats, ...]:
    """The weeks of each replication from such a table."""
    shape = tuple(table[name].nunique() for name in ("replication", "site", "week"))
    return tuple(table[list(Week._fields)].to_numpy(np.float64).reshape(*shape, len(Week._fields)))
