"""One office cut out of another's file: what `without` takes away, and that the rest stays what it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shipped import BASELINE, ROOT

import sim
from sim.scenario import ScenarioFile, load

TINY = ROOT / "tests" / "scenarios" / "valid" / "tiny.toml"
CENTRE = """
extends = "scenarios/tien_yen_2019/baseline.toml"
title = "The centre alone"
without = ["site.commune", "team.commune-*", "procedure.c-*", "loop.supplement-commune", "reported.on-time-communes"]
"""
COMMUNE = """
extends = "scenarios/tien_yen_2019/baseline.toml"
title = "Hà Lâu alone"
without = [
    "site.centre", "procedure.d-*", "target.*", "reported.on-time-centre",
    "team.land-*", "team.justice-*", "team.social-desk", "team.economy-desk", "team.specialist",
    "team.head", "team.leader", "team.clerk",
]
site.commune.places = [["Hà Lâu", 1]]
demand.scale = 0.04
"""
WEEK = {"horizon.from": "2019-03-04", "horizon.to": "2019-03-08", "horizon.warm_up": "1 weeks"}
MEASURES = ("wait.mean", "wait.p90", "utilisation", "dossiers.received", "dossiers.finished")


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has Tiên Yên, and a folder for own offices."""
    folder = tmp_path_factory.mktemp("project") / "scenarios"
    for name in ("tien_yen_2019", "tien_yen_2019/catalogue", "my_office"):
        (folder / name).mkdir(parents=True)
    for name in ("baseline.toml", "catalogue/district.csv", "catalogue/commune.csv"):
        (folder / "tien_yen_2019" / name).write_bytes((BASELINE.parent / name).read_bytes())
    return folder


def own(offices: Path, text: str) -> ScenarioFile:
    (offices / "my_office" / "x.toml").write_text(text, encoding="utf-8")
    return load(offices / "my_office" / "x.toml")


def values(file: ScenarioFile, **group: str) -> dict[str, float]:
    table = sim.run(file.change(WEEK), replications=1, workers=1).summary()
    for part in ("site", "place", "field", "team"):
        table = table[table[part] == group.get(part, "")]
    return {name: float(table.loc[table["measure"] == name, "mean"].iloc[0]) for name in MEASURES}


def test_the_centre_and_a_commune_can_be_cut_out_of_tien_yen(offices: Path) -> None:
    """They load and explain; each has its own teams, procedures and work, and no word of the other's."""
    centre, commune = own(offices, CENTRE), own(offices, COMMUNE)
    assert list(centre.scenario.site) == ["centre"]
    assert len(centre.scenario.procedure) == 303
    assert list(commune.scenario.team) == ["commune-desk", "commune-leader", "commune-clerk"]
    assert len(commune.scenario.procedure) == 99
    assert not any(
        "commune" in place for place in centre.scenario.origin if place.startswith(("site", "team"))
    )
    teams = {team.team: team.load for team in sim.explain(BASELINE).teams()}
    assert {team.team: team.load for team in sim.explain(centre).teams()}.items() <= teams.items()
    assert [place.place for place in sim.explain(commune).model.places] == ["Hà Lâu"]


@pytest.mark.parametrize(
    ("page", "examples"),
    [("README.md", 1), ("scenarios/my_office/README.md", 1), ("docs/scenario_format.md", 2)],
)
def test_examples_that_build_on_tien_yen_load(offices: Path, page: str, examples: int) -> None:
    blocks = re.findall(r"```(?:toml)?\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    own_files = [text for text in blocks if 'extends = "scenarios/' in text]
    assert len(own_files) == examples
    assert all(own(offices, text).parent for text in own_files)


@pytest.mark.parametrize(
    ("text", "group"),
    [(CENTRE, {"site": "centre"}), (COMMUNE, {"site": "commune", "place": "Hà Lâu"})],
    ids=["centre", "commune"],
)
def test_what_is_cut_out_does_as_in_the_whole(offices: Path, text: str, group: dict[str, str]) -> None:
    """Its citizens, and so its waits, are those that it has in the whole network, where nobody works for both."""
    alone, whole = values(own(offices, text), **group), values(load(BASELINE), **group)
    assert alone == whole


def test_a_value_that_is_taken_away_has_its_default(tmp_path: Path) -> None:
    tiny = TINY.read_text(encoding="utf-8")
    (tmp_path / "parent.toml").write_text(f"{tiny}\n[citizens]\ntravel_minutes = 30\n", encoding="utf-8")
    (tmp_path / "x.toml").write_text('extends = "parent.toml"\nwithout = ["citizens"]\n', encoding="utf-8")
    file = load(tmp_path / "x.toml")
    assert file.scenario.citizens.travel_minutes == 0
    assert file.hash == load(TINY).hash


def test_what_is_taken_away_can_be_set_anew(tmp_path: Path) -> None:
    """Nothing of the old table stays, not even where its values were from."""
    tiny = TINY.read_text(encoding="utf-8")
    origin = '[origin]\n"team.counter.absence" = "assumed"\nteam = "register"\n'
    (tmp_path / "parent.toml").write_text(
        tiny.replace("staff = 1", "staff = 1\nabsence = 0.1") + origin, "utf-8"
    )
    text = 'extends = "parent.toml"\nwithout = ["team.*", "team.counter"]\n[team.counter]\n'
    text += 'site = "centre"\nstaff = 4\nserves = [["*:land"]]\n'
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    file = load(tmp_path / "x.toml")
    assert (file.scenario.team["counter"].staff, file.scenario.team["counter"].absence) == (4, 0)
    assert file.scenario.origin == {"team": "register"}
    assert file.sources["team.counter.staff"] == "x.toml"
    assert file.origins["team.counter.staff"] == ""


def test_what_is_taken_away_is_told_as_one(offices: Path) -> None:
    told = {path: (before, after) for path, before, after in own(offices, CENTRE).differences()}
    assert len(told) == 1 + 3 + 99 + 1
    assert told["site.commune"][1] is told["team.commune-desk"][1] is None
    assert told["team.commune-desk"][0]["staff"] == 2
