"""Ciw: the stations as a network of nodes. Its staff go home by the clock, so the centre cannot be expressed."""

from __future__ import annotations

from functools import partial

import ciw

from benchmarks.outcome import Outcome, Run, means
from benchmarks.spec import DAY, Row, Work
from benchmarks.with_motcua import row_of


def prepare(case: str, days: int | None) -> Run:
    """A run of so many days."""
    assert days is not None
    return partial(run_row, row_of(case), days)


def run_row(row: Row, days: int, seed: int) -> Outcome:
    """Stations passed one after the other, for so many days after a day of warm-up."""
    ciw.seed(seed)
    simulation = ciw.Simulation(network(row))
    simulation.simulate_until_max_time((days + 1) * DAY)
    came = simulation.nodes[0].number_of_individuals
    records = simulation.get_all_records(only=["service"])
    arrived = {record.id_number: record.arrival_date for record in records if record.node == 1}
    stays: dict[str, list[float]] = {"priority": [], "others": []}
    for record in records:
        if record.node == row.stations and arrived[record.id_number] >= DAY:
            stays[record.customer_class].append(record.exit_date - arrived[record.id_number])
    return Outcome(came, means({f"stay, {name}": minutes for name, minutes in stays.items()}))


def network(row: Row) -> ciw.network.Network:
    """Nodes in a row, for one class of customers or two."""
    shares = {"others": 1 - row.priority_share}
    if row.priority_share:
        shares["priority"] = row.priority_share
    onward = [[float(to == at + 1) for to in range(row.stations)] for at in range(row.stations)]
    none = [None] * (row.stations - 1)
    return ciw.create_network(
        arrival_distributions={n: [ciw.dists.Exponential(s / row.gap), *none] for n, s in shares.items()},
        service_distributions={n: [_law(row.work)] * row.stations for n in shares},
        number_of_servers=[row.servers] * row.stations,
        routing=dict.fromkeys(shares, onward),
        priority_classes={name: number for number, name in enumerate(sorted(shares, reverse=True))},
    )


def _law(work: Work) -> ciw.dists.Distribution:
    return (
        ciw.dists.Exponential(1 / work.mean) if work.exponential else ciw.dists.Lognormal(work.mu, work.sigma)
    )
