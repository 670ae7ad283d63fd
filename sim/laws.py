"""Distributions as text: `lognormal(mean=14, sd=6)` becomes a law with a mean, an sd and an inverse.

`constant(value)` or the number alone, `exponential(mean)`, `erlang(mean, stages)`, `gamma(mean, sd)`,
`lognormal(mean, sd)` (of the values, not of their logarithms), `weibull(mean, shape)`, `uniform(low, high)`,
`triangular(low, mode, high)`, `empirical(file, column)`. Text is parsed, never evaluated.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim import quantiles
from sim.quantiles import quantile
from sim.spreadsheet import read_table
from sim.textfiles import composed, inside, quoted, read_text

Floats = NDArray[np.float64]
# A law's parameters turned into its mean, its sd, and the row of numbers by which it is inverted.
Shape = tuple[float, float, tuple[float, ...]]

LONGEST_TEXT = 300
LARGEST_CELL = 1e8  # minutes or days of a table of values: 190 years are no time that was measured
_OUTERMOST = (2.0**-54, 1 - 2.0**-53)


@dataclass(frozen=True)
class Law:
    """A distribution. Laws are equal when their text and their numbers are."""

    text: str
    mean: float
    sd: float
    name: str = field(repr=False)
    parameters: tuple[float, ...] = field(repr=False)

    def ppf(self, u: ArrayLike) -> Floats:
        """Invert the distribution at u in (0, 1): float64[...] → float64[...], increasing in u.

        Values also increase with value, low, mode, high and mean; for lognormal and gamma at a fixed ratio
        sd/mean, for at a fixed sd a larger mean shortens the upper tail. To make everyone's longer, multiply.
        Erlang and gamma are exact to 1e-10 of the value, the others to rounding.
        """
        u = np.asarray(u, dtype=np.float64)
        return np.asarray(quantiles.quantiles(u.ravel(), self.row)).reshape(u.shape)

    @cached_property
    def row(self) -> Floats:
        """The law as numbers, for :func:`sim.quantiles.quantile`."""
        if self.sd == 0:
            return np.array([quantiles.CONSTANT, self.mean, 0.0, 0.0])
        return np.array(_LAWS[self.name](*self.parameters)[2])


def parse(text: str | float, folder: Path | None = None) -> Law:
    """Read the law that a text, or a plain number, describes; `empirical` reads files inside `folder` only.

    Raises `ValueError` saying what is wrong and what would be right.
    """
    text = str(text).strip()
    try:
        name, bound = _read(text)
        empirical = name == "empirical"
        return _law(text, name, _column(folder, *map(str, bound.values())) if empirical else _numbers(bound))
    except ValueError as error:
        raise ValueError(f"{text[:LONGEST_TEXT]!r} is not a law: {error}") from None


def scaled(text: str | float, factor: float) -> str:
    """The text of the law of values so many times as large; ValueError for what is no law, and for `empirical`."""
    name, bound = _read(str(text).strip())
    if name == "empirical":
        raise ValueError("an empirical law cannot be multiplied; use a factor on the step's work")
    return f"{name}({', '.join(f'{key}={_scaled(key, value, factor)!r}' for key, value in bound.items())})"


def _scaled(parameter: str, value: float | str, factor: float) -> float | str:
    return value if isinstance(value, str) or parameter in ("shape", "stages") else value * factor


def _read(text: str) -> tuple[str, dict[str, float | str]]:
    """Take a text apart into the law's name and its parameters, in the order of its signature."""
    if len(text) > LONGEST_TEXT or "\\" in text:
        raise ValueError(f"write at most {LONGEST_TEXT} characters, and no backslash")
    node: ast.expr | None = None
    with suppress(SyntaxError, ValueError):
        node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Constant | ast.UnaryOp):
        return "constant", {"value": _literal(node)}
    if not isinstance(node, ast.Call):
        raise ValueError("write a number, or a law such as lognormal(mean=14, sd=6)")
    if (name := ast.unparse(node.func)) not in _LAWS:
        raise ValueError(_unknown("law", name, _LAWS))
    return name, _bind(node, name)


def _bind(call: ast.Call, name: str) -> dict[str, float | str]:
    signature = inspect.signature(partial(_column, None) if name == "empirical" else _LAWS[name])
    named = {keyword.arg or "**": _literal(keyword.value) for keyword in call.keywords}
    try:
        if len(named) < len(call.keywords):
            raise TypeError("a parameter is given twice")
        return signature.bind(*map(_literal, call.args), **named).arguments
    except TypeError as error:
        raise ValueError(f"{error}; write {name}({', '.join(signature.parameters)})") from None


def _literal(node: ast.expr) -> float | str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=int(number) | float(number)) if not isinstance(number, bool):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as operand):
            return -float(_literal(operand))
    raise ValueError(f"{ast.unparse(node)} is not a plain number such as 14 or 60_000")


def _unknown(kind: str, word: str, words: Iterable[str]) -> str:
    near = get_close_matches(word, words := list(words), n=1)
    hint = f", did you mean {near[0]!r}?" if near else "."
    return f"there is no {kind} {word!r}{hint} There are {', '.join(words)}"


def _numbers(bound: dict[str, float | str]) -> tuple[float, ...]:
    """Check the ranges of the parameters, by their names: a name means the same in every law."""
    numbers: dict[str, float] = {}
    for parameter, value in bound.items():
        if isinstance(value, str) or not math.isfinite(value):
            raise ValueError(f"{parameter} must be a finite number, not {value!r}")
        allowed, wording = _RANGES.get(parameter, (math.isfinite, ""))
        if not allowed(value):
            raise ValueError(f"{parameter} must {wording}, not {value:g}")
        numbers[parameter] = value
    ends = [numbers[end] for end in ("low", "mode", "high") if end in numbers]
    if ends != sorted(ends):
        raise ValueError(f"{' <= '.join(numbers)} must hold, not {', '.join(map('{:g}'.format, ends))}")
    return tuple(numbers.values())


def _column(folder: Path | None, file: str, column: str) -> tuple[float, ...]:
    """Read the numbers of one column of a CSV table, and sort them."""
    table, heading = read_table(read_text(_found(folder, file), file), file), composed(column.strip())
    if heading not in table.columns:
        raise ValueError(f"{file!r}: {_unknown('column', column, table.columns)}")
    number = table.numbers(heading)
    values = [float(number(row)) for row in table.rows]
    if not values:
        raise ValueError(f"{file!r}: {column!r} needs at least one number")
    for row, value in zip(table.rows, values, strict=True):
        if not abs(value) <= LARGEST_CELL:
            cell = quoted(row.cells[heading])
            raise ValueError(
                f"{table.where(row, heading)}: {cell} is too large; write at most {LARGEST_CELL:,.0f}"
            )
    return tuple(sorted(values))


def _found(folder: Path | None, file: str) -> Path:
    """The file of that name in a folder, or below."""
    if folder is None:
        raise ValueError("there is no folder to read the file from")
    path = inside(folder, file)
    if path is None:
        raise ValueError(f"{file!r} must lie inside the scenario's folder; write a path without '..'")
    if not path.is_file():
        raise ValueError(f"there is no file {file!r} in the scenario's folder")
    return path


def _law(text: str, name: str, parameters: tuple[float, ...]) -> Law:
    """Build the law, if float64 can hold its moments and its outermost values."""
    with np.errstate(all="ignore"), suppress(OverflowError):
        mean, sd, _ = _LAWS[name](*parameters)
        law = Law(text, mean, sd, name, parameters)
        if np.isfinite([mean, sd, *(quantile(u, law.row, 0) for u in _OUTERMOST)]).all():
            return law
    raise ValueError("its numbers are too large, or too far apart, to calculate with")


def _constant(value: float) -> Shape:
    return value, 0.0, (quantiles.CONSTANT, value, 0.0, 0.0)


def _exponential(mean: float) -> Shape:
    return mean, mean, (quantiles.EXPONENTIAL, mean, 0.0, 0.0)


def _erlang(mean: float, stages: float) -> Shape:
    return mean, mean / math.sqrt(stages), _gamma_row(stages, mean / stages)


def _lognormal(mean: float, sd: float) -> Shape:
    log_sd = math.sqrt(math.log1p((sd / mean) ** 2))
    return mean, sd, (quantiles.LOGNORMAL, mean, log_sd, log_sd**2 / 2)


def _gamma(mean: float, sd: float) -> Shape:
    return mean, sd, _gamma_row((mean / sd) ** 2, sd / mean * sd) if sd else ()


def _gamma_row(shape: float, scale: float) -> tuple[float, ...]:
    code, _, *others = quantiles.gamma_row(shape)
    return code, scale, *others


def _weibull(mean: float, shape: float) -> Shape:
    log_ratio = math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape)
    sd, scale = mean * math.sqrt(math.expm1(max(log_ratio, 0))), mean / math.gamma(1 + 1 / shape)
    return mean, sd, (quantiles.WEIBULL, scale, 1 / shape, 0.0)


def _uniform(low: float, high: float) -> Shape:
    return (low + high) / 2, (high - low) / 12**0.5, (quantiles.UNIFORM, low, high, 0.0)


def _triangular(low: float, mode: float, high: float) -> Shape:
    rise, fall = mode - low, high - mode
    sd = math.sqrt((rise * rise + rise * fall + fall * fall) / 18)
    return (low + mode + high) / 3, sd, (quantiles.TRIANGULAR, low, mode, high)


def _empirical(*values: float) -> Shape:
    """Invert the empirical distribution: the smallest value that a share of at least u does not exceed."""
    mean, sd = float(np.mean(values)), float(np.std(values))
    return mean, sd, (quantiles.EMPIRICAL, float(len(values)), 0.0, 0.0, *sorted(values))


_LAWS: dict[str, Callable[..., Shape]] = {
    "constant": _constant,
    "exponential": _exponential,
    "erlang": _erlang,
    "lognormal": _lognormal,
    "gamma": _gamma,
    "weibull": _weibull,
    "uniform": _uniform,
    "triangular": _triangular,
    "empirical": _empirical,
}
_RANGES: dict[str, tuple[Callable[[float], bool], str]] = {
    "mean": (lambda mean: mean > 0, "be above 0"),
    "sd": (lambda sd: sd >= 0, "not be negative"),
    "shape": (lambda shape: shape > 0, "be above 0"),
    "stages": (lambda stages: stages >= 1 and stages % 1 == 0, "be a whole number from 1"),
}
