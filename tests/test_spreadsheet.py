"""CSV tables as offices save them: each cell is read as the one number that it can be, or refused by its place."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from sim.spreadsheet import read_table
from sim.textfiles import composed, inside, quoted, read_text


def column(text: str, name: str = "v") -> list[int | float]:
    table = read_table(text, "x.csv")
    number = table.numbers(name)
    return [number(row) for row in table.rows]


def refusal(text: str) -> str:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are what is tested
        column(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("v\n1200\n0\n-3\n+4\n", [1200, 0, -3, 4]),
        ("v\n0.8\n12.5\n1234.567\n1.5e3\n0.125\n", [0.8, 12.5, 1234.567, 1500, 0.125]),
        ("v\n1.200\n0.8\n", [1.2, 0.8]),
        ("v\n0.125\n1.250\n", [0.125, 1.25]),
        ("v\n1.200\n1.200.000\n", [1200, 1_200_000]),
        ('v\n1.200\n"1.200,5"\n', [1200, 1200.5]),
        ('v\n"1,200"\n"1,200.5"\n', [1200, 1200.5]),
        ('v\n"12,5"\n"1.200,5"\n', [12.5, 1200.5]),
        ("v;w\n12,5;a\n1.200;b\n1,125;c\n", [12.5, 1200, 1.125]),
        ("v;w\n0,5;a\n1200;b\n", [0.5, 1200]),
        ("v;w\n12.5;a\n1.200;b\n", [12.5, 1.2]),
        ("\n \u00a0v \n 1\u00a0\n\n2\n", [1, 2]),
    ],
    ids=repr,
)
def test_numbers_that_can_be_read_in_one_way(text: str, values: list[float]) -> None:
    assert column(text) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v\n1.200\n800\n", "line 2, column 'v': '1.200' may be 1200 or 1.2; write 1200 or 1.2000"),
        ("v\n-12.345\n", "'-12.345' may be -12345 or -12.345; write -12345 or -12.3450"),
        ("v;w\n1.200;a\n", "'1.200' may be 1200 or 1.2"),
        ("v;w\n1,200;a\n", "'1,200' may be 1200 or 1.2; write 1200 or 1.2000"),
        ('v\n"1,200"\n', "'1,200' may be 1200 or 1.2"),
        ('v\n7\n"12,5"\n"2,5"\n', "line 3, column 'v': '12,5' may be 125 or 12.5; write 125 or 12.5"),
        (
            'v\n0.8\n"12,5"\n',
            "line 3, column 'v': '12,5' is not a number with a decimal point, as '0.8' in line 2",
        ),
        ("v;w\n12,5;a\n12.5;b\n", "'12.5' is not a number with a decimal comma, as '12,5' in line 2 is"),
        ("v\n1.2000.000\n", "'1.2000.000' is not a number; write digits and a decimal point"),
        ("v\n1 200\n", "'1 200' is not a number"),
        ("v\n٣\n", "'٣' is not a number"),
        ("v,w\n1,a\n,b\n", "line 3, column 'v': is empty"),
        ('v,w\n"a\nb",1\n\nNA,2\n', "line 2, column 'v': 'a\\nb' is not a number"),
        ("v,w\n1,2\n3\n", "x.csv, line 3: has 1 cells, but the header has 2"),
        (
            "v\n12,5\n",
            "has 2 cells, but the header has 1; where commas mark decimals, separate the cells by semi",
        ),
        ("v;w\n1;2;3\n", "x.csv, line 2: has 3 cells, but the header has 2"),
        ("v,w, v\n1,2,3\n", "x.csv, line 1: column 'v' stands twice"),
        ('v\n"1\n', "x.csv, line 2: is not CSV"),
    ],
    ids=repr,
)
def test_what_may_be_none_or_two_is_named_by_its_place(text: str, words: str) -> None:
    assert words in refusal(text)


def test_a_number_too_long_for_a_computer_is_infinite() -> None:
    assert column(f"v\n{'1' * 5000}\n") == [float("inf")]


def test_headings_without_a_name_do_no_harm() -> None:
    assert column("v,,\n1,,\n") == [1]


def test_semicolons_in_quotes_separate_nothing() -> None:
    assert read_table('"a;b",v\n1,2\n', "x.csv").columns == ("a;b", "v")


def test_a_table_of_nothing() -> None:
    assert read_table("\n \n", "x.csv").columns == ()


def test_text_is_read_in_composed_letters(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(unicodedata.normalize("NFD", "Hà Lâu"), encoding="utf-8")
    assert read_text(tmp_path / "x.csv", "x") == "Hà Lâu" == composed("Hà Lâu")


def test_a_file_is_found_however_the_disk_spells_it(tmp_path: Path) -> None:
    folder = tmp_path / unicodedata.normalize("NFD", "Hà Lâu")
    folder.mkdir()
    (folder / unicodedata.normalize("NFC", "mở.csv")).touch()
    found = inside(tmp_path, "Hà Lâu/" + unicodedata.normalize("NFD", "mở.csv"))
    assert found
    assert found.is_file()
    assert inside(tmp_path, "Hà Lâu/../../x") is None


def test_quoted_is_one_line_of_at_most_60_letters() -> None:
    assert quoted("a\nb") == r"'a\nb'"
    assert len(quoted("x" * 99)) == 60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code\tvolume\na\t3\n", "t.csv, line 1: tabs stand between the cells"),
        ("sep=;\ncode;volume\na;3\n", "t.csv, line 1: 'sep=;' is no heading; delete this line"),
    ],
)
def test_what_a_spreadsheet_saves_beside_plain_csv(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_table(text, "t.csv")
