"""The official forms as they are printed: forms 07a and II.06a of every scenario, and the evaluation forms 02 and 3.

Layouts as the software of one-stop centres prints them (Circulars 02/2017, 01/2018 and 01/2020/TT-VPCP). Form 1,
which scores single dossiers, is not made: the points are known of periods only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from sim.report.official_tables import official_tables
from sim.report.paper.document import Cell, Form, Head, Number, clean
from sim.report.paper.study import Study
from sim.results.official import FORM_07A, FORM_II06A, SIMULATED
from sim.results.result import Result

FULL_POINTS = 2  # of an indicator
SATISFACTION = ("satisfied.rate", "very_satisfied.rate")


def forms(study: Study) -> tuple[Form, ...]:
    """All forms, those of the baseline first."""
    made: list[Form] = []
    for one in study.results:
        tables = official_tables(one, study.say)
        made += [_form_07a(study, one, tables["form_07a"]), _form_ii06a(study, one, tables["form_ii06a"])]
    return (*made, *_form_02(study), _form_3(study))


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
        (say("form.title"), say("form.at_agency"), _period(study, "form.period")),
        heads,
        _rows(table),
        say("form.note", scenario=study.title(result)),
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
        (say("form.title"), say("form.at_centre"), _period(study, "form.period_ii")),
        heads,
        _rows(table),
        say("form.note", scenario=study.title(result)),
    )


def _form_02(study: Study) -> Iterator[Form]:
    """A form for each kind of site of the baseline."""
    say, points = study.say, study.baseline.indicators()
    keys = ("indicator", "indicator_name", "full", "own_points", "checked_points", "remark")
    heads = tuple(Head(say(f"form.{key}"), 0, column) for column, key in enumerate(keys))
    for site, title in study.sites.items():
        own = points[points["site"] == site].set_index("indicator")["points"]
        if len(own):
            rows = [
                (
                    str(key),
                    say(f"indicator.{key}"),
                    Number(FULL_POINTS, ""),
                    Number(own[key], ""),
                    "",
                    _remark(study, key),
                )
                for key in SIMULATED
            ]
            full = FULL_POINTS * len(SIMULATED)
            last = (
                "",
                say("form.sum"),
                Number(full, ""),
                Number(float(own.sum()), ""),
                "",
                say("form.sum_note"),
            )
            titles = say("form.title_02"), title, _period(study, "form.period")
            yield Form(
                say("sheet.form_02", site=site), (say("form.form_02"),), (), titles, heads, (*rows, last)
            )


def _form_3(study: Study) -> Form:
    """A row for each scenario and kind of site; ranks are by the points that are simulated."""
    say = study.say
    rows: list[tuple[Cell, ...]] = []
    for one in study.results:
        points = one.indicators()
        for site, title in study.sites.items():
            own = points[points["site"] == site].set_index("indicator")["points"]
            if len(own):
                unit = f"{title} – {study.title(one)}"
                scores = (Number(own[key], "") for key in SIMULATED)
                total = Number(float(own.sum()), "")
                rows.append((unit, *scores, total, "", "", *_satisfaction(study, one, site)))
    names = [
        say("form.agency"),
        *(say("form.indicator_number", number=number) for number in SIMULATED),
        *(
            say(f"form.{key}")
            for key in ("points", "grade", "rank", "unsatisfied", "satisfied", "very_satisfied")
        ),
    ]
    heads = tuple(Head(text, 0, column) for column, text in enumerate([say("form.number_ii"), *names]))
    numbered = tuple((str(number), *row) for number, row in enumerate(rows, start=1))
    titles = say("form.title_3"), _period(study, "form.period")
    return Form(say("sheet.form_3"), (say("form.form_3"),), (), titles, heads, numbered, say("form.sum_note"))


def _satisfaction(study: Study, result: Result, site: str) -> Sequence[Cell]:
    """Shares not satisfied, satisfied and very satisfied; empty without a survey."""
    if not all(map(study.has, SATISFACTION)):
        return "", "", ""
    satisfied, very = (study.value(result, measure, site).mean for measure in SATISFACTION)
    return tuple(Number(share, "fraction") for share in (1 - satisfied, satisfied - very, very))


def _remark(study: Study, indicator: int) -> str:
    how = study.say(f"simulated.{SIMULATED[indicator]}")
    return f"{study.say('indicators.simulated')}: {how}. {study.say(f'indicator_note.{indicator}')}"


def _rows(table: pd.DataFrame) -> tuple[tuple[Cell, ...], ...]:
    """Number and field as texts, the rest as counts of dossiers."""
    return tuple(
        (clean(number), clean(field), *(Number(float(count), "dossiers") for count in counts))
        for number, field, *counts in table.itertuples(index=False, name=None)
    )


def _period(study: Study, key: str) -> str:
    first, last = map(study.say.day, study.period)
    return study.say(key, first=first, last=last)
