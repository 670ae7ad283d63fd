"""`wait.within_N`: any wait, by the same name everywhere, exact, and computed anew if it is asked for later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.report.language import language
from sim.results.measured import Measured
from sim.results.within import Within, waits_named, within
from sim.study import tasks
from sim.study.campaign import Campaign

VALID = Path(__file__).parent / "scenarios" / "valid"
TINY = sim.load(VALID / "tiny.toml")


@pytest.mark.parametrize(
    ("name", "wait"),
    [
        ("wait.within_5", Within(5, 0, False)),
        ("wait.within_0.33", Within(0.33, 2, False)),
        ("wait.within_20s", Within(20, 0, True)),
        ("wait.within_", None),
        ("wait.within_-1", None),
        ("wait.within_5min", None),
        ("wait.mean", None),
    ],
)
def test_names(name: str, wait: Within | None) -> None:
    assert within(name) == wait


def test_seconds_are_a_sixtieth_and_the_shortest_comes_first() -> None:
    assert Within(90, 0, True).minutes == 1.5
    names = ["wait.within_2@site=centre", "wait.p90", "wait.within_90s", "wait.within_2"]
    assert waits_named(names) == ["wait.within_90s", "wait.within_2"]


def test_in_words() -> None:
    vi, en = language("vi"), language("en")
    assert en.measure("wait.within_20s") == "served within 20 s"
    assert vi.measure("wait.within_0.5") == "được phục vụ trong 0,5 phút"
    assert en.measure("wait.within_7") == en.measure("wait.within_15").replace("15", "7")


def by_hand(result: sim.Result, minutes: float) -> float:
    """From the rows, which are of all replications here."""
    visits = result.visits[result.visits["waited"]]
    return float(((visits["wait"] <= minutes) & (visits["outcome"] == "served")).sum() / len(visits))


def test_it_is_measured_if_asked_for() -> None:
    result = sim.run(TINY, replications=4, workers=1, measures=["wait.within_3", "wait.within_90s"])
    found = result.summary(group=[]).set_index("measure")
    for name, minutes in (("wait.within_3", 3), ("wait.within_90s", 1.5), ("wait.within_15", 15)):
        assert found["mean"][name] == pytest.approx(by_hand(result, minutes))
    plain = sim.run(TINY, replications=4, workers=1)
    kept = ~np.isin(result.measured.key["measure"], ["wait.within_3", "wait.within_90s"])
    np.testing.assert_array_equal(plain.measured.value, result.measured.value[:, kept])


def test_targets_and_figures_reported_are_asked_for() -> None:
    asked = {
        "target.quick": {"measure": "wait.within_2", "at_least": 0.5},
        "reported.slow": {"measure": "wait.within_45", "value": 0.9},
    }
    result = sim.run(TINY.change(asked), replications=2, workers=1)
    assert {"wait.within_2", "wait.within_45"} <= set(result.summary()["measure"])


def test_every_question_takes_it() -> None:
    name, quick = "wait.within_2@site=centre", {"workers": 1}
    two = TINY.change({"team.counter.staff": 2}, title="Two")
    compared = sim.compare(
        [TINY, two], replications=3, measures=[name], thresholds={"wait.within_2": 0.01}, **quick
    )
    assert compared.verdicts["measure"].tolist() == ["wait.within_2"]
    assert sim.run(TINY, precision={name: "0.5 absolute"}, **quick).precision["met"].all()
    assert sim.best([TINY, two], name, indifference=0.2, **quick).best == two.name
    swept = sim.sweep(TINY, {"demand.scale": [1, 2]}, measures=[name], replications=2, **quick)
    assert swept.table()["measure"].unique().tolist() == ["wait.within_2"]
    assert len(sim.sensitivity(TINY, {"demand.scale": [1, 2]}, measure=name, replications=2, **quick)) == 1
    sim.break_even(TINY, vary="demand.scale", between=(1, 2), measure=name, at=0.5, replications=2, **quick)


def test_a_result_that_was_not_asked_says_when_to_ask() -> None:
    result = sim.run(TINY, replications=2, workers=1)
    two = sim.run(TINY.change({"team.counter.staff": 2}, title="Two"), replications=2, workers=1)
    with pytest.raises(sim.ScenarioError, match="ask for it before the run"):
        _ = sim.Comparison((result, two), ("wait.within_2",)).verdicts


def test_a_store_computes_it_anew_if_it_is_asked_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []

    def watched(task: tasks.Task) -> tasks.Batch:
        computed.extend(task.replications)
        return tasks.perform(task)

    monkeypatch.setattr("sim.study.executors.perform", watched)

    def measured(*measures: str) -> Measured:
        with Campaign(store=tmp_path / "kept.sqlite", workers=1, measures=measures) as campaign:
            return campaign.measured([TINY], 3)[0]

    plain, first, again = measured(), measured("wait.within_2"), measured("wait.within_2")
    assert computed == [0, 1, 2, 0, 1, 2]
    np.testing.assert_array_equal(first.value, again.value)
    assert "wait.within_2" not in set(plain.key["measure"])
    assert measured("wait.within_15").key.equals(plain.key)  # which is always there
    assert len(computed) == 6
