"""From rows to tables for people: names instead of numbers, dates and clock times instead of minutes.

Every table has a column `replication`, from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from sim.engine.contract import Floats, Ints, Outcome, Whole
from sim.officetime import DAY, HOUR
from sim.plan.model import Channel, Model, Priority
from sim.results.attribution import Cause
from sim.results.groups import cost_per_hour, field_level, site_level
from sim.results.measures import staff_cost
from sim.results.observe import Staffing, Status, VisitKind, VisitOutcome
from sim.results.rows import Case, Rows, Tasks
from sim.results.scores import Indicators, Satisfaction
from sim.results.totals import of_each

WEEKDAYS = pd.Index(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
Columns = TypeVar("Columns", bound=tuple[Any, ...])


def visit_frame(model: Model, parts: Sequence[Rows]) -> pd.DataFrame:
    """One row per visit that began in the window; date, weekday, month and hour are those of entering.

    `priority` is the class in which the citizen queues, `visit` what the visit is for (:class:`VisitKind`). `wait`,
    `service` and `travel`, the way there and back, are minutes; `waited` marks the visits that
    enter the measures of waiting.
    """
    table = _together(part.visits for part in parts)
    came = table.outcome != VisitOutcome.NO_SHOW
    return pd.DataFrame(
        {
            **_case(model, [(part.case, part.visits.dossier) for part in parts]),
            "priority": _names_of(Priority, table.priority),
            "visit": _names_of(VisitKind, table.kind),
            **_when(model, "entered", table.entered),
            "left": _moments(model, table.left),
            "wait": table.wait,
            "service": table.service,
            "travel": np.where(came, model.scenario.citizens.travel_minutes, 0.0),
            "outcome": _names_of(VisitOutcome, table.outcome),
            "waited": table.waited,
        }
    )


def dossier_frame(model: Model, parts: Sequence[Rows]) -> pd.DataFrame:
    """One row per dossier received in the window; date, weekday, month and hour are those of receiving.

    The columns `minutes_*` tell where the time from arrival to result went, by :class:`Cause`; they are empty for
    dossiers not finished. Those of the table of open dossiers are there, too, with their `id`: `carried_over`, which
    are in no rate, unless their clock started in the window. Where the time went, and when a result that waited to be
    collected was ready, is not known of them.
    """
    table = _together(part.dossiers for part in parts)
    number = np.concatenate([part.case.number[part.dossiers.dossier] for part in parts])
    minutes = np.concatenate([part.minutes for part in parts])
    return pd.DataFrame(
        {
            **_case(model, [(part.case, part.dossiers.dossier) for part in parts]),
            "id": _category(["", *model.underway.id], np.where(number < 0, -number, 0)),
            "carried_over": table.received < model.window[0],
            **_when(model, "received", table.received),
            "due": _moments(model, table.due),
            "ready": _moments(model, np.where(table.ready < 0, np.nan, table.ready)),
            "status": _names_of(Status, table.status),
            "late_days": table.late_days,
            "visits": table.visits,
            **{f"minutes_{cause.name.lower()}": minutes[:, cause] for cause in Cause},
        }
    )


def backlog_frame(model: Model, parts: Sequence[Rows]) -> pd.DataFrame:
    """One row per day of the window, kind of site and field: how many dossiers are `open` when the day ends.

    `mean` is their number on average over the 24 hours.
    """
    labels = field_level(model).labels
    at_end = np.stack([part.open_by_day.at_end for part in parts])
    minutes = np.stack([part.open_by_day.minutes for part in parts])
    replication, group, day = (one.ravel() for one in np.indices(at_end.shape))
    return pd.DataFrame(
        {
            "replication": replication,
            **_calendar(model, (model.window[0] + DAY * day).astype(np.float64)),
            "site": _category([label.site for label in labels], group),
            "field": _category([label.field for label in labels], group),
            "open": at_end.ravel().astype(np.int32),
            "mean": (minutes.ravel() / DAY).astype(np.float32),
        }
    ).drop(columns="hour")


def day_frame(model: Model, parts: Sequence[Rows]) -> pd.DataFrame:
    """One row per day of the run, `warm_up` or measured, and kind of site.

    `open` are the dossiers open when the day ends, `wait` is the mean wait of the visits begun that day, minutes, and
    `lead` the mean of the working days until the slots given that day.
    """
    sites = [label.site for label in site_level(model).labels]
    replication, site, day = (one.ravel() for one in np.indices((len(parts), *parts[0].daily.open.shape)))
    return pd.DataFrame(
        {
            "replication": replication,
            "date": (np.datetime64(model.first_day, "D") + day).astype("datetime64[ms]"),
            "site": _category(sites, site),
            "warm_up": DAY * day < model.warm_up,
            "open": np.stack([part.daily.open for part in parts]).ravel().astype(np.int32),
            "wait": np.stack([part.daily.wait for part in parts]).ravel(),
            "lead": np.stack([part.daily.lead for part in parts]).ravel(),
        }
    )


def staffing_frame(model: Model, parts: Sequence[Rows]) -> pd.DataFrame:
    """One row per team and hour of the window in which somebody was on the roster, present or at work.

    `rostered`, `present`, `worked` (overtime included) and `overtime` are minutes, `cost` is VND.
    """
    hours = _together(part.staffing for part in parts)
    team, minutes = hours.team, Staffing(hours.rostered, hours.present, hours.worked, hours.overtime)
    places = [model.places[one.site] for one in model.teams]
    return pd.DataFrame(
        {
            "replication": _replication([part.staffing.team for part in parts]),
            **_calendar(model, (model.window[0] + HOUR * hours.hour).astype(np.float64)),
            "site": _category([place.site for place in places], team),
            "place": _category([place.place for place in places], team),
            "team": _category([one.team for one in model.teams], team),
            **{name: column.astype(np.float32) for name, column in minutes._asdict().items()},
            "cost": staff_cost(of_each(minutes, cost_per_hour(model)[team])).value.astype(np.float32),
        }
    )


def score_frame(model: Model, parts: Sequence[Rows]) -> pd.DataFrame:
    """One row per dossier finished in the window, in the order of their results: 0 to 2 points of each indicator.

    `satisfaction` is empty where nobody was asked.
    """
    points = _together(part.scores.points for part in parts)
    answers = np.concatenate([part.scores.satisfaction for part in parts])
    return pd.DataFrame(
        {
            **_case(model, [(part.case, part.scores.dossier) for part in parts]),
            "ready": _moments(model, np.concatenate([part.scores.ready for part in parts])),
            **{f"indicator_{number}": column.astype(np.int8) for number, column in _numbered(points)},
            "satisfaction": _names_of(Satisfaction, answers),
        }
    )


def log_frame(model: Model, parts: Sequence[tuple[Case, Tasks]]) -> pd.DataFrame:
    """One row per task of the whole run, warm-up included: whose it is, which step, who did it and when.

    `entered` is the entry that led to the start, of a visit the last coming; `overtime` is minutes past the roster,
    `interrupted` how often. What did not happen is empty.
    """
    table = _together(tasks for _, tasks in parts)
    case = _case(model, [(case, tasks.dossier) for case, tasks in parts])
    return pd.DataFrame(
        {
            "replication": case["replication"],
            "task": np.concatenate([np.arange(len(tasks.dossier)) for _, tasks in parts]),
            **{name: case[name] for name in ("dossier", "number", "procedure", "site", "place")},
            "step": _category(list(model.steps), table.step),
            "team": _category([one.team for one in model.teams], table.team),
            **{name: _moments(model, getattr(table, name)) for name in ("entered", "started", "ended")},
            "overtime": table.overtime,
            "interrupted": table.interrupted,
            "outcome": _names_of(Outcome, table.outcome),
        }
    )


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Small tables of replications 0, 1, … as one."""
    table = pd.concat(dict(enumerate(parts)), names=["replication"])
    return table.reset_index(level=0).reset_index(drop=True)


def _together(parts: Iterable[Columns]) -> Columns:
    """Columns of several replications, one after the other."""
    every = list(parts)
    columns = (np.concatenate(column) for column in zip(*every, strict=True))
    return type(every[0])(*columns)


def _replication(parts: Sequence[Ints]) -> Ints:
    """The replication of each row, from one column of each."""
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _case(model: Model, parts: Sequence[tuple[Case, Ints]]) -> dict[str, object]:
    """What is known of the dossier of each row; `number` is its number in its procedure and place."""
    stream, number, channel, priority = _together(
        Case._make(one[dossier] for one in case) for case, dossier in parts
    )
    places = [model.places[one.site] for one in model.streams]
    return {
        "replication": _replication([dossier for _, dossier in parts]),
        "dossier": np.concatenate([dossier for _, dossier in parts]),
        "number": number,
        "procedure": _category([one.procedure for one in model.streams], stream),
        "field": _category([model.scenario.procedure[one.procedure].field for one in model.streams], stream),
        "site": _category([place.site for place in places], stream),
        "place": _category([place.place for place in places], stream),
        "channel": _names_of(Channel, channel),
        "priority": _names_of(Priority, priority),
    }


def _numbered(points: Indicators) -> list[tuple[int, Ints]]:
    return [(1, points.in_time), (3, points.contacts), (4, points.offices), (7, points.in_time)]


def _when(model: Model, name: str, t: Floats) -> dict[str, object]:
    """An instant as a moment, and what to group it by."""
    return {name: _moments(model, t), **_calendar(model, t)}


def _calendar(model: Model, t: Floats) -> dict[str, object]:
    """Date, weekday, month and hour of instants; the months are all from the run's first, or earlier, to its last."""
    day = np.floor(t / DAY).astype(np.int64)
    date = np.datetime64(model.first_day, "D") + day
    weekday = (model.first_day.weekday() + day) % 7
    first, last = (np.datetime64(model.moment(moment), "M") for moment in (0.0, model.plan.end))
    months_of = date.astype("datetime64[M]")
    first = np.append(months_of, first).min()
    month = (months_of - first).astype(np.int64)
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


def _names_of(kind: type[IntEnum], codes: Whole) -> pd.Categorical:
    return _category([member.name.lower() for member in kind], codes)


def _category(names: Sequence[str], codes: Whole) -> pd.Categorical:
    """A column of names: names[codes[row]]; names may repeat, and -1 is none."""
    number, distinct = pd.factorize(pd.Index(names))
    return pd.Categorical.from_codes(np.append(number, -1)[codes], categories=distinct)
