"""`wait.within_N`: measures of who is served within any wait, of N minutes, or of N seconds as `wait.within_20s`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_NAME = re.compile(r"wait\.within_(\d+(?:\.(\d+))?)(s?)")


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
    return found and Within(float(found[1]), len(found[2] or ""), bool(found[3]))


def waits_named(names: Iterable[str]) -> list[str]:
    """The measures of this kind among names such as `wait.within_5@site=centre`, the shortest wait first."""
    found = {measure: wait for name in names if (wait := within(measure := name.partition("@")[0]))}
    return sorted(found, key=lambda measure: (found[measure].minutes, measure))
