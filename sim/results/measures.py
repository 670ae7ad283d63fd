"""The figures a planner reads, one small function each, with definition, unit and source.

Visits belong to the measuring window by the instant of entry, dossiers by the instant they were received, work
and presence by when they happen. Rates and shares are fractions. Nobody is dropped: a wait not yet over counts
as long as it is, an overdue dossier as late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from sim.engine.contract import Floats, Ints, Log
from sim.officetime import HOUR
from sim.plan.model import Model, Replication
from sim.results.groups import (
    DossierGroups,
    Label,
    Level,
    TeamGroups,
    VisitGroups,
    dossier_groups,
    ratio,
    team_groups,
    visit_groups,
    within,
)
from sim.results.observe import Status, VisitOutcome, dossiers, staffing, visits

OVERTIME_PAY = 1.5
FINISHED = (Status.EARLY, Status.ON_TIME, Status.LATE)


class Figure(NamedTuple):
    """A measure's value per group, and the number of observations behind it; of a rate the denominator."""

    value: Floats
    n: Ints


class Measure(NamedTuple):
    """How a figure is computed and read.

    Figures over visits and dossiers are grouped by kind of site, place and field, those over teams by kind of site,
    place and team.
    """

    figure: Callable[[Any], Figure]
    unit: str
    better: Literal["lower", "higher", ""]
    over: Literal["visits", "dossiers", "teams"]
    rate: bool = False  # a share of n observations


# --- visits ---


def wait_mean(table: VisitGroups) -> Figure:
    """Mean minutes in the lobby before service, all desks of a visit together.

    Over the visits that waited or were served at once; those who left at once, came too late or did not come
    are counted by `gave_up.rate`. Official target: 30 minutes in 2022, 15 by 2025 (Decision 468/QĐ-TTg of 2021).
    """
    return _mean_of_waited(table, table.visits.wait)


def wait_p50(table: VisitGroups) -> Figure:
    """Median wait, minutes; quantiles by definition 7 of Hyndman & Fan (1996)."""
    return _wait_quantile(table, 0.50)


def wait_p90(table: VisitGroups) -> Figure:
    """The wait nine of ten visits stay within, minutes."""
    return _wait_quantile(table, 0.90)


def wait_p95(table: VisitGroups) -> Figure:
    """The wait 19 of 20 visits stay within, minutes."""
    return _wait_quantile(table, 0.95)


def wait_max(table: VisitGroups) -> Figure:
    """The longest wait, minutes."""
    return _wait_quantile(table, 1.0)


def wait_within_15(table: VisitGroups) -> Figure:
    """Share of visits served within 15 minutes of waiting (Decision 468/QĐ-TTg, from 2025)."""
    return _served_within(table, table.visits.wait, 15.0)


def wait_within_30(table: VisitGroups) -> Figure:
    """Share of visits served within 30 minutes of waiting (Decision 468/QĐ-TTg, from 2022)."""
    return _served_within(table, table.visits.wait, 30.0)


def satisfied_rate(table: VisitGroups) -> Figure:
    """Estimated share of visits with no more burden than satisfies their citizen (scenario table `survey`)."""
    return _served_within(table, table.burden, table.satisfied_within)


def very_satisfied_rate(table: VisitGroups) -> Figure:
    """Estimated share of visits with no more burden than leaves their citizen very satisfied."""
    return _served_within(table, table.burden, table.very_satisfied_within)


def stay_mean(table: VisitGroups) -> Figure:
    """Mean minutes from entering to leaving, over the visits of `wait.mean`."""
    return _mean_of_waited(table, table.visits.wait + table.visits.service)


def visits_count(table: VisitGroups) -> Figure:
    """Visits begun: every time a citizen comes, served or not; no-shows are none."""
    return _of_counts(table.groups.number(table.came))


def visits_per_dossier(table: VisitGroups) -> Figure:
    """Visits begun per dossier with at least one visit in the window."""
    n = table.groups.number(table.first_of_dossier)
    return Figure(ratio(table.groups.number(table.came), n), n)


def gave_up_rate(table: VisitGroups) -> Figure:
    """Share of visits, no-shows included, that ended unserved.

    Out of patience, too many people waiting, booked and not come, or turned away. A citizen who comes back
    begins another visit.
    """
    n = table.groups.number()
    return Figure(ratio(table.groups.number(table.visits.outcome < VisitOutcome.SERVED), n), n)


def citizen_hours(table: VisitGroups) -> Figure:
    """Hours citizens spend in lobbies, and `citizens.travel_minutes` a visit on the way; all visits but no-shows."""
    minutes = table.visits.wait + table.visits.service + table.travel_minutes
    return Figure(table.groups.total(minutes, table.came) / HOUR, table.groups.number(table.came))


# --- dossiers ---


def on_time_rate(table: DossierGroups) -> Figure:
    """Share of dossiers finished early or on time, of those finished or overdue.

    The official "trả đúng thời hạn" counts early as on time (Circular 02/2017/TT-VPCP, form 07a). The open
    overdue dossiers stay in the denominator, so that nobody is dropped; the open ones not yet due and the
    withdrawn are not in it. A dossier without a deadline is on time.
    """
    return _rate(table, Status.EARLY, Status.ON_TIME)


def early_rate(table: DossierGroups) -> Figure:
    """Share of dossiers finished on a date before the due date, of the same dossiers as `on_time.rate`."""
    return _rate(table, Status.EARLY)


def late_rate(table: DossierGroups) -> Figure:
    """1 - `on_time.rate`: finished late, or overdue."""
    return _rate(table, Status.LATE, Status.OVERDUE)


def late_days(table: DossierGroups) -> Figure:
    """Mean calendar days after the due date, of late and overdue dossiers; of the overdue, days so far."""
    n = table.number(Status.LATE, Status.OVERDUE)
    measured = within(table.window, table.dossiers.received)
    return Figure(ratio(table.groups.total(table.dossiers.late_days, measured), n), n)


def open_overdue(table: DossierGroups) -> Figure:
    """Dossiers received in the window, open and past the due date at its end."""
    return _of_counts(table.number(Status.OVERDUE))


def dossiers_open(table: DossierGroups) -> Figure:
    """Dossiers received in the window and open at its end, overdue or not."""
    return _of_counts(table.number(Status.OPEN, Status.OVERDUE))


def dossiers_finished(table: DossierGroups) -> Figure:
    """Dossiers received in the window whose result was ready by its end."""
    return _of_counts(table.number(*FINISHED))


def dossiers_received(table: DossierGroups) -> Figure:
    """Dossiers received in the window: finished, open and withdrawn."""
    return _of_counts(table.number(*Status))


def backlog_mean(table: DossierGroups) -> Figure:
    """Dossiers received and not ready, on average over the time of the window; the withdrawn apart.

    Those received before the window are in it as long as they are open.
    """
    first, before = table.window
    minutes = np.fmin(table.dossiers.ready, before) - np.maximum(table.dossiers.received, first)
    rows = (minutes > 0) & (table.dossiers.status != Status.WITHDRAWN)
    return Figure(table.groups.total(minutes, rows) / (before - first), table.groups.number(rows))


# --- teams ---


def utilisation(table: TeamGroups) -> Figure:
    """Minutes worked per minute that people were present on the roster; overtime can carry it above 1."""
    groups, staffing = table.groups, table.staffing
    return Figure(ratio(groups.total(staffing.worked), groups.total(staffing.present)), groups.number())


def overtime_hours(table: TeamGroups) -> Figure:
    """Hours worked past the roster."""
    return Figure(table.groups.total(table.staffing.overtime) / HOUR, table.groups.number())


def staff_cost(table: TeamGroups) -> Figure:
    """VND for the hours present on the roster, and one and a half times as much for an hour of overtime.

    Overtime on working days is paid at least 150 % (Labour Code 2012, article 97).
    """
    hours = (table.staffing.present + OVERTIME_PAY * table.staffing.overtime) / HOUR
    return Figure(table.groups.total(hours * table.cost_per_hour), table.groups.number())


MEASURES: dict[str, Measure] = {
    "wait.mean": Measure(wait_mean, "min", "lower", "visits"),
    "wait.p50": Measure(wait_p50, "min", "lower", "visits"),
    "wait.p90": Measure(wait_p90, "min", "lower", "visits"),
    "wait.p95": Measure(wait_p95, "min", "lower", "visits"),
    "wait.max": Measure(wait_max, "min", "lower", "visits"),
    "wait.within_15": Measure(wait_within_15, "fraction", "higher", "visits", rate=True),
    "wait.within_30": Measure(wait_within_30, "fraction", "higher", "visits", rate=True),
    "stay.mean": Measure(stay_mean, "min", "lower", "visits"),
    "gave_up.rate": Measure(gave_up_rate, "fraction", "lower", "visits", rate=True),
    "visits.count": Measure(visits_count, "visits", "", "visits"),
    "visits.per_dossier": Measure(visits_per_dossier, "visits", "lower", "visits"),
    "citizen.hours": Measure(citizen_hours, "h", "lower", "visits"),
    "satisfied.rate": Measure(satisfied_rate, "fraction", "higher", "visits", rate=True),
    "very_satisfied.rate": Measure(very_satisfied_rate, "fraction", "higher", "visits", rate=True),
    "on_time.rate": Measure(on_time_rate, "fraction", "higher", "dossiers", rate=True),
    "early.rate": Measure(early_rate, "fraction", "higher", "dossiers", rate=True),
    "late.rate": Measure(late_rate, "fraction", "lower", "dossiers", rate=True),
    "late.days": Measure(late_days, "days", "lower", "dossiers"),
    "open.overdue": Measure(open_overdue, "dossiers", "lower", "dossiers"),
    "backlog.mean": Measure(backlog_mean, "dossiers", "lower", "dossiers"),
    "dossiers.received": Measure(dossiers_received, "dossiers", "", "dossiers"),
    "dossiers.finished": Measure(dossiers_finished, "dossiers", "higher", "dossiers"),
    "dossiers.open": Measure(dossiers_open, "dossiers", "lower", "dossiers"),
    "utilisation": Measure(utilisation, "fraction", "", "teams"),
    "overtime.hours": Measure(overtime_hours, "h", "lower", "teams"),
    "staff.cost": Measure(staff_cost, "VND", "lower", "teams"),
}
OF_SURVEY = ("satisfied.rate", "very_satisfied.rate")


def measure(model: Model, replication: Replication, log: Log) -> pd.DataFrame:
    """All measures of one replication: measure, unit, site, place, field, team, value, n.

    An empty site, place, field or team is not grouped by. A mean or rate of nothing is NaN. The rows are the
    same, in the same order, in every replication of a scenario.
    """
    tables: dict[str, Sequence[tuple[Level, Any]]] = {
        "visits": visit_groups(model, replication, visits(model, replication, log)),
        "dossiers": dossier_groups(model, replication, dossiers(model, replication, log)),
        "teams": team_groups(model, staffing(model, replication, log)),
    }
    rows = [
        (name, one.unit, *label, value, n)
        for name, one in MEASURES.items()
        if name not in OF_SURVEY or model.scenario.survey is not None
        for level, grouped in tables[one.over]
        for label, value, n in zip(level.labels, *one.figure(grouped), strict=True)
    ]
    return pd.DataFrame(rows, columns=["measure", "unit", *Label._fields, "value", "n"])


def _mean_of_waited(table: VisitGroups, minutes: Floats) -> Figure:
    n = table.groups.number(table.visits.waited)
    return Figure(ratio(table.groups.total(minutes, table.visits.waited), n), n)


def _wait_quantile(table: VisitGroups, q: float) -> Figure:
    return Figure(table.wait_quantile(q), np.diff(table.first))


def _served_within(table: VisitGroups, minutes: Floats, limit: float | Floats) -> Figure:
    """Who left unserved was not served within any time, and is not satisfied."""
    n = table.groups.number(table.visits.waited)
    served = table.visits.outcome == VisitOutcome.SERVED
    return Figure(ratio(table.groups.number(served & (minutes <= limit)), n), n)


def _rate(table: DossierGroups, *statuses: Status) -> Figure:
    n = table.number(*FINISHED, Status.OVERDUE)
    return Figure(ratio(table.number(*statuses), n), n)


def _of_counts(n: Ints) -> Figure:
    return Figure(n.astype(np.float64), n)
