"""Names of measures: which row they mean, and what is said of those that mean none."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest

from sim.results.chosen import chosen, name_of, row_of, rows_of
from sim.results.measured import KEY, Measured
from sim.scenario import ScenarioError

ROWS = [
    ("wait.mean", "min", "", "", "", ""),
    ("wait.mean", "min", "centre", "", "", ""),
    ("wait.mean", "min", "commune", "", "", ""),
    ("wait.mean", "min", "commune", "Yên Than", "", ""),
    ("wait.mean", "min", "centre", "", "land", ""),
    ("wait.mean", "min", "centre", "", "civil", ""),
    ("wait.mean", "min", "commune", "", "civil", ""),
    ("utilisation", "fraction", "", "", "", ""),
    ("utilisation", "fraction", "commune", "Yên Than", "", "clerk"),
]
CITIZENS = [
    ("wait.mean", "min", "centre", "", "", "", "priority_group", "", ""),
    ("wait.mean", "min", "commune", "", "", "", "priority_group", "", ""),
    ("wait.mean", "min", "centre", "", "", "", "", "appointment", ""),
    ("wait.mean", "min", "centre", "", "", "", "", "", "collecting"),
]
TABLE = pd.DataFrame([*((*row, "", "", "") for row in ROWS), *CITIZENS], columns=KEY)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("wait.mean", 0),
        ("wait.mean@site=centre", 1),
        ("wait.mean@place=Yên Than", 3),
        ("wait.mean@place=" + unicodedata.normalize("NFD", "Yên Than"), 3),
        ("wait.mean@field=land", 4),
        ("wait.mean@ field = civil , site = commune", 6),
        ("utilisation@place=Yên Than,team=clerk", 8),
        ("wait.mean@priority=priority_group,site=commune", 10),
        ("wait.mean@channel=appointment", 11),
        ("wait.mean@visit=collecting", 12),
    ],
)
def test_a_name_means_a_row(name: str, row: int) -> None:
    assert row_of(TABLE, name) == row


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wait.men", "'wait.men' is no measure; did you mean 'wait.mean'"),
        ("wait.mean@site=center", "there is no site 'center'; did you mean 'centre'"),
        ("wait.mean@sight=centre", "'sight' is no group; did you mean 'site'"),
        ("wait.mean@centre", "'centre' is no group"),
        ("wait.mean@", "names no group; write @site=NAME"),
        ("wait.mean@site", "names no group; write @site=NAME"),
        ("wait.mean@place=", "names no group; write @place=NAME"),
        ("wait.mean@site=centre,", "names no group; write @site=NAME"),
        ("wait.mean@field=civil", "at several kinds of site; write one of centre, commune"),
        ("wait.mean@team=clerk", "'wait.mean' is not measured by team"),
        ("wait.mean@site=centre,place=Yên Than", "there is no such group"),
        ("wait.mean@priority=priority_group", "at several kinds of site; write one of centre, commune"),
        ("wait.mean@channel=post", "there is no channel 'post'"),
        ("utilisation@priority=priority_group", "'utilisation' is not measured by priority"),
        ("utilisation@team=clerk", "not measured by this alone"),
        ("satisfied.rate", "not measured in this scenario"),
    ],
)
def test_names_that_mean_nothing(name: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        row_of(TABLE, name)


def test_every_row_has_a_name_of_its_own() -> None:
    assert [row_of(TABLE, name_of(row)) for _, row in TABLE.iterrows()] == list(range(len(TABLE)))


def test_values_of_names() -> None:
    value = np.arange(2.0 * len(TABLE)).reshape(2, -1)
    measured = Measured(TABLE, value, np.ones_like(value, np.int64))
    found = chosen(measured, ["utilisation", "wait.mean"])
    assert found.value.T.tolist() == [[7, 20], [0, 13]]
    assert found.key["measure"].tolist() == ["utilisation", "wait.mean"]
    assert rows_of(TABLE, []).shape == (0,)
