"""What drawing needs to know of what is done: activities, and the tasks of dossiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.engine.contract import Bools, Codes, Floats, Ids, Ints, Kind
from sim.keyed import name_hash
from sim.laws import Law
from sim.plan import digital
from sim.plan.courses import Course
from sim.plan.model import Model, StepPlan, Stream, Way
from sim.plan.pieces import Act
from sim.plan.ragged import flat, starts
from sim.quantiles import by_normal

Words = NDArray[np.uint64]
Records = Any  # a column of records; numba knows its type, the checker of types does not
TASK = np.dtype(
    [
        ("work", np.uint64),  # purposes
        ("scan", np.uint64),
        ("known", np.float64),  # factor on the work for citizens whose data are known
        ("law", np.int64),  # or NO_LAW
        ("occurrence", np.uint32),  # a step and which time it is done
        ("step", np.uint32),
        ("opens", np.bool_),  # it is the first of its stage
        ("rework", np.bool_),
        ("desk", np.bool_),
        ("by_normal", np.bool_),  # a normal quantile leads to its minutes
        ("scanned", np.bool_),  # paper is
    ],
    align=True,
)


class Occurrence(NamedTuple):
    """A step, and which time a dossier does it (1, 2, …)."""

    step: str
    time: int

    def purpose(self, what: str) -> str:
        """The name of a random number of this task, for example ``work:appraise:1``."""
        return f"{what}:{self.step}:{self.time}"


class Activities(NamedTuple):
    """A step at a queue, in pairs: the second is the same when a loop inserted it."""

    kind: Codes  # int[activity]
    queue: Ids  # int[activity]
    round: Ids  # int[activity]
    mark: Codes  # int[activity]
    unit: Codes  # int[activity] of a deadline of its own, or OF_PROCEDURE
    amount: Floats  # float[activity]
    step: Ids  # int[activity] index into tuple(Model.steps)
    rework: Bools  # bool[activity]


class Doing(NamedTuple):
    """Tasks, and the courses that are written down."""

    course: Ints  # int[course + 1] tasks of course c: course[c]:course[c + 1] of `listed`
    listed: Ints  # index into `task`
    task: Records  # of type TASK
    moment: Words  # uint64[occurrence, attempt] purposes; uint64[occurrence, 0] if nobody comes a second time
    patience: Words  # uint64[occurrence, attempt]; uint64[occurrence, 0] if nobody loses patience
    back: Words  # uint64[occurrence, attempt]
    attempts: int
    activity: Ids  # int[stream, step] the first of a pair
    factor: Floats  # float[stream, step] on what the law gives
    known_share: float
    scan_law: int
    patience_law: int
    priority_share: float
    no_show: float
    come_back: float


def activities(model: Model) -> tuple[Ids, Activities]:
    """Those of each step of a stream, int[stream, step], and the table of all."""
    steps = list(model.steps.values())
    queue = np.array([[_queue(s, step) for step in steps] for s in model.streams], np.int64)
    number = np.arange(len(steps)) + len(steps) * (queue + 1)
    distinct, of = np.unique(number, return_inverse=True)
    step, queues = np.repeat(distinct % len(steps), 2), np.repeat(distinct // len(steps) - 1, 2)

    def of_step(values: Iterable[float], kind: DTypeLike) -> NDArray[Any]:
        return np.array(list(values), kind)[step]

    return (2 * of).reshape(queue.shape).astype(np.int32), Activities(
        kind=of_step((one.kind for one in steps), np.int8),
        queue=queues.astype(np.int32),
        round=of_step((one.round for one in steps), np.int32),
        mark=of_step((one.mark for one in steps), np.int8),
        unit=of_step((one.unit for one in steps), np.int8),
        amount=of_step((one.amount for one in steps), np.float64),
        step=step.astype(np.int32),
        rework=np.arange(len(step)) % 2 == 1,
    )


def task_numbers(acts: Iterable[Act], most: Mapping[str, int]) -> dict[Act, int]:
    """Where tasks stand in `Doing.task`: of each act that of the first time, those of later times come next."""
    acts = list(acts)
    return dict(zip(acts, starts([range(most[act.step]) for act in acts]).tolist(), strict=False))


def doing(
    model: Model,
    ways: Sequence[Way],
    courses: Iterable[Course],
    numbers: Mapping[Act, int],
    most: Mapping[str, int],
    activity: Ids,
    law_at: Callable[[Law | None], int],
) -> Doing:
    """All tasks, and the courses made of them.

    `numbers` are those of tasks, `most` says how often a step may be done, `law_at` where the row of a law begins.
    """
    scenario, levers = model.scenario, model.scenario.digital
    listed = [[numbers[task.act] + task.time - 1 for task in course] for course in courses]
    occurrences = [Occurrence(step, time + 1) for step in model.steps for time in range(most[step])]
    reuse, citizens = levers.data_reuse, scenario.citizens
    attempts = citizens.come_back_at_most + 1
    return Doing(
        course=starts(listed),
        listed=np.array(flat(listed), np.int64),
        task=_tasks(
            model, occurrences, [(act, time) for act in numbers for time in range(most[act.step])], law_at
        ),
        moment=of_visits(model, occurrences, "moment")[:, : attempts * _comes_again(model, ways)],
        patience=of_visits(model, occurrences, "patience")[:, : attempts * (citizens.patience is not None)],
        back=of_visits(model, occurrences, "back"),
        attempts=attempts,
        activity=activity,
        factor=np.array([[_factor(s, step) for step in model.steps.values()] for s in model.streams]),
        known_share=reuse.share if reuse is not None else 0.0,
        scan_law=law_at(levers.scanning.minutes if levers.scanning is not None else None),
        patience_law=law_at(citizens.patience),
        priority_share=citizens.priority_share,
        no_show=scenario.appointments.no_show,
        come_back=citizens.come_back,
    )


def _tasks(
    model: Model,
    occurrences: Sequence[Occurrence],
    acts: Sequence[tuple[Act, int]],
    law_at: Callable[[Law | None], int],
) -> Records:
    """Of each act, done so often before, a record of type TASK."""
    levers, steps = model.scenario.digital, model.steps
    number = {occurrence: i for i, occurrence in enumerate(occurrences)}
    step_number = {name: i for i, name in enumerate(steps)}
    task = np.zeros(len(acts), TASK)
    task["occurrence"] = [number[Occurrence(act.step, time + 1)] for act, time in acts]
    task["step"] = [step_number[act.step] for act, _ in acts]
    task["opens"] = [act.opens for act, _ in acts]
    task["rework"] = [act.rework for act, _ in acts]
    for purpose in ("work", "scan"):
        task[purpose] = hashes(o.purpose(purpose) for o in occurrences)[task["occurrence"]]
    of_step: dict[str, list[Any]] = {
        "known": [digital.known_before(levers, name) for name in steps],
        "law": [law_at(step.law) for step in steps.values()],
        "by_normal": [s.law is not None and by_normal(s.law.row, 0) for s in steps.values()],
        "desk": [step.kind == Kind.DESK for step in steps.values()],
        "scanned": [levers.scanning is not None and name in levers.scanning.steps for name in steps],
    }
    for name, values in of_step.items():
        task[name] = np.array(values)[task["step"]]
    return task


def _comes_again(model: Model, ways: Iterable[Way]) -> bool:
    """Some citizen may have to come a second time: to be served, or for a later visit."""

    def at_desk(stages: Iterable[tuple[str, ...]]) -> list[bool]:
        return [any(model.steps[step].kind == Kind.DESK for step in stage) for stage in stages]

    def later(way: Way) -> bool:
        usual, inserted = at_desk(way.stages), at_desk(flat(loop.stages for loop in way.loops))
        return usual != sorted(usual, reverse=True) or (any(inserted) and not all(usual + inserted))

    return model.scenario.citizens.come_back_at_most > 0 or any(map(later, ways))


def of_visits(model: Model, occurrences: Iterable[Occurrence], what: str) -> Words:
    """The purposes of numbers that each attempt of a visit has: uint64[occurrence, attempt]."""
    attempts = range(model.scenario.citizens.come_back_at_most + 1)
    rows = [hashes(f"{o.purpose('visit')}:{attempt}:{what}" for attempt in attempts) for o in occurrences]
    return np.array(rows, np.uint64).reshape(-1, len(attempts))


def _queue(stream: Stream, step: StepPlan) -> int:
    return stream.queue_of.get(step.name, -1) if step.kind <= Kind.OFFICE else -1


def _factor(stream: Stream, step: StepPlan) -> float:
    """On work of people the factors of the procedure; of waiting, that of its unit."""
    return stream.factor[step.name] if step.kind <= Kind.OFFICE else step.per_unit


def hashes(names: Iterable[str]) -> Words:
    """Names hashed: uint64[name]."""
    return np.array([name_hash(name) for name in names], np.uint64)
