"""The command `sim report`: what it leaves, and what it says of wrong input, with exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_cli import CHILD, TINY, sim


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    from sim.results.comparison import Comparison
    from sim.study import questions

    folder = tmp_path_factory.mktemp("results")
    found = questions.compare([TINY, CHILD], replications=2, workers=1)
    assert isinstance(found, Comparison)
    found.save(folder)
    for one in found.results:
        one.save(folder / one.name, long_as_csv=False)
    return folder


def test_one_command_writes_all_formats(capsys, results):
    ran = sim(
        capsys, "report", str(results), "--lang", "en", "--to", "html,docx,xlsx", "--investment", "child=1e6"
    )
    assert ran.code == 0
    assert "report_en.html" in ran.err
    assert {file.name for file in results.glob("report*")} == {
        f"report_en.{x}" for x in ("html", "docx", "xlsx")
    }
    text = (results / "report_en.html").read_text("utf-8")
    assert "--investment child=1000000" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lang", "fr"], "'fr' is not a language of this program; choose vi or en"),
        (["--to", "pdf"], "--to pdf: choose one or more of html,docx,xlsx"),
        (["--investment", "chld=1"], "is no option of this study; did you mean 'child'?"),
        (["--investment", "child=-1"], "write VND, 0 or more"),
        (["--investment", "child=much"], "write NAME=VND"),
    ],
)
def test_wrong_input_is_told_in_a_line(capsys, results, arguments, words):
    ran = sim(capsys, "report", str(results), "--lang", "en", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_folder_of_nothing(capsys, tmp_path):
    ran = sim(capsys, "report", str(tmp_path), "--lang", "en")
    assert ran.code == 2
    assert "is no complete results folder" in ran.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to(capsys, results):
    results.chmod(0o500)
    ran = sim(capsys, "report", str(results), "--lang", "en")
    results.chmod(0o700)
    assert ran.code == 2
    assert "is not writable" in ran.err
