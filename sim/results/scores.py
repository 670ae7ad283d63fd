"""How the handling of single dossiers is scored: form 1 of Circular 01/2018/TT-VPCP, as far as a simulation knows.

Of a single dossier indicators 2 and 6 are not known; 5, 8 and 9 score a period.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Floats, Ints
from sim.plan.model import Model, Replication
from sim.results.observe import FINISHED, Dossiers, Status, VisitOutcome, Visits
from sim.results.totals import burden

NOT_ASKED = -1


class Satisfaction(IntEnum):
    """What a citizen answers; the survey of the scenario estimates it."""

    NOT_SATISFIED = 0
    SATISFIED = 1
    VERY_SATISFIED = 2


class Indicators(NamedTuple):
    """0 to 2 points of each dossier: int[row]."""

    in_time: Ints  # indicator 1 and, as if nobody complained, 7
    contacts: Ints  # indicator 3
    offices: Ints  # indicator 4


class Scores(NamedTuple):
    """One row per dossier finished in the period, in the order of their results."""

    dossier: Ints
    ready: Floats
    points: Indicators
    satisfaction: Ints  # Satisfaction, or NOT_ASKED


def indicators_of(dossiers: Dossiers, contacts: Ints) -> Indicators:
    """The points of dossiers, of which those not finished mean nothing; `contacts` with a citizen to complete one."""
    return Indicators(
        Status.LATE - dossiers.status, np.maximum(2 - contacts, 0), np.where(dossiers.visits > 0, 1, 2)
    )


def scores(dossiers: Dossiers, contacts: Ints, satisfaction: Ints) -> Scores:
    """The scores of those dossiers that are finished; `satisfaction` is that of all dossiers of the replication."""
    finished = np.flatnonzero(np.isin(dossiers.status, FINISHED))
    rows = finished[np.argsort(dossiers.ready[finished], kind="stable")]
    points = Indicators._make(column[rows] for column in indicators_of(dossiers, contacts))
    whose = dossiers.dossier[rows]
    return Scores(whose, dossiers.ready[rows], points, satisfaction[whose])


def satisfaction(model: Model, replication: Replication, visits: Visits) -> Ints:
    """What the citizen of each dossier answers at the last visit: int[dossier]; without a survey nobody is asked.

    Whoever leaves unserved is not satisfied, as in `satisfied.rate`, which counts all visits.
    """
    labels, survey = replication.labels, model.scenario.survey
    found = np.full(len(labels.stream), NOT_ASKED)
    if survey is None:
        return found
    felt, whose = burden(survey, visits), visits.dossier
    content = (visits.outcome == VisitOutcome.SERVED) & (felt <= labels.satisfied_within[whose])
    level = np.where(content, 1 + (felt <= labels.very_satisfied_within[whose]), Satisfaction.NOT_SATISFIED)
    found[whose[visits.waited]] = level[visits.waited]  # in order of time: the last counts
    return found
