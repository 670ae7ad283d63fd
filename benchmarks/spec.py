"""What the scenario files beside this module say, in the words every compared engine understands.

Read from the files themselves, so that all engines simulate the same office.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sim.scenario import notation
from sim.scenario.domain import Scenario, Team

YEAR = 365.0  # days of 2019
WORKING_DAYS = 261  # of 2019, Monday to Friday
DAY = 1440.0  # minutes
Session = tuple[float, float]  # minutes after midnight


class Work(NamedTuple):
    """Minutes of work: lognormal, or exponential."""

    mean: float
    sd: float
    exponential: bool

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log1p((self.sd / self.mean) ** 2))

    @property
    def mu(self) -> float:
        """Mean of the logarithm."""
        return math.log(self.mean) - self.sigma**2 / 2


class Row(NamedTuple):
    """Equal stations passed one after the other, always open."""

    stations: int
    servers: int  # of each
    gap: float  # mean minutes between two arrivals
    work: Work
    priority_share: float


class Line(NamedTuple):
    """A team of a site, and so one queue: how many people, on duty when."""

    staff: int
    sessions: tuple[Session, Session]


class Step(NamedTuple):
    """Office work of a journey, done by the line of this number."""

    line: int
    work: Work


class Office(NamedTuple):
    """One site: counter work, then office work, then the citizen collects the result."""

    name: str  # "centre" or "commune"
    gap: float  # mean open minutes between two arrivals
    sessions: tuple[Session, Session]
    counters: int
    intake: Work
    collect: Work
    incomplete: float  # chance that the citizen must go home for papers
    at_most: int
    gather: float  # mean minutes until the papers are complete
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]


def row(scenario: Scenario) -> Row:
    """The stations of a scenario whose steps and teams end with a number."""
    staff = scenario.team["desk-1"].staff
    assert isinstance(staff, int)
    return Row(
        stations=len(scenario.team),
        servers=staff,
        gap=YEAR * DAY / scenario.procedure["request"].volume,
        work=_work(scenario, "serve-1"),
        priority_share=scenario.citizens.priority_share,
    )


def offices(scenario: Scenario) -> list[Office]:
    """The sites of a year like that of `centre.toml`."""
    return [
        _office(scenario, name, share)
        for name, site in scenario.site.items()
        for _, share in site.places or [("", 1.0)]
    ]


def _office(scenario: Scenario, site: str, share: float) -> Office:
    hours = _two([notation.hours(text) for text in scenario.calendar.hours or []])
    procedure = next(p for p in scenario.procedure.values() if p.site == site)
    counter, *others = (team for team in scenario.team.values() if team.site == site)
    loop, gather = scenario.loop["incomplete"], scenario.step["gather"].days
    assert isinstance(counter.staff, int)
    assert gather is not None
    return Office(
        name=site,
        gap=WORKING_DAYS * sum(end - start for start, end in hours) / (procedure.volume * share),
        sessions=hours,
        counters=counter.staff,
        intake=_work(scenario, "intake"),
        collect=_work(scenario, "collect"),
        incomplete=loop.probability,
        at_most=loop.at_most,
        gather=gather.mean * DAY,
        lines=tuple(_line(team, hours) for team in others),
        steps=tuple(
            Step(line, _work(scenario, step, procedure.factor.get(step, 1.0)))
            for step in map(str, scenario.journey[procedure.journey].counter)
            for line, team in enumerate(others)
            if f"{step}:*" in team.serves[0]
        ),
    )


def _line(team: Team, hours: tuple[Session, Session]) -> Line:
    """Somebody all day, or one person who comes twice a day."""
    if isinstance(team.staff, int):
        return Line(team.staff, hours)
    clock = [float(notation.clock(text)) for text, _ in team.staff]
    return Line(1, _two(list(zip(clock[::2], clock[1::2], strict=True))))


def _two(sessions: Sequence[Session]) -> tuple[Session, Session]:
    morning, afternoon = ((float(start), float(end)) for start, end in sessions)
    return morning, afternoon


def _work(scenario: Scenario, step: str, factor: float = 1.0) -> Work:
    law = scenario.step[step].work
    assert law is not None
    return Work(law.mean * factor, law.sd * factor, law.name == "exponential")
