"""The figures of a study: what a sweep and a tornado found, as the tables that :mod:`sim.report.figures` draws."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.report import figures
from sim.report.console import shown
from sim.report.language import Language
from sim.results.measures import MEASURES
from sim.study.answers import Answers
from sim.study.sweep import Sweep


def points(found: Sweep, measure: str, at_most: float = float("nan")) -> pd.DataFrame:
    """A measure at every cell of a sweep of one or two values, for `figures.sweep`; a target may be drawn.

    ValueError for a sweep of more values.
    """
    if len(found.keys) > 2:
        raise ValueError(f"a picture shows two values at most, not {', '.join(found.keys)}")
    rows = found.of([measure])
    rows = rows[(rows["cell"] >= 0) & (rows["problem"] == "")]
    down = found.keys[1] if len(found.keys) > 1 else ""
    return pd.DataFrame(
        {
            "x": rows[found.keys[0]],
            "x_title": found.keys[0],
            "y": rows[down] if down else float("nan"),
            "y_title": down,
            "measure": rows["measure"],
            "unit": rows["unit"],
            "value": rows["mean"],
            "low": rows["low"],
            "high": rows["high"],
            "at_most": at_most,
            "at_least": float("nan"),
        }
    )


def swings(found: pd.DataFrame, measure: str, say: Language) -> pd.DataFrame:
    """The table of a tornado, for `figures.tornado`; an end that is not possible is left out with its value."""
    rows, name = found[found["problem"] == ""], measure.partition("@")[0]
    return pd.DataFrame(
        {
            "title": rows["key"],
            "low_title": [shown(x, say) for x in rows["from"]],
            "high_title": [shown(x, say) for x in rows["to"]],
            "at_low": rows["at_from"],
            "at_high": rows["at_to"],
            "base": rows["base"],
            "measure": name,
            "unit": MEASURES[name].unit,
        }
    )


def save(answers: Answers, folder: Path, say: Language) -> None:
    """A picture of each measure of a sweep over a grid of one or two values, and of each tornado."""
    asked = answers.study.study
    for name, one in answers.sweeps.items():
        if len(one.keys) < 3 and asked.sweep[name].points is None:
            for measure in one.measures:
                picture = figures.sweep.draw(figures.sweep.data(points(one, measure)), say)
                figures.save(
                    picture, folder / f"sweep_{name}_{measure.replace('@', '_').replace('=', '-')}.png"
                )
    for name, table in answers.sensitivities.items():
        part = asked.sensitivity[name]
        if part.method == "tornado":
            picture = figures.tornado.draw(figures.tornado.data(swings(table, part.measure, say)), say)
            figures.save(picture, folder / f"tornado_{name}.png")
