"""The forms that evaluate how dossiers are handled: forms 1, 02 and 3 of Circular 01/2018/TT-VPCP.

Columns as the software of one-stop centres prints them. What a simulation cannot know stays empty, totals and grades
that would need it included; the notes say why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from sim.report.language import Language
from sim.report.paper.document import Cell, Form, Head, Number, clean, shown
from sim.report.paper.study import Study
from sim.results.official import SIMULATED
from sim.results.result import Result
from sim.results.scores import Satisfaction

FULL_POINTS = 2  # of an indicator
OF_A_DOSSIER = (1, 2, 3, 4, 6, 7)  # indicators
LISTED = 100  # dossiers of form 1; all of a year's would fill hundreds of pages
LEVELS = [level.name.lower() for level in Satisfaction]
FIVE_LEVELS = ("very_unsatisfied", "unsatisfied", "neutral", "satisfied", "very_satisfied")
SURVEYED = ("satisfied.rate", "very_satisfied.rate")
GRADED = ("unsatisfied", "satisfied", "very_satisfied")  # heads of the three levels


def evaluation_forms(study: Study) -> tuple[Form, ...]:
    """Forms 1 and 02 of each kind of site of the baseline, and form 3 of all scenarios."""
    return (*_forms_1(study), *_forms_02(study), _form_3(study))


# --- form 1: dossiers ---


def _forms_1(study: Study) -> Iterator[Form]:
    say, every = study.say, study.baseline.scores
    first = every[every["replication"] == 0]
    names = [
        *(say(f"form.{key}") for key in ("number_ii", "dossier")),
        *(say("form.indicator_number", number=number) for number in OF_A_DOSSIER),
        *(say(f"form.{key}") for key in ("officials_points", "officials_grade", *GRADED)),
    ]
    heads = tuple(Head(text, 0, column) for column, text in enumerate(names))
    for site, title in study.sites.items():
        finished = first[first["site"] == site]
        if len(finished):
            listed = finished.iloc[_spread(len(finished))]
            rows = tuple(
                _dossier(number, one, say) for number, (_, one) in enumerate(listed.iterrows(), start=1)
            )
            yield Form(
                say("sheet.form_1", site=site),
                (say("form.form_1"),),
                (),
                (say("form.title_1"), title, study.period_told("form.period")),
                heads,
                (*rows, *_footer(study, finished)),
                say(
                    "form.note_1",
                    whose=study.form_note(study.baseline),
                    listed=say.number(len(listed), 0),
                    finished=say.number(len(finished), 0),
                ),
            )


def _spread(count: int) -> list[int]:
    """Rows to list: all, or some evenly from the first to the last."""
    return [round(row) for row in np.linspace(0, count - 1, min(count, LISTED))]


def _dossier(number: int, one: pd.Series, say: Language) -> tuple[Cell, ...]:
    """Said to be simulated, lest anybody look for it; behind that the name under which `sim run --trace` finds it."""
    place = f"{one['place']}/" if one["place"] else ""
    marks = ("x" if one["satisfaction"] == level else "" for level in LEVELS)
    name = clean(say("form.simulated", dossier=f"{place}{one['procedure']}#{one['number']}"))
    return str(number), name, *_points(one, "whole"), "", "", *marks


def _footer(study: Study, finished: pd.DataFrame) -> Iterator[tuple[Cell, ...]]:
    """Sums, means and shares of all dossiers finished, listed or not."""
    say = study.say
    points = finished.filter(like="indicator_")
    answers = finished["satisfaction"].value_counts().reindex(LEVELS)
    none: Sequence[Cell] = ("",) * len(LEVELS)
    counts, shares = none, none
    if asked := answers.sum():
        counts = [Number(float(count), "whole") for count in answers]
        shares = [Number(float(count / asked), "fraction") for count in answers]
    yield "", say("form.total"), *_points(points.sum(), "whole"), "", "", *counts
    yield "", say("form.mean_points"), *_points(points.mean(), ""), "", "", *none
    yield "", say("form.satisfaction_rate"), *[""] * (len(OF_A_DOSSIER) + 2), *shares


def _points(row: pd.Series, unit: str) -> Iterator[Cell]:
    for number in OF_A_DOSSIER:
        key = f"indicator_{number}"
        yield Number(float(row[key]), unit) if key in row else ""


# --- form 02: a kind of site ---


def _forms_02(study: Study) -> Iterator[Form]:
    say, points = study.say, study.baseline.indicators()
    keys = ("indicator", "indicator_name", "full", "own_points", "checked_points", "remark")
    heads = tuple(Head(say(f"form.{key}"), 0, column) for column, key in enumerate(keys))
    for site, title in study.sites.items():
        own = points[points["site"] == site].set_index("indicator")["points"]
        if len(own):
            rows = (*_indicator_rows(study, own), *_survey_rows(study, site))
            titles = title, study.period_told("form.period")
            note = f"{study.form_note(study.baseline)} {say('form.no_title')}"
            yield Form(say("sheet.form_02", site=site), (say("form.form_02"),), (), titles, heads, rows, note)


def _indicator_rows(study: Study, own: pd.Series) -> Iterator[tuple[Cell, ...]]:
    say = study.say
    for key in SIMULATED:
        full, points = Number(FULL_POINTS, "whole"), Number(float(own[key]), "")
        yield str(key), say(f"indicator.{key}"), full, points, "", _remark(study, key)
    full = Number(FULL_POINTS * len(SIMULATED), "whole")
    yield "", say("form.sum"), full, Number(float(own.sum()), ""), "", say("form.sum_note")
    yield "", say("form.grade"), "", "", "", say("form.no_grade")


def _survey_rows(study: Study, site: str) -> Iterator[tuple[Cell, ...]]:
    """Section II has five levels; the survey that is simulated has three."""
    say, shares = study.say, _satisfaction(study, study.baseline, site)
    told = ", ".join(
        f"{say(f'form.{key}').lower()} {shown(share, say)}"
        for key, share in zip(GRADED, shares, strict=True)
        if share
    )
    remark = say("form.three_levels", told=told) if told else say("form.no_survey")
    yield "II", say("form.five_levels"), "", "", "", remark
    for level in FIVE_LEVELS:
        yield "", say(f"form.{level}"), "", "", "", ""


def _remark(study: Study, indicator: int) -> str:
    how = study.say(f"simulated.{SIMULATED[indicator]}")
    return f"{study.say('indicators.simulated')}: {how}. {study.say(f'indicator_note.{indicator}')}"


# --- form 3: kinds of site ---


def _form_3(study: Study) -> Form:
    """A row for each scenario and kind of site."""
    say = study.say
    rows: list[tuple[Cell, ...]] = []
    for one in study.results:
        points = one.indicators()
        for site, title in study.sites.items():
            own = points[points["site"] == site].set_index("indicator")["points"]
            if len(own):
                unit = f"{title} – {study.title(one)}"
                scores = (Number(float(own[key]), "") for key in SIMULATED)
                total = Number(float(own.sum()), "")
                rows.append((unit, *scores, total, "", "", *_satisfaction(study, one, site)))
    names = [
        say("form.agency"),
        *(say("form.indicator_number", number=number) for number in SIMULATED),
        *(say(f"form.{key}") for key in ("points", "grade", "rank", *GRADED)),
    ]
    heads = tuple(Head(text, 0, column) for column, text in enumerate([say("form.number_ii"), *names]))
    numbered = tuple((str(number), *row) for number, row in enumerate(rows, start=1))
    titles = (study.period_told("form.period"),)
    asked = ("survey_note",) if _is_surveyed(study) else ()
    note = " ".join(say(f"form.{key}") for key in ("first", *asked, "sum_note", "no_grade", "no_title"))
    return Form(say("sheet.form_3"), (say("form.form_3"),), (), titles, heads, numbered, note)


def _satisfaction(study: Study, result: Result, site: str) -> Sequence[Cell]:
    """Shares not satisfied, satisfied and very satisfied; empty without a survey."""
    if not _is_surveyed(study):
        return "", "", ""
    satisfied, very = (study.value(result, measure, site).mean for measure in SURVEYED)
    return tuple(Number(share, "fraction") for share in (1 - satisfied, satisfied - very, very))


def _is_surveyed(study: Study) -> bool:
    return all(map(study.has, SURVEYED))
