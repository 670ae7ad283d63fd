"""What is to be expected of the dossiers that are open when the run begins, over all replications.

Of a replication one number a dossier is kept, its *fate*: the instant of its result, with a minus if that is late;
inf if there is none by the end of the run, with a minus if it is overdue then; NaN if its citizen has given up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.deadlines import due_day, is_past
from sim.engine.contract import Bools, Floats
from sim.officetime import DAY, day_of
from sim.plan.model import Model, Replication, Stream
from sim.results.observe import Dossiers, Status

LATE = (Status.LATE, Status.OVERDUE)
MEDIAN, HIGH = 0.5, 0.9


def fates(model: Model, replication: Replication, dossiers: Dossiers) -> Floats:
    """The fate of each dossier under way: float[row of `Underway`]."""
    found = np.full(len(model.underway.stream), np.inf)
    number = replication.labels.number[dossiers.dossier]
    mine = np.flatnonzero(number < 0)
    row, status, ready = -1 - number[mine], dossiers.status[mine], dossiers.ready[mine]
    late = np.where(np.isin(status, LATE), -1.0, 1.0)
    found[row] = np.copysign(np.where(np.isnan(ready), np.inf, ready), late)
    found[row[status == Status.WITHDRAWN]] = np.nan
    return found


def outlook(model: Model, fates: Floats) -> pd.DataFrame:
    """One row per dossier that was open when the run began, the likeliest to be late first.

    `late` counts the replications in which it was, `undecided` those in which it was neither ready nor due by the
    end. `p_late` is (late + 1/2) / (replications + 1), the mean of Jeffreys' posterior (Brown, Cai & DasGupta 2001),
    so never quite 0 or 1; it is 1 for those whose due date lies before the run, which are late for certain.
    By the dates `median` and `p90` the result is there in half and in nine of ten
    replications; empty: not by the end of the run. Those whose result only waits to be collected are left out.
    `fates` are float[replication, row].
    """
    own = model.underway
    is_open = np.flatnonzero(np.isnan(own.clock.ready))
    chosen = fates[:, is_open]
    streams = [model.streams[number] for number in own.stream[is_open]]
    overdue = _overdue(model, own.clock.due[is_open], streams)
    late = np.where(overdue, len(fates), np.signbit(chosen).sum(axis=0))
    table = pd.DataFrame(
        {
            "id": [own.id[row] for row in is_open],
            "line": own.line[is_open],
            "procedure": [one.procedure for one in streams],
            "site": [model.places[one.site].site for one in streams],
            "place": [model.places[one.site].place for one in streams],
            "step": [" + ".join(own.step[row]) for row in is_open],
            "received": _moments(model, own.clock.received[is_open]),
            "due": _dates(model, due_day(own.clock.due[is_open])),
            "late": late,
            "undecided": np.where(overdue, 0, np.isposinf(chosen).sum(axis=0)),
            "p_late": np.where(overdue, 1.0, (late + 0.5) / (len(fates) + 1)),
            "median": _dates(model, _ready_by(chosen, MEDIAN)),
            "p90": _dates(model, _ready_by(chosen, HIGH)),
        }
    )
    return table.sort_values(["p_late", "due"], ascending=[False, True], kind="stable", ignore_index=True)


def _overdue(model: Model, due: Floats, streams: Sequence[Stream]) -> Bools:
    """Which are late already; a deadline that a supplement restarts may come to lie later."""
    units = [one.unit for one in streams]
    late = [is_past(at, 0.0, unit) for at, unit in zip(due.tolist(), units, strict=True)]
    return np.array(late, bool) & (not model.plan.restart)


def _ready_by(fates: Floats, share: float) -> Floats:
    """The day by which the result is there in this share of replications: float[row]; inf: not by the end."""
    ready = np.sort(np.where(np.isnan(fates), np.inf, np.abs(fates)), axis=0)
    return day_of(ready[math.ceil(share * len(ready)) - 1])


def _dates(model: Model, days: Floats) -> pd.Series:
    return _moments(model, DAY * days)


def _moments(model: Model, t: Floats) -> pd.Series:
    """Instants in minutes as moments; empty where there is none."""
    known = [model.moment(minutes) if math.isfinite(minutes) else pd.NaT for minutes in t.tolist()]
    return pd.Series(known, dtype="datetime64[us]")
