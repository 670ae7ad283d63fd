"""Loops: what dossiers go through on average, and each of them, against all courses written down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from scenes import scene
from unrolled import courses, drawn_course

from sim.engine.contract import Kind
from sim.loops import LoopPlan, TooManySituationsError, expected_times, expected_times_of_all, situations
from sim.plan import courses as written
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.load import offered_load
from sim.plan.model import Channel, Model, Way
from sim.plan.recipe import recipe_of
from sim.scenario import loop_checks, routes
from sim.scenario.checks import check

SIX = range(1, 7)


def loop(name: str, after: str, probability: float, *stages: str, at_most: int = 1) -> LoopPlan:
    return LoopPlan(name, after, probability, tuple(tuple(stage.split("+")) for stage in stages), at_most)


def way(stages: str, *loops: LoopPlan, **others: Any) -> Way:
    return Way(1.0, tuple(tuple(stage.split("+")) for stage in stages.split()), loops, **others)


def by_courses(own: Way, desk: set[str]) -> dict[tuple[str, bool], float]:
    """How often steps are done, course by course."""
    times: Counter[tuple[str, bool]] = Counter()
    for course, chance in courses(own):
        arriving = True
        for stage in course:
            arriving = arriving and desk.issuperset(task.step for task in stage)
            for task in stage:
                times[task.step, arriving] += chance
    return dict(times)


WAYS = {
    "none": way("a b c"),
    "twice": way("a b a", loop("l", "a", 0.3, "x", "a", at_most=2)),
    "two after one": way(
        "a b", loop("l", "a", 0.2, "x", at_most=2), loop("m", "a", 0.5, "a", "y", at_most=2)
    ),
    "one in another": way(
        "a b", loop("l", "b", 0.4, "c", "b", at_most=2), loop("m", "c", 0.3, "a", "c", at_most=3)
    ),
    "each in the other": way("a b", loop("l", "a", 0.4, "b", at_most=2), loop("m", "b", 0.3, "a", at_most=2)),
    "sure and never": way("a b", loop("l", "a", 1.0, "x", "a", at_most=3), loop("m", "x", 0.0, "y")),
    "parallel": way(
        "d a+b c", loop("l", "a", 0.3, "a+b", at_most=2), loop("m", "b", 0.4, "d", "x", at_most=2)
    ),
    "alone and parallel": way(
        "a a+b b", loop("l", "a", 0.4, "b", at_most=2), loop("m", "b", 0.5, "a+b", "a", at_most=2)
    ),
    "desk, then home": way(
        "d e a d", loop("l", "d", 0.3, "h", "d", at_most=2), loop("m", "e", 0.2, "d", "e")
    ),
    "desk within desk": way(
        "d e a", loop("l", "d", 0.3, "e", "d", at_most=2), loop("m", "e", 0.2, "d", at_most=2)
    ),
    "taken once": way("x a b", loop("l", "a", 0.3, "x", "a", at_most=2), rework=2, looped=("l",)),
}


@pytest.mark.parametrize("own", WAYS.values(), ids=WAYS)
def test_expected_times_are_those_of_all_courses(own: Way) -> None:
    found = expected_times(own.stages, own.loops, own.looped, {"d", "e"})
    assert found == pytest.approx(by_courses(own, {"d", "e"}))


@pytest.mark.parametrize("own", WAYS.values(), ids=WAYS)
def test_fields_are_worked_out_together_as_each_alone(own: Way) -> None:
    """Also where a loop is sure in one field, and never begins in another."""
    chances = ([0.0, 0.9], [1.0, 0.0], [0.2, 0.5], [0.0, 0.0])
    fields = [
        tuple(loop._replace(probability=p) for loop, p in zip(own.loops, chance, strict=False))
        for chance in chances
    ]
    together = expected_times_of_all(own.stages, fields, own.looped, {"d", "e"})
    for loops, found in zip(fields, together, strict=True):
        alone = by_courses(own._replace(loops=loops), {"d", "e"})
        assert {key: times for key, times in found.items() if times} == pytest.approx(alone)


def test_of_two_loops_after_a_step_the_first_that_strikes_is_taken() -> None:
    times = expected_times(
        (("check",),), (loop("l", "check", 0.2, "error"), loop("m", "check", 0.5, "notice"))
    )
    assert times == pytest.approx({("check", False): 1, ("error", False): 0.2, ("notice", False): 0.8 * 0.5})


def test_courses_share_what_lies_ahead() -> None:
    """Six loops, three times each: courses beyond counting make a hundred situations, or a thousand."""
    nested = [loop(f"l{i}", f"s{i}", 0.3, f"s{i + 1}", f"s{i}", at_most=3) for i in SIX]
    situations((("s1",),), nested, most=100)
    back = [loop(f"l{i}", f"s{i}", 0.3, *(f"s{j}" for j in range(1, i + 1)), at_most=3) for i in SIX]
    stages = tuple((f"s{i}",) for i in SIX)
    number = situations(stages, back, most=1000)
    with pytest.raises(TooManySituationsError) as found:
        situations(stages, back, most=number - 1)
    assert found.value.args == tuple(f"l{i}" for i in SIX)


SHAPES: dict[str, Callable[[int], list[int]]] = {
    "one in another": lambda i: [i + 1, i],
    "twice in another": lambda i: [i + 1, i + 1],
    "back to the start": lambda i: [*range(1, i + 1)],
    "each in the next": lambda i: [i % 6 + 1, i],
}


def six(shape: str, at_most: int, chance: float = 0.4) -> Model:
    """An office whose short journey has six loops."""
    made = scene(six_loops(shape, at_most, chance, "short"))
    assert check(made) == []
    return compile_scenario(made)


def six_loops(shape: str, at_most: int, chance: float, *journeys: str) -> dict[str, Any]:
    """Changes that give journeys six loops."""
    changes: dict[str, Any] = {f"step.s{i}": {"work": i, "role": "check"} for i in (*SIX, 7)}
    for i in SIX:
        steps = [f"s{j}" for j in SHAPES[shape](i)]
        table = {
            "after": f"s{i}",
            "probability": chance,
            "steps": steps,
            "at_most": at_most,
            "journeys": [*journeys],
        }
        changes[f"loop.l{i}"] = table
    way = ["intake", *(f"s{i}" for i in SIX), "ready"]
    return changes | {f"journey.{name}.counter": way for name in journeys}


def counter_ways(model: Model) -> list[Way]:
    return [way for stream in model.streams for way in stream.ways[Channel.COUNTER]]


def test_situations_are_counted_over_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journey may have as many as the limit; two of the same kind may not."""
    alone, both = (
        scene(six_loops("each in the next", 2, 0.4, *journeys))
        for journeys in (["short"], ["short", "again"])
    )
    loops = max((way.loops for way in counter_ways(compile_scenario(alone))), key=len)
    ways = routes.ways(alone, "short").values()
    number = sum(situations(way, loops) for way in {way for listed in ways for way in listed})
    assert number > 100
    monkeypatch.setattr(loop_checks, "MOST_SITUATIONS", number * 3 // 2)
    assert list(loop_checks.length(alone)) == []
    ((where, what),) = loop_checks.length(both)
    assert where == "journey.again"
    assert f"more than {number * 3 // 2} situations" in what


def test_fields_with_chances_of_their_own_are_explained_in_time() -> None:
    """Forty fields cost hardly more than one."""
    steps = range(4)
    stages = (("s0",),)
    fields = [
        [loop(f"l{i}{j}", f"s{i}", 0.1 + f / 200, f"s{j}", at_most=2) for i in steps for j in steps if i != j]
        for f in range(40)
    ]
    began = time.process_time()
    together = expected_times_of_all(stages, fields)
    assert time.process_time() - began < 2
    assert together[7] == pytest.approx(expected_times(stages, fields[7]))


@pytest.mark.parametrize("shape", SHAPES)
def test_six_loops_one_in_another_run_and_are_explained_in_time(shape: str) -> None:
    model = six(shape, at_most=3)
    began = time.process_time()
    load = offered_load(model)
    assert time.process_time() - began < 2
    assert np.isfinite(load.busiest).all()
    assert len(draw(model, 1, 0).draws.work) > 0


def drawn(model: Model) -> Iterator[tuple[int, list[tuple[str, bool, bool]]]]:
    """Of each dossier its row, and its tasks: step, whether a loop inserted it, whether it opens a stage."""
    replication = draw(model, 1, 0)
    draws, names = replication.draws, list(model.steps)
    first = draws.task_start[draws.stage_start]
    opens = set(draws.task_start[:-1].tolist())
    step, rework = replication.labels.step.tolist(), replication.labels.rework.tolist()
    for row in range(len(draws.arrival)):
        tasks = range(first[row], first[row + 1])
        yield row, [(names[step[task]], rework[task], task in opens) for task in tasks]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_dossier_takes_the_course_of_the_full_tree(shape: str) -> None:
    """By its own numbers; a tree of all courses is followed stage by stage, and few of its forks are ever built."""
    model = six(shape, at_most=2)
    replication = draw(model, 1, 0)
    looped = 0
    for row, tasks in drawn(model):
        stream, number = replication.labels.stream[row], replication.labels.number[row]
        (own,) = model.streams[stream].ways[Channel(int(replication.labels.channel[row]))]
        expected = drawn_course(model, 1, 0, int(stream), int(number), own)
        assert tasks == [
            (task.step, task.rework, i == 0) for stage in expected for i, task in enumerate(stage)
        ]
        looped += any(rework for _, rework, _ in tasks)
    assert looped > 100


@pytest.mark.parametrize("shape", SHAPES)
def test_courses_written_down_and_courses_found_on_foot_are_the_same(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All numbers of a replication, to the last bit: nothing written down, as usual, and nearly everything."""
    found = []
    for rare in (2.0, written.RARE, 1e-5):
        monkeypatch.setattr(written, "RARE", rare)
        model = six(shape, at_most=2)
        assert (len(recipe_of(model).going.purpose) == 0) == (rare > 1)
        found.append(draw(model, 1, 0))
    for one, other in product(found[:1], found[1:]):
        for part, same in zip((*one.draws, *one.labels), (*other.draws, *other.labels), strict=True):
            np.testing.assert_array_equal(part, same)


def test_the_load_is_what_is_drawn() -> None:
    """Minutes of work over 20 replications, against the load of the queue, within four standard errors."""
    model = six("back to the start", at_most=3)
    (queue,) = (q for q, name in enumerate(model.queues) if name == (1, "check", "civil"))
    load = offered_load(model).queue[queue]
    weeks = (model.window[1] - model.window[0]) / (7 * 1440)
    works = []
    for replication in range(20):
        draws = draw(model, 1, replication).draws
        mine = (draws.activity_queue[draws.activity] == queue) & (
            draws.activity_kind[draws.activity] == Kind.OFFICE
        )
        works.append(draws.work[mine].sum() / weeks)
    assert abs(np.mean(works) - load) < 4 * np.std(works, ddof=1) / np.sqrt(20)
