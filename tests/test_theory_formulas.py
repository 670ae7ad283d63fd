from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from sim import theory

COUNTS = [1, 2, 5, 20]
LOADS = [0.3, 0.9, 0.999]  # per server


def birth_and_death(up: list[float], down: list[float]) -> np.ndarray:
    """Stationary chances of states 0 … n: `up[i]` leads from i to i + 1, `down[i]` back."""
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    equations = np.vstack([generator.T, np.ones(len(generator))])
    chances: np.ndarray = np.linalg.lstsq(equations, np.append(np.zeros(len(generator)), 1.0), rcond=None)[0]
    return chances


# --- published values ---


def test_single_window_of_the_licensing_office() -> None:
    """9 arrivals and 12 services an hour: rho 3/4, Lq 2.25, Wq 15 minutes."""
    assert theory.erlang_c(1, 0.75) == pytest.approx(0.75)
    assert theory.mmc_wait(9 / 60, 5, 1) == pytest.approx(15)


@pytest.mark.parametrize(
    ("servers", "load", "waits", "waiting", "present"),
    [(2, 2 * 0.57, 0.414, 0.549, 1.689), (2, 2 * 0.45, 0.279, 0.229, 1.129), (4, 3, 0.509, 1.528, 4.528)],
)
def test_sigi_civil_registry(servers: int, load: float, waits: float, waiting: float, present: float) -> None:
    """Jurnal Ilmiah Matematika dan Terapan 6(2), doi 10.22487/jimut.v6i2.189; waiting = arrivals x wait."""
    assert theory.erlang_c(servers, load) == pytest.approx(waits, abs=5e-4)
    assert load * theory.mmc_wait(load, 1, servers) == pytest.approx(waiting, abs=5e-4)
    assert load * theory.tandem_stay(load, [1], [servers]) == pytest.approx(present, abs=5e-4)


@pytest.mark.parametrize("load", [1.13, 3.0])
def test_sigi_before_was_unstable(load: float) -> None:
    assert theory.mmc_wait(load, 1, 1) == theory.mg1_wait(load, 1, 0.4) == math.inf
    assert theory.mg1_wait_square(load, 1, 0.4, 2) == theory.mmc_wait_quantile(load, 1, 1, 0.9) == math.inf
    assert theory.erlang_c(1, load) == theory.mmc_wait_exceeds(load, 1, 1, 60) == 1


def test_licence_plate_clerk() -> None:
    """An arrival every 10 minutes, services of 8 to 10 minutes: Wq 40.67, Lq 4.067, W 49.67."""
    wait = theory.mg1_wait(1 / 10, 9, 2 / math.sqrt(12))
    assert wait == pytest.approx(40.67, abs=5e-3)
    assert wait / 10 == pytest.approx(4.067, abs=5e-4)


def test_call_centre_with_and_without_patience() -> None:
    """Garnett, Mandelbaum & Reiman 2002, table 1: 50 agents, 48 calls a minute of a minute, patience 2 minutes."""
    impatient = theory.erlang_a(48, 1, 50, 2)
    assert impatient.abandons == pytest.approx(0.031, abs=5e-4)
    assert impatient.wait * 60 == pytest.approx(3.7, abs=0.05)
    assert theory.mmc_wait(48, 1, 50) * 60 == pytest.approx(20.8, abs=0.05)
    assert theory.mmc_wait_quantile(48, 1, 50, 0.9) * 60 == pytest.approx(58.1, abs=0.05)


def test_county_hospital() -> None:
    """Hillier & Lieberman, Introduction to Operations Research, priority queues: two doctors, three classes."""
    waits = theory.priority_waits([0.2, 0.6, 1.2], 1 / 3, 2)
    assert waits == pytest.approx([0.029, 0.033, 0.048], abs=5e-4)


def test_network_of_three() -> None:
    """Hillier & Lieberman, Jackson network: arrivals 5, 10, 7.5 and a mean stay of 2/3."""
    outside, routing = [1, 4, 3], [[0, 0.6, 0.3], [0.1, 0, 0.3], [0.4, 0.4, 0]]
    assert theory.jackson_arrivals(outside, routing) == pytest.approx([5, 10, 7.5])
    assert theory.jackson_stay(outside, routing, [0.1] * 3, [1, 2, 1]) == pytest.approx(2 / 3)


# --- against the stationary equations ---


@pytest.mark.parametrize(("servers", "room", "load"), [(1, 1, 0.5), (1, 5, 1.0), (2, 6, 2.4), (4, 9, 3.0)])
def test_limited_room_solves_the_balance(servers: int, room: int, load: float) -> None:
    chances = birth_and_death([load] * room, [min(n, servers) for n in range(1, room + 1)])
    found = theory.mmck(load, 1, servers, room)
    waiting = sum(max(n - servers, 0) * chance for n, chance in enumerate(chances))
    assert found == pytest.approx((chances[-1], waiting / (load * (1 - chances[-1]))))


@pytest.mark.parametrize(("servers", "load", "patience"), [(1, 0.7, 2.0), (3, 3.0, 0.75), (5, 8.0, 3.0)])
def test_impatience_solves_the_balance(servers: int, load: float, patience: float) -> None:
    states = range(1, 150)
    chances = birth_and_death(
        [load] * len(states), [min(n, servers) + max(n - servers, 0) / patience for n in states]
    )
    waiting = sum(max(n - servers, 0) * chance for n, chance in enumerate(chances))
    expected = (waiting / patience / load, chances[servers:].sum(), waiting / load)
    assert theory.erlang_a(load, 1, servers, patience) == pytest.approx(expected)


# --- formulas agree where they meet ---


@pytest.mark.parametrize("servers", [1, 2, 10, 100])
def test_no_room_to_wait_is_erlang_b(servers: int) -> None:
    refused = theory.erlang_b(servers, 0.9 * servers)
    assert theory.mmck(0.9, servers, servers, servers) == pytest.approx((refused, 0))


@pytest.mark.parametrize(("servers", "load"), list(product(COUNTS, LOADS[:2])))
def test_much_room_and_much_patience_is_erlang_c(servers: int, load: float) -> None:
    wait = theory.mmc_wait(load, servers, servers)
    assert theory.mmck(load, servers, servers, servers + 500).wait == pytest.approx(wait)
    assert theory.priority_waits([load], servers, servers) == pytest.approx([wait])
    assert theory.erlang_a(load, servers, servers, 1e5 * servers).wait == pytest.approx(wait, rel=0.01)


def test_thousands_of_servers() -> None:
    assert 0 < theory.erlang_b(5000, 4900) < theory.erlang_c(5000, 4900) < 1


@pytest.mark.parametrize(("servers", "load"), list(product(COUNTS, LOADS)))
def test_tail_quantile_and_mean_of_the_wait_agree(servers: int, load: float) -> None:
    queue = load, servers, servers
    minutes = np.linspace(0, 60 * theory.mmc_wait(*queue) + 60, 200_001)
    tail = [theory.mmc_wait_exceeds(*queue, t) for t in minutes]
    assert np.trapezoid(tail, minutes) == pytest.approx(theory.mmc_wait(*queue), rel=1e-4)
    p95 = theory.mmc_wait_quantile(*queue, 0.95)
    assert theory.mmc_wait_exceeds(*queue, p95) == pytest.approx(
        min(0.05, theory.erlang_c(servers, servers * load))
    )


@pytest.mark.parametrize("load", LOADS)
def test_single_server_formulas_agree(load: float) -> None:
    mm1 = theory.mmc_wait(load, 1, 1)
    assert theory.mg1_wait(load, 1, 1) == pytest.approx(mm1)
    assert theory.md1_wait(load, 1) == pytest.approx(mm1 / 2)
    assert theory.mg1_wait_square(load, 1, 1, 6) == pytest.approx(2 * load / (1 - load) ** 2)


def test_priorities_share_out_the_same_work() -> None:
    """Kleinrock's conservation law; and an overloaded low class leaves the high one a finite wait."""
    arrivals = [0.05, 0.1, 0.2]
    waits = theory.priority_waits(arrivals, 5, 2)
    assert np.dot(waits, arrivals) / sum(arrivals) == pytest.approx(theory.mmc_wait(sum(arrivals), 5, 2))
    high, low = theory.priority_waits([0.05, 9], 5, 2)
    assert high == pytest.approx(2.5 / (1 - 0.125))
    assert low == math.inf


def test_rework_at_one_window_multiplies_its_arrivals() -> None:
    stay = theory.jackson_stay([0.06], [[0.25]], [10], [1])
    assert stay == pytest.approx(theory.tandem_stay(0.08, [10], [1]) / 0.75)


def test_long_even_day_reaches_the_steady_state() -> None:
    waits = theory.day_waits([0.3] * 12, 60, 5, 2)
    assert (np.diff(waits) > -1e-9).all()
    assert waits[-1] == pytest.approx(theory.mmc_wait(0.3, 5, 2), rel=1e-3)


def test_first_arrivals_of_a_day_hardly_wait() -> None:
    """To first order one waits for one customer, with chance arrivals x time so far, for a whole service."""
    assert theory.day_waits([0.1], 0.02, 5, 1)[0] == pytest.approx(0.1 * 0.01 * 5, rel=0.01)


def test_overloaded_day_grows_like_a_fluid() -> None:
    """10 arrivals a minute against 5 services: after 100 minutes 500 are waiting, 100 minutes of work."""
    last = theory.day_waits([10.0] * 100, 1, 1, 5)[-1]
    assert last == pytest.approx(99.5, rel=0.01)
