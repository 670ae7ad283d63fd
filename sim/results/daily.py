"""The run day by day, warm-up included: whether the warm-up was long enough, and whether the office keeps up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.trend import trend
from sim.analysis.warmup import check_warm_up
from sim.engine.contract import Floats
from sim.officetime import DAY
from sim.plan.model import Bookings, Model, Replication
from sim.results.course import open_by_day
from sim.results.groups import Groups, Level, ratio, site_level
from sim.results.observe import Observed

GROWING = {"open": "growing", "lead": "lead"}  # the flag of each series that still grows
SETTLING = ("open", "wait")  # the series by which a warm-up is judged


class Daily(NamedTuple):
    """Kinds of site by day of the whole run: float[site, day]."""

    open: Floats  # dossiers open when the day ends, as in `backlog.mean`
    wait: Floats  # mean wait of the visits begun that day, as in `wait.mean`; NaN: none
    lead: Floats  # mean working days until the slots given that day, as in `slot.days`; NaN: none


def daily(model: Model, replication: Replication, observed: Observed) -> Daily:
    """One replication's days."""
    level, whole = site_level(model), (0.0, model.plan.end)
    visits, days = observed.visits, round(model.plan.end / DAY)
    site = level.group[replication.labels.stream[visits.dossier]]
    cell = Groups(len(level.labels) * days, site * days + (visits.entered // DAY).astype(np.int64))
    wait = ratio(cell.total(visits.wait, visits.waited), cell.number(visits.waited))
    backlog = open_by_day(model, replication, observed.dossiers, level, whole).at_end
    return Daily(backlog, wait.reshape(-1, days), _lead(replication.labels.bookings, level, days))


def _lead(bookings: Bookings, level: Level, days: int) -> Floats:
    """float[site, day]."""
    found, site = np.isfinite(bookings.days), level.group[bookings.stream]
    cell = Groups(len(level.labels) * days, site * days + (bookings.asked // DAY).astype(np.int64))
    return ratio(cell.total(bookings.days, found), cell.number(found)).reshape(-1, days)


def warm_up(days: pd.DataFrame) -> pd.DataFrame:
    """MSER-5 of each kind of site's daily backlog and waits: a row a site and series, from the table `days`.

    `warm_up` and `suggested` are days. Too short: what MSER-5 would cut as well, shifting the mean by `shift`,
    differs from the rest over replications; see :mod:`sim.analysis.warmup`.
    """
    length = int(days.loc[days["warm_up"], "date"].nunique())
    rows: list[dict[str, Any]] = []
    for site in days["site"].cat.categories:
        for series in SETTLING:
            found = check_warm_up(_series(days, site, series), length)
            rows.append(
                {
                    "site": site,
                    "series": series,
                    "warm_up": length,
                    "suggested": found.suggested.length,
                    "settled": found.suggested.settled,
                    "shift": found.shift,
                    "too_short": found.too_short,
                }
            )
    return pd.DataFrame(rows)


def stability(days: pd.DataFrame) -> pd.DataFrame:
    """Whether each kind of site's backlog, or the wait for its appointments, still grows at the end of the window.

    From the table `days`; a row a site and `series`: `open`, dossiers, and where there are appointments `lead`,
    working days. `level` is its mean, `growth` is over the window and `late` over its last half, with one-sided 95 %
    bounds; see :mod:`sim.analysis.trend`.
    """
    measured = days[~days["warm_up"]]
    return pd.DataFrame(
        {"site": site, "series": series, **trend(found)._asdict()}
        for site in days["site"].cat.categories
        for series in GROWING
        if not np.isnan(found := _series(measured, site, series)).all()
    )


def flags(days: pd.DataFrame, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """What makes averages mean little, with the site's title.

    A backlog that is `growing`, appointments ever further away (`lead`), or a warm-up too short.
    """
    grown = stability(days).query("grows").to_dict("records")
    short = warm_up(days).query("too_short").sort_values("suggested").drop_duplicates("site", keep="last")
    return [
        {
            "kind": GROWING[row["series"]],
            "place": titles[row["site"]],
            "late": row["late"],
            "open": row["level"],
        }
        for row in grown
    ] + [
        {
            "kind": "warm_up",
            "place": titles[row["site"]],
            "days": row["warm_up"],
            "suggested": row["suggested"],
        }
        for row in short.to_dict("records")
    ]


def _series(days: pd.DataFrame, site: str, name: str) -> Floats:
    """float[replication, day]."""
    own = days[days["site"] == site]
    return own.pivot(index="replication", columns="date", values=name).to_numpy(np.float64)
