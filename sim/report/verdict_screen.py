"""What a comparison decides and what a selection finds, in a sentence and in tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from sim.analysis.multiple import Verdict
from sim.report.console import table
from sim.report.language import Language
from sim.report.naming import measure_in_words, too_few
from sim.report.weeks_told import weeks_told
from sim.results.chosen import name_of
from sim.results.comparison import Comparison
from sim.results.measured import KEY
from sim.results.named import measure_of
from sim.results.neglect import demand_met
from sim.results.result import Result
from sim.study.best import Best

OF_WHAT_GOT_IN = ("on_time.rate", "early.rate", "late.rate")
WORDS = {
    Verdict.BETTER: "compare.better",
    Verdict.WORSE: "compare.worse",
    Verdict.SAME: "compare.same",
    Verdict.UNDECIDED: "compare.undecided",
}


def sentences(compared: Comparison, scenario: str, say: Language) -> str:
    """The verdict on a scenario against the baseline, in a sentence or two."""
    own = compared.verdicts.query("scenario == @scenario")
    titles = compared.results[0].titles("site")
    told = {
        verdict: "; ".join(
            f"{_named(row, titles, say)} ({_by_how_much(compared, row, say)})"
            for _, row in own[own["verdict"] == verdict].iterrows()
        )
        for verdict in WORDS
    }
    names = {"scenario": scenario, "baseline": compared.results[0].name}
    found = [told[verdict] for verdict in (Verdict.BETTER, Verdict.WORSE)]
    key = {(True, True): "mixed", (True, False): "better", (False, True): "worse"}.get(
        (bool(found[0]), bool(found[1])), "neither" if told[Verdict.UNDECIDED] else "same"
    )
    parts = [say(f"compare.is_{key}", better=found[0], worse=found[1], **names)]
    if told[Verdict.UNDECIDED]:
        parts.append(say("compare.open", undecided=told[Verdict.UNDECIDED]))
    return " ".join(parts)


def _by_how_much(compared: Comparison, row: pd.Series, say: Language) -> str:
    """The difference; of rates on time also the share of demand they are of, if some of it did not get in."""
    told = say.difference(row["difference"], row["unit"])
    result = next(one for one in compared.results if one.name == row["scenario"])
    if row["measure"] not in OF_WHAT_GOT_IN or not result.neglects:
        return told
    return say("compare.of_demand", told=told, share=say.percent(demand_met(result.measured)[row["site"]]))


def judged(compared: Comparison, say: Language) -> RenderableType:
    """A table a measure with what holds for all together, then the sentences."""
    titles, parts = compared.results[0].titles("site"), list[RenderableType]()
    for _, rows in compared.verdicts.groupby(list(KEY), sort=False):
        parts += [_decided(rows, titles, say), ""]
    for result in compared.results[1:]:
        parts.append(Text(sentences(compared, result.name, say)))
        parts += map(Text, weeks_told(compared, result.name, say))
    note = f"{say('compare.note')} {say('weeks.note')}"
    return Group(*parts, Text(note, style="dim"))


def _decided(rows: pd.DataFrame, titles: Mapping[str, str], say: Language) -> RenderableType:
    first = rows.iloc[0]
    zone = _zone(first["threshold"], first["measure"], say)
    heading = say("compare.heading", measure=_named(first, titles, say), zone=zone)
    made = table(
        say("table.scenario"),
        *(say(f"compare.column_{key}") for key in ("difference", "probability", "reduction", "verdict")),
    )
    made.columns[4].justify = "left"
    for _, row in rows.iterrows():
        figures = (
            _interval(row, say),
            say.percent(row["better"]),
            _times(row["variance_reduction"], say),
        )
        made.add_row(row["scenario"], *figures, _verdict(row["verdict"], say))
    return Group(Text(heading, style="bold"), made)  # a title would fold at the width of its table


def precision(result: Result, say: Language) -> list[RenderableType]:
    """What precision was reached, if one was asked for."""
    if not len(result.precision):
        return []
    made = table(*(say(f"precision.{key}") for key in ("measure", "reached", "asked")), "")
    titles = result.titles("site")
    for _, row in result.precision.iterrows():
        unit = row["unit"]
        made.add_row(
            _with_unit(_named(row, titles, say), unit, say),
            f"{say.amount(row['mean'], unit)} ± {_width(row['half_width'], unit, say)}",
            f"± {_width(row['allowed'], unit, say)}",
            Text(
                say("precision.met" if row["met"] else "precision.missed"),
                style="" if row["met"] else "bold red",
            ),
        )
    asked = result.provenance["precision"]
    short = "unsure" if result.precision["met"].all() else "ceiling"  # met at last, but not for long enough
    key = "precision.enough" if asked["reached"] else f"precision.{short}"
    told = say(key, replications=result.provenance["replications"], most=asked["most"])
    return ["", made, Text(told, style="" if asked["reached"] else "bold red")]


def best(found: Best, titles: Mapping[str, str], say: Language) -> RenderableType:
    """The scenario selected and with which guarantee, then a row a scenario."""
    names = found.goal.names
    made = table(
        say("table.scenario"),
        *(_with_unit(measure_in_words(name, titles, say), _unit(name), say) for name in names),
        say("best.replications"),
        "",
    )
    for scenario, rows in found.table.groupby("scenario", sort=False):
        cells = [_mean(row, say) for _, row in rows.iterrows()]
        row = rows.iloc[0]
        style = "bold" if row["status"] == "best" else ""
        made.add_row(
            str(scenario),
            *cells,
            str(row["replications"]),
            Text(say(f"selected.{row['status']}"), style=style),
        )
    told = [*_zones(found, titles, say), *_left_out(found, say)]
    return Group(made, "", Text(_guarantee(found, titles, say), style="bold"), *told)


def _named(row: pd.Series, titles: Mapping[str, str], say: Language) -> str:
    """A measure and its group in words."""
    return measure_in_words(name_of(row), titles, say)


def _with_unit(measure: str, unit: str, say: Language) -> str:
    return f"{measure} ({say(f'unit.{unit}')})"


def _guarantee(found: Best, titles: Mapping[str, str], say: Language) -> str:
    share = say.percent(1 - found.goal.error, 0)
    if not found.finished:
        return say("best.unfinished", candidates=", ".join(found.candidates))
    if found.best is None:
        return say("best.none", share=share)
    zone = _zone(found.goal.indifference, found.goal.measure, say)
    return say(
        "best.found",
        best=found.best,
        share=share,
        zone=zone,
        measure=measure_in_words(found.goal.measure, titles, say),
    )


def _zones(found: Best, titles: Mapping[str, str], say: Language) -> Sequence[Text]:
    return [
        Text(
            say(
                "best.limit",
                measure=measure_in_words(name, titles, say),
                bound=say(
                    "table.at_least" if limit.at_least else "table.at_most",
                    bound=say.amount(limit.limit, _unit(name)),
                ),
                zone=_zone(limit.tolerance, name, say),
            ),
            style="dim",
        )
        for name, limit in found.goal.limits.items()
    ]


def _left_out(found: Best, say: Language) -> list[Text]:
    names = ", ".join(found.left_out)
    return [Text(say("best.left_out", scenarios=names), style="dim")] if names else []


def _unit(name: str) -> str:
    return measure_of(name.partition("@")[0]).unit


def _zone(width: float, name: str, say: Language) -> str:
    unit = _unit(name)
    return f"{_width(width, unit, say)} {say('unit.points' if unit == 'fraction' else f'unit.{unit}')}"


def _width(width: float, unit: str, say: Language) -> str:
    """A half-width, with a digit more than its mean has; of fractions in percentage points."""
    return say.number(100 * width if unit == "fraction" else width, 2 if abs(width) < 100 else 0)


def _mean(row: pd.Series, say: Language) -> str:
    low, high = (say.amount(row[bound], row["unit"]) for bound in ("low", "high"))
    bounds = too_few(row["measure"], row["mean"], row["low"], say) or f"{low} – {high}"
    return f"{say.amount(row['mean'], row['unit'])} [{bounds}]"


def _interval(row: pd.Series, say: Language) -> str:
    low, high = (say.difference(row[bound], row["unit"]) for bound in ("low", "high"))
    bounds = too_few(row["measure"], row["difference"], row["low"], say) or f"{low}; {high}"
    return f"{say.difference(row['difference'], row['unit'])} [{bounds}]"


def _times(factor: float, say: Language) -> str:
    """By which factor pairing helps; without end where all pairs differ by the same."""
    if math.isinf(factor):
        return say("compare.exact")
    return say("compare.times", times=say.number(factor)) if math.isfinite(factor) else "–"


def _verdict(verdict: str, say: Language) -> Text:
    if not verdict:
        return Text("")
    style = {Verdict.BETTER: "green", Verdict.WORSE: "red"}.get(Verdict(verdict), "")
    return Text(say(WORDS[Verdict(verdict)]), style=style)
