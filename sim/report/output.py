"""What a run leaves in its output folder: tables and figures.

Matplotlib takes long to import, so only what draws imports it.
"""

from __future__ import annotations

import os
from pathlib import Path

from sim.report.language import Language
from sim.report.official_tables import official_tables
from sim.report.outlook_table import outlook_table
from sim.results.comparison import Comparison
from sim.results.result import Result
from sim.results.saving import save_csv
from sim.scenario import ScenarioError


def check_writable(folder: Path | None) -> None:
    """Raise ScenarioError, before anything is simulated, if the folder cannot be made or written to."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ScenarioError(f"--out {folder}: cannot be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise ScenarioError(f"--out {folder}: is not writable; choose another folder")


def save_text(text: str, file: Path) -> None:
    """Write a text whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)


def save_run(result: Result, folder: Path, say: Language) -> None:
    """Tables of a result, official ones with their headings, and the figures that show it."""
    result.save(folder)
    for name, table in official_tables(result, say).items():
        save_csv(table, folder, name)
    _save_outlook(result, folder, say)
    _save_figures("result", result, folder, say)


def save_comparison(comparison: Comparison, folder: Path, say: Language) -> None:
    """The comparison, each scenario's tables in a folder of its name, and figures of differences and baseline."""
    comparison.save(folder)
    for result in comparison.results:
        result.save(folder / result.name, long_as_csv=False)
        _save_outlook(result, folder / result.name, say)
    _save_figures("comparison", comparison, folder, say)
    _save_figures("result", comparison.results[0], folder, say)


def _save_outlook(result: Result, folder: Path, say: Language) -> None:
    """The whole list of open dossiers, as people read it, if there were any."""
    if len(result.outlook):
        save_csv(outlook_table(result, say), folder, "open_dossiers")


def _save_figures(source: str, subject: Result | Comparison, folder: Path, say: Language) -> None:
    """The figures that are made of such a subject."""
    from sim.report.figures import PICTURES, save

    for name, picture in PICTURES.items():
        if picture.source == source:
            save(picture(subject, say), folder / f"{name}.png")
