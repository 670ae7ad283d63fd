"""What the compiled engine remembers while it runs: columns of records, and the room in which it works.

A task has a record, its *slot*, only while it is under way: from when its coming is known until it has ended. Slots
are used again, so that what is touched at every event stays in the processor's nearest memory however long the run.
The first slots are those on which rings and heaps of tasks hang: one for each team, then one for each line and class.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.columns import columns
from sim.compiler import njit
from sim.engine.agenda import FRONT, LATE, NONE, REST_SIZE, Agenda, Indices, Records, make_agenda
from sim.engine.contract import Draws, Floats, Ints, Log, Mark, Outcome, Plan, Spells
from sim.engine.lines import layout
from sim.engine.tables import activities_of, lines_of, served_of, sites_of, streams_of, teams_of

_F, _I, _U = np.float64, np.int64, np.uint32  # an unsigned number is quicker as an index: it can't be below 0
SLICES_A_TASK = 16
MOST_SLOTS = 1 << 24  # what the code of an event has room for

LIVE = np.dtype(
    [
        ("entered", _F),
        ("started", _F),
        ("began", _F),  # of the spell of work
        ("until", _F),  # the end of the work if at work, of patience if waiting
        ("to_do", _F),
        ("overtime", _F),
        ("key", _F),
        ("task", _U),  # NONE: the slot is free, and `after` the next free one
        ("dossier", _U),
        ("visit", _U),
        ("activity", _U),
        ("kind", _U),
        ("line", _U),
        ("team", _U),  # at work on it
        ("worked_by", np.int32),  # last; -1: nobody
        ("interrupted", _U),
        ("attempt", _U),
        ("priority", _U),
        ("place", _U),  # the end of the list or heap in which it waits
        ("before", _U),  # in the ring of those who wait, or are at work in its team; in a heap the parent
        ("after", _U),
        ("child", _U),
        ("next", _U),  # the first task behind its stage; NONE: there is none
        ("unused", _U),  # so that a slot fills two lines of the processor's cache
    ],
    align=True,
)
CASE = np.dtype(
    [
        ("stage", _U),
        ("last", _U),  # behind its stages
        ("left", np.uint16),  # tasks of the stage
        ("here", np.uint8),  # the citizen is
        ("decided", np.uint8),  # the count of the legal clock is
        ("site", _U),
        ("count", _U),  # of the legal clock: that which runs, or ran last
    ]
)
REOPENED = np.dtype([("dossier", _U), ("activity", _U)])
LEFT = np.dtype([("task", _I), ("entered", _F), ("time", _F), ("reason", _I)])
PROGRESS = np.dtype(
    [
        ("arrival", np.uint64),  # the next of the sources that come sorted
        ("change", np.uint64),
        ("closing", np.uint64),
        ("spells", np.uint64),  # rows written
        ("leavings", np.uint64),
        ("counts", np.uint64),  # of the legal clock, begun or the first of their dossier
        ("free", _U),  # first free slot
        ("used", _I),  # slots
        ("concerning", np.uint64),  # teams that take work when all who finish, come or go at the instant have
        ("slice_ends", _F),
    ]
)


class Room(NamedTuple):
    """Where one run of the kernel works; the kernel itself allocates nothing."""

    progress: Records  # one row
    live: Records  # [slot]
    case: Records  # [dossier]
    paused: Floats  # float[dossier] the legal clock stands still since; float[0] if it never does
    reopened: Records  # [further count of the legal clock]
    stream_at: Records  # [stream]
    activity_at: Records  # [activity]
    spell: Spells
    left: Records
    team_at: Records  # [team]
    site_at: Records  # [site]
    line_at: Records  # [line]
    served: Records  # [first_line:last_line of a team]
    server_team: Indices
    classes: int  # of priority
    agenda: Agenda
    # what one event brings about
    gone: Indices
    gone_reason: Indices
    concerned: Indices  # teams, ascending
    # the most that one event can
    most_tasks: int  # begin
    most_spells: int  # end


def make_room(plan: Plan, draws: Draws) -> Room:
    """An empty hall before the first event."""
    tasks, dossiers = len(draws.work), len(draws.arrival)
    lay = layout(plan)
    classes = 1 + int(draws.priority.max(initial=0))
    lines = lines_of(plan, lay.queue_of, classes)
    width = 2.0 ** math.ceil(math.log2(max(plan.end / (SLICES_A_TASK * (tasks + 1)), 0.001)))
    most_spells = 1 + int(draws.roster_staff.max(initial=0))
    of_spells = [(kind, 1024 * (1 + most_spells)) for kind in (np.int32, np.int32, float, float)]
    pauses = dossiers if np.isin(draws.activity_mark, (Mark.PAUSE, Mark.RESUME)).any() else 0
    case, paused, reopened, *spell = columns(
        (CASE, dossiers), (float, pauses), (REOPENED, most_reopened(draws)), *of_spells
    )
    if pauses:
        paused[:], paused[draws.underway] = math.nan, draws.paused
    ends = len(plan.team_site) + len(lines) * classes
    live = with_ends(np.zeros(ends + 1024, LIVE), np.arange(ends))
    free_slots(live, ends, NONE)
    progress = np.zeros(1, PROGRESS)
    progress["slice_ends"], progress["free"], progress["used"] = width, ends, ends
    progress["counts"] = dossiers
    return Room(
        progress,
        live,
        case,
        paused,
        reopened,
        streams_of(draws),
        activities_of(draws, lay),
        Spells(*spell),
        np.empty(4096, LEFT),
        teams_of(plan, lay),
        sites_of(plan),
        lines,
        served_of(lay),
        plan.server_team.astype(np.uint32),
        classes,
        make_agenda(plan.end, width),
        np.empty(len(live), np.uint32),
        np.empty(len(live), np.uint32),
        np.empty(len(plan.team_site), np.uint32),
        int(np.diff(draws.task_start).max(initial=1)),
        most_spells,
    )


@njit
def events_left(room: Room, used: int, spells: int, leavings: int) -> tuple[int, int, int, int]:
    """For how many events slots, spells, leavings and agenda have room, whatever they bring about.

    One event begins the tasks of a stage at most, and ends and starts the spells of two teams; a closing may send
    home everybody, but nobody twice without an event in between; and whoever waits may be taken for events before.
    """
    agenda, tasks = room.agenda, room.most_tasks
    pending = agenda.counts[REST_SIZE] + agenda.counts[LATE] + FRONT
    return (
        (len(room.live) - used) // tasks,
        (len(room.spell.task) - np.int64(spells)) // room.most_spells,
        (len(room.left) - np.int64(leavings) - used) // (tasks + 1),
        (len(agenda.rest) - pending - 2 * used) // (tasks + 2 * room.most_spells + 1),
    )


def more_room(room: Room) -> Room:
    """The same state with twice the room for what has none left; MemoryError past `MOST_SLOTS`."""
    progress = room.progress[0]
    slots, spells, leavings, events = (
        left <= 0 for left in events_left(room, progress["used"], progress["spells"], progress["leavings"])
    )
    if slots:
        room = _more_slots(room)
    if spells:
        room = room._replace(spell=Spells._make(map(_longer, room.spell)))
    if leavings:
        room = room._replace(left=_longer(room.left))
    if events:
        rest, later = _longer(room.agenda.rest), _longer(room.agenda.later)
        room = room._replace(agenda=room.agenda._replace(rest=rest, later=later))
    return room


def _more_slots(room: Room) -> Room:
    slots = len(room.live)
    if 2 * slots > MOST_SLOTS:
        raise MemoryError(f"more than {slots} tasks are under way at once")
    live = _longer(room.live)
    free_slots(live, slots, int(room.progress["free"][0]))
    room.progress["free"] = slots
    return room._replace(
        live=live,
        gone=_longer(room.gone),
        gone_reason=_longer(room.gone_reason),
    )


def with_ends(live: Records, which: Ints) -> Records:
    """The same records, some of them the ends of empty rings."""
    live["task"][which], live["key"][which] = NONE, -math.inf
    live["before"][which] = live["after"][which] = which
    return live


def free_slots(live: Records, first: int, following: int) -> None:
    """The slots from `first` on are free: a chain that ends with `following`."""
    live["task"][first:] = NONE
    live["after"][first:] = np.append(np.arange(first + 1, len(live)), following)


def _longer(rows: Any) -> Any:
    grown = np.empty(2 * len(rows), rows.dtype)
    grown[: len(rows)] = rows
    return grown


# --- the log ---


def make_log(draws: Draws) -> Log:
    """The log before the first event.

    The columns of tasks are filled as they end, those of spells and leavings by the kernel's end. Further counts of
    the legal clock follow the first ones.
    """
    counts = len(draws.arrival) + most_reopened(draws)
    kinds = float, float, float, np.int32, float, np.int32, np.int8
    of_tasks = [(kind, len(draws.work)) for kind in kinds]
    *task_columns, outcome, received, due, ready = columns(*of_tasks, *[(float, counts)] * 3)
    outcome[:] = Outcome.NOT_ENTERED
    for column, known in ((received, draws.received), (due, draws.due), (ready, draws.ready)):
        column[: len(draws.arrival)], column[draws.underway] = math.nan, known
    floats, ints, ids = np.empty(0), np.empty(0, np.int64), np.empty(0, np.int32)
    spells, leavings = (ids, ids, floats, floats), (ints, floats, floats, ints)
    further = ids, ids, floats, floats, floats
    return Log(*task_columns, outcome, received, due, ready, *spells, *leavings, *further)


def most_reopened(draws: Draws) -> int:
    """How many further counts of the legal clock there may be at most; room that is not used costs nothing."""
    return len(draws.work) if (draws.activity_mark == Mark.START).any() else 0
