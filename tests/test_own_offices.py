"""Own scenarios, in a folder of their own: they reach the bases and nothing else, and disturb nothing that ships."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from shipped import ALTERNATIVES, BASELINE, ROOT, SCENARIOS

import sim

TINY = (ROOT / "tests" / "scenarios" / "valid" / "tiny.toml").read_text(encoding="utf-8")
CATALOGUE = "code,name,field,journey,deadline,volume\nseal,Đóng dấu,land,simple,same day,100\n"
BASE = TINY.replace("exponential(mean=10)", "empirical(file='times.csv', column='minutes')")
OPEN = "procedure,site,received,step,due\ncopy,centre,2019-03-01,intake,\n"
OWN = 'extends = "scenarios/base/office.toml"\ntitle = "Own"\n'


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    """A project with a base, its tables, and a folder for own files."""
    folder = tmp_path / "scenarios"
    for name in ("base", "my_office"):
        (folder / name).mkdir(parents=True)
    base = folder / "base"
    (base / "office.toml").write_text(f'{BASE}\n[catalogue]\ncentre = "table.csv"\n', encoding="utf-8")
    (base / "table.csv").write_text(CATALOGUE, encoding="utf-8")
    (base / "times.csv").write_text("minutes\n4\n6\n", encoding="utf-8")
    (tmp_path / "secret.toml").write_text(TINY, encoding="utf-8")
    return folder


def own(scenarios: Path, text: str) -> Path:
    (scenarios / "my_office" / "x.toml").write_text(text, encoding="utf-8")
    return scenarios / "my_office" / "x.toml"


def refusal(file: Path) -> str:
    with pytest.raises(sim.ScenarioError) as refused:
        sim.load(file)
    return str(refused.value)


def test_a_base_is_reached_with_all_that_it_names(scenarios: Path) -> None:
    file = sim.load(own(scenarios, OWN))
    base = sim.load(scenarios / "base" / "office.toml")
    assert file.differences() == []
    assert file.scenario.step["intake"].work is not None
    assert file.scenario.step["intake"].work.mean == 5
    assert file.sources["procedure.seal.volume"] == "scenarios/base/table.csv, line 2"
    assert file.sources["step.intake.work"] == "scenarios/base/office.toml"
    assert sim.explain(file).events == sim.explain(base).events


def test_own_files_of_the_same_name_are_not_the_bases(scenarios: Path) -> None:
    """A law means the file beside the scenario that has the law, whoever extends it."""
    (scenarios / "my_office" / "times.csv").write_text("minutes\n90\n", encoding="utf-8")
    inherited = sim.load(own(scenarios, OWN)).scenario.step["intake"].work
    text = f"{OWN}[step.intake]\nwork = \"empirical(column='minutes', file='times.csv')\"\n"
    set_here = sim.load(own(scenarios, text)).scenario.step["intake"].work
    assert inherited is not None
    assert set_here is not None
    assert (inherited.mean, set_here.mean) == (5, 90)


def test_a_parent_below_names_files_from_where_it_lies(scenarios: Path) -> None:
    (scenarios / "all.toml").write_text('extends = "base/office.toml"\ntitle = "All"\n', encoding="utf-8")
    work = sim.load(scenarios / "all.toml").scenario.step["intake"].work
    assert work is not None
    assert work.mean == 5


def test_a_base_may_have_beliefs_and_open_dossiers_in_files(scenarios: Path) -> None:
    base = scenarios / "base"
    (base / "open.csv").write_text(OPEN, encoding="utf-8")
    more = 'extends = "office.toml"\ntitle = "More"\n[horizon]\nopen_dossiers = "open.csv"\n[demand]\n'
    more += "scale = \"belief(empirical('times.csv', 'minutes'))\"\n"
    (base / "more.toml").write_text(more, encoding="utf-8")
    file = sim.load(own(scenarios, OWN.replace("office.toml", "more.toml")))
    assert file.scenario.horizon.open_dossiers is not None
    assert len(file.scenario.horizon.open_dossiers.rows) == 1
    assert file.scenario.demand.scale == file.beliefs["demand.scale"].ppf(0.5) == 4
    assert file.change({"demand.scale": 2}).scenario.demand.scale == 2


def test_a_base_may_extend_another(scenarios: Path) -> None:
    (scenarios / "second").mkdir()
    (scenarios / "second" / "two.toml").write_text(OWN, encoding="utf-8")
    file = sim.load(own(scenarios, OWN.replace("base/office.toml", "second/two.toml")))
    assert file.parent
    assert file.parent.parent
    assert file.sources["horizon.from"] == "scenarios/base/office.toml"


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (
            "../base/office.toml",
            "leaves the scenario folder; name a file beside this one or below, or one",
        ),
        ("scenarios/../../secret.toml", "leaves the scenario folder"),
        ("scenarios/link.toml", "leaves the scenario folder"),
        ("scenarios/out/secret.toml", "leaves the scenario folder"),
        ("scenarios/base/ofice.toml", "no such file 'ofice.toml'; did you mean 'office.toml'?"),
        ("scenarios/", "is a folder, not a file"),
        ("scenarios", "no such file 'scenarios'"),
    ],
)
def test_nothing_but_the_bases_is_reached(scenarios: Path, named: str, words: str) -> None:
    (scenarios / "link.toml").symlink_to(scenarios.parent / "secret.toml")
    (scenarios / "out").symlink_to(scenarios.parent)
    text = refusal(own(scenarios, f'extends = "{named}"\n'))
    assert text.startswith("x.toml: extends: ") or "is a folder" in text
    assert words in text


def test_a_base_does_not_reach_the_folder_of_whoever_extends_it(scenarios: Path) -> None:
    (scenarios / "base" / "office.toml").write_text(
        f'{BASE}\n[catalogue]\ncentre = "own.csv"\n', encoding="utf-8"
    )
    (scenarios / "my_office" / "own.csv").write_text(CATALOGUE, encoding="utf-8")
    assert "scenarios/base/office.toml: catalogue.centre: no such file 'own.csv'" in refusal(
        own(scenarios, OWN)
    )


def test_without_a_folder_of_bases_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(OWN, encoding="utf-8")
    assert "this file lies in no folder called 'scenarios'" in refusal(tmp_path / "x.toml")


def test_circles_through_several_folders_are_told(scenarios: Path) -> None:
    (scenarios / "base" / "office.toml").write_text(
        'extends = "scenarios/my_office/x.toml"\n', encoding="utf-8"
    )
    assert "in a circle: x.toml → scenarios/base/office.toml → x.toml" in refusal(own(scenarios, OWN))


# --- what ships is left alone ---


def with_own_files(folder: Path) -> Path:
    """The project with a planner's files in their folder and beside the baseline, one of them broken."""
    for name in ("Makefile", "README.md", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("docs", "notebooks", "scenarios", "sim", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "my_office"))
    for place in ("my_office", "tien_yen_2019", "tien_yen_2019/studies", "tien_yen_2019/catalogue"):
        there = folder / "scenarios" / place
        there.mkdir(exist_ok=True)
        (there / "mine.toml").write_text(
            'extends = "scenarios/tien_yen_2019/baseline.toml"\ntitle = "Mine"\n'
        )
        (there / "broken.toml").write_text("[team.\n")
        (there / "mine.csv").write_text("a;b\n1,5\n")
    shutil.copy(ROOT / "notebooks" / "01_what_if.ipynb", folder / "notebooks" / "mine.ipynb")
    return folder


def test_the_demo_takes_what_ships(tmp_path: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make")
    folder = with_own_files(tmp_path)
    told = subprocess.run([make, "-n", "demo"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"\S+\.toml", told) == [file.relative_to(ROOT).as_posix() for file in SCENARIOS]
    sim.load(folder / "scenarios" / "my_office" / "mine.toml")
    assert "is not TOML" in refusal(folder / "scenarios" / "my_office" / "broken.toml")


def test_no_test_gathers_scenarios_by_wildcard() -> None:
    """Tests that look for all files of a folder would take in a planner's: they name what ships."""
    lines = [line for file in (ROOT / "tests").glob("*.py") for line in file.read_text("utf-8").splitlines()]
    wild = [
        line for line in lines if "glob(" in line and re.search("TIEN|SCENARIOS|STUD|NOTE|tien_yen", line)
    ]
    assert [line for line in wild if "re.search" not in line] == []


@pytest.mark.slow
def test_tests_take_what_ships(tmp_path: Path) -> None:
    """Origins, alternatives, README and notebooks are those of the files that ship."""
    folder = with_own_files(tmp_path)
    tests = [
        f"tests/test_{name}.py" for name in ("tien_yen", "readme", "study_file", "notebooks", "architecture")
    ]
    wanted = "origin or question or alternatives or shape or read or prose or policy"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "0",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        wanted,
        *tests,
    ]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)})
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


def test_what_ships_is_there() -> None:
    assert BASELINE in SCENARIOS
    assert len(ALTERNATIVES) == 8
    assert all(file.is_file() for file in SCENARIOS)
