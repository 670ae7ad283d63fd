"""A study file run: the answers to its questions as tidy tables, and what is needed to get the same ones again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from sim.results.chosen import chosen
from sim.results.estimates import against, estimates, summary
from sim.results.provenance import provenance
from sim.results.saving import json_text, records, save_json, save_table
from sim.scenario.translated import translations
from sim.study.breakeven import BreakEven, break_even
from sim.study.campaign import Campaign
from sim.study.cells import Options
from sim.study.explanation import Flag, left_behind
from sim.study.precise import rule_of, stop
from sim.study.replicate import explained
from sim.study.sensitivity import sensitivity
from sim.study.studyfile import StudyFile, load_study
from sim.study.sweep import Sweep, sweep
from sim.study.uncertain import Uncertain, uncertain


@dataclass(frozen=True)
class Answers:
    """What a study found; a question by its name in the file."""

    study: StudyFile
    replications: int
    precise: bool | None  # whether the precision asked was reached; None: none was
    scenarios: pd.DataFrame  # a row per scenario and measure, with paired differences to the first scenario
    sweeps: Mapping[str, Sweep]
    sensitivities: Mapping[str, pd.DataFrame]
    break_evens: Mapping[str, BreakEven]
    beliefs: Uncertain | None
    provenance: dict[str, Any] = field(repr=False)
    flags: Mapping[str, list[Flag]]  # of each scenario: why its averages mean little

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by the names of their files."""
        found = {"scenarios": self.scenarios}
        found |= {f"sweep_{name}": one.table() for name, one in self.sweeps.items()}
        found |= {f"sensitivity_{name}": one for name, one in self.sensitivities.items()}
        found |= {f"break-even_{name}": one.tried for name, one in self.break_evens.items()}
        if self.break_evens:
            rows = [one.row.assign(name=name) for name, one in self.break_evens.items()]
            found["break-even"] = pd.concat(rows, ignore_index=True)
        if self.beliefs is not None:
            found |= {"beliefs": self.beliefs.table(), "belief_draws": self.beliefs.drawn}
        return found

    def to_json(self) -> str:
        """Provenance and all tables, for machines; what is unknown is null."""
        tables = {name: records(table) for name, table in self.tables().items()}
        return json_text({"provenance": self.provenance, **tables})

    def save(self, folder: str | Path) -> None:
        """Write the tables as CSV and Parquet, a copy of the study, and provenance.json last."""
        out = Path(folder)
        (out / "provenance.json").unlink(missing_ok=True)
        for name, table in self.tables().items():
            save_table(table, out, name)
        (out / "study.toml").write_text(self.study.text, "utf-8")
        save_json(self.provenance, out, "provenance")


def run_study(path: str | Path | StudyFile, **options: Unpack[Options]) -> Answers:
    """Run a study file; the seed is the file's. Raises `ScenarioError` for what is wrong with it, before any run."""
    file = path if isinstance(path, StudyFile) else load_study(path)
    asked = file.study
    options["seed"] = asked.seed
    with Campaign(**options, measures=asked.named) as campaign:
        flags = {one.file.name: one.flags() for one in explained(file.scenarios, campaign.measures)}
        replications, precise = _replications(campaign, file)
        common: dict[str, Any] = {"replications": replications, "campaign": campaign}
        base = file.scenarios[0]
        table = _compared(campaign, file, replications)
        for one, seen in zip(file.scenarios, campaign.measured(file.scenarios, replications), strict=True):
            flags[one.name] += left_behind(one, seen)
        sweeps = {
            name: sweep(base, one.vary, measures=one.measures or asked.measures, points=one.points, **common)
            for name, one in asked.sweep.items()
        }
        sensitivities = {
            name: sensitivity(base, one.vary, measure=one.measure, method=one.method, size=one.size, **common)
            for name, one in asked.sensitivity.items()
        }
        break_evens = {
            name: break_even(
                base,
                vary=one.vary,
                between=(one.between[0], one.between[1]),
                measure=one.measure,
                at=one.at,
                with_=one.changes,
                **common,
            )
            for name, one in asked.break_even.items()
        }
        engine = campaign.engine
    believed = None
    if any(one.beliefs for one in file.scenarios):
        believed = uncertain(*file.scenarios, measures=asked.measures, draws=asked.beliefs, **options)
    about = {
        one.name: provenance(one, seed=asked.seed, replications=replications, engine=engine, started="")
        | {"flags": [flag._asdict() for flag in flags[one.name]]}
        for one in file.scenarios
    }
    return Answers(
        file,
        replications,
        precise,
        table,
        sweeps,
        sensitivities,
        break_evens,
        believed,
        {"study": file.tables, "translations": translations(file.tables), "scenarios": about},
        flags,
    )


def _replications(campaign: Campaign, file: StudyFile) -> tuple[int, bool | None]:
    """As many as the precision takes in every scenario, up to those the file allows; all it asks for without one."""
    if not file.study.precision:
        return file.study.replications, None
    rule = rule_of(file.study.precision, most=file.study.replications)
    found = [stop(campaign, one, file.study.precision, rule) for one in file.scenarios]
    return max(one.needed for one in found), all(one.precise for one in found)


def _compared(campaign: Campaign, file: StudyFile, replications: int) -> pd.DataFrame:
    first, *others = campaign.measured(file.scenarios, replications)
    baseline = estimates(chosen(first, file.study.measures))
    parts = [summary(baseline), *(against(baseline, estimates(one.like(baseline.key))) for one in others)]
    named = [part.assign(scenario=one.name) for one, part in zip(file.scenarios, parts, strict=True)]
    table = pd.concat(named, ignore_index=True)
    return table[["scenario", *(name for name in table.columns if name != "scenario")]]
