"""The options that commands share, with the words of their help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sim.kernelcache import is_cached
from sim.report import language
from sim.report.console import console
from sim.report.progress import STOPPED, progress
from sim.scenario import ScenarioError
from sim.study.cells import Options
from sim.study.executors import cluster as cluster_at
from sim.study.tasks import ENGINES

STORE = "replications.sqlite"
KERNEL = "compiled._run"  # what takes the half minute; small functions are compiled while a scenario is read

File = Annotated[Path, typer.Argument(help="A scenario file (TOML).", show_default=False)]
Files = Annotated[
    list[Path], typer.Argument(help="Scenario files; the first is the baseline.", show_default=False)
]
Replications = Annotated[int, typer.Option(min=1, max=100_000, help="How often each scenario is simulated.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same citizens.")]
Engine = Annotated[str, typer.Option(help=f"One of: {', '.join(ENGINES)}.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Replications at a time; by default one a processor.", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option(help="Folder for tables (CSV, Parquet) and figures.", show_default=False)
]
Store = Annotated[
    Path | None,
    typer.Option(
        help=f"File that keeps replications, so that none is computed twice; by default {STORE} in --out.",
        show_default=False,
    ),
]
ClusterAddress = Annotated[
    str | None,
    typer.Option("--cluster", help="Scheduler of a Dask cluster, tcp://HOST:PORT.", show_default=False),
]
Rows = Annotated[
    str,
    typer.Option(
        help="Replications with rows of visits, dossiers, days and hours: a number, or all of them."
    ),
]
KeepLog = Annotated[
    bool, typer.Option("--keep-log", help="Keep what happened to every task, too: log.parquet in the folder.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
Lang = Annotated[
    str, typer.Option(help="vi or en; by default the system's.", default_factory=language.usual_language)
]
Beliefs = Annotated[
    int,
    typer.Option(
        min=0, help="Draws from what the scenario is not sure of, to tell not knowing from chance; 0: none."
    ),
]
Trace = Annotated[
    str | None,
    typer.Option(
        help="Tell the life of one dossier of the first replication, PROCEDURE#NUMBER.", show_default=False
    ),
]
Precision = Annotated[
    list[str] | None,
    typer.Option(
        "--precision",
        help="MEASURE=5% (of its mean) or MEASURE='1 absolute' (in its unit): replications are added until the 95 % "
        "interval is so narrow to either side. Again for each measure; MEASURE@site=NAME of a group.",
        show_default=False,
    ),
]
Most = Annotated[int, typer.Option(min=2, max=100_000, help="Replications at the most, with --precision.")]
During = Annotated[
    str | None,
    typer.Option(
        help="Days to measure, 2019-07, 2019-07-15 or 2019-07-01..2019-08-15; all are simulated.",
        show_default=False,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Exit code 1, too, if a scenario is unstable, or leaves work or citizens behind."
    ),
]
Within = Annotated[
    list[str] | None,
    typer.Option(
        "--measure",
        help="Measure wait.within_N too: N minutes, or seconds as in wait.within_20s; again for each.",
        show_default=False,
    ),
]
Measures = Annotated[
    list[str] | None,
    typer.Option(
        "--measure",
        help="A measure to decide by, MEASURE or MEASURE@site=NAME; again for each. By default waits and on time.",
        show_default=False,
    ),
]
Thresholds = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        help="MEASURE=NUMBER: how small a difference makes none, in its unit (fractions: 0.01 is one point).",
        show_default=False,
    ),
]
Objective = Annotated[
    str, typer.Option("--measure", help="What is to be best, for example staff.cost.", show_default=False)
]
Indifference = Annotated[
    float | None,
    typer.Option(help="How small a difference of the measure makes none, in its unit.", show_default=False),
]
Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--subject-to",
        help="A limit to keep, 'wait.p90 <= 15' or 'on_time.rate >= 95%'; again for each.",
        show_default=False,
    ),
]
Tolerances = Annotated[
    list[str] | None,
    typer.Option(
        "--tolerance",
        help="MEASURE=NUMBER: how near to a limit either judgement is right, in its unit.",
        show_default=False,
    ),
]
Error = Annotated[float, typer.Option(help="Probability of a wrong choice, at the most.")]
MostOfBest = Annotated[int, typer.Option(min=2, max=100_000, help="Replications of a scenario at the most.")]


def pairs(texts: list[str] | None, form: str = "MEASURE=VALUE") -> dict[str, str]:
    """`MEASURE=VALUE` as a table; the name of a group may contain the sign, too."""
    found = {}
    for text in texts or []:
        name, sign, value = text.rpartition("=")
        if not (sign and name.strip() and value.strip()):
            raise ScenarioError(f"'{text}' cannot be read; write {form}")
        found[name.strip()] = value.strip()
    return found


def numbers(texts: list[str] | None) -> dict[str, float]:
    """`MEASURE=NUMBER` as a table."""
    form = "MEASURE=NUMBER"
    return {name: _number(value, f"{name}={value}", form) for name, value in pairs(texts, form).items()}


def _number(value: str, text: str, form: str) -> float:
    try:
        return float(value.encode("ascii"))
    except ValueError:
        raise ScenarioError(f"'{text}' ends in no number; write {form}") from None


def limits(texts: list[str] | None) -> dict[str, str]:
    """`MEASURE <= NUMBER` as a table of names and limits."""
    found = {}
    for text in texts or []:
        read = re.fullmatch(r"(.+?)\s*((?:<=|>=).+)", text.strip())
        if read is None:
            raise ScenarioError(f"'{text}' is no limit; write 'MEASURE <= NUMBER' or 'MEASURE >= NUMBER'")
        found[read[1]] = read[2]
    return found


@contextmanager
def study_options(
    say: language.Language,
    seed: int,
    engine: str,
    workers: int | None,
    cluster: str | None,
    store: Path | None,
    out: Path | None,
) -> Iterator[Options]:
    """How the replications of a study are run: here or on a cluster, with a bar, kept in a store."""
    kept = store or (out and out / STORE)
    with ExitStack() as stack:
        options = Options(seed=seed, engine=engine, workers=workers, store=kept)
        if cluster is not None:
            executor, there = stack.enter_context(cluster_at(cluster))
            options |= Options(executor=executor, workers=workers or there)
        yield options | Options(progress=stack.enter_context(progress(say, kept)))


def say_if_compiling(say: language.Language) -> None:
    """Warn that the first run takes longer."""
    if not is_cached(KERNEL):
        console(stderr=True).print(say("run.compiling"))


@contextmanager
def written(out: Path, say: language.Language) -> Iterator[None]:
    """Name the folder that holds what was found, once it is there; after Ctrl-C, that it is not whole."""
    screen = console(stderr=True)
    try:
        yield
    except KeyboardInterrupt:
        screen.print(say("run.stopped_writing", folder=str(out)), soft_wrap=True)
        raise SystemExit(STOPPED) from None
    screen.print(say("run.written", folder=str(out)), soft_wrap=True)
