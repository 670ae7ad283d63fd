"""The best of several scenarios: how often it is found, what limits do, and what is refused."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest
from scipy.optimize import brentq

import sim
from sim import theory
from sim.analysis.selection import Constraint
from sim.study.best import goal_of

SELFTEST = Path(sim.__file__).parent / "selftest"
HOURS = 7 * 24
PER_HOUR = 9.0
GAP = 0.4  # minutes


def window(servers: int, stay: float) -> sim.ScenarioFile:
    """M/M/c with 9 citizens an hour, who stay so many minutes on average."""

    def excess(service: float) -> float:
        return theory.mmc_wait(PER_HOUR / 60, service, servers) + service - stay

    return served(servers, brentq(excess, 0.1, min(stay, 0.99 * servers * 60 / PER_HOUR)))


def waiting(servers: int, p90: float) -> sim.ScenarioFile:
    """M/M/c with 9 citizens an hour, of whom nine of ten wait at most so many minutes."""

    def excess(service: float) -> float:
        return theory.mmc_wait_quantile(PER_HOUR / 60, service, servers, 0.9) - p90

    most = servers * 60 / PER_HOUR  # minutes of service at a load of 1
    return served(servers, brentq(excess, 0.5 * most, 0.99 * most))


def served(servers: int, service: float) -> sim.ScenarioFile:
    return sim.load(SELFTEST / "mm1.toml").change(
        {
            "horizon.warm_up": "2 days",
            "team.desk.staff": servers,
            "step.serve.work": f"exponential(mean={service!r})",
        },
        title=f"{servers}",
    )


def hours(stay: float) -> float:
    """Citizens' hours in a week."""
    return PER_HOUR * HOURS * stay / 60


HARDEST = {
    "citizen.hours": (
        [window(1, 20 + GAP), window(2, 20), window(3, 20 + GAP), window(4, 20 + GAP)],
        hours(GAP),
    ),
    "stay.mean": ([window(1, 20 + GAP), window(2, 20), window(3, 20 + GAP), window(4, 20 + GAP)], GAP),
    "wait.p90": ([waiting(1, 20.8), waiting(2, 20), waiting(3, 20.8), waiting(4, 20.8)], 0.8),
}


def slippage(measure: str, experiments: int, first_seed: int) -> tuple[float, float]:
    """Share of right selections and mean replications of the winner; the others are worse by the indifference."""
    files, indifference = HARDEST[measure]
    right, used = 0, 0
    for seed in range(first_seed, first_seed + experiments):
        found = sim.best(files, measure, indifference=indifference, seed=seed, workers=1)
        right += found.best == files[1].name
        used += found.table["replications"].max()
    return right / experiments, used / experiments


@pytest.mark.slow
@pytest.mark.parametrize("measure", list(HARDEST))
def test_the_best_is_found_as_often_as_promised_in_the_hardest_case(measure: str) -> None:
    """Of an amount, of a mean over visits, which is a ratio, and of a quantile."""
    experiments = 100
    right, _ = slippage(measure, experiments, 1)
    assert right >= 0.95 - 3 * sqrt(0.95 * 0.05 / experiments)


def test_the_best_is_found_and_the_rest_leave_early() -> None:
    files = [window(2, 30), window(2, 12), window(4, 20)]
    found = sim.best(files, "citizen.hours", indifference=hours(2), workers=1)
    assert found.finished
    assert found.best == files[1].name
    assert found.candidates == (found.best,)
    status = found.table.set_index("scenario")["status"]
    assert status.to_dict() == {files[0].name: "behind", files[1].name: "best", files[2].name: "behind"}
    mean = found.table.set_index("scenario")["mean"]
    assert mean[files[1].name] == pytest.approx(hours(12), rel=0.05)


def test_any_number_of_workers_finds_the_same() -> None:
    files = [window(1, 22), window(2, 20)]
    alone, together = (
        sim.best(files, "citizen.hours", indifference=hours(2), workers=workers) for workers in (1, 2)
    )
    assert alone.to_json() == together.to_json()


def test_a_limit_turns_the_choice_round(tmp_path: Path) -> None:
    """The cheapest is the one with fewest staff, until citizens may not stay long."""
    files = [window(1, 20), window(2, 8), window(3, 5)]
    files = [file.change({"team.desk.cost_per_hour": 1000}) for file in files]
    free = sim.best(files, "staff.cost", indifference=1000, workers=1)
    bound = sim.best(
        files,
        "staff.cost",
        indifference=1000,
        subject_to={"stay.mean": "<= 12"},
        tolerance={"stay.mean": 2},
        workers=1,
    )
    assert (free.best, bound.best) == (files[0].name, files[1].name)
    assert bound.table.set_index("scenario")["status"][files[0].name].eq("breaks").all()
    bound.save(tmp_path)
    told = json.loads((tmp_path / "best.json").read_text("utf-8"))
    assert told["goal"]["limits"]["stay.mean"]["limit"] == 12
    assert {file.name for file in tmp_path.iterdir()} == {"best.csv", "best.json", "best.parquet"}


def test_nobody_is_best_if_all_break_a_limit() -> None:
    files = [window(1, 20), window(2, 18)]
    found = sim.best(
        files, "stay.mean", subject_to={"utilisation": ">= 99%"}, tolerance={"utilisation": 0.02}, workers=1
    )
    assert found.finished
    assert found.best is None
    assert found.candidates == ()


def test_a_ceiling_leaves_the_candidates() -> None:
    files = [window(1, 20), window(2, 20)]
    found = sim.best(files, "citizen.hours", indifference=0.1, most=23, workers=1)
    assert not found.finished
    assert found.best is None
    assert set(found.candidates) == {file.name for file in files}
    assert found.table["replications"].eq(23).all()


# --- notation ---


def test_goals_in_words() -> None:
    goal = goal_of("wait.p90", None, {"on_time.rate": ">= 95%", "wait.mean": "<=5"}, {"wait.mean": 0.5}, 0.1)
    assert goal.indifference == 1
    assert goal.limits == {
        "on_time.rate": Constraint(0.95, 0.005, at_least=True),
        "wait.mean": Constraint(5, 0.5),
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("wait.p80", None, {}, {}, 0.05), "did you mean 'wait.p9"),
        (("utilisation", None, {}, {}, 0.05), "neither more nor less"),
        (("staff.cost", None, {}, {}, 0.05), "no usual indifference; say how many VND"),
        (("wait.p90", 0, {}, {}, 0.05), "must be above 0"),
        (("wait.p90", None, {"wait.mean": "5"}, {}, 0.05), "cannot be read"),
        (("wait.p90", None, {"wait.mean": "<= 1.2.3"}, {}, 0.05), "cannot be read"),
        (("wait.p90", None, {}, {"wait.mean": 1}, 0.05), "no such limit"),
        (("wait.p90", None, {"wait.men": "<= 5"}, {}, 0.05), "did you mean 'wait.mean'"),
    ],
)
def test_goals_that_are_refused(asked: tuple[object, ...], words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=words):
        goal_of(*asked)  # type: ignore[arg-type]


def test_a_selection_needs_names_of_their_own() -> None:
    with pytest.raises(sim.ScenarioError, match="names of their own"):
        sim.best([window(1, 20), window(1, 20)], "wait.mean")


def test_a_scenario_that_cannot_keep_up_is_called_unstable() -> None:
    keeps_up, overloaded = window(1, 20), window(1, 20).change({"demand.scale": 9}, title="overloaded")
    found = sim.best([keeps_up, overloaded], "wait.p90", most=25, workers=1)
    assert [flag.kind for flag in found.flags[overloaded.name]] == ["overloaded", "unmet"]
    assert found.flags[keeps_up.name] == []
    assert json.loads(found.to_json())["flags"][overloaded.name][0]["load"] > 1
