"""What results are held against: targets to be met, and figures reported of the real office."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.values import Part, Slug


class Target(Part):
    """A measure that must stay at most, or at least, at a value; at one kind of site or in all."""

    measure: str
    site: Slug | None = None
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Target:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("needs one of `at_most` and `at_least`")
        return self


class Reported(Part):
    """A figure published of the real office: its value, or the value that it is said to be above."""

    measure: str
    site: Slug | None = None
    value: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _one_figure(self) -> Reported:
        if (self.value is None) == (self.above is None):
            raise ValueError("needs one of `value` and `above`")
        return self
