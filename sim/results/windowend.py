"""How all stood when the measuring window ended, where the run went on; official forms speak of that moment."""

from __future__ import annotations

import numpy as np

from sim.engine.contract import Log, Outcome
from sim.plan.model import Model, Replication
from sim.results.observe import Dossiers, Observed, stand


def at_window_end(
    model: Model, replication: Replication, log: Log, observed: Observed
) -> tuple[Log, Dossiers]:
    """Log and dossiers as they stood when the window ended, as a form of its period counts them."""
    end = model.window[1]
    if end >= model.plan.end:
        return log, observed.dossiers
    then = known_by(log, end)
    return then, stand(model, replication, then, observed.visits, end)[0]


def known_by(log: Log, t: float) -> Log:
    """What had happened by an instant; due dates are those of the end of the run."""
    left = np.full(len(log.entered), -np.inf)
    np.maximum.at(left, log.left_task, log.left_time)
    entered, started, ended, received, ready = (
        np.where(column < t, column, np.nan)
        for column in (log.entered, log.started, log.ended, log.received, log.ready)
    )
    lost = (log.outcome == Outcome.LOST) & (left < t)
    done, there = (log.outcome == Outcome.DONE) & ~np.isnan(ended), ~np.isnan(entered)
    outcome = np.select([lost, done, there], [Outcome.LOST, Outcome.DONE, Outcome.OPEN], Outcome.NOT_ENTERED)
    return log._replace(
        entered=entered,
        started=started,
        ended=ended,
        received=received,
        ready=ready,
        outcome=outcome.astype(log.outcome.dtype),
    )
