"""What must hold of the table of open dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sim.scenario import notation, routes
from sim.scenario.domain import Scenario
from sim.scenario.messages import shown, suggest
from sim.scenario.opendossiers import OpenDossier

Found = Iterator[tuple[str, str]]
PATH = "horizon.open_dossiers"
LONGEST_OPEN = 10 * 366  # days before the first day
LONGEST_TO_COME = 3 * 365  # days after the last day, until a due date


def open_dossiers(scenario: Scenario) -> Found:
    """The run begins with the table, not before; each row names what there is, and dates that can be."""
    horizon = scenario.horizon
    if horizon.open_dossiers is None:
        return
    if notation.days(horizon.warm_up) > 0:
        yield (
            "horizon.warm_up",
            "open dossiers stand as on the first day measured; write '0 days', or leave them out",
        )
    table = horizon.open_dossiers
    for line, row, due in zip(table.lines, table.rows, table.due, strict=True):
        for words in (*_names(scenario, row), *_dates(scenario, row, due)):
            yield PATH, f"{table.file}, line {line}: {words}"


def _names(scenario: Scenario, row: OpenDossier) -> Iterator[str]:
    procedure = scenario.procedure.get(row.procedure)
    if procedure is None:
        yield f"there is no procedure {shown(row.procedure)}{suggest(row.procedure, scenario.procedure)}"
        return
    own = [place for place, _ in scenario.site[procedure.site].places] or [procedure.site]
    if row.site not in own:
        yield f"{shown(row.site)} does not receive procedure {row.procedure!r}{suggest(row.site, own)}"
    if row.step not in scenario.step:
        yield f"there is no step {shown(row.step)}{suggest(row.step, scenario.step)}"
    elif row.step not in (known := routes.steps_of(scenario, procedure)):
        yield f"step {row.step!r} is not on the journey of procedure {row.procedure!r}{suggest(row.step, known)}"


def _dates(scenario: Scenario, row: OpenDossier, due: str) -> Iterator[str]:
    first = datetime.combine(scenario.horizon.first, time())
    last = datetime.combine(scenario.horizon.last, time())
    if row.received >= first:
        yield f"is received on {row.received:%Y-%m-%d}, not before the first day, {first:%Y-%m-%d}"
    elif row.received < first - timedelta(days=LONGEST_OPEN):
        yield f"is received on {row.received:%Y-%m-%d}, more than 10 years before the first day"
    if row.due is not None and row.due < row.received:
        yield f"is due on {due}, before it is received"
    elif row.due is not None and row.due > last + timedelta(days=LONGEST_TO_COME):
        yield f"is due on {due}, more than 3 years after the last day"
