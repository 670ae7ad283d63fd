"""What `sim run --trace` prints: one dossier's life in words and dates."""

from __future__ import annotations

import math

from rich.console import RenderableType

from sim.plan.model import Model
from sim.report.console import table
from sim.report.language import Language
from sim.results.life import Line


def trace(model: Model, name: str, lines: list[Line], say: Language) -> RenderableType:
    """One dossier's life in words and dates."""
    procedure = name.rpartition("#")[0].rpartition("/")[2]
    title = model.scenario.procedure[procedure].label
    made = table("", "", title=say("trace.heading", dossier=name, procedure=title))
    made.columns[1].justify = "left"
    for moment, words in told(model, lines, say):
        made.add_row(moment, words)
    return made


def told(model: Model, lines: list[Line], say: Language) -> list[tuple[str, str]]:
    """When, and what happened."""
    return [
        (say.moment(model.moment(line.time)), say(f"trace.{line.key}", **_words(model, line, say)))
        for line in lines
    ]


def _words(model: Model, line: Line, say: Language) -> dict[str, str]:
    words = {}
    for key, value in line.values.items():
        if isinstance(value, str):
            step = model.scenario.step[value]
            title = step.title or value
            words[key] = title[:1].lower() + title[1:] if line.key == "came" else title
        elif key in ("until", "due"):
            words[key] = say.moment(model.moment(value)) if math.isfinite(value) else "–"
        elif key == "team":
            team = model.teams[int(value)].team
            words[key] = model.scenario.team[team].title or team
        elif key == "site":
            words[key] = model.places[int(value)].title
        elif key in ("status", "channel"):
            words[key] = say(f"{key}.{int(value)}")
        else:
            words[key] = say.number(value)
    return words
