"""What must hold of the table of open dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sim.scenario import notation, routes
from sim.scenario.domain import Scenario
from sim.scenario.messages import shown, suggest
from sim.scenario.open_pauses import pauses
from sim.scenario.opendossiers import OpenCase, OpenDossier

Found = Iterator[tuple[str, str]]
PATH = "horizon.open_dossiers"
LONGEST_OPEN = 10 * 366  # days before the first day
AGREE = ("procedure", "site", "received", "due", "paused")
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
    rows = zip(table.lines, table.rows, strict=True)
    for line, words in pauses(scenario, rows, timedelta(days=LONGEST_OPEN)):
        yield PATH, f"{table.file}, line {line}: {words}"
    for case in table.cases():
        for line, words in _together(scenario, case):
            yield PATH, f"{table.file}, line {line}: id {shown(case.rows[0].id)} {words}"


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
    if row.since is not None and not row.received <= row.since < first:
        yield f"is in its step since {row.since:%Y-%m-%d %H:%M}, before it is received or not before the first day"
    if row.due is not None and row.due < row.received:
        yield f"is due on {due}, before it is received"
    elif row.due is not None and row.due > last + timedelta(days=LONGEST_TO_COME):
        yield f"is due on {due}, more than 3 years after the last day"


def _together(scenario: Scenario, case: OpenCase) -> Iterator[tuple[int, str]]:
    """The rows of one id are different steps of one parallel stage, and tell the same of the dossier."""
    first, before = case.rows[0], case.lines[0]
    for row, line, other in zip(case.rows[1:], case.lines[1:], case.rows, strict=False):
        if row.step == other.step:
            yield line, f"stands at step {row.step!r} twice; leave one row"
        for name in AGREE:
            if getattr(row, name) != getattr(first, name):
                yield line, f"has another {name!r} than in line {before}; one dossier has one"
    procedure = scenario.procedure.get(first.procedure)
    steps = {*case.steps}
    if procedure and len(steps) > 1 and not any(steps <= {*s} for s in routes.stages_of(scenario, procedure)):
        told = " and ".join(map(repr, sorted(steps)))
        yield before, f"stands at {told}, which are no parallel stage; give each dossier its own id"
