"""Everything people read, in Vietnamese and English, from one place: ``report/words/{vi,en}.toml``."""

from __future__ import annotations

import math
import os
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from sim.results.within import within
from sim.scenario import translated

LANGUAGES = translated.LANGUAGES


@dataclass(frozen=True)
class Language:
    """Words, numbers and dates of one language."""

    code: str
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its placeholders filled; KeyError for an unknown key."""
        return self.texts[key].format(**values)

    def measure(self, name: str) -> str:
        """What a measure is called; `wait.within_20s` by its wait."""
        wait = within(name)
        if wait is None or f"measure.{name}" in self.texts:
            return self(f"measure.{name}")
        key = "served_within.seconds" if wait.in_seconds else "served_within.minutes"
        return self(key, wait=self.number(wait.number, wait.digits))

    def number(self, value: float, digits: int = 1) -> str:
        """1.234,5 in Vietnamese, 1,234.5 in English; a dash for what is not known."""
        if not math.isfinite(value):
            return "–"
        text = f"{round(value, digits) + 0.0:,.{digits}f}"  # + 0.0: no negative zero
        return text.translate(str.maketrans(",.", ".,")) if self.code == "vi" else text

    def percent(self, value: float, digits: int = 1) -> str:
        """A fraction as a percentage."""
        return f"{self.number(100 * value, digits)} %" if math.isfinite(value) else "–"

    def amount(self, value: float, unit: str) -> str:
        """A value in the way its unit is usually written."""
        if unit == "fraction":
            return self.percent(value, 2 if 0.999 <= value < 1 else 1)
        return self.number(value, 1 if abs(value) < 1000 else 0)

    def difference(self, value: float, unit: str) -> str:
        """A signed difference; of fractions in percentage points."""
        if not math.isfinite(value):
            return "–"
        text = self.number(100 * value, 1) if unit == "fraction" else self.amount(value, unit)
        return f"+{text}" if value > 0 and text.strip("0.,") else text

    def is_clear(self, difference: float, low: float, high: float, unit: str) -> bool:
        """The interval does not contain 0, and the difference is not written as 0; unknown bounds: not clear."""
        return (low > 0 or high < 0) and self.difference(difference, unit) != self.difference(0.0, unit)

    def day(self, day: date) -> str:
        """28/11/2019 in Vietnamese, 28 Nov 2019 in English."""
        if self.code == "vi":
            return f"{day:%d/%m/%Y}"
        return f"{day.day} {day:%b %Y}"

    def moment(self, moment: datetime) -> str:
        """Weekday, date and clock time."""
        weekday = self.texts[f"weekday.{moment.weekday()}"]
        return f"{weekday} {self.day(moment)} {moment:%H:%M}"


@cache
def language(code: str) -> Language:
    """The language of a code; ValueError names those there are."""
    if code not in LANGUAGES:
        raise ValueError(f"'{code}' is not a language of this program; choose {' or '.join(LANGUAGES)}")
    text = files("sim.report").joinpath("words", f"{code}.toml").read_text(encoding="utf-8")
    return Language(code, dict(_flat(tomllib.loads(text))))


def usual_language() -> str:
    """Vietnamese where the system speaks it, else English."""
    settings = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    spoken = next((value for value in settings if value), "")
    return "vi" if spoken.lower().startswith("vi") else "en"


def _flat(tables: dict[str, object], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tables.items():
        if isinstance(value, dict):
            found += _flat(value, f"{above}{key}.")
        else:
            found.append((above + key, str(value)))
    return found
