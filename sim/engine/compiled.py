"""The compiled engine: the reference engine event for event, as one Numba kernel.

Names are those of :mod:`sim.engine.reference` and :mod:`sim.engine.hall`, and the decisions are those of the same
:mod:`sim.engine.rules`. What differs is mechanics: arrivals, roster changes and closings come sorted and need no
event list; other events are in an :mod:`~sim.engine.agenda`; tasks wait in :mod:`~sim.engine.lines`; what is under
way is kept in small records (:mod:`~sim.engine.state`), and the log of a task is written once, when it has ended.

The kernel is one function that allocates nothing: so Numba need not count references to arrays, which would cost ten
times the work itself. When its room gets short it stops between two events and is called again with more. An event
goes through it from top to bottom: at most one task ends, with the milestones behind it, at most one stage begins, at
most one task enters, some citizens leave, then people take work, and last the events that follow are put into the
agenda. Of these only a task that enters before anything else happens is taken up at once.

NOTE: a milestone ends where it begins, though the reference engine has events for it: between them nothing can happen
to its dossier, and nobody else sees it.
"""

from __future__ import annotations

import math
from typing import get_type_hints

import numpy as np

from sim.compiler import njit
from sim.engine import rules
from sim.engine.agenda import (
    FRONT_SIZE,
    NONE,
    SLICE,
    Records,
    add,
    drop_next,
    turn_slice,
)
from sim.engine.atwork import charge_overtime, link, unlink
from sim.engine.contract import Bools, Draws, Floats, Ints, Kind, Log, Mark, Outcome, Plan, Precedence, Reason
from sim.engine.lines import head, insert, remove
from sim.engine.state import Indices, Room, Spells, events_left, make_log, make_room, more_room
from sim.kernelcache import cached
from sim.officetime import add_working, next_day_opening

NAN = math.nan
DESK, OFFICE, AGENCY = int(Kind.DESK), int(Kind.OFFICE), int(Kind.AGENCY)
ROUND, MILESTONE = int(Kind.ROUND), int(Kind.MILESTONE)
OPEN, DONE, LOST = int(Outcome.OPEN), int(Outcome.DONE), int(Outcome.LOST)
START, PAUSE, RESUME, STOP = int(Mark.START), int(Mark.PAUSE), int(Mark.RESUME), int(Mark.STOP)
IMPATIENT, BALKED = int(Reason.PATIENCE), int(Reason.BALKED)
NO_SHOW, TURNED_AWAY = int(Reason.NO_SHOW), int(Reason.TURNED_AWAY)
# The code of an event: precedence, then the task (or team, or site), then the task's slot.
SLOT_BITS, ID_BITS = 24, 36
PRECEDENCE_AT = SLOT_BITS + ID_BITS
SLOT_MASK, ID_MASK = (1 << SLOT_BITS) - 1, (1 << ID_BITS) - 1
FINISH = int(Precedence.FINISH) << PRECEDENCE_AT
ENTER = int(Precedence.ENTER) << PRECEDENCE_AT
PATIENCE = int(Precedence.PATIENCE) << PRECEDENCE_AT
ROSTER = int(Precedence.ROSTER) << PRECEDENCE_AT
CLOSING = int(Precedence.CLOSING) << PRECEDENCE_AT
AGENDA, ARRIVALS, ROSTERS, CLOSINGS, FOLLOWS = range(5)  # where the next event comes from
ONE = np.uint64(1)  # unsigned numbers stay so


def simulate(plan: Plan, draws: Draws) -> Log:
    """Run one replication."""
    room, log = make_room(plan, draws), make_log(draws)
    while not run(plan, draws, log, room):
        room = more_room(room)
    progress = room.progress[0]
    left = room.left[: progress["leavings"]]
    rows = [column[: progress["spells"]] for column in room.spell]
    rows += [left[name].copy() for name in left.dtype.names]
    return log._replace(**dict(zip(Log._fields[-len(rows) :], rows, strict=True)))


def prepare(plan: Plan) -> None:
    """Compile the kernel, or load it, by a run in which nobody comes; other processes then only load it."""
    empty = {Floats: np.zeros(0), Ints: np.zeros(0, np.int64), Bools: np.zeros(0, np.bool_)}
    columns = {name: empty[kind] for name, kind in get_type_hints(Draws).items() if kind in empty}
    starts = dict.fromkeys(("stage_start", "task_start"), np.zeros(1, np.int64))
    simulate(plan, Draws(**(columns | starts | {"attempts": 1})))


def _run(plan: Plan, draws: Draws, log: Log, room: Room) -> bool:
    """Go on from where `room` stands; False if a column of the room is too short for what may come next."""
    received, due, ready, paused = log.received, log.due, log.ready, room.paused
    live, case, spell, left = room.live, room.case, room.spell, room.left
    team_at, site_at, line_at, ends = room.team_at, room.site_at, room.line_at, room.ends
    front, rest, later, bucket, counts = room.front, room.rest, room.later, room.bucket, room.counts
    new_event, concerned, gone, gone_reason = room.new_event, room.concerned, room.gone, room.gone_reason
    progress = room.progress[0]
    arrival, change, closing = progress["arrival"], progress["change"], progress["closing"]
    spells, leavings = progress["spells"], progress["leavings"]
    free, used = progress["free"], progress["used"]
    width, slice_ends = room.width, progress["slice_ends"]
    last_slice, classes = len(bucket) - 1, room.classes
    dossiers = len(draws.arrival)
    sorted_time, sorted_code, sorted_source = -1.0, 0, AGENDA
    day_starts, closes_today = -1440.0, -math.inf
    follows = NONE  # the slot of a task that enters before anything else happens
    events_for = 0  # how many there is room for, whatever they bring about
    while True:
        # --- the next event: what follows at once, else the smallest key of four sources ---
        source, code = FOLLOWS, np.int64(0)
        if follows == NONE:
            if sorted_source == AGENDA:
                sorted_time = math.inf
                if arrival < dossiers:
                    sorted_time, sorted_source = draws.arrival[arrival], ARRIVALS
                    sorted_code = ENTER | (draws.task_start[draws.stage_start[arrival]] << SLOT_BITS)
                if change < len(draws.roster_time):
                    t, c = draws.roster_time[change], ROSTER | (draws.roster_team[change] << SLOT_BITS)
                    if t < sorted_time or (t == sorted_time and c < sorted_code):
                        sorted_time, sorted_code, sorted_source = t, c, ROSTERS
                if closing < len(plan.closing_time):
                    t, c = plan.closing_time[closing], CLOSING | (plan.closing_site[closing] << SLOT_BITS)
                    if t < sorted_time or (t == sorted_time and c < sorted_code):
                        sorted_time, sorted_code, sorted_source = t, c, CLOSINGS
            front_size = counts[FRONT_SIZE]
            now = front[front_size - 1]["time"] if front_size > 0 else math.inf
            while slice_ends <= min(sorted_time, now) and counts[SLICE] < last_slice:
                turn_slice(front, rest, later, bucket, counts)
                slice_ends = (counts[SLICE] + 1) * width if counts[SLICE] < last_slice else math.inf
                front_size = counts[FRONT_SIZE]
                now = front[front_size - 1]["time"] if front_size > 0 else math.inf
            source = AGENDA
            if front_size > 0:
                code = front[front_size - 1]["code"]
            if sorted_time < now or (sorted_time == now and sorted_code < code):
                now, code, source = sorted_time, sorted_code, sorted_source
            if not now < plan.end:
                break
            if events_for <= 0:
                events_for = min(events_left(room, used, spells, leavings))
                if events_for <= 0:
                    break
            if source != AGENDA:
                sorted_source = AGENDA
        events_for -= 1
        if now >= day_starts + 1440.0:
            day = rules.day_number(now)
            day_starts = day * 1440.0
            closes_today = rules.closing_of(plan.office.first_session, plan.office.closes, day)
        opening = entering = ending = joined = NONE
        new = concerning = going = 0

        # --- a task enters behind the one that has just ended ---
        if source == FOLLOWS:
            entering, follows = follows, NONE

        # --- a task finishes, enters, or its citizen loses patience ---
        elif source == AGENDA:
            drop_next(front, rest, counts)
            slot = code & SLOT_MASK
            if live[slot]["task"] == (code >> SLOT_BITS) & ID_MASK:
                if code < ENTER:
                    if live[slot]["kind"] > OFFICE or (
                        live[slot]["team"] != NONE and live[slot]["until"] == now
                    ):
                        ending = slot
                elif code < PATIENCE:
                    entering = slot
                elif live[slot]["place"] != NONE and live[slot]["until"] == now:
                    line = live[slot]["line"]
                    remove(ends, live, slot, line_at[line]["by_due"] != 0)
                    line_at[line]["size"] -= 1
                    site_at[live[slot]["site"]]["waiting"] -= 1
                    gone[0], gone_reason[0] = slot, IMPATIENT
                    going = 1

        # --- a dossier arrives ---
        elif source == ARRIVALS:
            opening = arrival
            case[opening]["stage"], case[opening]["here"] = draws.stage_start[opening], 0
            arrival += 1

        # --- a roster changes: office work beyond it is interrupted, most recently started first ---
        elif source == ROSTERS:
            number, count = draws.roster_team[change], draws.roster_staff[change]
            change += 1
            team = team_at[number]
            site = site_at[team["site"]]
            stay = rules.stays(
                site["serve_all"] != 0,
                closing < len(plan.closing_time) and plan.closing_time[closing] == now,
                site["in_building"],
                team["staff"],
                count,
            )
            charge_overtime(live, team, now)
            team["staff"], team["staying"], team["stays_till"] = count, stay, site["emptied"]
            while team["busy"] > count and team["office"] > 0:
                line = _send_back(live, team, line_at, ends, classes, spell, spells, now)
                spells += 1
                for at in range(line_at[line]["first_server"], line_at[line]["last_server"]):
                    concerned[concerning] = room.server_team[at]
                    concerning += 1
            concerned[concerning] = number
            concerning += 1

        # --- a site closes: those waiting whom nobody stays to serve go home, in order of their tasks ---
        else:
            number = plan.closing_site[closing]
            closing += 1
            site = site_at[number]
            if site["waiting"] > 0:
                for line in range(len(line_at)):
                    here = line_at[line]
                    if here["size"] == 0 or here["site"] != number or here["desk"] == 0:
                        continue
                    if site["serve_all"] != 0 and _can_be_served(here, site, team_at, room.server_team):
                        continue
                    while here["size"] > 0:
                        slot = head(ends, line, classes)
                        remove(ends, live, slot, here["by_due"] != 0)
                        here["size"] -= 1
                        gone[going], gone_reason[going] = slot, TURNED_AWAY
                        going += 1
                _sort_by_task(gone, going, live)
                site["waiting"] -= going

        # --- a task ends: its spell of work, the legal clock, the next stage ---
        if ending != NONE:
            task, dossier = live[ending]["task"], live[ending]["dossier"]
            if live[ending]["kind"] <= OFFICE:
                number = live[ending]["team"]
                team = team_at[number]
                charge_overtime(live, team, now)
                _note(spell, spells, task, number, live[ending]["began"], now)
                spells += 1
                unlink(live, team, ending)
                team["busy"] -= 1
                team["office"] -= live[ending]["kind"]
                concerned[0] = number
                concerning = 1
            log.ended[task], log.outcome[task] = now, DONE
            _write(log, task, live[ending])
            live[ending]["task"], live[ending]["after"] = NONE, free
            free = ending
            used -= 1
            of = case[dossier]
            while True:
                mark = draws.mark[task]
                if mark == START:
                    if math.isnan(received[dossier]):
                        received[dossier] = now
                    unit, amount = draws.deadline_unit[dossier], draws.deadline_amount[dossier]
                    due[dossier] = rules.due_when_started(
                        plan.office, now, unit, amount, draws.cut_off[dossier]
                    )
                elif mark == PAUSE:
                    paused[dossier] = now
                elif mark == RESUME and not math.isnan(paused[dossier]):
                    due[dossier] = rules.due_when_resumed(
                        plan.office,
                        plan.restart,
                        due[dossier],
                        paused[dossier],
                        now,
                        draws.deadline_unit[dossier],
                        draws.deadline_amount[dossier],
                        draws.cut_off[dossier],
                    )
                    paused[dossier] = NAN
                elif mark == STOP:
                    ready[dossier] = now
                stage = of["stage"] + ONE
                first = np.uint64(draws.task_start[stage])
                is_last = stage == draws.stage_start[dossier + ONE]
                if of["here"] != 0 and (is_last or draws.kind[first] != DESK):
                    of["here"] = 0
                    _goes_out(site_at[draws.site[dossier]])
                of["left"] -= 1
                if of["left"] != 0 or is_last:
                    break
                of["stage"] = stage
                if (
                    draws.kind[first] != MILESTONE
                    or draws.task_start[stage + ONE] - draws.task_start[stage] > 1
                ):
                    opening = dossier
                    break
                of["left"] = 1
                task = first
                log.entered[task], log.started[task], log.ended[task] = now, NAN, now
                log.team[task], log.overtime[task], log.interrupted[task] = -1, 0.0, 0
                log.outcome[task] = DONE

        # --- a stage begins: its tasks enter now, or when the citizen comes ---
        if opening != NONE:
            stage = case[opening]["stage"]
            first, after = np.uint64(draws.task_start[stage]), np.uint64(draws.task_start[stage + ONE])
            case[opening]["left"] = after - first
            for task in range(first, after):
                slot = free & SLOT_MASK
                free = live[slot]["after"]
                used += 1
                it = live[slot]
                it["task"], it["dossier"], it["site"] = task, opening, draws.site[opening]
                it["kind"] = draws.kind[task]
                it["entered"], it["started"], it["overtime"], it["to_do"] = NAN, NAN, 0.0, draws.work[task]
                it["team"], it["worked_by"], it["interrupted"], it["place"] = NONE, -1, 0, NONE
                coming = now
                if it["kind"] <= OFFICE:
                    it["line"], it["visit"] = room.line_of[draws.queue[task]], draws.visit[task]
                    it["attempt"] = 0
                    if it["kind"] == DESK and ending != NONE and case[opening]["here"] == 0:
                        moment = draws.moment[it["visit"] * draws.attempts]
                        coming = _next_visit(plan.visit_edge, plan.visit_mass, plan.visit_day, now, moment)
                if task == first and ending == NONE:
                    entering = slot
                elif coming == now and after - first == 1:
                    follows = slot
                else:
                    _plan(new_event[new], coming, ENTER, task, slot)
                    new += 1

        # --- a task enters: it waits for people, or for its time ---
        if entering != NONE:
            it = live[entering]
            task, dossier, kind = it["task"], it["dossier"], it["kind"]
            it["entered"] = now
            if kind > OFFICE:
                until = now + it["to_do"]
                if kind == ROUND:
                    until = rules.next_round(plan.round_start, plan.round_time, draws.round[task], now)
                elif kind == AGENCY:
                    until = add_working(plan.office, now, it["to_do"])
                _plan(new_event[new], until, FINISH, task, entering)
                new += 1
            else:
                here = line_at[it["line"]]
                site = site_at[it["site"]]
                reason = NONE
                if kind == DESK:
                    if case[dossier]["here"] != 0:
                        if rules.too_late(
                            closes_today, day_starts, site["last_ticket"], now
                        ) and not _can_be_served(here, site, team_at, room.server_team):
                            reason = TURNED_AWAY
                    elif it["attempt"] == 0 and draws.no_show[it["visit"]]:
                        reason = NO_SHOW
                    elif rules.too_late(closes_today, day_starts, site["last_ticket"], now):
                        reason = TURNED_AWAY
                    elif site["waiting"] > plan.balk_above and not _served_at_once(
                        here, site, team_at, room.server_team
                    ):
                        reason = BALKED
                    if reason != NONE:
                        gone[0], gone_reason[0] = entering, reason
                        going = 1
                    elif case[dossier]["here"] == 0:
                        case[dossier]["here"] = 1
                        site["in_building"] += 1
                if reason == NONE:
                    joined = entering
                    it["key"] = rules.queue_key(here["by_due"] != 0, now, due[dossier])

        # --- citizens who leave, to come again another day or never ---
        if going > 0:
            for at in range(going):
                slot, reason = gone[at], gone_reason[at]
                it = live[slot]
                task, dossier = it["task"], it["dossier"]
                left[leavings]["task"], left[leavings]["reason"] = task, reason
                left[leavings]["entered"], left[leavings]["time"] = it["entered"], now
                leavings += 1
                if case[dossier]["here"] != 0:
                    case[dossier]["here"] = 0
                    _goes_out(site_at[it["site"]])
                coming = math.inf
                if reason == TURNED_AWAY:
                    coming = next_day_opening(plan.office, now)
                elif it["attempt"] < draws.returns[it["visit"]]:
                    it["attempt"] += 1
                    moment = draws.moment[it["visit"] * draws.attempts + it["attempt"]]
                    coming = rules.next_day_visit(
                        plan.visit_edge, plan.visit_mass, plan.visit_day, now, moment
                    )
                else:
                    log.ended[task], log.outcome[task] = NAN, LOST
                    _write(log, task, it)
                    it["task"], it["after"] = NONE, free
                    free = slot
                    used -= 1
                _plan(new_event[new], coming, ENTER, task, slot)
                new += 1

        # --- who may take the new task takes it at once, else for a citizen office work is interrupted ---
        if joined != NONE:
            it = live[joined]
            line = it["line"]
            here, site = line_at[line], site_at[it["site"]]
            desk = it["kind"] == DESK
            number = NONE
            for at in range(here["first_server"], here["last_server"]):
                team = team_at[room.server_team[at]]
                if rules.may_start(
                    desk, team["staff"], team["busy"], _staying(team, site), site["in_building"]
                ):
                    number = room.server_team[at]
                    break
            if number == NONE and desk:
                for at in range(here["first_server"], here["last_server"]):
                    if team_at[room.server_team[at]]["office"] > 0:
                        number = room.server_team[at]
                        break
                if number != NONE:
                    other = _send_back(live, team_at[number], line_at, ends, classes, spell, spells, now)
                    spells += 1
                    concerning = line_at[other]["last_server"] - line_at[other]["first_server"]
                    for at in range(concerning):
                        concerned[at] = room.server_team[line_at[other]["first_server"] + at]
            if number != NONE:
                _start(live, team_at[number], number, joined, now)
                _plan(new_event[new], it["until"], FINISH, it["task"], joined)
                new += 1
            else:
                klass = 0
                if desk:
                    row = it["visit"]
                    klass = draws.priority[row]
                    site["waiting"] += 1
                    it["until"] = now + draws.patience[row * draws.attempts + it["attempt"]]
                    if it["until"] < plan.end:
                        _plan(new_event[new], it["until"], PATIENCE, it["task"], joined)
                        new += 1
                insert(ends, live, line * classes + klass, joined, here["by_due"] != 0)
                here["size"] += 1

        # --- people take work ---
        for at in range(concerning):
            number = concerned[at]
            team = team_at[number]
            site = site_at[team["site"]]
            stay = _staying(team, site)
            while True:
                anything = rules.may_start(False, team["staff"], team["busy"], stay, site["in_building"])
                if not anything and not rules.may_start(
                    True, team["staff"], team["busy"], stay, site["in_building"]
                ):
                    break
                slot = NONE
                for tier in range(team["first_tier"], team["last_tier"]):
                    for at_line in range(room.tier_line_start[tier], room.tier_line_start[tier + 1]):
                        here = line_at[room.tier_line[at_line]]
                        if here["size"] == 0 or not (anything or here["desk"] != 0):
                            continue
                        other = head(ends, room.tier_line[at_line], classes)
                        if slot == NONE or rules.goes_before(
                            live[other]["place"] % classes,
                            live[other]["key"],
                            live[other]["task"],
                            live[slot]["place"] % classes,
                            live[slot]["key"],
                            live[slot]["task"],
                        ):
                            slot = other
                    if slot != NONE:
                        break
                if slot == NONE:
                    break
                here = line_at[live[slot]["line"]]
                remove(ends, live, slot, here["by_due"] != 0)
                here["size"] -= 1
                site["waiting"] -= here["desk"]
                _start(live, team, number, slot, now)
                _plan(new_event[new], live[slot]["until"], FINISH, live[slot]["task"], slot)
                new += 1

        # --- the events that follow ---
        for at in range(new):
            t, code = new_event[at]["time"], new_event[at]["code"]
            add(front, rest, later, bucket, counts, slice_ends, width, t, code)
        if follows != NONE:
            code = ENTER | (np.int64(live[follows]["task"]) << SLOT_BITS) | np.int64(follows)
            size = counts[FRONT_SIZE]
            if (
                events_for == 0
                or (now == sorted_time and sorted_code < code)
                or (size > 0 and front[size - 1]["time"] == now and front[size - 1]["code"] < code)
            ):
                add(front, rest, later, bucket, counts, slice_ends, width, now, code)
                follows = NONE

    progress["arrival"], progress["change"], progress["closing"] = arrival, change, closing
    progress["free"], progress["used"], progress["slice_ends"] = free, used, slice_ends
    progress["leavings"], progress["spells"] = leavings, spells
    if now < plan.end:
        return False
    progress["spells"] = _cut_off(plan.end, log, room, spells)
    return True


run = cached(_run, _nrt=False)


@njit
def _next_visit(edge: Floats, mass: Floats, first: Ints, now: float, moment: float) -> float:
    """As the rule: a function of its own, lest its divisions are moved to where they are done for every task."""
    return rules.next_visit(edge, mass, first, now, moment)


# --- people ---


@njit(inline="always")
def _plan(event: Records, time: float, precedence: int, task: int, slot: int) -> None:
    """An event that will follow."""
    event["time"], event["code"] = time, precedence | (np.int64(task) << SLOT_BITS) | np.int64(slot)


@njit(inline="always")
def _start(live: Records, team: Records, number: int, slot: int, now: float) -> None:
    """Somebody of the team begins, or goes on, with the task."""
    charge_overtime(live, team, now)
    link(live, team, slot)
    team["busy"] += 1
    team["office"] += live[slot]["kind"]
    if math.isnan(live[slot]["started"]):
        live[slot]["started"] = now
    live[slot]["began"], live[slot]["team"], live[slot]["worked_by"] = now, number, number
    live[slot]["until"] = now + live[slot]["to_do"]


@njit
def _send_back(
    live: Records,
    team: Records,
    line_at: Records,
    ends: Records,
    classes: int,
    spell: Spells,
    spells: int,
    now: float,
) -> int:
    """The most recently started office task of a team goes back to its line; returns the line."""
    slot = team["youngest"]
    while live[slot]["kind"] != OFFICE:
        slot = live[slot]["before"]
    charge_overtime(live, team, now)
    live[slot]["to_do"] = live[slot]["until"] - now
    live[slot]["interrupted"] += 1
    _note(spell, spells, live[slot]["task"], live[slot]["team"], live[slot]["began"], now)
    unlink(live, team, slot)
    live[slot]["team"] = NONE
    team["busy"] -= 1
    team["office"] -= 1
    line = live[slot]["line"]
    insert(ends, live, line * classes, slot, line_at[line]["by_due"] != 0)
    line_at[line]["size"] += 1
    return line


@njit(inline="always")
def _staying(team: Records, site: Records) -> int:
    """How many of the team stay late; they go when the building has emptied."""
    return team["staying"] if team["stays_till"] == site["emptied"] else 0


@njit
def _can_be_served(line: Records, site: Records, team_at: Records, server_team: Ints) -> bool:
    """Somebody who serves the line is on duty, or stays late."""
    for at in range(line["first_server"], line["last_server"]):
        team = team_at[server_team[at]]
        if team["staff"] > 0 or _staying(team, site) > 0:
            return True
    return False


@njit
def _served_at_once(line: Records, site: Records, team_at: Records, server_team: Ints) -> bool:
    """A citizen joining this line now would not wait."""
    for at in range(line["first_server"], line["last_server"]):
        team = team_at[server_team[at]]
        if team["office"] > 0 or rules.may_start(
            True, team["staff"], team["busy"], _staying(team, site), site["in_building"]
        ):
            return True
    return False


@njit(inline="always")
def _goes_out(site: Records) -> None:
    """A citizen leaves the building."""
    site["in_building"] -= 1
    if site["in_building"] == 0:
        site["emptied"] += 1


# --- the log ---


@njit(inline="always")
def _note(spell: Spells, at: int, task: int, team: int, began: float, ended: float) -> None:
    """Write down a spell of work."""
    spell.task[at], spell.team[at], spell.began[at], spell.ended[at] = task, team, began, ended


@njit
def _cut_off(end: float, log: Log, room: Room, spells: int) -> int:
    """The end of the run cuts off spells and tasks; returns how many spells there are."""
    live, team_at, spell = room.live, room.team_at, room.spell
    for number in range(len(team_at)):
        charge_overtime(live, team_at[number], end)
        first, slot = spells, team_at[number]["oldest"]
        while slot != NONE:
            at = spells
            while at > first and spell.task[at - 1] > live[slot]["task"]:
                _note(spell, at, spell.task[at - 1], spell.team[at - 1], spell.began[at - 1], end)
                at -= 1
            _note(spell, at, live[slot]["task"], number, live[slot]["began"], end)
            spells += 1
            slot = live[slot]["after"]
    for slot in range(len(live)):
        task = live[slot]["task"]
        if task != NONE and not math.isnan(live[slot]["entered"]):
            log.ended[task], log.outcome[task] = NAN, OPEN
            _write(log, task, live[slot])
    for task in range(len(log.outcome)):
        if log.outcome[task] == 0:
            log.entered[task], log.started[task], log.ended[task] = NAN, NAN, NAN
            log.team[task], log.interrupted[task], log.overtime[task] = -1, 0, 0.0
    return spells


@njit(inline="always")
def _write(log: Log, task: int, it: Records) -> None:
    """Write down what became of a task."""
    log.entered[task], log.started[task], log.team[task] = it["entered"], it["started"], it["worked_by"]
    log.overtime[task], log.interrupted[task] = it["overtime"], it["interrupted"]


@njit
def _sort_by_task(slots: Indices, count: int, live: Records) -> None:
    """Order the first slots by their tasks, in place (Shell 1959)."""
    gap = count // 2
    while gap > 0:
        for last in range(gap, count):
            slot, at = slots[last], last
            while at >= gap and live[slots[at - gap]]["task"] > live[slot]["task"]:
                slots[at] = slots[at - gap]
                at -= gap
            slots[at] = slot
        gap //= 2
