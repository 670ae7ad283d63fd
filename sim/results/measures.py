"""The figures a planner reads, one small function each, with definition, unit and source.

Visits belong to the measuring window by the instant of entry, dossiers by the instant they were received, askings for
an appointment by when they are made, work and presence by when they happen. Rates and shares are fractions. Nobody is
dropped: a wait not yet over counts as long as it is, an overdue dossier as late.
"""

from __future__ import annotations

import numpy as np

from sim.engine.contract import Floats
from sim.officetime import HOUR
from sim.results.appointments import no_slot_rate, slot_days, slots_lost
from sim.results.figure import Figure, Kind, Measure, share
from sim.results.groups import ratio
from sim.results.totals import DossierTotals, TeamTotals, VisitTotals

OVERTIME_PAY = 1.5


# --- visits ---


def wait_mean(table: VisitTotals) -> Figure:
    """Mean minutes in the lobby before service, all desks of a visit together.

    Over the visits that waited or were served at once; those who left at once, came too late or did not come
    are counted by `gave_up.rate`. Official target: 30 minutes in 2022, 15 by 2025 (Decision 468/QĐ-TTg of 2021).
    """
    return share(table.wait, table.waited)


def wait_hours(table: VisitTotals) -> Figure:
    """Hours that citizens wait, all visits of `wait.mean` together."""
    return Figure(table.wait / HOUR, table.waited)


def wait_p50(table: VisitTotals) -> Figure:
    """Median wait, minutes; quantiles by definition 7 of Hyndman & Fan (1996)."""
    return _wait_quantile(table, 0.50)


def wait_p90(table: VisitTotals) -> Figure:
    """The wait nine of ten visits stay within, minutes."""
    return _wait_quantile(table, 0.90)


def wait_p95(table: VisitTotals) -> Figure:
    """The wait 19 of 20 visits stay within, minutes."""
    return _wait_quantile(table, 0.95)


def wait_max(table: VisitTotals) -> Figure:
    """The longest wait of a replication, minutes."""
    return _wait_quantile(table, 1.0)


def wait_within_15(table: VisitTotals) -> Figure:
    """Share of visits served within 15 minutes of waiting (Decision 468/QĐ-TTg, from 2025).

    Who left unserved was not served within any time; the same holds for 30 minutes, and for satisfaction.
    """
    return share(table.within[15.0], table.waited)


def wait_within_30(table: VisitTotals) -> Figure:
    """Share of visits served within 30 minutes of waiting (Decision 468/QĐ-TTg, from 2022)."""
    return share(table.within[30.0], table.waited)


def satisfied_rate(table: VisitTotals) -> Figure:
    """Estimated share of visits with no more burden than satisfies their citizen (scenario table `survey`)."""
    return share(table.satisfied, table.waited)


def very_satisfied_rate(table: VisitTotals) -> Figure:
    """Estimated share of visits with no more burden than leaves their citizen very satisfied."""
    return share(table.very_satisfied, table.waited)


def stay_mean(table: VisitTotals) -> Figure:
    """Mean minutes from entering to leaving, over the visits of `wait.mean`."""
    return share(table.stay, table.waited)


def visits_count(table: VisitTotals) -> Figure:
    """Visits begun: every time a citizen comes, served or not; no-shows are none."""
    return Figure(table.came, table.came)


def visits_per_dossier(table: VisitTotals) -> Figure:
    """Visits begun per dossier with at least one visit in the window."""
    return share(table.came, table.dossiers)


def gave_up_rate(table: VisitTotals) -> Figure:
    """Share of visits, no-shows included, that ended unserved, for whatever reason; to come back is another visit."""
    return share(table.unserved, table.visits)


def sent_away_rate(table: VisitTotals) -> Figure:
    """Share of visits, no-shows included, that came in time, waited, and were sent away at closing."""
    return share(table.sent_away, table.visits)


def citizen_hours(table: VisitTotals) -> Figure:
    """Hours citizens spend in lobbies, and `citizens.travel_minutes` a visit on the way; all visits but no-shows."""
    return Figure((table.in_lobby + table.travel_minutes * table.came) / HOUR, table.came)


# --- dossiers ---


def demand_met(table: DossierTotals) -> Figure:
    """Share of demand that got in; see :class:`sim.results.demand.Demand`."""
    return share(table.met, table.met + table.unmet)


def on_time_rate(table: DossierTotals) -> Figure:
    """Share of dossiers finished early or on time, of those finished or overdue.

    The official "trả đúng thời hạn" counts early as on time (Circular 02/2017/TT-VPCP, form 07a). The open
    overdue dossiers stay in the denominator, so that nobody is dropped; the open ones not yet due and the
    withdrawn are not in it. A dossier without a deadline is on time.
    """
    return share(table.early + table.on_time, _judged(table))


def early_rate(table: DossierTotals) -> Figure:
    """Share of dossiers finished on a date before the due date, of the same dossiers as `on_time.rate`."""
    return share(table.early, _judged(table))


def late_rate(table: DossierTotals) -> Figure:
    """1 - `on_time.rate`: finished late, or overdue."""
    return share(table.late + table.overdue, _judged(table))


def late_days(table: DossierTotals) -> Figure:
    """Mean calendar days after the due date, of late and overdue dossiers; of the overdue, days so far."""
    return share(table.late_days, table.late + table.overdue)


def open_overdue(table: DossierTotals) -> Figure:
    """Dossiers received in the window, open and past the due date at its end."""
    return Figure(table.overdue, table.overdue)


def dossiers_open(table: DossierTotals) -> Figure:
    """Dossiers received in the window and open at its end, overdue or not."""
    n = table.open + table.overdue
    return Figure(n, n)


def dossiers_finished(table: DossierTotals) -> Figure:
    """Dossiers received in the window whose result was ready by its end."""
    n = _finished(table)
    return Figure(n, n)


def dossiers_received(table: DossierTotals) -> Figure:
    """Dossiers received in the window: finished, open and withdrawn."""
    n = _finished(table) + table.open + table.overdue + table.withdrawn
    return Figure(n, n)


def backlog_mean(table: DossierTotals) -> Figure:
    """Dossiers received and not ready, on average over the time of the window; the withdrawn apart.

    Those received before the window are in it as long as they are open.
    """
    return Figure(table.backlog / table.window, table.in_backlog)


def reopened_count(table: DossierTotals) -> Figure:
    """Further counts of the legal clock begun in the window, each by a start after a stop."""
    return Figure(table.counts, table.counts)


def reopened_rate(table: DossierTotals) -> Figure:
    """Share of dossiers reopened by the end of the window, of those received in it and finished."""
    return share(table.reopened, _finished(table))


def reopened_on_time(table: DossierTotals) -> Figure:
    """Share of further counts finished early or on time, of those begun in the window that are finished or overdue.

    They have a due date of their own, and enter no other rate: a result that was late stays so.
    """
    return share(table.counts_on_time, table.counts_judged)


# --- teams ---


def utilisation(table: TeamTotals) -> Figure:
    """Minutes worked per minute that people were present, the absent left out; n tells these in whole minutes.

    Overtime can carry it above 1.
    """
    return Figure(ratio(table.worked, table.present), np.ceil(table.present))


def rostered_hours(table: TeamTotals) -> Figure:
    """Hours of people on the roster, whether they were there or not; these are paid."""
    return Figure(table.rostered / HOUR, table.teams)


def present_hours(table: TeamTotals) -> Figure:
    """Hours of people on duty: absences and outages subtracted, the hours of an e-signature added."""
    return Figure(table.present / HOUR, table.teams)


def overtime_hours(table: TeamTotals) -> Figure:
    """Hours worked past the roster."""
    return Figure(table.overtime / HOUR, table.teams)


def staff_cost(table: TeamTotals) -> Figure:
    """VND for the hours on the roster, present or not, and one and a half times as much for an hour of overtime.

    So who is ill is paid. Overtime on working days is paid at least 150 % (Labour Code 2012, article 97).
    """
    return Figure(table.rostered_cost + OVERTIME_PAY * table.overtime_cost, table.teams)


MEASURES: dict[str, Measure] = {
    "wait.mean": Measure(wait_mean, "min", "lower", "visits", Kind.MEAN),
    "wait.hours": Measure(wait_hours, "h", "lower", "visits"),
    "wait.p50": Measure(wait_p50, "min", "lower", "visits", Kind.QUANTILE, 0.5),
    "wait.p90": Measure(wait_p90, "min", "lower", "visits", Kind.QUANTILE, 0.9),
    "wait.p95": Measure(wait_p95, "min", "lower", "visits", Kind.QUANTILE, 0.95),
    "wait.max": Measure(wait_max, "min", "lower", "visits"),
    "wait.within_15": Measure(wait_within_15, "fraction", "higher", "visits", Kind.RATE),
    "wait.within_30": Measure(wait_within_30, "fraction", "higher", "visits", Kind.RATE),
    "stay.mean": Measure(stay_mean, "min", "lower", "visits", Kind.MEAN),
    "gave_up.rate": Measure(gave_up_rate, "fraction", "lower", "visits", Kind.RATE),
    "sent_away.rate": Measure(sent_away_rate, "fraction", "lower", "visits", Kind.RATE),
    "visits.count": Measure(visits_count, "visits", "", "visits"),
    "visits.per_dossier": Measure(visits_per_dossier, "visits", "lower", "visits", Kind.MEAN),
    "citizen.hours": Measure(citizen_hours, "h", "lower", "visits"),
    "satisfied.rate": Measure(satisfied_rate, "fraction", "higher", "visits", Kind.RATE),
    "very_satisfied.rate": Measure(very_satisfied_rate, "fraction", "higher", "visits", Kind.RATE),
    "demand.met": Measure(demand_met, "fraction", "higher", "dossiers", Kind.RATE),
    "slot.days": Measure(slot_days, "working days", "lower", "bookings", Kind.MEAN),
    "no_slot.rate": Measure(no_slot_rate, "fraction", "lower", "bookings", Kind.RATE),
    "slots.lost": Measure(slots_lost, "slots", "lower", "visits"),
    "on_time.rate": Measure(on_time_rate, "fraction", "higher", "dossiers", Kind.RATE),
    "early.rate": Measure(early_rate, "fraction", "higher", "dossiers", Kind.RATE),
    "late.rate": Measure(late_rate, "fraction", "lower", "dossiers", Kind.RATE),
    "late.days": Measure(late_days, "days", "lower", "dossiers", Kind.MEAN),
    "open.overdue": Measure(open_overdue, "dossiers", "lower", "dossiers"),
    "backlog.mean": Measure(backlog_mean, "dossiers", "lower", "dossiers"),
    "dossiers.received": Measure(dossiers_received, "dossiers", "", "dossiers"),
    "dossiers.finished": Measure(dossiers_finished, "dossiers", "higher", "dossiers"),
    "dossiers.open": Measure(dossiers_open, "dossiers", "lower", "dossiers"),
    "reopened.count": Measure(reopened_count, "dossiers", "lower", "dossiers"),
    "reopened.rate": Measure(reopened_rate, "fraction", "lower", "dossiers", Kind.RATE),
    "reopened.on_time": Measure(reopened_on_time, "fraction", "higher", "dossiers", Kind.RATE),
    "utilisation": Measure(utilisation, "fraction", "", "teams", Kind.MEAN),
    "rostered.hours": Measure(rostered_hours, "h", "", "teams"),
    "present.hours": Measure(present_hours, "h", "", "teams"),
    "overtime.hours": Measure(overtime_hours, "h", "lower", "teams"),
    "staff.cost": Measure(staff_cost, "VND", "lower", "teams"),
}
OF_REOPENED = ("reopened.count", "reopened.rate", "reopened.on_time")
OF_SURVEY = ("satisfied.rate", "very_satisfied.rate")
OF_APPOINTMENTS = ("slot.days", "no_slot.rate", "slots.lost")


def _wait_quantile(table: VisitTotals, q: float) -> Figure:
    some = table.waited > 0
    rank = q * (table.waited[some] - 1)
    low, high = (table.first[some] + edge(rank).astype(np.int64) for edge in (np.floor, np.ceil))
    value = np.full(len(some), np.nan)
    value[some] = table.waits[low] + (rank % 1) * (table.waits[high] - table.waits[low])
    return Figure(value, table.waited)


def _finished(table: DossierTotals) -> Floats:
    return table.early + table.on_time + table.late


def _judged(table: DossierTotals) -> Floats:
    return _finished(table) + table.overdue
