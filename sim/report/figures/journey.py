"""The journey of a procedure as a flow diagram: its steps in order, and how long each takes on average."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from sim.officetime import DAY, HOUR
from sim.report import drawing
from sim.report.drawing import BLACK, GREY, NOTE, SHADES, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each
from sim.report.language import Language
from sim.scenario.domain import Scenario

BOX_WIDTH, BOX_HEIGHT = 0.84, 0.64  # of the cell that a step has
DARKEST = 0.45  # of the shades: black letters are readable on it
Stages = Sequence[str | Sequence[str]]


def journey_steps(logs: pd.DataFrame, scenario: Scenario, procedure: str) -> pd.DataFrame:
    """The steps of a procedure's journey in order; `logs` is `Result.logs`, of a run that kept them.

    Columns: procedure (title), step, title, loop (inserted by one), share of the dossiers that go through it, n times
    it was done, minutes (mean from entering to its end, waiting and closed hours included), dossiers, replications.
    Steps of other channels stand before those of the counter, those of levers behind what they mostly follow.
    """
    own = logs[(logs["procedure"].astype(str) == procedure) & (logs["outcome"] == "done")]
    elapsed = (own["ended"] - own["entered"]).dt.total_seconds() / 60
    steps = own["step"].astype(str)
    dossiers = own[["replication", "dossier"]].drop_duplicates()
    found = pd.DataFrame({"n": elapsed.groupby(steps).size(), "minutes": elapsed.groupby(steps).mean()})
    through = own.assign(step=steps).drop_duplicates(["replication", "dossier", "step"])
    found["share"] = through.groupby("step").size() / max(len(dossiers), 1)
    order = _in_order(scenario, procedure)
    _insert_levers(order, own.assign(step=steps))
    order = [(step, loop) for step, loop in order if step in found.index]
    table = found.loc[[step for step, _ in order]].rename_axis("step").reset_index()
    table.insert(1, "title", [scenario.step[step].title or step for step in table["step"]])
    table.insert(2, "loop", [loop for _, loop in order])
    table.insert(0, "procedure", drawing.cut(scenario.procedure[procedure].label, 90))
    return table.assign(dossiers=len(dossiers), replications=logs["replication"].nunique())


def _in_order(scenario: Scenario, procedure: str) -> list[tuple[str, bool]]:
    """The steps as they follow each other, each once, and whether a loop inserts them."""
    journey = scenario.procedure[procedure].journey
    ways = scenario.journey[journey]
    counter = list(_flat(ways.counter))
    others = [_flat(way) for way in (ways.online, ways.post, ways.appointment) if way is not None]
    before = [step for way in others for step in way if step not in counter]
    order: dict[str, bool] = {}
    for step in [*before, *counter]:
        order.setdefault(step, False)
        for loop in scenario.loop.values():
            if loop.after == step and (loop.journeys is None or journey in loop.journeys):
                for inserted in _flat(loop.steps):
                    order.setdefault(inserted, True)
    return list(order.items())


def _insert_levers(order: list[tuple[str, bool]], done: pd.DataFrame) -> None:
    """Steps that levers add to a journey, behind the step that they follow most often; the first of all in front."""
    inserted = done.sort_values(["replication", "task"], kind="stable")
    before = inserted.groupby(["replication", "dossier"])["step"].shift().fillna("")
    for step in inserted["step"].unique():
        names = [name for name, _ in order]
        if step not in names:
            follows = str(before[inserted["step"] == step].mode().iloc[0])
            order.insert(names.index(follows) + 1 if follows in names else 0, (step, False))


def _flat(stages: Stages) -> Iterator[str]:
    for stage in stages:
        yield from [stage] if isinstance(stage, str) else stage


def _draw(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    columns = 5 if size.width > 7 else 4
    lines = -(-len(table) // columns)
    size = Size(size.width, max(size.height, 0.9 + 0.62 * lines))
    figure = drawing.blank(size)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, columns)
    axes.set_ylim(lines, 0)
    total = float((table["minutes"] * table["share"]).sum()) or 1.0
    places = [_place(number, columns) for number in range(len(table))]
    for row, (x, y) in zip(each(table), places, strict=True):
        part = row.minutes * row.share / total
        _box(axes, x, y, row, float(part), size.letters(BOX_WIDTH / columns, 8), say)
    for (x, y), (to_x, to_y) in itertools.pairwise(places):
        _arrow(axes, x, y, to_x, to_y)
    drawing.entitle(figure, say("figure.journey"))
    row = table.iloc[0]
    drawing.annotate(
        figure,
        say("figure.journey_note", procedure=row["procedure"], dossiers=say.number(row["dossiers"], 0)),
        say("figure.replications", count=say.number(row["replications"], 0)),
        say("figure.loop_note") if table["loop"].any() else "",
    )
    return figure


def _place(number: int, columns: int) -> tuple[float, float]:
    """The middle of a step's cell: rows go to the right and to the left in turn."""
    line, place = divmod(number, columns)
    return (place if line % 2 == 0 else columns - 1 - place) + 0.5, line + 0.5


def _box(axes: Axes, x: float, y: float, row: Any, part: float, letters: int, say: Language) -> None:
    title, loop, share, minutes = (getattr(row, name) for name in ("title", "loop", "share", "minutes"))
    edge: dict[str, Any] = {"edgecolor": BLACK, "linewidth": 0.9, "linestyle": "--" if loop else "-"}
    corner = x - BOX_WIDTH / 2, y - 0.4
    style = "round,pad=0,rounding_size=0.05"
    face = SHADES(DARKEST * math.sqrt(part))
    axes.add_patch(FancyBboxPatch(corner, BOX_WIDTH, 0.8, boxstyle=style, facecolor=face, **edge))
    told = [duration(minutes, say)] if minutes > 0 else []
    if share < 0.9995:
        told.append(say.percent(share, 0 if share >= 0.01 else 1))
    place: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": NOTE}
    axes.text(x, y - 0.12 * bool(told), drawing.cut(title, letters, 2), linespacing=1.0, **place)
    if told:
        axes.text(x, y + 0.27, " · ".join(told), weight="bold", **place)


def _arrow(axes: Axes, x: float, y: float, to_x: float, to_y: float) -> None:
    sideways = (to_x > x) - (to_x < x)
    start = (x + sideways * BOX_WIDTH / 2, y) if sideways else (x, y + 0.4)
    end = (to_x - sideways * BOX_WIDTH / 2, to_y) if sideways else (to_x, to_y - 0.4)
    style = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 8}
    axes.annotate("", end, start, arrowprops=style)


def duration(minutes: float, say: Language) -> str:
    """Minutes in the unit that suits them."""
    for unit, size in (("days", DAY), ("h", HOUR)):
        if minutes >= 1.5 * size:
            return f"{say.number(minutes / size)} {say(f'unit.{unit}')}"
    return f"{say.number(minutes)} {say('unit.min')}"


def _tell(table: pd.DataFrame, say: Language) -> str:
    expected = table["minutes"] * table["share"]
    longest = table.iloc[int(expected.argmax())]
    return say(
        "alt.journey",
        procedure=table["procedure"].iloc[0],
        count=len(table),
        step=longest["title"],
        time=duration(longest["minutes"], say),
        share=say.percent(longest["share"], 0),
        dossiers=say.number(table["dossiers"].iloc[0], 0),
    )


journey = Picture("figure.journey", "log", journey_steps, _draw, _tell)
