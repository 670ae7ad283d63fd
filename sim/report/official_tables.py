"""The official forms and indicators as people know them: official headings, titles of sites and fields."""

from __future__ import annotations

from itertools import count
from string import ascii_uppercase

import pandas as pd

from sim.report.language import Language
from sim.results.result import Result


def official_tables(result: Result, say: Language) -> dict[str, pd.DataFrame]:
    """By the name of their files; of the first replication, which has the same citizens in each scenario."""
    return {
        "form_07a": _form(result.form_07a(), "form07a", result, say),
        "form_ii06a": _form(result.form_ii06a(), "formii06a", result, say),
        "indicators": _indicators(result, say),
    }


def _form(form: pd.DataFrame, family: str, result: Result, say: Language) -> pd.DataFrame:
    """Kinds of site have a letter, their fields a number, and the total none."""
    sites, fields = result.titles("site"), result.titles("field")
    letter, number = iter(ascii_uppercase), count(1)
    columns: dict[str, list[str]] = {"number": [], "field": []}
    for site, field in zip(form["site"], form["field"], strict=True):
        if field:
            shown = str(next(number)), fields[field]
        elif site:
            shown, number = (next(letter), sites[site]), count(1)
        else:
            shown = "", say("table.total")
        for column, text in zip(columns.values(), shown, strict=True):
            column.append(text)
    return pd.concat([pd.DataFrame(columns), form.drop(columns=["site", "field"])], axis=1).rename(
        columns=lambda key: say(f"{family}.{key}")
    )


def _indicators(result: Result, say: Language) -> pd.DataFrame:
    table = result.indicators()
    columns = {
        "site": table["site"].map(result.titles("site")),
        "number": table["indicator"],
        "name": [say(f"indicator.{number}") for number in table["indicator"]],
        "points": table["points"],
        "simulated": [say(f"simulated.{degree}") for degree in table["simulated"]],
        "note": [say(f"indicator_note.{number}") for number in table["indicator"]],
    }
    return pd.DataFrame(columns).rename(columns=lambda key: say(f"indicators.{key}"))
