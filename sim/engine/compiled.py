"""The compiled engine: the reference engine event for event, as one Numba kernel.

Names are those of :mod:`sim.engine.reference` and :mod:`sim.engine.hall`, and the decisions are those of the same
:mod:`sim.engine.rules`. What differs is mechanics: arrivals, roster changes and closings come sorted and need no
event list; other events are in an :mod:`~sim.engine.agenda`; tasks wait in :mod:`~sim.engine.lines`; what is under
way is kept in small records (:mod:`~sim.engine.state`), and the log of a task is written once, when it has ended.

The kernel is one function that allocates nothing: so Numba need not count references to arrays, which would cost ten
times the work itself. When its room gets short it stops between two events and is called again with more. An event
goes through it from top to bottom: at most one task ends, with the milestones behind it, at most one stage begins,
at most one task enters, some citizens leave, then people take work, unless others are still to finish, come or go at
this instant: then the teams concerned wait for them. What follows goes into the agenda; only a task that enters
before anything else happens is taken up at once.

NOTE: a milestone ends where it begins, though the reference engine has events for it: between them nothing can happen
to its dossier, and nobody else sees it.
"""

from __future__ import annotations

import math
from typing import get_type_hints

import numpy as np

from sim.compiler import njit
from sim.deadlines import add_days
from sim.engine import rules
from sim.engine.agenda import (
    FRONT_SIZE,
    LATE,
    NONE,
    ONE,
    Indices,
    Records,
    add,
    drop_next,
    turn,
)
from sim.engine.atwork import charge_overtime, link, unlink
from sim.engine.contract import (
    Bools,
    Codes,
    Draws,
    Floats,
    Ids,
    Ints,
    Kind,
    Log,
    Mark,
    Outcome,
    Plan,
    Precedence,
    Reason,
    Spells,
)
from sim.engine.counts import as_columns
from sim.engine.lines import head, insert, remove
from sim.engine.state import REOPENED, Room, events_left, make_log, make_room, more_room
from sim.kernelcache import cached
from sim.officetime import next_day_opening

NAN = math.nan
DESK, OFFICE, AGENCY = int(Kind.DESK), int(Kind.OFFICE), int(Kind.AGENCY)
ROUND, MILESTONE = int(Kind.ROUND), int(Kind.MILESTONE)
OPEN, DONE, LOST = int(Outcome.OPEN), int(Outcome.DONE), int(Outcome.LOST)
NO_MARK = int(Mark.NONE)
START, PAUSE, STOP = int(Mark.START), int(Mark.PAUSE), int(Mark.STOP)
IMPATIENT, BALKED = int(Reason.PATIENCE), int(Reason.BALKED)
NO_SHOW, TURNED_AWAY = int(Reason.NO_SHOW), int(Reason.TURNED_AWAY)
# The code of an event: precedence, then the task (or team, or site), then the task's slot.
SLOT_BITS, ID_BITS = 24, 36
PRECEDENCE_AT = SLOT_BITS + ID_BITS
SLOT_MASK, ID_MASK = (1 << SLOT_BITS) - 1, (1 << ID_BITS) - 1
FINISH = int(Precedence.FINISH) << PRECEDENCE_AT
TAKE = int(Precedence.TAKE) << PRECEDENCE_AT
ENTER = int(Precedence.ENTER) << PRECEDENCE_AT
PATIENCE = int(Precedence.PATIENCE) << PRECEDENCE_AT
ROSTER = int(Precedence.ROSTER) << PRECEDENCE_AT
CLOSING = int(Precedence.CLOSING) << PRECEDENCE_AT
# The next of the events that come sorted.
ARRIVALS, ROSTERS, CLOSINGS = range(3)


def simulate(plan: Plan, draws: Draws) -> Log:
    """Run one replication."""
    room, log = make_room(plan, draws), make_log(draws)
    while not run(plan, draws, log, room):
        room = more_room(room)
    progress = room.progress[0]
    left = room.left[: progress["leavings"]]
    rows = [column[: progress["spells"]] for column in room.spell]
    rows += [left[name].copy() for name in left.dtype.names]
    names = Log._fields[Log._fields.index("spell_task") :]
    hands = [hand[: progress["counts"]] for hand in (log.received, log.due, log.ready)]
    further = room.reopened[: len(hands[0]) - len(draws.arrival)]
    whose, activity = (further[name].astype(np.int32) for name in REOPENED.names)
    counts = as_columns(hands, len(draws.arrival), whose, activity)
    return log._replace(**dict(zip(names, rows, strict=False)), **counts)


def prepare(plan: Plan) -> None:
    """Compile the kernel, or load it, by a run in which nobody comes; other processes then only load it."""
    kinds = {Floats: float, Ints: np.int64, Ids: np.int32, Codes: np.int8, Bools: np.bool_}
    empty = {name: np.zeros(0, kind) for name, kind in kinds.items()}
    columns = {name: empty[kind] for name, kind in get_type_hints(Draws).items() if kind in empty}
    starts = dict.fromkeys(("stage_start", "task_start"), np.zeros(1, np.int32))
    simulate(plan, Draws(**(columns | starts | {"attempts": 1})))


def _run(plan: Plan, draws: Draws, log: Log, room: Room) -> bool:
    """Go on from where `room` stands; False if a column of the room is too short for what may come next."""
    received, due, ready, paused = log.received, log.due, log.ready, room.paused
    live, case, spell, left = room.live, room.case, room.spell, room.left
    team_at, site_at, line_at, stream_at = room.team_at, room.site_at, room.line_at, room.stream_at
    agenda, front, counts = room.agenda, room.agenda.front, room.agenda.counts
    activity_of, activity_at = draws.activity, room.activity_at
    concerned, gone, gone_reason = room.concerned, room.gone, room.gone_reason
    reopened, dossiers = room.reopened, np.uint64(len(case))
    progress, attempts, classes = room.progress[0], np.uint64(draws.attempts), np.uint64(room.classes)
    arrival, change, closing = progress["arrival"], progress["change"], progress["closing"]
    spells, leavings, clocks = progress["spells"], progress["leavings"], progress["counts"]
    free, used, concerning = progress["free"], progress["used"], progress["concerning"]
    slice_ends, front_size = progress["slice_ends"], np.uint64(counts[FRONT_SIZE])
    calendar_time, calendar_source = _calendar(plan, draws, change, closing)
    sorted_time, sorted_source = _sorted(draws, arrival, calendar_time, calendar_source)
    impatient, underway = len(draws.patience) > 0, len(draws.underway) > 0
    day = -1
    day_starts, day_ends, closes_today = -1440.0, 0.0, -math.inf
    follows = NONE  # the slot of a task that enters before anything else happens
    events_for = 0  # how many there is room for, whatever they bring about
    while True:
        # --- the next event: what follows at once, else the first of agenda, arrivals and calendar ---
        code, sorted_first = np.int64(0), False
        if follows == NONE:
            now = math.inf
            if front_size > 0:
                now, code = front[front_size - ONE]["time"], front[front_size - ONE]["code"]
            if sorted_time < now or (
                sorted_time == now and _sorted_code(draws, arrival, sorted_source) < code
            ):
                now, sorted_first = sorted_time, True
            if not now < plan.end:
                break
            if events_for <= 0:
                events_for = min(events_left(room, used, spells, leavings))
                if events_for <= 0:
                    break
            if now >= day_ends:
                day = rules.day_number(now)
                day_starts, day_ends = day * 1440.0, (day + 1) * 1440.0
                closes_today = rules.closing_of(plan.office.first_session, plan.office.closes, day)
        events_for -= 1
        opening = entering = ending = joined = NONE
        going = 0

        # --- a task enters behind the one that has just ended ---
        if follows != NONE:
            entering, follows = follows, NONE

        # --- a task finishes, enters, or its citizen loses patience ---
        elif not sorted_first:
            # NOTE: the processor looks for the event after this one while it works this one off.
            front_size = drop_next(agenda, front_size)
            if front_size == 0 and counts[LATE] > 0:
                front_size, slice_ends = turn(agenda)
            slot = np.uint32(code & SLOT_MASK)
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
                    remove(live, slot, line_at[line]["by_due"] != 0)
                    line_at[line]["size"] -= 1
                    site_at[line_at[line]["site"]]["waiting"] -= 1
                    gone[0], gone_reason[0] = slot, IMPATIENT
                    going = 1

        # --- a dossier arrives ---
        elif sorted_source == ARRIVALS:
            opening = np.uint32(arrival)
            of = case[opening]
            stage = np.uint64(draws.stage_start[arrival])
            of["stage"], of["last"] = stage, draws.stage_start[arrival + ONE]
            first = np.uint64(draws.task_start[stage])
            of["here"], of["site"] = 0, stream_at[draws.stream[arrival]]["site"]
            of["count"], of["decided"] = opening, underway and not math.isnan(ready[opening])
            arrival += ONE
            sorted_time, sorted_source = _sorted(draws, arrival, calendar_time, calendar_source)

        # --- a roster changes: office work beyond it is interrupted, most recently started first ---
        elif sorted_source == ROSTERS:
            number, count = np.uint32(draws.roster_team[change]), draws.roster_staff[change]
            change += ONE
            calendar_time, calendar_source = _calendar(plan, draws, change, closing)
            sorted_time, sorted_source = _sorted(draws, arrival, calendar_time, calendar_source)
            team = team_at[number]
            site = site_at[team["site"]]
            stay = rules.stays(
                site["serve_all"] != 0,
                closing < len(plan.closing_time) and plan.closing_time[closing] == now,
                site["in_building"],
                team["staff"],
                count,
            )
            charge_overtime(live, team, number, now)
            team["staff"], team["staying"], team["stays_till"] = count, stay, site["emptied"]
            concerning = _concern(concerned, concerning, number)
            while team["busy"] > count and team["office"] > 0:
                line, spells = _send_back(live, team, number, line_at, spell, spells, now)
                for at in range(line_at[line]["first_server"], line_at[line]["last_server"]):
                    concerning = _concern(concerned, concerning, room.server_team[at])

        # --- a site closes: those waiting whom nobody stays to serve go home, in order of their tasks ---
        else:
            number = np.uint32(plan.closing_site[closing])
            closing += ONE
            calendar_time, calendar_source = _calendar(plan, draws, change, closing)
            sorted_time, sorted_source = _sorted(draws, arrival, calendar_time, calendar_source)
            site = site_at[number]
            if site["waiting"] > 0:
                for line in range(np.uint64(len(line_at))):
                    here = line_at[line]
                    if here["size"] == 0 or here["site"] != number or here["desk"] == 0:
                        continue
                    if site["serve_all"] != 0 and _can_be_served(here, site, team_at, room.server_team):
                        continue
                    while here["size"] > 0:
                        slot = head(live, np.uint64(here["end"]), classes)
                        remove(live, slot, here["by_due"] != 0)
                        here["size"] -= 1
                        gone[going], gone_reason[going] = slot, TURNED_AWAY
                        going += 1
                _sort_by_task(gone, going, live)
                site["waiting"] -= going

        # --- a task ends: its spell of work, the legal clock, the next stage ---
        if ending != NONE:
            task, dossier = np.uint64(live[ending]["task"]), live[ending]["dossier"]
            activity, first = live[ending]["activity"], np.uint64(live[ending]["next"])
            if live[ending]["kind"] <= OFFICE:
                number = live[ending]["team"]
                team = team_at[number]
                charge_overtime(live, team, number, now)
                spells = _spell_ends(live[ending], spell, spells, now)
                unlink(live, ending)
                team["busy"] -= 1
                team["office"] -= live[ending]["kind"]
                concerning = _concern(concerned, concerning, number)
            log.ended[task], log.outcome[task] = now, DONE
            _write(log, task, live[ending])
            of = case[dossier]
            while True:
                mark = activity_at[activity]["mark"]
                if mark == NO_MARK or not rules.acts(mark, of["decided"] != 0):
                    pass
                elif mark == START:
                    if of["decided"] != 0:
                        of["count"], of["decided"] = clocks, 0
                        received[clocks], ready[clocks] = NAN, NAN
                        reopened[clocks - dossiers]["dossier"] = dossier
                        if len(paused) > 0:
                            paused[dossier] = NAN
                        clocks += ONE
                    count = np.uint64(of["count"])
                    if count >= dossiers:
                        reopened[count - dossiers]["activity"] = activity
                    if math.isnan(received[count]):
                        received[count] = now
                    terms = stream_at[draws.stream[dossier]]
                    unit, amount = _limit(count, dossiers, reopened, activity_at, terms)
                    due[count] = rules.due_when_started(plan.deadlines, now, unit, amount, terms["cut_off"])
                elif mark == STOP:
                    ready[of["count"]], of["decided"] = now, 1
                elif mark == PAUSE:
                    paused[dossier] = now
                elif not math.isnan(paused[dossier]):
                    count = np.uint64(of["count"])
                    terms = stream_at[draws.stream[dossier]]
                    unit, amount = _limit(count, dossiers, reopened, activity_at, terms)
                    due[count] = rules.due_when_resumed(
                        plan.deadlines,
                        plan.restart,
                        due[count],
                        paused[dossier],
                        now,
                        unit,
                        amount,
                        terms["cut_off"],
                    )
                    paused[dossier] = NAN
                is_last = first == NONE
                if not is_last:
                    activity = np.uint32(activity_of[first])
                if of["here"] != 0 and (is_last or activity_at[activity]["kind"] != DESK):
                    of["here"] = 0
                    _goes_out(site_at[of["site"]])
                of["left"] -= 1
                if of["left"] != 0 or is_last:
                    break
                of["stage"] += 1
                stage = np.uint64(of["stage"])
                after = np.uint64(draws.task_start[stage + ONE])
                if activity_at[activity]["kind"] != MILESTONE or after - first > 1:
                    opening = dossier
                    break
                of["left"] = 1
                task, first = first, after if stage + ONE != of["last"] else np.uint64(NONE)
                log.entered[task], log.started[task], log.ended[task] = now, NAN, now
                log.team[task], log.overtime[task], log.interrupted[task] = -1, 0.0, 0
                log.outcome[task] = DONE
            if opening == NONE:
                live[ending]["task"], live[ending]["after"] = NONE, free
                free = ending
                used -= 1

        # --- a stage begins: its tasks enter now, or when the citizen comes ---
        if opening != NONE:
            of = case[opening]
            stage = np.uint64(of["stage"])
            after = np.uint64(draws.task_start[stage + ONE])
            of["left"] = after - first
            following = after if stage + ONE != of["last"] else np.uint64(NONE)
            slot = ending
            if ending == NONE:
                slot = free
                free = live[slot]["after"]
                used += 1
            _set_up(live[slot], draws, activity_at, first, opening, following)
            if ending == NONE:
                entering = slot
            else:
                coming = now
                if live[slot]["kind"] == DESK and of["here"] == 0:
                    coming = _next_visit(plan, draws, live[slot]["visit"] * attempts, day, now)
                if coming == now and after - first == 1:
                    follows = slot
                else:
                    front_size, slice_ends = add(
                        agenda, front_size, slice_ends, coming, _code(ENTER, first, slot)
                    )
            for task in range(first + ONE, after):
                slot = free
                free = live[slot]["after"]
                used += 1
                _set_up(live[slot], draws, activity_at, task, opening, following)
                coming = now
                if live[slot]["kind"] == DESK and ending != NONE and of["here"] == 0:
                    coming = _next_visit(plan, draws, live[slot]["visit"] * attempts, day, now)
                front_size, slice_ends = add(agenda, front_size, slice_ends, coming, _code(ENTER, task, slot))

        # --- a task enters: it waits for people, or for its time ---
        if entering != NONE:
            it = live[entering]
            task, dossier, kind = it["task"], it["dossier"], it["kind"]
            it["entered"] = now
            if kind > OFFICE:
                until = now + it["to_do"]
                if kind == ROUND:
                    until = rules.next_round(
                        plan.round_start, plan.round_time, activity_at[it["activity"]]["round"], now
                    )
                elif kind == AGENCY:
                    until = add_days(plan.deadlines, now, it["to_do"])
                front_size, slice_ends = add(
                    agenda, front_size, slice_ends, until, _code(FINISH, task, entering)
                )
            else:
                here = line_at[it["line"]]
                site = site_at[here["site"]]
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
                    by_due = here["by_due"] != 0
                    it["key"] = rules.queue_key(by_due, now, due[case[dossier]["count"]] if by_due else NAN)

        # --- citizens who leave, to come again another day or never ---
        if going > 0:
            for at in range(going):
                slot, reason = gone[at], gone_reason[at]
                it = live[slot]
                task, dossier = it["task"], it["dossier"]
                left[leavings]["task"], left[leavings]["reason"] = task, reason
                left[leavings]["entered"], left[leavings]["time"] = it["entered"], now
                leavings += ONE
                if case[dossier]["here"] != 0:
                    case[dossier]["here"] = 0
                    _goes_out(site_at[case[dossier]["site"]])
                coming = math.inf
                if reason == TURNED_AWAY:
                    coming = next_day_opening(plan.office, now)
                elif it["attempt"] < draws.returns[it["visit"]]:
                    it["attempt"] += 1
                    moment = draws.moment[it["visit"] * attempts + it["attempt"]]
                    coming = rules.next_day_visit(
                        plan.visit_edge, plan.visit_mass, plan.visit_day, now, moment
                    )
                else:
                    log.ended[task], log.outcome[task] = NAN, LOST
                    _write(log, task, it)
                    it["task"], it["after"] = NONE, free
                    free = slot
                    used -= 1
                front_size, slice_ends = add(agenda, front_size, slice_ends, coming, _code(ENTER, task, slot))

        # --- who may take the new task takes it at once, else for a citizen office work is interrupted ---
        if joined != NONE:
            it = live[joined]
            line = it["line"]
            here = line_at[line]
            site = site_at[here["site"]]
            desk = it["kind"] == DESK
            number = interrupts = NONE
            server, at = here["server"], np.uint64(here["first_server"])
            while server != NONE:
                team = team_at[server]
                if _may_start(desk, team, site):
                    number = server
                    break
                if interrupts == NONE and team["office"] > 0:
                    interrupts = server
                at += ONE
                server = room.server_team[at] if at < here["last_server"] else NONE
            if number == NONE and desk:
                number = interrupts
                if number != NONE:
                    other, spells = _send_back(live, team_at[number], number, line_at, spell, spells, now)
                    for at in range(line_at[other]["first_server"], line_at[other]["last_server"]):
                        concerning = _concern(concerned, concerning, room.server_team[at])
            if number != NONE:
                _start(live, team_at[number], number, joined, now)
                front_size, slice_ends = add(
                    agenda, front_size, slice_ends, it["until"], _code(FINISH, it["task"], joined)
                )
            else:
                if desk:
                    row = it["visit"]
                    it["priority"] = draws.priority[row]
                    site["waiting"] += 1
                    if impatient:
                        it["until"] = now + draws.patience[row * attempts + it["attempt"]]
                    if impatient and it["until"] < plan.end:
                        front_size, slice_ends = add(
                            agenda, front_size, slice_ends, it["until"], _code(PATIENCE, it["task"], joined)
                        )
                insert(live, here["end"] + it["priority"], joined, here["by_due"] != 0)
                here["size"] += 1

        # --- people take work, unless others are still to finish, come or go at this instant ---
        taking = concerning
        if (
            concerning > 0
            and joined == NONE
            and _is_preceded(draws, arrival, sorted_time, sorted_source, front, front_size, now, TAKE)
        ):
            taking = np.uint64(0)
        concerning -= taking
        for at in range(taking):
            number = concerned[at]
            team = team_at[number]
            site = site_at[team["site"]]
            while True:
                anything = _may_start(False, team, site)
                if not anything and not _may_start(True, team, site):
                    break
                slot = NONE
                for at_line in range(team["first_line"], team["last_line"]):
                    served = room.served[at_line]
                    if slot != NONE and served["opens_tier"] != 0:
                        break
                    here = line_at[served["line"]]
                    if here["size"] == 0 or not (anything or here["desk"] != 0):
                        continue
                    other = head(live, np.uint64(here["end"]), classes)
                    if slot == NONE or rules.goes_before(
                        live[other]["priority"],
                        live[other]["key"],
                        live[other]["task"],
                        live[slot]["priority"],
                        live[slot]["key"],
                        live[slot]["task"],
                    ):
                        slot = other
                if slot == NONE:
                    break
                here = line_at[live[slot]["line"]]
                remove(live, slot, here["by_due"] != 0)
                here["size"] -= 1
                site["waiting"] -= here["desk"]
                _start(live, team, number, slot, now)
                front_size, slice_ends = add(
                    agenda,
                    front_size,
                    slice_ends,
                    live[slot]["until"],
                    _code(FINISH, live[slot]["task"], slot),
                )

        # --- what follows at once, unless something else comes before it ---
        if follows != NONE:
            code = _code(ENTER, live[follows]["task"], follows)
            if events_for == 0 or _is_preceded(
                draws, arrival, sorted_time, sorted_source, front, front_size, now, code
            ):
                front_size, slice_ends = add(agenda, front_size, slice_ends, now, code)
                follows = NONE

    progress["arrival"], progress["change"], progress["closing"] = arrival, change, closing
    progress["free"], progress["used"], progress["slice_ends"] = free, used, slice_ends
    progress["concerning"] = concerning
    counts[FRONT_SIZE] = front_size
    progress["leavings"], progress["spells"], progress["counts"] = leavings, spells, clocks
    if now < plan.end:
        return False
    progress["spells"] = _cut_off(plan.end, log, room, np.int64(spells))
    return True


run = cached(_run, _nrt=False)


@njit(inline="always")
def _limit(
    count: int, dossiers: int, reopened: Records, activity_at: Records, terms: Records
) -> tuple[int, float]:
    """The deadline of a count of the legal clock."""
    further = count >= dossiers
    own = activity_at[reopened[count - dossiers]["activity"] if further else 0]
    return rules.limit_of(further, own["unit"], own["amount"], terms["unit"], terms["amount"])


@njit(inline="always")
def _set_up(it: Records, draws: Draws, activity_at: Records, task: int, dossier: int, following: int) -> None:
    """What is known of a task before it enters."""
    activity = np.uint32(draws.activity[task])
    it["task"], it["dossier"], it["activity"], it["next"] = task, dossier, activity, following
    it["kind"], it["visit"] = activity_at[activity]["kind"], draws.visit[task]
    it["entered"], it["started"], it["overtime"], it["to_do"] = NAN, NAN, 0.0, draws.work[task]
    it["team"], it["worked_by"], it["interrupted"], it["place"] = NONE, -1, 0, NONE
    if it["kind"] <= OFFICE:
        it["line"], it["attempt"], it["priority"] = activity_at[activity]["line"], 0, 0


@njit(inline="always")
def _next_visit(plan: Plan, draws: Draws, attempt: int, day: int, now: float) -> float:
    """When a citizen comes who has to come again, and may from now on."""
    moment = draws.moment[attempt]
    return rules.visit_from(plan.visit_edge, plan.visit_mass, plan.visit_day, day, now, moment)


# --- the next event ---


@njit
def _calendar(plan: Plan, draws: Draws, change: int, closing: int) -> tuple[float, int]:
    """When the next roster changes or site closes, and which of the two; of the same instant the roster first."""
    time, source = math.inf, CLOSINGS
    if closing < len(plan.closing_time):
        time = plan.closing_time[closing]
    if change < len(draws.roster_time) and draws.roster_time[change] <= time:
        time, source = draws.roster_time[change], ROSTERS
    return time, source


@njit(inline="always")
def _sorted(draws: Draws, arrival: int, calendar_time: float, calendar_source: int) -> tuple[float, int]:
    """When the next of the events that come sorted happens, and which it is; an arrival before a closing."""
    if arrival < np.uint64(len(draws.arrival)):
        t = draws.arrival[arrival]
        if t < calendar_time or (t == calendar_time and calendar_source != ROSTERS):
            return t, ARRIVALS
    return calendar_time, calendar_source


@njit(inline="always")
def _sorted_code(draws: Draws, arrival: int, source: int) -> int:
    """The code of the next event that is not in the agenda, to compare with one that is there."""
    if source == ARRIVALS:
        return _code(ENTER, draws.task_start[draws.stage_start[arrival]], 0)
    return ROSTER if source == ROSTERS else CLOSING


@njit(inline="always")
def _is_preceded(
    draws: Draws,
    arrival: int,
    sorted_time: float,
    sorted_source: int,
    front: Records,
    size: int,
    now: float,
    code: int,
) -> bool:
    """Another event of this instant comes before the one with this code."""
    if now == sorted_time and _sorted_code(draws, arrival, sorted_source) < code:
        return True
    return size > 0 and front[size - ONE]["time"] == now and front[size - ONE]["code"] < code


# --- people ---


@njit(inline="always")
def _code(precedence: int, task: int, slot: int) -> int:
    """What orders events of the same instant, and says which it is."""
    return precedence | (np.int64(task) << SLOT_BITS) | np.int64(slot)


@njit(inline="always")
def _start(live: Records, team: Records, number: int, slot: int, now: float) -> None:
    """Somebody of the team begins, or goes on, with the task."""
    charge_overtime(live, team, number, now)
    link(live, number, slot)
    team["busy"] += 1
    team["office"] += live[slot]["kind"]
    live[slot]["began"], live[slot]["team"] = now, number
    live[slot]["until"] = now + live[slot]["to_do"]


@njit
def _send_back(
    live: Records,
    team: Records,
    number: int,
    line_at: Records,
    spell: Spells,
    spells: int,
    now: float,
) -> tuple[int, int]:
    """The most recently started office task of a team goes back to its line; returns the line and how many spells."""
    slot = live[number]["before"]  # the youngest
    while live[slot]["kind"] != OFFICE:
        slot = live[slot]["before"]
    charge_overtime(live, team, number, now)
    if rules.was_begun(live[slot]["began"], now):
        live[slot]["to_do"] = live[slot]["until"] - now
        live[slot]["interrupted"] += 1
        spells = _spell_ends(live[slot], spell, spells, now)
    unlink(live, slot)
    live[slot]["team"] = NONE
    team["busy"] -= 1
    team["office"] -= 1
    line = live[slot]["line"]
    insert(live, line_at[line]["end"], slot, line_at[line]["by_due"] != 0)
    line_at[line]["size"] += 1
    return line, spells


@njit(inline="always")
def _staying(team: Records, site: Records) -> int:
    """How many of the team stay late; they go when the building has emptied."""
    return team["staying"] if team["staying"] > 0 and team["stays_till"] == site["emptied"] else 0


@njit(inline="always")
def _may_start(desk: bool, team: Records, site: Records) -> bool:
    """The team may start one more task."""
    return rules.may_start(desk, team["staff"], team["busy"], _staying(team, site), site["in_building"])


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
        if team["office"] > 0 or _may_start(True, team, site):
            return True
    return False


@njit(inline="always")
def _concern(concerned: Indices, count: int, team: int) -> int:
    """Put a team into its place among those concerned, unless it is there; returns how many they are."""
    place = count
    while place > 0 and concerned[place - ONE] > team:
        place -= ONE
    if place > 0 and concerned[place - ONE] == team:
        return count
    last = count
    while last > place:
        concerned[last] = concerned[last - ONE]
        last -= ONE
    concerned[place] = team
    return count + ONE


@njit(inline="always")
def _goes_out(site: Records) -> None:
    """A citizen leaves the building."""
    site["in_building"] -= 1
    if site["in_building"] == 0:
        site["emptied"] += 1


# --- the log ---


@njit(inline="always")
def _spell_ends(it: Records, spell: Spells, spells: int, now: float) -> int:
    """Work on a task ends or is interrupted; returns how many spells are written down."""
    _has_worked(it)
    if it["interrupted"] > 0:
        _note(spell, spells, it["task"], it["team"], it["began"], now)
        spells += ONE
    return spells


@njit(inline="always")
def _has_worked(it: Records) -> None:
    """Who worked on a task last, and since when anybody has."""
    it["worked_by"] = it["team"]
    if math.isnan(it["started"]):
        it["started"] = it["began"]


@njit(inline="always")
def _note(spell: Spells, at: int, task: int, team: int, began: float, ended: float) -> None:
    """Write down a spell of work."""
    spell.task[at], spell.team[at], spell.began[at], spell.ended[at] = task, team, began, ended


@njit
def _cut_off(end: float, log: Log, room: Room, spells: int) -> int:
    """The end of the run cuts off spells and tasks; returns how many spells there are."""
    live, team_at, spell = room.live, room.team_at, room.spell
    for number in range(len(team_at)):
        charge_overtime(live, team_at[number], number, end)
        first, slot = spells, live[number]["after"]  # the oldest
        while slot != number:
            _has_worked(live[slot])
            if live[slot]["interrupted"] > 0:
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
