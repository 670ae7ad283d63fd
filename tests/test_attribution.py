"""Where the time goes: days worked out by hand, and a slow oracle on days simulated by the reference engine."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from handmade import COUNTER, EXPERTS, LEADER, TABLES, Dossier, Task, at, desk, model, told, waiting

from sim.engine.contract import Kind, Log, Mark, Reason
from sim.engine.reference import simulate
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.results.attribution import Cause, attribution
from sim.results.observe import dossier_of_task
from sim.scenario.domain import Scenario

MODEL = model()
ROSTER = [
    (at(7, "07:30"), COUNTER, 2),
    (at(7, "07:30"), EXPERTS, 1),
    (at(7, "12:00"), EXPERTS, 0),
    (at(7, "13:00"), EXPERTS, 1),
    (at(7, "14:00"), EXPERTS, 0),
    (at(7, "15:00"), LEADER, 1),
    (at(7, "16:00"), LEADER, 0),
    (at(8, "07:30"), EXPERTS, 1),
]


def spent(one: Dossier) -> dict[Cause, float]:
    """Minutes by cause of one finished dossier, those that are 0 left out."""
    table = attribution(MODEL, *told(MODEL, [one], ROSTER))
    minutes = table.minutes[0]
    assert minutes.sum() == pytest.approx(one.ready - one.arrival)
    return {cause: minutes[cause] for cause in Cause if minutes[cause] != 0}


def office(entered: float, ended: float, *spells: tuple[float, float], role: str, **more) -> Task:
    return Task(
        Kind.OFFICE, entered, spells[0][0], ended, role=role, team=EXPERTS, spells=list(spells), **more
    )


def test_a_day_by_hand():
    entered, accepted = at(7, "08:00"), at(7, "08:20")
    stages = [
        desk(entered, at(7, "08:10"), accepted),
        office(
            accepted,
            at(7, "13:30"),
            (at(7, "11:30"), at(7, "12:00")),  # interrupted by lunch
            (at(7, "13:00"), at(7, "13:30")),
            role="appraise",
        ),
        office(at(7, "13:30"), at(7, "15:15"), (at(7, "15:10"), at(7, "15:15")), role="approve"),
        waiting(Kind.MILESTONE, at(7, "15:15"), at(7, "15:15"), mark=Mark.STOP),
    ]
    assert spent(Dossier(entered, stages, ready=at(7, "15:15"))) == pytest.approx(
        {
            Cause.WORK: 10 + 60 + 5,
            Cause.PERSON: 10 + 190 + 30 + 10,  # lobby; until 11:30; expert until 14:00; leader from 15:00
            Cause.OUTSIDE: 60,
            Cause.SIGNING: 60,  # 14:00 to 15:00: neither expert nor leader
        }
    )


def test_over_night_without_anybody():
    """From 16:10 on the leader is gone; the expert approves at 08:00 the next morning."""
    entered, ended = at(7, "16:10"), at(8, "08:10")
    stage = office(entered, ended, (at(8, "08:00"), ended), role="approve", mark=Mark.STOP)
    assert spent(Dossier(entered, [stage], ready=ended)) == pytest.approx(
        {Cause.WORK: 10, Cause.OUTSIDE: 15 * 60, Cause.SIGNING: 20, Cause.PERSON: 30}
    )


def test_overtime_is_work():
    entered, ended = at(7, "16:20"), at(7, "16:40")
    assert spent(Dossier(entered, [desk(entered, entered, ended)], ready=ended)) == {Cause.WORK: 20}


def test_waits_have_their_cause():
    t = [at(7, "08:00"), at(7, "10:00"), at(8, "10:00"), at(9, "11:00")]
    stages = [
        waiting(Kind.CITIZEN, t[0], t[1]),
        waiting(Kind.AGENCY, t[1], t[2]),
        waiting(Kind.ROUND, t[2], t[3], mark=Mark.STOP),
    ]
    assert spent(Dossier(t[0], stages, ready=t[3])) == {
        Cause.CITIZEN: 120,
        Cause.AGENCY: 1440,
        Cause.SIGNING: 1500,
    }


def test_until_the_last_coming_it_is_the_citizen():
    entered, came = at(7, "08:00"), at(8, "09:00")
    task = desk(came, came, came + 10, left=[(entered, entered + 20, Reason.PATIENCE)])
    assert spent(Dossier(entered, [task], ready=came + 10)) == {Cause.CITIZEN: 1500, Cause.WORK: 10}


def test_a_stage_with_rework_is_rework_whole():
    entered = at(7, "08:00")
    stages = [
        desk(entered, entered + 5, entered + 15),
        desk(entered + 100, entered + 105, entered + 115, rework=True),
        desk(entered + 115, entered + 115, entered + 120),
    ]
    assert spent(Dossier(entered, stages, ready=entered + 120)) == {
        Cause.PERSON: 5,
        Cause.WORK: 15,
        Cause.REWORK: 100,
    }


def test_of_parallel_tasks_the_last_to_end_counts():
    entered = at(7, "08:00")
    agency = waiting(Kind.AGENCY, entered, entered + 50)
    expert = office(entered, entered + 60, (entered + 20, entered + 60), role="appraise")
    assert spent(Dossier(entered, [[agency, expert]], ready=entered + 60)) == {
        Cause.WORK: 40,
        Cause.PERSON: 20,
    }
    expert = office(entered, entered + 40, (entered, entered + 40), role="appraise")
    assert spent(Dossier(entered, [[expert, agency]], ready=entered + 50)) == {Cause.AGENCY: 50}


def test_nothing_counts_after_the_result():
    """The clock stops beside a longer task, and the result is collected later."""
    entered = at(7, "08:00")
    stop = waiting(Kind.CITIZEN, entered, entered + 30, mark=Mark.STOP)
    longer = waiting(Kind.AGENCY, entered, entered + 90)
    collect = desk(entered + 200, entered + 210, entered + 220, role="collect")
    assert spent(Dossier(entered, [[longer, stop], collect], ready=entered + 30)) == {Cause.CITIZEN: 30}


def test_only_finished_dossiers():
    entered = at(7, "08:00")
    done = Dossier(entered, [desk(entered, entered, entered + 5)], ready=entered + 5)
    under_way = Dossier(entered, [desk(entered, entered, entered + 5)])
    table = attribution(MODEL, *told(MODEL, [under_way, done], ROSTER))
    assert table.dossier.tolist() == [1]
    assert table.minutes[0].sum() == 5
    assert len(attribution(MODEL, *told(MODEL, [])).dossier) == 0


# --- a simulated week ---

BUSY = TABLES | {
    "horizon": {"from": "2019-01-07", "to": "2019-01-13", "warm_up": "0 days"},
    "step": TABLES["step"]
    | {
        "intake": {"desk": True, "work": "exponential(mean=12)", "clock": "start"},
        "appraise": {"work": "gamma(mean=50, sd=30)"},
        "tax": {"waits_for": "agency", "days": "uniform(low=0.1, high=0.5)"},
        "resubmit": {"desk": True, "role": "intake", "work": "exponential(mean=20)"},
        "complete": {"waits_for": "citizen", "days": "exponential(mean=0.4)"},
        "courier": {"round": ["Mon-Fri 10:00", "Mon-Fri 15:00"]},
    },
    "journey": {
        "usual": {"counter": ["intake", ["appraise", "tax"], "courier", "approve", "ready", "collect"]}
    },
    "loop": {
        "supplement": {"after": "approve", "probability": 0.5, "steps": ["complete", "resubmit", "appraise"]}
    },
    "team": TABLES["team"]
    | {
        "counter": {"site": "centre", "staff": 1, "serves": [["intake:*", "collect:*"]], "absence": 0.2},
        "experts": {"site": "centre", "staff": 2, "serves": [["appraise:*"]]},
        "leader": {
            "site": "centre",
            "staff": [["Mon 09:00", 1], ["Mon 10:00", 0], ["Thu 14:00", 1]],
            "serves": [["approve:*"]],
        },
    },
    "citizens": {"patience": "exponential(mean=5)", "come_back": 0.5, "come_back_at_most": 1},
    "demand": {"scale": 4},
}


@cache
def busy_week() -> tuple[Model, Replication, Log]:
    busy = compile_scenario(Scenario.model_validate(BUSY))
    replication = draw(busy, 1, 0)
    return busy, replication, simulate(busy.plan, replication.draws)


def test_adds_up_to_the_way_from_arrival_to_result():
    busy, replication, log = busy_week()
    table = attribution(busy, replication, log)
    assert table.dossier.tolist() == np.flatnonzero(~np.isnan(log.ready)).tolist()
    assert len(table.dossier) > 15
    total = log.ready[table.dossier] - replication.draws.arrival[table.dossier]
    np.testing.assert_allclose(table.minutes.sum(axis=1), total, rtol=0, atol=1e-9)
    assert table.minutes.min() > -1e-9
    assert (table.minutes.sum(axis=0) > 0).all()  # every cause occurs


def test_agrees_with_the_oracle():
    busy, replication, log = busy_week()
    table = attribution(busy, replication, log)
    for dossier, minutes in zip(table.dossier, table.minutes, strict=True):
        np.testing.assert_allclose(minutes, oracle(busy, replication, log, int(dossier)), rtol=0, atol=1e-6)


def oracle(busy: Model, replication: Replication, log: Log, dossier: int) -> list[float]:
    """Cut the way wherever anything may change, and ask of each bit what the dossier did in its middle."""
    draws, office = replication.draws, busy.plan.office
    tasks = np.flatnonzero(dossier_of_task(draws) == dossier)
    every = log.spells(busy.plan.end)
    spells: dict[int, list[tuple[float, float]]] = {task: [] for task in tasks}
    for task, _, began, ended in zip(*every, strict=True):
        if task in spells:
            spells[task].append((began, ended))
    cuts = {draws.arrival[dossier], log.ready[dossier], *office.opens, *office.closes, *draws.roster_time}
    cuts |= set(log.ended[tasks]) | set(log.entered[tasks])
    cuts |= {t for own in spells.values() for spell in own for t in spell}
    cuts = sorted(t for t in cuts if draws.arrival[dossier] <= t <= log.ready[dossier])
    minutes = [0.0] * len(Cause)
    for start, end in pairwise(cuts):
        now = (start + end) / 2
        stage = next(stage for stage in _stages(draws, dossier) if max(log.ended[stage]) > now)
        minutes[_cause(busy, replication, log, stage, spells, now)] += end - start
    return minutes


def _stages(draws, dossier: int) -> list[list[int]]:
    stages = range(draws.stage_start[dossier], draws.stage_start[dossier + 1])
    return [list(range(draws.task_start[stage], draws.task_start[stage + 1])) for stage in stages]


def _cause(busy: Model, replication: Replication, log: Log, stage: list[int], spells, now: float) -> Cause:
    draws = replication.draws
    task = max(stage, key=lambda one: log.ended[one])
    if any(replication.labels.rework[one] for one in stage):
        return Cause.REWORK
    if draws.kind[task] not in (Kind.DESK, Kind.OFFICE):
        return {Kind.CITIZEN: Cause.CITIZEN, Kind.AGENCY: Cause.AGENCY, Kind.ROUND: Cause.SIGNING}[
            draws.kind[task]
        ]
    if now < log.entered[task]:
        return Cause.CITIZEN
    if any(began < now < ended for began, ended in spells[task]):
        return Cause.WORK
    if not any(busy.plan.office.opens[i] < now < busy.plan.office.closes[i] for i in range(20)):
        return Cause.OUTSIDE
    queue = draws.queue[task]
    teams = busy.plan.server_team[busy.plan.server_start[queue] : busy.plan.server_start[queue + 1]]
    return Cause.PERSON if any(_on_duty(draws, team, now) for team in teams) else Cause.SIGNING


def _on_duty(draws, team: int, now: float) -> bool:
    staff = 0
    for time, changed, headcount in zip(
        draws.roster_time, draws.roster_team, draws.roster_staff, strict=True
    ):
        if time <= now and changed == team:
            staff = headcount
    return staff > 0
