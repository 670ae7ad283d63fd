"""The engines against closed formulas, and the self-test against planted mistakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.engine import reference, rules
from sim.engine.contract import Draws, Log, Plan
from sim.selftest import FOLDER, REPLICATIONS, Check, mean_of_ratio, selftest
from sim.selftest.cases import CASES

Simulate = Callable[[Plan, Draws], Log]


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    return selftest()


@pytest.mark.parametrize("name", CASES)
def test_reference_engine_agrees_with_theory(checks: list[Check], name: str) -> None:
    mine = [check for check in checks if check.name == name]
    assert mine
    assert [check for check in mine if not check.passed] == []
    assert all(check.error > 0 for check in mine)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_reference_engine_agrees_with_theory_in_long_runs(name: str) -> None:
    checks = selftest(cases=[name], replications=10 * REPLICATIONS, seed=7)
    assert [check for check in checks if not check.passed] == []


def test_every_scenario_has_its_case() -> None:
    assert sorted(CASES) == sorted(path.stem for path in FOLDER.glob("*.toml"))


# --- planted mistakes ---


def failing(name: str, simulate: Simulate = reference.simulate) -> list[str]:
    checks = selftest(cases=[name], simulate=simulate, replications=8)
    return [check.what for check in checks if not check.passed]


def on(change: Callable[[Draws], Draws]) -> Simulate:
    """The reference engine on draws that are not those of the scenario."""
    return lambda plan, draws: reference.simulate(plan, change(draws))


def last_come_first_served(
    priority_a: int, key_a: float, task_a: int, priority_b: int, key_b: float, task_b: int
) -> bool:
    return (priority_a, key_a, task_a) > (priority_b, key_b, task_b)


def priority_group_last(
    priority_a: int, key_a: float, task_a: int, priority_b: int, key_b: float, task_b: int
) -> bool:
    return (priority_a, key_a, task_a) < (priority_b, key_b, task_b)


def test_last_come_first_served_keeps_the_mean_and_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "goes_before", last_come_first_served)
    assert failing("mm1") == ["share over 26 minutes"]


def test_priorities_upside_down_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "goes_before", priority_group_last)
    assert failing("priorities") == ["mean wait, priority group", "mean wait, others"]


def test_turning_round_one_too_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "balks", lambda waiting, limit: waiting >= limit)
    assert failing("mmck") == ["share turning round", "mean wait of the others"]


def test_too_much_patience_is_caught() -> None:
    patient = on(lambda draws: draws._replace(patience=draws.patience * 1.5))
    assert "mean wait" in failing("erlang_a", patient)


def test_a_missing_server_is_caught() -> None:
    assert "mean wait" in failing(
        "mmc", on(lambda draws: draws._replace(roster_staff=draws.roster_staff - 1))
    )


def test_arrivals_later_in_the_day_are_caught() -> None:
    assert failing("day", on(lambda draws: draws._replace(arrival=draws.arrival + 30)))


def test_slow_work_is_caught() -> None:
    assert "mean wait" in failing("mg1", on(lambda draws: draws._replace(work=draws.work * 1.1)))


def test_corrections_in_the_wrong_queue_are_caught() -> None:
    office, corrector = 1, 2

    def swapped(draws: Draws) -> Draws:
        queue = draws.activity_queue
        return draws._replace(activity_queue=np.where(queue == corrector, office, queue))

    astray = on(swapped)
    assert "mean wait in the office" in failing("rework", astray)


# --- the runner ---


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    selftest(lambda done, total: told.append((done, total)), cases=["mm1", "md1"], replications=2)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_same_seed_same_checks() -> None:
    first, again, other = (selftest(cases=["mmck"], replications=2, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first[0].observed != other[0].observed


def test_nothing_observed_does_not_pass() -> None:
    def nobody_comes(plan: Plan, draws: Draws) -> Log:
        return reference.simulate(plan, draws._replace(arrival=draws.arrival + plan.end))

    with np.errstate(invalid="ignore"):
        assert not any(
            check.passed for check in selftest(cases=["mm1"], simulate=nobody_comes, replications=2)
        )


def test_standard_error_of_a_plain_mean() -> None:
    totals = np.array([30.0, 50.0, 40.0, 60.0])
    mean, error = mean_of_ratio(totals, np.full(4, 10.0))
    assert (mean, error) == pytest.approx((4.5, np.std(totals / 10, ddof=1) / 2))


def test_standard_error_covers_the_mean() -> None:
    """Replications with random sizes and a common shock each: two standard errors cover in 95 of 100 cases."""
    generator = np.random.default_rng(5)
    covered = 0
    for _ in range(1000):
        counts = generator.poisson(50, 40).astype(float)
        totals = counts * (3 + generator.normal(size=40)) + generator.normal(size=40) * np.sqrt(counts)
        mean, error = mean_of_ratio(totals, counts)
        covered += abs(mean - 3) <= 2 * error
    assert covered / 1000 == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 1000))
