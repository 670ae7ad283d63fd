"""Targets and figures reported that no measure can have, and days without any, are refused by all who read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.scenario import ScenarioError, ScenarioFile, load

TINY = load(Path(__file__).parent / "scenarios" / "valid" / "tiny.toml")
WITHIN = (
    "is no measure; write minutes from above 0 to 1440, as in wait.within_20 or wait.within_0.5, or seconds"
)
BAD = [
    ({"measure": "wiat.mean", "at_most": 20}, "'wiat.mean' is no measure; did you mean 'wait.mean'"),
    *(
        ({"measure": f"wait.within_{wait}", "at_least": 0.8}, WITHIN)
        for wait in ("abc", "-1", "0", "0s", "1441", "86401s", "1e9", "٣", "20m", "")
    ),
    ({"measure": "wait.within_20", "at_least": 80}, "at_least: 80 is no share, .* for 80 % write 0.8"),
    ({"measure": "on_time.rate", "at_most": -1}, "at_most: -1 is no share, which lies from 0 to 1$"),
]


@pytest.mark.parametrize("ask", [sim.explain, lambda file: sim.run(file, replications=2)])
@pytest.mark.parametrize(("target", "words"), BAD)
def test_a_target_that_no_measure_can_have(
    ask: Callable[[ScenarioFile], Any], target: dict[str, Any], words: str
) -> None:
    with pytest.raises(ScenarioError, match=rf"tiny.toml: target.wish.*{words}"):
        ask(TINY.change({"target.wish": target}))


@pytest.mark.parametrize("ask", [sim.explain, lambda file: sim.run(file, replications=2)])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[calendar]", '[calendar]\nweekdays = ["Sat"]'),
        ("to = 2019-03-08", 'to = 2019-03-10\nduring = "2019-03-09..2019-03-10"'),
    ],
)
def test_days_on_which_the_office_is_closed(
    ask: Callable[[Path], Any], old: str, new: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.toml"
    file.write_text(TINY.path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(
        ScenarioError, match=r"^x\.toml: horizon: the office does not open on any of the days"
    ):
        ask(file)


@pytest.mark.parametrize("figure", ["value", "above"])
def test_a_figure_reported_that_no_measure_can_have(figure: str) -> None:
    with pytest.raises(ScenarioError, match=rf"reported.told.{figure}: 97 is no share.*write 0.97"):
        sim.explain(TINY.change({"reported.told": {"measure": "on_time.rate", figure: 97}}))


@pytest.mark.parametrize(
    "target",
    [
        {"measure": "wait.within_0.5", "at_least": 1},
        {"measure": "wait.within_86400s", "at_least": 0.8},
        {"measure": "wait.within_1440", "at_least": 0},
        {"measure": "wait.mean", "at_most": 80},
        {"measure": "utilisation", "at_most": 1.1},  # overtime
    ],
)
def test_a_target_that_can_be(target: dict[str, Any]) -> None:
    assert sim.explain(TINY.change({"target.wish": target})).file.scenario.target["wish"].measure
