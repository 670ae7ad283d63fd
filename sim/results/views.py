"""A result's figures by whatever its tables tell apart: procedure, hour, weekday, month and so on.

A view has one row per group. Its figures are those of :mod:`sim.results.measures`, of all replications with rows
together: `name`, with `name_low` and `name_high`, its 95 % interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.intervals import rate_interval, ratio_interval
from sim.analysis.woodruff import shares
from sim.officetime import HOUR
from sim.results.observe import FINISHED, Status, VisitOutcome

Replications = NDArray[np.integer]

TARGETS = (15, 30)  # minutes of waiting
UNSERVED = [one for one in VisitOutcome if one < VisitOutcome.SERVED]


class Figure(NamedTuple):
    """How a figure comes from a column with a value per row, NaN where the row is not part of it."""

    column: str
    how: str | float = "mean"  # mean, sum, max, rate (the mean of 0s and 1s), or which quantile
    per: str = ""  # the sum of this column by which that sum is divided


WAITS = {
    "mean": Figure("wait"),
    **{f"p{q}": Figure("wait", q / 100) for q in (50, 90, 95)},
    "max": Figure("wait", "max"),
    **{f"within_{target}": Figure(f"within_{target}", "rate") for target in TARGETS},
    "stay": Figure("stay"),
    "gave_up": Figure("gave_up", "rate"),
    "visits": Figure("came", "sum"),
    "visits_per_dossier": Figure("of_dossier"),
    "citizen_hours": Figure("hours", "sum"),
}
ON_TIME = {
    **{name: Figure(name, "rate") for name in ("on_time", "early", "late")},
    "late_days": Figure("late_days"),
    **{name: Figure(name, "sum") for name in ("received", "finished", "open", "overdue")},
}
BACKLOG = {name: Figure(name) for name in ("open", "mean")}
STAFFING = {
    "utilisation": Figure("worked", "sum", per="present"),
    "rostered_hours": Figure("rostered", "sum"),
    "present_hours": Figure("present_hours", "sum"),
    "overtime_hours": Figure("overtime", "sum"),
    "staff_cost": Figure("cost", "sum"),
}


def waits(visits: pd.DataFrame, by: Sequence[str], replications: Replications) -> pd.DataFrame:
    """The figures over visits; `count` is how many waited, in all replications.

    A dossier with several visits enters `visits_per_dossier` in the group of its first.
    """
    waited = visits["waited"]
    came = ~_is(visits["outcome"], VisitOutcome.NO_SHOW)
    stay = visits["wait"] + visits["service"]
    dossier = visits.loc[came, ["replication", "dossier"]]
    of_dossier = dossier.groupby(list(dossier))["dossier"].transform("size")
    values = {
        "wait": visits["wait"].where(waited),
        "stay": stay.where(waited),
        "gave_up": _is(visits["outcome"], *UNSERVED),
        "came": came,
        "of_dossier": of_dossier[~dossier.duplicated()],
        "hours": ((stay + visits["travel"]) / HOUR).where(came),
    }
    served = _is(visits["outcome"], VisitOutcome.SERVED)
    for target in TARGETS:
        within = served & (visits["wait"] <= target)
        values[f"within_{target}"] = within.astype(np.float64).where(waited)
    return _view(visits, values, WAITS, by, replications, count="wait")


def on_time(dossiers: pd.DataFrame, by: Sequence[str], replications: Replications) -> pd.DataFrame:
    """The figures over dossiers not carried over; `count` is the denominator of the rates, in all replications."""
    dossiers = dossiers[~dossiers["carried_over"]]
    status = dossiers["status"]
    late, judged = _is(status, Status.LATE, Status.OVERDUE), _is(status, *FINISHED, Status.OVERDUE)
    early = _is(status, Status.EARLY)
    rates = {"on_time": early | _is(status, Status.ON_TIME), "early": early, "late": late}
    values = {name: rate.astype(np.float64).where(judged) for name, rate in rates.items()} | {
        "late_days": dossiers["late_days"].where(late),
        "received": status.notna(),
        "finished": _is(status, *FINISHED),
        "open": _is(status, Status.OPEN, Status.OVERDUE),
        "overdue": _is(status, Status.OVERDUE),
    }
    return _view(dossiers, values, ON_TIME, by, replications, count="on_time")


def backlog(open_by_day: pd.DataFrame, by: Sequence[str], replications: Replications) -> pd.DataFrame:
    """Dossiers open at the end of the day, and on average through it; the mean over the days of each group."""
    _check(open_by_day, by)
    days = open_by_day.groupby(list(dict.fromkeys((*by, "date", "replication"))), observed=True)
    added_up = days[list(BACKLOG)].sum().reset_index()
    return _view(added_up, {name: added_up[name] for name in BACKLOG}, BACKLOG, by, replications)


def staffing(work_by_hour: pd.DataFrame, by: Sequence[str], replications: Replications) -> pd.DataFrame:
    """The figures over teams; where nobody is present there is no utilisation."""
    values = {
        "worked": work_by_hour["worked"],
        "present": work_by_hour["present"],
        "rostered": work_by_hour["rostered"] / HOUR,
        "present_hours": work_by_hour["present"] / HOUR,
        "overtime": work_by_hour["overtime"] / HOUR,
        "cost": work_by_hour["cost"],
    }
    return _view(work_by_hour, values, STAFFING, by, replications)


def _view(
    table: pd.DataFrame,
    values: dict[str, pd.Series],
    figures: Mapping[str, Figure],
    by: Sequence[str],
    replications: Replications,
    count: str = "",
) -> pd.DataFrame:
    """A row per group of the table's rows; `count` names the values that are counted."""
    _check(table, by)
    keys = [table[name] for name in (*by, "replication")]
    groups = pd.DataFrame(values, table.index, dtype=float).groupby(keys, observed=True)
    counts = groups.count()
    view = {"count": counts[count].groupby(level=list(by), observed=True).sum()} if count else {}
    for name, figure in figures.items():
        if isinstance(figure.how, float):
            view |= _quantile(values[figure.column], keys, name, figure.how, replications)
            continue
        found = _by_replication(_of(groups, figure), figure, replications)
        weights = _weights(groups, counts, figure, found)
        interval = rate_interval if figure.how == "rate" else ratio_interval
        mean, low, high = interval(found.to_numpy(), weights.to_numpy())
        bounds = {name: mean, f"{name}_low": np.maximum(low, 0.0), f"{name}_high": high}
        view |= {column: pd.Series(bound, found.index) for column, bound in bounds.items()}
    found = pd.DataFrame(view).reset_index()
    found.attrs = dict(table.attrs)
    return found


def _quantile(
    values: pd.Series, keys: list[pd.Series], name: str, p: float, replications: Replications
) -> dict[str, pd.Series]:
    """A quantile of all rows of each group, and the bounds of its interval."""

    def estimated(own: pd.Series) -> pd.Series:
        x, of = own.to_numpy(np.float64), place[own.index].to_numpy()
        value = float(np.quantile(x, p))
        below, n = (np.bincount(part, minlength=len(replications)) for part in (of[x <= value], of))
        low, high = shares(below, n, p)
        bounds = (value, *(np.nan if np.isnan(one) else np.quantile(x, one) for one in (low, high)))
        return pd.Series(bounds, [name, f"{name}_low", f"{name}_high"])

    *groups, replication = keys
    known = values[values.notna()]
    place = pd.Series(np.searchsorted(replications, replication), replication.index)
    found = known.groupby([group[known.index] for group in groups], observed=True).apply(estimated).unstack()
    return {str(column): found[column] for column in found}


def _check(table: pd.DataFrame, by: Sequence[str]) -> None:
    if not by or any(name not in table for name in by):
        raise ValueError(f"cannot group by {list(by)}; the choices are {list(table)}")


def _is(column: pd.Series, *kinds: IntEnum) -> pd.Series:
    """Bool[row]: the name in the column is of one of these kinds."""
    return column.isin([kind.name.lower() for kind in kinds])


def _of(groups: pd.api.typing.DataFrameGroupBy[Any, Any], figure: Figure) -> pd.Series:
    """The figure of each group and replication."""
    column = groups[figure.column]
    if figure.per:
        whole = groups[figure.per].sum()
        return column.sum() / whole.where(whole > 0)
    return column.agg("mean" if figure.how == "rate" else str(figure.how))


def _weights(
    groups: pd.api.typing.DataFrameGroupBy[Any, Any],
    counts: pd.DataFrame,
    figure: Figure,
    found: pd.DataFrame,
) -> pd.DataFrame:
    """What each value found counts for: a mean for its rows, or what it is divided by, an amount for itself."""
    if figure.per:
        whole = groups[figure.per].sum()
    elif figure.how in ("mean", "rate"):
        whole = counts[figure.column]
    else:
        return found.notna()
    return whole.unstack("replication").reindex_like(found).fillna(0)


def _by_replication(values: pd.Series, figure: Figure, replications: Replications) -> pd.DataFrame:
    """One row per group, one column per replication; a sum over nothing is 0, everything else unknown."""
    wide = values.unstack("replication").reindex(columns=replications)
    return wide.fillna(0.0) if figure.how == "sum" and not figure.per else wide
