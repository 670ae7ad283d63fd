"""Both languages say the same things, say nothing that nobody asks for, and write numbers and dates their own way."""

from __future__ import annotations

import ast
import math
import re
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from sim.plan.model import Channel
from sim.report.language import LANGUAGES, language, usual_language
from sim.report.naming import deadline_in_words
from sim.results.attribution import Cause
from sim.results.groups import OF_VISITS
from sim.results.measures import MEASURES
from sim.results.observe import Status
from sim.results.official import FORM_07A, FORM_II06A, SIMULATED
from sim.study.tasks import ENGINES

VI, EN = language("vi"), language("en")
SIM = Path(__file__).parents[1] / "sim"

# Keys made from numbers and names of the model: their last part.
FAMILIES = {
    "measure": set(MEASURES),
    "unit": {measure.unit for measure in MEASURES.values()} | {"points", "million_VND"},
    "weekday": {str(day) for day in range(7)},
    "channel": {str(int(channel)) for channel in Channel},
    "status": {str(int(status)) for status in Status},
    "flag": {
        *("unserved", "overloaded", "booked_out", "few_slots", "outlasted", "nobody", "unmet", "sent_away"),
        *("growing", "lead", "added_own", "added_same", "warm_up"),
    },
    "form07a": {"number", "field", *FORM_07A},
    "formii06a": {"number", "field", *FORM_II06A},
    "indicator": {str(number) for number in SIMULATED},
    "indicator_note": {str(number) for number in SIMULATED},
    "indicators": {"site", "number", "name", "points", "simulated", "note"},
    "simulated": set(SIMULATED.values()),
    "cause": {cause.name.lower() for cause in Cause},
    "deadline": {
        *(f"{unit}{s}" for unit in ("working day", "working hour", "calendar day") for s in ("", "s")),
        *("same day", "none"),
    },
    "engine": set(ENGINES),
    "period": {"day", "days", "week", "weeks"},
    "group": {f"{part}.{kind.name.lower()}" for part, kinds in OF_VISITS.items() for kind in kinds},
    "selected": {"best", "candidate", "behind", "breaks"},
}


# --- keys ---


class Strings(NamedTuple):
    """The strings of a file: those without and those with placeholders."""

    plain: frozenset[str]
    filled: tuple[re.Pattern[str], ...]

    def can_make(self, text: str) -> bool:
        """The text is a number, stands in the file, or is one with placeholders that such texts fill."""
        if text in self.plain or text.isdigit():
            return True
        found = (pattern.fullmatch(text) for pattern in self.filled)
        return any(match and all(map(self.can_make, match.groups())) for match in found)


def strings(*files: Path) -> Strings:
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    plain = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    filled = [node.values for node in nodes if isinstance(node, ast.JoinedStr)]
    return Strings(frozenset(plain), tuple(pattern(*parts) for parts in filled))


def pattern(first: ast.expr, *others: ast.expr) -> re.Pattern[str]:
    """What a string with placeholders can be; nothing if it does not begin with a text of its own."""
    parts = [re.escape(str(x.value)) if isinstance(x, ast.Constant) else "(.+)" for x in (first, *others)]
    return re.compile("".join(parts) if isinstance(first, ast.Constant) else r"(?!)")


# A trace's keys are named where its lines are made.
PROGRAM = [strings(file, SIM / "results" / "life.py") for file in sorted(SIM.rglob("*.py"))]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(VI.texts) == list(EN.texts)


def test_both_languages_speak_of_the_same_values() -> None:
    assert [key for key in EN.texts if placeholders(VI.texts[key]) != placeholders(EN.texts[key])] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_families_are_complete(family: str) -> None:
    keys = {key.removeprefix(f"{family}.") for key in EN.texts if key.startswith(f"{family}.")}
    assert keys == FAMILIES[family]


def test_every_text_is_asked_for() -> None:
    others = [key for key in EN.texts if key.partition(".")[0] not in FAMILIES]
    assert [key for key in others if not any(file.can_make(key) for file in PROGRAM)] == []


def test_every_key_that_is_asked_for_exists() -> None:
    sections = {key.partition(".")[0] for key in EN.texts}
    calls = re.compile(r'\bsay\(\s*"([^"]+)"')
    keys = {key for file in SIM.rglob("*.py") for key in calls.findall(file.read_text(encoding="utf-8"))}
    assert {key for key in keys if key.partition(".")[0] in sections} == keys
    assert keys <= set(EN.texts)


def test_no_text_is_empty_or_left_in_the_other_language() -> None:
    same = {key for key in EN.texts if VI.texts[key] == EN.texts[key]}
    words = {key for key in same if re.search(r"\w", re.sub(r"\{\w+\}", "", EN.texts[key]))}
    assert words <= {"figure.n"}
    assert all(text.strip() for say in (VI, EN) for text in say.texts.values())


def test_placeholders_are_filled() -> None:
    assert EN("figure.replications", count=3) == "Replications: 3."
    with pytest.raises(KeyError, match="count"):
        EN("figure.replications")
    with pytest.raises(KeyError, match=r"figure\.nothing"):
        EN("figure.nothing")


# --- numbers ---


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (0.25, 2, "0,25", "0.25"),
        (-1234.5, 1, "-1.234,5", "-1,234.5"),
        (math.nan, 1, "–", "–"),
        (math.inf, 1, "–", "–"),
    ],
)
def test_numbers(value: float, digits: int, vi: str, en: str) -> None:
    assert (VI.number(value, digits), EN.number(value, digits)) == (vi, en)


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(0.925, "92,5 %", "92.5 %"), (1.0, "100,0 %", "100.0 %"), (0.0, "0,0 %", "0.0 %"), (math.nan, "–", "–")],
)
def test_percentages(value: float, vi: str, en: str) -> None:
    assert (VI.percent(value), EN.percent(value)) == (vi, en)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.34, "min", "12.3"),
        (12345.6, "h", "12,346"),
        (0.9987, "fraction", "99.9 %"),
        (0.9997, "fraction", "99.97 %"),
        (math.nan, "min", "–"),
    ],
)
def test_amounts_in_the_way_of_their_unit(value: float, unit: str, text: str) -> None:
    assert EN.amount(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "vi", "en"),
    [
        (1.25, "min", "+1,2", "+1.2"),
        (-1.25, "min", "-1,2", "-1.2"),
        (0.0123, "fraction", "+1,2", "+1.2"),
        (-0.5, "fraction", "-50,0", "-50.0"),
        (0.0, "min", "0,0", "0.0"),
        (0.04, "min", "0,0", "0.0"),
        (-0.04, "min", "0,0", "0.0"),
        (-0.0004, "fraction", "0,0", "0.0"),
        (math.nan, "min", "–", "–"),
        (math.nan, "fraction", "–", "–"),
    ],
)
def test_differences_are_signed_unless_they_round_to_nothing(
    value: float, unit: str, vi: str, en: str
) -> None:
    assert (VI.difference(value, unit), EN.difference(value, unit)) == (vi, en)


# --- dates ---


def test_days() -> None:
    assert (VI.day(date(2019, 11, 28)), EN.day(date(2019, 11, 28))) == ("28/11/2019", "28 Nov 2019")
    assert (VI.day(date(2019, 1, 2)), EN.day(date(2019, 1, 2))) == ("02/01/2019", "2 Jan 2019")


def test_moments() -> None:
    moment = datetime(2019, 11, 28, 7, 5)
    assert VI.moment(moment) == "Thứ Năm 28/11/2019 07:05"
    assert EN.moment(moment) == "Thu 28 Nov 2019 07:05"


# --- which language ---


def test_unknown_languages_are_refused_with_the_choices() -> None:
    assert [language(code).code for code in LANGUAGES] == ["vi", "en"]
    with pytest.raises(ValueError, match="'fr' is not a language of this program; choose vi or en"):
        language("fr")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "vi_VN"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "vi_VN", "LANG": "C"}, "vi"),
        ({}, "en"),
    ],
)
def test_usual_language(settings: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert usual_language() == code


@pytest.mark.parametrize(
    ("difference", "low", "high", "clear"),
    [
        (-1.2, -1.4, -1.0, True),
        (1.2, -0.1, 2.0, False),
        (0.01, 0.005, 0.015, False),  # written as 0.0 minutes
        (1.2, float("nan"), float("nan"), False),
    ],
)
def test_a_difference_is_clear_if_it_can_be_seen(
    difference: float, low: float, high: float, clear: bool
) -> None:
    assert EN.is_clear(difference, low, high, "min") is clear


@pytest.mark.parametrize(
    ("text", "vi"),
    [
        ("10 working days", "10 ngày làm việc"),
        ("15 calendar days", "15 ngày (kể cả ngày nghỉ)"),
        ("1.5 working hours", "1,5 giờ làm việc"),
        ("same day", "trong ngày"),
        ("none", "không có thời hạn"),
    ],
)
def test_deadlines(text: str, vi: str) -> None:
    assert deadline_in_words(text, language("vi")) == vi
