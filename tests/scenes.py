"""A small scenario, to be changed by dotted names; and what its draws say of each dossier."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Channel, Model, Replication
from sim.scenario.domain import Scenario

SCENE: dict[str, Any] = {
    "title": "A small office",
    "horizon": {"from": "2019-01-21", "to": "2019-03-03"},  # Tết: 2 to 10 February
    "calendar": {"hours": ["07:30-12:00", "13:00-16:30"]},
    "site": {
        "centre": {"title": "Centre"},
        "commune": {"title": "Communes", "places": [["Đông Ngũ", 0.75], ["Hải Lạng", 0.25]]},
    },
    "field": {"land": {"title": "Land"}, "civil": {"title": "Civil status"}},
    "team": {
        "counter": {"site": "centre", "staff": 3, "serves": [["intake:*", "collect:*"], ["check:*"]]},
        "leader": {
            "site": "centre",
            "staff": [["Mon-Fri 15:00", 1], ["Mon-Fri 16:00", 0]],
            "serves": [["sign:*"]],
        },
        "desk": {"site": "commune", "staff": 1, "serves": [["intake:*"], ["check:*"]]},
    },
    "step": {
        "intake": {"desk": True, "work": "lognormal(mean=10, sd=5)", "clock": "start"},
        "screen": {"work": 3, "role": "check", "clock": "start"},
        "check": {"work": "gamma(mean=30, sd=20)"},
        "agency": {"waits_for": "agency", "days": 2},
        "courier": {"round": ["Mon-Fri 10:00", "Mon-Sun 15:00"]},
        "ask": {"work": 5, "role": "check", "clock": "pause"},
        "home": {"waits_for": "citizen", "days": "exponential(mean=3)"},
        "resubmit": {"desk": True, "role": "intake", "work": 4, "clock": "resume"},
        "sign": {"work": 2},
        "ready": {"clock": "stop"},
        "collect": {"desk": True, "work": "uniform(1, 3)"},
    },
    "journey": {
        "long": {
            "counter": ["intake", "courier", ["check", "agency"], "sign", "ready", "collect"],
            "online": ["screen", "check", "sign", "ready"],
        },
        "short": {"counter": ["intake", "check", "ready"]},
    },
    "procedure": {
        "transfer": {
            "name": "Transfer",
            "site": "centre",
            "field": "land",
            "journey": "long",
            "deadline": "10 working days",
            "volume": 6000,
        },
        "name-change": {
            "name": "Name",
            "site": "centre",
            "field": "civil",
            "journey": "long",
            "deadline": "3 working days",
            "volume": 3000,
        },
        "birth": {
            "name": "Birth",
            "site": "commune",
            "field": "civil",
            "journey": "short",
            "deadline": "same day",
            "volume": 4000,
        },
    },
    "loop": {
        "supplement": {
            "after": "check",
            "probability": 0.3,
            "steps": ["ask", "home", "resubmit", "check"],
            "at_most": 2,
            "journeys": ["long"],
        }
    },
    "citizens": {
        "priority_share": 0.2,
        "patience": "exponential(mean=60)",
        "come_back": 0.7,
        "come_back_at_most": 2,
    },
}


def scene(changes: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario with the values at dotted names replaced or added."""
    tables = copy.deepcopy(SCENE)
    for path, value in (changes or {}).items():
        table = tables
        *parents, last = path.split(".")
        for name in parents:
            table = table.setdefault(name, {})
        table[last] = value
    return Scenario.model_validate(tables)


def model(changes: Mapping[str, Any] | None = None) -> Model:
    """The scenario with these changes, compiled."""
    return _base_model() if not changes else compile_scenario(scene(changes))


@cache
def _base_model() -> Model:
    return compile_scenario(scene())


class Task(NamedTuple):
    step: str
    rework: bool
    work: float
    queue: str  # role:field, of those that wait in one
    visit: tuple[float, ...]  # priority, returns, no-show, moments and patience, of desk work


class Dossier(NamedTuple):
    arrival: float
    channel: Channel
    stages: tuple[tuple[Task, ...], ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(task for stage in self.stages for task in stage)

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(task.step for task in self.tasks)


Key = tuple[str, str, int]  # procedure, place, number


@cache
def _base(seed: int) -> dict[Key, Dossier]:
    return dossiers(model(), seed)


def base(seed: int = 1) -> dict[Key, Dossier]:
    """The dossiers of the scenario as it stands."""
    return _base(seed)


def dossiers(model: Model, seed: int = 1, replication: int = 0) -> dict[Key, Dossier]:
    """Everything that is drawn for each dossier, by procedure, place and number."""
    drawn = draw(model, seed, replication)
    found = {}
    for d in range(len(drawn.draws.arrival)):
        stream = model.streams[drawn.labels.stream[d]]
        key = stream.procedure, model.place_key(stream.site), int(drawn.labels.number[d])
        assert key not in found
        found[key] = _dossier(model, drawn, d)
    return found


def _dossier(model: Model, drawn: Replication, d: int) -> Dossier:
    draws = drawn.draws
    stages = range(draws.stage_start[d], draws.stage_start[d + 1])
    return Dossier(
        float(draws.arrival[d]),
        Channel(drawn.labels.channel[d]),
        tuple(
            tuple(_task(model, drawn, t) for t in range(draws.task_start[s], draws.task_start[s + 1]))
            for s in stages
        ),
    )


def _task(model: Model, drawn: Replication, t: int) -> Task:
    draws, row = drawn.draws, drawn.draws.visit[t]
    queue = model.queues[draws.queue[t]] if draws.queue[t] >= 0 else None
    tries = slice(row * draws.attempts, (row + 1) * draws.attempts)
    visit: tuple[float, ...] = ()
    if row >= 0:
        visit = (draws.priority[row], draws.returns[row], draws.no_show[row])
        visit += (*draws.moment[tries].tolist(), *draws.patience[tries].tolist())
    return Task(
        tuple(model.steps)[drawn.labels.step[t]],
        bool(drawn.labels.rework[t]),
        float(draws.work[t]),
        f"{queue.role}:{queue.field}" if queue else "",
        visit,
    )
