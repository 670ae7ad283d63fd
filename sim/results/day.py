"""One day at every place, as the log tells it: where each citizen and each dossier was, and who was on duty.

Instants are minutes since 00:00 of that day.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim import deadlines
from sim.engine.contract import Bools, Ints, Kind, Log, Plan, Reason
from sim.officetime import DAY, OfficeTime
from sim.plan.model import Model, Replication
from sim.results.observe import dossier_of_task, presence

LINGERS = 3.0  # minutes for which a citizen who leaves unserved is still seen at the door


class Where(IntEnum):
    """What kind of spot somebody, or some dossier, is at."""

    AWAY = 0
    SEAT = 1  # a citizen is served, or a dossier worked on
    LINE = 2  # a citizen waits
    TRAY = 3  # a dossier waits
    DOOR = 4  # a citizen leaves unserved
    CITIZEN = 5  # the dossier waits for the citizen,
    AGENCY = 6  # for another agency,
    ROUND = 7  # for the next round


class Spot(NamedTuple):
    """Where, and whose: lines and trays belong to the team that takes from them before all others.

    `team` is -1 outside of teams, and where nobody serves the queue; `seat` is -1 except for seats.
    """

    where: Where
    team: int = -1
    seat: int = -1


class Stay(NamedTuple):
    """At a spot since an instant, until the next stay begins."""

    since: float
    spot: Spot


AWAY = Spot(Where.AWAY)
OUTSIDE: dict[int, Spot] = {
    Kind.CITIZEN: Spot(Where.CITIZEN),
    Kind.AGENCY: Spot(Where.AGENCY),
    Kind.ROUND: Spot(Where.ROUND),
}


class Mover(NamedTuple):
    """A citizen in the lobby, or the papers of a dossier, on the way from spot to spot."""

    dossier: int
    is_citizen: bool
    late: bool  # the due date was before this day
    stays: list[Stay]


class Duty(NamedTuple):
    """A team's day: `staff` holds from which instant how many are on duty, `seats` how many are ever needed."""

    team: int
    staff: list[tuple[float, int]]
    seats: int


class PlaceDay(NamedTuple):
    """What happened at one site of the arrays."""

    site: int
    duties: list[Duty]
    movers: list[Mover]


class Day(NamedTuple):
    """One day of one replication."""

    number: int  # of the simulated days, from 0
    sessions: list[tuple[float, float]]  # when the office is open
    places: list[PlaceDay]


def day(model: Model, replication: Replication, log: Log, number: int) -> Day:
    """The day so many days after the first."""
    reading = _Reading.of(model, replication, log, number * DAY)
    late = deadlines.due_day(log.due) < number
    movers = defaultdict[int, list[Mover]](list)
    for dossier, pieces in sorted(reading.pieces().items()):
        for trail in _trails(pieces):
            movers[trail.site].append(
                Mover(dossier, trail.is_citizen, bool(late[dossier]), _tidy(trail.stays))
            )
    duties = reading.duties()
    places = [PlaceDay(site, duties[site], movers[site]) for site in range(len(model.places))]
    return Day(number, _sessions(model.plan.office, number), places)


def _sessions(office: OfficeTime, number: int) -> list[tuple[float, float]]:
    first, before = office.first_session[number : number + 2]
    bounds = zip(office.opens[first:before], office.closes[first:before], strict=True)
    return [(float(opens) - number * DAY, float(closes) - number * DAY) for opens, closes in bounds]


class _Spell(NamedTuple):
    task: int
    began: float
    ended: float
    seat: Spot


class _Piece(NamedTuple):
    """The stays of one task at a place; the last is AWAY, unless the day ends before."""

    site: int
    is_citizen: bool
    stays: list[Stay]


@dataclass(frozen=True)
class _Reading:
    """A log, and what is needed to read one day of it."""

    model: Model
    replication: Replication
    log: Log
    start: float  # of the day
    whose: Ints  # int[task] dossier
    site: Ints  # int[task]
    home: list[int]  # of each queue: the team that takes from it before all others, -1: none

    @classmethod
    def of(cls, model: Model, replication: Replication, log: Log, start: float) -> _Reading:
        draws, plan = replication.draws, model.plan
        whose = dossier_of_task(draws)
        site = np.where(draws.queue >= 0, plan.queue_site[draws.queue], draws.site[whose])
        home = [_home(plan, queue) for queue in range(len(plan.queue_site))]
        return cls(model, replication, log, start, whose, site, home)

    def pieces(self) -> dict[int, list[_Piece]]:
        """What is seen of each dossier, task by task, and of its citizen."""
        log, end = self.log, self.start + DAY
        spells = defaultdict[int, list[_Spell]](list)
        for spell in self._spells():
            spells[spell.task].append(spell)
        found = defaultdict[int, list[_Piece]](list)
        for task in np.flatnonzero(self._seen()).tolist():
            found[int(self.whose[task])].append(self._worked(task, spells[task]))
        for row in np.flatnonzero((log.left_time >= self.start) & (log.left_time < end)).tolist():
            if log.left_reason[row] != Reason.NO_SHOW:
                found[int(self.whose[log.left_task[row]])].append(self._left(row))
        return found

    def duties(self) -> dict[int, list[Duty]]:
        """The teams of each site, in declared order."""
        seats = defaultdict[int, int](int)
        for spell in self._spells():
            seats[spell.seat.team] = max(seats[spell.seat.team], spell.seat.seat + 1)
        roster = presence(self.model, self.replication)
        today = (roster.began < self.start + DAY) & (roster.ended > self.start)
        found = defaultdict[int, list[Duty]](list)
        for team, name in enumerate(self.model.teams):
            rows = np.flatnonzero(today & (roster.team == team))
            began = np.maximum(roster.began[rows] - self.start, 0.0).tolist()
            staff = list(zip(began, roster.staff[rows].tolist(), strict=True))
            most = max((people for _, people in staff), default=0)
            found[name.site].append(Duty(team, staff, max(most, seats[team])))
        return found

    def _seen(self) -> Bools:
        """bool[task]: in the house at some time of the day; who left without being served has a row elsewhere."""
        log = self.log
        seen = (log.entered < self.start + DAY) & ~(log.ended <= self.start)
        gone = log.left_task[log.left_entered == log.entered[log.left_task]]
        seen[gone[np.isnan(log.started[gone])]] = False
        return seen & (self.replication.draws.kind != Kind.MILESTONE)

    def _spells(self) -> Iterator[_Spell]:
        """The day's spells of work, in order of time, each on the first free seat of its team."""
        every = self.log.spells(self.model.plan.end)
        rows = np.flatnonzero((every.began < self.start + DAY) & (every.ended > self.start))
        free_from = defaultdict[int, list[float]](list)
        for row in rows[np.lexsort((every.task[rows], every.began[rows]))].tolist():
            team, began, ended = int(every.team[row]), every.began[row], every.ended[row]
            free = free_from[team]
            seat = next((seat for seat, instant in enumerate(free) if instant <= began), len(free))
            free[seat : seat + 1] = [ended]
            spot = Spot(Where.SEAT, team, seat)
            yield _Spell(int(every.task[row]), self._clock(began), self._clock(ended), spot)

    def _worked(self, task: int, spells: list[_Spell]) -> _Piece:
        """In line or in a tray unless somebody works on it, or outside."""
        kind = int(self.replication.draws.kind[task])
        waits = self._waits(task, kind)
        stays = [Stay(self._clock(self.log.entered[task]), waits)]
        for spell in spells:
            stays += [Stay(spell.began, spell.seat), Stay(spell.ended, waits)]
        if math.isfinite(self.log.ended[task]):
            stays.append(Stay(self._clock(self.log.ended[task]), AWAY))
        return _Piece(int(self.site[task]), kind == Kind.DESK, stays)

    def _left(self, row: int) -> _Piece:
        """In line, then at the door."""
        log = self.log
        task, left = int(log.left_task[row]), self._clock(log.left_time[row])
        stays = [
            Stay(self._clock(log.left_entered[row]), self._waits(task, Kind.DESK)),
            Stay(left, Spot(Where.DOOR)),
            Stay(left + LINGERS, AWAY),
        ]
        return _Piece(int(self.site[task]), True, stays)

    def _waits(self, task: int, kind: int) -> Spot:
        if kind > Kind.OFFICE:
            return OUTSIDE[kind]
        team = self.home[self.replication.draws.queue[task]]
        return Spot(Where.LINE if kind == Kind.DESK else Where.TRAY, team)

    def _clock(self, t: float) -> float:
        """Minutes since 00:00 of the day, not before it."""
        return max(float(t) - self.start, 0.0)


def _home(plan: Plan, queue: int) -> int:
    """The team that serves a queue in the first of its tiers; of several, the first declared."""
    teams = plan.server_team[plan.server_start[queue] : plan.server_start[queue + 1]].tolist()
    return min(teams, key=lambda team: _tier(plan, team, queue), default=-1)


def _tier(plan: Plan, team: int, queue: int) -> int:
    tiers = range(plan.tier_start[team], plan.tier_start[team + 1])
    return next(
        rank
        for rank, tier in enumerate(tiers)
        if queue in plan.tier_queue[plan.tier_queue_start[tier] : plan.tier_queue_start[tier + 1]]
    )


def _trails(pieces: list[_Piece]) -> list[_Piece]:
    """Pieces that can be of one citizen, or of the same papers, one after the other at one place, as one."""
    trails: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece.stays[0].since):
        for trail in trails:
            same = trail[:2] == piece[:2]
            if same and trail.stays[-1].spot == AWAY and trail.stays[-1].since <= piece.stays[0].since:
                trail.stays.extend(piece.stays)
                break
        else:
            trails.append(piece._replace(stays=list(piece.stays)))
    return trails


def _tidy(stays: list[Stay]) -> list[Stay]:
    """Those that last, within the day."""
    following = [*(stay.since for stay in stays[1:]), DAY + LINGERS]
    return [stay for stay, until in zip(stays, following, strict=True) if stay.since < min(until, DAY)]
