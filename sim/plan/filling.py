"""The columns of draws and labels, filled dossier by dossier in code compiled by numba.

Two passes: the first finds each dossier's course, which tells how long the columns of tasks and visits are; the
second fills them. Columns of the recipe are unpacked before a loop, as g_… and r_…: to read a field of a tuple is to
count a reference.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from sim.columns import columns
from sim.compiler import njit
from sim.engine.contract import Bools, Codes, Floats, Ids, Ints, Kind
from sim.kernelcache import cached
from sim.keyed import name_hash, of_dossier
from sim.plan.arrivals import Arrivals
from sim.plan.doing import Doing, Words
from sim.plan.model import Channel, Priority
from sim.plan.recipe import NO_LAW, Going, Recipe
from sim.plan.walking import Ground, Walk, make_walk, walk
from sim.quantiles import by_normal, direct, exponent, exps, normals, quantile

RESULT, SURVEY, PRIORITY = name_hash("result"), name_hash("survey"), name_hash("priority")
DATA_REUSE, NO_SHOW = name_hash("data-reuse"), name_hash("no-show")
ID, CODE = np.int32, np.int8
DESK, APPOINTMENT = int(Kind.DESK), int(Channel.APPOINTMENT)
ONLINE, ASSISTED = int(Channel.ONLINE), int(Channel.ASSISTED)
ORDINARY, PRIORITY_GROUP, BOOKED = int(Priority.ORDINARY), int(Priority.PRIORITY_GROUP), int(Priority.BOOKED)
ONE = np.uint64(
    1
)  # numbers without a sign stay so: as an index they need no check whether they count from the end
BLOCK = 256  # tasks
ON_FOOT = 0  # the course that is not written down


class Dossiers(NamedTuple):
    """Columns of dossiers (see :class:`~sim.engine.contract.Draws` and :class:`~sim.plan.model.Labels`)."""

    stage_start: Ids
    priority: Codes
    satisfied_within: Floats
    very_satisfied_within: Floats
    course: Ids  # int[dossier] of the recipe; ON_FOOT: to be found on its way
    way: Ids  # int[dossier]


class Tasks(NamedTuple):
    """Columns of stages, tasks and visits."""

    task_start: Ids
    activity: Ids
    work: Floats
    visit: Ids
    priority: Codes
    moment: Floats
    patience: Floats
    returns: Codes
    no_show: Bools


class Block(NamedTuple):
    """Minutes for which nothing but a normal quantile is needed any more: these come sooner many at a time."""

    place: Words  # where the minutes go
    u: Floats
    law: Words
    factor: Floats
    known: Floats  # another factor
    scan: Floats  # minutes besides
    z: Floats  # the normal quantile of u
    outer: Words  # room for `normals`
    power: Floats  # and for `exps`
    bits: Ints


def make_block() -> Block:
    """A block that holds none."""
    place, law, outer = np.zeros((3, BLOCK), np.uint64)
    factor, known, u = np.ones(BLOCK), np.ones(BLOCK), np.full(BLOCK, 0.5)
    scan, z, power = np.zeros((3, BLOCK))
    return Block(place, u, law, factor, known, scan, z, outer, power, power.view(np.int64))


def fill(dossiers: Arrivals, recipe: Recipe) -> tuple[Dossiers, Tasks]:
    """All columns of these dossiers."""
    n = len(dossiers.stream)
    asked = n if recipe.going.satisfied != NO_LAW else 0
    of_dossiers = [(float, asked), (float, asked), (ID, n), (ID, n)]
    own = Dossiers(*columns((ID, n + 1), (CODE, n), *of_dossiers))
    room = make_walk(recipe.ground)
    tasks, visits = _send(dossiers, recipe.going, recipe.ground, recipe.laws, room, own)
    moments, patiences = visits * recipe.doing.moment.shape[1], visits * recipe.doing.patience.shape[1]
    of_tasks = [(kind, tasks) for kind in (ID, float, ID)]
    of_visits = [(CODE, visits), (float, moments), (float, patiences), (CODE, visits), (bool, visits)]
    theirs = Tasks(*columns((ID, int(own.stage_start[n]) + 1), *of_tasks, *of_visits))
    of_recipe = recipe.ground, recipe.doing, recipe.laws
    _assign(dossiers, own, *of_recipe, room, make_block(), make_block(), theirs)
    return own, theirs


def wait_from_the_slot(dossiers: Arrivals, own: Dossiers, tasks: Tasks) -> None:
    """Who is early for an appointment has so much more patience the first time they come."""
    if len(tasks.patience):
        booked = np.flatnonzero(dossiers.slot > dossiers.arrival)
        visit = tasks.visit[tasks.task_start[own.stage_start[booked]]]
        at_desk = visit >= 0
        attempts = len(tasks.patience) // len(tasks.priority)
        tasks.patience[visit[at_desk] * attempts] += (dossiers.slot - dossiers.arrival)[booked[at_desk]]


@partial(cached, _nrt=False)
def _send(
    dossiers: Arrivals, going: Going, ground: Ground, laws: Floats, room: Walk, own: Dossiers
) -> tuple[int, int]:
    """Fill the columns of dossiers; their course tells how many tasks and visits they make."""
    _, _, key, _, first_way, _, _ = dossiers
    g_until, g_root = going.until, going.root
    purpose, probability, struck, others = going.purpose, going.probability, going.struck, going.others
    g_stages, g_tasks, g_visits = going.stages, going.tasks, going.visits
    satisfied, very_satisfied = going.satisfied, going.very_satisfied
    stage_start, _, within, very_within, course, taken = own
    stage_start[0] = tasks = visits = 0
    for d in range(np.uint64(len(key))):
        if satisfied != NO_LAW:
            u = of_dossier(key[d], SURVEY)  # one number decides both answers
            within[d], very_within[d] = quantile(u, laws, satisfied), quantile(u, laws, very_satisfied)
        way = np.uint64(first_way[d])
        if g_until[way] < 1:
            u = of_dossier(key[d], RESULT)
            while u >= g_until[way]:
                way += ONE
        node = g_root[way]
        while node >= 0:
            fork = np.uint64(node)
            node = struck[fork] if of_dossier(key[d], purpose[fork]) < probability[fork] else others[fork]
        found = np.uint64(~node)
        course[d], taken[d] = found, way
        own_tasks, own_stages, own_visits = g_tasks[found], g_stages[found], g_visits[found]
        if found == ON_FOOT:
            own_tasks, own_stages, own_visits = walk(way, key[d], ground, room)
        stage_start[d + ONE] = stage_start[d] + own_stages
        tasks += own_tasks
        visits += own_visits
    return tasks, visits


@partial(cached, _nrt=False)
def _assign(
    dossiers: Arrivals,
    own: Dossiers,
    ground: Ground,
    doing: Doing,
    laws: Floats,
    room: Walk,
    works: Block,
    waits: Block,
    theirs: Tasks,
) -> None:
    """Fill the columns of stages, tasks and visits, and the priority of dossiers."""
    course, way, of_citizen = own.course, own.way, own.priority
    stream, _, key, channel, _, _, _ = dossiers
    r_course, r_listed, r_task = doing.course, doing.listed, doing.task
    r_moment, r_patience, r_back = doing.moment, doing.patience, doing.back
    r_activity, r_factor = doing.activity, doing.factor
    known_share, scan_law, patience_law = doing.known_share, doing.scan_law, doing.patience_law
    priority_share, no_show_share, come_back = doing.priority_share, doing.no_show, doing.come_back
    moments, patiences = np.uint64(r_moment.shape[1]), np.uint64(r_patience.shape[1])
    patience_by_normal = patience_law != NO_LAW and by_normal(laws, patience_law)
    last_attempt = np.uint64(doing.attempts) - ONE
    task_start, activity, work, visit = theirs.task_start, theirs.activity, theirs.work, theirs.visit
    priority, moment, patience = theirs.priority, theirs.moment, theirs.patience
    returns, no_show = theirs.returns, theirs.no_show
    b_place, b_u, b_law, b_factor, b_known, b_scan, _, _, _, _ = works
    w_place, w_u, w_law, _, _, _, _, _, _, _ = waits
    stage = task = row = held = waiting = np.uint64(0)
    for d in range(np.uint64(len(course))):
        whose, luck = np.uint64(stream[d]), key[d]
        booked = channel[d] == APPOINTMENT
        on_paper = channel[d] != ONLINE and channel[d] != ASSISTED
        group = ORDINARY
        if priority_share > 0 and of_dossier(luck, PRIORITY) < priority_share:
            group = PRIORITY_GROUP
        of_citizen[d] = BOOKED if booked else group
        first, last = np.uint64(r_course[course[d]]), np.uint64(r_course[course[d] + 1])
        listed = r_listed
        if course[d] == ON_FOOT:
            number, _, _ = walk(np.uint64(way[d]), luck, ground, room)
            first, last, listed = np.uint64(0), np.uint64(number), room.tasks
        for i in range(first, last):
            it = r_task[np.uint64(listed[i])]
            if it["opens"]:
                task_start[stage] = task
                stage += ONE
            occurrence, step = np.uint64(it["occurrence"]), np.uint64(it["step"])
            activity[task] = r_activity[whose, step] + it["rework"]
            work[task] = 0.0
            if it["law"] != NO_LAW:
                u, factor, known, scan = of_dossier(luck, it["work"]), r_factor[whose, step], 1.0, 0.0
                if it["known"] < 1 and of_dossier(luck, DATA_REUSE) < known_share:
                    known = it["known"]
                if it["scanned"] and on_paper:
                    scan = quantile(of_dossier(luck, it["scan"]), laws, scan_law)
                if it["by_normal"]:
                    b_place[held], b_u[held], b_law[held] = task, u, it["law"]
                    b_factor[held], b_known[held], b_scan[held] = factor, known, scan
                    held += ONE
                    if held == BLOCK:
                        _invert(works, BLOCK, laws, work)
                        held = np.uint64(0)
                else:
                    work[task] = direct(u, laws, it["law"]) * factor * known + scan
            visit[task] = -1
            if it["desk"]:
                visit[task] = row
                priority[row] = BOOKED if booked else group
                no_show[row] = booked and of_dossier(luck, NO_SHOW) < no_show_share
                booked = False  # only the first visit is the one that was booked
                for attempt in range(moments):
                    moment[row * moments + attempt] = of_dossier(luck, r_moment[occurrence, attempt])
                for attempt in range(patiences):
                    at, u = row * patiences + attempt, of_dossier(luck, r_patience[occurrence, attempt])
                    if patience_by_normal:
                        w_place[waiting], w_u[waiting], w_law[waiting] = at, u, patience_law
                        waiting += ONE
                        if waiting == BLOCK:
                            _invert(waits, BLOCK, laws, patience)
                            waiting = np.uint64(0)
                    else:
                        patience[at] = direct(u, laws, patience_law)
                again = np.uint64(0)
                while again < last_attempt and of_dossier(luck, r_back[occurrence, again]) < come_back:
                    again += ONE
                returns[row] = again
                row += ONE
            task += ONE
    _invert(works, int(held), laws, work)
    _invert(waits, int(waiting), laws, patience)
    task_start[stage] = task


@njit(_nrt=False)
def _invert(block: Block, held: int, laws: Floats, minutes: Floats) -> None:
    """Fill in the minutes held in a block."""
    place, u, law, factor, known, scan, z, outer, power, bits = block
    normals(u, z, outer)
    for i in range(held):
        z[i] = exponent(z[i], laws, law[i])
    exps(z, power, bits)
    for i in range(held):
        minutes[place[i]] = laws[law[i] + ONE] * z[i] * factor[i] * known[i] + scan[i]
