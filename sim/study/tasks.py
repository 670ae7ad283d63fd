"""Replications of a scenario as a task: little enough to send to another machine, and the same numbers there."""

from __future__ import annotations

import json
import pickle
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Lock
from typing import NamedTuple

import pandas as pd

from sim.compiler import MISSING
from sim.engine import compiled, reference
from sim.engine.contract import Draws, Log, Plan
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model
from sim.results.groups import Groupings
from sim.results.measured import KEY, Figures, key, measure, names
from sim.results.named import ALWAYS_WITHIN
from sim.results.observe import observe
from sim.results.rows import Rows, rows
from sim.results.targets import check_targets
from sim.results.within import waits_named
from sim.scenario import ScenarioFile

ENGINES: dict[str, Callable[[Plan, Draws], Log]] = {
    "compiled": compiled.simulate,
    "reference": reference.simulate,
}
DEFAULT_ENGINE = "compiled"

# To be raised in the change after which some scenario, seed and replication give other numbers, or other measures:
# in drawing, policy, engine, observation or measures. Stores then compute again; tests/test_store.py notices.
SEMANTICS = 3

KEPT_SETTINGS = 32  # scenarios that a process holds compiled; one of a district takes some 10 MB


def engine_of(name: str) -> Callable[[Plan, Draws], Log]:
    """The engine of a name; ValueError names those there are, or says what is missing."""
    if name not in ENGINES:
        raise ValueError(f"'{name}' is not an engine; choose one of {', '.join(ENGINES)}")
    if name == "compiled" and MISSING:
        raise ValueError(
            f"the compiled engine needs Numba, which cannot be loaded ({MISSING}): install it anew, "
            "or use --engine reference, which gives the same numbers slowly"
        )
    return ENGINES[name]


def asked_of(file: ScenarioFile, measures: Iterable[str]) -> tuple[str, ...]:
    """What to measure beside the usual measures: the waits named by questions, targets and figures reported.

    Raises ScenarioError for a target, or a figure reported, that no measure can have.
    """
    check_targets(file.path.name, file.scenario)
    targets = (one.measure for one in file.scenario.target.values())
    reported = (one.measure for one in file.scenario.reported.values())
    named = waits_named([*measures, *targets, *reported])
    return tuple(name for name in named if name not in ALWAYS_WITHIN)


def name_of(file: ScenarioFile, asked: tuple[str, ...]) -> str:
    """By what the measures of a scenario are known: its hash, and the measures asked for beside the usual ones."""
    return "+".join((file.hash, *asked))


class Recipe(NamedTuple):
    """A scenario as text is too long to compile twice, as a model too large to send: so it travels like this."""

    name: str  # see `name_of`
    packed: bytes
    asked: tuple[str, ...] = ()

    @classmethod
    def of(cls, file: ScenarioFile, asked: tuple[str, ...] = ()) -> Recipe:
        """Leave the origins of values behind, which are a third of it and change no number."""
        scenario = file.scenario.model_copy(update={"origin": {}})
        return cls(name_of(file, asked), zlib.compress(pickle.dumps(scenario), 1), asked)


class Task(NamedTuple):
    """Some replications of one scenario, and what is wanted of them."""

    recipe: Recipe
    seed: int
    engine: str
    replications: range
    rows_of: int = 0  # the first replications, of which rows are made
    keep_log: bool = False


class Batch(NamedTuple):
    """What a task gave: all measures of each replication, in rows that `key` names, and the rows asked for."""

    semantics: int
    key: bytes
    figures: list[Figures]
    rows: dict[int, Rows]


class Setting(NamedTuple):
    """What all replications of a scenario have in common."""

    model: Model
    groups: Groupings
    told: list[str]  # the measures
    key: bytes

    @classmethod
    def of(cls, recipe: Recipe) -> Setting:
        """Compile a scenario."""
        return cls.of_model(compile_scenario(pickle.loads(zlib.decompress(recipe.packed))), recipe.asked)

    @classmethod
    def of_model(cls, model: Model, asked: tuple[str, ...]) -> Setting:
        """What follows from the model, and from the measures asked for beside the usual ones."""
        groups = Groupings.of_model(model)
        return cls(model, groups, names(model, asked), packed_key(key(model, groups, asked)))


def perform(task: Task) -> Batch:
    """Draw, simulate, observe and measure each replication of a task."""
    model, groups, told, rows_named = setting(task.recipe)
    figures, kept = [], {}
    for number in task.replications:
        drawn = draw(model, task.seed, number)
        log = engine_of(task.engine)(model.plan, drawn.draws)
        observed = observe(model, drawn, log)
        figures.append(measure(model, groups, drawn, observed, told))
        if number < task.rows_of:
            kept[number] = rows(model, drawn, log, observed, keep_log=task.keep_log)
    return Batch(SEMANTICS, rows_named, figures, kept)


_settings: dict[str, Future[Setting]] = {}  # the one used last at the end
_guard = Lock()


def setting(recipe: Recipe) -> Setting:
    """Compile a scenario, or find it compiled; threads that want the same one wait for the first of them."""
    with _guard:
        found = _settings.pop(recipe.name, None)
        mine = found or Future[Setting]()
        _settings[recipe.name] = mine
        _let_oldest_go()
    if found is None:
        try:
            mine.set_result(Setting.of(recipe))
        except BaseException as error:
            _settings.pop(recipe.name, None)
            mine.set_exception(error)
            raise
    return mine.result()


def hold(file: ScenarioFile, model: Model, asked: tuple[str, ...] = ()) -> None:
    """Have a scenario found compiled in this process."""
    name = name_of(file, asked)
    with _guard:
        _settings[name] = Future()
        _settings[name].set_result(Setting.of_model(model, asked))
        _let_oldest_go()


def _let_oldest_go() -> None:
    while len(_settings) > KEPT_SETTINGS:
        del _settings[next(iter(_settings))]


def packed_key(names: pd.DataFrame) -> bytes:
    """A key of measures in some 2 kB: equal keys give equal bytes."""
    return zlib.compress(json.dumps([names[column].tolist() for column in KEY]).encode())


def unpacked_key(packed: bytes) -> pd.DataFrame:
    """The key that :func:`packed_key` packed."""
    return pd.DataFrame(dict(zip(KEY, json.loads(zlib.decompress(packed)), strict=True)))
