"""What `sim run`, `sim compare` and `sim selftest` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.report.console import cut, table, words
from sim.report.explain_screen import asked, differences, warnings
from sim.report.language import Language
from sim.report.naming import measure_in_words, too_few
from sim.report.outlook_table import outlook_table, told
from sim.report.study_screen import believed
from sim.report.verdict_screen import judged, precision
from sim.results.chosen import group_of, rows_of
from sim.results.comparison import Comparison
from sim.results.named import measure_of
from sim.results.result import Result
from sim.results.targets import Verdict
from sim.scenario import ScenarioFile
from sim.selftest import Check

BY_PRIORITY = ("visits.count", "wait.mean", "wait.p90")
COMPARED = ("wait.mean", "wait.p90", "demand.met", "on_time.rate", "utilisation")
SHOWN_OPEN = 10  # dossiers
LONGEST_CELL = 40  # characters


def run(
    file: ScenarioFile,
    result: Result,
    verdicts: Sequence[Verdict],
    workers: int,
    say: Language,
    *,
    asked: Sequence[str] | None = None,
    saved: bool = False,
) -> RenderableType:
    """The figures of one scenario: the whole network, each kind of site, and what was `asked` of other groups.

    `saved` tells whether its tables are saved, too.
    """
    parts: list[RenderableType] = [Text(result.title, style="bold"), Text(_what(result, workers, say)), ""]
    parts += [*warnings(result.provenance["flags"], say), *_how_many(result, say)]
    parts += [
        _summary(file, result, say),
        *_by_priority(result, say),
        *_asked_of_groups(result, asked or (), say),
    ]
    parts += [*precision(result, say)]
    if verdicts:
        parts += ["", _targets(verdicts, result.titles("site"), say)]
    return Group(*parts, *_outlook(result, say, saved=saved), *believed([result], [file], say))


def comparison(
    files: Sequence[ScenarioFile], compared: Comparison, workers: int, say: Language
) -> RenderableType:
    """Every scenario's question and differences, then a table a kind of site."""
    baseline = compared.results[0]
    parts: list[RenderableType] = [Text(_what(baseline, workers, say))]
    for file, result in zip(files, compared.results, strict=True):
        parts += ["", Text(f"{file.name}: {file.scenario.title}", style="bold")]
        parts += asked(file, say)
        if file is not files[0]:
            parts.append(differences(files[0], file, say))
        parts += (
            Text.assemble(f"{file.name}: ", told, style=told.style)
            for told in warnings(result.provenance["flags"], say)
        )
    parts += ["", *_how_many(baseline, say)]
    rows = compared.table(group=["site"])
    names = compared_by(compared)
    for site, kind in files[0].scenario.site.items():
        parts += [_compared(rows[rows["site"] == site], names, kind.title, say), ""]
    return Group(
        *parts,
        Text(say("run.rate_note"), style="dim"),
        "",
        judged(compared, say),
        *believed(compared.results, files, say),
    )


def selftest(checks: Sequence[Check], say: Language) -> RenderableType:
    """The checks and whether they agree with theory."""
    keys = ("check", "expected", "observed", "error", "verdict")
    made = table(*(say(f"selftest.{key}") for key in keys))
    for check in checks:
        verdict = Text(say("selftest.passed" if check.passed else "selftest.failed"))
        verdict.stylize("" if check.passed else "bold red")
        numbers = (say.number(value, 4) for value in (check.expected, check.observed, check.error))
        made.add_row(f"{check.name}: {check.what}", *numbers, verdict)
    failed = sum(not check.passed for check in checks)
    key = "selftest.some_failed" if failed else "selftest.all_passed"
    return Group(made, "", Text(say(key, failed=failed, count=len(checks)), style="bold"))


def _what(result: Result, workers: int, say: Language) -> str:
    ran, (first, last) = result.provenance, result.period
    told = say(
        "run.what",
        replications=ran["replications"],
        first=say.day(first),
        last=say.day(last),
        seed=ran["seed"],
        engine=say(f"engine.{ran['engine']}"),
        workers=workers,
    )
    horizon = ran["scenario"]["horizon"]
    if "during" not in horizon:
        return told
    start, end = (say.day(date.fromisoformat(horizon[key])) for key in ("from", "to"))
    return f"{told}\n{say('run.during', start=start, end=end)}"


def _how_many(result: Result, say: Language) -> list[Text]:
    """What one replication, or many, do not show."""
    replications, rows_of = result.provenance["replications"], result.provenance["rows_of"]
    if replications == 1:
        return [Text(say("run.one_replication"), style="dim")]
    if rows_of < replications:
        return [Text(say("run.rows_of", replications=replications, rows_of=rows_of), style="dim")]
    return []


def _summary(file: ScenarioFile, result: Result, say: Language) -> Table:
    """One row a measure; the columns are the whole network and the kinds of site."""
    sites = file.scenario.site
    made = table(
        say("table.measure"), say("table.unit"), say("table.whole"), *(s.title for s in sites.values())
    )
    summary = pd.concat([result.summary(group=[]), result.summary(group=["site"])])
    cells = {(row.measure, row.site): row for row in summary.itertuples()}
    for name, unit in summary[["measure", "unit"]].drop_duplicates().itertuples(index=False):
        row = (_value(cells.get((name, site)), unit, say) for site in ("", *sites))
        made.add_row(say.measure(name), say(f"unit.{unit}"), *row)
    return made


def _by_priority(result: Result, say: Language) -> list[RenderableType]:
    """The waits of each class of citizens, where citizens of several come; one row a kind of site and class."""
    rows = result.summary(group=["site", "priority"])
    rows = rows.pivot(index=["site", "priority"], columns="measure", values="mean")
    rows = rows[rows["visits.count"] > 0]
    if rows.index.get_level_values("priority").nunique() < 2:
        return []
    made = table(
        "", *(f"{say.measure(name)} ({say(f'unit.{measure_of(name).unit}')})" for name in BY_PRIORITY)
    )
    titles = result.titles("site")
    for row in rows.reset_index().to_dict("records"):
        values = (say.amount(row[name], measure_of(name).unit) for name in BY_PRIORITY)
        group = say(f"group.priority.{row['priority']}")
        made.add_row(f"{titles[row['site']]}, {group}", *values)
    return ["", made]


def _asked_of_groups(result: Result, measures: Sequence[str], say: Language) -> list[RenderableType]:
    """One row a measure that was asked of a group."""
    names = [name for name in measures if group_of(name)]
    if not names:
        return []
    made = table(say("table.measure"), say("table.unit"), say("table.value"))
    rows = result.summary().iloc[rows_of(result.measured.key, names)]
    for name, row in zip(names, rows.itertuples(), strict=True):
        what = measure_in_words(name, result.titles("site"), say)
        made.add_row(what, say(f"unit.{row.unit}"), _value(row, str(row.unit), say))
    return ["", made]


def _outlook(result: Result, say: Language, *, saved: bool) -> list[RenderableType]:
    """The open dossiers that are the likeliest to be late, if the run began with any."""
    if result.outlook.empty:
        return []
    found = outlook_table(result, say)
    made = words(*found, title=say("outlook.heading"))
    for row in found.head(SHOWN_OPEN).itertuples(index=False, name=None):
        made.add_row(*(cut(cell, LONGEST_CELL) for cell in row))
    return ["", made, Text(told(result, SHOWN_OPEN, say, saved=saved), style="dim")]


def _value(row: Any, unit: str, say: Language) -> str:
    """The mean and, below it in brackets, its interval."""
    if row is None:
        return ""
    mean, low, high = (getattr(row, name) for name in ("mean", "low", "high"))
    few = too_few(row.measure, mean, low, say)
    interval = f" [{say.amount(low, unit)} – {say.amount(high, unit)}]" if low == low else few and f" ({few})"
    return say.amount(mean, unit) + interval


def compared_by(compared: Comparison) -> list[str]:
    """The measures of the tables; on-time rates stand beside the demand they leave out, if they leave out any."""
    neglected = any(one.neglects for one in compared.results)
    return [name for name in COMPARED if neglected or name != "demand.met"]


def _compared(rows: pd.DataFrame, names: Sequence[str], title: str, say: Language) -> Table:
    """One row a scenario: value, and the paired difference to the baseline with its interval."""
    made = table(
        say("table.scenario"),
        *(f"{say.measure(name)} ({say(f'unit.{measure_of(name).unit}')})" for name in names),
        title=title,
    )
    for scenario in rows["scenario"].drop_duplicates():
        own = rows[rows["scenario"] == scenario].set_index("measure")
        made.add_row(scenario, *(_with_difference(own.loc[name], name, say) for name in names))
    return made


def _with_difference(row: pd.Series, name: str, say: Language) -> Text:
    unit = measure_of(name).unit
    cell = Text(say.amount(row["mean"], unit))
    difference = row["difference"]
    if difference != difference:
        return cell
    low, high = row["difference_low"], row["difference_high"]
    told = f"\n{say.difference(difference, unit)}"
    if low == low:
        told += f" [{say.difference(low, unit)}; {say.difference(high, unit)}]"
    elif few := too_few(name, difference, low, say):
        told += f" ({few})"
    clear = say.is_clear(difference, low, high, unit)
    good = (difference < 0) == (measure_of(name).better == "lower") if measure_of(name).better else None
    style = "" if not clear or good is None else "green" if good else "red"
    return cell.append(told + ("*" if clear else ""), style=style)


def _targets(verdicts: Sequence[Verdict], sites: Mapping[str, str], say: Language) -> Table:
    made = table(say("table.target"), say("table.value"), "", "")
    for verdict in verdicts:
        key = "at_most" if verdict.at_most is not None else "at_least"
        bound = verdict.at_most if verdict.at_most is not None else verdict.at_least
        assert bound is not None
        made.add_row(
            ", ".join(filter(None, [say.measure(verdict.measure), sites.get(verdict.site, verdict.site)])),
            say.amount(verdict.value, verdict.unit),
            say(f"table.{key}", bound=say.amount(bound, verdict.unit)),
            Text(
                say("table.target_met" if verdict.met else "table.target_missed"),
                style="" if verdict.met else "bold red",
            ),
        )
    return made
