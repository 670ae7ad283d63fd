from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from sim.keyed import dossier, name_hash, of_dossier, poisson_ppf, stream, uniform, unit, within

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def plain_mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def plain_uniform(seed: int, replication: int, names: tuple[str, ...], number: int, purpose: str) -> float:
    """Compute one number with Python's own integers."""
    hashes = [
        int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") for name in (*names, purpose)
    ]
    state = plain_mix(GAMMA + GAMMA * seed & MASK)
    state = plain_mix(state + GAMMA * replication & MASK)
    for name in hashes[:-1]:
        state = plain_mix(state + name & MASK)
    x = plain_mix(plain_mix(state + GAMMA * number & MASK) + hashes[-1] & MASK)
    return (2 * (x >> 12) + 1) / 2**53


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((0, 0, ("centre", "land-1"), 0, "arrival"), 0.7944875059322957),
        ((1, 2, ("centre", "land-1"), 17, "work:appraise:1"), 0.7989531777926205),
        ((2**64 - 1, 29, ("commune", "hộ tịch"), 2**40, "channel"), 0.44666216517320023),
    ],
)
def test_numbers_are_the_same_on_every_machine(
    key: tuple[int, int, tuple[str, ...], int, str], expected: float
) -> None:
    seed, replication, names, number, purpose = key
    assert uniform(stream(seed, replication, *names), number, purpose) == plain_uniform(*key) == expected


WORD = st.integers(0, MASK)


@given(WORD, WORD, st.lists(st.text(), max_size=3), st.integers(0, 2**63 - 1), st.text())
def test_numbers_are_those_of_plain_integers(
    seed: int, replication: int, names: list[str], number: int, purpose: str
) -> None:
    expected = plain_uniform(seed, replication, tuple(names), number, purpose)
    key = stream(seed, replication, *names)
    assert uniform(key, number, purpose) == expected
    assert compiled_uniform(key, np.array([number]), name_hash(purpose)) == [expected]


def test_compiled_code_draws_the_same_numbers() -> None:
    key, number = stream(5, 1, "centre"), np.arange(100_000)
    compiled = compiled_uniform(key, number, name_hash("work:check:1"))
    assert (compiled == uniform(key, number, "work:check:1")).all()
    plain = [plain_uniform(5, 1, ("centre",), k, "work:check:1") for k in range(1000)]
    assert compiled[:1000].tolist() == plain


@njit
def compiled_uniform(key: np.uint64, number: np.ndarray, purpose: np.uint64) -> np.ndarray:
    found = np.empty(len(number))
    for i in range(len(number)):
        found[i] = of_dossier(dossier(key, np.uint64(number[i])), purpose)
    return found


def test_streams_by_the_part_or_all_at_once() -> None:
    places, procedures = (np.array([name_hash(f"{what}{i}") for i in range(3)]) for what in "ab")
    assert within(stream(1, 2), places, procedures).tolist() == [
        stream(1, 2, f"a{i}", f"b{i}") for i in range(3)
    ]


def test_generator_is_splitmix64() -> None:
    """The first three outputs of SplitMix64 from state 0, as its published code gives them."""
    assert [plain_mix(GAMMA * k & MASK) for k in (1, 2, 3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]


def test_interval_is_open_to_the_last_bit() -> None:
    assert unit(np.array([0, MASK], dtype=np.uint64)).tolist() == [2.0**-53, 1 - 2.0**-53]


def test_streams_may_differ_by_dossier() -> None:
    streams = np.array([stream(1, 0, "a"), stream(1, 0, "b"), stream(1, 0, "a")])
    number = np.array([5, 5, 6])
    together = uniform(streams, number, "arrival")
    assert together.tolist() == [
        float(uniform(s, int(k), "arrival")) for s, k in zip(streams, number, strict=True)
    ]


def test_a_number_depends_on_its_own_key_only() -> None:
    key = stream(1, 0, "centre", "land-1")
    few = uniform(key, np.arange(10), "arrival")
    uniform(stream(1, 0, "centre", "a new procedure"), np.arange(50), "a new purpose")
    many = uniform(key, np.arange(1000), "arrival")
    assert (few == many[:10]).all()
    assert not np.isin(uniform(key, np.arange(10), "channel"), few).any()
    assert stream(1, 0, "centre", "land-1") != stream(1, 0, "land-1", "centre")
    assert stream(1, 2) != stream(2, 1)


def test_streams_do_not_collide() -> None:
    keys = {int(stream(1, 0, f"site-{site}", f"procedure-{k}")) for site in range(13) for k in range(2000)}
    assert len(keys) == 26_000


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (2**64, 0), (0, -1)])
def test_keys_out_of_range_are_refused(seed: int, replication: int) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 0"):
        stream(seed, replication)


def test_numbers_are_uniform() -> None:
    u = uniform(stream(7, 0, "centre", "land-1"), np.arange(1_000_000), "arrival")
    counts = np.bincount((u * 1000).astype(int), minlength=1000)
    assert 1e-4 < stats.chisquare(counts).pvalue < 1 - 1e-4
    assert stats.kstest(u, "uniform").pvalue > 1e-4


DOSSIERS = np.arange(100_000)
NEIGHBOURS = {
    "seed": lambda k: uniform(stream(k, 0, "centre", "land-1"), DOSSIERS, "arrival"),
    "replication": lambda k: uniform(stream(1, k, "centre", "land-1"), DOSSIERS, "arrival"),
    "site": lambda k: uniform(stream(1, 0, f"commune-{k}", "land-1"), DOSSIERS, "arrival"),
    "procedure": lambda k: uniform(stream(1, 0, "centre", f"land-{k}"), DOSSIERS, "arrival"),
    "number": lambda k: uniform(stream(1, 0, "centre", "land-1"), 101 * DOSSIERS + k, "arrival"),
    "purpose": lambda k: uniform(stream(1, 0, "centre", "land-1"), DOSSIERS, f"work:appraise:{k}"),
}


@pytest.mark.parametrize("coordinate", NEIGHBOURS)
def test_neighbouring_keys_are_unrelated(coordinate: str) -> None:
    """Ten million pairs of keys one apart in one coordinate: their correlation, and a 64 x 64 grid."""
    pairs, products, grid = 100 * DOSSIERS.size, 0.0, np.zeros(64 * 64)
    here = NEIGHBOURS[coordinate](0)
    for k in range(1, 101):
        there = NEIGHBOURS[coordinate](k)
        products += float((here - 0.5) @ (there - 0.5))
        cell = (here * 64).astype(np.int64) * 64 + (there * 64).astype(np.int64)
        grid += np.bincount(cell, minlength=64 * 64)
        here = there
    assert abs(12 * products / pairs) < 4 / np.sqrt(pairs)
    assert 1e-4 < stats.chisquare(grid).pvalue < 1 - 1e-4


# Scattered, so that no flipped key is itself in the sample: that would count its pair twice.
SCATTERED = np.random.default_rng(1).integers(2**63 - 1, size=10_000)


def flipped_share(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """For each of the 52 bits of the numbers, how often it differs."""
    words = [(u * 2.0**52).astype(np.uint64) for u in (before, after)]
    changed = words[0] ^ words[1]
    return np.array([(changed >> np.uint64(bit) & np.uint64(1)).mean() for bit in range(52)])


# 4 s.e. for each bit; the worst of all 3000 pairs of bits may reach 5 s.e. (once in 600 such tests).
def assert_half(shares: np.ndarray, n: int) -> None:
    errors = np.abs(shares - 0.5) / (0.5 / np.sqrt(n))
    assert errors.max() < 5
    assert (errors > 4).mean() < 1e-3


def test_one_bit_of_the_number_changes_half_the_bits() -> None:
    key, number = stream(3, 0, "centre", "land-1"), SCATTERED
    before = uniform(key, number, "arrival")
    shares = [flipped_share(before, uniform(key, number ^ (1 << bit), "arrival")) for bit in range(63)]
    assert_half(np.array(shares), number.size)


def test_one_bit_of_the_seed_changes_half_the_bits() -> None:
    seeds = SCATTERED[:1000].tolist()
    keys = np.array([stream(seed, 0, "centre", "land-1") for seed in seeds])
    before = uniform(keys, 1, "arrival")
    shares = []
    for bit in range(64):
        keys = np.array([stream(seed ^ 1 << bit, 0, "centre", "land-1") for seed in seeds])
        shares.append(flipped_share(before, uniform(keys, 1, "arrival")))
    assert_half(np.array(shares), len(seeds))


@pytest.mark.parametrize("mean", [1e-9, 0.1, 1, 3.7, 30, 1e3, 6e4])
def test_poisson_ppf_agrees_with_scipy(mean: float) -> None:
    u = np.r_[2.0**-54, uniform(stream(1, 0), np.arange(20_000), "count")]
    assert (poisson_ppf(u, mean) == stats.poisson.ppf(u, mean)).all()


def test_poisson_ppf_increases_in_both() -> None:
    u, mean = np.linspace(1e-6, 1 - 1e-6, 301)[:, None], np.linspace(0, 40, 401)
    counts = poisson_ppf(u, mean)
    assert (np.diff(counts, axis=0) >= 0).all()
    assert (np.diff(counts, axis=1) >= 0).all()
    assert (counts[:, 0] == 0).all()


@pytest.mark.parametrize(
    ("u", "mean"), [(0, 1), (1, 1), (0.5, -1), (0.5, np.nan), (0.5, np.inf), (np.nan, 1)]
)
def test_poisson_ppf_refuses(u: float, mean: float) -> None:
    with pytest.raises(ValueError, match="a Poisson count needs"):
        poisson_ppf(u, mean)
