"""Which file is to blame for what is wrong with a scenario."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.layers import Layer, Leaf, setters
from sim.scenario.messages import Problem, ScenarioError


def error(problems: list[Problem], layers: Sequence[Layer], inherited: int) -> ScenarioError:
    """The problems with the file they stand in; the first `inherited` layers are those of the parent."""
    setter = setters(layers)
    return ScenarioError(*(_placed(problem, setter, layers, inherited) for problem in problems))


def _placed(problem: Problem, setter: dict[Leaf, int], layers: Sequence[Layer], inherited: int) -> str:
    """A parent is right by itself: what is wrong with its values is wrong with the file that extends it."""
    names = tuple(key for key in problem.path if isinstance(key, str))
    within = [leaf for leaf in setter if names and leaf[: len(names)] == names]
    at = max(within, key=setter.__getitem__, default=None)
    if at is None:
        return f"{layers[-1].name}: {problem}"
    source = layers[setter[at]].source(at)
    if setter[at] >= inherited:
        return f"{source}: {problem}"
    takes_away = any(layer.removes for layer in layers[inherited:])
    advice = f"; take {'.'.join(names[:2])!r} away, too, or change it" if takes_away else ""
    return f"{layers[-1].name}: {problem} (set in {source}{advice})"
