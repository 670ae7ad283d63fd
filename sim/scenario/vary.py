"""Values to vary, by their places: one value, the same in many places, or what stands there times a factor.

`team.land-desk.staff` is a dotted path. In `procedure.*.volume` the star stands for every name there. `times
step.intake.work` multiplies what stands there, a number or a law; `times procedure.*.volume`, all volumes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from sim.scenario import shape
from sim.scenario.beliefs import is_belief, scaled
from sim.scenario.files import ScenarioFile
from sim.scenario.layers import plain
from sim.scenario.messages import ScenarioError, shown

TIMES = "times "


def varied(file: ScenarioFile, values: Mapping[str, Any], name: str) -> ScenarioFile:
    """The scenario with other values, under another name; `ScenarioError` for what a file would be refused for."""
    changes: dict[str, Any] = {}
    for key, value in values.items():
        for path in places(file, key):
            changes[path] = _times(file, path, value) if key.startswith(TIMES) else _whole(path, value)
    return file.change(changes, name=name)


def places(file: ScenarioFile, key: str) -> list[str]:
    """The dotted paths that a key stands for; `ScenarioError` if there is no such value."""
    pattern = key.removeprefix(TIMES)
    found = list(_expand(file, (), pattern.split("."))) if "*" in pattern else [pattern]
    if not found:
        raise ScenarioError(f"{file.name}: {shown(pattern)} names nothing in the scenario")
    for path in found:
        file.check_path(path)
    return found


def standing(file: ScenarioFile, key: str) -> Any:
    """What stands where a key would change it: 1 if it multiplies, None if that is a list, or many values."""
    if key.startswith(TIMES):
        return 1.0
    found = places(file, key)
    value = file.value(found[0]) if len(found) == 1 else None
    return None if isinstance(value, list | dict) else value


def is_whole(key: str) -> bool:
    """Whether a key names whole numbers only, such as staff; times a factor they are rounded."""
    return not key.startswith(TIMES) and shape.is_whole(key.split("."))


def _expand(file: ScenarioFile, above: tuple[str, ...], pattern: list[str]) -> Iterator[str]:
    if not pattern:
        yield ".".join(above)
        return
    key, *below = pattern
    names = [name for name in file.names_at(above) if fnmatchcase(name, key)]
    for name in names if "*" in key else [key]:
        yield from _expand(file, (*above, name), below)


def _whole(path: str, value: Any) -> Any:
    """Designs of experiments speak in float64."""
    return int(value) if isinstance(value, float) and value.is_integer() and is_whole(path) else value


def _times(file: ScenarioFile, path: str, factor: Any) -> Any:
    if isinstance(factor, bool) or not isinstance(plain(factor), int | float):
        raise ScenarioError(f"{TIMES}{path}: {shown(factor)} is not a number to multiply by")
    return _multiplied(file.written(path), float(factor), path)


def _multiplied(value: Any, factor: float, path: str) -> Any:
    if isinstance(value, list) and any(isinstance(item, int | float | list) for item in value):
        return [_multiplied(item, factor, path) if _is_part(item) else item for item in value]
    if isinstance(value, str):
        try:
            return scaled(value, factor)
        except ValueError as error:
            words = "is a belief in part" if is_belief(value) else str(error)
            raise ScenarioError(f"{TIMES}{path}: {shown(value)} cannot be multiplied: {words}") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(
            f"{TIMES}{path}: {shown(value)} is not a number or a law; write it into the file first"
        )
    return round(value * factor) if isinstance(value, int) and is_whole(path) else value * factor


def _is_part(item: Any) -> bool:
    return isinstance(item, list) or (isinstance(item, int | float) and not isinstance(item, bool))
