"""People present: the planned rosters less absences and outages, drawn before the run."""

from __future__ import annotations

import numpy as np

from sim import keyed
from sim.compiler import register_jitable
from sim.engine.contract import Bools, Floats, Ints
from sim.kernelcache import cached
from sim.keyed import dossier, name_hash, of_dossier
from sim.plan.doing import Words
from sim.plan.model import Model
from sim.plan.outages import outages
from sim.plan.recipe import OnDuty, recipe_of

DAY = 1440.0
ABSENCE = name_hash("absence")
UNCHANGED = -1  # a row that only asks whether the system is down


def rosters(model: Model, seed: int, replication: int) -> tuple[Floats, Ints, Ints]:
    """Changes of headcount of all teams: time, team, staff, sorted by (time, team)."""
    recipe = recipe_of(model)
    sites = np.array([team.site for team in model.teams])
    keys = np.asarray(keyed.within(keyed.stream(seed, replication), recipe.place[sites], recipe.team))
    down = outages(model, seed, replication)
    stops = _stopped(model)
    plan = _with_outages(recipe.on_duty, np.ravel(down), np.flatnonzero(stops)) if down else recipe.on_duty
    start, end = np.array(down, np.float64).reshape(-1, 2).T.copy()
    return _changes(plan, keys, model.first_day.toordinal(), stops, start, end)


def _stopped(model: Model) -> Bools:
    """bool[team]: it cannot work while the system is down."""
    lever = model.scenario.digital.outage
    return np.array([lever is not None and team.team in lever.teams for team in model.teams])


def _with_outages(plan: OnDuty, instants: Floats, teams: Ints) -> OnDuty:
    time = np.concatenate([plan.time, np.tile(instants, len(teams))])
    team = np.concatenate([plan.team, np.repeat(teams, len(instants))])
    staff = np.append(plan.staff, np.full(len(teams) * len(instants), UNCHANGED))
    order = np.lexsort((staff, team, time))  # of equal instants the planned change comes last, and counts
    return OnDuty(time[order], team[order], staff[order], plan.absence)


@cached
def _changes(
    plan: OnDuty, keys: Words, first_date: int, stops: Bools, down: Floats, up: Floats
) -> tuple[Floats, Ints, Ints]:
    """Rows of a plan at which the headcount present really changes."""
    time, team, planned, absence = plan
    n = len(time)
    to_time, to_team, to_staff = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    on_duty, staff = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    outage = kept = 0
    for row in range(n):
        t, own = time[row], team[row]
        if planned[row] != UNCHANGED:
            day = int(t // DAY)
            on_duty[own] = _present(keys[own], absence[own, day], first_date + day, planned[row])
        if row + 1 < n and time[row + 1] == t and team[row + 1] == own:
            continue
        while outage < len(up) and up[outage] <= t:
            outage += 1
        is_down = stops[own] and outage < len(up) and down[outage] <= t
        now = 0 if is_down else on_duty[own]
        if now != staff[own]:
            to_time[kept], to_team[kept], to_staff[kept] = t, own, now
            staff[own] = now
            kept += 1
    return to_time[:kept], to_team[:kept], to_staff[:kept]


@register_jitable
def _present(key: np.uint64, absence: float, date: int, planned: int) -> int:
    """How many of those planned are not absent; who they are does not depend on how many are planned."""
    if absence <= 0:
        return planned
    present = 0
    for person in range(planned):
        present += of_dossier(dossier(key, np.uint64(date * 1000 + person)), ABSENCE) >= absence
    return present
