"""The tables of a study's report, and the sentences that are made of their rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from sim.report.language import Language
from sim.report.naming import where_in_words
from sim.report.paper.document import Cell, Estimate, Number, Table, capital, clean, unit_of, with_unit
from sim.report.paper.values import told
from sim.results.chosen import name_of
from sim.results.measured import KEY
from sim.results.named import measure_of

FIGURES = {  # of sensitivities, with the unit of what has another than the measure
    "at_from": "",
    "base": "",
    "at_to": "",
    "mu": "signed",
    "mu_star": "",
    "mu_star_half": "",
    "sigma": "",
    "first": "ratio",
    "first_half": "ratio",
    "total": "ratio",
    "total_half": "ratio",
}


class Named(NamedTuple):
    """How sites and scenarios are called."""

    sites: Mapping[str, str]
    scenarios: Mapping[str, str]
    say: Language

    def where(self, measure: str) -> str:
        """The group of `wait.p90@site=centre` in words."""
        return where_in_words(measure, self.sites, self.say) or self.say("report.network")

    def named(self, measure: str) -> str:
        """`wait.p90@site=centre` in words."""
        name = measure.partition("@")[0]
        return f"{self.say.measure(name)} ({self.where(measure)})"


def day(text: str, say: Language) -> str:
    """An ISO date as the language writes it."""
    return say.day(date.fromisoformat(text))


def value_of(row: Any) -> Estimate:
    """The mean of a row, and its interval."""
    return Estimate(row["mean"], row["low"], row["high"], row["unit"])


def difference_of(row: Any) -> Estimate:
    """The paired difference of a row to the first scenario."""
    return Estimate(
        row["difference"], row["difference_low"], row["difference_high"], row["unit"], signed=True
    )


# --- sentences ---


def crossing(row: Any, named: Named) -> str:
    """Where a measure crosses its target, or that it does not."""
    say, unit = named.say, _unit(row["measure"])
    key = "study.never" if math.isnan(row["at"]) else "study.rises" if row["rises"] else "study.falls"
    name = named.named(row["measure"])
    return clean(
        say(
            key,
            vary=row["vary"],
            measure=capital(name),
            target=with_unit(Number(float(row["target"]), unit), say),
            at=say.number(row["at"], 3),
            low=say.number(row["low"], 3),
            high=say.number(row["high"], 3),
            first=say.number(row["from"], 3),
            last=say.number(row["to"], 3),
            start=with_unit(Number(float(row["start"]), unit), say),
            end=with_unit(Number(float(row["end"]), unit), say),
            replications=int(row["replications"]),
        )
    )


def clear(rows: pd.DataFrame, named: Named) -> Iterator[str]:
    """For each measure the scenarios whose difference to the first is more than chance, by their own interval."""
    say = named.say
    for _, own in rows.groupby(KEY, sort=False):
        others = own.iloc[1:]
        if others.empty:
            continue
        name = named.named(name_of(own.iloc[0]))
        found = [
            say(
                "report.of_scenario",
                scenario=named.scenarios[row["scenario"]],
                told=with_unit(difference, say),
            )
            for _, row in others.iterrows()
            if say.is_clear(
                (difference := difference_of(row))[0], difference.low, difference.high, row["unit"]
            )
        ]
        key = "report.asked_clear" if found else "report.asked_none"
        yield say(key, measure=capital(name), scenarios="; ".join(found))


# --- tables ---


def scenarios(rows: pd.DataFrame, named: Named) -> Table:
    """A row a scenario: each measure and its difference to the first."""
    say = named.say
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (named.scenarios[str(name)], *_cells(own)) for name, own in rows.groupby("scenario", sort=False)
    )
    heads = (say("table.scenario"), *_heads(rows, named))
    return Table(say("sheet.values", site="").strip(), say("report.asked_scenarios"), heads, cells)


def sweep(name: str, rows: pd.DataFrame, levers: Sequence[str], named: Named) -> Table:
    """A row a cell: the values, each measure, its difference to the scenario as it is."""
    say = named.say
    cells: list[tuple[Cell, ...]] = []
    for number, own in rows.groupby("cell", sort=False):
        first = own.iloc[0]
        values = [say("study.as_is") if number == -1 else told(_plain(first[lever]), say) for lever in levers]
        if first["problem"]:
            cells.append((*values, clean(first["problem"]), *("–" for _ in _heads(rows, named)[1:])))
        else:
            cells.append((*values, *_cells(own)))
    heads = (*levers, *_heads(rows, named))
    return Table(clean(name), say("report.asked_sweep", name=name), heads, tuple(cells))


def sensitivity(name: str, rows: pd.DataFrame, measure: str, named: Named) -> Table:
    """A row a value that was varied, the most important first; `measure` as in `wait.p90@site=centre`."""
    say, unit = named.say, _unit(measure)
    figures = [key for key in FIGURES if key in rows]
    heads = [say("study.key"), say("study.range"), *(capital(say(f"sensitivity.{key}")) for key in figures)]
    swings = "swing" in rows
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(row["key"]),
            " – ".join(told(_plain(row[end]), say) for end in ("from", "to")),
            *(_figure(row[key], key, unit) for key in figures),
            *([Estimate(row["swing"], row["swing_low"], row["swing_high"], unit, True)] if swings else []),
        )
        for _, row in rows.iterrows()
    )
    heads += [capital(say("sensitivity.swing"))] if swings else []
    title = f"{say('report.asked_sensitivity', name=name)}: {named.named(measure)}"
    return Table(clean(name), title, tuple(heads), cells)


def tried(rows: pd.DataFrame, answer: Any, named: Named) -> Table:
    """The places that were simulated in search of a crossing."""
    say, unit = named.say, _unit(answer["measure"])
    measure = capital(named.named(answer["measure"]))
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (say.number(row[answer["vary"]], 3), Estimate(row["mean"], row["low"], row["high"], unit))
        for _, row in rows.iterrows()
    )
    heads = (str(answer["vary"]), f"{measure} ({unit_of(Number(0, unit), say)})")
    title = say("report.asked_break_even", name=answer["name"])
    return Table(clean(answer["name"]), title, heads, cells)


def beliefs(rows: pd.DataFrame, named: Named) -> Table:
    """How much of the uncertainty of each measure comes from not knowing, and how much from chance."""
    say = named.say
    heads = (
        say("table.scenario"),
        say("table.measure"),
        say("table.unit"),
        *(capital(say(f"beliefs.{key}")) for key in ("mean", "inputs", "chance")),
    )
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            named.scenarios[row["scenario"]],
            capital(named.named(name_of(row))),
            unit_of(value_of(row), say),
            value_of(row),
            Estimate(row["inputs"], row["inputs_low"], row["inputs_high"], "fraction"),
            Number(row["chance"], "fraction"),
        )
        for _, row in rows.iterrows()
    )
    return Table(say("sheet.beliefs"), say("report.asked_beliefs"), heads, cells)


def _heads(rows: pd.DataFrame, named: Named) -> list[str]:
    """Of each measure the value and the difference, with their units."""
    heads = []
    for _, row in rows.drop_duplicates(KEY).iterrows():
        name = capital(named.named(name_of(row)))
        heads.append(f"{name} ({unit_of(value_of(row), named.say)})")
        heads.append(
            named.say("beliefs.difference", what=f"{name} ({unit_of(difference_of(row), named.say)})")
        )
    return heads


def _cells(rows: pd.DataFrame) -> Iterator[Estimate]:
    for _, row in rows.iterrows():
        yield value_of(row)
        yield difference_of(row)


def _figure(value: float, key: str, unit: str) -> Number:
    own = FIGURES[key]
    return Number(value, "ratio") if own == "ratio" else Number(value, unit, own == "signed")


def _unit(measure: str) -> str:
    return measure_of(measure.partition("@")[0]).unit


def _plain(value: Any) -> Any:
    """Without the types of numpy, and without digits that nobody asked for."""
    value = value.item() if hasattr(value, "item") else value
    return round(value, 4) if isinstance(value, float) else value
