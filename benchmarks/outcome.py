"""What one run of a benchmark gives back, whichever engine ran it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Outcome(NamedTuple):
    """One run."""

    customers: int  # who came
    means: dict[str, float]  # in minutes, to be the same in every engine
    seconds: dict[str, float] | None = None  # processor time of its parts, where the engine has any


Run = Callable[[int], Outcome]  # by seed


def means(minutes: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The mean under each name that has any values."""
    return {name: sum(values) / len(values) for name, values in minutes.items() if values}
