"""The targets of scenarios, whether they are met, and which of them were reported of the real office."""

from __future__ import annotations

from typing import NamedTuple

from sim.report.paper.document import Bullets, Estimate, Section, Table, clean, unit_of
from sim.report.paper.study import Study
from sim.results.result import Result

REPORTED = "reported"


class Judged(NamedTuple):
    """A target in words, what it asks for, the value held against it, and where the target comes from."""

    words: str
    bound: str
    value: Estimate
    met: bool
    origin: str


def judged(study: Study, result: Result) -> list[Judged]:
    """One a target of the scenario, in the order of its file; an unknown value meets none."""
    say, about = study.say, result.provenance
    found = []
    for name, target in about["scenario"].get("target", {}).items():
        site, measure = target.get("site") or "", target["measure"]
        side = "at_most" if target.get("at_most") is not None else "at_least"
        value = study.value(result, measure, site)
        met = value.mean <= target[side] if side == "at_most" else value.mean >= target[side]
        where = study.sites.get(site, say("report.network"))
        bound = say(f"table.{side}", bound=say.amount(target[side], value.unit))
        origin = about["origins"].get(f"target.{name}.{side}", {}).get("origin", "")
        found.append(Judged(f"{say(f'measure.{measure}')} ({where})", bound, value, bool(met), clean(origin)))
    return found


def targets(study: Study) -> Section | None:
    """A table of every scenario's targets; none without targets."""
    say = study.say
    rows = tuple(
        (
            study.title(one),
            target.words,
            unit_of(target.value, say),
            target.bound,
            target.value,
            say("table.target_met" if target.met else "table.target_missed"),
        )
        for one in study.results
        for target in judged(study, one)
    )
    heads = tuple(say(f"table.{key}") for key in ("scenario", "measure", "unit", "target", "value"))
    table = Table(say("sheet.targets"), say("report.targets"), (*heads, say("report.met")), rows)
    return Section("targets", say("report.targets"), (table,)) if rows else None


def validation(study: Study) -> Section:
    """What was reported of the real office beside what is simulated of the baseline."""
    say = study.say
    rows = tuple(
        (one.words, unit_of(one.value, say), one.bound, one.value, one.origin)
        for one in judged(study, study.baseline)
        if one.origin.startswith(REPORTED)
    )
    fitted = [
        say("report.fitted_to", path=path, origin=clean(about["origin"]))
        for path, about in study.baseline.provenance["origins"].items()
        if "calibrated" in about["origin"]
    ]
    blocks = [say("report.validation_scope" if rows else "report.validation_none")]
    heads = (
        *(say(f"table.{key}") for key in ("measure", "unit")),
        *(say(f"report.{key}") for key in ("reported", "simulated", "source")),
    )
    tables = (Table(say("sheet.validation"), say("report.validation"), heads, rows),) if rows else ()
    told = (say("report.fitted"), Bullets(tuple(fitted))) if fitted else ()
    return Section("validation", say("report.validation"), (*blocks, *tables, *told))
