"""What `sim explain` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from sim.report.console import shown, table, words
from sim.report.language import Language
from sim.report.naming import deadline_in_words
from sim.scenario import ScenarioFile
from sim.scenario.differences import differences as differences_of
from sim.study.explanation import Explanation

HOUR = 60.0
HIGH_LOAD = 0.85
MOST_QUEUES = 4  # named in a warning


def explanation(found: Explanation, say: Language) -> RenderableType:
    """All that `sim explain` prints."""
    file = found.file
    parts: list[RenderableType] = [Text(file.scenario.title, style="bold")]
    parts += asked(file, say)
    parts.append(Text(say("explain.calendar", days=found.working_days)))
    parts.append(Text(say("explain.events", events=say.number(found.events, 0))))
    if file.parent is not None:
        parts += ["", differences(file.parent, file, say)]
    parts += ["", _values(found, say), "", _catalogue(found, say), "", _load(found, say), ""]
    parts += [_hours(found, say), ""]
    parts += [*_busiest(found, say), *warnings((flag._asdict() for flag in found.flags()), say)]
    return Group(*parts)


def asked(file: ScenarioFile, say: Language) -> list[Text]:
    """What a scenario asks, and whether it is a stress test."""
    question = [Text(say("run.question", question=file.question))] if file.question else []
    return question + ([Text(say("run.stress"))] if file.scenario.kind == "stress" else [])


def warnings(flags: Iterable[Mapping[str, Any]], say: Language) -> list[Text]:
    """The flags of a scenario, so that nobody reads its averages without them."""
    return [Text(say(f"flag.{flag['kind']}", **_flag(flag, say)), style="bold red") for flag in flags]


def _flag(flag: Mapping[str, Any], say: Language) -> dict[str, object]:
    """What the texts of flags speak of."""
    told: dict[str, object] = {"site": flag["place"], "queue": _short(flag.get("queue") or "")}
    told |= {name: say.number(flag.get(name) or 0) for name in ("late", "open")}
    told |= {name: say.number(flag.get(name) or 0, 0) for name in ("days", "suggested", "dossiers")}
    told |= {name: say.day(date.fromisoformat(flag[name])) for name in ("first", "last") if flag.get(name)}
    times = flag.get("times") or 1
    told["again"] = say("explain.again", times=say.number(times, 0)) if times > 1 else ""
    return told | {
        "load": say.percent(flag.get("load") or 0, 0),
        "share": say.percent(flag.get("share") or 0),
    }


def _short(queues: str) -> str:
    """The first queues of many, and how many these are."""
    every = queues.split(", ")
    return queues if len(every) <= MOST_QUEUES else f"{', '.join(every[:MOST_QUEUES])} … ({len(every)})"


def differences(before: ScenarioFile, after: ScenarioFile, say: Language) -> RenderableType:
    """What a scenario has otherwise than another."""
    title = say("explain.differences", parent=before.name)
    made = words(say("explain.path"), before.name, after.name, title=title)
    gone: dict[str, list[str]] = {}
    for path, old, new in differences_of(before.scenario, after.scenario):
        if isinstance(old, dict) and new is None:
            noun, _, name = path.rpartition(".")
            gone.setdefault(noun, []).append(name)
        else:
            made.add_row(path, shown(old, say), shown(new, say))
    for noun, names in gone.items():
        made.add_row(f"{noun} ({len(names)})", shown(", ".join(names), say), shown(None, say))
    return made


def _values(found: Explanation, say: Language) -> RenderableType:
    columns = (say(f"explain.{key}") for key in ("path", "value", "file", "origin"))
    made = words(*columns, title=say("explain.values"))
    for path, value, source, origin in found.values():
        made.add_row(path, shown(value, say), source, origin or say("explain.no_origin"))
    return made


def _catalogue(found: Explanation, say: Language) -> RenderableType:
    keys = ("site", "field", "procedures", "volume", "median_deadline")
    made = table(*(say(f"explain.{key}") for key in keys), title=say("explain.catalogue"))
    made.columns[1].justify = "left"
    for row in found.catalogue():
        due = deadline_in_words(row.deadline, say)
        made.add_row(row.site, row.field, str(row.procedures), say.number(row.volume, 0), due)
    return made


def _load(found: Explanation, say: Language) -> RenderableType:
    keys = ("team", "site", "staff_hours", "work_hours", "share", "highest")
    made = table(*(say(f"explain.{key}") for key in keys), title=say("explain.load"))
    made.columns[1].justify = made.columns[5].justify = "left"
    for team in found.teams():
        style = "bold red" if team.highest > 1 else "yellow" if team.highest > HIGH_LOAD else ""
        highest = f"{say.percent(team.highest, 0)} {team.highest_place}" if team.highest_place else ""
        made.add_row(
            team.team,
            team.site,
            say.number(team.staff.sum() / HOUR),
            say.number(team.work.sum() / HOUR),
            Text(say.percent(team.load, 0), style=style),
            highest,
        )
    return Group(made, Text(say("explain.load_note"), style="dim"))


def _hours(found: Explanation, say: Language) -> RenderableType:
    """Load per team, weekday and hour, for the hours in which anybody works or anything comes."""
    teams = found.teams()
    weeks = np.array([team.staff + team.work for team in teams]).reshape(-1, 24)
    used = np.flatnonzero(weeks.any(axis=0)).tolist()
    made = table(say("explain.team"), "", *(f"{hour:02d}" for hour in used), title=say("explain.hours"))
    made.columns[1].justify = "left"
    for team in teams:
        staff, work = team.staff.reshape(7, 24), team.work.reshape(7, 24)
        days = [day for day in range(7) if staff[day].any() or work[day].any()]
        for day in days:
            cells = (_percent(work[day, hour], staff[day, hour]) for hour in used)
            made.add_row(team.team if day == days[0] else "", say(f"weekday.{day}"), *cells)
    return made


def _percent(work: float, staff: float) -> str | Text:
    if staff > 0:
        share = work / staff
        return Text(f"{100 * share:.0f}", style="bold red" if share > 1 else "")
    return Text("!", style="bold red") if work > 0 else "–"


def _busiest(found: Explanation, say: Language) -> list[RenderableType]:
    """Of each kind of site the place whose busiest team has the highest load at best."""
    worst: dict[str, tuple[float, str]] = {}
    for place, load in zip(found.model.places, found.load.busiest.tolist(), strict=True):
        if np.isfinite(load):
            worst[place.site] = max(worst.get(place.site, (0.0, "")), (load, place.title))
    return [
        Text(say("explain.busiest", site=title, load=say.percent(load, 0))) for load, title in worst.values()
    ]
