"""To a precision: replications are added until every measure named is as precise as asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from sim.analysis.sequential import Progress, Rule, Target, progress
from sim.plan.compile import compile_scenario
from sim.results.chosen import check_measure, chosen, rows_of
from sim.results.groups import Groupings
from sim.results.measured import key
from sim.results.precision import about_precision, running
from sim.results.result import Result
from sim.results.rows import KEPT_REPLICATIONS, Kept, kept
from sim.scenario import ScenarioError, ScenarioFile
from sim.study.campaign import Campaign
from sim.study.replicate import results

Precision = Mapping[str, float | str]
LEAST, MOST = Rule.least, Rule.most


def to_precision(
    campaign: Campaign,
    file: ScenarioFile,
    precision: Precision,
    rule: Rule,
    *,
    rows: Kept = KEPT_REPLICATIONS,
    keep_log: bool = False,
) -> Result:
    """The result of as many replications as the rule asks for; its provenance tells what was asked and reached."""
    check_names(file, precision)
    kept(rows, rule.least)  # an error comes before anything is simulated
    stopped = stop(campaign, file, precision, rule)
    result = results(campaign, [file], stopped.needed, rows=rows, keep_log=keep_log)[0]
    about = about_precision(list(precision), rule, met=stopped.precise)
    return replace(result, provenance=result.provenance | {"precision": about})


def stop(campaign: Campaign, file: ScenarioFile, names: Iterable[str], rule: Rule) -> Progress:
    """Where a run to a precision ends; the campaign has the replications then."""
    needed = rule.least
    while True:
        step = progress(running(chosen(campaign.measured([file], needed)[0], names)), rule)
        if step.finished:
            return step
        needed = step.needed


def rule_of(precision: Precision, *, least: int = LEAST, most: int = MOST) -> Rule:
    """When to stop, from half-widths by the names of measures (:mod:`sim.results.chosen`).

    0.05 and "5%" are a share of the mean, "0.005 absolute" is in the measure's own unit. Fewer than 30 replications
    are never enough. Raises ScenarioError for what is no half-width, and for fewer replications allowed than needed.
    """
    least = max(least, LEAST)
    if most < least:
        raise ScenarioError(f"a precision needs at least {least} replications; only {most} are allowed")
    return Rule(tuple(_target(*asked) for asked in precision.items()), least=least, most=most)


def check_names(file: ScenarioFile, names: Iterable[str]) -> None:
    """Raise ScenarioError, before anything is simulated, for a name that is no measure of the scenario."""
    names = list(names)
    for name in names:
        check_measure(name)
    if any("@" in name for name in names):
        key_of(file, names)


def key_of(file: ScenarioFile, names: Iterable[str]) -> pd.DataFrame:
    """The key of the measures named, before anything is simulated; ScenarioError for a name of nothing."""
    model = compile_scenario(file.scenario)
    names = list(names)
    whole = key(model, Groupings.of_model(model), names)
    return whole.iloc[rows_of(whole, names)]


def _target(name: str, asked: float | str) -> Target:
    text = str(asked).strip()
    try:
        half_width = float(text.removesuffix("absolute").removesuffix("%").encode("ascii"))
    except ValueError:
        half_width = math.nan
    if not 0 < half_width < math.inf:
        raise ScenarioError(
            f"precision of {name}: '{text}' is no half-width; write 5% (of the mean), or '1 absolute' in its unit"
        )
    return Target(half_width / 100 if text.endswith("%") else half_width, not text.endswith("absolute"))
