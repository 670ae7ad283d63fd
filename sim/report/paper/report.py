"""From a results folder to the files of its report."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sim.report.language import Language
from sim.report.paper.asked import Asked, asked, document_of
from sim.report.paper.chapters import document
from sim.report.paper.document import Document
from sim.report.paper.study import Study
from sim.report.paper.translation import in_language
from sim.report.paper.writing import formats_of, write, writer_of
from sim.results.saved import load_saved
from sim.scenario import ScenarioError
from sim.scenario.messages import suggest


def write_report(
    results: Path,
    say: Language,
    *,
    to: str = "html",
    investment: Mapping[str, float] | None = None,
    hour_value: float | None = None,
) -> list[Path]:
    """The files written into the results folder: report_LANGUAGE in each of the formats `to` names.

    `investment` is VND by scenario, `hour_value` VND for an hour of a citizen. Raises ScenarioError, in words to act
    on, for an unknown format or scenario, a folder that cannot be trusted, and one that cannot be written to; the
    report of before is then untouched.
    """
    formats = formats_of(to)
    for name in formats:
        writer_of(name)
    if (study := asked(results, say)) is not None:
        return write(_of_study(study, investment, hour_value), _writable(results), formats, say)
    return write(_of_results(results, say, investment or {}, hour_value), _writable(results), formats, say)


def _of_study(study: Asked, investment: Mapping[str, float] | None, hour_value: float | None) -> Document:
    if investment or hour_value is not None:
        raise ScenarioError(
            f"{study.folder}: is of a study; --investment and --hour-value are for what `sim compare --out` left"
        )
    return document_of(study)


def _of_results(
    results: Path, say: Language, investment: Mapping[str, float], hour_value: float | None
) -> Document:
    study = Study.of(in_language(load_saved(results), say.code), say)
    names = [one.name for one in study.options]
    for name, amount in investment.items():
        if name not in names:
            raise ScenarioError(f"--investment {name}: is no option of this study{suggest(name, names)}")
        if not 0 <= amount < math.inf:
            raise ScenarioError(f"--investment {name}={amount:g}: write VND, 0 or more")
    return document(replace(study, investment=investment, hour_value=hour_value))


def _writable(folder: Path) -> Path:
    if not os.access(folder, os.W_OK):
        raise ScenarioError(f"{folder}: is not writable; copy the folder to where you may write")
    return folder
