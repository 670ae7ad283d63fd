"""The pictures of a report, and where to find each by its name.

::

    for name, picture in PICTURES.items():
        if picture.source == "result":
            table = picture.data(result)
            figure, words = picture.draw(table, say), picture.alt(table, say)

What `data` makes its table of, by `source`:

========== ==========================================================================================
result     a `Result`, saved ones too
comparison a `Comparison`
model      a `Model`, compiled from a scenario
trace      a `Model`, a dossier's name and the lines of its life (`sim.trace`)
day        a `Model`, a `sim.results.day.Day` and the number of a place
log        `Result.logs`, the `Scenario`, and the name of a procedure
table      a table with the columns that `data` names, made by a study
========== ==========================================================================================
"""

from __future__ import annotations

from sim.report.figures.backlog import backlog
from sim.report.figures.costs import cost_against_service
from sim.report.figures.day import day_at_counters
from sim.report.figures.days import where_days_go
from sim.report.figures.differences import differences
from sim.report.figures.journey import journey
from sim.report.figures.levers import sweep, tornado
from sim.report.figures.life import dossier_life
from sim.report.figures.ontime import on_time_by_field, reported
from sim.report.figures.picture import Picture, save
from sim.report.figures.staffing import people_needed, utilisation
from sim.report.figures.waiting import wait_by_hour, wait_over_day

PICTURES: dict[str, Picture] = {
    picture.title.removeprefix("figure."): picture
    for picture in (
        wait_over_day,
        wait_by_hour,
        people_needed,
        on_time_by_field,
        where_days_go,
        backlog,
        utilisation,
        differences,
        sweep,
        cost_against_service,
        tornado,
        dossier_life,
        day_at_counters,
        journey,
        reported,
    )
}

__all__ = [
    "PICTURES",
    "Picture",
    "backlog",
    "cost_against_service",
    "day_at_counters",
    "differences",
    "dossier_life",
    "journey",
    "on_time_by_field",
    "people_needed",
    "reported",
    "save",
    "sweep",
    "tornado",
    "utilisation",
    "wait_by_hour",
    "wait_over_day",
    "where_days_go",
]
