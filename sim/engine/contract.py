"""What goes into an engine and what comes out: event order, :class:`Plan`, :class:`Draws`, :class:`Log`.

An engine is a pure function ``simulate(plan, draws) -> log``. Every instant is in minutes since 00:00 of the
scenario's first simulated day. Shapes are written ``float[task]``; an index of -1 means "none", an instant of
NaN "did not happen".

Ids are dense and ordered: dossiers by first arrival, stages by dossier, tasks by stage. So the first-come order
of equal instants, which goes by task id, is the order of arrival.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.deadlines import DeadlineCalendar
from sim.officetime import OfficeTime

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# What there is one of for each dossier or task is kept short: to fetch it from memory takes much of a run's time.
Ids = NDArray[np.int32]  # numbers of dossiers, tasks, sites, teams, …
Codes = NDArray[np.int8]  # members of an enumeration, and counts up to 100
Whole = NDArray[np.signedinteger[Any]]  # whole numbers, however short
Bools = NDArray[np.bool_]


class Precedence(IntEnum):
    """The order of simultaneous events; an event's key is ``(time, precedence, id)`` (model, section 7)."""

    FINISH = 1  # a task or delay finishes; id: task
    ROSTER = 2  # a roster changes; id: team
    TAKE = 3  # people take work, once all who finish, come or go at this instant have; id: 0
    ENTER = 4  # a task enters, and is taken at once if it can be: arrival, next stage, return; id: task
    PATIENCE = 5  # patience ends; id: task
    CLOSING = 6  # a site closes for the day; id: site


class Kind(IntEnum):
    """What a task is."""

    DESK = 0  # people serve the citizen at a counter; never interrupted
    OFFICE = 1  # people work on the dossier without the citizen
    CITIZEN = 2  # the dossier waits for the citizen: `work` minutes of elapsed time
    AGENCY = 3  # the dossier waits for another agency: `work` counting days
    ROUND = 4  # the dossier waits for the next instant of its round
    MILESTONE = 5  # nothing to do; it ends as it begins


class Mark(IntEnum):
    """What the end of a task does to the legal clock."""

    NONE = 0
    START = 1  # the deadline is counted from here, and anew if it happens again; after a stop a further count begins
    PAUSE = 2
    RESUME = 3
    STOP = 4  # the result is ready; until a further count begins no mark acts


OF_PROCEDURE = -1  # in place of a unit: the deadline is the procedure's


class Reason(IntEnum):
    """Why a citizen left the lobby unserved."""

    PATIENCE = 0
    BALKED = 1  # met too many people waiting
    NO_SHOW = 2  # booked and did not come
    TURNED_AWAY = 3  # came too late, or the site closed


class Outcome(IntEnum):
    """What became of a task by the end of the run."""

    NOT_ENTERED = 0
    OPEN = 1
    DONE = 2
    LOST = 3  # the citizen left for good


class Plan(NamedTuple):
    """What holds in every replication of a scenario."""

    office: OfficeTime
    deadlines: DeadlineCalendar
    end: float  # the run stops before this instant
    # queues
    queue_site: Ints  # int[queue]
    queue_desk: Bools  # bool[queue]
    queue_by_due: Bools  # bool[queue] earliest-due instead of first-come
    server_start: Ints  # int[queue + 1] teams that serve queue q, in declared order:
    server_team: Ints  # server_team[server_start[q]:server_start[q + 1]]
    # teams
    team_site: Ints  # int[team]
    tier_start: Ints  # int[team + 1] tiers of team t: tier_start[t]:tier_start[t + 1]
    tier_queue_start: Ints  # int[tier + 1] queues of tier k, ascending:
    tier_queue: Ints  # tier_queue[tier_queue_start[k]:tier_queue_start[k + 1]]
    # sites
    serve_all: Bools  # bool[site] those with a ticket are served after closing
    last_ticket: Floats  # float[site] minutes after midnight; inf: until closing
    visit_edge: Floats  # float[edge] instants between which returning citizens come evenly
    visit_mass: Floats  # float[edge] cumulative, from 0; flat outside opening hours
    visit_day: Ints  # int[day + 1] first edge of each day
    closing_time: Floats  # float[closing] sorted by (time, site)
    closing_site: Ints  # int[closing]
    # rounds
    round_start: Ints  # int[round + 1] instants of round r, ascending:
    round_time: Floats  # round_time[round_start[r]:round_start[r + 1]]
    # rules
    balk_above: float  # a citizen who must wait leaves if more than this many wait at the site; inf: never
    restart: bool  # a supplement restarts the deadline instead of moving it


class Draws(NamedTuple):
    """Everything that is drawn for one replication, before it runs.

    What many dossiers or tasks have in common stands once, in tables by *stream* and by *activity*: columns as long
    as the run hold the numbers of their rows.
    """

    # dossiers
    arrival: Floats  # float[dossier] ascending
    stage_start: Ids  # int[dossier + 1] stages of dossier d: stage_start[d]:stage_start[d + 1]
    stream: Ids  # int[dossier] row of these tables:
    stream_site: Ids  # int[stream]
    stream_unit: Codes  # int[stream] of the deadline: a unit of sim.deadlines
    stream_amount: Floats  # float[stream] of the deadline
    stream_cut_off: Floats  # float[stream] minutes after midnight; inf: none
    # the legal clock, as the run begins, of those under way by then; NaN: did not happen yet
    underway: Ids  # int[row] dossiers, ascending
    received: Floats  # float[row]
    due: Floats  # float[row]
    paused: Floats  # float[row] it stands still since
    ready: Floats  # float[row]
    # stages
    task_start: Ids  # int[stage + 1] tasks of stage s: task_start[s]:task_start[s + 1]
    # tasks
    activity: Ids  # int[task] row of these tables:
    activity_kind: Codes  # int[activity] Kind
    activity_queue: Ids  # int[activity] -1 unless people work on it
    activity_round: Ids  # int[activity] -1 unless it waits for a round
    activity_mark: Codes  # int[activity] Mark
    activity_unit: Codes  # int[activity] of the deadline of a further count that it starts, or OF_PROCEDURE
    activity_amount: Floats  # float[activity] of that deadline
    work: Floats  # float[task] minutes of work, or minutes or days of waiting (see Kind)
    # visits: rows of tasks that a citizen may have to come for; attempt a of row v is v * attempts + a
    visit: Ids  # int[task] row of the visit tables, -1 unless desk work
    attempts: int  # how often a citizen comes at most for one visit
    priority: Codes  # int[visit] the higher goes first at the counter
    moment: Floats  # float[visit * attempts] in (0, 1): when in the day the citizen comes; float[0] if never again
    patience: Floats  # float[visit * attempts] minutes; inf: waits for ever; float[0] if everybody does
    returns: Codes  # int[visit] how often a citizen who left comes back
    no_show: Bools  # bool[visit] does not come at the first attempt
    # staff present, absences and outages subtracted
    roster_time: Floats  # float[change] sorted by (time, team)
    roster_team: Ints  # int[change]
    roster_staff: Ints  # int[change]

    @property
    def site(self) -> Ids:
        """The site of each: int[dossier]."""
        return self.stream_site[self.stream]

    @property
    def kind(self) -> Codes:
        """What each is: int[task] Kind."""
        return self.activity_kind[self.activity]

    @property
    def queue(self) -> Ids:
        """Where each waits for people: int[task], -1 if not for them."""
        return self.activity_queue[self.activity]

    @property
    def mark(self) -> Codes:
        """What the end of each does: int[task] Mark."""
        return self.activity_mark[self.activity]

    def of_all(self, underway: Floats) -> Floats:
        """What is known of those under way, float[row], as a column of all: float[dossier], else NaN."""
        known = np.full(len(self.arrival), np.nan)
        known[self.underway] = underway
        return known


class Spells(NamedTuple):
    """Spells of work: one row for each."""

    task: Ids
    team: Ids
    began: Floats
    ended: Floats


class Log(NamedTuple):
    """What happened: the engines agree on every number of it."""

    # tasks
    entered: Floats  # float[task] the entry that led to its start; of a visit the last coming
    started: Floats  # float[task]
    ended: Floats  # float[task]
    team: Ids  # int[task] the team that worked on it last
    overtime: Floats  # float[task] minutes worked past the roster
    interrupted: Ids  # int[task] how often
    outcome: Codes  # int[task] Outcome
    # dossiers
    received: Floats  # float[dossier] first start of the clock
    due: Floats  # float[dossier] as it stands at the end
    ready: Floats  # float[dossier] the clock stopped first
    # spells of work on tasks that were interrupted, in the order in which they ended (those that run at the end of
    # the run come last); any other task has one, from its start to its end
    spell_task: Ids
    spell_team: Ids
    spell_began: Floats
    spell_ended: Floats
    # citizens who left the lobby unserved, in order of time
    left_task: Ints
    left_entered: Floats
    left_time: Floats
    left_reason: Ints
    # further counts of the legal clock, each from a start after a stop: by dossier, then in order of time
    reopened_dossier: Ids
    reopened_activity: Ids  # whose end started it last
    reopened_received: Floats
    reopened_due: Floats
    reopened_ready: Floats

    def spells(self, end: float) -> Spells:
        """Every spell of work, in the order of their ends; of the same end those of uninterrupted tasks first."""
        whole = np.flatnonzero((self.team >= 0) & (self.interrupted == 0))
        ended = self.ended[whole]
        every = Spells(
            np.concatenate([whole.astype(np.int32), self.spell_task]),
            np.concatenate([self.team[whole], self.spell_team]),
            np.concatenate([self.started[whole], self.spell_began]),
            np.concatenate([np.where(np.isnan(ended), end, ended), self.spell_ended]),
        )
        order = np.argsort(every.ended, kind="stable")
        return Spells._make(column[order] for column in every)
