"""Cost and benefit over the measuring window: citizens' hours and trips, staff, money, when an investment pays."""

from __future__ import annotations

import math

import numpy as np

from sim.analysis.intervals import t_interval
from sim.engine.contract import Floats
from sim.report.paper.document import Block, Cell, Estimate, Number, Section, Table, capital, unit_of
from sim.report.paper.study import Study
from sim.results.estimates import grouped_by
from sim.results.result import Result

GAINS = ("citizen.hours", "visits.count", "overtime.hours", "staff.cost")
DAYS_A_YEAR = 365.25
MILLION = 1e6
Rows = tuple[tuple[Cell, ...], ...]


def benefit(study: Study) -> Section:
    """What citizens and the office spend, the network as a whole; of alternatives the differences."""
    say = study.say
    blocks: list[Block] = [
        say("report.benefit_scope", first=say.day(study.period[0]), last=say.day(study.period[1]))
    ]
    spent: Rows = tuple(
        (study.title(one), *(in_millions(study.value(one, name)) for name in GAINS)) for one in study.results
    )
    heads = [
        f"{capital(say(f'measure.{name}'))} ({unit_of(in_millions(study.value(study.baseline, name)), say)})"
        for name in GAINS
    ]
    blocks.append(Table(say("sheet.spent"), say("report.spent"), (say("table.scenario"), *heads), spent))
    if study.alternatives:
        saved: Rows = tuple(
            (study.title(one), *(in_millions(study.difference(one, name)) for name in GAINS))
            for one in study.alternatives
        )
        blocks.append(Table(say("sheet.saved"), say("report.saved"), (say("table.scenario"), *heads), saved))
        blocks += _payback(study)
    return Section("benefit", say("report.benefit"), tuple(blocks))


def yearly_saving(study: Study, result: Result) -> Estimate:
    """VND a year that the office spends less, and citizens' hours at their value, if it is given."""
    saving = -_paired(study, result, "staff.cost")
    if study.hour_value is not None:
        saving = saving - study.hour_value * _paired(study, result, "citizen.hours")
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


def _payback(study: Study) -> list[Block]:
    say = study.say
    rows: list[tuple[Cell, ...]] = []
    for one in study.alternatives:
        saving = yearly_saving(study, one)
        invested = study.investment.get(one.name)
        told = (
            (Number(invested / MILLION, "million_VND"), payback(study, invested, saving))
            if invested is not None
            else ("–", "–")
        )
        rows.append((study.title(one), in_millions(saving), *told))
    value = study.hour_value
    valued = (
        say("report.hour_unvalued")
        if value is None
        else say("report.hour_valued", value=say.number(value, 0))
    )
    keys = ("scenario", "yearly_saving", "investment", "payback")
    heads = tuple(say(f"report.{key}", unit=say("unit.million_VND")) for key in keys)
    return [
        valued,
        Table(
            say("sheet.payback"), say("report.payback_table"), heads, tuple(rows), say("report.payback_note")
        ),
    ]


def _paired(study: Study, result: Result, measure: str) -> Floats:
    """The differences to the baseline over the network, replication by replication."""
    own, base = (_of_network(one, measure) for one in (result, study.baseline))
    return own - base


def _of_network(result: Result, measure: str) -> Floats:
    key = result.measured.key
    row = (key["measure"] == measure) & grouped_by(key, [])
    return np.asarray(result.measured.value[:, row][:, 0], np.float64)
