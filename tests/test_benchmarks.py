"""The benchmarks compute the same in every engine; their page shows what was measured."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from benchmarks import page
from benchmarks.agreement import disagreements
from benchmarks.cases import CASES, prepare, present
from benchmarks.duty import finish, next_visit, service_begins
from benchmarks.results import kept
from benchmarks.with_motcua import offices_of, row_of

HOURS = (420.0, 690.0, 810.0, 1020.0)
MONDAY, FRIDAY, DAY = 0.0, 4 * 1440.0, 1440.0
SEEDS = range(1, 9)
SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("case", "days"),
    [
        ("mm1", 1),
        ("centre", 14),
        pytest.param("mm10", 2, marks=SLOW),
        pytest.param("stations", 2, marks=SLOW),
        pytest.param("centre", 91, marks=SLOW),
    ],
)
def test_engines_agree(case: str, days: int) -> None:
    """Each in a process of its own: cimba wants to be the first to compile."""
    runs = {}
    for engine in filter(present, CASES[case].engines):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            runs[engine] = pool.submit(means, engine, case, days).result()
    assert len({frozenset(run) for found in runs.values() for run in found}) == 1
    assert not list(disagreements(runs, CASES[case].expected()))


def means(engine: str, case: str, days: int) -> list[dict[str, float]]:
    run = prepare(engine, case, days)
    return [run(seed).means for seed in SEEDS]


def test_a_wrong_engine_is_found() -> None:
    right = [{"stay": 10 + error} for error in (-0.1, 0.0, 0.1, 0.05, -0.05, 0.02, -0.02, 0.0)]
    wrong = [{"stay": run["stay"] * 1.1} for run in right]
    assert not list(disagreements({"one": right, "other": right}, {"stay": 10.0}))
    assert len(list(disagreements({"one": right, "other": wrong}, {}))) == 1
    assert len(list(disagreements({"one": wrong}, {"stay": 10.0}))) == 1
    assert len(list(disagreements({"one": [{"stay": math.nan}] * 3}, {"stay": 10.0}))) == 1


def test_stations_are_read_from_the_scenario_files() -> None:
    row = row_of("stations")
    assert (row.stations, row.servers, row.gap, row.priority_share) == (5, 4, 0.25, 0.3)
    assert row.work.mean == row.work.sd == pytest.approx(0.85 * 4 * 0.25)
    assert row_of("mm10").work.mean == pytest.approx(0.9 * 10 * 0.25)


def test_offices_are_read_from_the_scenario_file() -> None:
    offices, days = offices_of("centre", None)
    assert days == 51 * 7
    assert [office.name for office in offices] == ["centre"] + 12 * ["commune"]
    centre, commune = offices[:2]
    assert centre.gap == pytest.approx(261 * 480 / 12_500)
    assert [step.line for step in centre.steps] == [0, 0, 1, 2, 3]
    assert centre.lines[2] == (1, ((600, 645), (900, 945)))
    assert commune.steps[0].work.mean == pytest.approx(0.4 * 30)


@pytest.mark.parametrize(
    ("t", "work", "done"),
    [
        (MONDAY, 10, 430),
        (MONDAY + 680, 10, 690),
        (MONDAY + 680, 11, 811),
        (MONDAY + 700, 5, 815),
        (FRIDAY + 1019, 2, 7 * DAY + 421),
        (MONDAY, 480 + 30, DAY + 450),
    ],
)
def test_work_is_done_in_sessions(t: float, work: float, done: float) -> None:
    assert finish(t, work, *HOURS) == done


def test_counters_rest_over_lunch_but_not_before_the_last_citizen() -> None:
    assert [service_begins(DAY + t, 690, 810) - DAY for t in (500, 690, 800, 810, 1100)] == [
        500,
        810,
        810,
        810,
        1100,
    ]


def test_citizens_come_on_the_first_day_that_suits() -> None:
    assert next_visit(MONDAY + 400, 0.25, *HOURS) == 540
    assert next_visit(MONDAY + 541, 0.25, *HOURS) == DAY + 540
    assert next_visit(FRIDAY + 541, 0.25, *HOURS) == 7 * DAY + 540


def test_the_page_shows_what_was_measured() -> None:
    text = page.FILE.read_text(encoding="utf-8")
    assert page.written(text, kept()) == text


def test_the_page_changes_with_the_results() -> None:
    results = kept()
    text = page.FILE.read_text(encoding="utf-8")
    assert page.written(text, results._replace(rounds=results.rounds + 1)) != text
    assert page.written(text, results._replace(cores={})) != text
