"""Hypothesis: small worlds in which every feature of the model meets every other one.

Half of them know only multiples of five minutes, so that simultaneous events abound.
"""

from __future__ import annotations

import math

from builder import DAY, Dossier, Site, Step, Team, World
from hypothesis import strategies as st

from sim.deadlines import CALENDAR_DAYS, NO_DEADLINE, SAME_DAY, WORKING_DAYS, WORKING_HOURS
from sim.engine.contract import OF_PROCEDURE, Kind, Mark

GRID = 5.0
DESK_ROLES = ("in", "out")
OFFICE_ROLES = ("check", "sign")
ROUNDS = ("courier", "board")
SHORT_HOURS = ((480, 540), (570, 630))
NO_LUNCH = ((480, 600),)
UNITS = (WORKING_DAYS, WORKING_HOURS, CALENDAR_DAYS, SAME_DAY, NO_DEADLINE)
NOT_DESK = (Kind.OFFICE, Kind.OFFICE, Kind.CITIZEN, Kind.AGENCY, Kind.ROUND, Kind.MILESTONE)


def minutes(whole: bool, low: float, high: float) -> st.SearchStrategy[float]:
    """Minutes from low to high, which are multiples of the grid."""
    if whole:
        return st.integers(int(low / GRID), int(high / GRID)).map(lambda k: k * GRID)
    return st.floats(low, high, allow_nan=False).map(lambda t: round(t, 3))


@st.composite
def worlds(draw: st.DrawFn, most_dossiers: int = 12) -> World:
    """A world of a few days, teams, sites and dossiers."""
    whole = draw(st.booleans())
    days = draw(st.integers(1, 4))
    hours = draw(st.sampled_from([SHORT_HOURS, NO_LUNCH]))
    closed = frozenset(day for day in range(days) if draw(st.integers(0, 4)) == 0)
    sites = draw(st.lists(_sites(whole), min_size=1, max_size=2))
    by_due = frozenset(draw(st.sets(st.sampled_from(OFFICE_ROLES + DESK_ROLES), max_size=2)))
    sessions = [(d * DAY + a, d * DAY + b) for d in range(days) if d not in closed for a, b in hours]
    teams = draw(st.lists(_teams(whole, len(sites), by_due, sessions), min_size=1, max_size=4))
    fewest = draw(st.sampled_from([0, most_dossiers // 2, most_dossiers]))
    dossiers = draw(st.lists(_dossiers(whole, days, len(sites)), min_size=fewest, max_size=most_dossiers))
    instants = st.lists(minutes(whole, 480, days * DAY), max_size=4)
    return World(
        teams=teams,
        dossiers=sorted(dossiers, key=lambda dossier: dossier.arrival),
        days=days,
        sites=sites,
        rounds={name: sorted(draw(instants)) for name in ROUNDS},
        by_due=by_due,
        balk_above=draw(st.sampled_from([math.inf, 0.0, 1.0, 3.0])),
        restart=draw(st.booleans()),
        hours=hours,
        closed=closed,
    )


def _sites(whole: bool) -> st.SearchStrategy[Site]:
    return st.builds(Site, st.booleans(), st.just(math.inf) | minutes(whole, 560, 640))


@st.composite
def _teams(
    draw: st.DrawFn, whole: bool, sites: int, by_due: frozenset[str], sessions: list[tuple[float, float]]
) -> Team:
    """Anybody may serve anything, but no tier mixes earliest-due with first-come."""
    roles = draw(st.permutations(DESK_ROLES + OFFICE_ROLES))[: draw(st.integers(2, 4))]
    tiers: list[list[str]] = []
    for role in roles:
        joins = tiers and draw(st.booleans()) and (tiers[-1][0] in by_due) == (role in by_due)
        tiers[-1].append(role) if joins else tiers.append([role])
    return Team(tiers, draw(_rosters(whole, sessions)), draw(st.integers(0, sites - 1)))


@st.composite
def _rosters(draw: st.DrawFn, whole: bool, sessions: list[tuple[float, float]]) -> list[tuple[float, int]]:
    """Headcounts of zero to three, with a change in the middle of some sessions and none outside them."""
    plan: dict[float, int] = {}
    for opens, closes in sessions:
        plan[opens] = draw(st.sampled_from([0, 1, 1, 2]))
        if draw(st.booleans()):
            plan[draw(minutes(whole, opens, closes - GRID))] = draw(st.integers(0, 3))
        plan[closes] = 0
    before = [0, *plan.values()]
    return [(t, n) for (t, n), last in zip(sorted(plan.items()), before, strict=False) if n != last]


@st.composite
def _dossiers(draw: st.DrawFn, whole: bool, days: int, sites: int) -> Dossier:
    day = draw(st.integers(0, days - 1)) if draw(st.booleans()) else 0
    stages: list[Step | list[Step]] = []
    for _ in range(draw(st.integers(1, 5))):
        sort = draw(st.sampled_from(["desk", "desk", "desk", "office", "office", "other", "parallel"]))
        if sort == "parallel":
            stages.append(draw(st.lists(_steps(whole, NOT_DESK), min_size=2, max_size=3)))
        else:
            kinds = {"desk": (Kind.DESK,), "office": (Kind.OFFICE,)}.get(sort, NOT_DESK)
            stages.append(draw(_steps(whole, kinds)))
    under_way = draw(st.integers(0, 3)) == 0
    arrival = day * DAY + draw(minutes(whole, 475, 600) | minutes(whole, 0, DAY - GRID))
    return Dossier(
        arrival=0.0 if under_way else arrival,
        stages=stages,
        site=draw(st.integers(0, sites - 1)),
        deadline=draw(_deadlines()),
        cut_off=draw(st.sampled_from([math.inf, 530.0])),
        **(draw(_clocks(whole)) if under_way else {}),
    )


def _deadlines() -> st.SearchStrategy[tuple[int, float]]:
    def of(unit: int, amount: int) -> tuple[int, float]:
        return unit, float(amount) if unit != SAME_DAY else 0.0

    return st.builds(of, st.sampled_from(UNITS), st.integers(1, 3))


@st.composite
def _clocks(draw: st.DrawFn, whole: bool) -> dict[str, float]:
    """The legal clock as the run begins: running or standing still, with the due date past or to come."""
    received = draw(minutes(whole, -5 * DAY, -GRID))
    due = draw(minutes(whole, received, 3 * DAY) | st.just(math.inf))
    return {"received": received, "due": due, "paused": draw(st.sampled_from([math.nan, 0.0]))}


@st.composite
def _steps(draw: st.DrawFn, whole: bool, kinds: tuple[Kind, ...]) -> Step:
    kind = draw(st.sampled_from(kinds))
    mark = draw(st.sampled_from([*Mark]))
    deadline = draw(_deadlines()) if mark == Mark.START and draw(st.booleans()) else (OF_PROCEDURE, 0.0)
    return draw(_unmarked(whole, kind))._replace(mark=mark, deadline=deadline)


@st.composite
def _unmarked(draw: st.DrawFn, whole: bool, kind: Kind) -> Step:
    match kind:
        case Kind.DESK:
            returns = draw(st.integers(0, 2))
            patience = minutes(whole, 0, 60) | minutes(whole, 0, 2 * DAY) | st.just(math.inf)
            return Step(
                kind,
                draw(st.sampled_from(DESK_ROLES)),
                draw(minutes(whole, 0, 45)),
                priority=draw(st.sampled_from([0, 0, 1, 2])),
                patience=tuple(draw(st.lists(patience, min_size=returns + 1, max_size=returns + 1))),
                moments=tuple(draw(st.lists(_moments(whole), min_size=1, max_size=returns + 1))),
                returns=returns,
                no_show=draw(st.integers(0, 5)) == 0,
            )
        case Kind.OFFICE:
            return Step(kind, draw(st.sampled_from(OFFICE_ROLES)), draw(minutes(whole, 0, 90)))
        case Kind.CITIZEN:
            return Step(kind, "", draw(minutes(whole, 0, 300) | minutes(whole, 0, 3000)))
        case Kind.AGENCY:
            return Step(kind, "", draw(minutes(whole, 0, 200)))
        case Kind.ROUND:
            return Step(kind, draw(st.sampled_from(ROUNDS)))
    return Step(kind)


def _moments(whole: bool) -> st.SearchStrategy[float]:
    """Places in a day of two open hours."""
    return st.integers(1, 23).map(lambda k: k / 24) if whole else st.floats(0.001, 0.999)
