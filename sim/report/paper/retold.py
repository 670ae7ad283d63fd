"""The first replication of a saved baseline, simulated once more: what its figures of single cases are made of.

Results keep no logs and no model; but the provenance has the scenario, and the same seed gives the same citizens.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.report.paper.study import Study
from sim.results.result import Result
from sim.scenario import ScenarioError
from sim.scenario.files import restored
from sim.study.one_day import simulated_day
from sim.study.questions import run, trace

Subjects = dict[str, tuple[Any, ...]]  # by the source of pictures, see `sim.report.figures`


def retold(study: Study) -> Subjects:
    """What pictures of a model, a log, a day and a dossier are made of.

    An ordinary day and the dossiers that keep the office longest are shown. Empty if the scenario cannot be had
    again, since it read files, or if another version of the program would tell of other citizens.
    """
    saved = study.baseline
    again = _again(saved)
    if again is None:
        return {}
    subjects: Subjects = {"model": (again.model,)}
    site = next(iter(study.sites))
    if (when := _ordinary_day(again.visits, site)) is not None:
        subjects["day"] = (again.model, simulated_day(again, when.date()).day)
    if (case := _usual_case(again.dossiers, site)) is not None:
        procedure, name = case
        subjects["log"] = (again.logs, again.model.scenario, procedure)
        found = trace(
            restored(saved.name, saved.provenance["scenario"]),
            name,
            seed=again.provenance["seed"],
            engine=again.provenance["engine"],
        )
        subjects["trace"] = (found.model, found.dossier, found.lines)
    return subjects


def _again(saved: Result) -> Result | None:
    """The first replication with its log, if it is the one that was saved."""
    about = saved.provenance
    try:
        file = restored(saved.name, about["scenario"])
    except ScenarioError:
        return None
    if file.hash != about["hash"]:
        return None
    found = run(
        file,
        replications=1,
        seed=about["seed"],
        engine=about["engine"],
        workers=1,
        measures=list(saved.measured.key["measure"]),
        keep_log=True,
    )
    same = np.array_equal(found.measured.value[0], saved.measured.value[0], equal_nan=True)
    return found if same else None


def _ordinary_day(visits: pd.DataFrame, site: str) -> pd.Timestamp | None:
    """The day with the middling number of visits."""
    days = visits.loc[visits["site"].astype(str) == site, "date"].value_counts().sort_index()
    if days.empty:
        return None
    return pd.Timestamp(days.sort_values(kind="stable").index[len(days) // 2])


def _usual_case(dossiers: pd.DataFrame, site: str) -> tuple[str, str] | None:
    """The procedure on which most time goes, and the name of its dossier that took a middling time."""
    own = ~dossiers["carried_over"] & (dossiers["site"].astype(str) == site)
    finished = dossiers[own & dossiers["ready"].notna()]
    if finished.empty:
        return None
    took = finished["ready"] - finished["received"]
    procedures = finished["procedure"].astype(str)
    procedure = str(took.groupby(procedures).sum().idxmax())
    own = took[procedures == procedure].sort_values(kind="stable")
    row = finished.loc[own.index[len(own) // 2]]
    place = f"{row['place']}/" if row["place"] else ""
    return procedure, f"{place}{procedure}#{row['number']}"
