"""README's sample is what the demo prints: in shape every day, to the last digit in the slow tests."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from shipped import ROOT, SCENARIOS
from test_cli import sim as command

import sim
from sim.report.language import language
from sim.report.result_screen import comparison

README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = README.partition("## What comes out")[2].split("```")[1].strip()
NAMES = [file.stem for file in SCENARIOS]
VERDICTS = ("no practical difference", "not decided", "better", "worse")


def masked(line: str) -> str:
    """A line without what depends on the numbers and on the scenario."""
    line = re.sub(rf"^(?:{'|'.join(NAMES)})\b", "NAME", line.strip())
    line = re.sub(rf"(?:{'|'.join(VERDICTS)})$", "VERDICT", line)
    line = re.sub(r"[-+]?\d[\d.,]*|–(?= ×)", "#", line)
    return " ".join(line.replace("*", "").split())


def test_the_sample_has_the_shape_of_what_is_printed() -> None:
    weeks = {"horizon.from": "2019-03-01", "horizon.to": "2019-03-15"}
    files = [sim.load(file).change(weeks, name=file.stem) for file in SCENARIOS[:3]]
    screen = Console(file=io.StringIO(), width=200)
    screen.print(comparison(files, sim.compare(files, replications=2), 1, language("en")))
    assert isinstance(screen.file, io.StringIO)
    printed = {masked(line) for line in screen.file.getvalue().splitlines()}
    tables = [line for line in SAMPLE.splitlines() if line != "…" and not line.endswith(".")]
    assert len(tables) > 2 * len(NAMES)
    assert [line for line in tables if masked(line) not in printed] == []


@pytest.mark.slow
def test_the_sample_is_what_the_demo_prints(capsys: pytest.CaptureFixture[str]) -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndemo:")[2].partition("\n\n")[0]
    options = re.findall(r"--(?:replications|seed) \d+", recipe)
    assert len(options) == 2
    ran = command(capsys, "compare", *map(str, SCENARIOS), *" ".join(options).split(), "--lang", "en")
    assert ran.code == 0
    printed = " ".join(ran.out.split())
    parts = [" ".join(part.split()) for part in SAMPLE.split("…")]
    assert [part for part in parts if part not in printed] == []
