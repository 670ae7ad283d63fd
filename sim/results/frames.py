"""From arrays to tables for people: names instead of numbers, dates and clock times instead of minutes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.engine.contract import Floats, Ints, Log
from sim.officetime import DAY, HOUR
from sim.plan.model import Channel, Model, Replication
from sim.results import official
from sim.results.attribution import Attribution, Cause, attribution
from sim.results.course import open_by_day, staffing_by_hour
from sim.results.groups import Groups, TeamGroups, cost_per_hour, field_level, within
from sim.results.measures import measure, staff_cost
from sim.results.observe import Dossiers, Staffing, Status, VisitOutcome, Visits, dossiers, visits

WEEKDAYS = pd.Index(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])


class Tables(NamedTuple):
    """What is kept of one replication: its measures, and what happened in the measuring window."""

    measures: pd.DataFrame
    visits: pd.DataFrame
    dossiers: pd.DataFrame
    open_by_day: pd.DataFrame
    work_by_hour: pd.DataFrame
    forms: pd.DataFrame
    points: pd.DataFrame


def tables(model: Model, replication: Replication, log: Log) -> Tables:
    """The tables of one replication."""
    received = dossiers(model, replication, log)
    period = official.handled_in_window(model, replication, log, received)
    return Tables(
        measure(model, replication, log),
        visit_frame(model, replication, visits(model, replication, log)),
        dossier_frame(model, replication, received, attribution(model, replication, log)),
        backlog_frame(model, replication, received),
        staffing_frame(model, staffing_by_hour(model, replication, log)),
        official.forms(model, replication, period),
        official.points(model, period),
    )


def visit_frame(model: Model, replication: Replication, table: Visits) -> pd.DataFrame:
    """One row per visit that began in the window; date, weekday, month and hour are those of entering.

    `wait`, `service` and `travel`, the way there and back, are minutes; `waited` marks the visits that
    enter the measures of waiting.
    """
    measured = within(model.window, table.entered)
    table = Visits._make(column[measured] for column in table)
    came = table.outcome != VisitOutcome.NO_SHOW
    return pd.DataFrame(
        {
            **_case(model, replication, table.dossier),
            **_when(model, "entered", table.entered),
            "left": _moments(model, table.left),
            "wait": table.wait,
            "service": table.service,
            "travel": np.where(came, model.scenario.citizens.travel_minutes, 0.0),
            "outcome": _names_of(VisitOutcome, table.outcome),
            "waited": table.waited,
        }
    )


def dossier_frame(
    model: Model, replication: Replication, table: Dossiers, spent: Attribution
) -> pd.DataFrame:
    """One row per dossier received in the window; date, weekday, month and hour are those of receiving.

    The columns `minutes_*` tell where the time from arrival to result went, by :class:`Cause`; they are empty for
    dossiers not finished.
    """
    minutes = np.full((len(replication.draws.arrival), len(Cause)), np.nan)
    minutes[spent.dossier] = spent.minutes
    measured = within(model.window, table.received)
    table = Dossiers._make(column[measured] for column in table)
    return pd.DataFrame(
        {
            **_case(model, replication, table.dossier),
            **_when(model, "received", table.received),
            "due": _moments(model, table.due),
            "ready": _moments(model, table.ready),
            "status": _names_of(Status, table.status),
            "late_days": table.late_days,
            "visits": table.visits,
            **{f"minutes_{cause.name.lower()}": minutes[table.dossier, cause] for cause in Cause},
        }
    )


def backlog_frame(model: Model, replication: Replication, table: Dossiers) -> pd.DataFrame:
    """One row per day of the window, kind of site and field: how many dossiers are `open` when the day ends.

    `mean` is their number on average over the 24 hours.
    """
    level = field_level(model)
    course = open_by_day(model, replication, table, level)
    group, day = (one.ravel() for one in np.indices(course.at_end.shape))
    return pd.DataFrame(
        {
            **_calendar(model, (model.window[0] + DAY * day).astype(np.float64)),
            "site": _category([label.site for label in level.labels], group),
            "field": _category([label.field for label in level.labels], group),
            "open": course.at_end.ravel().astype(np.int32),
            "mean": (course.minutes.ravel() / DAY).astype(np.float32),
        }
    ).drop(columns="hour")


def staffing_frame(model: Model, hourly: Staffing) -> pd.DataFrame:
    """One row per team and hour of the window in which somebody was present or at work.

    `present`, `worked` (overtime included) and `overtime` are minutes, `cost` is VND.
    """
    team, hour = np.nonzero((hourly.present > 0) | (hourly.worked > 0) | (hourly.overtime > 0))
    minutes = Staffing._make(column[team, hour] for column in hourly)
    each = TeamGroups(Groups(len(team), np.arange(len(team))), minutes, cost_per_hour(model)[team])
    places = [model.places[one.site] for one in model.teams]
    return pd.DataFrame(
        {
            **_calendar(model, (model.window[0] + HOUR * hour).astype(np.float64)),
            "site": _category([place.site for place in places], team),
            "place": _category([place.place for place in places], team),
            "team": _category([one.team for one in model.teams], team),
            **{name: column.astype(np.float32) for name, column in minutes._asdict().items()},
            "cost": staff_cost(each).value.astype(np.float32),
        }
    )


def _case(model: Model, replication: Replication, dossier: Ints) -> dict[str, object]:
    """What is known of the dossier of each row; `number` is its number in its procedure and place."""
    labels = replication.labels
    stream = labels.stream[dossier]
    places = [model.places[one.site] for one in model.streams]
    return {
        "dossier": dossier,
        "number": labels.number[dossier],
        "procedure": _category([one.procedure for one in model.streams], stream),
        "field": _category([model.scenario.procedure[one.procedure].field for one in model.streams], stream),
        "site": _category([place.site for place in places], stream),
        "place": _category([place.place for place in places], stream),
        "channel": _names_of(Channel, labels.channel[dossier]),
    }


def _when(model: Model, name: str, t: Floats) -> dict[str, object]:
    """An instant as a moment, and what to group it by."""
    return {name: _moments(model, t), **_calendar(model, t)}


def _calendar(model: Model, t: Floats) -> dict[str, object]:
    """Date, weekday, month and hour of instants; the months are all those of the run, in order."""
    day = np.floor(t / DAY).astype(np.int64)
    date = np.datetime64(model.first_day, "D") + day
    weekday = (model.first_day.weekday() + day) % 7
    first, last = (np.datetime64(model.moment(moment), "M") for moment in (0.0, model.plan.end))
    month = (date.astype("datetime64[M]") - first).astype(np.int64)
    months = pd.Index(np.arange(first, last + 1).astype(str))
    return {
        "date": date.astype("datetime64[ms]"),
        "weekday": pd.Categorical.from_codes(weekday, categories=WEEKDAYS, ordered=True),
        "month": pd.Categorical.from_codes(month, categories=months, ordered=True),
        "hour": (t % DAY // HOUR).astype(np.int8),
    }


def _moments(model: Model, t: Floats) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Instants in minutes as date and time, to the microsecond; NaN and inf as NaT."""
    known = np.isfinite(t)
    elapsed = np.round(np.where(known, t, 0.0) * 6e7).astype("timedelta64[us]")
    moments = np.datetime64(model.first_day, "us") + elapsed
    moments[~known] = np.datetime64("NaT")
    return moments


def _names_of(kind: type[IntEnum], codes: Ints) -> pd.Categorical:
    return _category([member.name.lower() for member in kind], codes)


def _category(names: Sequence[str], codes: Ints) -> pd.Categorical:
    """A column of names: names[codes[row]]; names may repeat."""
    number, distinct = pd.factorize(pd.Index(names))
    return pd.Categorical.from_codes(number[codes], categories=distinct)
