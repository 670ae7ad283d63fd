"""Values of scenario files as people write them: dates, numbers, yes and no, lists."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sim.report.language import Language

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST = 160  # letters
PERIOD = re.compile(r"(\d+) (days?|weeks?)")


def told(value: Any, say: Language) -> str:
    """A value in one line of reasonable length."""
    text = _told(value, say)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def period(text: str, say: Language) -> str:
    """A duration, such as ``8 weeks``; other texts stay as they are."""
    found = PERIOD.fullmatch(text.strip())
    return text if found is None else say(f"period.{found[2]}", count=found[1])


def _told(value: Any, say: Language) -> str:
    if isinstance(value, bool):
        return say("value.yes" if value else "value.no")
    if isinstance(value, int | float):
        return _number(float(value), say)
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        return say.day(date.fromisoformat(value))
    if isinstance(value, list):
        return "; ".join(_item(item, say) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_told(item, say)}" for key, item in value.items())
    return str(value)


def _item(item: Any, say: Language) -> str:
    """A pair, such as a time and how many people, with a colon between; another list within a list in brackets."""
    if not isinstance(item, list):
        return _told(item, say)
    if len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], int | float):
        return f"{_told(item[0], say)}: {_told(item[1], say)}"
    return f"({_told(item, say)})"


def _number(value: float, say: Language) -> str:
    """All decimals that the file has."""
    decimals = f"{value:.10f}".rstrip("0").partition(".")[2]
    return say.number(value, len(decimals))
