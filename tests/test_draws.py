"""Randomness keyed by citizen and purpose: what may change a dossier's luck, and what may not."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scenes import Dossier, Key, base, dossiers, model, scene
from scipy import stats

import sim
from sim.columns import columns
from sim.engine.contract import Draws, Kind, Mark
from sim.laws import parse
from sim.plan import arrivals, filling, ordering
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.scenario.checks import check
from sim.selftest import FOLDER

SURELY = 1e-4  # p value below which a fixed seed is taken to contradict the model


def luck(drawn: dict[Key, Dossier]) -> dict[tuple[Any, ...], Any]:
    """Every number on its own: by dossier for the arrival, by dossier, step and time for the tasks."""
    found: dict[tuple[Any, ...], Any] = {}
    for key, dossier in drawn.items():
        found[*key, "arrival"] = dossier.arrival
        found[*key, "channel"] = dossier.channel
        times: Counter[str] = Counter()
        for task in dossier.tasks:
            times[task.step] += 1
            found[*key, task.step, times[task.step]] = task.work, task.visit
    return found


def test_scene_is_valid() -> None:
    assert check(scene()) == []


def test_same_seed_twice() -> None:
    one, other = (draw(model(), 1, 0) for _ in range(2))
    for part, same in zip((*one.draws, *one.labels), (*other.draws, *other.labels), strict=True):
        np.testing.assert_array_equal(part, same)


@pytest.mark.parametrize(("seed", "replication"), [(2, 0), (1, 1)])
def test_other_seeds_and_replications_are_other_days(seed: int, replication: int) -> None:
    before, after = luck(base()), luck(dossiers(model(), seed, replication))
    common = [name for name in before if name in after and name[3] == "arrival"]
    assert len(common) > 800
    assert not any(before[name] == after[name] for name in common)


ANOTHER = {
    "name": "Another",
    "site": "centre",
    "field": "land",
    "journey": "short",
    "deadline": "none",
    "volume": 500,
}


WITH_A_STAMP = {
    "step.stamp": {"work": 3, "role": "sign"},
    "journey.long.counter": ["intake", "stamp", "courier", ["check", "agency"], "sign", "ready", "collect"],
}
MORE_PEOPLE = {"site": "centre", "staff": 2, "serves": [["intake:land"]], "absence": 0.1}
ERROR = {"after": "sign", "probability": 0.5, "steps": ["check", "sign"]}
SURVEY = {"satisfied": 15, "very_satisfied": 5}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"procedure.new": ANOTHER}, id="procedure"),
        pytest.param(WITH_A_STAMP, id="step"),
        pytest.param({"team.more": MORE_PEOPLE}, id="team"),
        pytest.param({"queue": {"check:*": "earliest-due"}}, id="priority rule"),
        pytest.param({"citizens.balk_above": 5}, id="balking"),
        pytest.param({"loop.error": ERROR}, id="loop"),
        pytest.param({"demand.scale": 1.1}, id="demand"),
        pytest.param({"team.counter.staff": 9, "team.counter.absence": 0.5}, id="absences"),
        pytest.param({"site.centre.at_closing": "turn-away", "rules.supplement": "restart"}, id="rules"),
        pytest.param({"survey": SURVEY}, id="survey"),
    ],
)
def test_changes_nobody_elses_luck(changes: dict[str, Any]) -> None:
    """Whatever exists in both scenarios has the same numbers, and nothing has gone."""
    before, after = luck(base()), luck(dossiers(model(changes)))
    assert before.keys() <= after.keys()
    assert all(after[name] == number for name, number in before.items())


def test_more_demand_keeps_the_first_dossiers_and_adds_some() -> None:
    more = dossiers(model({"demand.scale": 1.1})).keys() - base().keys()
    streams = Counter(key[:2] for key in base())
    assert {key[:2] for key in more} == streams.keys()
    assert all(number >= streams[procedure, place] for procedure, place, number in more)


def test_numbers_of_a_stream_are_dense() -> None:
    streams = Counter(key[:2] for key in base())
    assert all(key[2] < streams[key[:2]] for key in base())


def test_a_larger_parameter_makes_everyones_work_longer() -> None:
    before = luck(base())
    after = luck(dossiers(model({"step.check.work": "gamma(mean=33, sd=22)"})))
    checks = [name for name in before if name[3] == "check"]
    assert all(after[name][0] > before[name][0] for name in checks)


def test_no_demand_at_all() -> None:
    drawn = draw(model({"demand.scale": 0}), 1, 0)
    assert len(drawn.draws.arrival) == len(drawn.draws.work) == 0
    assert drawn.draws.stage_start.tolist() == drawn.draws.task_start.tolist() == [0]


# --- courses ---


LONG = ("intake", "courier", "check", "agency", "sign", "ready", "collect")


def test_courses_with_the_loop() -> None:
    """The loop follows the stage of its step, not the step, and its own check may loop once more."""
    again = ("ask", "home", "resubmit", "check")
    expected = {LONG[:4] + again * k + LONG[4:] for k in range(3)}
    assert {dossier.steps for key, dossier in base().items() if key[0] == "transfer"} == expected
    assert {dossier.steps for key, dossier in base().items() if key[0] == "birth"} == {
        ("intake", "check", "ready")
    }


def test_loops_strike_with_their_probability_and_at_most_twice() -> None:
    """Of n dossiers n(1-p), np(1-p) and np² loop never, once and twice."""
    loops = [dossier.steps.count("ask") for key, dossier in base().items() if key[0] != "birth"]
    expected = len(loops) * np.array([0.7, 0.3 * 0.7, 0.3 * 0.3])
    assert stats.chisquare(np.bincount(loops), expected).pvalue > SURELY


def test_loops_by_field() -> None:
    drawn = dossiers(model({"loop.supplement.by_field": {"land": 1.0, "civil": 0.0}}))
    loops = {(key[0], dossier.steps.count("ask")) for key, dossier in drawn.items()}
    assert loops == {("transfer", 2), ("name-change", 0), ("birth", 0)}


def test_rework_is_what_loops_insert() -> None:
    dossier = next(d for d in base().values() if d.steps.count("ask") == 1)
    rework = [task.step for task in dossier.tasks if task.rework]
    assert rework == ["ask", "home", "resubmit", "check"]
    first, second = (task.work for task in dossier.tasks if task.step == "check")
    assert first != second


# --- tasks and visits ---


def test_work_has_the_laws_mean() -> None:
    works: dict[str, list[float]] = {}
    for dossier in base().values():
        for task in dossier.tasks:
            works.setdefault(task.step, []).append(task.work)
    for step, mean, sd in (
        ("intake", 10, 5),
        ("check", 30, 20),
        ("home", 3 * 1440, 3 * 1440),
        ("collect", 2, 0.577),
    ):
        assert abs(np.mean(works[step]) - mean) < 4 * sd / math.sqrt(len(works[step]))
    assert set(works["agency"]) == {2.0}  # days, as the law says
    assert set(works["ready"]) == set(works["courier"]) == {0.0}


def test_factors_multiply() -> None:
    """On the work of people alone: 2 for the procedure, 3 and 5 for the step of the procedure and of the field."""
    procedure = {"procedure.transfer.work_factor": 2, "procedure.transfer.factor": {"check": 3}}
    drawn = dossiers(model(procedure | {"field.land.factor": {"check": 5}}))
    for key, dossier in base().items():
        for before, after in zip(dossier.tasks, drawn[key].tasks, strict=True):
            factor = {"check": 30}.get(before.step, 2) if key[0] == "transfer" and before.queue else 1
            assert after.work == pytest.approx(factor * before.work)


KINDS = {
    "intake": (Kind.DESK, Mark.START),
    "check": (Kind.OFFICE, Mark.NONE),
    "agency": (Kind.AGENCY, Mark.NONE),
    "courier": (Kind.ROUND, Mark.NONE),
    "ask": (Kind.OFFICE, Mark.PAUSE),
    "home": (Kind.CITIZEN, Mark.NONE),
    "resubmit": (Kind.DESK, Mark.RESUME),
    "ready": (Kind.MILESTONE, Mark.STOP),
}


@pytest.mark.parametrize("step", KINDS)
def test_tasks_know_their_kind_and_mark(step: str) -> None:
    compiled = model()
    drawn = draw(compiled, 1, 0)
    tasks = drawn.labels.step == list(compiled.steps).index(step)
    kind, mark = KINDS[step]
    assert set(drawn.draws.kind[tasks]) == {kind}
    assert set(drawn.draws.mark[tasks]) == {mark}
    assert (drawn.draws.queue[tasks] >= 0).all() == (kind <= Kind.OFFICE)
    assert (drawn.draws.visit[tasks] >= 0).all() == (kind == Kind.DESK)
    assert (drawn.draws.activity_round[drawn.draws.activity[tasks]] >= 0).all() == (kind == Kind.ROUND)


def test_tasks_know_their_queue() -> None:
    """The role of the step, which may be that of another one, and the field of the procedure."""
    queues = {
        (task.step, task.queue) for key, d in base().items() if key[0] == "transfer" for task in d.tasks
    }
    assert {step: queue for step, queue in queues if queue} == {
        "intake": "intake:land",
        "resubmit": "intake:land",
        "check": "check:land",
        "ask": "check:land",
        "sign": "sign:land",
        "collect": "collect:land",
    }


def visits(draws: Draws) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return draws.moment.reshape(-1, 3), draws.patience.reshape(-1, 3), draws.returns


def test_visits() -> None:
    """Moments even in (0, 1), patience by its law, and coming back with 0.7 each time, at most twice."""
    draws = draw(model(), 1, 0).draws
    moment, patience, returns = visits(draws)
    assert stats.kstest(moment.ravel(), "uniform").pvalue > SURELY
    assert stats.kstest(patience.ravel(), "expon", (0, 60)).pvalue > SURELY
    expected = len(returns) * np.array([0.3, 0.7 * 0.3, 0.7 * 0.7])
    assert stats.chisquare(np.bincount(returns), expected).pvalue > SURELY
    assert not draws.no_show.any()


def test_priority_belongs_to_the_citizen() -> None:
    """One in five, at every visit."""
    shares = [{task.visit[0] for task in d.tasks if task.visit} for d in base().values()]
    assert all(len(share) == 1 for share in shares)
    priority = sum(share == {1} for share in shares)
    assert stats.binomtest(priority, len(shares), 0.2).pvalue > SURELY


def test_nobody_leaves_without_a_law_of_patience() -> None:
    draws = draw(model({"citizens": {}}), 1, 0).draws
    assert draws.attempts == 1
    assert not len(draws.patience)
    assert not draws.returns.any()


def test_moments_are_drawn_where_somebody_may_come_again() -> None:
    """To collect, though nobody comes back after leaving; but not where all come for one service and no more."""
    draws = draw(model({"citizens": {}}), 1, 0).draws
    assert len(draws.moment) == len(draws.returns) > 0
    once = draw(compile_scenario(sim.load(FOLDER / "mm1.toml").scenario), 1, 0).draws
    assert len(once.moment) == 0 < len(once.returns)


@pytest.mark.parametrize(
    "law", ["exponential(mean=60)", "lognormal(mean=60, sd=30)", "gamma(mean=60, sd=30)"]
)
def test_patience_has_its_law(law: str) -> None:
    draws = draw(model({"citizens.patience": law}), 1, 0).draws
    expected = parse(law).ppf(np.linspace(0.0005, 0.9995, 1000))
    assert stats.ks_2samp(draws.patience, expected).pvalue > SURELY


@pytest.mark.parametrize("law", ["exponential(mean=60)", "lognormal(mean=60, sd=30)"])
def test_every_number_is_filled_in(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that held something else before leaves no trace."""

    def used_before(*kinds: tuple[type, int]) -> list[np.ndarray]:
        made = columns(*kinds)
        for column in made:
            column.view(np.uint8).fill(0xAB)
        return made

    expected = draw(model({"citizens.patience": law}), 1, 0)
    for module in (arrivals, ordering, filling):
        monkeypatch.setattr(module, "columns", used_before)
    found = draw(model({"citizens.patience": law}), 1, 0)
    for a, b in zip((*expected.draws, *expected.labels), (*found.draws, *found.labels), strict=True):
        np.testing.assert_array_equal(a, b)
        if np.asarray(b).dtype == np.float64:
            assert not (np.asarray(b) == np.frombuffer(b"\xab" * 8)[0]).any()


def test_survey_has_one_answer_for_both_questions() -> None:
    laws = {"satisfied": "exponential(mean=20)", "very_satisfied": "exponential(mean=10)"}
    labels = draw(model({"survey": laws}), 1, 0).labels
    np.testing.assert_allclose(labels.satisfied_within, 2 * labels.very_satisfied_within)
    assert not len(draw(model(), 1, 0).labels.satisfied_within)
