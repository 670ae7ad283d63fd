"""What the alternatives change in the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.report.paper.document import (
    Block,
    Bullets,
    Cell,
    Number,
    Section,
    Table,
    capital,
    unit_of,
    with_unit,
)
from sim.report.paper.study import Study
from sim.report.weeks_told import weeks_told
from sim.results.result import Result

AT_SITE = ("wait.mean", "wait.p90", "visits.per_dossier", "demand.met", "on_time.rate", "utilisation")


def effects(study: Study) -> Section:
    """Values and paired differences at each kind of site."""
    blocks = [table for site in study.sites for table in _at(study, site)]
    return Section("effects", study.say("report.effects"), (_note(study), *blocks, *_weeks(study)))


def _weeks(study: Study) -> list[Block]:
    """In which weeks the differences lie."""
    if study.comparison is None:
        return []
    say = study.say
    told = tuple(
        say("report.of_scenario", scenario=study.title(one), told=text)
        for one in study.alternatives
        for text in weeks_told(study.comparison, one.name, say)
    )
    return [say("report.weeks"), Bullets(told), say("weeks.note")] if told else []


def _note(study: Study) -> str:
    """How to read the intervals and verdicts."""
    say = study.say
    if not study.alternatives:
        return say("report.interval_note")
    told: dict[str, None] = {}
    for measure, unit, threshold in study.verdicts[["measure", "unit", "threshold"]].itertuples(index=False):
        words = with_unit(Number(threshold, unit, signed=True), say).lstrip("+")
        told[say("report.threshold", measure=say.measure(measure), threshold=words)] = None
    return say("report.rate_note", thresholds="; ".join(told))


def _at(study: Study, site: str) -> Iterator[Table]:
    say, title = study.say, study.sites[site]
    measures = study.measures_at_sites(AT_SITE)
    values = tuple(
        _row(study, one, [study.value(one, name, site) for name in measures]) for one in study.results
    )
    heads = [
        f"{capital(say.measure(name))} ({unit_of(study.value(study.baseline, name, site), say)})"
        for name in measures
    ]
    yield Table(
        say("sheet.values", site=site),
        say("report.values_at", site=title),
        (say("table.scenario"), *heads),
        values,
    )
    if study.alternatives:
        differences = tuple(
            _row(study, one, [study.difference(one, name, site) for name in measures])
            for one in study.alternatives
        )
        heads = [
            f"{capital(say.measure(name))} ({unit_of(study.difference(study.baseline, name, site), say)})"
            for name in measures
        ]
        told = say("report.differences_at", site=title)
        yield Table(say("sheet.differences", site=site), told, (say("table.scenario"), *heads), differences)


def _row(study: Study, result: Result, cells: list[Any]) -> tuple[Cell, ...]:
    return (study.title(result), *cells)
