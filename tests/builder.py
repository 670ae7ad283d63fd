"""Hand-made plans and draws: a small world in words, and its log told in words.

Day 0 is a Monday and the office opens 8:00-12:00 and 13:00-17:00 unless told otherwise, so a working day has
480 minutes. Citizens who come another day come evenly over the opening hours: moment 0.25 is 10:00.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, get_type_hints

import numpy as np

from sim import deadlines, officetime
from sim.deadlines import NO_DEADLINE, DeadlineCalendar
from sim.engine.contract import (
    OF_PROCEDURE,
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
    Reason,
)
from sim.engine.reference import simulate
from sim.officecalendar import OfficeCalendar, Season
from sim.officetime import OfficeTime

MONDAY = date(2024, 1, 1)
DAY = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALENDAR_BEFORE, CALENDAR_BEYOND = 14, 60  # days


def at(text: str) -> float:
    """Minutes of ``"8:05"`` on the first day, or of ``"Tue 8:05"`` in the first week."""
    *weekday, clock = text.split()
    hours, minutes = clock.split(":")
    return (WEEKDAYS.index(weekday[0]) if weekday else 0) * DAY + int(hours) * 60 + float(minutes)


class Step(NamedTuple):
    """One task; the fields after `mark` are those of a visit, the last of `patience` and `moments` goes on."""

    kind: Kind
    name: str = ""  # role, or round
    work: float = 0.0
    mark: Mark = Mark.NONE
    priority: int = 0
    patience: tuple[float, ...] = (math.inf,)
    moments: tuple[float, ...] = (0.5,)
    returns: int = 0
    no_show: bool = False
    deadline: tuple[int, float] = (OF_PROCEDURE, 0.0)  # of a further count that it starts


def desk(role: str, work: float, mark: Mark = Mark.NONE, **visit: object) -> Step:
    return Step(Kind.DESK, role, work, mark, **visit)  # type: ignore[arg-type]


def office(role: str, work: float, mark: Mark = Mark.NONE) -> Step:
    return Step(Kind.OFFICE, role, work, mark)


def citizen(minutes: float, mark: Mark = Mark.NONE) -> Step:
    return Step(Kind.CITIZEN, "", minutes, mark)


def agency(days: float, mark: Mark = Mark.NONE) -> Step:
    return Step(Kind.AGENCY, "", days, mark)


def wait_for(name: str, mark: Mark = Mark.NONE) -> Step:
    return Step(Kind.ROUND, name, 0.0, mark)


def milestone(mark: Mark, deadline: tuple[int, float] = (OF_PROCEDURE, 0.0)) -> Step:
    return Step(Kind.MILESTONE, "", 0.0, mark, deadline=deadline)


@dataclass(frozen=True)
class Team:
    """`staff` people in all sessions, or (instant, headcount) from the first day on."""

    serves: Sequence[Sequence[str]]
    staff: int | Sequence[tuple[float, int]] = 1
    site: int = 0


@dataclass(frozen=True)
class Dossier:
    arrival: float
    stages: Sequence[Step | Sequence[Step]]
    site: int = 0
    deadline: tuple[int, float] = (NO_DEADLINE, 0.0)
    cut_off: float = math.inf
    # the legal clock of one that is under way as the run begins
    received: float = math.nan
    due: float = math.nan
    paused: float = math.nan
    ready: float = math.nan

    @property
    def parallel(self) -> list[Sequence[Step]]:
        return [(stage,) if isinstance(stage, Step) else stage for stage in self.stages]


@dataclass(frozen=True)
class Site:
    serve_all: bool = True
    last_ticket: float = math.inf


@dataclass(frozen=True)
class World:
    teams: Sequence[Team]
    dossiers: Sequence[Dossier]
    days: int = 5
    sites: Sequence[Site] = (Site(),)
    rounds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    by_due: frozenset[str] = frozenset()
    balk_above: float = math.inf
    restart: bool = False
    hours: Sequence[tuple[int, int]] = ((480, 720), (780, 1020))
    closed: frozenset[int] = frozenset({5, 6, 12, 13})  # days

    def build(self) -> tuple[Plan, Draws]:
        steps = [(d.site, step) for d in self.dossiers for stage in d.parallel for step in stage]
        queues = {(site, s.name): s.kind == Kind.DESK for site, s in steps if s.kind <= Kind.OFFICE}
        for team in self.teams:
            for name in _flat(team.serves):
                queues.setdefault((team.site, name), False)
        return self._plan(dict(sorted(queues.items()))), self._draws([*sorted(queues)])

    @property
    def calendars(self) -> tuple[OfficeTime, DeadlineCalendar]:
        before = CALENDAR_BEFORE * any(dossier.received < 0 for dossier in self.dossiers)
        whole = OfficeCalendar(
            [Season((1, 1), self.hours)],
            weekdays=range(7),
            deadline_days=range(7),
            country=None,
            days_off=[MONDAY + timedelta(days=day) for day in {*self.closed, -1, -2}],
        )
        span = MONDAY - timedelta(days=before), before + self.days + CALENDAR_BEYOND
        return (
            officetime.counted_from(whole.office_time(*span), before),
            deadlines.counted_from(whole.deadlines(*span), before),
        )

    def _plan(self, queues: dict[tuple[int, str], bool]) -> Plan:
        (calendar, legal), number = self.calendars, {queue: i for i, queue in enumerate(queues)}
        tiers = [[sorted(number[t.site, name] for name in tier) for tier in t.serves] for t in self.teams]
        servers = [[team for team, own in enumerate(tiers) if q in _flat(own)] for q in range(len(queues))]
        last = [first - 1 for first in calendar.first_session[1 : self.days + 1]]
        closings = [calendar.closes[k] for day, k in enumerate(last) if k >= calendar.first_session[day]]
        edges, masses, first_edge = self._visits(calendar)
        return Plan(
            office=calendar,
            deadlines=legal,
            end=float(self.days * DAY),
            queue_site=_ints(site for site, _ in queues),
            queue_desk=np.array([*queues.values()], np.bool_),
            queue_by_due=np.array([role in self.by_due for _, role in queues], np.bool_),
            server_start=_starts(servers),
            server_team=_ints(_flat(servers)),
            team_site=_ints(team.site for team in self.teams),
            tier_start=_starts(tiers),
            tier_queue_start=_starts(_flat(tiers)),
            tier_queue=_ints(_flat(_flat(tiers))),
            serve_all=np.array([site.serve_all for site in self.sites]),
            last_ticket=np.array([site.last_ticket for site in self.sites]),
            visit_edge=edges,
            visit_mass=masses,
            visit_day=first_edge,
            closing_time=np.repeat(closings, len(self.sites)).astype(float),
            closing_site=_ints([*range(len(self.sites))] * len(closings)),
            round_start=_starts([*self.rounds.values()]),
            round_time=np.array(_flat(self.rounds.values()), np.float64),
            balk_above=self.balk_above,
            restart=self.restart,
        )

    def _visits(self, calendar: OfficeTime) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        edges, masses, first = [0.0], [0.0], [0]
        for day in range(self.days):
            for k in range(calendar.first_session[day], calendar.first_session[day + 1]):
                length = (calendar.closes[k] - calendar.opens[k]) / DAY
                edges += [calendar.opens[k], calendar.closes[k]]
                masses += [masses[-1], masses[-1] + length]
            edges.append((day + 1.0) * DAY)
            masses.append(masses[-1])
            first.append(len(edges) - 1)
        return np.array(edges), np.array(masses), _ints(first)

    def _draws(self, queues: list[tuple[int, str]]) -> Draws:
        stages = [stage for dossier in self.dossiers for stage in dossier.parallel]
        steps = [(d.site, step) for d in self.dossiers for stage in d.parallel for step in stage]
        visits = [step for _, step in steps if step.kind == Kind.DESK]
        attempts = 1 + max((step.returns for step in visits), default=0)
        is_visit = np.array([step.kind == Kind.DESK for _, step in steps], np.bool_)
        changes = sorted((t, i, n) for i, team in enumerate(self.teams) for t, n in self._changes(team))
        rounds = [*self.rounds]
        arrivals = [float(dossier.arrival) for dossier in self.dossiers]
        assert arrivals == sorted(arrivals)
        clock = ("received", "due", "paused", "ready")
        known = [[getattr(dossier, name) for name in clock] for dossier in self.dossiers]
        underway = np.flatnonzero(~np.isnan(np.array(known, np.float64).reshape(-1, 4)).all(axis=1))
        stream, terms = tabulated([(d.site, *d.deadline, d.cut_off) for d in self.dossiers], 4)
        doing = [
            (
                s.kind,
                queues.index((i, s.name)) if s.kind <= Kind.OFFICE else -1,
                rounds.index(s.name) if s.kind == Kind.ROUND else -1,
                s.mark,
                *s.deadline,
            )
            for i, s in steps
        ]
        activity, table = tabulated(doing, 6)
        patience = np.array([x for step in visits for x in _longer(step.patience, attempts)], np.float64)
        draws = Draws(
            arrival=np.array(arrivals),
            stage_start=_starts([dossier.stages for dossier in self.dossiers]),
            stream=stream,
            stream_site=terms[0],
            stream_unit=terms[1],
            stream_amount=terms[2],
            stream_cut_off=terms[3],
            underway=underway,
            **{name: np.array([known[d][i] for d in underway.tolist()]) for i, name in enumerate(clock)},
            task_start=_starts(stages),
            activity=activity,
            activity_kind=table[0],
            activity_queue=table[1],
            activity_round=table[2],
            activity_mark=table[3],
            activity_unit=table[4],
            activity_amount=table[5],
            work=np.array([float(step.work) for _, step in steps]),
            visit=np.where(is_visit, np.cumsum(is_visit) - 1, -1),
            attempts=attempts,
            priority=_ints(step.priority for step in visits),
            moment=np.array([x for step in visits for x in _longer(step.moments, attempts)], np.float64),
            patience=patience if np.isfinite(patience).any() else np.zeros(0),
            returns=_ints(step.returns for step in visits),
            no_show=np.array([step.no_show for step in visits], np.bool_),
            roster_time=np.array([float(t) for t, _, _ in changes]),
            roster_team=_ints(team for _, team, _ in changes),
            roster_staff=_ints(staff for _, _, staff in changes),
        )
        return typed(draws)

    def _changes(self, team: Team) -> list[tuple[float, int]]:
        if not isinstance(team.staff, int):
            return [*team.staff]
        calendar, _ = self.calendars
        sessions = zip(calendar.opens.tolist(), calendar.closes.tolist(), strict=True)
        staffed = ((opens, closes) for opens, closes in sessions if opens < self.days * DAY)
        return [change for opens, closes in staffed for change in ((opens, team.staff), (closes, 0))]


class Told(NamedTuple):
    """A log in words; instants as in :func:`at`."""

    tasks: list[str]  # entered, started, ended; then what is out of the ordinary
    spells: list[str]  # task, team, began-ended
    left: list[str] = []  # noqa: RUF012  task, why, entered-left
    dossiers: list[str] = []  # noqa: RUF012  of those received: dossier, received, due, ready
    reopened: list[str] = []  # noqa: RUF012  the same of further counts


def tell(log: Log, end: float) -> Told:
    """The whole log, nothing left out."""
    return Told(
        [_task(log, task) for task in range(len(log.entered))],
        [
            f"{task} by {team} {clock(began)}-{clock(ended)}"
            for task, team, began, ended in zip(*log.spells(end), strict=True)
        ],
        [
            f"{task} {Reason(reason).name.lower()} {clock(entered)}-{clock(left)}"
            for task, entered, left, reason in zip(*log[14:18], strict=True)
        ],
        [
            _count(dossier, *hands)
            for dossier, hands in enumerate(zip(*log[7:10], strict=True))
            if not np.isnan([hands[0], hands[2]]).all()
        ],
        [
            _count(*row)
            for row in zip(
                log.reopened_dossier,
                log.reopened_received,
                log.reopened_due,
                log.reopened_ready,
                strict=True,
            )
        ],
    )


def story(world: World) -> Told:
    """A world run by the reference engine, with all checks."""
    plan, draws = world.build()
    return tell(simulate(plan, draws, check=True), plan.end)


def clock(t: float) -> str:
    if not math.isfinite(t):
        return "-" if math.isnan(t) else "never"
    day, minutes = divmod(t, DAY)
    text = f"{int(minutes // 60)}:{minutes % 60:02g}"
    return text if day == 0 else f"{WEEKDAYS[int(day) % 7]}{'+' * int(day // 7)} {text}"


def _count(dossier: int, received: float, due: float, ready: float) -> str:
    return f"{dossier} received {clock(received)} due {clock(due)} ready {clock(ready)}"


def _task(log: Log, task: int) -> str:
    words = [clock(part[task]) for part in (log.entered, log.started, log.ended)]
    if log.overtime[task]:
        words.append(f"overtime {log.overtime[task]:g}")
    if log.interrupted[task]:
        words.append(f"interrupted {log.interrupted[task]}")
    if log.outcome[task] != Outcome.DONE:
        words.append(Outcome(log.outcome[task]).name.lower())
    return " ".join(words)


def _longer(values: tuple[float, ...], length: int) -> list[float]:
    return [*values, *[values[-1]] * length][:length]


def _flat(parts):  # type: ignore[no-untyped-def]
    return [item for part in parts for item in part]


def tabulated(rows, width: int):  # type: ignore[no-untyped-def]
    """Rows of numbers as the number of each among those that differ, and the columns of these."""
    table = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    return _ints(table[row] for row in rows), np.array([*table], np.float64).reshape(-1, width).T


def typed(columns):  # type: ignore[no-untyped-def]
    """The same draws or log, each column of the type that the contract says."""
    kind = {Floats: np.float64, Ints: np.int64, Ids: np.int32, Codes: np.int8, Bools: np.bool_}
    hints = get_type_hints(type(columns))
    return columns._replace(
        **{name: getattr(columns, name).astype(kind[hint]) for name, hint in hints.items() if hint in kind}
    )


def _ints(values) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    return np.array([*values], np.int64)


def _starts(parts) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
