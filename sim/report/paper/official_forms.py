"""The official forms as they are printed: forms 07a and II.06a of every scenario, and the evaluation forms.

Layouts as the software of one-stop centres prints them (Circulars 02/2017 and 01/2020/TT-VPCP).
"""

from __future__ import annotations

import pandas as pd

from sim.report.official_tables import official_tables
from sim.report.paper.document import Cell, Form, Head, Number, clean
from sim.report.paper.evaluation_forms import evaluation_forms
from sim.report.paper.study import Study
from sim.results.official import FORM_07A, FORM_II06A
from sim.results.result import Result


def forms(study: Study) -> tuple[Form, ...]:
    """All forms, those of the baseline first."""
    made: list[Form] = []
    for one in study.results:
        tables = official_tables(one, study.say)
        made += [_form_07a(study, one, tables["form_07a"]), _form_ii06a(study, one, tables["form_ii06a"])]
    return (*made, *evaluation_forms(study))


def _form_07a(study: Study, result: Result, table: pd.DataFrame) -> Form:
    say = study.say
    received, finished, still_open = 3, 3, 3  # columns
    columns = iter(range(2 + received, len(FORM_07A) + 2))
    lowest = [("carried_over", 3), ("new", 4)]
    lowest += [(key, next(columns)) for key in ("total", "on_time", "late", "total", "in_time", "overdue")]
    heads = (
        Head(say("form.number"), 0, 0, 3),
        Head(say("form.field"), 0, 1, 3),
        Head(say("form.received"), 0, 2, 1, received),
        Head(say("form.results"), 0, 5, 1, finished + still_open),
        Head(say("form.supplement"), 0, 11, 3),
        Head(say("form.returned"), 0, 12, 3),
        Head(say("form.total"), 1, 2, 2),
        Head(say("form.of_which"), 1, 3, 1, 2),
        Head(say("form.finished"), 1, 5, 1, finished),
        Head(say("form.open"), 1, 8, 1, still_open),
        *(Head(say(f"form.{key}"), 2, column) for key, column in lowest),
    )
    return Form(
        f"07a {result.name}",
        (),
        (),
        (say("form.title_07a"), study.period_told("form.period")),
        heads,
        _rows(table),
        study.form_note(result),
    )


def _form_ii06a(study: Study, result: Result, table: pd.DataFrame) -> Form:
    say = study.say
    second = (
        "total",
        "",
        "",
        "before",
        "total",
        "early",
        "in_due_time",
        "late_ii",
        "total",
        "within",
        "overdue",
    )
    heads = (
        Head(say("form.number_ii"), 0, 0, 3),
        Head(say("form.field_ii"), 0, 1, 3),
        Head(say("form.received_ii"), 0, 2, 1, 4),
        Head(say("form.finished_ii"), 0, 6, 1, 4),
        Head(say("form.open_ii"), 0, 10, 1, 3),
        Head(say("form.of_which"), 1, 3, 1, 2),
        *(Head(say(f"form.{key}"), 1, column, 2) for column, key in enumerate(second, start=2) if key),
        Head(say("form.online"), 2, 3),
        Head(say("form.direct"), 2, 4),
        *(Head(f"({number + 1})", 3, number) for number in range(len(FORM_II06A) + 2)),
    )
    return Form(
        f"II.06a {result.name}",
        (say("form.ii06a"),),
        (say("form.reporting"), say("form.receiving"), say("form.counted_in")),
        (say("form.title"), say("form.at_centre"), study.period_told("form.period_ii")),
        heads,
        _rows(table),
        study.form_note(result),
    )


def _rows(table: pd.DataFrame) -> tuple[tuple[Cell, ...], ...]:
    """Number and field as texts, the rest as counts of dossiers."""
    return tuple(
        (clean(number), clean(field), *(Number(float(count), "whole") for count in counts))
        for number, field, *counts in table.itertuples(index=False, name=None)
    )
