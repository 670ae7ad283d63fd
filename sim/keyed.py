"""Uniform numbers keyed by citizen and purpose, so that nothing in a scenario changes another citizen's luck.

A number belongs to `(seed, replication, site, procedure, dossier number, purpose)` and is a function of that
key alone: there is no state to advance, hence no order of drawing to keep. Each part of the key is added to
the state and scrambled in turn by the finaliser of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable
pseudorandom number generators", with the constants of Stafford 2011, variant 13). Dossier numbers enter in
multiples of the golden gamma, so before the purpose the numbers of a stream are a SplitMix64 sequence.

This generator rather than Philox or squares64: keys here are names, which have to be hashed anyway, and one
scrambling per part of a key lets a dossier's state be kept, so that each further purpose costs a single one
(2 ns; Philox4x32-10 takes ten rounds). SplitMix64 passes BigCrush; that keys which differ in one part, or in
one bit, are unrelated is tested here. The functions below work alike on numbers, on arrays and in compiled code.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.compiler import register_jitable

Words = np.uint64 | NDArray[np.uint64]

LARGEST_MEAN_COUNT = 1e7
GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FACTOR_1 = np.uint64(0xBF58476D1CE4E5B9)
_FACTOR_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_SHIFT_UNIT = np.uint64(12)


def stream(seed: int, replication: int, *names: str) -> np.uint64:
    """Key all numbers of one seed, one replication and names in this order (site, procedure).

    Seed and replication lie in 0 … 2**64 - 1, else `ValueError`.
    """
    for what, value in (("seed", seed), ("replication", replication)):
        if not 0 <= value < 2**64:
            raise ValueError(f"the {what} must be a whole number from 0 to 2**64 - 1, not {value}")
    state: Words = GOLDEN_GAMMA
    with np.errstate(over="ignore"):
        for word in (np.uint64(seed), np.uint64(replication)):
            state = mix(state + GOLDEN_GAMMA * word)
    return np.uint64(within(state, *map(name_hash, names)))


def within(stream: Words, *names: Words) -> Words:
    """Key the streams of further names, given as hashes, one or many at a time: uint64[...]."""
    with np.errstate(over="ignore"):
        for name in names:
            stream = mix(stream + name)
    return stream


def uniform(stream: Words, number: int | NDArray[np.int64], purpose: str) -> NDArray[np.float64]:
    """Look up numbers in the open interval (0, 1), one per dossier number: float64[number].

    `stream` is one key, or one per dossier number: uint64[number]. Dossier numbers are not negative.
    """
    with np.errstate(over="ignore"):
        own = dossier(stream, np.asarray(number, dtype=np.uint64))
        return np.asarray(of_dossier(own, name_hash(purpose)), dtype=np.float64)


@register_jitable
def dossier(stream: Words, number: Words) -> Words:
    """Key the numbers of one dossier of a stream: uint64[...] both → uint64[...]."""
    return mix(stream + GOLDEN_GAMMA * number)


@register_jitable
def of_dossier(dossier: Words, purpose: np.uint64) -> Any:
    """Look up a dossier's number for a purpose, given as hash: uint64[...] → float64[...] in (0, 1)."""
    return unit(mix(dossier + purpose))


@register_jitable
def mix(x: Words) -> Words:
    """Scramble 64 bits, one to one: uint64[...] → uint64[...]; products wrap around by intent."""
    x = (x ^ (x >> _SHIFT_1)) * _FACTOR_1
    x = (x ^ (x >> _SHIFT_2)) * _FACTOR_2
    return x ^ (x >> _SHIFT_3)


@register_jitable
def unit(x: Words) -> Any:
    """Turn the upper 52 bits into an odd multiple of 2**-53: uint64[...] → float64[...] in (0, 1).

    NOTE: 52 bits, not 53: no k + 1/2 above 2**52 is a float64, and the largest would round up to 1.
    """
    return ((x >> _SHIFT_UNIT) + 0.5) * 2.0**-52


@cache
def name_hash(name: str) -> np.uint64:
    """Hash a name to 64 bits, the same on every machine and in every process (as Python's `hash` is not)."""
    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little"))


def poisson_ppf(u: ArrayLike, mean: ArrayLike) -> NDArray[np.int64]:
    """Find the smallest count that a Poisson number exceeds with probability 1 - u at most: int64[...].

    u in (0, 1) and mean in 0 … 1e7 are broadcast, else `ValueError`. The count increases with both.
    """
    u, mean = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(mean, dtype=np.float64))
    if not ((u > 0) & (u < 1) & (mean >= 0) & (mean <= LARGEST_MEAN_COUNT)).all():
        raise ValueError(f"a Poisson count needs 0 < u < 1 and a mean from 0 to {LARGEST_MEAN_COUNT:g}")
    # The expansion of Cornish & Fisher (1938) starts a few counts off; the two walks are the definition.
    z = special.ndtri(u)
    count = np.maximum(np.floor(mean + np.sqrt(mean) * z + (z * z - 1) / 6), 0)
    while np.any(short := special.pdtr(count, mean) < u):
        count = count + short
    while np.any(spare := (count > 0) & (special.pdtr(count - 1, mean) >= u)):
        count = count - spare
    return np.asarray(count, dtype=np.int64)
