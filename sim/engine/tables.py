"""Tables of the compiled engine: a record for each stream, activity, team, site and line."""

from __future__ import annotations

import numpy as np

from sim.engine.agenda import NONE, Records
from sim.engine.contract import Draws, Ints, Plan
from sim.engine.lines import Layout

_F, _I, _U = np.float64, np.int64, np.uint32  # an unsigned number is quicker as an index: it can't be below 0

STREAM = np.dtype([("site", _U), ("unit", _I), ("amount", _F), ("cut_off", _F)], align=True)
ACTIVITY = np.dtype(
    [("kind", _U), ("mark", _U), ("line", _U), ("round", _U), ("unit", _I), ("amount", _F)], align=True
)
TEAM = np.dtype(
    [
        ("charged", _F),  # overtime is counted up to this instant
        ("staff", _I),
        ("busy", _I),
        ("office", _I),  # of those at work, how many at office work
        ("staying", _I),
        ("stays_till", _I),  # they stay until the building has been empty so many times
        ("site", _U),
        ("first_line", _U),  # of those served, by tier
        ("last_line", _U),
    ],
    align=True,
)
SITE = np.dtype(
    [("last_ticket", _F), ("waiting", _I), ("in_building", _I), ("emptied", _I), ("serve_all", _I)]
)
LINE = np.dtype(
    [
        ("size", _I),
        ("desk", _U),
        ("by_due", _U),
        ("site", _U),
        ("end", _U),  # of its list or heap of the lowest class
        ("server", _U),  # the first; NONE: nobody serves it
        ("first_server", _U),
        ("last_server", _U),
    ],
    align=True,
)
SERVED = np.dtype([("line", _U), ("opens_tier", _U)])


def streams_of(draws: Draws) -> Records:
    """Where each is handled, and its deadline."""
    streams = np.zeros(len(draws.stream_site), STREAM)
    streams["site"], streams["unit"] = draws.stream_site, draws.stream_unit
    streams["amount"], streams["cut_off"] = draws.stream_amount, draws.stream_cut_off
    return streams


def activities_of(draws: Draws, lay: Layout) -> Records:
    """What each is, and in which line it waits."""
    activities = np.zeros(len(draws.activity_kind), ACTIVITY)
    activities["kind"], activities["mark"] = draws.activity_kind, draws.activity_mark
    activities["round"] = draws.activity_round
    activities["unit"], activities["amount"] = draws.activity_unit, draws.activity_amount
    people = draws.activity_queue >= 0
    activities["line"][people] = lay.line_of[draws.activity_queue[people]]
    return activities


def teams_of(plan: Plan, lay: Layout) -> Records:
    """Nobody on duty; which lines each serves."""
    teams = np.zeros(len(plan.team_site), TEAM)
    teams["site"] = plan.team_site
    lines = lay.tier_line_start[plan.tier_start]
    teams["first_line"], teams["last_line"] = lines[:-1], lines[1:]
    return teams


def served_of(lay: Layout) -> Records:
    """The lines served by the teams, one team after the other, tier by tier."""
    served = np.zeros(len(lay.tier_line), SERVED)
    served["line"] = lay.tier_line
    served["opens_tier"][lay.tier_line_start[:-1][np.diff(lay.tier_line_start) > 0]] = True
    return served


def sites_of(plan: Plan) -> Records:
    """Empty buildings."""
    sites = np.zeros(len(plan.serve_all), SITE)
    sites["serve_all"], sites["last_ticket"] = plan.serve_all, plan.last_ticket
    return sites


def lines_of(plan: Plan, queue_of: Ints, classes: int) -> Records:
    """Empty lines, by the first queue of each, and who serves them."""
    lines = np.zeros(len(queue_of), LINE)
    lines["desk"], lines["by_due"] = plan.queue_desk[queue_of], plan.queue_by_due[queue_of]
    lines["site"] = plan.queue_site[queue_of]
    lines["end"] = len(plan.team_site) + classes * np.arange(len(lines))
    lines["first_server"], lines["last_server"] = plan.server_start[queue_of], plan.server_start[queue_of + 1]
    lines["server"] = NONE
    served = np.flatnonzero(lines["last_server"] > lines["first_server"])
    lines["server"][served] = plan.server_team[lines["first_server"][served]]
    return lines
