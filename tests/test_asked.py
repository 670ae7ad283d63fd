"""The report of a study: what its tables say, in sentences, figures and tables, in either language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from test_cli import CHILD, TINY, sim

from sim.report.language import language
from sim.report.naming import where_in_words
from sim.report.paper.asked import asked, document_of
from sim.report.paper.document import Bullets, Picture, Table, shown
from sim.report.study_figures import bound_of
from sim.scenario import ScenarioError
from sim.study.answers import run_study

STUDY = """
title.vi = "Cần mấy người?"
title.en = "How many people?"
question = "Which, and from where on?"
scenarios = ["tiny.toml", "child.toml"]
measures = ["wait.mean@site=centre", "on_time.rate"]
replications = 3
beliefs = 2

[change]
"demand.scale" = "belief(triangular(0.9, 1, 1.2))"

[sweep.people]
vary = { "team.counter.staff" = [1, 2], "demand.scale" = [1, 1.5] }

[sensitivity.matters]
measure = "wait.mean@site=centre"
vary = { "demand.scale" = [0.9, 1.2] }

[break-even.volume]
vary = "demand.scale"
between = [0.5, 3]
measure = "wait.mean@site=centre"
at = 5
"""
EN, VI = language("en"), language("vi")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    where = tmp_path_factory.mktemp("study")
    for name, path in (("tiny", TINY), ("child", CHILD)):
        (where / f"{name}.toml").write_text(Path(path).read_text("utf-8"), "utf-8")
    (where / "study.toml").write_text(STUDY, "utf-8")
    run_study(where / "study.toml", workers=1).save(where / "out")
    return where / "out"


def told(folder: Path, say=EN):
    study = asked(folder, say)
    assert study is not None
    return document_of(study)


def of(document, kind):
    return [block for section in document.sections for block in section.blocks if isinstance(block, kind)]


def test_every_question_has_its_chapter(folder):
    document = told(folder)
    names = [section.name for section in document.sections]
    assert names[:3] == ["question", "answer", "scenarios"]
    assert names[3:] == ["sweep-people", "sensitivity-matters", "break-even-volume", "beliefs", "provenance"]
    assert [picture.name for picture in of(document, Picture)] == [
        "sweep-people-0",
        "sweep-people-1",
        "tornado-matters",
    ]


@pytest.mark.parametrize(("say", "title"), [(VI, "Cần mấy người?"), (EN, "How many people?")])
def test_it_speaks_either_language(folder, say, title):
    assert told(folder, say).title.endswith(title)


def test_the_answer_is_that_of_the_tables(folder):
    """Another number in the table of crossings is another sentence."""
    file = folder / "break-even.parquet"
    row, before = pd.read_parquet(file), file.read_bytes()
    sentence = of(told(folder), Bullets)[1].texts[0]
    assert f"from demand.scale = {EN.number(row['at'][0], 3)} on" in sentence
    row.assign(at=1.234).to_parquet(file)
    try:
        assert "from demand.scale = 1.234 on" in of(told(folder), Bullets)[1].texts[0]
        row.assign(at=float("nan")).to_parquet(file)
        assert "does not cross" in of(told(folder), Bullets)[1].texts[0]
    finally:
        file.write_bytes(before)


def test_every_number_of_the_answer_stands_in_a_table(folder):
    document = told(folder)
    cells = {shown(cell, EN) for table in of(document, Table) for row in table.rows for cell in row}
    texts = " ".join(of(document, Bullets)[1].texts)
    numbers = re.findall(r"[-+\u2212]?[\d.,]+ \[[^]]*\]", texts)
    assert set(numbers) <= cells


def test_a_sweep_has_a_row_a_cell_and_the_office_as_it_is(folder):
    (table,) = [one for one in of(told(folder), Table) if one.name == "people"]
    assert [row[:2] for row in table.rows] == [
        ("as it is", "as it is"),
        ("1", "1"),
        ("1", "1.5"),
        ("2", "1"),
        ("2", "1.5"),
    ]


def test_the_strictest_target_is_drawn():
    targets = {
        "a": {"measure": "wait.p90", "site": "centre", "at_most": 30},
        "b": {"measure": "wait.p90", "at_most": 15},
        "c": {"measure": "on_time.rate", "at_least": 0.9},
        "d": {"measure": "on_time.rate", "at_least": 0.95},
    }
    assert bound_of({"target": targets}, "wait.p90@site=centre") == {"at_most": 15.0}
    assert bound_of({"target": targets}, "on_time.rate") == {"at_least": 0.95}
    assert bound_of({"target": targets}, "wait.mean") == bound_of({}, "wait.p90") == {}
    assert (
        where_in_words("wait.p90@site=centre,field=land", {"centre": "The centre"}, EN) == "The centre, land"
    )
    booked = "wait.p90@site=centre,priority=booked"
    assert where_in_words(booked, {}, EN) == "centre, with an appointment"
    assert where_in_words(booked, {}, VI) == "centre, có lịch hẹn"


def test_the_command_writes_it(capsys, folder):
    ran = sim(capsys, "report", str(folder), "--lang", "vi", "--to", "html,docx,xlsx")
    assert ran.code == 0
    assert (folder / "report_vi.html").read_text("utf-8").count("<svg ") == 3
    assert 'id="forms"' not in (folder / "report_vi.html").read_text("utf-8")


def test_money_is_for_comparisons(capsys, folder):
    ran = sim(capsys, "report", str(folder), "--lang", "en", "--hour-value", "20000")
    assert ran.code == 2
    assert "is of a study; --investment and --hour-value are for what `sim compare --out` left" in ran.err


def test_another_version_and_a_missing_table_are_told(capsys, folder, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.glob("*.parquet"):
        (copy / file.name).write_bytes(file.read_bytes())
    record = json.loads((folder / "provenance.json").read_text("utf-8"))
    (copy / "provenance.json").write_text(json.dumps(record), "utf-8")
    (copy / "sweep_people.parquet").unlink()
    with pytest.raises(ScenarioError, match=r"sweep_people\.parquet: cannot be read; run again"):
        told(copy)
    for about in record["scenarios"].values():
        about["format"] = 0
    (copy / "provenance.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(ScenarioError, match=r"another version of the program \(its format is 0"):
        asked(copy, EN)
