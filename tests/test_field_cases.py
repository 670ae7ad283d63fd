"""Cases from the field: small inputs whose right values were worked out elsewhere (tests/field/README.md)."""

import re
import unicodedata
from pathlib import Path

import pytest

import sim

FIELD = Path(__file__).parent / "field"


def test_each_case_is_described() -> None:
    described = (FIELD / "README.md").read_text()
    assert all(
        f"`{path.name}" in described or f"`{path.name}/" in described
        for path in FIELD.iterdir()
        if path.suffix != ".md"
    )


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("clock_time", "clock_time.csv, line 2, column 'minutes': '0:05:30' is not a number"),
        ("column_twice", "column_twice.csv, line 1: column 'minutes' stands twice"),
        ("decimal_comma", "decimal_comma.csv, line 2, column 'minutes': '1,5' may be 15 or 1.5"),
        ("not_available", "not_available.csv, line 3, column 'minutes': 'NA' is not a number"),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_content(case: str, words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=re.escape(words)):
        sim.load(FIELD / "cells" / f"{case}.toml")


def test_blanks_around_a_heading_do_no_harm() -> None:
    work = sim.load(FIELD / "cells" / "blank_in_header.toml").scenario.step["work"].work
    assert work is not None
    assert work.mean == 1.5  # of 1 and 2


def test_names_are_equal_however_their_letters_are_put_together() -> None:
    folder = FIELD / "decomposed_names"
    table = (folder / "open.csv").read_text(encoding="utf-8")
    assert table != unicodedata.normalize("NFC", table)
    read = sim.load(folder / "s.toml").scenario
    assert read.horizon.open_dossiers is not None
    assert read.horizon.open_dossiers.rows[0].site == read.site["office"].places[1][0]


def test_a_number_that_may_be_two_is_refused_with_both() -> None:
    words = "thousands.csv, line 2, column 'volume': '1.200' may be 1200 or 1.2"
    with pytest.raises(sim.ScenarioError, match=re.escape(words)):
        sim.load(FIELD / "vietnamese_spreadsheet" / "thousands.toml")
