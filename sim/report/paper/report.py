"""From a results folder to the files of its report."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sim.report.language import Language
from sim.report.paper.chapters import document
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
    study = Study.of(in_language(load_saved(results), say.code), say)
    names = [one.name for one in study.alternatives]
    for name, amount in (investment or {}).items():
        if name not in names:
            raise ScenarioError(f"--investment {name}: is no alternative of this study{suggest(name, names)}")
        if not 0 <= amount < math.inf:
            raise ScenarioError(f"--investment {name}={amount:g}: write VND, 0 or more")
    if not os.access(results, os.W_OK):
        raise ScenarioError(f"{results}: is not writable; copy the folder to where you may write")
    study = replace(study, investment=investment or {}, hour_value=hour_value)
    return write(document(study), results, formats, say)
