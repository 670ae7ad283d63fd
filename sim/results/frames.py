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
from sim.results.attribution import Attribution, Cause, attribution
from sim.results.groups import within
from sim.results.measures import measure
from sim.results.observe import Dossiers, Status, VisitOutcome, Visits, dossiers, visits

WEEKDAYS = pd.Index(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])


class Tables(NamedTuple):
    """What is kept of one replication: its measures, and the visits and dossiers of the measuring window."""

    measures: pd.DataFrame
    visits: pd.DataFrame
    dossiers: pd.DataFrame


def tables(model: Model, replication: Replication, log: Log) -> Tables:
    """The tables of one replication."""
    return Tables(
        measure(model, replication, log),
        visit_frame(model, replication, visits(model, replication, log)),
        dossier_frame(
            model,
            replication,
            dossiers(model, replication, log),
            attribution(model, replication, log),
        ),
    )


def visit_frame(model: Model, replication: Replication, table: Visits) -> pd.DataFrame:
    """One row per visit that began in the window; date, weekday and hour are those of entering.

    `wait` and `service` are minutes; `waited` marks the visits that enter the measures of waiting.
    """
    measured = within(model.window, table.entered)
    table = Visits._make(column[measured] for column in table)
    return pd.DataFrame(
        {
            **_case(model, replication, table.dossier),
            **_when(model, "entered", table.entered),
            "left": _moments(model, table.left),
            "wait": table.wait,
            "service": table.service,
            "outcome": _names_of(VisitOutcome, table.outcome),
            "waited": table.waited,
        }
    )


def dossier_frame(
    model: Model, replication: Replication, table: Dossiers, spent: Attribution
) -> pd.DataFrame:
    """One row per dossier received in the window; date, weekday and hour are those of receiving.

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
    """An instant as a moment, and its date, weekday and hour to group by."""
    day = np.floor(t / DAY).astype(np.int64)
    weekday = (model.first_day.weekday() + day) % 7
    return {
        name: _moments(model, t),
        "date": (np.datetime64(model.first_day, "D") + day).astype("datetime64[ms]"),
        "weekday": pd.Categorical.from_codes(weekday, categories=WEEKDAYS, ordered=True),
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
