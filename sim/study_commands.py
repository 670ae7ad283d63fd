"""The commands ``study``, ``sweep`` and ``break-even``: questions of many scenarios made from one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.options import (
    ClusterAddress,
    During,
    Engine,
    File,
    Json,
    Lang,
    Out,
    Replications,
    Seed,
    Store,
    Workers,
    say_if_compiling,
    study_options,
    written,
)
from sim.report import language, output
from sim.report.console import console
from sim.report.study_screen import break_even as break_even_screen
from sim.report.study_screen import chance_only
from sim.report.study_screen import study as study_screen
from sim.report.study_screen import sweep as sweep_screen
from sim.results.saving import json_text, records, save_table
from sim.scenario import ScenarioError, load, read
from sim.study.answers import run_study
from sim.study.breakeven import break_even
from sim.study.studyfile import load_study
from sim.study.sweep import sweep
from sim.study.tasks import DEFAULT_ENGINE

StudyPath = Annotated[Path, typer.Argument(help="A study file (TOML).", show_default=False)]
Vary = Annotated[
    list[str],
    typer.Option(
        help="Values to try, such as 'team.land-desk.staff=[1, 2, 3]'; again for each. See docs/scenario_format.md.",
        show_default=False,
    ),
]
Points = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="So many points spread over ranges, '[low, high]', instead of all values.",
        show_default=False,
    ),
]
Measures = Annotated[
    list[str], typer.Option("--measure", help="MEASURE or MEASURE@site=NAME; again for each.")
]
Key = Annotated[
    str,
    typer.Option("--vary", help="The value that moves, such as digital.online_share.", show_default=False),
]
Between = Annotated[tuple[float, float], typer.Option(help="Where to search.", show_default=False)]
Measure = Annotated[str, typer.Option(help="MEASURE or MEASURE@site=NAME.", show_default=False)]
At = Annotated[float, typer.Option(help="What the measure must not pass.", show_default=False)]
With = Annotated[
    list[str] | None,
    typer.Option("--with", help="Another value, such as team.land-desk.staff=1.", show_default=False),
]
SWEPT = ["wait.mean", "wait.p90", "on_time.rate", "utilisation"]


def add_to(app: typer.Typer) -> None:
    """Give the commands to an application."""
    app.command(name="study")(study)
    app.command(name="sweep")(sweep_values)
    app.command(name="break-even")(find_break_even)


def study(
    file: StudyPath,
    lang: Lang,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    store: Store = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Answer the questions of a study file; exit code 1 if the precision it asks is not reached."""
    say, asked = language.language(lang), load_study(file, lang)
    output.check_writable(out)
    say_if_compiling(say)
    with study_options(say, asked.study.seed, engine, workers, cluster, store, out) as options:
        answers = run_study(asked, **options)
    if as_json:
        typer.echo(answers.to_json())
    else:
        console().print(study_screen(answers, say))
    if out is not None:
        from sim.report import study_figures  # matplotlib takes long to import

        with written(out, say):
            answers.save(out)
            study_figures.save(answers, out, say)
    raise typer.Exit(1 if answers.precise is False else 0)


def sweep_values(
    file: File,
    vary: Vary,
    lang: Lang,
    during: During = None,
    points: Points = None,
    measures: Measures = SWEPT,
    replications: Replications = 10,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    store: Store = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Simulate a scenario with all combinations of values, on the same citizens."""
    say, base = language.language(lang), read(load(file, lang), during)
    output.check_writable(out)
    say_if_compiling(say)
    with study_options(say, seed, engine, workers, cluster, store, out) as options:
        found = sweep(
            base, values(vary), points=points, measures=measures, replications=replications, **options
        )
    if as_json:
        typer.echo(json_text(records(found.table())))
    else:
        console().print(sweep_screen(found, say))
    if out is not None:
        with written(out, say):
            found.save(out)


def find_break_even(
    file: File,
    vary: Key,
    between: Between,
    measure: Measure,
    at: At,
    lang: Lang,
    during: During = None,
    with_: With = None,
    replications: Replications = 20,
    seed: Seed = 1,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    store: Store = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Find from which value on a measure meets a target; exit code 1 if it does nowhere or everywhere."""
    say, base = language.language(lang), read(load(file, lang), during)
    output.check_writable(out)
    say_if_compiling(say)
    with study_options(say, seed, engine, workers, cluster, store, out) as options:
        found = break_even(
            base,
            vary=vary,
            between=between,
            measure=measure,
            at=at,
            with_=values(with_ or []),
            replications=replications,
            **options,
        )
    if as_json:
        (told,) = records(found.row)
        typer.echo(json_text(told | {"tried": records(found.tried)}))
    else:
        screen = console()
        screen.print(break_even_screen(found, say), *chance_only([base], say), sep="\n")
    if out is not None:
        with written(out, say):
            save_table(found.row, out, "break-even")
            save_table(found.tried, out, "break-even_tried")
    raise typer.Exit(0 if found.at == found.at else 1)


def values(texts: Sequence[str]) -> dict[str, Any]:
    """`KEY=VALUE` as a table; a value is a number, true or false, a list, or else text."""
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key or not value:
            raise ScenarioError(f"'{text}' is not KEY=VALUE, such as 'team.land-desk.staff=[1, 2, 3]'")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found
