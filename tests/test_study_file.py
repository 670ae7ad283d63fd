"""Study files: read strictly, run, printed, saved, repeated; and the commands for one question alone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from shipped import STUDIES, TIEN_YEN
from test_cli import sim as command

import sim
from sim.plan.compile import compile_scenario
from sim.plan.model import Model
from sim.report.language import language
from sim.report.study_screen import break_even as told_break_even
from sim.scenario import shape
from sim.scenario.domain import Scenario
from sim.study.studyfile import Study, load_study
from sim.study_commands import values

VALID = Path(__file__).parent / "scenarios" / "valid"
TINY = str(VALID / "tiny.toml")

WHOLE = """
title = "How many at the counter?"
question = "Will one do?"
scenarios = ["tiny.toml", "child.toml"]
measures = ["wait.mean@site=centre", "on_time.rate"]
replications = 3
seed = 4
beliefs = 3

[change]
"demand.scale" = "belief(uniform(0.8, 1.1))"

[sweep.staff]
vary = { "team.counter.staff" = [1, 2, -1], "demand.day_cv" = [0.0, 0.3] }

[sweep.space]
vary = { "demand.scale" = [0.5, 1.0] }
points = 2
measures = ["visits.count"]

[sensitivity.matters]
vary = { "demand.scale" = [0.8, 1.2], "times step.intake.work" = [0.8, 1.2] }
measure = "wait.mean"

[sensitivity.screen]
vary = { "demand.scale" = [0.8, 1.2], "times step.intake.work" = [0.8, 1.2] }
measure = "wait.mean"
method = "morris"
size = 2

[break-even.demand]
vary = "demand.scale"
between = [0.2, 1.2]
measure = "utilisation"
at = 0.2
with = { "team.counter.staff" = 2 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("tiny.toml", "child.toml"):
        (tmp_path / name).write_text((VALID / name).read_text("utf-8"), "utf-8")
    (tmp_path / "study.toml").write_text(WHOLE, "utf-8")
    return tmp_path


def test_a_study_is_answered_printed_and_saved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out"
    ran = command(
        capsys, "study", str(folder / "study.toml"), "--lang", "en", "--workers", "1", "--out", str(out)
    )
    assert ran.code == 0, ran.err
    for expected in (
        "How many at the counter?",
        "Question: Will one do?",
        "3 replications each, seed 4",
        "4: not possible: tiny (changed): team.counter.staff: -1 is negative",
        "times step.intake.work",
        "staff busy: above 20.0 % from demand.scale = 0.",
        "Not knowing and chance (3 draws of the beliefs)",
        "from not knowing",
    ):
        assert expected in ran.out
    left = {path.name for path in out.iterdir()}
    names = [
        "scenarios",
        "sweep_staff",
        "sweep_space",
        "sensitivity_matters",
        "break-even",
        "break-even_demand",
    ]
    assert {f"{name}.csv" for name in [*names, "beliefs", "belief_draws"]} <= left
    assert {"study.toml", "provenance.json", "tornado_matters.png", "sweep_staff_on_time.rate.png"} <= left
    assert (out / "study.toml").read_text("utf-8") == WHOLE
    about = json.loads((out / "provenance.json").read_text("utf-8"))
    assert about["study"]["seed"] == 4
    assert about["scenarios"]["tiny"]["scenario"]["demand"]["scale"] == "belief(uniform(0.8, 1.1))"


def test_a_study_repeated_gives_the_same_and_agrees_with_its_parts(folder: Path) -> None:
    short = re.sub(r"(?s)\[sensitivity.matters\].*?(?=\[break)", "", WHOLE)
    (folder / "study.toml").write_text(short, "utf-8")
    first, again = (sim.run_study(folder / "study.toml", workers=workers) for workers in (1, 2))
    assert first.tables().keys() == again.tables().keys()
    for name, table in first.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name])
    assert first.to_json() == again.to_json()
    files = first.study.scenarios
    compared = sim.compare(files, replications=3, seed=4).table(["site"]).query("measure == 'wait.mean'")
    own = first.scenarios.query("measure == 'wait.mean'")
    assert own["difference"].tolist()[1] == compared["difference"].tolist()[1]
    assert own["scenario"].tolist() == ["tiny", "child"]


def test_a_study_compiles_each_scenario_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        'title = "x"\nscenarios = ["tiny.toml", "child.toml"]\nmeasures = ["wait.mean"]\nreplications = 2\n'
    )
    (folder / "small.toml").write_text(text, "utf-8")
    asked, compiled = load_study(folder / "small.toml"), []

    def watched(scenario: Scenario) -> Model:
        compiled.append(scenario.title)
        return compile_scenario(scenario)

    monkeypatch.setattr("sim.study.tasks._settings", {})
    for module in ("tasks", "explanation"):
        monkeypatch.setattr(f"sim.study.{module}.compile_scenario", watched)
    sim.run_study(asked, workers=1)
    assert compiled == [one.scenario.title for one in asked.scenarios]


def test_a_study_in_vietnamese_and_for_machines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'title = "x"\nscenarios = ["tiny.toml"]\nmeasures = ["wait.mean"]\nreplications = 2\n'
    (folder / "small.toml").write_text(text, "utf-8")
    assert (
        "thời gian chờ trung bình" in command(capsys, "study", str(folder / "small.toml"), "--lang", "vi").out
    )
    told = json.loads(command(capsys, "study", str(folder / "small.toml"), "--json").out)
    assert told["scenarios"][0]["measure"] == "wait.mean"
    assert set(told) == {"provenance", "scenarios"}


def test_a_scenario_that_cannot_keep_up_is_called_unstable(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = WHOLE[: WHOLE.index("[change]")] + '[change]\n"demand.scale" = 9\n'
    (folder / "study.toml").write_text(asked, "utf-8")
    arguments = ("study", str(folder / "study.toml"), "--lang", "en", "--workers", "1")
    told = " ".join(command(capsys, *arguments).out.split())
    assert "tiny: UNSTABLE: One-stop centre: the busiest team is offered" in told
    machine = json.loads(command(capsys, *arguments, "--json").out)
    assert machine["provenance"]["scenarios"]["tiny"]["flags"][0]["kind"] == "overloaded"


def test_to_a_precision(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'title = "x"\nscenarios = ["tiny.toml"]\nmeasures = ["wait.mean"]\n'
    (folder / "met.toml").write_text(
        text + 'replications = 400\nprecision = { utilisation = "5%" }\n', "utf-8"
    )
    (folder / "not.toml").write_text(
        text + "replications = 30\nprecision = { utilisation = 0.001 }\n", "utf-8"
    )
    met = sim.run_study(folder / "met.toml")
    assert met.precise
    assert 30 <= met.replications < 400
    ran = command(capsys, "study", str(folder / "not.toml"), "--lang", "en")
    assert ran.code == 1
    assert "THE PRECISION ASKED IS NOT REACHED" in ran.out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "How many at the counter?"', "", "study.toml: 'title' is missing"),
        ("replications = 3", "replication = 3", "'replication' is not known; did you mean 'replications'?"),
        ("replications = 3", "replications = 1", "replications: 1 is too small; write at least 2"),
        ('"tiny.toml", "child.toml"', '"tiny.toml", "chold.toml"', "no such file 'chold.toml'; did you mean 'child"),
        ('"tiny.toml", "child.toml"', '"tiny.toml", "tiny.toml"', "scenarios: two have the same name: tiny, tiny"),
        ('"tiny.toml", "child.toml"', '"/tiny.toml"', "scenarios: '/tiny.toml' is an absolute path"),
        ('"on_time.rate"]', '"on_tme.rate"]', "measures: 'on_tme.rate' is no measure; did you mean 'on_time.rate'?"),
        ("@site=centre", "@site=center", "there is no site 'center'; did you mean 'centre'?"),
        ('"team.counter.staff" = [1, 2, -1]', '"team.counter.stuff" = [1]', "sweep.staff.vary: tiny: team"),
        ("points = 2", "point = 2", "sweep.space: 'point' is not known; did you mean 'points'?"),
        ('method = "morris"', 'method = "moris"', "screen.method: 'moris' is not allowed; write 'tornado'"),
        ("between = [0.2, 1.2]", "between = [1.2, 0.2]", "break-even.demand.between: demand.scale: [1.2, 0.2]"),
        ("between = [0.2, 1.2]", "between = [1.2]", "break-even.demand.between: has 1 entries; write at least 2"),
        ('with = {', 'wiht = {', "break-even.demand: 'wiht' is not known; did you mean 'with'?"),
        ("belief(uniform(0.8, 1.1))", "belief(uniform(0.8))", "is not a law"),
        ("seed = 4", "seed = ", "is not TOML"),
        ("replications = 3", 'replications = 30\nprecision = { "wait.mean" = "much" }', "'much' is no half-width"),
        ("seed = 4", 'precision = { "wait.mean" = 0.1 }', "at least 30 replications; only 3 are allowed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_anything_is_run(
    folder: Path, old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in WHOLE
    (folder / "study.toml").write_text(WHOLE.replace(old, new), "utf-8")
    with pytest.raises(sim.ScenarioError, match=re.escape(words)):
        load_study(folder / "study.toml")
    assert command(capsys, "study", str(folder / "study.toml")).code == 2


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_studies_that_ship_can_be_read(file: Path) -> None:
    assert load_study(file).study.title


@pytest.mark.slow
@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_studies_that_ship_are_answered(file: Path) -> None:
    answers = sim.run_study(file)
    assert all(one.at == one.at for one in answers.break_evens.values())


# --- commands for one question ---


def test_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (
        "sweep",
        TINY,
        "--vary",
        "team.counter.staff=[1, 2]",
        "--measure",
        "wait.mean",
        "--replications",
        "2",
    )
    ran = command(capsys, *asked, "--lang", "en", "--out", str(tmp_path))
    assert ran.code == 0
    assert "as it is" in ran.out
    assert (tmp_path / "sweep.parquet").exists()
    told = json.loads(command(capsys, *asked, "--json").out)
    assert [row["cell"] for row in told] == [-1, 0, 1]


def test_break_even(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (
        "break-even",
        TINY,
        "--vary",
        "demand.scale",
        "--between",
        "0.2",
        "1.2",
        "--measure",
        "utilisation",
    )
    ran = command(
        capsys, *asked, "--at", "0.3", "--replications", "3", "--lang", "vi", "--out", str(tmp_path)
    )
    assert ran.code == 0
    assert "nhân viên" in ran.out or "demand.scale = 0," in ran.out
    assert {"break-even.csv", "break-even_tried.csv"} <= {path.name for path in tmp_path.iterdir()}
    never = command(
        capsys, *asked, "--at", "5", "--replications", "2", "--lang", "en", "--with", "demand.day_cv=0.1"
    )
    assert never.code == 1
    words = " ".join(never.out.split())
    assert re.search(
        r"does not cross 500\.0 % .* it is \d+\.\d % at the first and \d+\.\d % at the last", words
    )
    told = json.loads(command(capsys, *asked, "--at", "0.3", "--replications", "3", "--json").out)
    assert told["low"] < told["at"] < told["high"]


def test_a_measure_that_falls_is_told_the_other_way() -> None:
    found = sim.break_even(
        sim.load(TINY), vary="demand.scale", between=(0.2, 1.2),
        measure="utilisation", at=0.3, replications=3,
    )  # fmt: skip
    assert "below" in str(told_break_even(found._replace(rises=False), language("en")))


def test_beliefs_on_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny.toml").write_text(Path(TINY).read_text("utf-8"), "utf-8")
    file = tmp_path / "unsure.toml"
    text = 'extends = "tiny.toml"\ntitle = "Unsure"\n[demand]\nscale = "belief(uniform(0.5, 1.1))"\n'
    file.write_text(text, "utf-8")
    asked = ("run", str(file), "--replications", "2", "--lang", "en")
    ran = command(capsys, *asked, "--beliefs", "3")
    assert "Not knowing and chance (3 draws of the beliefs)" in ran.out
    assert "the intervals show chance only" in command(capsys, *asked, "--beliefs", "0").out
    assert "beliefs" not in command(capsys, "run", TINY, "--replications", "2", "--lang", "en").out
    both = command(capsys, "compare", TINY, *asked[1:], "--beliefs", "3")
    assert "unsure: mean wait, difference" in both.out


def test_values_on_the_command_line() -> None:
    assert values(["a.b=[1, 2]", "c = 0.5", "d=text", 'e="3"']) == {
        "a.b": [1, 2],
        "c": 0.5,
        "d": "text",
        "e": "3",
    }
    with pytest.raises(sim.ScenarioError, match="is not KEY=VALUE"):
        values(["a.b"])


# --- docs/studies.md ---

PAGE = (Path(__file__).parents[1] / "docs" / "studies.md").read_text("utf-8")


def test_every_key_is_described_with_its_default() -> None:
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for path, text in re.findall(r"^### `\[(.*?)\]`$(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE):
        rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
        found[tuple(filter(None, path.split(".")))] = {row[0].strip(" `"): row[-1].strip() for row in rows}
    parts = {path: shape.part_at(path, Study) for path in found}
    assert len(parts) == 4
    for path, part in parts.items():
        assert part is not None
        assert list(found[path]) == shape.keys(part)
        for field, told in zip(part.model_fields.values(), found[path].values(), strict=True):
            default = None if field.is_required() else field.default
            written = "required" if field.is_required() else f"`{json.dumps(default)}`" if default else "–"
            assert told == written


def test_the_example_of_the_page_is_a_study(tmp_path: Path) -> None:
    text = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
    for name in ("baseline.toml", "online_40.toml"):
        text = text.replace(f'"{name}"', f'"{Path(os.path.relpath(TIEN_YEN / name, tmp_path)).as_posix()}"')
    (tmp_path / "study.toml").write_text(text, "utf-8")
    assert len(load_study(tmp_path / "study.toml").scenarios) == 2
