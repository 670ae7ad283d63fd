"""The commands ``sim report`` and ``sim replay``: a document to read, print and hand in, a day to watch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.options import File, Lang, Seed, pairs, say_if_compiling
from sim.report import language
from sim.report.console import console
from sim.report.replay import replay as write_replay
from sim.scenario import ScenarioError, load

Results = Annotated[
    Path, typer.Argument(help="Folder that `run`, `compare` or `study` left with --out.", show_default=False)
]
To = Annotated[str, typer.Option(help="One or more of html,docx,xlsx.")]
Investment = Annotated[
    list[str] | None,
    typer.Option(help="What a scenario costs once, NAME=VND; may be repeated.", show_default=False),
]
HourValue = Annotated[
    float | None,
    typer.Option(
        min=0,
        help="VND that an hour of a citizen counts; by default hours are not money.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command()(replay)


def report(
    results: Results,
    lang: Lang,
    to: To = "html",
    investment: Investment = None,
    hour_value: HourValue = None,
) -> None:
    """Write what a run, a comparison or a study found as a report: question, answer, figures, what it rests on."""
    from sim.report.paper.report import write_report  # matplotlib takes long to import

    say = language.language(lang)
    amounts = _amounts(investment)
    say_if_compiling(say)  # the first replication of a baseline is simulated again
    written = write_report(results, say, to=to, investment=amounts, hour_value=hour_value)
    files = ", ".join(map(str, written))
    console(stderr=True).print(say("report.written", files=files), soft_wrap=True)


def replay(
    file: File,
    lang: Lang,
    day: Annotated[str, typer.Option(help="Which day, for example 2019-03-04.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The HTML file to write.", show_default=False)],
    replication: Annotated[int, typer.Option(min=0, help="Which replication.")] = 0,
    seed: Seed = 1,
) -> None:
    """Write one simulated day as a page to watch: who comes, waits and is served, and the dossiers in the trays."""
    say = language.language(lang)
    say_if_compiling(say)
    page = write_replay(load(file, lang), day=day, path=out, replication=replication, seed=seed, lang=lang)
    console(stderr=True).print(say("replay.written", file=str(page)), soft_wrap=True)


def _amounts(texts: list[str] | None) -> dict[str, float]:
    """VND by scenario."""
    try:
        return {name: float(value) for name, value in pairs(texts).items()}
    except ValueError:
        raise ScenarioError(f"--investment {' '.join(texts or [])}: write NAME=VND") from None
