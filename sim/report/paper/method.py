"""How the study was done, under the headings of STRESS-DES, and what it takes to do it again.

Monks, Currie, Onggo, Robinson, Kunc & Taylor (2019), Strengthening the reporting of empirical simulation studies,
Journal of Simulation 13, 55-67.
"""

from __future__ import annotations

from datetime import date, datetime

from sim.report.paper.document import Section, Table, clean
from sim.report.paper.study import Study
from sim.report.paper.values import period

HEADINGS = (
    "purpose",
    "outputs",
    "aims",
    "diagram",
    "logic",
    "scenario_logic",
    "algorithms",
    "entities",
    "activities",
    "resources",
    "queues",
    "entry_exit",
    "data",
    "preprocessing",
    "inputs",
    "assumptions",
    "initialisation",
    "run_length",
    "estimation",
    "software",
    "random",
    "execution",
    "system",
    "access",
)


def method(study: Study) -> Section:
    """One row a heading."""
    say, about = study.say, study.baseline.provenance
    scenario = about["scenario"]
    values = {
        "title": clean(study.baseline.title),
        "source": clean(scenario.get("source", "–")),
        "alternatives": len(study.alternatives),
        "procedures": len(scenario.get("procedure", {})),
        "steps": len(scenario.get("step", {})),
        "teams": len(scenario.get("team", {})),
        "sites": "; ".join(study.sites.values()),
        "first": say.day(study.period[0]),
        "last": say.day(study.period[1]),
        "start": say.day(date.fromisoformat(scenario["horizon"]["from"])),
        "end": say.day(date.fromisoformat(scenario["horizon"]["to"])),
        "warm_up": period(clean(scenario["horizon"].get("warm_up", "0 days")), say),
        "replications": study.replications,
        "seed": about["seed"],
        "engine": about["engine"],
        "python": about["versions"]["python"],
        "motcua": about["versions"]["motcua"],
    }
    texts = {key: f"stress_text.{key}" for key in HEADINGS}
    if not study.alternatives:
        texts |= {key: f"stress_text.{key}_of_one" for key in ("aims", "scenario_logic")}
    if "open_dossiers" in scenario["horizon"]:
        texts["initialisation"] = "stress_text.initialisation_open"
    if "during" in scenario["horizon"]:
        texts["run_length"] = "stress_text.run_length_during"
    rows = tuple((say(f"stress.{key}"), say(text, **values)) for key, text in texts.items())
    heads = say("report.heading"), say("report.content")
    return Section(
        "method", say("report.method"), (Table(say("sheet.method"), say("report.stress"), heads, rows),)
    )


def provenance(study: Study) -> Section:
    """Hashes, seed, versions, and the commands that make the results and this report again."""
    say, about = study.say, study.baseline.provenance
    rows = [(say("report.started"), say.moment(datetime.fromisoformat(about["started"])))]
    rows += [(say("report.hash", scenario=clean(one.name)), one.provenance["hash"]) for one in study.results]
    rows += [
        (say(f"report.made_{key}"), str(about[key])) for key in ("seed", "replications", "rows_of", "engine")
    ]
    rows += [(say("report.version", library=name), version) for name, version in about["versions"].items()]
    rows.append((say("report.command"), command(study)))
    heads = say("report.item"), say("report.content")
    table = Table(say("sheet.sources"), say("report.provenance_table"), heads, tuple(rows))
    return Section("provenance", say("report.provenance"), (table,))


def command(study: Study) -> str:
    """What to type; the scenario files are named as they were, without their folder."""
    about = study.baseline.provenance
    verb = "compare" if study.alternatives else "run"
    files = " ".join(f'"{one.name}.toml"' if " " in one.name else f"{one.name}.toml" for one in study.results)
    made = f"--replications {about['replications']} --seed {about['seed']} --engine {about['engine']}"
    told = [f"--investment {name}={value:.0f}" for name, value in study.investment.items()]
    told += [] if study.hour_value is None else [f"--hour-value {study.hour_value:.0f}"]
    report = " ".join(["sim report RESULTS", f"--lang {study.say.code}", *told])
    return clean(f"sim {verb} {files} {made} --out RESULTS && {report}")
