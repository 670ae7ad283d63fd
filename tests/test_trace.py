"""One dossier's life: complete, in order, and the same as the log."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.deadlines import EARLY, LATE
from sim.engine.contract import Outcome
from sim.engine.reference import simulate
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.results.life import find, life, name_of

FULL = Path(__file__).parent / "scenarios" / "valid" / "full.toml"


@pytest.fixture(scope="module")
def world():  # type: ignore[no-untyped-def]
    model = compile_scenario(sim.load(FULL).scenario)
    drawn = draw(model, 3, 0)
    return model, drawn, simulate(model.plan, drawn.draws)


def test_every_dossier_is_found_under_its_name(world) -> None:  # type: ignore[no-untyped-def]
    model, drawn, _ = world
    for dossier in range(0, len(drawn.draws.arrival), 97):
        assert find(model, drawn, name_of(model, drawn, dossier)) == dossier
    for unknown in ("x", "x#1", "birth#1e9", "#3", "birth#", "birth#999999"):
        assert find(model, drawn, unknown) == -1


def test_lives_agree_with_the_log(world) -> None:  # type: ignore[no-untyped-def]
    """The due date told last is the log's, work adds up, and every life begins with the arrival."""
    model, drawn, log = world
    first_task = drawn.draws.task_start[drawn.draws.stage_start]
    restarted = 0
    for dossier in range(0, len(drawn.draws.arrival), 13):
        lines = life(model, drawn, log, dossier)
        times = [line.time for line in lines]
        assert times == sorted(times)
        assert lines[0].key == "filed"
        assert lines[0].time == drawn.draws.arrival[dossier]
        dues = [line.values["due"] for line in lines if "due" in line.values]
        if dues:
            assert dues[-1] == log.due[dossier]
        restarted += sum(line.key == "resumed" for line in lines)
        tasks = slice(first_task[dossier], first_task[dossier + 1])
        told = sum(line.values["minutes"] for line in lines if line.key in ("work", "interrupted"))
        spells = log.spells(model.plan.end)
        mine = np.isin(spells.task, np.arange(tasks.start, tasks.stop))
        assert told == pytest.approx((spells.ended - spells.began)[mine].sum())
        unfinished = np.isin(log.outcome[tasks], (Outcome.OPEN, Outcome.NOT_ENTERED)).any()
        lost = (log.outcome[tasks] == Outcome.LOST).any()
        assert (lines[-1].key == "open") == (unfinished and not lost)
    assert restarted > 0


def test_the_question_in_one_line() -> None:
    told = sim.trace(FULL, "Đông Ngũ/birth#5", seed=3)
    assert told.lines[0].key == "filed"
    with pytest.raises(sim.ScenarioError, match="for example"):
        sim.trace(FULL, "nothing#1")


def test_a_second_count_is_told() -> None:
    """Five working days against one; the complaint has one, too, and is answered at once."""
    file = sim.load(Path(__file__).parent / "field" / "reopened_after_result.toml")
    told = sim.trace(file.change({"loop.complaint.probability": 1.0}), "permit#1", seed=3)
    clock = [line for line in told.lines if "due" in line.values]
    assert [line.key for line in clock] == ["started", "ready", "reopened", "ready"]
    assert [line.values.get("status") for line in clock] == [None, LATE, None, EARLY]
    assert clock[0].values["due"] == clock[1].values["due"] < clock[2].values["due"]
