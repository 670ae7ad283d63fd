"""What was measured, as it is kept in `results.json`: every run, so that the page can be made anew."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.cases import present
from benchmarks.growth import Point
from benchmarks.rounds import Measured, Timed, Warm

FILE = Path(__file__).parent / "results.json"
NAMED = ("numpy", "numba", "llvmlite", "simpy", "ciw", "cimba")


class Results(NamedTuple):
    """All measurements of one `make bench`."""

    machine: dict[str, str]
    rounds: int
    cases: dict[str, dict[str, Measured]]  # by case, then engine
    growth: dict[str, list[Point]]
    cores: dict[str, float]  # how many times as fast on two


def machine() -> dict[str, str]:
    """What a number of seconds means nothing without."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}",
        "interpreter": f"{platform.python_implementation()} {platform.python_version()}, "
        f"built with {platform.python_compiler()}, {_optimised()}",
    } | {name: version(name) for name in NAMED if present(name)}


def _processor() -> str:
    """Its name, where the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _optimised() -> str:
    """Whether the interpreter was built with profile-guided and link-time optimisation."""
    import sysconfig

    told = str(sysconfig.get_config_var("CONFIG_ARGS"))
    found = [
        what for what, option in (("PGO", "--enable-optimizations"), ("LTO", "--with-lto")) if option in told
    ]
    return f"with {' and '.join(found)}" if found else "without PGO and LTO"


# --- figures ---


def rates(measured: Measured) -> list[float]:
    """Customers per second of processor time, by round."""
    return [sum(run.customers for run in each) / sum(run.seconds for run in each) for each in measured.rounds]


def times_as_fast(results: Results, case: str, engine: str) -> float:
    """How many times as fast Motcua is: the median over rounds."""
    engines = results.cases[case]
    pairs = zip(rates(engines["motcua"]), rates(engines[engine]), strict=False)
    return median(own / other for own, other in pairs)


def means(measured: Measured) -> list[dict[str, float]]:
    """The means of every run."""
    return [run.means for each in measured.rounds for run in each]


def parts(measured: Measured) -> dict[str, float]:
    """Microseconds a customer in each part of a run: medians over runs."""
    runs = [run for each in measured.rounds for run in each]
    return {
        part: median(run.parts[part] / run.customers for run in runs) * 1e6 for part in (runs[0].parts or {})
    }


# --- kept ---


def keep(results: Results, file: Path = FILE) -> None:
    """Write the results."""
    cases = {
        case: {
            name: {"warm": m.warm._asdict(), "rounds": [[run._asdict() for run in each] for each in m.rounds]}
            for name, m in engines.items()
        }
        for case, engines in results.cases.items()
    }
    growth = {name: [point._asdict() for point in points] for name, points in results.growth.items()}
    tables = results._asdict() | {"cases": cases, "growth": growth}
    file.write_text(json.dumps(_short(tables), indent=1) + "\n", encoding="utf-8")


def kept(file: Path = FILE) -> Results:
    """Read the results."""
    read: Any = json.loads(file.read_text(encoding="utf-8"))
    return Results(
        machine=read["machine"],
        rounds=read["rounds"],
        cases={
            case: {
                name: Measured(Warm(**m["warm"]), [[Timed(**run) for run in each] for each in m["rounds"]])
                for name, m in engines.items()
            }
            for case, engines in read["cases"].items()
        },
        growth={name: [Point(**point) for point in points] for name, points in read["growth"].items()},
        cores=read["cores"],
    )


def _short(value: Any) -> Any:
    """Numbers with six digits: more are not meant."""
    if isinstance(value, Mapping):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
