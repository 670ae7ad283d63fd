"""People present: the planned rosters less absences and outages, drawn before the run."""

from __future__ import annotations

import numpy as np

from sim import keyed
from sim.engine.contract import Floats, Ints
from sim.plan.model import Model, Roster
from sim.plan.outages import outages
from sim.plan.rosters import present

DAY = 1440.0


def rosters(model: Model, seed: int, replication: int) -> tuple[Floats, Ints, Ints]:
    """Changes of headcount of all teams: time, team, staff, sorted by (time, team)."""
    down = outages(model, seed, replication)
    times, teams, staff = [], [], []
    for number, (team, plan) in enumerate(zip(model.teams, model.rosters, strict=True)):
        key = keyed.stream(seed, replication, model.place_key(team.site), f"team {team.team}")
        time, count = plan.time, _present(model, plan, key)
        if model.scenario.digital.outage and team.team in model.scenario.digital.outage.teams:
            time, count = _interrupted(time, count, down)
        changed = np.flatnonzero(np.diff(count, prepend=0))
        times.append(time[changed])
        staff.append(count[changed])
        teams.append(np.full(len(changed), number, np.int64))
    time, team_number, count = np.concatenate(times), np.concatenate(teams), np.concatenate(staff)
    order = np.lexsort((team_number, time))
    return time[order], team_number[order], count[order]


def _present(model: Model, plan: Roster, key: np.uint64) -> Ints:
    if not plan.absence.any() or not len(plan.time):
        return plan.staff
    people = np.zeros(len(plan.absence), np.int64)  # the greatest headcount of each day
    np.maximum.at(people, np.minimum(plan.time // DAY, len(people) - 1).astype(np.int64), plan.staff)
    first = np.concatenate([[0], np.cumsum(people)]).astype(np.int64)
    day = np.repeat(np.arange(len(people)), people)
    person = np.arange(first[-1]) - first[day]
    number = (model.first_day.toordinal() + day) * 1000 + person
    return present(plan, (keyed.uniform(key, number, "absence") < plan.absence[day]).astype(np.int64), first)


def _interrupted(time: Floats, staff: Ints, down: list[tuple[float, float]]) -> tuple[Floats, Ints]:
    """Nobody can work while the system is down."""
    if not down or not len(time):
        return time, staff
    instants = np.unique(np.concatenate([time, np.ravel(down)]))
    count = np.concatenate([[0], staff])[np.searchsorted(time, instants, side="right")]
    for start, end in down:
        count[(instants >= start) & (instants < end)] = 0
    return instants, count
