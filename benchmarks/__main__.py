"""`python -m benchmarks`: measure, check, and write the results, the page and the picture."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator

from benchmarks import page, picture
from benchmarks.agreement import disagreements
from benchmarks.cases import CASES, ENGINES, present
from benchmarks.growth import GROWTH, cores, in_own_process
from benchmarks.results import Results, keep, kept, machine, means
from benchmarks.rounds import measure

FEW = 3  # sizes, when it should be short


def main() -> int:
    """1 if engines disagree; then nothing is written."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--cases", nargs="*", choices=CASES, default=list(CASES))
    parser.add_argument("--only-write", action="store_true", help="page and picture from the results kept")
    asked = parser.parse_args()
    if asked.only_write:
        write(kept())
        return 0
    missing = [name for name in ENGINES if not present(name)]
    if missing:
        tell(f"left out, not installed: {', '.join(missing)}")
    cases = {case: measure(case, asked.rounds, tell) for case in asked.cases}
    growth = {}
    for name in GROWTH:
        tell(f"growth with {name}")
        growth[name] = in_own_process(name, FEW if asked.rounds < 3 else None)
    results = Results(machine(), asked.rounds, cases, growth, cores())
    wrong = list(differences(results))
    for difference in wrong:
        tell(f"WRONG {difference}")
    if wrong:
        return 1
    keep(results)
    write(results)
    return 0


def differences(results: Results) -> Iterator[str]:
    """What the engines compute differently, case by case."""
    for case, engines in results.cases.items():
        found = {engine: means(measured) for engine, measured in engines.items()}
        yield from (f"{case}: {text}" for text in disagreements(found, CASES[case].expected()))
        if "reference" in found and not same(found["motcua"][0], found["reference"][0]):
            yield f"{case}: the reference engine has other numbers for the same draws"


def same(one: dict[str, float], other: dict[str, float]) -> bool:
    """The same numbers, but for their last digits."""
    return all(math.isclose(one[name], other[name], rel_tol=1e-12) for name in one)


def write(results: Results) -> None:
    """The page and the picture."""
    page.FILE.write_text(page.written(page.FILE.read_text(encoding="utf-8"), results), encoding="utf-8")
    picture.draw(results)
    tell(f"written: {page.FILE.name}, {picture.FILE.name}")


def tell(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
