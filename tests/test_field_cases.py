"""Cases from the field: small inputs whose right values were worked out elsewhere (tests/field/README.md)."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim import theory
from sim.engine import rules
from sim.officetime import working_days
from sim.plan.compile import compile_scenario
from sim.results.chosen import chosen

FIELD = Path(__file__).parent / "field"


def test_each_case_is_described() -> None:
    described = (FIELD / "README.md").read_text()
    assert all(
        f"`{path.name}" in described or f"`{path.name}/" in described
        for path in FIELD.iterdir()
        if path.suffix != ".md"
    )


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("clock_time", "clock_time.csv, line 2, column 'minutes': '0:05:30' is not a number"),
        ("column_twice", "column_twice.csv, line 1: column 'minutes' stands twice"),
        ("decimal_comma", "decimal_comma.csv, line 2, column 'minutes': '1,5' may be 15 or 1.5"),
        ("not_available", "not_available.csv, line 3, column 'minutes': 'NA' is not a number"),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_content(case: str, words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=re.escape(words)):
        sim.load(FIELD / "cells" / f"{case}.toml")


def test_blanks_around_a_heading_do_no_harm() -> None:
    work = sim.load(FIELD / "cells" / "blank_in_header.toml").scenario.step["work"].work
    assert work is not None
    assert work.mean == 1.5  # of 1 and 2


def test_names_are_equal_however_their_letters_are_put_together() -> None:
    folder = FIELD / "decomposed_names"
    table = (folder / "open.csv").read_text(encoding="utf-8")
    assert table != unicodedata.normalize("NFC", table)
    read = sim.load(folder / "s.toml").scenario
    assert read.horizon.open_dossiers is not None
    assert read.horizon.open_dossiers.rows[0].site == read.site["office"].places[1][0]


def test_a_number_that_may_be_two_is_refused_with_both() -> None:
    words = "thousands.csv, line 2, column 'volume': '1.200' may be 1200 or 1.2"
    with pytest.raises(sim.ScenarioError, match=re.escape(words)):
        sim.load(FIELD / "vietnamese_spreadsheet" / "thousands.toml")


def test_the_wait_of_each_class_is_told() -> None:
    found = sim.run(FIELD / "priority_group.toml", replications=2, workers=1)
    waits = found.summary(group=["site", "priority"]).query("measure == 'wait.mean'").set_index("priority")
    assert waits["mean"]["priority_group"] < waits["mean"]["ordinary"] / 2
    assert waits["n"].sum() == found.summary(group=[]).query("measure == 'wait.mean'")["n"].item()
    assert set(found.visits["priority"]) == set(found.dossiers["priority"]) == {"priority_group", "ordinary"}


def test_the_wait_of_each_class_is_that_of_theory() -> None:
    """M/M/1 with two classes (Cobham 1954): 9 an hour, 5 minutes, 20 % priority: 4.41 and 17.65 minutes."""
    always = {
        "demand.added_days": "same-demand",
        "calendar.hours": ["00:00-24:00"],
        "calendar.weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    }
    busy = {"step.intake.work": "exponential(mean=5)", "procedure.permit.volume": 9 * 24 * 365}
    window = {"horizon.to": "2019-06-30", "horizon.warm_up": "2 days"}
    file = sim.load(FIELD / "priority_group.toml").change({**always, **busy, **window})
    found = sim.run(file, replications=12, workers=1)
    for name, expected in (("priority_group", 3.75 / 0.85), ("ordinary", 3.75 / 0.85 / 0.25)):
        value = chosen(found.measured, [f"wait.mean@priority={name}"]).value[:, 0]
        assert abs(value.mean() - expected) < 3.5 * value.std(ddof=1) / np.sqrt(len(value)), name


def test_three_days_in_an_office_of_seven_hours_end_on_thursday() -> None:
    model = compile_scenario(sim.load(FIELD / "day_of_seven_hours.toml").scenario)
    received = (datetime(2019, 1, 7, 9, 20) - datetime.combine(model.first_day, time())) / timedelta(
        minutes=1
    )
    stream = model.streams[0]
    due = rules.due_when_started(model.plan.deadlines, received, stream.unit, stream.amount, stream.cut_off)
    assert model.moment(due) == datetime(2019, 1, 10, 16, 30)


def test_the_saturday_worked_for_a_monday_off_is_open_and_counts() -> None:
    model = compile_scenario(sim.load(FIELD / "swapped_day_2024.toml").scenario)
    monday, saturday = ((date(2024, *day) - model.first_day).days for day in ((4, 29), (5, 4)))
    for calendar in (model.plan.office, model.plan.deadlines.hours):
        assert not working_days(calendar)[monday]
        assert working_days(calendar)[saturday]


def test_a_session_over_midnight_is_written_as_two(tmp_path: Path) -> None:
    case = FIELD / "night_session.toml"
    words = "session '22:00-06:00' ends before it starts; one over midnight is two: '00:00-06:00' and '22:00-24:00'"
    with pytest.raises(sim.ScenarioError, match=words):
        sim.load(case)
    (tmp_path / "night.toml").write_text(
        case.read_text().replace('["22:00-06:00"]', '["00:00-06:00", "22:00-24:00"]'), encoding="utf-8"
    )
    sim.run(tmp_path / "night.toml", replications=1)


def rare_field(replications: int) -> pd.DataFrame:
    """The waits of a field with some eight visits a replication."""
    result = sim.run(FIELD / "few_visits.toml", replications=replications, workers=1)
    rows = result.summary(group=["site", "field"]).set_index("measure")
    return rows[rows["field"] == "rare"]


def wait_in_few_visits(share: float) -> float:
    """M/M/1, minutes: 78,990 a year, 5 minutes each."""
    return theory.mmc_wait_quantile(78_990 / (365 * 24 * 60), 5, 1, share)


def test_a_quantile_of_few_visits_is_that_of_all_replications() -> None:
    """Theory says 40.6 and 54.5 minutes; the mean of 40 replications' quantiles says some 13 less of the latter."""
    found = rare_field(40)
    for measure, share in (("wait.p90", 0.9), ("wait.p95", 0.95)):
        assert found["low"][measure] < wait_in_few_visits(share) < found["high"][measure]
    assert wait_in_few_visits(0.95) == pytest.approx(54.5, abs=0.5)


@pytest.mark.slow
def test_a_quantile_of_few_visits_in_200_replications() -> None:
    found = rare_field(200)
    assert found["n"]["wait.p95"] == 1687
    assert found["mean"]["wait.p90"] == pytest.approx(wait_in_few_visits(0.9), rel=0.05)
    assert found["mean"]["wait.p95"] == pytest.approx(wait_in_few_visits(0.95), rel=0.05)


def test_what_has_been_with_an_agency_for_a_week_stays_as_long_as_such_do() -> None:
    """Sixty dossiers, 5.875 days spent: 8.23 working days to go on average. Days of 08:00-12:00 and 13:00-17:00."""
    fates = sim.run(FIELD / "open_for_a_week" / "s.toml", replications=20, workers=1).measured.fates
    days, minutes = np.divmod(np.abs(fates), 1440)
    hours = np.clip(minutes / 60 - 8, 0, 4) + np.clip(minutes / 60 - 13, 0, 4)
    dates = np.datetime64("2019-01-02") + days.astype(int)
    left = np.busday_count("2019-01-02", dates) + hours / 8
    assert left.mean() == pytest.approx(8.23, abs=3 * left.std() / left.size**0.5)


def test_an_export_with_seconds_and_a_number_of_its_own_is_read() -> None:
    result = sim.run(FIELD / "stamps_with_seconds" / "s.toml", replications=2, workers=1)
    own = result.dossiers[result.dossiers["id"] == "A-17"]
    assert own["received"].dt.round("s").astype(str).tolist() == ["2018-12-27 15:40:12"] * 2
    assert result.outlook["id"].tolist() == ["A-17"]
    assert result.outlook["received"].astype(str).tolist() == ["2018-12-27 15:40:12"]


@pytest.mark.parametrize("probability", [0.3, 1.0])
def test_what_was_late_stays_late_when_it_is_reopened(probability: float) -> None:
    """Five working days against one; what is reopened is answered on the same day, within its own day."""
    file = sim.load(FIELD / "reopened_after_result.toml").change({"loop.complaint.probability": probability})
    measures = sim.run(file, replications=1).measures
    whole = measures[measures["site"] == ""].set_index("measure")["value"]
    assert whole["on_time.rate"] == 0
    assert whole["late.rate"] == 1
    assert whole["reopened.on_time"] == 1
    assert whole["reopened.rate"] == pytest.approx(probability, abs=0.08)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_service_level_of_20_seconds(seed: int) -> None:
    """Erlang C, 14 people: 0.88835; the target of the file is 0.33 minutes, a little less."""
    found = sim.run(
        FIELD / "service_level_20_seconds.toml",
        replications=8,
        seed=seed,
        measures=["wait.within_20s"],
        workers=1,
    )
    rows = found.summary(group=[]).set_index("measure")
    right = 1 - theory.mmc_wait_exceeds(200 / 60, 3, 14, 20 / 60)
    assert right == pytest.approx(0.88835, abs=5e-6)
    error = (rows["high"] - rows["low"])["wait.within_20s"] / 2 / 2.36
    assert rows["mean"]["wait.within_20s"] == pytest.approx(right, abs=4 * error)
    assert 0.8 < rows["mean"]["wait.within_0.33"] < rows["mean"]["wait.within_20s"]


def test_appointments_that_are_sold_out_are_ever_further_away() -> None:
    """9,579 ask for 8,000 slots in a year: at its end 1,579 are ahead, 32 a day, give or take 98 / 32 = 3 days."""
    case = FIELD / "appointments_sold_out.toml"
    flag = sim.explain(case).flags()[0]
    assert flag.kind == "booked_out"
    assert flag.load == pytest.approx(9579 / 8000, abs=0.0005)
    found = sim.run(case, replications=4, workers=1)
    last = found.days[found.days["date"] == found.days["date"].max()]["lead"]
    assert last.mean() == pytest.approx(1579 / 32, abs=3.5 * 3 / 2)
    assert {flag["kind"] for flag in found.provenance["flags"]} == {"booked_out", "lead"}
    assert not found.is_stable
    assert found.stability.query("series == 'lead'")["grows"].all()
    asked, came = (
        found.summary([]).set_index("measure")["n"][name] for name in ("slot.days", "visits.count")
    )
    assert asked / 4 - came / 4 == pytest.approx(1579, abs=3.5 * 98 / 2)


def test_a_book_that_ends_turns_people_away_and_is_stable() -> None:
    """Of 9,579 who ask 8,000 and those of the last ten days get a slot; the others come to the counter, or never."""
    few = sim.load(FIELD / "appointments_sold_out.toml").change({"appointments.book_ahead_days": 10})
    assert [flag.kind for flag in sim.explain(few).flags()] == ["few_slots"]
    lost = few.change({"appointments.without_slot": "lost"})
    found = [sim.run(one, replications=4, workers=1) for one in (few, lost)]
    for one in found:
        rate = one.summary([]).set_index("measure")["mean"]["no_slot.rate"]
        assert rate == pytest.approx((9579 - 8000 - 10 * 32) / 9579, abs=3.5 * 98 / 9579 / 2)
        assert one.is_stable
        assert one.days["lead"].max() <= 10
    met = [one.summary([]).set_index("measure")["mean"]["demand.met"] for one in found]
    assert met[0] > 0.99
    assert met[1] == pytest.approx(8000 / (9579 - 10 * 32), abs=0.01)
    come, others = (one.summary([]).set_index("measure")["mean"]["visits.count"] for one in found)
    assert others <= 8000
    assert come == pytest.approx(9579 - 10 * 32, abs=3.5 * 98 / 2)
