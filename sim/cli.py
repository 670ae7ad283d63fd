"""The command `sim`: ``run``, ``compare``, ``explain``, ``selftest`` and ``schema``.

Exit codes: 0 fine; 1 the model's answer is no (a target is missed, a check disagrees with theory); 2 wrong input.
Results go to the standard output, progress and errors to the standard error.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from dataclasses import replace

import typer

from sim import report_command, study_commands
from sim.options import (
    Beliefs,
    ClusterAddress,
    During,
    Engine,
    Error,
    File,
    Files,
    Indifference,
    Json,
    KeepLog,
    Lang,
    Limits,
    Measures,
    Most,
    MostOfBest,
    Objective,
    Out,
    Precision,
    Replications,
    Rows,
    Seed,
    Store,
    Strict,
    Thresholds,
    Tolerances,
    Trace,
    Within,
    Workers,
    limits,
    numbers,
    pairs,
    say_if_compiling,
    study_options,
    written,
)
from sim.report import language, output, result_screen
from sim.report.console import console
from sim.report.explain_screen import explanation
from sim.report.progress import STOPPED, end_at_once, progress
from sim.report.study_screen import also_said
from sim.report.trace_screen import trace as trace_screen
from sim.report.verdict_screen import best as best_screen
from sim.results.result import RowsWarning
from sim.results.rows import KEPT_REPLICATIONS
from sim.results.targets import verdicts as verdicts_of
from sim.scenario import ScenarioError, load, read, schema
from sim.selftest import REPLICATIONS
from sim.selftest import selftest as run_selftest
from sim.study import questions
from sim.study.executors import workers_of
from sim.study.explanation import explain as explain_file
from sim.study.tasks import DEFAULT_ENGINE, engine_of
from sim.study.uncertain import DRAWS, believing

app = typer.Typer(
    name="sim",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Waiting times and on-time rates of a one-stop administrative service centre.",
)


@app.command()
def run(
    file: File,
    lang: Lang,
    during: During = None,
    replications: Replications = 10,
    precision: Precision = None,
    most: Most = 1000,
    measures: Within = None,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    store: Store = None,
    out: Out = None,
    rows: Rows = str(KEPT_REPLICATIONS),
    keep_log: KeepLog = False,
    beliefs: Beliefs = DRAWS,
    as_json: Json = False,
    strict: Strict = False,
    trace: Trace = None,
) -> None:
    """Simulate one scenario; exit code 1 if it misses a target or the precision, with --strict if it is unstable."""
    say, scenario = language.language(lang), read(load(file, lang), during)
    if trace is not None:
        told = questions.trace(scenario, trace, seed=seed, engine=engine)
        console().print(trace_screen(told.model, told.dossier, told.lines, say))
        return
    output.check_writable(out)
    say_if_compiling(say)
    started = time.monotonic()
    with study_options(say, seed, engine, workers, cluster, store, out) as options:
        result = questions.run(
            scenario,
            replications=replications,
            precision=pairs(precision),
            most=most,
            measures=measures or (),
            rows=rows,
            keep_log=keep_log,
            **options,
        )
        (result,) = believing([result], [scenario], beliefs, **options)
    verdicts = verdicts_of(scenario.scenario, result)
    if as_json:
        sys.stdout.write(result.to_json() + "\n")
    else:
        screen = console()
        used, saved = workers_of(workers, replications), out is not None
        screen.print(result_screen.run(scenario, result, verdicts, used, say, asked=measures, saved=saved))
        screen.print(say("run.took", seconds=say.number(time.monotonic() - started, 0)))
    if out is not None:
        with written(out, say):
            output.save_run(result, out, say)
    refused = strict and (result.neglects or not result.is_stable)
    precise = result.provenance.get("precision", {}).get("reached", True)
    raise typer.Exit(0 if all(verdict.met for verdict in verdicts) and precise and not refused else 1)


@app.command()
def compare(
    files: Files,
    lang: Lang,
    during: During = None,
    replications: Replications = 10,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    store: Store = None,
    measures: Measures = None,
    thresholds: Thresholds = None,
    out: Out = None,
    rows: Rows = str(KEPT_REPLICATIONS),
    keep_log: KeepLog = False,
    beliefs: Beliefs = DRAWS,
    as_json: Json = False,
    strict: Strict = False,
) -> None:
    """Simulate several scenarios on the same citizens and show how they differ from the first."""
    say, scenarios = language.language(lang), [read(load(file, lang), during) for file in files]
    output.check_writable(out)
    say_if_compiling(say)
    started = time.monotonic()
    with study_options(say, seed, engine, workers, cluster, store, out) as options:
        comparison = questions.compare(
            scenarios,
            replications=replications,
            measures=measures or (),
            thresholds=numbers(thresholds),
            rows=rows,
            keep_log=keep_log,
            **options,
        )
        believed = believing(comparison.results, scenarios, beliefs, **options)
        comparison = replace(comparison, results=tuple(believed))
    if as_json:
        sys.stdout.write(comparison.to_json() + "\n")
    else:
        screen, used = console(), workers_of(workers, replications * len(scenarios))
        screen.print(result_screen.comparison(scenarios, comparison, used, say))
        screen.print(say("run.took", seconds=say.number(time.monotonic() - started, 0)))
    if out is not None:
        with written(out, say):
            output.save_comparison(comparison, out, say)
    refused = strict and any(one.neglects or not one.is_stable for one in comparison.results)
    raise typer.Exit(1 if refused else 0)


@app.command()
def best(
    files: Files,
    measure: Objective,
    lang: Lang,
    during: During = None,
    indifference: Indifference = None,
    subject_to: Limits = None,
    tolerance: Tolerances = None,
    error: Error = 0.05,
    most: MostOfBest = 1000,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    store: Store = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Find the best of several scenarios that keeps the limits; exit code 1 if none does, or none is found."""
    say, scenarios = language.language(lang), [read(load(file, lang), during) for file in files]
    output.check_writable(out)
    say_if_compiling(say)
    with study_options(say, seed, engine, workers, cluster, store, out) as options:
        found = questions.best(
            scenarios,
            measure,
            indifference=indifference,
            subject_to=limits(subject_to),
            tolerance=numbers(tolerance),
            error=error,
            most=most,
            **options,
        )
    if as_json:
        sys.stdout.write(found.to_json() + "\n")
    else:
        titles = {name: site.title for name, site in scenarios[0].scenario.site.items()}
        console().print(best_screen(found, titles, say), *also_said(found, scenarios, say), sep="\n")
    if out is not None:
        with written(out, say):
            found.save(out)
    raise typer.Exit(0 if found.best is not None else 1)


@app.command()
def explain(file: File, lang: Lang, during: During = None, out: Out = None, as_json: Json = False) -> None:
    """Show a scenario as the simulation sees it: values, origins, catalogue, load against staff."""
    output.check_writable(out)
    say = language.language(lang)
    found = explain_file(load(file, lang), during=during)
    told = json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n"
    if out is not None:
        with written(out, say):
            output.save_text(told, out / f"{found.file.name}.json")
    if as_json:
        sys.stdout.write(told)
    else:
        console().print(explanation(found, say))


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
    say_if_compiling(say)
    with progress(say) as report:
        checks = run_selftest(report, simulate=simulate, replications=max(2, replications), seed=seed)
    told = json.dumps([check._asdict() for check in checks], indent=1) + "\n"
    if as_json:
        sys.stdout.write(told)
    else:
        console().print(result_screen.selftest(checks, say))
    if out is not None:
        with written(out, say):
            output.save_text(told, out / "selftest.json")
    raise typer.Exit(0 if all(check.passed for check in checks) else 1)


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    sys.stdout.write(json.dumps(schema(), indent=1) + "\n")


report_command.add_to(app)
study_commands.add_to(app)


def main() -> None:
    """Run the command; what is wrong with the input is told in a line or two, with exit code 2."""
    warnings.simplefilter("ignore", RowsWarning)  # screens and reports say it
    try:
        app()
    except (ScenarioError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except SystemExit as ended:
        if ended.code == STOPPED:
            end_at_once(sys.stdout, sys.stderr)
        raise
