"""The command `sim`: ``run``, ``compare``, ``explain``, ``selftest`` and ``schema``.

Exit codes: 0 fine; 1 the model's answer is no (a target is missed, a check disagrees with theory); 2 the input is
wrong. Results go to the standard output, progress and errors to the standard error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sim.kernelcache import is_cached
from sim.report import language, output
from sim.report.console import console
from sim.report.explain_screen import explanation
from sim.report.result_screen import comparison as compared_screen
from sim.report.result_screen import run as run_screen
from sim.report.result_screen import selftest as selftest_screen
from sim.report.trace_screen import trace as trace_screen
from sim.results.result import Comparison
from sim.results.targets import verdicts as verdicts_of
from sim.scenario import ScenarioError, ScenarioFile, load, schema
from sim.selftest import REPLICATIONS
from sim.selftest import selftest as run_selftest
from sim.study import questions
from sim.study.explanation import explain as explain_file
from sim.study.replicate import DEFAULT_ENGINE, ENGINES, engine_of, workers_of
from sim.study.replicate import Progress as Report

app = typer.Typer(
    name="sim",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Waiting times and on-time rates of a one-stop administrative service centre.",
)

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
KeepLog = Annotated[
    bool, typer.Option("--keep-log", help="Keep what happened to every task, too: log.parquet in the folder.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
Lang = Annotated[
    str, typer.Option(help="vi or en; by default the system's.", default_factory=language.usual_language)
]
Trace = Annotated[
    str | None,
    typer.Option(
        help="Tell the life of one dossier of the first replication, PROCEDURE#NUMBER.", show_default=False
    ),
]


@app.command()
def run(
    file: File,
    lang: Lang,
    replications: Replications = 10,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    out: Out = None,
    keep_log: KeepLog = False,
    as_json: Json = False,
    trace: Trace = None,
) -> None:
    """Simulate one scenario; exit code 1 if it misses one of its targets."""
    say, scenario = language.language(lang), load(file)
    if trace is not None:
        told = questions.trace(scenario, trace, seed=seed, engine=engine)
        console().print(trace_screen(told.model, told.dossier, told.lines, say))
        return
    output.check_writable(out)
    _say_if_compiling(say)
    started = time.monotonic()
    with _progress(say) as report:
        result = questions.run(
            scenario,
            replications=replications,
            seed=seed,
            engine=engine,
            workers=workers,
            keep_log=keep_log,
            progress=report,
        )
    verdicts = verdicts_of(scenario.scenario, result)
    if as_json:
        sys.stdout.write(result.to_json() + "\n")
    else:
        screen = console()
        screen.print(run_screen(scenario, result, verdicts, workers_of(workers, replications), say))
        screen.print(say("run.took", seconds=say.number(time.monotonic() - started, 0)))
    if out is not None:
        output.save_run(result, out, say)
        _say_where(out, say)
    raise typer.Exit(0 if all(verdict.met for verdict in verdicts) else 1)


@app.command()
def compare(
    files: Files,
    lang: Lang,
    replications: Replications = 10,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    out: Out = None,
    keep_log: KeepLog = False,
    as_json: Json = False,
) -> None:
    """Simulate several scenarios on the same citizens and show how they differ from the first."""
    say, scenarios = language.language(lang), [load(file) for file in files]
    output.check_writable(out)
    _say_if_compiling(say)
    started = time.monotonic()
    with _progress(say) as report:
        comparison = questions.compare(
            scenarios,
            replications=replications,
            seed=seed,
            engine=engine,
            workers=workers,
            keep_log=keep_log,
            progress=report,
        )
    if as_json:
        sys.stdout.write(comparison.to_json() + "\n")
    else:
        used = workers_of(workers, replications * len(scenarios))
        _print_comparison(scenarios, comparison, used, time.monotonic() - started, say)
    if out is not None:
        output.save_comparison(comparison, out, say)
        _say_where(out, say)


@app.command()
def explain(file: File, lang: Lang, out: Out = None, as_json: Json = False) -> None:
    """Show a scenario as the simulation sees it: values, origins, catalogue, load against staff."""
    output.check_writable(out)
    found = explain_file(load(file))
    told = json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n"
    if out is not None:
        output.save_text(told, out / f"{found.file.name}.json")
        _say_where(out, language.language(lang))
    if as_json:
        sys.stdout.write(told)
    else:
        console().print(explanation(found, language.language(lang)))


@app.command()
def selftest(
    lang: Lang,
    replications: Replications = REPLICATIONS,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Hold the simulation against queueing theory; exit code 1 if they disagree."""
    output.check_writable(out)
    say, simulate = language.language(lang), engine_of(engine)
    _say_if_compiling(say)
    with _progress(say) as report:
        checks = run_selftest(report, simulate=simulate, replications=max(2, replications), seed=seed)
    told = json.dumps([check._asdict() for check in checks], indent=1) + "\n"
    if as_json:
        sys.stdout.write(told)
    else:
        console().print(selftest_screen(checks, say))
    if out is not None:
        output.save_text(told, out / "selftest.json")
        _say_where(out, say)
    raise typer.Exit(0 if all(check.passed for check in checks) else 1)


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    sys.stdout.write(json.dumps(schema(), indent=1) + "\n")


def main() -> None:
    """Run the command; what is wrong with the input is told in a line or two, with exit code 2."""
    try:
        app()
    except (ScenarioError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _say_if_compiling(say: language.Language) -> None:
    if not is_cached():
        console(stderr=True).print(say("run.compiling"))


@contextmanager
def _progress(say: language.Language) -> Iterator[Report]:
    """A bar with the time left, on the standard error."""
    columns = (TextColumn(say("run.progress")), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_comparison(
    scenarios: Sequence[ScenarioFile],
    comparison: Comparison,
    workers: int,
    seconds: float,
    say: language.Language,
) -> None:
    screen = console()
    screen.print(compared_screen(scenarios, comparison, workers, say))
    screen.print(say("run.took", seconds=say.number(seconds, 0)))


def _say_where(out: Path, say: language.Language) -> None:
    console(stderr=True).print(say("run.written", folder=str(out)), soft_wrap=True)
