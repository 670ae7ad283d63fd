"""One day of a log: told by hand, then counted at many instants by an oracle that looks at the whole log."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import handmade as hand
import numpy as np
import pytest
from handmade import COUNTER, EXPERTS, Dossier, Task, at, desk, told, waiting

import sim
from sim.engine.compiled import simulate
from sim.engine.contract import Kind, Log, Reason
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.results.day import AWAY, LINGERS, Day, Mover, Spot, Where, day
from sim.results.observe import VisitOutcome, visits

FULL = Path(__file__).parent / "scenarios" / "valid" / "full.toml"
MONDAY = 7
LINE, DOOR, TRAY = Spot(Where.LINE, COUNTER), Spot(Where.DOOR), Spot(Where.TRAY, EXPERTS)


def seat(team: int, number: int = 0) -> Spot:
    return Spot(Where.SEAT, team, number)


def minutes(clock: str) -> float:
    return at(0, clock)


def movers(*dossiers: Dossier) -> list[Mover]:
    """Who moved at the centre on the first Monday of the window."""
    model = hand.model()
    return day(model, *told(model, [*dossiers]), MONDAY).places[0].movers


def path(mover: Mover) -> list[tuple[float, Spot]]:
    return [(stay.since, stay.spot) for stay in mover.stays]


# --- by hand ---


def test_a_citizen_waits_is_served_and_the_papers_go_on() -> None:
    intake = desk(at(MONDAY, "08:00"), at(MONDAY, "08:10"), at(MONDAY, "08:20"))
    first, second = (at(MONDAY, "09:00"), at(MONDAY, "09:30")), (at(MONDAY, "10:00"), at(MONDAY, "10:15"))
    appraise = Task(
        Kind.OFFICE,
        at(MONDAY, "08:20"),
        at(MONDAY, "09:00"),
        at(MONDAY, "10:15"),
        role="appraise",
        team=EXPERTS,
        spells=[first, second],
    )
    tax = waiting(Kind.AGENCY, at(MONDAY, "10:15"), at(MONDAY + 2, "08:00"))
    citizen, papers = movers(Dossier(at(MONDAY, "08:00"), [intake, appraise, tax]))
    assert citizen.is_citizen
    assert path(citizen) == [
        (minutes("08:00"), LINE),
        (minutes("08:10"), seat(COUNTER)),
        (minutes("08:20"), AWAY),
    ]
    assert not papers.is_citizen
    assert path(papers) == [
        (minutes("08:20"), TRAY),
        (minutes("09:00"), seat(EXPERTS)),
        (minutes("09:30"), TRAY),
        (minutes("10:00"), seat(EXPERTS)),
        (minutes("10:15"), Spot(Where.AGENCY)),
    ]


def test_what_began_before_is_there_at_midnight_and_what_is_over_or_to_come_is_not() -> None:
    tax = waiting(Kind.AGENCY, at(MONDAY - 3, "10:00"), at(MONDAY, "11:00"))
    over = desk(at(MONDAY - 1, "08:00"), at(MONDAY - 1, "08:00"), at(MONDAY - 1, "08:20"))
    later = desk(at(MONDAY + 1, "08:00"), at(MONDAY + 1, "08:00"), at(MONDAY + 1, "08:20"))
    found = movers(
        Dossier(at(MONDAY - 3, "09:00"), [tax]),
        Dossier(over.entered, [over]),
        Dossier(later.entered, [later]),
    )
    assert [path(one) for one in found] == [[(0.0, Spot(Where.AGENCY)), (minutes("11:00"), AWAY)]]


def test_parallel_work_is_in_two_trays_and_comes_together_again() -> None:
    both = [
        waiting(Kind.AGENCY, at(MONDAY, "08:00"), at(MONDAY, "09:00")),
        waiting(Kind.CITIZEN, at(MONDAY, "08:00"), at(MONDAY, "10:00")),
    ]
    courier = waiting(Kind.ROUND, at(MONDAY, "10:00"), at(MONDAY, "11:00"))
    agency, citizen = movers(Dossier(at(MONDAY, "08:00"), [both, courier]))
    assert [path(one)[0][1].where for one in (agency, citizen)] == [Where.AGENCY, Where.CITIZEN]
    assert sum(Where.ROUND in {spot.where for _, spot in path(one)} for one in (agency, citizen)) == 1


def test_who_leaves_is_seen_at_the_door_and_is_not_in_line_too() -> None:
    came, left = at(MONDAY, "08:00"), at(MONDAY, "08:40")
    never_back = Task(entered=came, left=[(came, left, Reason.PATIENCE)], lost=True)
    (citizen,) = movers(Dossier(came, [never_back]))
    assert path(citizen) == [
        (minutes("08:00"), LINE),
        (minutes("08:40"), DOOR),
        (minutes("08:40") + LINGERS, AWAY),
    ]
    turned_away = Task(entered=came, left=[(came, came, Reason.TURNED_AWAY)], lost=True)
    assert path(*movers(Dossier(came, [turned_away])))[0] == (minutes("08:00"), DOOR)
    no_show = Task(entered=came, left=[(came, came, Reason.NO_SHOW)], lost=True)
    assert movers(Dossier(came, [no_show])) == []


def test_two_citizens_at_once_take_two_seats_and_a_free_one_is_taken_again() -> None:
    def served(began: str, ended: str) -> Dossier:
        return Dossier(at(MONDAY, began), [desk(at(MONDAY, began), at(MONDAY, began), at(MONDAY, ended))])

    found = movers(served("08:00", "08:30"), served("08:10", "08:20"), served("08:20", "08:40"))
    assert [one.stays[0].spot for one in found] == [seat(COUNTER, 0), seat(COUNTER, 1), seat(COUNTER, 1)]


def test_late_is_past_the_due_date_not_the_due_minute() -> None:
    tax = waiting(Kind.AGENCY, at(MONDAY - 3, "10:00"), at(MONDAY, "11:00"))
    dues = at(MONDAY - 3, "16:30"), at(MONDAY, "00:01")
    found = movers(*(Dossier(at(MONDAY - 3, "09:00"), [tax], due=due) for due in dues))
    assert [one.late for one in found] == [True, False]


def test_duty_follows_the_roster_and_has_seats_for_those_who_stay_on() -> None:
    model = hand.model()
    roster = [
        (at(6, "13:00"), COUNTER, 1),
        (at(MONDAY, "07:30"), COUNTER, 2),
        (at(MONDAY, "12:00"), COUNTER, 0),
    ]
    late = desk(at(MONDAY, "11:50"), at(MONDAY, "11:50"), at(MONDAY, "12:10"))
    shown = day(model, *told(model, [Dossier(late.entered, [late])], roster), MONDAY)
    assert shown.sessions == [(450.0, 720.0), (780.0, 990.0)]
    counter = shown.places[0].duties[0]
    assert counter.staff == [(0.0, 1), (450.0, 2), (720.0, 0)]
    assert counter.seats == 2
    assert [duty.seats for duty in shown.places[0].duties[1:]] == [0, 0]


# --- against the whole log ---


@pytest.fixture(scope="module")
def world() -> tuple[Model, Replication, Log]:
    file = sim.load(FULL).change({"horizon.from": "2019-03-01", "horizon.to": "2019-03-29"})
    model = compile_scenario(file.scenario)
    drawn = draw(model, 3, 0)
    return model, drawn, simulate(model.plan, drawn.draws)


DAYS = range(28, 50)


def whose(drawn: Replication) -> list[int]:
    draws = drawn.draws
    stages = [
        d for d in range(len(draws.arrival)) for _ in range(draws.stage_start[d], draws.stage_start[d + 1])
    ]
    return [
        stages[s] for s in range(len(stages)) for _ in range(draws.task_start[s], draws.task_start[s + 1])
    ]


def counted(world: tuple[Model, Replication, Log], t: float) -> Counter[tuple[int, Where]]:
    """How many are where at each site, from every row of the log."""
    model, drawn, log = world
    draws, dossier = drawn.draws, whose(drawn)
    spells = log.spells(model.plan.end)
    running = spells.task[(spells.began <= t) & (t < spells.ended)].tolist()
    found = Counter[tuple[int, Where]]()
    for task in range(len(draws.work)):
        kind, queue = int(draws.kind[task]), int(draws.queue[task])
        site = int(model.plan.queue_site[queue] if queue >= 0 else draws.site[dossier[task]])
        if task in running:
            found[site, Where.SEAT] += 1
        elif kind == Kind.DESK:
            comings = [log.left_entered[row] for row in np.flatnonzero(log.left_task == task)]
            served = np.isfinite(log.started[task]) or log.entered[task] not in comings
            found[site, Where.LINE] += bool(served and log.entered[task] <= t and not log.started[task] <= t)
        elif kind != Kind.MILESTONE and log.entered[task] <= t and not log.ended[task] <= t:
            where = {Kind.OFFICE: Where.TRAY, Kind.CITIZEN: Where.CITIZEN, Kind.AGENCY: Where.AGENCY}
            found[site, where.get(Kind(kind), Where.ROUND)] += 1
    for row in np.flatnonzero((log.left_entered <= t) & (t < log.left_time)):
        found[int(model.plan.queue_site[draws.queue[log.left_task[row]]]), Where.LINE] += 1
    return +found


def shown_at(shown: Day, t: float) -> Counter[tuple[int, Where]]:
    """The same, from the stays of the day."""
    found = Counter[tuple[int, Where]]()
    for place in shown.places:
        for mover in place.movers:
            began = [stay.spot.where for stay in mover.stays if stay.since <= t]
            if began and began[-1] not in (Where.AWAY, Where.DOOR):
                found[place.site, began[-1]] += 1
    return found


def test_everybody_is_where_the_log_says(world: tuple[Model, Replication, Log]) -> None:
    found = Counter[Where]()
    for number in (DAYS[3], DAYS[7], DAYS[14]):
        shown = day(*world, number)
        for clock in (0.0, 450.0, 487.3, 566.0, 599.0, 719.9, 811.1, 925.0, 1439.0):
            assert shown_at(shown, clock) == counted(world, 1440.0 * number + clock), (number, clock)
            found.update({where: many for (_, where), many in shown_at(shown, clock).items()})
    assert set(found) == set(Where) - {Where.AWAY, Where.DOOR, Where.ROUND}, "no courier runs here"


def test_citizens_come_as_often_as_they_visit(world: tuple[Model, Replication, Log]) -> None:
    stays = visits(*world)
    assert (stays.outcome == VisitOutcome.NO_SHOW).any()
    for number in DAYS:
        today = stays.entered // 1440 == number
        comings = Counter(stays.dossier[today & (stays.outcome != VisitOutcome.NO_SHOW)].tolist())
        seen = Counter[int]()
        for mover in (one for place in day(*world, number).places for one in place.movers if one.is_citizen):
            absent = [True, *(stay.spot == AWAY for stay in mover.stays)]
            seen[mover.dossier] += sum(before and not now for before, now in itertools.pairwise(absent))
        assert seen == comings


def test_a_seat_is_taken_by_one_at_a_time_and_stays_last(world: tuple[Model, Replication, Log]) -> None:
    for number in DAYS:
        for place in day(*world, number).places:
            seats = {duty.team: duty.seats for duty in place.duties}
            taken: dict[Spot, list[tuple[float, float]]] = {}
            for mover in place.movers:
                ends = [*(stay.since for stay in mover.stays[1:]), 1440.0]
                for stay, until in zip(mover.stays, ends, strict=True):
                    assert 0 <= stay.since < min(until, 1440.0)
                    if stay.spot.where == Where.SEAT:
                        assert 0 <= stay.spot.seat < seats[stay.spot.team]
                        taken.setdefault(stay.spot, []).append((stay.since, until))
            for spells in map(sorted, taken.values()):
                assert all(one[1] <= two[0] for one, two in itertools.pairwise(spells))
