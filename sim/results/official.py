"""The official forms and indicators of a period, the measuring window, as far as a simulation can know them.

Form 07a (Circular 02/2017/TT-VPCP) and form II.06a (Circular 01/2020/TT-VPCP) count dossiers as they stand at the
end of the period; the nine indicators score their handling (Circular 01/2018/TT-VPCP). A form is of one replication:
it counts whole dossiers, and its sums hold. The tables of all replications of a scenario have the same rows, in the
same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, takewhile
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from sim.engine.contract import Bools, Floats, Ids, Ints, Kind, Log, Mark, Outcome
from sim.plan.model import Channel, Model, Replication, Stream
from sim.results.groups import Groups, Label, Level, field_level, network_level, ratio, site_level
from sim.results.observe import FINISHED, Dossiers, Status, dossier_of_task
from sim.results.scores import indicators_of

FORM_II06A = (
    "received",  # (3) = (4) + (5) + (6)
    "online",
    "direct",
    "carried_over",
    "finished",  # (7) = (8) + (9) + (10)
    "early",
    "on_time",
    "late",
    "open",  # (11) = (12) + (13) = (3) - (7)
    "in_time",
    "overdue",
)
FORM_07A = (
    "received",
    "carried_over",
    "new",
    "finished",
    "on_time",  # early included
    "late",
    "open",
    "in_time",
    "overdue",
    "supplement",  # of the open
    "returned",  # of the finished
)
SIMULATED: dict[int, Literal["yes", "partly", "no"]] = {
    1: "yes",
    2: "no",
    3: "yes",
    4: "partly",
    5: "partly",
    6: "no",
    7: "partly",
    8: "no",
    9: "yes",
}
ONLINE = (Channel.ONLINE, Channel.ASSISTED)
AWAY = (Kind.AGENCY, Kind.ROUND)
# Indicator 5: the least share of procedures done on the spot for 2 points.
ON_THE_SPOT_OF_DISTRICT, ON_THE_SPOT_OF_COMMUNE = 0.5, 1.0
# Indicator 9: shares for 2 points, of procedures and of dossiers, and of dossiers for 1 point.
ONLINE_PROCEDURES, ONLINE_DOSSIERS, SOME_ONLINE_DOSSIERS = 0.20, 0.30, 0.15


class Period(NamedTuple):
    """The dossiers that the period had to do with: received in it, or before and open when it began."""

    dossiers: Dossiers
    stream: Ids  # int[dossier]
    new: Bools  # bool[dossier] received in the period; the others are carried over
    online: Bools  # bool[dossier]
    contacts: Ints  # int[dossier] how often the citizen had to complete the dossier
    supplement: Bools  # bool[dossier] waits for the citizen to complete it


def handled_in_window(model: Model, replication: Replication, log: Log, table: Dossiers) -> Period:
    """The dossiers of the measuring window, out of those of the run until it ended."""
    draws, labels = replication.draws, replication.labels
    task_dossier, count = dossier_of_task(draws), len(draws.arrival)
    closed = np.fmin(table.ready, _withdrawn(log, task_dossier, count)[table.dossier])
    table = Dossiers._make(column[~(closed < model.window[0])] for column in table)
    asked = _asked(replication, log) & ~(log.entered >= log.ready[task_dossier])
    waits = asked & (draws.kind == Kind.CITIZEN) & (log.outcome == Outcome.OPEN)
    return Period(
        dossiers=table,
        stream=labels.stream[table.dossier],
        new=table.received >= model.window[0],
        online=np.isin(labels.channel[table.dossier], ONLINE),
        contacts=np.bincount(task_dossier[asked], minlength=count)[table.dossier],
        supplement=np.isin(table.dossier, task_dossier[waits]) & np.isnan(table.ready),
    )


def forms(model: Model, period: Period) -> pd.DataFrame:
    """Counts of dossiers: site, field, the columns of form II.06a, and `supplement` and `returned`.

    Each kind of site, then its fields, and last the total, whose site and field are empty. Returned or withdrawn
    dossiers are finished on time, and those whose clock stands still are judged as of the moment it paused, as in
    the official software.
    """
    status = period.dossiers.status
    rows = {
        "online": period.new & period.online,
        "direct": period.new & ~period.online,
        "carried_over": ~period.new,
        "early": status == Status.EARLY,
        "on_time": np.isin(status, (Status.ON_TIME, Status.WITHDRAWN)),
        "late": status == Status.LATE,
        "in_time": status == Status.OPEN,
        "overdue": status == Status.OVERDUE,
        "supplement": period.supplement,
        "returned": status == Status.WITHDRAWN,
    }
    levels = network_level(model), site_level(model), field_level(model)
    table = pd.concat(_counted(level, period, rows) for level in levels)
    table["received"] = table["online"] + table["direct"] + table["carried_over"]
    table["finished"] = table["early"] + table["on_time"] + table["late"]
    table["open"] = table["in_time"] + table["overdue"]
    sites = [*dict.fromkeys(place.site for place in model.places), ""]
    order = np.lexsort((table["field"] != "", table["site"].map(sites.index)))
    return table.iloc[order][["site", "field", *FORM_II06A, "supplement", "returned"]].reset_index(drop=True)


def form_ii06a(forms: pd.DataFrame, replication: int) -> pd.DataFrame:
    """Columns (3) to (13) of form II.06a in one replication; a KeyError if there is none."""
    return _of(forms, replication)[["site", "field", *FORM_II06A]]


def form_07a(forms: pd.DataFrame, replication: int) -> pd.DataFrame:
    """The columns of form 07a, chosen likewise."""
    table = _of(forms, replication)
    table = table.assign(new=table["online"] + table["direct"], on_time=table["early"] + table["on_time"])
    return table[["site", "field", *FORM_07A]]


def indicators(points: pd.DataFrame, replication: int) -> pd.DataFrame:
    """The points, to one decimal, chosen likewise: site, indicator, points, simulated (yes, partly, no)."""
    table = _of(points, replication)
    return table.assign(points=table["points"].round(1), simulated=table["indicator"].map(SIMULATED))


def points(model: Model, period: Period) -> pd.DataFrame:
    """0 to 2 points for each kind of site: site, indicator, points; NaN where nothing is known.

    1, 3, 4 and 7 are means over the dossiers finished in the period, the others scores of the period.
    """
    site_of_stream = [model.places[stream.site].site for stream in model.streams]
    sites = [name for name in dict.fromkeys(place.site for place in model.places) if name in site_of_stream]
    streams = {site: [x for x in model.streams if model.places[x.site].site == site] for site in sites}
    groups = Groups(len(sites), np.array([sites.index(site) for site in site_of_stream])[period.stream])
    finished = np.isin(period.dossiers.status, FINISHED)

    def mean(score: Ints) -> Floats:
        return ratio(groups.total(score, finished), groups.number(finished))

    in_time, contacts, offices = map(mean, indicators_of(period.dossiers, period.contacts))
    known = {
        1: in_time,
        3: contacts,
        4: offices,
        5: np.array([_on_the_spot(model, streams[site]) for site in sites]),
        7: in_time,
        9: _online(period, groups, [streams[site] for site in sites]),
    }
    unknown = np.full(len(sites), np.nan)
    return pd.DataFrame(
        [
            (site, indicator, float(known.get(indicator, unknown)[number]))
            for number, site in enumerate(sites)
            for indicator in SIMULATED
        ],
        columns=["site", "indicator", "points"],
    )


def _counted(level: Level, period: Period, rows: dict[str, Bools]) -> pd.DataFrame:
    groups = Groups(len(level.labels), level.group[period.stream])
    counts = {name: groups.number(chosen) for name, chosen in rows.items()}
    return pd.DataFrame(list(level.labels), columns=Label._fields).assign(**counts)


def _withdrawn(log: Log, task_dossier: Ints, count: int) -> Floats:
    """When the citizen of each dossier gave up for good; NaN: did not."""
    last = np.full(count, np.nan)
    lost = log.outcome[log.left_task] == Outcome.LOST
    last[task_dossier[log.left_task[lost]]] = log.left_time[lost]  # in order of time: the last counts
    return last


def _asked(replication: Replication, log: Log) -> Bools:
    """bool[task] a loop sent for the citizen here; the visit that ends such a wait is not another contact."""
    kind, rework = replication.draws.kind, replication.labels.rework
    waits = rework & (kind == Kind.CITIZEN)
    after_wait = np.roll(waits, 1)  # no dossier ends with such a wait
    return ~np.isnan(log.entered) & (waits | (rework & (kind == Kind.DESK) & ~after_wait))


def _on_the_spot(model: Model, streams: Sequence[Stream]) -> float:
    """Indicator 5: all procedures are received and returned at the desk; 2 points if enough never leave it.

    A kind of site with places is a commune, one without the district's centre.
    """

    def stays(stream: Stream) -> bool:
        return not set(AWAY) & set(_kinds_until_ready(model, stream))

    commune = any(model.places[stream.site].place for stream in streams)
    enough = ON_THE_SPOT_OF_COMMUNE if commune else ON_THE_SPOT_OF_DISTRICT
    return 2.0 if _share_of_procedures(streams, stays) >= enough else 1.0


def _online(period: Period, groups: Groups, streams: Sequence[Sequence[Stream]]) -> Floats:
    """Indicator 9: float[site], NaN where nothing was received."""
    share = ratio(groups.number(period.new & period.online), groups.number(period.new))
    late = period.online & np.isin(period.dossiers.status, (Status.LATE, Status.OVERDUE))
    offered = np.array([_share_of_procedures(some, lambda x: Channel.ONLINE in x.ways) for some in streams])
    full = (offered >= ONLINE_PROCEDURES) & (share >= ONLINE_DOSSIERS)
    score = np.where(groups.number(late) > 0, 0.0, (share >= SOME_ONLINE_DOSSIERS) + full * 1.0)
    return np.where(np.isnan(share), np.nan, score)


def _share_of_procedures(streams: Sequence[Stream], holds: Callable[[Stream], bool]) -> float:
    procedures = {stream.procedure: stream for stream in streams}  # handled alike at all places
    return sum(map(holds, procedures.values())) / len(procedures)


def _kinds_until_ready(model: Model, stream: Stream) -> Iterator[int]:
    """The kinds of all steps from filing to the result, loops aside, through any channel."""
    for way in chain.from_iterable(stream.ways.values()):
        steps = (model.steps[step] for step in chain.from_iterable(way.stages))
        yield from (step.kind for step in takewhile(lambda step: step.mark != Mark.STOP, steps))


def _of(table: pd.DataFrame, replication: int) -> pd.DataFrame:
    return table.set_index("replication").loc[[replication]].reset_index(drop=True)
