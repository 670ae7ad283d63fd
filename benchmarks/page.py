"""The tables of `docs/performance.md`, made from the results; the words around them are written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.agreement import mean_of
from benchmarks.cases import CASES, ENGINES
from benchmarks.results import Results, means, parts, rates, times_as_fast

FILE = Path(__file__).parents[1] / "docs/performance.md"
MARK = re.compile(r"(<!-- (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def written(text: str, results: Results) -> str:
    """The page with every table between its marks made anew."""
    tables = {
        "machine": _machine,
        "speed": _speed,
        "ratios": _ratios,
        "parts": _parts,
        "first": _first,
        "means": _means,
        "growth": _growth,
        "year": _year,
    }
    return MARK.sub(
        lambda found: found[1] + "\n" + "\n".join(tables[found["name"]](results)) + "\n\n" + found[3], text
    )


def number(value: float) -> str:
    """Two or three digits: "4.1 M", "137 k", "850"."""
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if value >= unit:
            return f"{value / unit:.{1 if value < 10 * unit else 0}f}{name}"
    return f"{value:.0f}"


def times(value: float) -> str:
    """How many times: "0.52", "7.3", "152"."""
    return f"{value:.{2 if value < 1 else 1 if value < 20 else 0}f}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|---" + "|--:" * (len(heads) - 1) + "|"
    yield from ("| " + " | ".join(row) + " |" for row in rows)


def _machine(results: Results) -> Iterator[str]:
    yield from (f"* {name}: {value}" for name, value in results.machine.items())
    yield f"* rounds: {results.rounds}"


def _by_engine(results: Results, skipped: Sequence[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Each engine that took part in any case, with the cases."""
    for engine in ENGINES:
        if engine not in skipped and any(engine in engines for engines in results.cases.values()):
            yield engine, list(results.cases)


def _speed(results: Results) -> Iterator[str]:
    rows = [
        [ENGINES[engine]]
        + [
            number(median(rates(results.cases[case][engine]))) if engine in results.cases[case] else ""
            for case in cases
        ]
        for engine, cases in _by_engine(results)
    ]
    return _table(["customers a second", *(CASES[case].title for case in results.cases)], rows)


def _ratios(results: Results) -> Iterator[str]:
    rows = [
        [ENGINES[engine]]
        + [
            times(times_as_fast(results, case, engine)) if engine in results.cases[case] else ""
            for case in cases
        ]
        for engine, cases in _by_engine(results, ["motcua"])
    ]
    return _table(["times as fast as", *(CASES[case].title for case in results.cases)], rows)


def _parts(results: Results) -> Iterator[str]:
    found = {case: parts(engines["motcua"]) for case, engines in results.cases.items()}
    rows = [
        [CASES[case].title, *(f"{spent[part]:.3g}" for part in spent), f"{sum(spent.values()):.3g}"]
        for case, spent in found.items()
    ]
    return _table(["µs a customer", *next(iter(found.values())), "together"], rows)


def _first(results: Results) -> Iterator[str]:
    rows = [
        [ENGINES[engine]]
        + [
            f"{results.cases[case][engine].warm.seconds:.1f}" if engine in results.cases[case] else ""
            for case in cases
        ]
        for engine, cases in _by_engine(results)
    ]
    return _table(["seconds to the first result", *(CASES[case].title for case in results.cases)], rows)


def _means(results: Results) -> Iterator[str]:
    rows = []
    for case, engines in results.cases.items():
        found = {engine: means(measured) for engine, measured in engines.items()}
        expected = CASES[case].expected()
        for name in sorted(found["motcua"][0]):
            rows.append([f"{CASES[case].title}: {name}", f"{expected[name]:.4g}" if name in expected else ""])
            rows[-1] += [_mean([run[name] for run in found.get(engine, [])]) for engine in ENGINES]
    return _table(["minutes", "theory", *ENGINES.values()], rows)


def _mean(values: list[float]) -> str:
    if len(values) < 2:
        return f"{values[0]:.4g}" if values else ""
    found = mean_of(values)
    return f"{found.value:.4g} ± {float(f'{found.error:.1g}'):g}"


def _growth(results: Results) -> Iterator[str]:
    for name, points in results.growth.items():
        rows = [[number(p.size), number(p.engine), number(p.whole)] for p in points]
        yield from _table([name, "tasks a second, engine", "with draws and means"], rows)
        yield ""
    for name, gain in results.cores.items():
        yield f"* two {name}: {gain:.2f} times as fast as one"


def _year(results: Results) -> Iterator[str]:
    runs = [run for each in results.cases["tien_yen"]["motcua"].rounds for run in each]
    seconds = median(run.seconds for run in runs)
    yield f"One replication of the Tiên Yên year with all its measures takes {seconds:.2f} s of processor time,"
    yield f"so a thousand take {1000 * seconds / 2 / 60:.1f} minutes on two cores that are otherwise idle."
