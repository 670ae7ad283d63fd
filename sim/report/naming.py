"""Measures and the groups that they are taken of, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.report.language import Language
from sim.results.chosen import group_of
from sim.results.figure import Kind
from sim.results.named import measure_of

OF_CITIZENS = ("priority", "channel", "visit")  # parts of a group whose values the program itself names


def measure_in_words(name: str, sites: Mapping[str, str], say: Language) -> str:
    """`wait.p90@site=centre` in words, with the titles of sites."""
    measure, where = name.partition("@")[0], where_in_words(name, sites, say)
    return ", ".join(filter(None, [say.measure(measure), where]))


def where_in_words(name: str, sites: Mapping[str, str], say: Language) -> str:
    """The group of `wait.p90@site=centre` in words; empty for all."""
    return ", ".join(_value(part, value, sites, say) for part, value in group_of(name).items())


def too_few(measure: str, figure: float, bound: float, say: Language) -> str:
    """In words, that visits or replications are too few for the interval of a quantile; else empty."""
    known = measure_of(measure.partition("@")[0]).kind == Kind.QUANTILE and not math.isnan(figure)
    return say("table.too_few") if known and math.isnan(bound) else ""


def deadline_in_words(text: str, say: Language) -> str:
    """`10 working days`, `same day` or `none` in words."""
    amount, _, unit = " ".join(text.split()).partition(" ")
    if not amount[0].isdigit():
        return say(f"deadline.{text}")
    digits = len(amount.partition(".")[2])
    return say(f"deadline.{unit}", amount=say.number(float(amount), digits))


def _value(part: str, value: str, sites: Mapping[str, str], say: Language) -> str:
    if part in OF_CITIZENS:
        return say(f"group.{part}.{value}")
    return sites.get(value, value) if part == "site" else value
