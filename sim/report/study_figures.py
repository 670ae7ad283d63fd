"""The figures of a study: what a sweep and a tornado found, as the tables that :mod:`sim.report.figures` draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.report import figures
from sim.report.language import Language
from sim.report.naming import where_in_words
from sim.report.paper.values import told
from sim.results.named import measure_of
from sim.study.answers import Answers
from sim.study.sweep import Sweep


def points(found: Sweep, measure: str, say: Language, at_most: float = math.nan) -> pd.DataFrame:
    """A measure at every cell of a sweep of one or two values, for `figures.sweep`; a target may be drawn.

    ValueError for a sweep of more values.
    """
    if len(found.keys) > 2:
        raise ValueError(f"a picture shows two values at most, not {', '.join(found.keys)}")
    sites = {name: site.title for name, site in found.base.scenario.site.items()}
    return grid(
        found.of([measure]),
        found.keys,
        {"at_most": at_most},
        where_in_words(measure, sites, say),
        len(found.baseline.value),
    )


def grid(
    rows: pd.DataFrame, keys: Sequence[str], bound: Mapping[str, float], where: str, replications: int
) -> pd.DataFrame:
    """The same of the rows of a sweep's table on one measure; the bound is `at_most` or `at_least`, or none."""
    rows = rows[(rows["cell"] >= 0) & (rows["problem"] == "")]
    down = keys[1] if len(keys) > 1 else ""
    return pd.DataFrame(
        {
            "x": rows[keys[0]],
            "x_title": keys[0],
            "y": rows[down] if down else math.nan,
            "y_title": down,
            "measure": rows["measure"],
            "where": where,
            "unit": rows["unit"],
            "value": rows["mean"],
            "low": rows["low"],
            "high": rows["high"],
            "at_most": bound.get("at_most", math.nan),
            "at_least": bound.get("at_least", math.nan),
            "replications": replications,
        }
    )


def bound_of(scenario: Mapping[str, Any], measure: str) -> dict[str, float]:
    """The strictest target of a scenario's tables on a measure, named as `wait.p90@site=centre`."""
    name, _, group = measure.partition("@")
    site = group.removeprefix("site=")
    own = [
        target
        for target in scenario.get("target", {}).values()
        if target["measure"] == name and target.get("site") in (None, site or None)
    ]
    for side, strictest in (("at_most", min), ("at_least", max)):
        if bounds := [float(target[side]) for target in own if target.get(side) is not None]:
            return {side: strictest(bounds)}
    return {}


def swings(found: pd.DataFrame, measure: str, say: Language, where: str, replications: int) -> pd.DataFrame:
    """The table of a tornado, for `figures.tornado`; an end that is not possible is left out with its value."""
    rows, name = found[found["problem"] == ""], measure.partition("@")[0]
    return pd.DataFrame(
        {
            "title": rows["key"],
            "low_title": [told(x, say) for x in rows["from"]],
            "high_title": [told(x, say) for x in rows["to"]],
            "at_low": rows["at_from"],
            "at_high": rows["at_to"],
            "base": rows["base"],
            "measure": name,
            "where": where,
            "unit": measure_of(name).unit,
            "replications": replications,
        }
    )


def save(answers: Answers, folder: Path, say: Language) -> None:
    """A picture of each measure of a sweep over a grid of one or two values, and of each tornado."""
    asked, base = answers.study.study, answers.study.scenarios[0]
    sites = {name: site.title for name, site in base.scenario.site.items()}
    for name, one in answers.sweeps.items():
        if len(one.keys) < 3 and asked.sweep[name].points is None:
            for measure in one.measures:
                bound, where = bound_of(base.resolved, measure), where_in_words(measure, sites, say)
                cells = grid(one.of([measure]), one.keys, bound, where, answers.replications)
                picture = figures.sweep.draw(figures.sweep.data(cells), say)
                figures.save(
                    picture, folder / f"sweep_{name}_{measure.replace('@', '_').replace('=', '-')}.png"
                )
    for name, table in answers.sensitivities.items():
        part = asked.sensitivity[name]
        if part.method == "tornado":
            ends = swings(
                table, part.measure, say, where_in_words(part.measure, sites, say), answers.replications
            )
            picture = figures.tornado.draw(figures.tornado.data(ends), say)
            figures.save(picture, folder / f"tornado_{name}.png")
