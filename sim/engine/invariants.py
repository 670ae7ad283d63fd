"""What must hold between any two events of the reference engine; a breach names the simulated minute."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sim.engine import rules

if TYPE_CHECKING:
    from sim.engine.hall import Hall, Team
    from sim.engine.reference import Reference


def verify(run: Reference) -> None:
    """Check every invariant of the run as it stands; raises AssertionError."""
    now, hall = run.env.now, run.hall
    waiting = [task for queue in hall.queues for task in queue]
    at_work = [task for team in hall.teams for task in team.at_work]
    twice = [task for task, times in Counter(waiting + at_work).items() if times > 1]
    assert not twice, f"minute {now}: tasks in two places at once: {twice}"
    for team in hall.teams:
        _verify_team(team, hall, now)
    for queue in hall.queues:
        in_order = all(
            rules.goes_before(*a, *b) for a, b in zip(queue.entries, queue.entries[1:], strict=False)
        )
        assert in_order, f"minute {now}: a queue is out of order: {queue.entries}"
    _verify_counts(run, waiting, at_work)


def _verify_team(team: Team, hall: Hall, now: float) -> None:
    served = {queue for tier in team.tiers for queue in tier}
    for task in team.at_work:
        assert hall.queue_of[task] in served, f"minute {now}: team {team.number} works outside its queues"
    over = len(team.at_work) > team.staff
    office = [task for task in team.at_work if not hall.desk[hall.queue_of[task]]]
    assert not (over and office), f"minute {now}: team {team.number} is over strength with office work"
    for desk in (False, True):
        may = rules.may_start(desk, team.staff, len(team.at_work), team.staying, hall.in_building[team.site])
        idle = may and any(len(hall.queues[queue]) for queue in served if hall.desk[queue] == desk)
        assert not idle or team.number in hall.concerned, (
            f"minute {now}: team {team.number} is idle while work waits"
        )


def _verify_counts(run: Reference, waiting: list[int], at_work: list[int]) -> None:
    hall, now = run.hall, run.env.now
    desk_waiting = [task for task in waiting if hall.desk[hall.queue_of[task]]]
    for site, count in enumerate(hall.waiting):
        expected = sum(hall.site[hall.queue_of[task]] == site for task in desk_waiting)
        assert count == expected, f"minute {now}: site {site} counts {count} waiting, {expected} wait"
        here = {
            run.dossier_of[task]
            for task in waiting + at_work
            if hall.desk[hall.queue_of[task]] and hall.site[hall.queue_of[task]] == site
        }
        assert all(run.here[dossier] for dossier in here), f"minute {now}: somebody is served who is not here"
        assert hall.in_building[site] >= len(here), (
            f"minute {now}: site {site} has lost count of its visitors"
        )
