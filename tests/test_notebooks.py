"""Notebooks run, and are shipped as they ran. ``python tests/test_notebooks.py [FILES]`` runs and saves them."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from shipped import NOTEBOOKS, SCENARIOS, STUDIES, TABLES

from sim.study.tasks import SEMANTICS

FOLDER = Path(__file__).parents[1] / "notebooks"
OUTSIDE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users|usr|opt|var)/|[A-Z]:\\\\|Traceback")
REFORM = FOLDER / "04_justify_a_reform.ipynb"
WIDGET = "application/vnd.jupyter.widget-view+json"

each_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def read(file: Path) -> NotebookNode:
    return nbformat.read(file, as_version=4)


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@cache
def given() -> str:
    """What all outputs follow from beside the code: what the scenarios say, and how numbers come about."""
    files = sorted([*SCENARIOS, *STUDIES, *TABLES])
    texts = [file.read_text(encoding="utf-8") for file in files]
    values = [
        json.dumps(tomllib.loads(text), default=str) if file.suffix == ".toml" else text
        for file, text in zip(files, texts, strict=True)
    ]
    return "\0".join([str(SEMANTICS), *values])


def prose(notebook: NotebookNode) -> list[str]:
    """What the cells wrote: numbers in words, the same on every machine."""
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    return [output.data["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {})]


def digest(notebook: NotebookNode) -> str:
    """Of what outputs follow from and what they say: texts and comments may be polished without running again."""
    parts = [given(), *(cell.source for cell in code(notebook)), *prose(notebook)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def executed(file: Path, *more: str) -> NotebookNode:
    """A notebook as it runs, with more cells at its end.

    Knobs leave nothing behind: they are drawn by a running page alone, and have other numbers each time.
    """
    notebook = read(file)
    notebook.cells += [new_code_cell(source) for source in more]
    resources = {"metadata": {"path": FOLDER}}
    NotebookClient(
        notebook, timeout=600, record_timing=False, store_widget_state=False, resources=resources
    ).execute()
    for cell in code(notebook):
        cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    return notebook


@each_notebook
def test_shipped_as_it_ran(file: Path) -> None:
    """Every cell ran, once and in order, with the code and scenarios there are now, and says nothing of the place."""
    notebook = read(file)
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    assert notebook.metadata["executed"] == digest(notebook)
    kinds = {output.output_type for cell in code(notebook) for output in cell.outputs}
    assert kinds == {"execute_result"}, "no errors, and nothing printed, warnings included"
    texts = [str(output.data) for cell in code(notebook) for output in cell.outputs]
    assert not [text for text in texts if OUTSIDE.search(text)]


@each_notebook
def test_prose_has_no_numbers_of_its_own(file: Path) -> None:
    """Results are told by code; a digit after a decimal point in a text cell would be one that cannot follow."""
    texts = [cell.source for cell in read(file).cells if cell.cell_type == "markdown"]
    assert not [text for text in texts if re.search(r"\d[.,]\d", text)]


@pytest.mark.slow
@pytest.mark.parametrize("file", [file for file in NOTEBOOKS if file != REFORM], ids=lambda file: file.stem)
def test_runs_and_says_what_it_said(file: Path) -> None:
    assert prose(executed(file)) == prose(read(file))


@pytest.mark.slow
def test_knobs_run_the_office_again() -> None:
    """A turn gives what the function gives."""
    turns = [
        "knobs.children[0].value = 3\nknobs.children[1].value = 0.4",
        "same = knobs.result.data == turned(officers=3, online=0.4).data != turned(officers=2, online=0.05).data",
        "Markdown(f'{same}')",
    ]
    assert prose(executed(FOLDER / "01_what_if.ipynb", *turns))[-1] == "True"


@pytest.mark.slow
def test_the_reform_is_justified_by_its_numbers() -> None:
    """It says what it said; at ten thousand times the price the same hours do not justify it."""
    last = code(read(REFORM))[-1].source
    *said, dearer = prose(executed(REFORM, f"INVESTMENT *= 1e4\n{last}"))
    assert said == prose(read(REFORM))
    assert said[-1].startswith("The package is **justified**:")
    assert dearer.startswith("The package is **not justified**:")
    assert "* **does not hold**: it pays within" in dearer


if __name__ == "__main__":
    for each in map(Path, sys.argv[1:] or NOTEBOOKS):
        made = executed(each)
        made.metadata["executed"] = digest(made)
        nbformat.write(made, each)
