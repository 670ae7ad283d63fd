"""What was reported of the real office beside what is simulated of the baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from sim.report.figures import reported as picture
from sim.report.paper.document import (
    Block,
    Bullets,
    Estimate,
    Number,
    Picture,
    Section,
    Table,
    capital,
    clean,
    with_unit,
)
from sim.report.paper.study import Study
from sim.results.thresholds import SHARE, usual


class Held(NamedTuple):
    """A figure reported: its measure in words, the value or what it is said to be above, and what is simulated."""

    words: str
    figure: float
    above: bool
    simulated: Estimate
    agrees: bool
    n: int
    origin: str


def held(study: Study) -> Iterator[Held]:
    """The reported figures of the baseline's file, in its order.

    A figure agrees if the interval holds it, or if it differs by less than what matters in practice; one that is said
    to be above a value, if the simulation is.
    """
    about = study.baseline.provenance
    for name, one in about["scenario"].get("reported", {}).items():
        measure, site = one["measure"], one.get("site") or ""
        above = one.get("above") is not None
        side = "above" if above else "value"
        figure = float(one[side])
        value = study.value(study.baseline, measure, site)
        count = study.row(study.baseline, measure, site)["n"]
        origin = about["origins"].get(f"reported.{name}.{side}", {}).get("origin", "")
        yield Held(
            study.named(measure, site),
            figure,
            above,
            value,
            value.mean > figure if above else _agrees(figure, value, measure),
            0 if math.isnan(count) else int(count),
            clean(origin.removeprefix("reported:").strip()),
        )


def validation(study: Study) -> Section:
    """The table and the picture of what was reported, and the inputs that were fitted to it."""
    say, found = study.say, list(held(study))
    heads = tuple(say(f"{key}") for key in ("table.measure", *(f"report.{one}" for one in HEADS)))
    rows = tuple((capital(one.words), _told(one, study), _cell(one, study), one.origin) for one in found)
    blocks: list[Block] = [say("report.validation_scope" if rows else "report.validation_none")]
    if rows:
        note = say("report.validation_note")
        blocks.append(Table(say("sheet.validation"), say("report.validation"), heads, rows, note))
        blocks += _picture(study, found)
    fitted = tuple(
        say("report.fitted_to", path=path, origin=clean(about["origin"]))
        for path, about in study.baseline.provenance["origins"].items()
        if "calibrated" in about["origin"]
    )
    blocks += [say("report.fitted"), Bullets(fitted)] if fitted else []
    return Section("validation", say("report.validation"), tuple(blocks))


HEADS = ("reported", "simulated", "source")


def _agrees(figure: float, value: Estimate, measure: str) -> bool:
    matters = usual(measure)
    near = SHARE * abs(figure) if matters is None else matters
    return value.low <= figure <= value.high or abs(value.mean - figure) <= near


def _told(one: Held, study: Study) -> str:
    words = with_unit(Number(one.figure, one.simulated.unit), study.say)
    return study.say("report.above", bound=words) if one.above else words


def _cell(one: Held, study: Study) -> Estimate:
    return one.simulated._replace(verdict=study.say("report.agrees" if one.agrees else "report.disagrees"))


def _picture(study: Study, found: list[Held]) -> Iterator[Picture]:
    """Rates only: the axis is one of rates."""
    rates = [one for one in found if one.simulated.unit == "fraction" and one.n]
    if not rates:
        return
    table = pd.DataFrame(
        {
            "title": [one.words for one in rates],
            "reported": [one.figure for one in rates],
            "above": [one.above for one in rates],
            "rate": [one.simulated.mean for one in rates],
            "low": [one.simulated.low for one in rates],
            "high": [one.simulated.high for one in rates],
            "n": [one.n for one in rates],
        }
    )
    told = clean(picture.tell(table, study.say))
    yield Picture("reported", study.say(picture.title), told, picture.draw(table, study.say))
