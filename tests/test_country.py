"""A country: districts after a pattern, each the same whatever else is simulated."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.study.campaign import Campaign
from sim.study.country import Country, by_district

VALID = Path(__file__).parent / "scenarios" / "valid"
WEEK = {"horizon.from": "2019-03-04", "horizon.to": "2019-03-08", "horizon.warm_up": "0 days"}


@pytest.fixture(scope="module")
def pattern() -> sim.ScenarioFile:
    folder = Path(__file__).parents[1] / "scenarios" / "tien_yen_2019"
    return sim.load(folder / "baseline.toml").change(WEEK)


def test_districts_are_a_centre_and_communes_of_their_own_size(pattern: sim.ScenarioFile) -> None:
    country = Country(pattern, 4, seed=3)
    for number, file in enumerate(country):
        district, scenario = country.district(number), file.scenario
        shares = [share for _, share in scenario.site["commune"].places]
        assert scenario.demand.scale == pytest.approx(district.size)
        assert shares == pytest.approx(district.shares.tolist())
        assert 8 <= len(shares) <= 23
        assert scenario.team["justice-desk"].staff == int(np.ceil(district.size))
        assert scenario.team["commune-desk"].staff == int(np.ceil(2 * district.size * max(shares) / 0.19))
        assert file.scenario.title == f"district {number + 1}"
    assert len({file.hash for file in country}) == 4


def test_sizes_are_on_average_those_of_the_pattern(pattern: sim.ScenarioFile) -> None:
    districts = [Country(pattern, 400).district(number) for number in range(400)]
    assert np.mean([one.size for one in districts]) == pytest.approx(1, abs=4 * 0.5 / 20)
    places = [len(one.shares) for one in districts]
    assert np.mean(places) == pytest.approx(15, abs=4 * 15 / 12**0.5 / 20)
    assert (min(places), max(places)) == (8, 22)


def test_a_district_is_the_same_in_any_country(pattern: sim.ScenarioFile) -> None:
    few, many = Country(pattern, 2), Country(pattern, 700)
    assert few[1].hash == many[1].hash == many[:2][1].hash
    assert many[-1].hash == many[699].hash
    assert Country(pattern, 2, seed=2)[1].hash != few[1].hash
    with pytest.raises(IndexError):
        few[2]


def test_the_table_has_what_each_district_gives_alone(pattern: sim.ScenarioFile) -> None:
    country = Country(pattern, 3)
    table = by_district(country, Campaign(workers=2), 2)
    alone = Campaign(workers=1).measured([country[2]], 2)[0]
    row = alone.key.query("measure == 'dossiers.received' and site == ''").index[0]
    found = table.query("district == 3 and measure == 'dossiers.received'").iloc[0]
    assert (found["mean"], found["n"]) == (alone.value[:, row].mean(), alone.n[:, row].sum())
    assert table["district"].unique().tolist() == [1, 2, 3]
    received = table.query("measure == 'dossiers.received'")
    pd.testing.assert_series_equal(
        received["mean"].rank(), received["size"].rank(), check_names=False, check_exact=True
    )


def test_a_pattern_whose_staff_changes_is_refused() -> None:
    file = sim.load(VALID / "tiny.toml").change(
        {"team.counter.period": {"june": {"from": "2019-03-05", "to": "2019-03-06", "staff": 2}}}
    )
    with pytest.raises(sim.ScenarioError, match="stays all year"):
        Country(file, 2)
