"""What the alternatives change in the inputs, and what that changes in the outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sim.report.console import shown as value_shown
from sim.report.paper.document import Cell, Number, Section, Table, clean, shared, unit_of, with_unit
from sim.report.paper.study import Study
from sim.results.result import Result

AT_SITE = ("wait.mean", "wait.p90", "visits.per_dossier", "on_time.rate", "utilisation")


def inputs(study: Study) -> Section | None:
    """Only what differs from the baseline; none without alternatives."""
    if not study.alternatives:
        return None
    say = study.say
    rows = tuple(
        (study.title(one), path, before, after, origin)
        for one in study.alternatives
        for path, before, after, origin in changed(study, one)
    )
    heads = tuple(say(f"report.{key}") for key in ("scenario", "input", "baseline", "alternative", "origin"))
    table = Table(say("sheet.inputs"), say("report.inputs"), heads, rows, say("report.inputs_note"))
    return Section("inputs", say("report.inputs"), (table,))


def changed(study: Study, result: Result) -> Iterator[tuple[str, str, str, str]]:
    """Path, value of the baseline, own value and its origin; what a file does not set has its default."""
    rows = study.inputs[study.inputs["scenario"] == result.name]
    for path, before, after in zip(*(rows[name] for name in ("path", "baseline", "value")), strict=True):
        origin = result.provenance["origins"].get(path, {}).get("origin", "")
        yield path, *_told(study, before, after), clean(origin)


def effects(study: Study) -> Section:
    """Values and paired differences at each kind of site."""
    blocks = [table for site in study.sites for table in _at(study, site)]
    return Section("effects", study.say("report.effects"), (_note(study), *blocks))


def _note(study: Study) -> str:
    """How to read the intervals and verdicts."""
    say = study.say
    if not study.alternatives:
        return say("report.interval_note")
    told: dict[str, None] = {}
    for measure, unit, threshold in study.verdicts[["measure", "unit", "threshold"]].itertuples(index=False):
        words = with_unit(Number(threshold, unit, signed=True), say).lstrip("+")
        told[say("report.threshold", measure=say(f"measure.{measure}"), threshold=words)] = None
    return say("report.rate_note", thresholds="; ".join(told))


def _at(study: Study, site: str) -> Iterator[Table]:
    say, title = study.say, study.sites[site]
    measures = [name for name in AT_SITE if study.has(name)]
    values = tuple(
        _row(study, one, [study.value(one, name, site) for name in measures]) for one in study.results
    )
    heads = [
        f"{say(f'measure.{name}')} ({unit_of(study.value(study.baseline, name, site), say)})"
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
            f"{say(f'measure.{name}')} ({unit_of(study.difference(study.baseline, name, site), say)})"
            for name in measures
        ]
        told = say("report.differences_at", site=title)
        yield Table(say("sheet.differences", site=site), told, (say("table.scenario"), *heads), differences)


def _row(study: Study, result: Result, cells: list[Any]) -> tuple[Cell, ...]:
    return (study.title(result), *cells)


def _told(study: Study, before: str, after: str) -> tuple[str, ...]:
    """Two values from JSON; of two lists only where they differ."""
    values: list[Any] = [json.loads(text) if text else None for text in (before, after)]
    if all(isinstance(value, list) for value in values):
        values = [*_parted(*values)]
    told = (value_shown(value, study.say) for value in values)
    return tuple(
        clean(text) if was else study.say("report.default")
        for text, was in zip(told, (before, after), strict=True)
    )


def _parted(before: list[Any], after: list[Any]) -> list[str]:
    """Both without what they begin and end with in common, which three dots stand for."""
    begin = shared(before, after)
    rests = [value[begin:] for value in (before, after)]
    end = shared(*(rest[::-1] for rest in rests))
    kept = (rest[: len(rest) - end] for rest in rests)
    texts = (", ".join(json.dumps(item, ensure_ascii=False) for item in items) for items in kept)
    return [f"{'… ' if begin else ''}{text or '–'}{' …' if end else ''}" for text in texts]
