"""What must hold in every run: in the reference engine after every event, and in its log."""

from __future__ import annotations

from collections.abc import Callable

import naive
import numpy as np
import pytest
from builder import Dossier, Team, World, at, desk, office
from hypothesis import given, settings
from log_invariants import CHECKS, Run
from scenes import model
from strategies import worlds

from sim.engine import reference
from sim.engine.contract import Outcome, Precedence
from sim.engine.invariants import verify
from sim.plan.draws import draw


def check_world(world: World) -> None:
    run = Run(world, reference.simulate(*world.build(), check=True))
    for check in CHECKS:
        check(run)


@settings(max_examples=150)
@given(worlds())
def test_every_run(world: World) -> None:
    check_world(world)


@pytest.mark.slow
@settings(max_examples=2000)
@given(worlds(most_dossiers=20))
def test_very_many_runs(world: World) -> None:
    check_world(world)


@settings(max_examples=60)
@given(worlds())
def test_checking_changes_nothing(world: World) -> None:
    plan, draws = world.build()
    for part, same in zip(
        reference.simulate(plan, draws, check=True), reference.simulate(plan, draws), strict=True
    ):
        np.testing.assert_array_equal(part, same)


def test_a_scenario_from_its_file_to_its_log() -> None:
    """Two weeks of a scenario with people who are too few, with the checks on."""
    changes = {
        "horizon.to": "2019-02-01",
        "team.counter.staff": 1,
        "demand.day_cv": 0.5,
        "citizens.balk_above": 4,
    }
    compiled = model(changes)
    log = reference.simulate(compiled.plan, draw(compiled, 1, 0).draws, check=True)
    assert set(log.outcome) == set(Outcome)
    assert log.interrupted.any()


class Watched(reference.Reference):
    """The reference engine, its queues counted after every step: (minute, tasks in all queues)."""

    def run(self, check: bool) -> reference.Log:
        self.counts = [(0.0, 0)]
        step = self.env.step

        def counted_step() -> None:
            step()
            self.counts.append((self.env.now, sum(map(len, self.hall.queues))))

        self.env.step = counted_step  # type: ignore[method-assign]
        return super().run(check)


@settings(max_examples=60)
@given(worlds())
def test_littles_law(world: World) -> None:
    """The area under the number waiting is the sum of all waits, those cut off by the end included."""
    engine = Watched(*world.build())
    run = Run(world, engine.run(check=True))
    waits = sum(end - start for _, start, end in run.waits)
    assert naive.area(engine.counts, run.plan.end) == pytest.approx(waits, abs=1e-6)


def test_littles_law_is_exact_when_the_day_ends_empty() -> None:
    """Whole minutes: three come at 8:00, 8:10 and 8:20 for 30 minutes each, the waits are 0, 20 and 40."""
    dossiers = [Dossier(at(clock), [desk("in", 30)]) for clock in ("8:00", "8:10", "8:20")]
    world = World([Team([["in"]])], dossiers, days=1)
    engine = Watched(*world.build())
    log = engine.run(check=True)
    assert naive.area(engine.counts, 1440.0) == (log.started - log.entered).sum() == 60


# --- the checks see a breach ---


def halfway() -> reference.Reference:
    """At 8:20: task 0 is served, 1 and 2 wait at the counter, 3 waits in the office, nobody is idle."""
    dossiers = [Dossier(at("8:00"), [desk("in", 60)]) for _ in range(3)]
    world = World(
        [Team([["in"]]), Team([["check"]], [])], [*dossiers, Dossier(at("8:10"), [office("check", 5)])]
    )
    engine = reference.Reference(*world.build())
    for process in (engine.arrivals(), engine.rosters()):
        engine.env.process(process)
    engine.env.run(until=engine.env.at(at("8:20"), Precedence.CLOSING, 0))
    verify(engine)
    return engine


def twice_in_line(engine: reference.Reference) -> None:
    engine.hall.teams[0].at_work.append(1)


def unknown_work(engine: reference.Reference) -> None:
    engine.hall._no_longer_waits(3)
    engine.hall.teams[0].at_work.append(3)


def out_of_order(engine: reference.Reference) -> None:
    next(queue for queue in engine.hall.queues if len(queue) == 2).entries.reverse()


def idle(engine: reference.Reference) -> None:
    engine.hall.teams[1].staff = 1


def over_strength(engine: reference.Reference) -> None:
    engine.hall.change_roster(engine.hall.teams[1], 1, 0)
    engine.hall.take()
    engine.hall.teams[1].staff = 0


def miscounted(engine: reference.Reference) -> None:
    engine.hall.waiting[0] += 1


def outside(engine: reference.Reference) -> None:
    engine.here[1] = False


def lost_count(engine: reference.Reference) -> None:
    engine.hall.in_building[0] = 2


@pytest.mark.parametrize(
    ("breach", "message"),
    [
        (twice_in_line, "in two places at once: \\[1\\]"),
        (unknown_work, "team 0 works outside its queues"),
        (out_of_order, "a queue is out of order"),
        (idle, "team 1 is idle while work waits"),
        (over_strength, "team 1 is over strength with office work"),
        (miscounted, "site 0 counts 3 waiting, 2 wait"),
        (outside, "somebody is served who is not here"),
        (lost_count, "site 0 has lost count of its visitors"),
    ],
)
def test_breaches_are_seen_and_named(breach: Callable[[reference.Reference], None], message: str) -> None:
    engine = halfway()
    breach(engine)
    with pytest.raises(AssertionError, match=f"minute 500.0: .*{message}"):
        verify(engine)
