"""Policy, written once: small pure functions that both engines call (model, sections 2, 6 and 7).

Each takes plain numbers, and columns of the plan where it must look something up, and returns a decision. Mechanics,
such as queues, event lists and who is busy, are the engines' own.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiler import register_jitable
from sim.deadlines import NO_DEADLINE, DeadlineCalendar, due, due_after_pause
from sim.engine.contract import OF_PROCEDURE, Floats, Ints, Mark

START = int(Mark.START)


@register_jitable
def goes_before(
    priority_a: int, key_a: float, task_a: int, priority_b: int, key_b: float, task_b: int
) -> bool:
    """Task a is taken before task b of the same tier: higher priority, then smaller key, then smaller id."""
    if priority_a != priority_b:
        return priority_a > priority_b
    if key_a != key_b:
        return key_a < key_b
    return task_a < task_b


@register_jitable
def queue_key(by_due: bool, entered: float, due: float) -> float:
    """What orders a queue among equals in priority; a dossier without a due date comes last."""
    if not by_due:
        return entered
    return math.inf if math.isnan(due) else due


@register_jitable
def may_start(desk: bool, staff: int, busy: int, staying: int, in_building: int) -> bool:
    """A team may start one more task.

    `staff` people are on the roster and `busy` at work; `staying` people were present when the site closed and
    stay, for desk work only, until the last citizen has left the building.
    """
    return busy < staff or (desk and busy < staying and in_building > 0)


@register_jitable
def stays(serve_all: bool, closes_now: bool, in_building: int, staff_before: int, staff_after: int) -> int:
    """How many people stay when the roster of a team changes: all present, if the site closes on citizens."""
    if serve_all and closes_now and in_building > 0 and staff_after < staff_before:
        return staff_before
    return 0


@register_jitable
def was_begun(began: float, interrupted: float) -> bool:
    """Work taken and interrupted in the same instant was never begun."""
    return began < interrupted


@register_jitable
def balks(waiting: int, limit: float) -> bool:
    """A citizen who would have to wait leaves at once if more than `limit` people wait at the site."""
    return waiting > limit


@register_jitable
def first_not_before(column: Floats, first: int, last: int, value: float) -> int:
    """The place of the first of the ascending ``column[first:last]`` that is not below `value`; else `last`."""
    while first < last:
        middle = (first + last) // 2
        if column[middle] < value:
            first = middle + 1
        else:
            last = middle
    return first


@register_jitable
def closes_at(closing_time: Floats, t: float) -> bool:
    """The office closes for the day at exactly this instant."""
    at = first_not_before(closing_time, 0, len(closing_time), t)
    return bool(at < len(closing_time) and closing_time[at] == t)


@register_jitable
def day_number(t: float) -> int:
    """The day of an instant, 0 for the first; as ``t // 1440``, which costs far more."""
    day = int(t / 1440.0)
    return day - 1 if day * 1440.0 > t else day


@register_jitable
def closing_of(first_session: Ints, closes: Floats, day: int) -> float:
    """The instant at which the office closes for a day; -inf if it does not open."""
    last = first_session[day + 1] - 1
    return closes[last] if last >= first_session[day] else -math.inf


@register_jitable
def too_late(closes_today: float, day_starts: float, last_ticket: float, t: float) -> bool:
    """No tickets after the site's last ticket, or when the office has closed for the day."""
    return t > closes_today or t - day_starts > last_ticket


@register_jitable
def next_visit(edge: Floats, mass: Floats, first: Ints, t: float, moment: float) -> float:
    """When a citizen free to come from instant `t` on comes: the first day's moment that is not before `t`.

    `moment` in (0, 1) is the citizen's place in the distribution of arrivals over a day. Returns inf when there
    is no such day left.
    """
    return visit_from(edge, mass, first, day_number(t), t, moment)


@register_jitable
def visit_from(edge: Floats, mass: Floats, first: Ints, day: int, t: float, moment: float) -> float:
    """As :func:`next_visit`, where the day of `t` is known."""
    while day + 1 < len(first):
        at = moment_of_day(edge, mass, first[day], first[day + 1], moment)
        if at >= t:
            return at
        day += 1
    return math.inf


@register_jitable
def next_day_visit(edge: Floats, mass: Floats, first: Ints, t: float, moment: float) -> float:
    """As :func:`next_visit`, from the day after `t` on."""
    return next_visit(edge, mass, first, (day_number(t) + 1.0) * 1440.0, moment)


@register_jitable
def moment_of_day(edge: Floats, mass: Floats, first: int, last: int, moment: float) -> float:
    """The instant by which the share `moment` of a day's visitors has come; -inf if nobody comes.

    The day lies between the edges number `first` and `last`.
    """
    before, after = mass[first], mass[last]
    if after <= before:
        return -math.inf
    # NOTE: rounding may put the sum on `before` or past `after`, where there is no demand to divide by.
    target = min(max(before + moment * (after - before), np.nextafter(before, after)), after)
    at = first_not_before(mass, first, last + 1, target)
    share = (target - mass[at - 1]) / (mass[at] - mass[at - 1])
    start, end = edge[at - 1], edge[at]
    return min(start + share * (end - start), end)


@register_jitable
def next_round(round_start: Ints, round_time: Floats, which: int, t: float) -> float:
    """The first instant of a round that is not before `t`; inf when there is none left."""
    at = first_not_before(round_time, round_start[which], round_start[which + 1], t)
    return round_time[at] if at < round_start[which + 1] else math.inf


@register_jitable
def acts(mark: int, decided: bool) -> bool:
    """The first stop decides a count of the legal clock: then no mark acts but a start, which opens a further one."""
    return mark == START or not decided


@register_jitable
def limit_of(further: bool, own_unit: int, own_amount: float, unit: int, amount: float) -> tuple[int, float]:
    """The deadline of a count: of a further one that of the step which started it, else the procedure's."""
    if further and own_unit != OF_PROCEDURE:
        return own_unit, own_amount
    return unit, amount


@register_jitable
def due_when_started(calendar: DeadlineCalendar, t: float, unit: int, amount: float, cut_off: float) -> float:
    """The due instant of a dossier accepted at `t`."""
    if unit == NO_DEADLINE:  # here, lest a compiled engine calls for nothing
        return math.inf
    return due(calendar, t, unit, amount, cut_off)


@register_jitable
def due_when_resumed(
    calendar: DeadlineCalendar,
    restart: bool,
    due_now: float,
    paused: float,
    t: float,
    unit: int,
    amount: float,
    cut_off: float,
) -> float:
    """The due instant after a supplement: moved by the pause, or counted anew, as the scenario chooses."""
    if restart:
        return due(calendar, t, unit, amount, cut_off)
    return due_after_pause(calendar, due_now, paused, t, unit, cut_off)
