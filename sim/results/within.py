"""`wait.within_N`: measures of who is served within any wait, of N minutes, or of N seconds as `wait.within_20s`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 1440.0  # minutes: nobody waits in the hall for longer than a day
FORM = (
    "minutes from above 0 to 1440, as in wait.within_20 or wait.within_0.5, or seconds, as in wait.within_20s"
)

_NAME = re.compile(r"wait\.within_(\d{1,9}(?:\.(\d{1,9}))?)(s?)", re.ASCII)


class Within(NamedTuple):
    """A wait as it is written, and in minutes."""

    number: float
    digits: int  # behind the point
    in_seconds: bool

    @property
    def minutes(self) -> float:
        """The longest wait that is within."""
        return self.number / 60 if self.in_seconds else self.number


def within(measure: str) -> Within | None:
    """The wait that a measure names; None: it names none."""
    found = _NAME.fullmatch(measure)
    wait = found and Within(float(found[1]), len(found[2] or ""), bool(found[3]))
    return wait if wait and 0 < wait.minutes <= LONGEST else None


def is_meant(measure: str) -> bool:
    """It is to name a wait, whether it does or not."""
    return measure.startswith("wait.within")


def waits_named(names: Iterable[str]) -> list[str]:
    """The measures of this kind among names such as `wait.within_5@site=centre`, the shortest wait first."""
    found = {measure: wait for name in names if (wait := within(measure := name.partition("@")[0]))}
    return sorted(found, key=lambda measure: (found[measure].minutes, measure))
