from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gamma as gamma_function

from sim.laws import parse

OUTERMOST = [2.0**-53, 1 - 2.0**-53]  # the numbers that are drawn are odd multiples of 2**-53
SIGMA = np.sqrt(np.log(1 + (6 / 14) ** 2))
ORACLES = {
    "exponential(mean=45)": stats.expon(scale=45),
    "erlang(mean=12, stages=3)": stats.gamma(3, scale=4),
    "lognormal(mean=14, sd=6)": stats.lognorm(SIGMA, scale=14 / np.exp(SIGMA**2 / 2)),
    "gamma(mean=14, sd=6)": stats.gamma((14 / 6) ** 2, scale=36 / 14),
    "gamma(mean=5, sd=20)": stats.gamma(1 / 16, scale=80),
    "weibull(mean=9, shape=1.7)": stats.weibull_min(1.7, scale=9 / gamma_function(1 + 1 / 1.7)),
    "weibull(mean=9, shape=0.7)": stats.weibull_min(0.7, scale=9 / gamma_function(1 + 1 / 0.7)),
    "triangular(low=2, mode=3, high=9)": stats.triang(1 / 7, loc=2, scale=7),
    "triangular(2, 2, 9)": stats.triang(0, loc=2, scale=7),
    "uniform(-5, 60_000)": stats.uniform(-5, 60_005),
}


@pytest.mark.parametrize("text", ORACLES)
def test_law_agrees_with_scipy(text: str) -> None:
    law, oracle = parse(text), ORACLES[text]
    u = np.r_[OUTERMOST, np.linspace(1e-6, 1 - 1e-6, 2001)]
    np.testing.assert_allclose(law.ppf(u), oracle.ppf(u), rtol=1e-10, atol=1e-12)
    assert law.mean == pytest.approx(oracle.mean(), rel=1e-12)
    assert law.sd == pytest.approx(oracle.std(), rel=1e-10)
    assert np.isfinite(law.ppf(OUTERMOST)).all()


@pytest.mark.parametrize("text", ORACLES)
def test_mean_and_sd_are_those_of_the_values(text: str) -> None:
    law = parse(text)
    values = law.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    assert values.mean() == pytest.approx(law.mean, rel=1e-3)
    assert values.std() == pytest.approx(law.sd, rel=1e-2)


@pytest.mark.parametrize(
    "text", ["7", 7, 7.0, "constant(7)", "constant(value=7)", "lognormal(7, sd=0)", "uniform(7, 7)"]
)
def test_constants(text: str | float) -> None:
    law = parse(text)
    assert (law.mean, law.sd, law.ppf(OUTERMOST).tolist()) == (7, 0, [7, 7])


@pytest.mark.parametrize(("text", "value"), [("60_000", 60_000), ("1e3", 1000), ("-5", -5), (" 2.5 ", 2.5)])
def test_ways_to_write_a_number(text: str, value: float) -> None:
    assert parse(text).mean == value


inside = st.floats(1e-9, 1 - 1e-9)


@pytest.mark.parametrize("text", ORACLES)
@given(u=inside, v=inside)
def test_values_increase_with_u(text: str, u: float, v: float) -> None:
    low, high = parse(text).ppf(sorted([u, v]))
    assert low <= high + 1e-12 * abs(high)


# `m` stands for a parameter that makes every value larger.
RISING = ["constant({m})", "exponential({m})", "erlang({m}, 4)", "weibull({m}, 0.8)", "uniform({m}, 200)"]
RISING += ["uniform(0, {m})", "triangular({m}, 100, 120)", "triangular(0, {m}, 120)", "triangular(0, 1, {m})"]


@pytest.mark.parametrize("template", RISING)
@given(u=inside, means=st.tuples(st.floats(1, 99), st.floats(1, 99)))
def test_values_increase_with_the_parameter(template: str, u: float, means: tuple[float, float]) -> None:
    low, high = (float(parse(template.format(m=repr(m))).ppf(u)) for m in sorted(means))
    assert low <= high * (1 + 1e-12)


@pytest.mark.parametrize("name", ["lognormal", "gamma"])
@given(u=inside, means=st.tuples(st.floats(1, 99), st.floats(1, 99)), ratio=st.floats(0.05, 3))
def test_values_increase_with_mean_at_a_fixed_ratio(
    name: str, u: float, means: tuple[float, float], ratio: float
) -> None:
    low, high = (float(parse(f"{name}({m!r}, {m * ratio!r})").ppf(u)) for m in sorted(means))
    assert low <= high * (1 + 1e-9)


def test_law_travels_and_compares() -> None:
    law = parse("gamma(14, 6)")
    again = pickle.loads(pickle.dumps(law))
    assert again == law
    assert hash(again) == hash(law)
    assert law != parse("gamma(14, 7)")
    assert law.ppf(np.full((2, 3), 0.5)).shape == (2, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lognormall(14, 6)", "no law 'lognormall', did you mean 'lognormal'.*constant, exponential"),
        ("zipf(2)", "no law 'zipf'. There are constant, exponential"),
        ("lognormal(mean=14)", r"missing a required argument: 'sd'; write lognormal\(mean, sd\)"),
        ("exponential(mean=1, rate=2)", r"unexpected keyword argument 'rate'; write exponential\(mean\)"),
        ("lognormal(14, 6, 7)", r"too many positional arguments; write lognormal\(mean, sd\)"),
        ("lognormal(14, mean=6)", "multiple values for argument 'mean'"),
        ("exponential(mean=1, mean=2)", "a parameter is given twice"),
        ("exponential(1, **3)", r"unexpected keyword argument '\*\*'"),
        ("exponential(*3)", "is not a plain number"),
        ("lognormal(mean=14, 6)", "write a number, or a law"),
        ("exponential(-5)", "mean must be above 0, not -5"),
        ("exponential(0)", "mean must be above 0, not 0"),
        ("gamma(14, -6)", "sd must not be negative, not -6"),
        ("weibull(3, 0)", "shape must be above 0"),
        ("erlang(3, 2.5)", "stages must be a whole number from 1, not 2.5"),
        ("erlang(3, 0)", "stages must be a whole number from 1"),
        ("uniform(5, 2)", "low <= high must hold, not 5, 2"),
        ("triangular(1, 5, 3)", "low <= mode <= high must hold, not 1, 5, 3"),
        ("1e999", "value must be a finite number"),
        ("exponential(1e999)", "mean must be a finite number"),
        ("exponential(nan)", "nan is not a plain number"),
        ("exponential(True)", "True is not a plain number"),
        ("exponential(-True)", "True is not a plain number"),
        ("exponential(-'5')", "is not a plain number"),
        ("exponential('5')", "mean must be a finite number, not '5'"),
        ("exponential(uniform(1, 2))", r"uniform\(1, 2\) is not a plain number"),
        ("exponential(1 + 2)", "is not a plain number"),
        ("exponential(minutes)", "minutes is not a plain number"),
        ("exponential", "write a number, or a law"),
        ("math.pi", "write a number, or a law"),
        ("1 + 2", "write a number, or a law"),
        ("", "write a number, or a law"),
        ("7; 8", "write a number, or a law"),
        ("\0", "write a number, or a law"),
        ("nan", "write a number, or a law"),
        (float("nan"), "write a number, or a law"),
        (True, "True is not a plain number"),
        ("'x'", "value must be a finite number"),
        ("lognormal(1e300, 1e308)", "too large, or too far apart"),
        ("weibull(1, 0.001)", "too large, or too far apart"),
        ("uniform(-1e308, 1e308)", "too large, or too far apart"),
        ("(" * 299, "write a number, or a law"),
        ("7" * 301, "at most 300 characters"),
        ("empirical(file='a\\\\b.csv', column='m')", "no backslash"),
        ("empirical(file='x.csv', column='m')", "no folder to read the file from"),
    ],
)
def test_what_is_not_a_law(text: str | float, message: str) -> None:
    with pytest.raises(ValueError, match=rf"(?s)is not a law: .*{message}"):
        parse(text)


@pytest.mark.parametrize(
    "call", ["__import__('os').system('touch {}')", "open('{}', 'w')", "exponential(open('{}', 'w'))"]
)
def test_text_is_never_evaluated(call: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a law"):
        parse(call.format(tmp_path / "made"))
    assert not (tmp_path / "made").exists()


def written(folder: Path, text: str) -> Path:
    (folder / "times.csv").write_text(text, encoding="utf-8")
    return folder


def test_empirical_is_the_inverse_of_the_empirical_distribution(tmp_path: Path) -> None:
    folder = written(tmp_path, "\ufeffminutes,who\n9,a\n1.5,b\n4,c\n4,d\n")
    law = parse('empirical(file="times.csv", column="minutes")', folder)
    assert law.ppf([0.1, 0.25, 0.26, 0.5, 0.75, 0.76, *OUTERMOST]).tolist() == [1.5, 1.5, 4, 4, 4, 9, 1.5, 9]
    assert law.mean == 4.625
    assert law.sd == pytest.approx(np.std([9, 1.5, 4, 4]))
    assert pickle.loads(pickle.dumps(law)).ppf(0.5) == 4


@pytest.mark.parametrize(
    ("content", "file", "message"),
    [
        ("minutes\n3\n", "gone.csv", "there is no file 'gone.csv'"),
        ("minutes\n3\n", "../times.csv", "inside the scenario's folder"),
        ("minutes\n3\n", "a/../times.csv", "inside the scenario's folder"),
        ("minutes\n3\n", "/etc/hostname", "inside the scenario's folder"),
        ("minutess\n3\n", "times.csv", "no column 'minutes', did you mean 'minutess'"),
        ("minutes\n3\nfour\n", "times.csv", "times.csv, line 3, column 'minutes': 'four' is not a number"),
        ("minutes,b\n,1\n", "times.csv", "times.csv, line 2, column 'minutes': is empty"),
        ("minutes\nnan\n", "times.csv", "line 2, column 'minutes': 'nan' is not a number"),
        ("minutes\n3\n1e999\n", "times.csv", "times.csv, line 3, column 'minutes': '1e999' is too large"),
        (
            "minutes\n1e300\n",
            "times.csv",
            "line 2, column 'minutes': '1e300' is too large; write at most 100,000,000",
        ),
        ("minutes\n", "times.csv", "needs at least one number"),
        ("", "times.csv", "there is no column 'minutes'"),
    ],
)
def test_files_that_are_not_a_law(content: str, file: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        parse(f'empirical(file="{file}", column="minutes")', written(tmp_path, content))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.csv").symlink_to(written(tmp_path, "minutes\n3\n") / "times.csv")
    with pytest.raises(ValueError, match="inside the scenario's folder"):
        parse('empirical(file="link.csv", column="minutes")', inner)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_bytes(b"minutes\n\xff\xfe\n")
    with pytest.raises(ValueError, match=r"times\.csv: line 2, byte 9 of the file is not UTF-8"):
        parse('empirical(file="times.csv", column="minutes")', tmp_path)
