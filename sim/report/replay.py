"""The replay of a day: one HTML file with the citizens and dossiers of that day, to be watched in any browser.

The page is plain HTML whose boxes arrange themselves, and a script that puts everybody where the log says. It needs
no network and no library: the same in vidigi 2.0 takes five megabytes, most of them Plotly, draws no trays, and its
buttons speak English.

What scenarios say reaches the page as JSON in which nothing can end a script, and as escaped text; browsers are told
to run the page's own script, known by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import os
import re
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.report.language import Language, language, usual_language
from sim.report.output import check_writable, save_text
from sim.results.day import Mover, PlaceDay, Spot, Where
from sim.results.result import Result
from sim.scenario import ScenarioError, Source
from sim.study.one_day import SimulatedDay, simulated_day

SPEEDS = (1, 2, 5, 15, 60)  # simulated minutes a second
HALF_HOUR = 30
WORDS = (
    "play",
    "pause",
    "speed",
    "time",
    "place",
    "waiting",
    "at_counters",
    "served",
    "left",
    "in_trays",
    "late",
    "course",
    "door",
    "on_duty",
    "line",
    "tray",
    "with_citizen",
    "with_agency",
    "for_round",
    "unserved_line",
    "unserved_tray",
    "legend_citizen",
    "legend_leaving",
    "legend_paper",
    "legend_late",
    "legend_on_duty",
    "legend_off_duty",
)


def replay(
    of: Source | Result,
    *,
    day: date | str,
    path: str | os.PathLike[str],
    replication: int = 0,
    seed: int | None = None,
    lang: str | None = None,
) -> Path:
    """Write the replay of a day of a scenario or a result; its path.

    By default the seed is the result's, or 1, and the language the system's. Raises ScenarioError for a day that is
    not simulated or on which the office is closed, and for a path that cannot be written.
    """
    say, file = language(lang or usual_language()), Path(path)
    check_writable(file.parent)
    if file.is_dir():
        raise ScenarioError(f"{file}: is a folder; name a file, for example {file / 'day.html'}")
    save_text(page(simulated_day(of, day, seed=seed, replication=replication), say), file)
    return file


def page(shown: SimulatedDay, say: Language) -> str:
    """The file's text."""
    script = _packaged("replay.js")
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    texts = {
        "lang": say.code,
        "title": say("replay.title", day=f"{say(f'weekday.{shown.when.weekday()}')} {say.day(shown.when)}"),
        "scenario": shown.model.scenario.title,
        "noscript": say("replay.noscript"),
        "note": say("replay.note", replication=shown.replication, seed=shown.seed),
    }
    parts = {name: html.escape(text) for name, text in texts.items()} | {
        "script_hash": f"sha256-{hashed}",
        "script": script,
        "day": _json(_content(shown, say)),
    }
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], _packaged("replay.html"))


def _content(shown: SimulatedDay, say: Language) -> dict[str, Any]:
    """What the script shows: clock times in minutes, everything with a name by its number."""
    model, day = shown.model, shown.day
    first, last = _hours(shown)
    procedures = {stream.procedure: None for stream in model.streams}
    return {
        "words": {name: say(f"replay.{name}") for name in WORDS},
        "where": {where.name: where for where in Where},
        "speeds": [(minutes, say("replay.minutes_a_second", minutes=minutes)) for minutes in SPEEDS],
        "from": first,
        "to": last,
        "sessions": day.sessions,
        "procedures": [model.scenario.procedure[name].label for name in procedures],
        "places": [_place(shown, place, list(procedures)) for place in day.places],
    }


def _hours(shown: SimulatedDay) -> tuple[int, int]:
    """From when until when to watch, in whole half hours: while the office is open, or citizens are in it."""
    citizens = [mover for place in shown.day.places for mover in place.movers if mover.is_citizen]
    instants = [stay.since for mover in citizens for stay in mover.stays]
    instants += [bound for session in shown.day.sessions for bound in session]
    first, last = math.floor(min(instants) / HALF_HOUR), math.ceil(max(instants) / HALF_HOUR)
    return first * HALF_HOUR, last * HALF_HOUR


def _place(shown: SimulatedDay, place: PlaceDay, procedures: list[str]) -> dict[str, Any]:
    model, labels = shown.model, shown.drawn.labels
    teams = {duty.team: number for number, duty in enumerate(place.duties)}
    spots: dict[Spot, int] = {}

    def mover(one: Mover) -> dict[str, Any]:
        return {
            "citizen": one.is_citizen,
            "late": one.late,
            "procedure": procedures.index(model.streams[labels.stream[one.dossier]].procedure),
            "number": int(labels.number[one.dossier]),
            "times": [round(stay.since, 2) for stay in one.stays],
            "spots": [spots.setdefault(stay.spot, len(spots)) for stay in one.stays],
        }

    movers = [mover(one) for one in place.movers]
    return {
        "title": model.places[place.site].title,
        "teams": [
            {"title": _title(shown, duty.team), "staff": duty.staff, "seats": duty.seats}
            for duty in place.duties
        ],
        "spots": [(spot.where, teams.get(spot.team, -1), spot.seat) for spot in spots],
        "movers": movers,
    }


def _title(shown: SimulatedDay, team: int) -> str:
    name = shown.model.teams[team].team
    return shown.model.scenario.team[name].title or name


def _json(content: dict[str, Any]) -> str:
    """JSON that can stand in a script element: `<` would begin its end, or a comment."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _packaged(name: str) -> str:
    return files("sim.report").joinpath(name).read_text(encoding="utf-8")
