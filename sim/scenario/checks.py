"""What must hold across the nouns of a scenario, with messages a planner can act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sim.scenario import clock_checks, flow_checks, hours_checks, loop_checks, notation, open_checks, routes
from sim.scenario.domain import Scenario
from sim.scenario.names import unknown_names

Check = Callable[[Scenario], Iterator[tuple[str, str]]]
MOST_EVENTS = 100_000_000  # in one replication, which takes some 12 GB
EVENTS_PER_STEP = 3  # it enters, somebody starts it, it ends


def check(scenario: Scenario) -> list[tuple[str, str]]:
    """Everything that is wrong: the path of the value, and what to do about it.

    Later groups rely on what the earlier ones found right; they are not asked when it is not.
    """
    for group in _GROUPS:
        if found := [problem for rule in group for problem in rule(scenario)]:
            return found
    return []


def estimate_events(scenario: Scenario) -> float:
    """Roughly how many events one replication of the scenario has, warm-up included."""
    window = scenario.horizon
    years = ((window.last - window.first).days + 1 + notation.days(window.warm_up)) / 365
    dossiers = {
        code: procedure.volume * years * scenario.demand.scale
        for code, procedure in scenario.procedure.items()
    }
    return sum(number * _mean_steps(scenario, code) * EVENTS_PER_STEP for code, number in dossiers.items())


def places(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """The places of a site share its volume: different names, shares that sum to 1."""
    for name, site in scenario.site.items():
        for place, times in Counter(place for place, _ in site.places).items():
            if times > 1:
                yield f"site.{name}.places", f"'{place}' stands {times} times"
        total = sum(share for _, share in site.places)
        if site.places and abs(total - 1) > 1e-6:
            yield f"site.{name}.places", f"the shares sum to {total:.6g}, not to 1"


def size(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """One replication stays within what a computer can hold."""
    if (events := estimate_events(scenario)) > MOST_EVENTS:
        found, most = (f"{number / 1e6:,.0f} million" for number in (events, MOST_EVENTS))
        advice = "lower `demand.scale` or the volumes, or shorten the horizon"
        yield "demand", f"one replication would have about {found} events, more than {most}; {advice}"


def _mean_steps(scenario: Scenario, code: str) -> float:
    procedure = scenario.procedure[code]
    counter = routes.steps(scenario.journey[procedure.journey].counter)
    inserted = (
        loop.by_field.get(procedure.field, loop.probability) * len(routes.steps(loop.steps))
        for loop in routes.loops_of(scenario, procedure.journey).values()
    )
    return len(counter) + sum(inserted)


_GROUPS: tuple[tuple[Check, ...], ...] = (
    (unknown_names, hours_checks.horizon, hours_checks.calendar),
    (
        hours_checks.periods,
        hours_checks.rosters,
        hours_checks.last_tickets,
        hours_checks.rounds,
        hours_checks.profiles,
        hours_checks.appointments,
        places,
        flow_checks.stages,
        clock_checks.deadline,
        clock_checks.stopped,
        clock_checks.reopened,
        loop_checks.begins,
        loop_checks.length,
        flow_checks.levers,
        flow_checks.channels,
        flow_checks.patterns,
        flow_checks.tiers,
        flow_checks.served,
        open_checks.open_dossiers,
        size,
    ),
)
