"""One day of one replication, drawn and simulated for itself."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sim.officetime import DAY
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.results.day import Day, day
from sim.results.result import Result
from sim.scenario import ScenarioError, Source, read
from sim.study.tasks import DEFAULT_ENGINE, engine_of


class SimulatedDay(NamedTuple):
    """A day, and whose it is."""

    model: Model
    drawn: Replication
    seed: int
    replication: int
    when: date
    day: Day


def simulated_day(
    of: Source | Result, when: date | str, *, seed: int | None = None, replication: int = 0
) -> SimulatedDay:
    """The day (a date, or its ISO form) of a scenario, or of a result with its seed and engine.

    Raises ScenarioError for a day that is not simulated, or on which the office is closed.
    """
    if isinstance(of, Result):
        model, engine, usual = of.model, of.provenance["engine"], of.provenance["seed"]
    else:
        model, engine, usual = compile_scenario(read(of).scenario), DEFAULT_ENGINE, 1
    asked = _date(when)
    number = _open_day(model, asked)
    chosen = usual if seed is None else seed
    drawn = draw(model, chosen, replication)
    log = engine_of(engine)(model.plan, drawn.draws)
    return SimulatedDay(model, drawn, chosen, replication, asked, day(model, drawn, log, number))


def _date(when: date | str) -> date:
    try:
        return when if isinstance(when, date) else date.fromisoformat(when)
    except ValueError:
        raise ScenarioError(f"'{when}' is not a date; write year-month-day, for example 2019-03-04") from None


def _open_day(model: Model, when: date) -> int:
    """The number of a day on which the office opens."""
    last = int(model.plan.end // DAY) - 1
    open_days = [
        number
        for number in range(last + 1)
        if len(range(*model.plan.office.first_session[number : number + 2]))
    ]
    number = (when - model.first_day).days
    if not 0 <= number <= last:
        first_date, last_date = (f"{model.moment(day * DAY):%Y-%m-%d}" for day in (0, last))
        raise ScenarioError(f"{when} is not simulated; choose a day from {first_date} to {last_date}")
    if number not in open_days:
        nearest = min(open_days, key=lambda day: abs(day - number))
        raise ScenarioError(
            f"the office is closed on {when}; the nearest day it opens is {model.moment(nearest * DAY):%Y-%m-%d}"
        )
    return number
