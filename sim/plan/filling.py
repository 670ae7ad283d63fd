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
from sim.engine.contract import Bools, Codes, Floats, Ids, Kind
from sim.kernelcache import cached
from sim.keyed import name_hash, of_dossier
from sim.plan.arrivals import Arrivals
from sim.plan.model import Channel
from sim.plan.recipe import NO_LAW, Doing, Going, Recipe, Words
from sim.quantiles import normals, quantile, transformed

RESULT, SURVEY, PRIORITY = name_hash("result"), name_hash("survey"), name_hash("priority")
DATA_REUSE, NO_SHOW = name_hash("data-reuse"), name_hash("no-show")
ID, CODE = np.int32, np.int8
DESK, APPOINTMENT = int(Kind.DESK), int(Channel.APPOINTMENT)
ONLINE, ASSISTED = int(Channel.ONLINE), int(Channel.ASSISTED)
ONE = np.uint64(
    1
)  # numbers without a sign stay so: as an index they need no check whether they count from the end
BLOCK = 256  # tasks
PRIORITY_GROUP, BOOKED = 1, 2  # the classes of priority above ordinary citizens


class Dossiers(NamedTuple):
    """Columns of dossiers (see :class:`~sim.engine.contract.Draws` and :class:`~sim.plan.model.Labels`)."""

    stage_start: Ids
    site: Ids
    deadline_unit: Codes
    deadline_amount: Floats
    cut_off: Floats
    satisfied_within: Floats
    very_satisfied_within: Floats
    course: Ids  # int[dossier] of the recipe


class Tasks(NamedTuple):
    """Columns of stages, tasks and visits."""

    task_start: Ids
    kind: Codes
    queue: Ids
    round: Ids
    work: Floats
    mark: Codes
    visit: Ids
    step: Ids
    rework: Bools
    priority: Codes
    moment: Floats
    patience: Floats
    returns: Codes
    no_show: Bools


class Block(NamedTuple):
    """Tasks of which all but the minutes of work is known: normal quantiles come sooner many at a time."""

    task: Words
    u: Floats
    law: Words
    factor: Floats
    known: Floats  # another factor
    scan: Floats  # minutes besides
    z: Floats  # the normal quantile of u


def make_block() -> Block:
    """A block that holds none."""
    task, law = np.zeros((2, BLOCK), np.uint64)
    return Block(task, np.full(BLOCK, 0.5), law, *np.zeros((4, BLOCK)))


def fill(dossiers: Arrivals, recipe: Recipe) -> tuple[Dossiers, Tasks]:
    """All columns of these dossiers."""
    n = len(dossiers.stream)
    of_dossiers = [(kind, n) for kind in (ID, CODE, float, float, float, float, ID)]
    own = Dossiers(*columns((ID, n + 1), *of_dossiers))
    tasks, visits = _send(dossiers, recipe.going, recipe.laws, own)
    comings = visits * recipe.doing.moment.shape[1]
    of_tasks = [(kind, tasks) for kind in (CODE, ID, ID, float, CODE, ID, ID, bool)]
    of_visits = [(CODE, visits), (float, comings), (float, comings), (CODE, visits), (bool, visits)]
    theirs = Tasks(*columns((ID, int(own.stage_start[n]) + 1), *of_tasks, *of_visits))
    _assign(dossiers, own.course, recipe.doing, recipe.laws, make_block(), theirs)
    return own, theirs


@partial(cached, _nrt=False)
def _send(dossiers: Arrivals, going: Going, laws: Floats, own: Dossiers) -> tuple[int, int]:
    """Fill the columns of dossiers; their course tells how many tasks and visits they make."""
    stream, _, key, _, first_way, _ = dossiers
    g_site, g_unit, g_amount, g_cut_off = going.site, going.unit, going.amount, going.cut_off
    g_until, g_root = going.until, going.root
    purpose, probability, struck, others = going.purpose, going.probability, going.struck, going.others
    g_stages, g_tasks, g_visits = going.stages, going.tasks, going.visits
    satisfied, very_satisfied = going.satisfied, going.very_satisfied
    stage_start, site, unit, amount, cut_off, within, very_within, course = own
    stage_start[0] = tasks = visits = 0
    for d in range(np.uint64(len(stream))):
        mine = np.uint64(stream[d])
        site[d], unit[d], amount[d], cut_off[d] = g_site[mine], g_unit[mine], g_amount[mine], g_cut_off[mine]
        within[d], very_within[d] = np.inf, np.inf
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
        course[d] = found
        stage_start[d + ONE] = stage_start[d] + g_stages[found]
        tasks += g_tasks[found]
        visits += g_visits[found]
    return tasks, visits


@partial(cached, _nrt=False)
def _assign(dossiers: Arrivals, course: Ids, doing: Doing, laws: Floats, block: Block, theirs: Tasks) -> None:
    """Fill the columns of stages, tasks and visits."""
    stream, _, key, channel, _, _ = dossiers
    r_course, r_opens, r_rework, r_occurrence = doing.course, doing.opens, doing.rework, doing.occurrence
    r_step, r_work, r_scan = doing.step, doing.work, doing.scan
    r_moment, r_patience, r_back = doing.moment, doing.patience, doing.back
    r_kind, r_mark, r_round, r_law = doing.kind, doing.mark, doing.round, doing.law
    r_known, r_scanned, r_queue, r_factor = doing.known, doing.scanned, doing.queue, doing.factor
    known_share, scan_law, patience_law = doing.known_share, doing.scan_law, doing.patience_law
    priority_share, no_show_share, come_back = doing.priority_share, doing.no_show, doing.come_back
    attempts = np.uint64(r_moment.shape[1])
    last_attempt = attempts - ONE
    task_start, kind, queue, round_ = theirs.task_start, theirs.kind, theirs.queue, theirs.round
    work, mark, visit, step_of = theirs.work, theirs.mark, theirs.visit, theirs.step
    rework, priority, moment = theirs.rework, theirs.priority, theirs.moment
    patience, returns, no_show = theirs.patience, theirs.returns, theirs.no_show
    b_task, b_u, b_law, b_factor, b_known, b_scan, _ = block
    stage = task = row = held = np.uint64(0)
    for d in range(np.uint64(len(course))):
        own, luck = np.uint64(stream[d]), key[d]
        booked = channel[d] == APPOINTMENT
        on_paper = channel[d] != ONLINE and channel[d] != ASSISTED
        group = 0
        if priority_share > 0 and of_dossier(luck, PRIORITY) < priority_share:
            group = PRIORITY_GROUP
        first, last = np.uint64(r_course[course[d]]), np.uint64(r_course[course[d] + 1])
        for i in range(first, last):
            if r_opens[i]:
                task_start[stage] = task
                stage += ONE
            occurrence = np.uint64(r_occurrence[i])
            step = np.uint64(r_step[occurrence])
            kind[task], mark[task], round_[task] = r_kind[step], r_mark[step], r_round[step]
            step_of[task], rework[task], queue[task] = step, r_rework[i], r_queue[own, step]
            work[task] = 0.0
            if r_law[step] != NO_LAW:
                b_task[held], b_u[held] = task, of_dossier(luck, r_work[occurrence])
                b_law[held], b_factor[held] = r_law[step], r_factor[own, step]
                b_known[held], b_scan[held] = 1.0, 0.0
                if r_known[step] < 1 and of_dossier(luck, DATA_REUSE) < known_share:
                    b_known[held] = r_known[step]
                if r_scanned[step] and on_paper:
                    b_scan[held] = quantile(of_dossier(luck, r_scan[occurrence]), laws, scan_law)
                held += ONE
                if held == BLOCK:
                    _work(block, int(held), laws, work)
                    held = np.uint64(0)
            visit[task] = -1
            if r_kind[step] == DESK:
                visit[task] = row
                priority[row] = BOOKED if booked else group
                no_show[row] = booked and of_dossier(luck, NO_SHOW) < no_show_share
                booked = False  # only the first visit is the one that was booked
                for attempt in range(attempts):
                    at = row * attempts + attempt
                    moment[at] = of_dossier(luck, r_moment[occurrence, attempt])
                    patience[at] = np.inf
                    if patience_law != NO_LAW:
                        u = of_dossier(luck, r_patience[occurrence, attempt])
                        patience[at] = quantile(u, laws, patience_law)
                again = np.uint64(0)
                while again < last_attempt and of_dossier(luck, r_back[occurrence, again]) < come_back:
                    again += ONE
                returns[row] = again
                row += ONE
            task += ONE
    _work(block, int(held), laws, work)
    task_start[stage] = task


@njit(_nrt=False)
def _work(block: Block, held: int, laws: Floats, work: Floats) -> None:
    """The minutes of the tasks held in a block."""
    task, u, law, factor, known, scan, z = block
    normals(u, z)
    for i in range(held):
        work[task[i]] = transformed(u[i], z[i], laws, law[i]) * factor[i] * known[i] + scan[i]
