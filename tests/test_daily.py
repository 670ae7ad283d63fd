"""The run day by day: against visits and dossiers, and the alarms that it raises or not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim

TINY = Path(__file__).parent / "scenarios" / "valid" / "tiny.toml"
OFFICE = """
title = "An office with a back room"
source = "Chosen for this test"
horizon = { from = 2019-03-04, to = 2019-06-30, warm_up = "4 weeks" }
calendar = { country = "none", hours = ["08:00-12:00", "13:00-17:00"] }

[site.office]
title = "The office"

[team.desk]
site = "office"
staff = 2
serves = [["intake:*"]]

[team.back]
site = "office"
staff = 1
serves = [["appraise:*"]]

[step.intake]
desk = true
work = "exponential(mean=5)"
clock = "start"

[step.appraise]
work = "exponential(mean=30)"

[step.gather]
waits_for = "agency"
days = "5"

[step.ready]
clock = "stop"

[journey.usual]
counter = ["intake", "appraise", "ready"]

[field.any]
title = "Any"

[procedure.request]
name = "Request"
site = "office"
field = "any"
journey = "usual"
deadline = "10 working days"
volume = 3_000
"""


@cache
def office(**changes: object) -> sim.Result:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / "office.toml"
        file.write_text(OFFICE, encoding="utf-8")
        named = {name.replace("__", "."): value for name, value in changes.items()}
        return sim.run(sim.load(file).change(named), replications=8, workers=1)


def test_days_are_those_of_visits_and_dossiers() -> None:
    result = office()
    days = result.days
    measured = days[~days["warm_up"]]
    backlog = result.backlog(by=["date"]).set_index("date")["open"]
    assert measured.groupby("date")["open"].mean().to_numpy() == pytest.approx(backlog.to_numpy())
    waits = result.visits.query("waited").groupby(["replication", "date"])["wait"].mean()
    own = measured.set_index(["replication", "date"])["wait"].dropna()
    pd.testing.assert_series_equal(own, waits, check_index_type=False, check_names=False, check_dtype=False)


def test_days_begin_with_the_warm_up() -> None:
    days = office().days.query("replication == 0")
    assert days["warm_up"].sum() == 28
    assert days["date"].min() == pd.Timestamp(2019, 2, 4)
    assert days["date"].max() == pd.Timestamp(2019, 6, 30)
    assert days.loc[~days["warm_up"], "date"].min() == pd.Timestamp(2019, 3, 4)


def test_an_office_that_keeps_up_raises_no_alarm() -> None:
    result = office()
    assert result.provenance["flags"] == []
    assert result.is_stable
    assert not result.stability["grows"].any()
    assert not result.warm_up["too_short"].any()


def test_a_backlog_that_grows_is_found() -> None:
    result = office(step__appraise__work="exponential(mean=50)")
    assert result.stability["grows"].all()
    assert {flag["kind"] for flag in result.provenance["flags"]} >= {"overloaded", "growing"}
    assert not result.is_stable
    table = result.stability.iloc[0]
    last = result.days.query("not warm_up").groupby("date")["open"].mean()
    assert table["level"] == pytest.approx(last.mean())  # of 17 weeks; the warm-up is not in it
    assert table["growth"] == pytest.approx(last.iloc[-1] - last.iloc[0], rel=0.2)


def test_a_warm_up_too_short_is_found() -> None:
    """Dossiers lie a fortnight with another agency: the office begins empty, and fills."""
    slow = {
        "step__gather__days": "constant(14)",
        "journey__usual__counter": ("intake", "appraise", "gather", "ready"),
    }
    short = office(horizon__warm_up="1 day", **slow)
    flags = [flag for flag in short.provenance["flags"] if flag["kind"] == "warm_up"]
    assert len(flags) == 1
    assert flags[0]["days"] == 1
    assert 10 <= flags[0]["suggested"] <= 40
    assert short.is_stable  # a word of warning
    assert short.warm_up.set_index("series")["too_short"].to_dict() == {"open": True, "wait": False}
    assert not office(horizon__warm_up="8 weeks", **slow).warm_up["too_short"].any()


def test_too_little_to_tell_is_no_alarm() -> None:
    result = sim.run(TINY, replications=1, workers=1)
    assert not result.stability["grows"].any()
    assert np.isnan(result.stability["growth"]).all()
    assert result.provenance["flags"] == []
