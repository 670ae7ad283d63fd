"""What `sim study`, `sim sweep` and `sim break-even` print, and what comes from not knowing the inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.report.console import shown, table
from sim.report.explain_screen import warnings
from sim.report.language import Language
from sim.report.naming import measure_in_words, too_few
from sim.results.chosen import name_of
from sim.results.measured import KEY
from sim.results.named import measure_of
from sim.results.result import Result
from sim.scenario import ScenarioFile
from sim.study.answers import Answers
from sim.study.best import Best
from sim.study.breakeven import BreakEven
from sim.study.explanation import Flag
from sim.study.sweep import Sweep

OF_SENSITIVITY = (
    *("at_from", "base", "at_to", "swing", "swing_low", "swing_high"),
    *("mu", "mu_star", "mu_star_half", "sigma"),
    *("first", "first_half", "total", "total_half"),
)
BELIEVED = ("wait.mean", "wait.p90", "on_time.rate", "utilisation")  # shown of a result


def study(answers: Answers, say: Language) -> RenderableType:
    """The question, and the answers in the order of the file."""
    asked = answers.study.study
    parts: list[RenderableType] = [Text(asked.title, style="bold")]
    if asked.question:
        parts.append(Text(say("run.question", question=asked.question)))
    parts.append(Text(say("study.replications", count=answers.replications, seed=asked.seed)))
    if answers.precise is not None:
        parts.append(Text(say("study.precise" if answers.precise else "study.not_precise")))
    parts += ["", scenarios(answers.scenarios, say)]
    parts += unstable(list(answers.flags), list(answers.flags.values()), say)
    for name, one in answers.sweeps.items():
        parts += ["", sweep(one, say, title=name)]
    for name, found in answers.sensitivities.items():
        part = asked.sensitivity[name]
        parts += ["", sensitivity(found, part.measure, say, title=f"{name}: {_measure(part.measure, say)}")]
    for name, even in answers.break_evens.items():
        parts += ["", Text(name, style="bold"), break_even(even, say)]
    parts += ["", *_beliefs_of(answers, say)]
    return Group(*parts, Text(say("run.rate_note"), style="dim"))


def scenarios(rows: pd.DataFrame, say: Language) -> Table:
    """One row a scenario: each measure, and its difference to the first."""
    return _cells(rows, ["scenario"], [say("table.scenario")], "", say)


def sweep(found: Sweep, say: Language, title: str = "") -> RenderableType:
    """One row a cell: the values, each measure, its difference to the scenario as it is; what is not possible."""
    rows = found.table()
    rows = rows.assign(problem=rows["problem"].where(rows["problem"] == "", "!"))
    made = _cells(rows, ["cell", *found.keys], ["", *found.keys], title, say)
    problems = [
        Text(say("study.problem", cell=number, problem=cell.problem))
        for number, cell in enumerate(found.cells)
        if cell.problem
    ]
    names = [say("study.as_is"), *map(str, range(len(found.cells)))]
    return Group(made, *problems, *unstable(names, found.flags, say), *chance_only([found.base], say))


def sensitivity(found: pd.DataFrame, measure: str, say: Language, title: str = "") -> Table:
    """One row a value that was varied, the most important first."""
    figures = [name for name in OF_SENSITIVITY if name in found]
    made = table(
        say("study.key"), say("study.range"), *(say(f"sensitivity.{name}") for name in figures), title=title
    )
    unit = measure_of(measure.partition("@")[0]).unit
    for row in found.to_dict("records"):
        ends = f"{shown(row['from'], say)} – {shown(row['to'], say)}"
        values = (_figure(str(name), row[name], unit, say) for name in figures)
        made.add_row(str(row["key"]), ends, *values)
        if row.get("problem"):
            made.add_row("", Text(str(row["problem"])))
    return made


def break_even(found: BreakEven, say: Language) -> RenderableType:
    """The answer in a sentence."""
    unit = measure_of(found.measure.partition("@")[0]).unit
    key = "study.never" if found.at != found.at else "study.rises" if found.rises else "study.falls"
    text = say(
        key,
        vary=found.vary,
        measure=_measure(found.measure, say),
        target=say.amount(found.target, unit),
        at=say.number(found.at, 3),
        low=say.number(found.low, 3),
        high=say.number(found.high, 3),
        first=say.number(found.between[0], 3),
        last=say.number(found.between[1], 3),
        start=say.amount(found.tried["mean"].iloc[0], unit),
        end=say.amount(found.tried["mean"].iloc[-1], unit),
        replications=found.replications,
    )
    return Text(text)


def beliefs(told: Mapping[str, Any], measures: Sequence[str], say: Language) -> RenderableType:
    """How much of the uncertainty comes from not knowing the inputs, and how much from chance.

    `told` is what :meth:`Uncertain.told` gives; of its rows those of some measures are shown, or all.
    """
    made = table(
        say("table.measure"),
        say("beliefs.mean"),
        say("beliefs.expected"),
        say("beliefs.inputs"),
        say("beliefs.chance"),
        title=say("beliefs.heading", draws=told["draws"]),
    )
    for row in told["rows"]:
        for prefix in ("", "difference"):
            if (not measures or row["measure"] in measures) and row.get(prefix or "mean") is not None:
                made.add_row(*_of_beliefs(row, prefix, say))
    return Group(made, Text(say("beliefs.note"), style="dim"))


def unstable(names: Sequence[str], flags: Sequence[Sequence[Flag]], say: Language) -> list[Text]:
    """The flags of cells or scenarios, so that nobody reads their averages without them."""
    return [
        Text(f"{name}: ").append(text)
        for name, own in zip(names, flags, strict=True)
        for text in warnings((flag._asdict() for flag in own), say)
    ]


def also_said(found: Best, files: Sequence[ScenarioFile], say: Language) -> list[Text]:
    """What a selection must be read with: scenarios that are unstable, and beliefs."""
    return [*unstable(list(found.flags), list(found.flags.values()), say), *chance_only(files, say)]


def chance_only(files: Sequence[ScenarioFile], say: Language) -> list[Text]:
    """Warns that intervals show chance alone, where a scenario has beliefs."""
    return [
        Text(say("beliefs.chance_only", scenario=file.name, count=len(file.beliefs)), style="bold")
        for file in files
        if file.beliefs
    ]


def believed(results: Sequence[Result], files: Sequence[ScenarioFile], say: Language) -> list[RenderableType]:
    """The same of results: the network and kinds of site; or the warning, where nobody drew."""
    parts: list[RenderableType] = []
    for result, file in zip(results, files, strict=True):
        told = result.provenance.get("beliefs")
        parts += chance_only([file], say) if told is None else [beliefs(told, BELIEVED, say)]
    return parts


def _beliefs_of(answers: Answers, say: Language) -> list[RenderableType]:
    found = answers.beliefs
    return [] if found is None else [beliefs(found.told(found.table()), (), say), ""]


def _of_beliefs(row: Mapping[str, Any], prefix: str, say: Language) -> list[str]:
    """A line of the table: of the measure itself, or of its difference to the first scenario."""
    amount = say.difference if prefix else say.amount

    def of(name: str) -> float:
        found = row.get(f"{prefix}_{name}".strip("_") if name else prefix or "mean")
        return math.nan if found is None else float(found)

    def span(low: str, high: str) -> str:
        return f"[{amount(of(low), row['unit'])}; {amount(of(high), row['unit'])}]"

    what = f"{row['scenario']}: {_named(row, say)}"
    inputs = (say.percent(of(name), 0) for name in ("inputs", "inputs_low", "inputs_high"))
    return [
        say("beliefs.difference", what=what) if prefix else what,
        f"{amount(of(''), row['unit'])} {span('low', 'high')}",
        span("expected_low", "expected_high"),
        "{} [{}; {}]".format(*inputs),
        say.percent(of("chance"), 0),
    ]


def _cells(rows: pd.DataFrame, by: list[str], headings: list[str], title: str, say: Language) -> Table:
    """One row a cell, one column a measure: the mean and, below it, the paired difference with its interval."""
    names = rows[KEY].drop_duplicates().to_dict("records")
    units = [str(row["unit"]) for row in names]
    told = [
        f"{_named({str(k): v for k, v in row.items()}, say)} ({say(f'unit.{unit}')})"
        for row, unit in zip(names, units, strict=True)
    ]
    made = table(*headings, *told, title=title)
    for _, own in rows.groupby(by[0], sort=False):
        first = own.iloc[0]
        values = ["" if pd.isna(first[name]) else shown(_plain(first[name]), say) for name in by]
        if by[0] == "cell":
            values[0] = say("study.as_is") if first["cell"] < 0 else str(first["cell"])
        cells = (_cell(row, say) for row in own.to_dict("records"))
        made.add_row(*values, *cells)
    return made


def _cell(row: Any, say: Language) -> Text:
    unit = row["unit"]
    cell = Text("!" if row.get("problem") else say.amount(row["mean"], unit))
    difference, low, high = (row.get(f"difference{part}", float("nan")) for part in ("", "_low", "_high"))
    if difference != difference:
        return cell
    clear = say.is_clear(difference, low, high, unit)
    few = too_few(row["measure"], difference, low, say)
    span = (
        f" [{say.difference(low, unit)}; {say.difference(high, unit)}]" if low == low else few and f" ({few})"
    )
    return cell.append(f"\n{say.difference(difference, unit)}{span}{'*' if clear else ''}")


def _named(row: Mapping[str, Any], say: Language) -> str:
    return _measure(name_of(pd.Series(dict(row))), say)


def _measure(name: str, say: Language) -> str:
    """`wait.p90@site=centre` in words."""
    return measure_in_words(name, {}, say)


def _figure(name: str, value: float, unit: str, say: Language) -> str:
    if name in ("first", "first_half", "total", "total_half"):
        return say.number(value, 2)
    return (say.amount if name in ("at_from", "base", "at_to") else say.difference)(value, unit)


def _plain(value: Any) -> Any:
    """Without the types of numpy, and without digits that nobody asked for."""
    value = value.item() if hasattr(value, "item") else value
    return round(value, 4) if isinstance(value, float) else value
