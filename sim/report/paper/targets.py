"""The targets of scenarios, and whether they are met."""

from __future__ import annotations

from typing import NamedTuple

from sim.report.paper.document import Cell, Estimate, Number, Section, Table, capital, with_unit
from sim.report.paper.study import Study
from sim.results.result import Result


class Judged(NamedTuple):
    """A target: the measure in words, what it asks for, the value held against it."""

    words: str
    bound: str
    value: Estimate
    met: bool

    @property
    def told(self) -> str:
        """The measure and its bound."""
        return f"{self.words}: {self.bound}"


def judged(study: Study, result: Result) -> list[Judged]:
    """One a target of the scenario, in the order of its file; an unknown value meets none."""
    say, about = study.say, result.provenance
    found = []
    for target in about["scenario"].get("target", {}).values():
        site, measure = target.get("site") or "", target["measure"]
        side = "at_most" if target.get("at_most") is not None else "at_least"
        value = study.value(result, measure, site)
        met = value.mean <= target[side] if side == "at_most" else value.mean >= target[side]
        bound = say(f"table.{side}", bound=with_unit(Number(target[side], value.unit), say))
        found.append(Judged(study.named(measure, site), bound, value, bool(met)))
    return found


def targets(study: Study) -> Section | None:
    """A row a scenario, a column a target, each with its verdict; none without targets."""
    say = study.say
    every = {one.name: {target.told: target for target in judged(study, one)} for one in study.results}
    asked = list(dict.fromkeys(told for own in every.values() for told in own))
    if not asked:
        return None
    rows = tuple(
        (study.title(one), *(_cell(every[one.name].get(told), study) for told in asked))
        for one in study.results
    )
    table = Table(
        say("sheet.targets"),
        say("report.targets"),
        (say("table.scenario"), *map(capital, asked)),
        rows,
        study.of_demand("on_time.rate").strip(),
    )
    return Section("targets", say("report.targets"), (table,))


def _cell(target: Judged | None, study: Study) -> Cell:
    """The value and the verdict; a dash where the scenario does not have the target."""
    if target is None:
        return "–"
    return target.value._replace(verdict=study.say(f"table.target_{'met' if target.met else 'missed'}"))
