"""The open dossiers and their outlook as people read them: the likeliest late first, dates as they are written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from sim.report.language import Language
from sim.results.result import Result


def outlook_table(result: Result, say: Language) -> pd.DataFrame:
    """The rows of `Result.outlook` as texts, under headings; without open dossiers it has none."""
    table, about = result.outlook, result.provenance["scenario"]
    sites, procedures, steps = result.titles("site"), about["procedure"], about["step"]
    end = date.fromisoformat(about["horizon"]["to"])

    def day(moment: pd.Timestamp, *, unknown: str = "") -> str:
        return unknown if pd.isna(moment) else say.day(moment.date())

    after = say("outlook.after", date=say.day(end))
    rows = list(table.itertuples())
    columns = {
        "dossier": [one.id or say("outlook.line", line=one.line) for one in rows],
        "procedure": [procedures[str(one.procedure)]["name"] for one in rows],
        "place": [one.place or sites[str(one.site)] for one in rows],
        "step": [
            " + ".join(steps[name].get("title") or name for name in each.split(" + "))
            for each in table["step"]
        ],
        "received": [day(one) for one in table["received"]],
        "due": [day(one) for one in table["due"]],
        "p_late": [_risk(one, say) for one in rows],
        "median": [day(one, unknown=after) for one in table["median"]],
        "p90": [day(one, unknown=after) for one in table["p90"]],
    }
    return pd.DataFrame(columns, dtype=object).rename(columns=lambda key: say(f"outlook.{key}"))


def told(result: Result, shown: int, say: Language, *, saved: bool = False) -> str:
    """How many are open, how many of them late on average, how many rows are shown, and where all are saved."""
    table, replications = result.outlook, result.provenance["replications"]
    late = say.number(float(table["late"].sum()) / replications)
    text = say("outlook.told", count=len(table), late=late, shown=min(shown, len(table)))
    return f"{text} {say('outlook.saved')}" if saved else text


def _risk(row: Any, say: Language) -> str:
    """At least so much, where the run ends before it is decided; in words, where it is certain."""
    if row.p_late == 1:
        return say("outlook.overdue", share=say.percent(row.p_late))
    share = say.percent(row.p_late)
    return say("outlook.at_least", share=share) if row.undecided else share
