"""Inverse distributions of single numbers, in plain Python and in compiled code alike.

A law is a row of numbers: a code, three parameters, and for some a table. :func:`quantile` is the one definition of
all laws. Logarithms and powers are the scalar functions of the C library, for numpy's own of arrays differ in the
last digit between processors; the exponential function is :func:`exp`, which needs nothing but sums and products.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.compiler import njit, register_jitable
from sim.kernelcache import cached

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

CONSTANT, EXPONENTIAL, LOGNORMAL, GAMMA, WEIBULL, UNIFORM, TRIANGULAR, EMPIRICAL = range(8)
CENTRAL = 0.425
# log(2) in two parts, of which the first has so few digits that its multiples are exact; and what rounds a number
# to a whole one that is added and taken away again, and leaves this in the last bits in between.
LOG_2, HIGH, LOW = math.log(2), 6.93147180369123816490e-01, 1.90821492927058770002e-10
ROUNDS, FARTHEST = 1.5 * 2.0**52, 708.0
POWERS = 2.0 ** np.arange(-1023, 1024)
TABLE = 4  # a row: code, three parameters, table

# The table of a gamma law: its logarithm against the normal quantile, on even knots, between which runs the
# polynomial through six knots (Newton's form: one number of the table for each of its degrees).
OUTERMOST = 8.3  # normal quantiles of all multiples of 2**-54
KNOTS = 6
FEWEST_CELLS, MOST_CELLS = 128, 4096
LARGE_SHAPE = 1e5
TOLERANCE = 2e-11  # relative error of a value half-way between two knots


# NOTE: not inlined, a function that is given an array counts a reference to it at each call.
@register_jitable(forceinline=True)
def quantile(u: float, laws: Floats, at: int) -> float:
    """Invert at u, a multiple of 2**-53 in (0, 1), the law whose row begins at `at` of a flat list of rows."""
    if by_normal(laws, at):
        return laws[at + 1] * exp(exponent(normal(u), laws, at))
    return direct(u, laws, at)


@register_jitable(forceinline=True)
def by_normal(laws: Floats, at: int) -> bool:
    """Whether a normal quantile leads to those of the law."""
    return bool(LOGNORMAL <= laws[at] <= GAMMA)


@register_jitable(forceinline=True)
def direct(u: float, laws: Floats, at: int) -> float:
    """As :func:`quantile`, of laws to which no normal quantile leads."""
    code, a, b, c = laws[at], laws[at + 1], laws[at + 2], laws[at + 3]
    if code == CONSTANT:
        return a
    if code == EXPONENTIAL:
        return -a * math.log(1 - u)  # 1 - u is exact, and the C library's log quicker than its log1p
    if code == WEIBULL:
        return a * (-math.log(1 - u)) ** b
    if code == UNIFORM:
        return a + u * (b - a)
    if code == TRIANGULAR:
        width, rise, fall = c - a, b - a, c - b
        return a + math.sqrt(u * width * rise) if u * width < rise else c - math.sqrt((1 - u) * width * fall)
    return laws[at + TABLE + math.ceil(u * a) - 1]


@register_jitable(forceinline=True)
def exponent(z: float, laws: Floats, at: int) -> float:
    """The logarithm of a lognormal or gamma quantile, but for the factor of the row, where the normal one is z."""
    if laws[at] == LOGNORMAL:
        return laws[at + 2] * z - laws[at + 3]
    return _log_gamma(z, laws[at + 2], int(laws[at + 3]), laws, at + TABLE)


@cached
def quantiles(u: Floats, law: Floats) -> Floats:
    """Invert one law at many u: float64[n] → float64[n]."""
    values = np.empty(len(u))
    for i in range(len(u)):
        values[i] = quantile(u[i], law, 0)
    return values


# NOTE: with the error model of numpy, no division is checked for zero, and so many at a time can be done at once.
@njit(error_model="numpy", _nrt=False)
def normals(u: Floats, z: Floats, outer: Words) -> None:
    """Fill in the standard normal quantiles of all u: float64[n] both. The same numbers as one by one, but sooner.

    `outer` is room for n indices: those far from the middle are collected first, as no processor foresees which are.
    """
    for i in range(len(u)):
        z[i] = _central(u[i] - 0.5)
    count = np.uint64(0)
    for i in range(np.uint64(len(u))):
        outer[count] = i
        count += np.uint64(abs(u[i] - 0.5) > CENTRAL)
    for which in range(count):
        z[outer[which]] = normal(u[outer[which]])


@register_jitable
def exp(x: float) -> float:
    """The exponential function, to 1e-15: its series near 0 times a power of two (Cody & Waite 1980).

    It has the same digits on every machine, which that of the C library has not. What lies farther from 0 than
    `FARTHEST` counts as being there.
    """
    x = min(max(x, -FARTHEST), FARTHEST)
    power = (x * (1 / LOG_2) + ROUNDS) - ROUNDS
    return _exp_near_0((x - power * HIGH) - power * LOW) * POWERS[np.uint64(power + 1023.0)]


@njit(error_model="numpy", _nrt=False)
def exps(x: Floats, power: Floats, bits: Ints) -> None:
    """Replace all x by their exponentials: float64[n]. The same numbers as one by one, but sooner.

    `power` is room for n numbers, and `bits` the same memory as int64[n]: 2**k is made of the bits of k.
    """
    for i in range(len(x)):
        x[i] = min(max(x[i], -FARTHEST), FARTHEST)
        power[i] = x[i] * (1 / LOG_2) + ROUNDS
    for i in range(len(x)):
        whole = power[i] - ROUNDS
        x[i] = _exp_near_0((x[i] - whole * HIGH) - whole * LOW)
    for i in range(len(x)):
        bits[i] = (bits[i] + 1023) << 52
    for i in range(len(x)):
        x[i] *= power[i]


@register_jitable(forceinline=True)
def _exp_near_0(x: float) -> float:
    """The series up to the degree 13, for x up to log(2)/2 from 0."""
    value = 1 / 6227020800 * x + 1 / 479001600
    value = ((value * x + 1 / 39916800) * x + 1 / 3628800) * x + 1 / 362880
    value = ((value * x + 1 / 40320) * x + 1 / 5040) * x + 1 / 720
    value = ((value * x + 1 / 120) * x + 1 / 24) * x + 1 / 6
    return 1 + (x + x * x * (value * x + 0.5))


@register_jitable
def normal(u: float) -> float:
    """Invert the standard normal distribution, to 1e-16: algorithm AS 241, PPND16 (Wichura 1988)."""
    q = u - 0.5
    if abs(q) <= CENTRAL:
        return _central(q)
    r = math.sqrt(-math.log(u if q < 0 else 1 - u))
    if r <= 5:
        r -= 1.6
        above = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
        above = ((above * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r
        above = ((above + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
        above = (above + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
        below = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
        below = ((below * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
        below = ((below + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
        below = (below + 2.05319162663775882187e0) * r + 1.0
    else:
        r -= 5
        above = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        above = ((above * r + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r
        above = ((above + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
        above = (above + 5.46378491116411436990e0) * r + 6.65790464350110377720e0
        below = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
        below = ((below * r + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
        below = ((below + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
        below = (below + 5.99832206555887937690e-1) * r + 1.0
    return -above / below if q < 0 else above / below


@register_jitable(forceinline=True)
def _central(q: float) -> float:
    """The standard normal quantile of 0.5 + q, for q up to `CENTRAL` from 0."""
    r = 0.180625 - q * q
    above = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    above = ((above * r + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r
    above = ((above + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
    above = (above + 1.3314166789178437745e2) * r + 3.3871328727963666080e0
    below = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    below = ((below * r + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r
    below = ((below + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
    below = (below + 4.2313330701600911252e1) * r + 1.0
    return q * above / below


@register_jitable(forceinline=True)
def _log_gamma(z: float, per_unit: float, cells: int, laws: Floats, table: int) -> float:
    """The logarithm of a gamma quantile at a normal quantile."""
    place = (z + OUTERMOST) * per_unit
    cell = min(max(int(place), 0), cells - 1)
    s = place - cell + 2.0  # the polynomial's knots are at 0, 1, …, 5, and its cell between 2 and 3
    at = table + cell * KNOTS
    value = laws[at + 4] + (s - 4.0) * laws[at + 5]
    value = laws[at + 2] + (s - 2.0) * (laws[at + 3] + (s - 3.0) * value)
    return laws[at] + s * (laws[at + 1] + (s - 1.0) * value)


@lru_cache(maxsize=1000)
def gamma_row(shape: float) -> tuple[float, ...]:
    """The row of the gamma law with this shape and scale 1.

    The logarithm, since the lower tail is a power, and the normal quantile, since in it both tails are smooth. Knots
    are added until values between them have no larger relative error than `TOLERANCE`.
    """
    cells = FEWEST_CELLS
    while True:
        per_unit = cells / (2 * OUTERMOST)
        row = np.array([GAMMA, 1.0, per_unit, cells, *_newton(_exact_log_gamma(_knots(cells), shape))])
        between = _knots(cells)[2:-3] + 0.5 / per_unit
        errors = [
            abs(math.expm1(_log_gamma(z, per_unit, cells, row, TABLE) - exact))
            for z, exact in zip(between.tolist(), _exact_log_gamma(between, shape).tolist(), strict=True)
            if exact > _LEAST_LOG
        ]
        if max(errors, default=0.0) < TOLERANCE or cells == MOST_CELLS:
            return tuple(row.tolist())
        cells *= 2


_LEAST_LOG = math.log(np.finfo(float).tiny)


def _knots(cells: int) -> Floats:
    """Where the cells meet, and two more knots before and after."""
    return np.arange(-2.0, cells + 4.0) * (2 * OUTERMOST / cells) - OUTERMOST


def _newton(values: Floats) -> Floats:
    """Newton's divided differences of each six knots in a row."""
    columns, order = [values], 1
    while order < KNOTS:
        columns.append(np.diff(columns[-1]) / order)
        order += 1
    return np.column_stack([column[: len(values) - KNOTS + 1] for column in columns]).ravel()


def _exact_log_gamma(z: Floats, shape: float) -> Floats:
    """Logarithms of the gamma quantiles at normal quantiles, from the nearer tail.

    Where a value is next to nothing, the first term of the series of the distribution, x**a / Γ(a + 1), is all of it.
    """
    if shape > LARGE_SHAPE:
        return np.array([math.log(x) for x in _expanded(z, shape).tolist()])
    tail = special.ndtr(-np.abs(z))
    x = np.where(z < 0, special.gammaincinv(shape, tail), special.gammainccinv(shape, tail))
    share = [math.log(p) if low else math.log1p(-p) for p, low in zip(tail.tolist(), z < 0, strict=True)]
    first = [(log_p + math.lgamma(shape + 1)) / shape for log_p in share]
    return np.array([math.log(v) if v > 1e-20 else f for v, f in zip(x.tolist(), first, strict=True)])


def _expanded(z: Floats, shape: float) -> Floats:
    """Gamma quantiles by the expansion of Goldberg & Levine (1946), to 1e-11; scipy's are rough at such shapes."""
    root = math.sqrt(shape)
    z2 = z * z
    x = shape + root * z + (z2 - 1) / 3 + z * (z2 - 7) / (36 * root)
    return np.asarray(x - ((6 * z2 + 14) * z2 - 32) / (1620 * shape), np.float64)
