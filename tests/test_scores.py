"""How single dossiers are scored, in a week told by hand."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from handmade import Dossier, at, desk, model, told

from sim.engine.contract import Mark, Reason
from sim.results.observe import dossiers, visits
from sim.results.official import handled_in_window
from sim.results.scores import NOT_ASKED, Satisfaction, satisfaction, scores

MODEL = model(survey={"satisfied": 15, "very_satisfied": 5, "late_counts_as": 60, "again_counts_as": 7})
NOT, YES, VERY = Satisfaction


def came(day: int, wait: float, **more: object):
    """A visit at eight in the morning."""
    entered = at(day, "08:00")
    return desk(entered, entered + wait, entered + wait + 5, **more)


def filed(day: int, due: int, ready: int | None, *visits_made, **more: object) -> Dossier:
    stages = [came(day, 0, mark=Mark.START), *visits_made]
    finished = nan if ready is None else at(ready, "16:00")
    within = {"satisfied_within": 15.0, "very_satisfied_within": 5.0}
    return Dossier(
        at(day, "08:00"),
        stages,
        received=at(day, "08:05"),
        due=at(due, "16:30"),
        ready=finished,
        **(within | more),
    )


def scored(*week: Dossier, of=MODEL):
    replication, log = told(of, list(week))
    table = dossiers(of, replication, log)
    period = handled_in_window(of, replication, log, table)
    answers = satisfaction(of, replication, visits(of, replication, log))
    return scores(period.dossiers, period.contacts, answers), answers


def test_finished_dossiers_in_the_order_of_their_results():
    """Late, open, early, on time, finished before the period."""
    found, _ = scored(filed(7, 8, 10), filed(7, 20, None), filed(7, 9, 8), filed(8, 9, 9), filed(3, 6, 4))
    assert found.dossier.tolist() == [2, 3, 0]
    assert found.ready.tolist() == [at(8, "16:00"), at(9, "16:00"), at(10, "16:00")]
    assert found.points.in_time.tolist() == [2, 1, 0]
    assert found.points.contacts.tolist() == [2, 2, 2]
    assert found.points.offices.tolist() == [1, 1, 1]


def test_the_satisfaction_is_that_of_the_dossier():
    """Though the rows are in another order."""
    found, answers = scored(filed(7, 12, 10, came(11, 9)), filed(7, 9, 8, came(9, 1)))
    assert answers.tolist() == [YES, VERY]
    assert found.satisfaction.tolist() == [VERY, YES]


@pytest.mark.parametrize(
    ("last", "answer"),
    [
        ([came(8, 5)], VERY),
        ([came(8, 5.5)], YES),
        ([came(8, 15)], YES),
        ([came(8, 15.5)], NOT),
        ([came(8, 16), came(9, 1)], VERY),
        ([came(8, 1), came(9, 16)], NOT),
        ([came(8, 1, rework=True)], YES),
    ],
)
def test_the_last_visit_counts_with_its_burden(last, answer):
    assert scored(filed(7, 12, 10, *last))[1].tolist() == [answer]


def test_who_leaves_unserved_is_not_satisfied():
    away = (at(8, "08:00"), at(8, "08:01"), Reason.PATIENCE)
    gone = desk(nan, nan, nan, left=[away])
    assert scored(filed(7, 12, 7, gone))[1].tolist() == [NOT]


def test_a_no_show_is_not_asked():
    absent = (at(8, "08:00"), at(8, "08:00"), Reason.NO_SHOW)
    assert scored(filed(7, 12, 7, desk(nan, nan, nan, left=[absent])))[1].tolist() == [VERY]


def test_without_a_survey_nobody_is_asked():
    silent = model(survey=None)
    assert scored(filed(7, 12, 10), of=silent)[1].tolist() == [NOT_ASKED]


def test_who_never_comes_is_not_asked():
    online = Dossier(at(7, "08:00"), [], received=at(7, "08:00"), due=at(9, "16:30"), ready=at(8, "16:00"))
    found, answers = scored(online)
    assert answers.tolist() == [NOT_ASKED]
    assert found.points.offices.tolist() == [2]
    assert np.array_equal(found.satisfaction, answers)
