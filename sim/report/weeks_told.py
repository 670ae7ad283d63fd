"""In which weeks a difference lies, in sentences."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from sim.report.language import Language
from sim.report.naming import measure_in_words
from sim.results.comparison import Comparison
from sim.results.weeks import WEEK

MOST_SPANS = 4  # told, those of the greatest difference


def weeks_told(compared: Comparison, scenario: str, say: Language) -> list[str]:
    """A sentence for each measure and kind of site of which a scenario differs in some weeks."""
    titles = compared.results[0].titles("site")
    own = compared.weeks.query("scenario == @scenario")
    return [
        _sentence(weeks, measure_in_words(f"{measure}@site={site}", titles, say), compared, say)
        for (measure, site), weeks in own.groupby(["measure", "site"], sort=False)
        if weeks["named"].any()
    ]


def _sentence(weeks: pd.DataFrame, measure: str, compared: Comparison, say: Language) -> str:
    spans = _spans(weeks)
    named = f"{measure[:1].upper()}{measure[1:]}"
    if len(spans) == 1 and weeks["named"].all():
        return say("weeks.all", measure=named, by=_by(spans[0], say))
    told = sorted(spans, key=lambda span: -span["difference"].abs().sum())[:MOST_SPANS]
    others = sum(map(len, spans)) - sum(map(len, told))
    parts = [_span(span, compared, say) for span in sorted(told, key=lambda span: span["week"].iloc[0])]
    more = say("weeks.more", count=others) if others else ""
    return say("weeks.some", measure=named, spans="; ".join(parts), more=more)


def _spans(weeks: pd.DataFrame) -> list[pd.DataFrame]:
    """The weeks named, those that follow one another with differences of one direction together."""
    named = weeks[weeks["named"]]
    follows = (named["week"].diff() == pd.Timedelta(days=WEEK)) & (
        np.sign(named["difference"]) == np.sign(named["difference"].shift())
    )
    return [span for _, span in named.groupby((~follows).cumsum())]


def _span(span: pd.DataFrame, compared: Comparison, say: Language) -> str:
    """Its first and last day, as far as they are measured, and the difference."""
    start, end = compared.results[0].period
    first, last = (span["week"].iloc[at].date() for at in (0, -1))
    days = max(first, start), min(last + timedelta(days=WEEK - 1), end)
    return say("weeks.span", first=say.day(days[0]), last=say.day(days[1]), by=_by(span, say))


def _by(span: pd.DataFrame, say: Language) -> str:
    """The difference, or from which to which it goes."""
    unit = span["unit"].iloc[0]
    ends = (say.difference(span["difference"].agg(end), unit) for end in ("min", "max"))
    told = (
        say("weeks.range", **dict(zip(("low", "high"), ends, strict=True))) if len(span) > 1 else next(ends)
    )
    return f"{told} {say('unit.points' if unit == 'fraction' else f'unit.{unit}')}"
