"""What `sim explain` says of a scenario before anything is run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.engine.contract import Floats
from sim.officetime import working_days
from sim.plan import spent
from sim.plan.addeddays import added_demand
from sim.plan.compile import compile_scenario
from sim.plan.gaps import Gap, ever_served, gaps
from sim.plan.load import Load, offered_load
from sim.plan.model import Model
from sim.results import neglect
from sim.results.estimates import estimates
from sim.results.measured import Measured
from sim.results.targets import check_targets
from sim.scenario import ScenarioError, ScenarioFile, Source, estimate_events, read
from sim.scenario.counted import is_kept

DAY = 1440.0
SHOWN_ROWS = 20
NEARLY_ALWAYS = 0.9  # of its time: a team less busy than this is not offered more than it can do


class TeamLoad(NamedTuple):
    """A team in an average week of the measuring window, the places that have it taken together."""

    site: str  # title of the kind of site
    team: str
    staff: Floats  # float[168] minutes rostered, by hour of the week
    work: Floats  # float[168] minutes of work
    highest: float  # load of the place where it is highest
    highest_place: str  # empty for a site without places

    @property
    def load(self) -> float:
        """Work as a share of the staff's time; NaN without staff."""
        staff = float(self.staff.sum())
        return float(self.work.sum()) / staff if staff else math.nan


class Flag(NamedTuple):
    """What makes averages mean little, or leaves something out.

    An `unserved` queue; an `overloaded` place, with the least `load` its busiest team can have; more who want an
    appointment than there are slots, with the `load` of these, so that the wait for one grows without end
    (`booked_out`) or, with a booking horizon, many find none (`few_slots`); queues at which `nobody` is on duty for
    `days` of opening; a `share` of demand `unmet`, or of visits `sent_away`; a step that was `outlasted`: its open
    dossiers, told for a place, have been in it for longer than its law allows. `added_own`, `added_same`: `days` of
    opening besides, whose demand is a `share` of that of all others.
    """

    kind: str
    place: str
    queue: str | None = None
    load: float | None = None
    first: str | None = None  # dates
    last: str | None = None
    days: float | None = None
    dossiers: float | None = None  # expected meanwhile
    times: int | None = None
    share: float | None = None


class FieldOfCatalogue(NamedTuple):
    """The procedures of one field at one kind of site."""

    site: str
    field: str
    procedures: int
    volume: float
    deadline: str  # that of most dossiers


@dataclass(frozen=True)
class Explanation:
    """A scenario as the simulation will see it, and the facts that follow from it."""

    file: ScenarioFile
    model: Model
    load: Load

    @property
    def working_days(self) -> int:
        """Working days in the measuring window."""
        first, before = (round(t / DAY) for t in self.model.window)
        return int(working_days(self.model.plan.office)[first:before].sum())

    @property
    def events(self) -> float:
        """Events of one replication, roughly."""
        return estimate_events(self.file.scenario)

    def place(self, site: int) -> str:
        """The name of a place for people."""
        return self.model.places[site].title

    def flags(self) -> list[Flag]:
        """What makes averages of this scenario mean little: work nobody does, or not for days, or too much of it."""
        never = (number for number in self.load.unserved if not ever_served(self.model, number))
        queues = (self.model.queues[number] for number in never)
        unserved = [Flag("unserved", self.place(q.site), f"{q.role}:{q.field}") for q in queues]
        ahead = self.file.scenario.appointments.book_ahead_days
        slots = self._above(self.load.slots, "booked_out" if ahead is None else "few_slots")
        outlasted = [
            Flag("outlasted", _named(rows), step) for step, rows in spent.outlasted(self.model).items()
        ]
        empty = [self._nobody(gap) for gap in gaps(self.model)]
        return [
            *unserved,
            *self._above(self.load.busiest, "overloaded"),
            *slots,
            *empty,
            *outlasted,
            *self._added(),
        ]

    def _above(self, loads: Floats, kind: str) -> list[Flag]:
        """The places that are asked for more than there is."""
        every = enumerate(loads.tolist())
        return [Flag(kind, self.place(site), load=load) for site, load in every if 1 < load < math.inf]

    def _added(self) -> list[Flag]:
        """That the office opens on more days than when its volumes were counted, and what comes of it."""
        found = added_demand(self.model)
        if not found.days:
            return []
        kind = self.file.scenario.demand.added_days.removesuffix("-demand")
        return [Flag(f"added_{kind}", "", days=found.days, share=found.share)]

    def _nobody(self, gap: Gap) -> Flag:
        return Flag(
            "nobody",
            self.file.scenario.site[gap.site].title,
            queue=", ".join(gap.queues),
            first=gap.first.isoformat(),
            last=gap.last.isoformat(),
            days=gap.days,
            dossiers=gap.dossiers,
            times=gap.times,
        )

    def teams(self) -> list[TeamLoad]:
        """The teams in their order."""
        numbers: dict[str, list[int]] = {}
        for number, team in enumerate(self.model.teams):
            numbers.setdefault(team.team, []).append(number)
        return [self._together(team, own) for team, own in numbers.items()]

    def _together(self, team: str, numbers: list[int]) -> TeamLoad:
        staff, work = self.load.staff[numbers], self.load.team[numbers]
        hours = staff.sum(axis=1)
        loads = np.divide(work.sum(axis=1), hours, out=np.full(len(hours), math.nan), where=hours > 0)
        highest = int(np.nan_to_num(loads, nan=-1.0).argmax())
        place = self.model.places[self.model.teams[numbers[highest]].site]
        site = self.file.scenario.site[place.site].title
        return TeamLoad(site, team, staff.sum(axis=0), work.sum(axis=0), float(loads[highest]), place.place)

    def catalogue(self) -> list[FieldOfCatalogue]:
        """The catalogue by site and field, the largest volume first."""
        scenario = self.file.scenario
        volumes: dict[tuple[str, str], dict[str, float]] = {}
        count: dict[tuple[str, str], int] = {}
        for procedure in scenario.procedure.values():
            key = procedure.site, procedure.field
            by_deadline = volumes.setdefault(key, {})
            by_deadline[procedure.deadline] = by_deadline.get(procedure.deadline, 0.0) + procedure.volume
            count[key] = count.get(key, 0) + 1
        rows = []
        for (site, field), by_deadline in volumes.items():
            title = scenario.field[field].title if field in scenario.field else field
            usual = max(by_deadline, key=lambda deadline: by_deadline[deadline])
            rows.append(FieldOfCatalogue(site, title, count[site, field], sum(by_deadline.values()), usual))
        return sorted(rows, key=lambda row: (row.site, -row.volume))

    def values(self) -> list[tuple[str, Any, str, str]]:
        """Every value that a file sets outside the catalogue: path, value, file, origin."""
        origins, resolved = self.file.origins, self.file.resolved
        return [
            (path, _at(resolved, path), source, origins.get(path, ""))
            for path, source in self.file.sources.items()
            if not path.startswith(("procedure.", "origin.")) and not is_kept(path)
        ]

    def to_json(self) -> dict[str, Any]:
        """All of it for machines."""
        return {
            "name": self.file.name,
            "title": self.file.scenario.title,
            "hash": self.file.hash,
            "resolved": self.file.resolved,
            "origins": self.file.origins,
            "sources": self.file.sources,
            "differences": [
                {"path": path, "parent": before, "here": after}
                for path, before, after in self.file.differences()
            ],
            "working_days": self.working_days,
            "events": self.events,
            "flags": [flag._asdict() for flag in self.flags()],
            "teams": [
                {
                    "team": team.team,
                    "place": self.place(team.site),
                    "staff_hours": self.load.staff[number].sum() / 60,
                    "work_hours": self.load.team[number].sum() / 60,
                    "load_by_hour_of_week": self._by_hour(number),
                }
                for number, team in enumerate(self.model.teams)
            ],
            "busiest_team_at_best": {
                self.place(site): load if math.isfinite(load) else None
                for site, load in enumerate(self.load.busiest.tolist())
            },
            "catalogue": [row._asdict() for row in self.catalogue()],
        }

    def _by_hour(self, team: int) -> list[float | None]:
        pairs = zip(self.load.team[team].tolist(), self.load.staff[team].tolist(), strict=True)
        return [round(work / staff, 4) if staff else None for work, staff in pairs]


def explain(scenario: Source, *, during: str | None = None) -> Explanation:
    """Compile a scenario (a path, or what :func:`sim.load` gave) and work out its load; nothing is simulated."""
    file = read(scenario, during)
    check_targets(file.path.name, file.scenario)
    model = compile_scenario(file.scenario)
    _check_open(file, model)
    return Explanation(file, model, offered_load(model))


def _check_open(file: ScenarioFile, model: Model) -> None:
    """Raise ScenarioError if there is nothing to measure, since the office opens on none of the days."""
    first, before = (round(t / DAY) for t in model.window)
    if not working_days(model.plan.office)[first:before].any():
        days = " to ".join(day.isoformat() for day in file.scenario.horizon.measured)
        words = "the office does not open on any of the days measured"
        raise ScenarioError(f"{file.path.name}: horizon: {words}, {days}; measure others, or open on them")


def flags_of(file: ScenarioFile, measured: Measured) -> list[Flag]:
    """The flags of a scenario that was simulated.

    NOTE: those known beforehand are worked out, which takes a second, only where a team is nearly always busy or
    never there, demand or citizens are left behind, or there are appointments. So a queue that no team serves at all
    is not seen.
    """
    left = left_behind(file, measured)
    teams = ((measured.key["measure"] == "utilisation") & (measured.key["team"] != "")).to_numpy()
    busy = estimates(measured.only(np.flatnonzero(teams))).mean
    calm = (busy < NEARLY_ALWAYS).all() and not left and file.scenario.digital.appointment_share == 0
    return [] if calm else [*explain(file).flags(), *left]


def left_behind(file: ScenarioFile, measured: Measured) -> list[Flag]:
    """Demand unmet and citizens sent away; see :mod:`sim.results.neglect`."""
    titles = {name: site.title for name, site in file.scenario.site.items()}
    return [Flag(**flag) for flag in neglect.flags(measured, titles)]


def _named(rows: Sequence[str]) -> str:
    """Rows of a table by name, as many as can be read."""
    return ", ".join(rows[:SHOWN_ROWS]) + (", …" if len(rows) > SHOWN_ROWS else "")


def _at(tables: dict[str, Any], path: str) -> Any:
    node: Any = tables
    for key in path.split("."):
        node = node[key]
    return node
