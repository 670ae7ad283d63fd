"""Cost and benefit over the measuring window: citizens' hours and trips, staff, money, when an investment pays."""

from __future__ import annotations

import math

from sim.analysis.intervals import t_interval
from sim.report.paper.document import Block, Cell, Estimate, Number, Section, Table, capital, unit_of
from sim.report.paper.study import Study
from sim.results.result import Result
from sim.results.worth import paired

GAINS = (
    "citizen.hours",
    "visits.count",
    "rostered.hours",
    "present.hours",
    "overtime.hours",
    "staff.cost",
)
DAYS_A_YEAR = 365.25
MILLION = 1e6
Rows = tuple[tuple[Cell, ...], ...]


def benefit(study: Study) -> Section:
    """What citizens and the office spend, the network as a whole; of options, what they save and are worth."""
    say = study.say
    scope = say("report.benefit_scope", first=say.day(study.period[0]), last=say.day(study.period[1]))
    blocks: list[Block] = [scope, _spent(study)]
    if study.options:
        blocks += [_saved(study), _hour_value(study), _yearly(study)]
    if any(study.investment.values()):
        blocks.append(_payback(study))
    return Section("benefit", say("report.benefit"), tuple(blocks))


def _spent(study: Study) -> Table:
    rows: Rows = tuple(
        (study.title(one), *(in_millions(study.value(one, name)) for name in GAINS)) for one in study.results
    )
    return Table(study.say("sheet.spent"), study.say("report.spent"), _heads(study), rows)


def _saved(study: Study) -> Table:
    rows: Rows = tuple(
        (study.title(one), *(in_millions(study.difference(one, name)) for name in GAINS))
        for one in study.options
    )
    return Table(study.say("sheet.saved"), study.say("report.saved"), _heads(study), rows)


def _heads(study: Study) -> tuple[str, ...]:
    say = study.say
    units = (unit_of(in_millions(study.value(study.baseline, name)), say) for name in GAINS)
    named = (capital(say.measure(name)) for name in GAINS)
    return say("table.scenario"), *(f"{name} ({unit})" for name, unit in zip(named, units, strict=True))


def yearly_saving(study: Study, result: Result) -> Estimate:
    """VND a year that the office spends less, and citizens' hours at their value, if it is given."""
    base, own = study.baseline.measured, result.measured
    saving = -paired(base, own, "staff.cost")
    if study.hour_value is not None:
        saving = saving - study.hour_value * paired(base, own, "citizen.hours")
    first, last = study.period
    mean, low, high = map(float, t_interval(saving * DAYS_A_YEAR / ((last - first).days + 1)))
    return Estimate(mean, low, high, "VND", True)


def in_millions(amount: Estimate) -> Estimate:
    """An amount of money in million VND, anything else as it is: what offices spend has too many digits in VND."""
    if amount.unit != "VND":
        return amount
    mean, low, high = (x / MILLION for x in amount[:3])
    return amount._replace(mean=mean, low=low, high=high, unit="million_VND")


def payback(study: Study, investment: float, saving: Estimate) -> str:
    """Years until the savings have paid an investment; the bounds are those of the savings."""
    say = study.say
    mean, low, high = (
        investment / gain if gain > 0 else math.inf for gain in (saving.mean, saving.high, saving.low)
    )
    told = [
        say.number(years, 1) if math.isfinite(years) else say("report.never") for years in (mean, low, high)
    ]
    if math.isnan(saving.low):
        return told[0]
    return f"{told[0]} [{told[1]}; {told[2]}]"


def _hour_value(study: Study) -> str:
    if study.hour_value is None:
        return study.say("report.hour_unvalued")
    return study.say("report.hour_valued", value=study.say.number(study.hour_value, 0))


def _yearly(study: Study) -> Table:
    """What each option saves a year, and what staff costs for an hour of waiting saved."""
    say, prices = study.say, _prices(study)
    rows: Rows = tuple(
        (study.title(one), in_millions(yearly_saving(study, one)), prices[one.name]) for one in study.options
    )
    heads = say("report.yearly_saving", unit=say("unit.million_VND")), say("report.price")
    return Table(
        say("sheet.yearly"),
        say("report.yearly"),
        (say("table.scenario"), *heads),
        rows,
        say("report.yearly_note"),
    )


def _prices(study: Study) -> dict[str, Cell]:
    """VND for an hour of waiting saved; a dash where none is saved for certain."""
    assert study.comparison is not None, "options are those of a comparison"
    columns = ["scenario", "price", "price_low", "price_high"]
    rows = study.comparison.worth[columns].itertuples(index=False)
    return {
        name: "–" if math.isnan(price) else Estimate(price, low, high, "VND")
        for name, price, low, high in rows
    }


def _payback(study: Study) -> Table:
    """When what was invested is paid; options in which nothing is invested have no row."""
    say = study.say
    rows: Rows = tuple(
        (
            study.title(one),
            Number(invested / MILLION, "million_VND"),
            payback(study, invested, yearly_saving(study, one)),
        )
        for one in study.options
        if (invested := study.investment.get(one.name, 0.0))
    )
    heads = tuple(
        say(f"report.{key}", unit=say("unit.million_VND")) for key in ("scenario", "investment", "payback")
    )
    return Table(say("sheet.payback"), say("report.payback_table"), heads, rows, say("report.payback_note"))
