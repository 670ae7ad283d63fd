"""Beliefs: numbers that a planner is not sure of, written `belief(LAW)` wherever a number may stand.

`volume = "belief(triangular(10, 12, 16))"` says: about 12, surely between 10 and 16. A belief may also be a
parameter of a law: `work = "lognormal(mean=belief(uniform(8, 12)), sd=5)"`. A scenario that is simulated has a number
in place of each belief: its median, which is as likely too low as too high, or in a two-level run a draw. Beliefs are
independent of each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sim import laws
from sim.scenario import shape
from sim.scenario.layers import Leaf, Tables, leaves
from sim.scenario.messages import Problem, shown

Choose = Callable[[str, laws.Law], float]

_BELIEF = re.compile(r"belief\(((?:[^()]|\([^()]*\))*)\)")
_LABELS = {"title", "name", "question", "source"}


def median(_name: str, law: laws.Law) -> float:
    """What the plain scenario takes for a belief."""
    return float(law.ppf(0.5))


def is_belief(value: Any) -> bool:
    """The value is a text with a belief, or a list that holds one."""
    if isinstance(value, list):
        return any(map(is_belief, value))
    return isinstance(value, str) and "belief(" in value


def settled(tables: Tables, choose: Choose, folder: Path) -> tuple[Tables, list[Problem]]:
    """The tables that differ, with a number of one's choice for each belief, and what cannot be read as one.

    `choose` is asked with the belief's name, which is its place: `demand.scale`, `profile.usual.month.3`; of
    several in one text the later ones have a number behind them.
    """
    chosen: Tables = {}
    problems: list[Problem] = []
    for leaf, value in _believed(tables):
        node = chosen
        for key in leaf[:-1]:
            node = node.setdefault(key, {})
        try:
            node[leaf[-1]] = _settled(value, leaf, choose, folder)
        except ValueError as error:
            problems.append(Problem(leaf, str(error)))
    return chosen, problems


def beliefs(tables: Tables, folder: Path) -> dict[str, laws.Law]:
    """All beliefs of tables that can be read, by name."""
    found: dict[str, laws.Law] = {}

    def note(name: str, law: laws.Law) -> float:
        found[name] = law
        return 0.0

    settled(tables, note, folder)
    return found


def scaled(text: str, factor: float) -> str:
    """The text of a law, or of a belief, of values so many times as large; ValueError if it cannot be multiplied."""
    whole = _BELIEF.fullmatch(text)
    return f"belief({laws.scaled(whole[1], factor)})" if whole else laws.scaled(text, factor)


def _believed(tables: Tables) -> Iterator[tuple[Leaf, Any]]:
    for leaf, value in leaves(tables):
        if leaf[0] != "origin" and leaf[-1] not in _LABELS and is_belief(value):
            yield leaf, value


def _settled(value: Any, path: shape.Path, choose: Choose, folder: Path) -> Any:
    if isinstance(value, list):
        return [_settled(item, (*path, number), choose, folder) for number, item in enumerate(value)]
    if not is_belief(value):
        return value
    name = ".".join(str(key + 1) if isinstance(key, int) else key for key in path)
    numbers: list[float] = []

    def number(match: re.Match[str]) -> str:
        own = f"{name} {len(numbers) + 1}" if numbers else name
        numbers.append(choose(own, laws.parse(match[1], folder)))
        return repr(numbers[-1])

    text = _BELIEF.sub(number, value)
    if "belief(" in text:
        raise ValueError(
            f"{shown(value)} is not a belief; write for example 'belief(triangular(10, 12, 16))'"
        )
    if not _BELIEF.fullmatch(value):
        return text
    return round(numbers[0]) if shape.is_whole(path) else numbers[0]
