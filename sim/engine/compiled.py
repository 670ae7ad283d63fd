"""The compiled engine: the reference engine event for event, as one Numba kernel.

Names are those of :mod:`sim.engine.reference` and :mod:`sim.engine.hall`, and the decisions are those of the same
:mod:`sim.engine.rules`. What differs is mechanics: arrivals, roster changes and closings come sorted and need no
event list; other events are in an :mod:`~sim.engine.agenda`; tasks wait in :mod:`~sim.engine.lines`.

The kernel is one function, so that its state stays in registers and local arrays. An event goes through it from top
to bottom: at most one task ends, at most one enters, some citizens leave, then people take work, and last the events
that follow are put into the agenda.
"""

from __future__ import annotations

import math
from typing import get_type_hints

import numpy as np
from numba import njit

from sim.engine import rules
from sim.engine.agenda import (
    CODE,
    FRONT,
    FRONT_SIZE,
    ID_BITS,
    ID_MASK,
    REST_SIZE,
    SLICE,
    TIME,
    USED,
    add,
    drop_next,
    longer,
    make_counts,
    turn_slice,
)
from sim.engine.contract import Bools, Draws, Floats, Ints, Kind, Log, Mark, Outcome, Plan, Precedence, Reason
from sim.engine.lines import NONE, head, insert, layout, remove
from sim.kernelcache import cached
from sim.officetime import add_working, next_day_opening

NAN = math.nan
DESK, OFFICE, AGENCY, ROUND = int(Kind.DESK), int(Kind.OFFICE), int(Kind.AGENCY), int(Kind.ROUND)
OPEN, DONE, LOST = int(Outcome.OPEN), int(Outcome.DONE), int(Outcome.LOST)
START, PAUSE, RESUME, STOP = int(Mark.START), int(Mark.PAUSE), int(Mark.RESUME), int(Mark.STOP)
IMPATIENT, BALKED = int(Reason.PATIENCE), int(Reason.BALKED)
NO_SHOW, TURNED_AWAY = int(Reason.NO_SHOW), int(Reason.TURNED_AWAY)
FINISH, ENTER, PATIENCE = int(Precedence.FINISH), int(Precedence.ENTER), int(Precedence.PATIENCE)
ROSTER, CLOSING = int(Precedence.ROSTER), int(Precedence.CLOSING)
EVENTS_A_SLICE = 8


def simulate(plan: Plan, draws: Draws) -> Log:
    """Run one replication."""
    return Log(*kernel(plan, draws))


def prepare(plan: Plan) -> None:
    """Compile the kernel, or load it, by a run in which nobody comes; other processes then only load it."""
    empty = {Floats: np.zeros(0), Ints: np.zeros(0, np.int64), Bools: np.zeros(0, np.bool_)}
    columns = {name: empty[kind] for name, kind in get_type_hints(Draws).items() if kind in empty}
    starts = dict.fromkeys(("stage_start", "task_start"), np.zeros(1, np.int64))
    kernel(plan, Draws(**(columns | starts | {"attempts": 1})))


@cached
def kernel(plan: Plan, draws: Draws) -> Log:
    """The log of one replication.

    The columns of plan and draws are unpacked once, as p_… and d_…: reading a field of a tuple of arrays counts
    references, which in a loop costs more than the work itself.
    """
    p_office = plan.office
    first_session, closes = plan.office.first_session, plan.office.closes
    p_end = plan.end
    p_queue_site = plan.queue_site
    p_queue_desk = plan.queue_desk
    p_server_start = plan.server_start
    p_server_team = plan.server_team
    p_team_site = plan.team_site
    p_tier_start = plan.tier_start
    p_serve_all = plan.serve_all
    p_closing_time = plan.closing_time
    p_closing_site = plan.closing_site
    p_round_start = plan.round_start
    p_round_time = plan.round_time
    p_balk_above = plan.balk_above
    p_last_ticket = plan.last_ticket
    p_visit_edge = plan.visit_edge
    p_visit_mass = plan.visit_mass
    p_visit_day = plan.visit_day
    p_restart = plan.restart
    d_arrival = draws.arrival
    d_stage_start = draws.stage_start
    d_site = draws.site
    d_deadline_unit = draws.deadline_unit
    d_deadline_amount = draws.deadline_amount
    d_cut_off = draws.cut_off
    d_task_start = draws.task_start
    d_kind = draws.kind
    d_queue = draws.queue
    d_work = draws.work
    d_mark = draws.mark
    d_visit = draws.visit
    d_attempts = draws.attempts
    d_moment = draws.moment
    d_patience = draws.patience
    d_priority = draws.priority
    d_returns = draws.returns
    d_no_show = draws.no_show
    d_roster_time = draws.roster_time
    d_roster_team = draws.roster_team
    d_roster_staff = draws.roster_staff
    d_round = draws.round
    tasks, dossiers = len(d_kind), len(d_arrival)
    teams, sites = len(p_team_site), len(p_serve_all)
    # the log
    entered, started, ended = np.full(tasks, NAN), np.full(tasks, NAN), np.full(tasks, NAN)
    team_of, interrupted = np.full(tasks, NONE, np.int64), np.zeros(tasks, np.int64)
    overtime, outcome = np.zeros(tasks), np.zeros(tasks, np.int64)
    received, due, ready = np.full(dossiers, NAN), np.full(dossiers, NAN), np.full(dossiers, NAN)
    spell_who, spell_when = np.empty((tasks + 64, 2), np.int64), np.empty((tasks + 64, 2))
    left_who, left_when = np.empty((64, 2), np.int64), np.empty((64, 2))
    spells = leavings = 0
    # tasks
    dossier_of = _dossiers(draws, tasks)
    to_do, began = d_work.copy(), np.empty(tasks)
    finish_at, patience_ends = np.full(tasks, NAN), np.full(tasks, NAN)
    working = np.full(tasks, NONE, np.int64)  # the team at work on it
    older, younger = np.empty(tasks, np.int64), np.empty(tasks, np.int64)  # at work in one team, by start
    attempt = np.zeros(len(d_returns), np.int64)
    # dossiers
    paused, here = np.full(dossiers, NAN), np.zeros(dossiers, np.bool_)
    stage_of, left_to_do = np.zeros(dossiers, np.int64), np.zeros(dossiers, np.int64)
    # teams and sites
    staff, staying, busy = np.zeros(teams, np.int64), np.zeros(teams, np.int64), np.zeros(teams, np.int64)
    oldest, youngest = np.full(teams, NONE, np.int64), np.full(teams, NONE, np.int64)
    office, charged = np.zeros(teams, np.int64), np.zeros(teams)
    stays_till = np.zeros(teams, np.int64)  # people stay until so many times the building has been empty
    waiting, in_building, emptied = (
        np.zeros(sites, np.int64),
        np.zeros(sites, np.int64),
        np.zeros(sites, np.int64),
    )
    # queues and events
    lay = layout(plan)
    classes = 1 if len(d_priority) == 0 else np.max(d_priority) + 1
    line_of, queue_of = lay.line_of, lay.queue_of
    tier_line_start, tier_line = lay.tier_line_start, lay.tier_line
    line_count = len(queue_of)
    line_desk, line_due = p_queue_desk[queue_of], plan.queue_by_due[queue_of]
    line_size = np.zeros(line_count, np.int64)
    ends = np.full((line_count * classes, 2), NONE, np.int64)
    links, key = np.empty((tasks, 3), np.int64), np.empty(tasks)
    place = np.full(tasks, NONE, np.int64)
    width = 2.0 ** math.ceil(math.log2(max(EVENTS_A_SLICE * p_end / (tasks + 1), 0.001)))
    front, rest, slots = np.empty((FRONT + 1, 2)), np.empty((1024, 2)), np.empty((1024, 3))
    bucket, counts = np.full(int(p_end / width) + 2, NONE, np.int64), make_counts()
    last_slice = len(bucket) - 1
    # what one event brings about
    new_time, new_code = np.empty(64), np.empty(64, np.int64)
    concerned = np.empty(64, np.int64)
    gone, gone_reason = np.empty(64, np.int64), np.empty(64, np.int64)
    arrival = change = closing = 0

    while True:
        # --- the next event: the smallest key of four sources ---
        soonest = p_end
        if arrival < dossiers:
            soonest = min(soonest, d_arrival[arrival])
        if change < len(d_roster_time):
            soonest = min(soonest, d_roster_time[change])
        if closing < len(p_closing_time):
            soonest = min(soonest, p_closing_time[closing])
        now = front[counts[FRONT_SIZE] - 1, TIME] if counts[FRONT_SIZE] > 0 else math.inf
        while counts[SLICE] < last_slice and (counts[SLICE] + 1) * width <= min(soonest, now):
            if counts[REST_SIZE] + counts[USED] + FRONT > len(rest):
                rest = longer(rest, 2 * (counts[REST_SIZE] + counts[USED] + FRONT))
            turn_slice(front, rest, slots, bucket, counts)
            now = front[counts[FRONT_SIZE] - 1, TIME] if counts[FRONT_SIZE] > 0 else math.inf
        code, source = 0, 0
        if now < p_end:
            code = int(front[counts[FRONT_SIZE] - 1, CODE])
        else:
            now, source = p_end, NONE
        if arrival < dossiers:
            t = d_arrival[arrival]
            c = (ENTER << ID_BITS) | d_task_start[d_stage_start[arrival]]
            if t < now or (t == now and source != NONE and c < code):
                now, code, source = t, c, 1
        if change < len(d_roster_time):
            t, c = d_roster_time[change], (ROSTER << ID_BITS) | d_roster_team[change]
            if t < now or (t == now and source != NONE and c < code):
                now, code, source = t, c, 2
        if closing < len(p_closing_time):
            t, c = p_closing_time[closing], (CLOSING << ID_BITS) | p_closing_site[closing]
            if t < now or (t == now and source != NONE and c < code):
                now, code, source = t, c, 3
        if source == NONE:
            break
        number, precedence = code & ID_MASK, code >> ID_BITS
        entering = ending = NONE
        new = concerning = going = 0

        # --- a task finishes, enters, or its citizen loses patience ---
        if source == 0:
            drop_next(front, rest, counts)
            if precedence == ENTER:
                entering = number
            elif precedence == PATIENCE:
                if place[number] != NONE and patience_ends[number] == now:
                    line = place[number] // classes
                    remove(ends, links, key, place, number, line_due[line])
                    line_size[line] -= 1
                    waiting[d_site[dossier_of[number]]] -= 1
                    gone[0], gone_reason[0] = number, IMPATIENT
                    going = 1
            elif d_kind[number] > OFFICE or (working[number] != NONE and finish_at[number] == now):
                ending = number

        # --- a dossier arrives ---
        elif source == 1:
            stage = d_stage_start[arrival]
            entering = number
            after = d_task_start[stage + 1]
            stage_of[arrival], left_to_do[arrival] = stage, after - number
            if after - number > len(new_time):
                new_time, new_code = np.empty(2 * (after - number)), np.empty(2 * (after - number), np.int64)
            for task in range(number + 1, after):
                new_time[new], new_code[new] = now, (ENTER << ID_BITS) | task
                new += 1
            arrival += 1

        # --- a roster changes: office work beyond it is interrupted, most recently started first ---
        elif source == 2:
            team, count = number, d_roster_staff[change]
            change += 1
            site = p_team_site[team]
            stay = rules.stays(
                p_serve_all[site], rules.closes_at(p_closing_time, now), in_building[site], staff[team], count
            )
            _charge_overtime(overtime, oldest, younger, team, busy[team] - staff[team], now - charged[team])
            charged[team] = now
            staff[team], staying[team], stays_till[team] = count, stay, emptied[site]
            while busy[team] > count and office[team] > 0:
                task = youngest[team]
                while d_kind[task] != OFFICE:
                    task = older[task]
                to_do[task], finish_at[task] = finish_at[task] - now, NAN
                interrupted[task] += 1
                if spells == len(spell_who):
                    spell_who, spell_when = _longer(spell_who, 2 * spells), _longer(spell_when, 2 * spells)
                spell_who[spells, 0], spell_who[spells, 1] = task, team
                spell_when[spells, 0], spell_when[spells, 1] = began[task], now
                spells += 1
                _unlink(oldest, youngest, older, younger, team, task)
                working[task] = NONE
                busy[team] -= 1
                office[team] -= 1
                line = line_of[d_queue[task]]
                insert(ends, links, key, place, line * classes, task, key[task], line_due[line])
                line_size[line] += 1
                queue = queue_of[line]
                needed = concerning + p_server_start[queue + 1] - p_server_start[queue] + 1
                if needed > len(concerned):
                    concerned = _longer(concerned, 2 * needed)
                for at in range(p_server_start[queue], p_server_start[queue + 1]):
                    concerned[concerning] = p_server_team[at]
                    concerning += 1
            concerned[concerning] = team
            concerning += 1

        # --- a site closes: those waiting whom nobody stays to serve go home, in order of their tasks ---
        else:
            closing += 1
            site = number
            if waiting[site] > len(gone):
                gone = np.empty(2 * waiting[site], np.int64)
                gone_reason = np.empty(2 * waiting[site], np.int64)
            if waiting[site] > 0:
                for line in range(line_count):
                    queue = queue_of[line]
                    if line_size[line] == 0 or p_queue_site[queue] != site or not p_queue_desk[queue]:
                        continue
                    if p_serve_all[site] and _can_be_served(
                        p_server_start, p_server_team, p_team_site, queue, staff, staying, stays_till, emptied
                    ):
                        continue
                    while line_size[line] > 0:
                        gone[going], gone_reason[going] = head(ends, line, classes), TURNED_AWAY
                        remove(ends, links, key, place, gone[going], line_due[line])
                        line_size[line] -= 1
                        going += 1
                gone[:going] = np.sort(gone[:going])
                waiting[site] -= going

        # --- a task ends: its spell of work, the legal clock, the next stage ---
        if ending != NONE:
            task, dossier = ending, dossier_of[ending]
            if d_kind[task] <= OFFICE:
                team = working[task]
                _charge_overtime(
                    overtime, oldest, younger, team, busy[team] - staff[team], now - charged[team]
                )
                charged[team] = now
                if spells == len(spell_who):
                    spell_who, spell_when = _longer(spell_who, 2 * spells), _longer(spell_when, 2 * spells)
                spell_who[spells, 0], spell_who[spells, 1] = task, team
                spell_when[spells, 0], spell_when[spells, 1] = began[task], now
                spells += 1
                _unlink(oldest, youngest, older, younger, team, task)
                working[task] = NONE
                busy[team] -= 1
                if d_kind[task] == OFFICE:
                    office[team] -= 1
                concerned[0] = team
                concerning = 1
            ended[task], outcome[task] = now, DONE
            mark = d_mark[task]
            if mark == START:
                if math.isnan(received[dossier]):
                    received[dossier] = now
                due[dossier] = rules.due_when_started(
                    p_office, now, d_deadline_unit[dossier], d_deadline_amount[dossier], d_cut_off[dossier]
                )
            elif mark == PAUSE:
                paused[dossier] = now
            elif mark == RESUME and not math.isnan(paused[dossier]):
                due[dossier] = rules.due_when_resumed(
                    p_office,
                    p_restart,
                    due[dossier],
                    paused[dossier],
                    now,
                    d_deadline_unit[dossier],
                    d_deadline_amount[dossier],
                    d_cut_off[dossier],
                )
                paused[dossier] = NAN
            elif mark == STOP:
                ready[dossier] = now
            stage = stage_of[dossier] + 1
            is_last = stage == d_stage_start[dossier + 1]
            if here[dossier] and (is_last or d_kind[d_task_start[stage]] != DESK):
                site = d_site[dossier]
                here[dossier] = False
                in_building[site] -= 1
                if in_building[site] == 0:
                    emptied[site] += 1
            left_to_do[dossier] -= 1
            if left_to_do[dossier] == 0 and not is_last:
                first, after = d_task_start[stage], d_task_start[stage + 1]
                stage_of[dossier], left_to_do[dossier] = stage, after - first
                if after - first > len(new_time):
                    new_time, new_code = (
                        np.empty(2 * (after - first)),
                        np.empty(2 * (after - first), np.int64),
                    )
                for following in range(first, after):
                    coming = now
                    if d_kind[following] == DESK and not here[dossier]:
                        moment = d_moment[d_visit[following] * d_attempts]
                        coming = rules.next_visit(p_visit_edge, p_visit_mass, p_visit_day, now, moment)
                    new_time[new], new_code[new] = coming, (ENTER << ID_BITS) | following
                    new += 1

        # --- a task enters: it waits for people, or for its time ---
        joined = NONE
        if entering != NONE:
            task, dossier, kind = entering, dossier_of[entering], d_kind[entering]
            entered[task], outcome[task] = now, OPEN
            if kind > OFFICE:
                until = now + d_work[task]
                if kind == ROUND:
                    until = rules.next_round(p_round_start, p_round_time, d_round[task], now)
                elif kind == AGENCY:
                    until = add_working(p_office, now, d_work[task])
                new_time[new], new_code[new] = until, (FINISH << ID_BITS) | task
                new += 1
            else:
                queue = queue_of[line_of[d_queue[task]]]
                reason = NONE
                if kind == DESK:
                    row, site = d_visit[task], d_site[dossier]
                    if here[dossier]:
                        if rules.too_late(
                            first_session, closes, p_last_ticket[site], now
                        ) and not _can_be_served(
                            p_server_start,
                            p_server_team,
                            p_team_site,
                            queue,
                            staff,
                            staying,
                            stays_till,
                            emptied,
                        ):
                            reason = TURNED_AWAY
                    elif attempt[row] == 0 and d_no_show[row]:
                        reason = NO_SHOW
                    elif rules.too_late(first_session, closes, p_last_ticket[site], now):
                        reason = TURNED_AWAY
                    elif waiting[site] > p_balk_above:
                        at_once = False
                        for at in range(p_server_start[queue], p_server_start[queue + 1]):
                            team = p_server_team[at]
                            stay = staying[team] if stays_till[team] == emptied[site] else 0
                            if office[team] > 0 or rules.may_start(
                                True, staff[team], busy[team], stay, in_building[site]
                            ):
                                at_once = True
                        if not at_once and rules.balks(waiting[site], p_balk_above):
                            reason = BALKED
                    if reason != NONE:
                        gone[0], gone_reason[0] = task, reason
                        going = 1
                    elif not here[dossier]:
                        here[dossier] = True
                        in_building[site] += 1
                if reason == NONE:
                    joined = task
                    line = line_of[d_queue[task]]
                    at_key = rules.queue_key(line_due[line], now, due[dossier])
                    klass = 0
                    if kind == DESK:
                        klass = d_priority[d_visit[task]]
                        waiting[d_site[dossier]] += 1
                    insert(ends, links, key, place, line * classes + klass, task, at_key, line_due[line])
                    line_size[line] += 1
                    needed = p_server_start[queue + 1] - p_server_start[queue]
                    if needed > len(concerned):
                        concerned = np.empty(2 * needed, np.int64)
                    for at in range(needed):
                        concerned[at] = p_server_team[p_server_start[queue] + at]
                    concerning = needed

        # --- citizens who leave, to come again another day or never ---
        if going > 0:
            if leavings + going > len(left_who):
                size = 2 * (leavings + going)
                left_who, left_when = _longer(left_who, size), _longer(left_when, size)
            if new + going > len(new_time):
                new_time, new_code = np.empty(2 * (new + going)), np.empty(2 * (new + going), np.int64)
            for at in range(going):
                task, reason = gone[at], gone_reason[at]
                dossier, row = dossier_of[task], d_visit[task]
                left_who[leavings, 0], left_who[leavings, 1] = task, reason
                left_when[leavings, 0], left_when[leavings, 1] = entered[task], now
                leavings += 1
                if here[dossier]:
                    site = d_site[dossier]
                    here[dossier] = False
                    in_building[site] -= 1
                    if in_building[site] == 0:
                        emptied[site] += 1
                coming = math.inf
                if reason == TURNED_AWAY:
                    coming = next_day_opening(p_office, now)
                elif attempt[row] < d_returns[row]:
                    attempt[row] += 1
                    moment = d_moment[row * d_attempts + attempt[row]]
                    coming = rules.next_day_visit(p_visit_edge, p_visit_mass, p_visit_day, now, moment)
                else:
                    outcome[task] = LOST
                new_time[new], new_code[new] = coming, (ENTER << ID_BITS) | task
                new += 1

        # --- people take work; who still waits at a counter interrupts office work ---
        while True:
            for at in range(concerning):
                team = concerned[at]
                site = p_team_site[team]
                stay = staying[team] if stays_till[team] == emptied[site] else 0
                while True:
                    anything = rules.may_start(False, staff[team], busy[team], stay, in_building[site])
                    if not anything and not rules.may_start(
                        True, staff[team], busy[team], stay, in_building[site]
                    ):
                        break
                    task = NONE
                    for tier in range(p_tier_start[team], p_tier_start[team + 1]):
                        for at_line in range(tier_line_start[tier], tier_line_start[tier + 1]):
                            line = tier_line[at_line]
                            if line_size[line] == 0 or not (anything or line_desk[line]):
                                continue
                            other = head(ends, line, classes)
                            if task == NONE or rules.goes_before(
                                place[other] % classes,
                                key[other],
                                other,
                                place[task] % classes,
                                key[task],
                                task,
                            ):
                                task = other
                        if task != NONE:
                            break
                    if task == NONE:
                        break
                    if new == len(new_time):
                        new_time, new_code = _longer(new_time, 2 * new), _longer(new_code, 2 * new)
                    line = place[task] // classes
                    remove(ends, links, key, place, task, line_due[line])
                    line_size[line] -= 1
                    _charge_overtime(
                        overtime, oldest, younger, team, busy[team] - staff[team], now - charged[team]
                    )
                    charged[team] = now
                    _link(oldest, youngest, older, younger, team, task)
                    busy[team] += 1
                    if d_kind[task] == OFFICE:
                        office[team] += 1
                    else:
                        waiting[site] -= 1
                    if math.isnan(started[task]):
                        started[task] = now
                    began[task], team_of[task], working[task] = now, team, team
                    finish_at[task] = now + to_do[task]
                    new_time[new], new_code[new] = finish_at[task], (FINISH << ID_BITS) | task
                    new += 1
            if joined == NONE or place[joined] == NONE or d_kind[joined] != DESK:
                break
            queue = queue_of[line_of[d_queue[joined]]]
            team = NONE
            for at in range(p_server_start[queue], p_server_start[queue + 1]):
                if office[p_server_team[at]] > 0:
                    team = p_server_team[at]
                    break
            if team == NONE:
                break
            # the most recently started office task makes way
            task = youngest[team]
            while d_kind[task] != OFFICE:
                task = older[task]
            to_do[task], finish_at[task] = finish_at[task] - now, NAN
            interrupted[task] += 1
            if spells == len(spell_who):
                spell_who, spell_when = _longer(spell_who, 2 * spells), _longer(spell_when, 2 * spells)
            spell_who[spells, 0], spell_who[spells, 1] = task, team
            spell_when[spells, 0], spell_when[spells, 1] = began[task], now
            spells += 1
            _unlink(oldest, youngest, older, younger, team, task)
            working[task] = NONE
            office[team] -= 1
            line = line_of[d_queue[task]]
            insert(ends, links, key, place, line * classes, task, key[task], line_due[line])
            line_size[line] += 1
            other_line = place[joined] // classes
            remove(ends, links, key, place, joined, line_due[other_line])
            line_size[other_line] -= 1
            waiting[p_team_site[team]] -= 1
            charged[team] = now
            _link(oldest, youngest, older, younger, team, joined)
            if math.isnan(started[joined]):
                started[joined] = now
            began[joined], team_of[joined], working[joined] = now, team, team
            finish_at[joined] = now + to_do[joined]
            if new == len(new_time):
                new_time, new_code = _longer(new_time, 2 * new), _longer(new_code, 2 * new)
            new_time[new], new_code[new] = finish_at[joined], (FINISH << ID_BITS) | joined
            new += 1
            queue = queue_of[line]
            concerning = p_server_start[queue + 1] - p_server_start[queue]
            if concerning > len(concerned):
                concerned = np.empty(2 * concerning, np.int64)
            for at in range(concerning):
                concerned[at] = p_server_team[p_server_start[queue] + at]

        # --- patience of a citizen who waits from now on ---
        if joined != NONE and place[joined] != NONE and d_kind[joined] == DESK:
            row = d_visit[joined]
            patience_ends[joined] = now + d_patience[row * d_attempts + attempt[row]]
            if patience_ends[joined] < p_end:
                if new == len(new_time):
                    new_time, new_code = _longer(new_time, 2 * new), _longer(new_code, 2 * new)
                new_time[new], new_code[new] = patience_ends[joined], (PATIENCE << ID_BITS) | joined
                new += 1

        # --- the events that follow ---
        if counts[REST_SIZE] + counts[USED] + FRONT + new > len(rest):
            size = 2 * (counts[REST_SIZE] + counts[USED] + FRONT + new)
            rest, slots = longer(rest, size), longer(slots, size)
        for at in range(new):
            add(front, rest, slots, bucket, counts, width, new_time[at], float(new_code[at]))

    # --- spells that the end of the run cuts off, by team, then by task ---
    for team in range(teams):
        _charge_overtime(overtime, oldest, younger, team, busy[team] - staff[team], p_end - charged[team])
    cut_off = np.flatnonzero(working != NONE)
    by_team = cut_off[np.argsort(working[cut_off], kind="mergesort")]
    for task in by_team:
        if spells == len(spell_who):
            spell_who, spell_when = _longer(spell_who, 2 * spells), _longer(spell_when, 2 * spells)
        spell_who[spells, 0], spell_who[spells, 1] = task, working[task]
        spell_when[spells, 0], spell_when[spells, 1] = began[task], p_end
        spells += 1
    return Log(
        entered,
        started,
        ended,
        team_of,
        overtime,
        interrupted,
        outcome,
        received,
        due,
        ready,
        spell_who[:spells, 0].copy(),
        spell_who[:spells, 1].copy(),
        spell_when[:spells, 0].copy(),
        spell_when[:spells, 1].copy(),
        left_who[:leavings, 0].copy(),
        left_when[:leavings, 0].copy(),
        left_when[:leavings, 1].copy(),
        left_who[:leavings, 1].copy(),
    )


# --- people ---


@njit
def _charge_overtime(
    overtime: Floats, oldest: Ints, younger: Ints, team: int, beyond: int, minutes: float
) -> None:
    """So many people at work beyond the roster, those at work the longest, are past it for `minutes`."""
    task = oldest[team]
    for _ in range(beyond):
        overtime[task] += minutes
        task = younger[task]


@njit
def _link(oldest: Ints, youngest: Ints, older: Ints, younger: Ints, team: int, task: int) -> None:
    """The task is at work in the team, started most recently."""
    older[task], younger[task] = youngest[team], NONE
    if youngest[team] == NONE:
        oldest[team] = task
    else:
        younger[youngest[team]] = task
    youngest[team] = task


@njit
def _unlink(oldest: Ints, youngest: Ints, older: Ints, younger: Ints, team: int, task: int) -> None:
    """The task is no longer at work in the team."""
    if older[task] == NONE:
        oldest[team] = younger[task]
    else:
        younger[older[task]] = younger[task]
    if younger[task] == NONE:
        youngest[team] = older[task]
    else:
        older[younger[task]] = older[task]


@njit
def _can_be_served(
    server_start: Ints,
    server_team: Ints,
    team_site: Ints,
    queue: int,
    staff: Ints,
    staying: Ints,
    stays_till: Ints,
    emptied: Ints,
) -> bool:
    """Somebody who serves the queue is on duty, or stays late."""
    for at in range(server_start[queue], server_start[queue + 1]):
        team = server_team[at]
        if staff[team] > 0 or (staying[team] > 0 and stays_till[team] == emptied[team_site[team]]):
            return True
    return False


# --- the log ---


@njit
def _dossiers(draws: Draws, tasks: int) -> Ints:
    """int[task]: the dossier of each task."""
    dossier_of = np.empty(tasks, np.int64)
    for dossier in range(len(draws.arrival)):
        first = draws.task_start[draws.stage_start[dossier]]
        after = draws.task_start[draws.stage_start[dossier + 1]]
        dossier_of[first:after] = dossier
    return dossier_of


@njit
def _longer(column: Floats, size: int) -> Floats:
    longer = np.empty((size, *column.shape[1:]), column.dtype)
    kept = min(size, len(column))
    longer[:kept] = column[:kept]
    return longer
