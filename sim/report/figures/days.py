"""Where the days of a dossier go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.officetime import DAY
from sim.report import drawing
from sim.report.drawing import BLACK, NOTE, TEXT, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each, name_of, titled
from sim.report.language import Language
from sim.results.attribution import Cause
from sim.results.result import Result

LEAST_DOSSIERS = 30
MOST_BARS = 12
FILLS = {  # face and hatch: told apart without colours, too
    Cause.WORK: (BLACK, ""),
    Cause.PERSON: ("#56A0D3", ""),
    Cause.OUTSIDE: ("#E4E4E4", ""),
    Cause.SIGNING: ("white", "/////"),
    Cause.CITIZEN: ("#F2C45A", "...."),
    Cause.AGENCY: ("#D98C57", "xxxx"),
    Cause.REWORK: ("white", "\\\\\\\\\\||"),
}


def days_by_cause(result: Result) -> pd.DataFrame:
    """Mean calendar days from arrival to result by cause (:class:`Cause`), by kind of site and field.

    Columns: site, title, field and field_title (empty: all fields), cause, days, total (of the causes), n dossiers
    finished in the replications with rows, replications. Fields with fewer than `LEAST_DOSSIERS` are left out; the
    longest come first.
    """
    causes = {f"minutes_{cause.name.lower()}": cause.name.lower() for cause in Cause}
    finished = result.dossiers.dropna(subset=list(causes))
    days = (finished[list(causes)].astype(np.float64) / DAY).rename(columns=causes)
    sites, fields = finished["site"].astype(str), finished["field"].astype(str)
    means = [_means(days, sites, pd.Series("", fields.index, name="field")), _means(days, sites, fields)]
    wide = pd.concat(means, ignore_index=True)
    wide = wide[wide["n"] >= LEAST_DOSSIERS]
    wide["total"] = wide[list(causes.values())].sum(axis=1)
    wide["field_title"] = [name_of(result, "field", field) if field else "" for field in wide["field"]]
    wide = wide.sort_values("total", ascending=False, kind="stable")
    wide = titled(wide.sort_values("field", key=lambda names: names != "", kind="stable"), result)
    keys = ["site", "title", "field", "field_title", "total", "n"]
    long = wide.melt(keys, list(causes.values()), "cause", "days")
    return long.assign(replications=result.provenance["rows_of"])


def _means(days: pd.DataFrame, sites: pd.Series, fields: pd.Series) -> pd.DataFrame:
    groups = days.groupby([sites, fields])
    return groups.mean().assign(n=groups.size()).reset_index()


def _draw_days(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    bars = _longest(table)
    size = size.for_rows(1.3 * len(bars), 1.6)
    figure = drawing.blank(size)
    axes = figure.subplots()
    left = np.zeros(len(bars))
    wide = table.pivot(index=["site", "field"], columns="cause", values="days")
    for cause, (face, hatch) in FILLS.items():
        days = wide.loc[pd.MultiIndex.from_frame(bars[["site", "field"]]), cause.name.lower()].to_numpy()
        style: dict[str, Any] = {"color": face, "hatch": hatch, "edgecolor": "0.25", "linewidth": 0.5}
        axes.barh(np.arange(len(bars)), days, 0.7, left, **style)
        left += days
    drawing.plain(axes)
    drawing.rows(
        axes,
        [row.field_title or row.title for row in each(bars)],
        size.letters(0.4),
        bold=(bars["field"] == "").tolist(),
    )
    for y, row in enumerate(each(bars)):
        count = say("figure.n", count=say.number(row.n, 0))
        told = say("figure.days_total", days=say.number(row.total), n=count)
        axes.annotate(told, (row.total, y), (4, 0), textcoords="offset points", va="center", fontsize=NOTE)
    axes.set_xlim(0, 1.55 * bars["total"].max())
    drawing.number_ticks(axes.xaxis, say)
    axes.set_xlabel(say("figure.days_axis"), fontsize=TEXT)
    key: dict[str, Artist] = {
        say(f"cause.{cause.name.lower()}"): Patch(
            facecolor=face, hatch=hatch, edgecolor="0.25", linewidth=0.5
        )
        for cause, (face, hatch) in FILLS.items()
    }
    drawing.entitle(figure, say("figure.days_by_cause"), key)
    made = int(table["replications"].iloc[0])
    drawing.annotate(figure, say("figure.days_note", replications=made, least=LEAST_DOSSIERS))
    return figure


def _longest(table: pd.DataFrame) -> pd.DataFrame:
    """Each kind of site as a whole, then its fields that take longest; as many bars as are readable."""
    bars = table.drop_duplicates(["site", "field"])
    ranked = bars.assign(is_field=bars["field"] != "", short=-bars["total"])
    kept = ranked.sort_values(["is_field", "short"], kind="stable").index[:MOST_BARS]
    return bars.loc[kept.sort_values()]


def _tell_days(table: pd.DataFrame, say: Language) -> str:
    bars = table.drop_duplicates(["site", "field"])
    whole = bars[bars["field"] == ""]
    longest = (bars if whole.empty else whole).nlargest(1, "total").iloc[0]
    own = table[(table["site"] == longest["site"]) & (table["field"] == longest["field"])]
    largest = own.iloc[int(own["days"].argmax())]
    return say(
        "alt.days_by_cause",
        site=longest["title"],
        total=say.number(longest["total"]),
        cause=say(f"cause.{largest['cause']}"),
        days=say.number(largest["days"]),
    )


where_days_go = Picture("figure.days_by_cause", "result", days_by_cause, _draw_days, _tell_days)
