"""What tables of a result have in common: titles and order of its kinds of site, and the targets that hold there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd

from sim.plan.compile import compile_scenario
from sim.plan.model import Model
from sim.results.result import Result
from sim.scenario import ScenarioError
from sim.scenario.files import restored


def titled(table: pd.DataFrame, result: Result) -> pd.DataFrame:
    """With a column `title` behind `site`; the sites in the order of the scenario file."""
    titles = result.titles("site")
    order = {site: place for place, site in enumerate(titles)}
    sites = table["site"].astype(str)
    found = table.assign(site=sites)
    found.insert(list(table).index("site") + 1, "title", sites.map(titles))
    return found.sort_values("site", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def model_of(result: Result) -> Model | None:
    """The model of a result, of a saved one made again; None if it read files, which results do not keep."""
    if hasattr(result, "model"):
        return result.model
    try:
        return compile_scenario(restored(result.name, result.provenance["scenario"]).scenario)
    except ScenarioError:
        return None


def short_titles(results: Sequence[Result]) -> dict[str, str]:
    """The titles of scenarios, the alternatives' without what the baseline's title says, too."""
    baseline = results[0].title
    return {one.name: _shortened(one.title, baseline) for one in results}


def _shortened(title: str, baseline: str) -> str:
    """Titles made by changes begin with the baseline's; others with words of it and a colon."""
    head, _, own = title.partition(": ")
    return own if own and baseline.startswith(head) else title.removeprefix(f"{baseline}; ")


def name_of(result: Result, noun: str, name: str) -> str:
    """The title of a team, step or field, or its name if it has none."""
    named = result.provenance["scenario"].get(noun, {}).get(name, {})
    return named.get("title") or name


def targets(result: Result, site: str, measures: Collection[str]) -> Iterator[dict[str, Any]]:
    """The targets on these measures that hold at a kind of site, as the scenario file has them."""
    for target in result.provenance["scenario"].get("target", {}).values():
        if target["measure"] in measures and target.get("site") in (None, site):
            yield target


def each(table: pd.DataFrame) -> Iterator[Any]:
    """The rows, with the columns as attributes of whatever type they have."""
    yield from table.itertuples(index=False)
