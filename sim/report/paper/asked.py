"""The report of a study: its question, what answers it, and what it takes to ask again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.report import figures, study_figures
from sim.report.figures.picture import Picture as Drawn
from sim.report.language import Language
from sim.report.paper import asked_tables
from sim.report.paper.asked_tables import Named
from sim.report.paper.document import Block, Bullets, Document, Picture, Section, Table, capital, clean
from sim.report.paper.translation import about_in, with_texts
from sim.results.chosen import name_of
from sim.results.measured import KEY
from sim.results.provenance import FORMAT
from sim.results.saved import read_table
from sim.scenario import ScenarioError
from sim.scenario.horizon import measured_days

MOST_LEVERS = 2  # that a picture shows


class Asked(NamedTuple):
    """A study's folder: the study's tables and the provenance of its scenarios, in one language."""

    folder: Path
    study: Mapping[str, Any]
    scenarios: Mapping[str, Mapping[str, Any]]
    say: Language

    @property
    def baseline(self) -> Mapping[str, Any]:
        """The provenance of the first scenario."""
        return next(iter(self.scenarios.values()))

    @property
    def title(self) -> str:
        """Of the study."""
        return clean(self.study["title"])

    @property
    def replications(self) -> int:
        """Of each scenario and cell."""
        return int(self.baseline["replications"])

    def table(self, name: str) -> pd.DataFrame:
        """A table of the folder; ScenarioError for one that is missing or broken."""
        return read_table(self.folder, name)

    def names(self) -> Named:
        """How measures and scenarios are called."""
        sites = {name: clean(site["title"]) for name, site in self.baseline["scenario"]["site"].items()}
        titles = {name: clean(about["scenario"]["title"]) for name, about in self.scenarios.items()}
        return Named(sites, titles, self.say)


def asked(folder: Path, say: Language) -> Asked | None:
    """The study that a folder holds; None if it holds something else, or nothing."""
    try:
        record = json.loads((folder / "provenance.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or not {"study", "scenarios"} <= set(record):
        return None
    formats = {about.get("format") for about in record["scenarios"].values()}
    if formats != {FORMAT}:
        told = ", ".join(map(str, formats))
        raise ScenarioError(
            f"{folder}: was written by another version of the program (its format is {told}, this version reads "
            f"{FORMAT}); run the study again"
        )
    study = with_texts(record["study"], record["translations"][say.code])
    scenarios = {name: about_in(about, say.code) for name, about in record["scenarios"].items()}
    return Asked(folder, study, scenarios, say)


def document_of(study: Asked) -> Document:
    """The whole report; every number in it stands in the folder's tables."""
    say, about = study.say, study.baseline
    named = study.names()
    pictures = {
        name: list(_pictures(study, name)) for name in (*_of(study, "sweep"), *_of(study, "sensitivity"))
    }
    first, last = measured_days(about["scenario"]["horizon"])
    sections = (
        _question(study, named),
        _answer(study, named, pictures),
        Section(
            "scenarios",
            say("report.asked_scenarios"),
            (say("report.asked_note"), asked_tables.scenarios(study.table("scenarios"), named)),
        ),
        *(_sweep(study, name, named, pictures[name]) for name in _of(study, "sweep")),
        *(_sensitivity(study, name, named, pictures[name]) for name in _of(study, "sensitivity")),
        *_break_evens(study, named),
        *_beliefs(study, named),
        _provenance(study),
    )
    told = say(
        "report.subtitle",
        first=say.day(first),
        last=say.day(last),
        count=study.replications,
        scenarios=len(study.scenarios),
    )
    whole = tuple(section for section in sections if section is not None)
    return Document(say("report.title", title=study.title), told, say.code, whole, (), ())


def _of(study: Asked, kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = study.study.get(kind, {})
    return found


def _question(study: Asked, named: Named) -> Section:
    asked_in = study.study.get("question")
    texts = tuple(
        clean(
            study.say("report.asks", scenario=named.scenarios[name], question=about["question"])
            if about["question"]
            else named.scenarios[name]
        )
        for name, about in study.scenarios.items()
    )
    blocks: list[Block] = [clean(asked_in)] if asked_in else []
    return Section("question", study.say("report.question"), (*blocks, Bullets(texts)))


def _answer(study: Asked, named: Named, pictures: Mapping[str, list[Picture]]) -> Section:
    """What crosses where, which scenarios differ, what moves what: each sentence from one table."""
    texts = [asked_tables.crossing(row, named) for _, row in _crossings(study).iterrows()]
    texts += asked_tables.clear(study.table("scenarios"), named)
    texts += [capital(clean(one.told)) for own in pictures.values() for one in own]
    return Section("answer", study.say("report.answer"), (Bullets(tuple(texts)),))


def _crossings(study: Asked) -> pd.DataFrame:
    return study.table("break-even") if _of(study, "break-even") else pd.DataFrame()


def _sweep(study: Asked, name: str, named: Named, pictures: list[Picture]) -> Section:
    table = asked_tables.sweep(
        name, study.table(f"sweep_{name}"), list(_of(study, "sweep")[name]["vary"]), named
    )
    title = study.say("report.asked_sweep", name=name)
    return Section(f"sweep-{name}", title, (*pictures, table))


def _sensitivity(study: Asked, name: str, named: Named, pictures: list[Picture]) -> Section:
    asked_for = _of(study, "sensitivity")[name]
    table = asked_tables.sensitivity(name, study.table(f"sensitivity_{name}"), asked_for["measure"], named)
    title = study.say("report.asked_sensitivity", name=name)
    return Section(f"sensitivity-{name}", title, (*pictures, table))


def _break_evens(study: Asked, named: Named) -> Iterator[Section]:
    for _, row in _crossings(study).iterrows():
        name = str(row["name"])
        tried = asked_tables.tried(study.table(f"break-even_{name}"), row, named)
        title = study.say("report.asked_break_even", name=name)
        yield Section(f"break-even-{name}", title, (asked_tables.crossing(row, named), tried))


def _beliefs(study: Asked, named: Named) -> Iterator[Section]:
    if (study.folder / "beliefs.parquet").is_file():
        say = study.say
        draws = len(study.table("belief_draws"))
        table = asked_tables.beliefs(study.table("beliefs"), named)
        yield Section("beliefs", say("beliefs.heading", draws=draws), (table, say("beliefs.note")))


def _pictures(study: Asked, name: str) -> Iterator[Picture]:
    """Of a sweep over one or two levers one a measure, of a tornado one."""
    if name in _of(study, "sweep"):
        part = _of(study, "sweep")[name]
        if len(part["vary"]) > MOST_LEVERS or part.get("points") is not None:
            return
        rows = study.table(f"sweep_{name}")
        for number, (_, own) in enumerate(rows.groupby(KEY, sort=False)):
            measure = name_of(own.iloc[0])
            bound = study_figures.bound_of(study.baseline["scenario"], measure)
            cells = study_figures.grid(
                own, list(part["vary"]), bound, study.names().where(measure), study.replications
            )
            yield _picture(f"sweep-{name}-{number}", figures.sweep, figures.sweep.data(cells), study.say)
    elif _of(study, "sensitivity")[name].get("method", "tornado") == "tornado":
        measure = _of(study, "sensitivity")[name]["measure"]
        rows, where = study.table(f"sensitivity_{name}"), study.names().where(measure)
        swings = study_figures.swings(rows, measure, study.say, where, study.replications)
        yield _picture(f"tornado-{name}", figures.tornado, figures.tornado.data(swings), study.say)


def _picture(name: str, picture: Drawn, table: pd.DataFrame, say: Language) -> Picture:
    told = clean(picture.tell(table, say))
    return Picture(name, say(picture.title), told, picture.draw(table, say))


def _provenance(study: Asked) -> Section:
    say, about = study.say, study.baseline
    rows = [(say("report.hash", scenario=name), one["hash"]) for name, one in study.scenarios.items()]
    rows += [(say(f"report.made_{key}"), str(about[key])) for key in ("seed", "replications", "engine")]
    rows += [(say("report.version", library=name), version) for name, version in about["versions"].items()]
    command = f"sim study STUDY.toml --engine {about['engine']} --out RESULTS && sim report RESULTS --lang {say.code}"
    rows.append((say("report.command"), command))
    table = Table(
        say("sheet.sources"),
        say("report.provenance_table"),
        (say("report.item"), say("report.content")),
        tuple(rows),
        say("report.asked_again"),
    )
    return Section("provenance", say("report.provenance"), (table,))
