"""The reference engine: the model as a SimPy program, to be read, shown and held against.

Dossiers, rosters and sites are SimPy processes; :mod:`sim.engine.hall` keeps queues and people. Every modelled
event is scheduled under the key ``(time, precedence, id)``; SimPy's own housekeeping (process starts, conditions)
has the priorities 0 and 1 and so completes before the next modelled event of the same instant.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import partial
from typing import Any

import numpy as np
import simpy

from sim.deadlines import add_days
from sim.engine import rules
from sim.engine.clockwork import HOUSEKEEPING, IDS, Clockwork
from sim.engine.contract import Draws, Kind, Log, Outcome, Plan, Precedence, Reason
from sim.engine.hall import Hall, Team
from sim.engine.invariants import verify
from sim.engine.legalclock import LegalClock
from sim.engine.record import Record
from sim.officetime import next_day_opening

NAN = math.nan

Life = Generator[simpy.Event, "Reason | None", bool]  # ends with True unless the citizen left for good


def simulate(plan: Plan, draws: Draws, *, check: bool = False) -> Log:
    """Run one replication with SimPy; with `check`, the invariants are verified after every event."""
    return Reference(plan, draws).run(check)


class Reference:
    """One replication."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan = plan
        self.env = Clockwork()
        visits = plan.visit_edge, plan.visit_mass, plan.visit_day
        self.next_visit = partial(rules.next_visit, *visits)
        self.next_day_visit = partial(rules.next_day_visit, *visits)
        self.next_round = partial(rules.next_round, plan.round_start, plan.round_time)
        self.hall = Hall(plan, draws, self.spell_starts, self.spell_stops)
        as_lists: Any = [part.tolist() if isinstance(part, np.ndarray) else part for part in draws]
        self.draws = Draws(*as_lists)  # lists are quicker to read number by number
        self.kind, self.queue, self.site = draws.kind.tolist(), draws.queue.tolist(), draws.site.tolist()
        tasks, dossiers = len(draws.work), len(draws.arrival)
        self.stage_of = np.repeat(np.arange(len(draws.task_start) - 1), np.diff(draws.task_start)).tolist()
        self.dossier_of = np.repeat(np.arange(dossiers), np.diff(draws.stage_start))[self.stage_of].tolist()
        self.record = Record(draws)
        self.clock = LegalClock(plan, draws, self.record)
        # what the log does not show
        self.here = [False] * dossiers  # the citizen is in the building
        self.to_do = list(self.draws.work)  # minutes of work left
        self.began = [NAN] * tasks  # the spell at work
        self.finish_at, self.patience_ends = [NAN] * tasks, [NAN] * tasks
        self.done: dict[int, simpy.Event] = {}  # happens with None when served, with a Reason when left

    def run(self, check: bool) -> Log:
        """The log of the whole run; spells that its end cuts off come last."""
        for process in (self.arrivals(), self.rosters(), self.closings()):
            self.env.process(process)
        if not check:
            self.env.run(until=self.plan.end)
        while check and self.env.peek() < self.plan.end:
            self.env.step()
            if not self.env._queue or self.env._queue[0][1] >= IDS:
                verify(self)
        for team in self.hall.teams:
            self.record.charge_overtime(team, self.plan.end)
            for task in sorted(team.at_work):
                self.record.spell_ends(task, team, self.began[task], self.plan.end)
        return self.record.log()

    # --- processes ---

    def arrivals(self) -> Generator[simpy.Event, None, None]:
        """Start every dossier's life in time: no later than when the one before it arrives."""
        for dossier, arrival in enumerate(self.draws.arrival):
            self.env.process(self.dossier(dossier))
            yield self.env.at(arrival, 0, HOUSEKEEPING)

    def rosters(self) -> Generator[simpy.Event, None, None]:
        """People come on duty and go."""
        draws = self.draws
        for time, team, staff in zip(draws.roster_time, draws.roster_team, draws.roster_staff, strict=True):
            yield self.env.at(time, Precedence.ROSTER, team)
            self.change_roster(self.hall.teams[team], staff)

    def closings(self) -> Generator[simpy.Event, None, None]:
        """Sites close for the day."""
        for time, site in zip(self.plan.closing_time.tolist(), self.plan.closing_site.tolist(), strict=True):
            yield self.env.at(time, Precedence.CLOSING, site)
            self.close(site)

    def dossier(self, dossier: int) -> Generator[simpy.Event, None, None]:
        """One dossier: stage after stage, the tasks of a stage at the same time."""
        ready = self.draws.arrival[dossier]
        for stage in range(*self.draws.stage_start[dossier : dossier + 2]):
            tasks = range(*self.draws.task_start[stage : stage + 2])
            if len(tasks) == 1:
                done = yield from self.life(tasks[0], ready)
                if not done:
                    return
            else:
                yield self.env.all_of([self.env.process(self.life(task, ready)) for task in tasks])
            ready = self.env.now

    def life(self, task: int, ready: float) -> Life:
        """One task, from the instant at which its stage is ready."""
        if self.kind[task] == Kind.DESK:
            return (yield from self.visit(task, ready))
        yield self.env.at(ready, Precedence.ENTER, task)
        self.enter(task)
        if self.kind[task] == Kind.OFFICE:
            yield self.join(task)
        else:
            yield self.env.at(self.waits_until(task), Precedence.FINISH, task)
            self.end(task)
        return True

    def visit(self, task: int, ready: float) -> Life:
        """Desk work: the citizen comes, waits and is served, or leaves and perhaps comes again."""
        attempt, coming = 0, self.first_coming(task, ready)
        while coming < self.plan.end:
            yield self.env.at(coming, Precedence.ENTER, task)
            self.enter(task)
            reason = self.turned_off(task, attempt)
            if reason is None:
                reason = yield self.join(task, attempt)
            if reason is None:
                return True
            row = self.draws.visit[task]
            if reason == Reason.TURNED_AWAY:
                coming = next_day_opening(self.plan.office, self.env.now)
            elif attempt < self.draws.returns[row]:
                attempt += 1
                coming = self.next_day_visit(self.env.now, self.moment(row, attempt))
            else:
                self.record.outcome[task] = Outcome.LOST
                return False
        return False

    # --- citizens ---

    def moment(self, row: int, attempt: int) -> float:
        """The citizen's place in the day at one attempt."""
        return float(self.draws.moment[row * self.draws.attempts + attempt])

    def first_coming(self, task: int, ready: float) -> float:
        """At once, if the dossier arrives or the citizen is still here; else on the next day that suits."""
        dossier = self.dossier_of[task]
        if self.stage_of[task] == self.draws.stage_start[dossier] or self.here[dossier]:
            return ready
        return self.next_visit(ready, self.moment(self.draws.visit[task], 0))

    def turned_off(self, task: int, attempt: int) -> Reason | None:
        """Why a citizen who comes now leaves at once, or does not come at all."""
        dossier, queue, now = self.dossier_of[task], self.queue[task], self.env.now
        site, reason = self.site[dossier], None
        if self.here[dossier]:
            if self.too_late(site) and not self.hall.can_be_served(queue):
                reason = Reason.TURNED_AWAY
        elif attempt == 0 and self.draws.no_show[self.draws.visit[task]]:
            reason = Reason.NO_SHOW
        elif self.too_late(site):
            reason = Reason.TURNED_AWAY
        elif not self.hall.served_at_once(queue) and rules.balks(
            self.hall.waiting[site], self.plan.balk_above
        ):
            reason = Reason.BALKED
        if reason is None:
            self.come_in(dossier)
        else:
            self.go_out(dossier)
            self.record.left.append((task, now, now, reason))
        return reason

    def too_late(self, site: int) -> bool:
        """A site gives no more tickets today."""
        now, office, day = self.env.now, self.plan.office, rules.day_number(self.env.now)
        closes = rules.closing_of(office.first_session, office.closes, day)
        return rules.too_late(closes, day * 1440.0, self.plan.last_ticket[site], now)

    def come_in(self, dossier: int) -> None:
        """The citizen enters the building, if not there already."""
        if not self.here[dossier]:
            self.here[dossier] = True
            self.hall.in_building[self.site[dossier]] += 1

    def go_out(self, dossier: int) -> None:
        """The citizen leaves the building, if there."""
        if self.here[dossier]:
            self.here[dossier] = False
            self.hall.citizen_leaves(self.site[dossier])

    def leave(self, task: int, reason: Reason) -> None:
        """A waiting citizen leaves."""
        self.hall.leave(task)
        self.go_out(self.dossier_of[task])
        self.record.left.append((task, self.record.entered[task], self.env.now, reason))
        self.done.pop(task).succeed(reason)

    def patience_over(self, task: int, at: float) -> None:
        """A citizen who still waits, and has not come anew since, loses patience."""
        if self.hall.is_waiting(task) and self.patience_ends[task] == at:
            self.leave(task, Reason.PATIENCE)

    def close(self, site: int) -> None:
        """The site closes: send home, in order of their tasks, those waiting whom nobody stays to serve."""
        serve_all = self.plan.serve_all[site]
        for task in self.hall.waiting_citizens(site):
            if not (serve_all and self.hall.can_be_served(self.queue[task])):
                self.leave(task, Reason.TURNED_AWAY)

    # --- work ---

    def enter(self, task: int) -> None:
        """A task enters."""
        self.record.entered[task] = self.env.now
        self.record.outcome[task] = Outcome.OPEN

    def join(self, task: int, attempt: int = 0) -> simpy.Event:
        """Enter the queue; the event happens when the work is done or the citizen has left."""
        dossier, queue, now = self.dossier_of[task], self.queue[task], self.env.now
        done = self.done[task] = self.env.event()
        desk = self.kind[task] == Kind.DESK
        key = rules.queue_key(self.plan.queue_by_due[queue], now, self.clock.due(dossier))
        self.hall.join(task, self.draws.priority[self.draws.visit[task]] if desk else 0, key)
        if desk and self.hall.is_waiting(task):
            patience, at = self.draws.patience, self.draws.visit[task] * self.draws.attempts + attempt
            ends = now + patience[at] if len(patience) else math.inf
            self.patience_ends[task] = ends
            if ends < self.plan.end:
                self.env.call(lambda: self.patience_over(task, ends), ends, Precedence.PATIENCE, task)
        return done

    def waits_until(self, task: int) -> float:
        """The end of a task that nobody works on."""
        kind, now, work = self.kind[task], self.env.now, float(self.draws.work[task])
        if kind == Kind.ROUND:
            return float(self.next_round(self.draws.activity_round[self.draws.activity[task]], now))
        return float(add_days(self.plan.deadlines, now, work)) if kind == Kind.AGENCY else now + work

    def spell_starts(self, task: int, team: Team) -> None:
        """Somebody of the team begins, or goes on, with the task."""
        now = self.env.now
        self.record.charge_overtime(team, now)
        self.began[task] = now
        finish = self.finish_at[task] = now + self.to_do[task]
        self.env.call(lambda: self.finish(task, team, finish), finish, Precedence.FINISH, task)

    def spell_stops(self, task: int, team: Team) -> None:
        """The task is interrupted."""
        now = self.env.now
        self.record.charge_overtime(team, now)
        if rules.was_begun(self.began[task], now):
            self.to_do[task] = self.finish_at[task] - now
            self.record.interrupted[task] += 1
            self.record.spell_ends(task, team, self.began[task], now)
        self.finish_at[task] = NAN

    def finish(self, task: int, team: Team, at: float) -> None:
        """The work on a task is done, unless it was interrupted since."""
        if self.finish_at[task] != at or task not in team.at_work:
            return
        self.record.charge_overtime(team, at)
        self.hall.finish(task, team)
        self.record.spell_ends(task, team, self.began[task], at)
        self.end(task)
        self.env.call(self.hall.take, at, Precedence.TAKE, 0)
        self.done.pop(task).succeed(None)

    def end(self, task: int) -> None:
        """A task has ended: the legal clock, and whether the citizen goes."""
        dossier, now = self.dossier_of[task], self.env.now
        self.record.ended[task], self.record.outcome[task] = now, Outcome.DONE
        activity = self.draws.activity[task]
        self.clock.turn(dossier, self.draws.activity_mark[activity], activity, now)
        if not self.continues_at_desk(task):
            self.go_out(dossier)

    def continues_at_desk(self, task: int) -> bool:
        """After this task the same citizen goes on to another counter."""
        stage, last = self.stage_of[task] + 1, self.draws.stage_start[self.dossier_of[task] + 1]
        return stage < last and self.kind[self.draws.task_start[stage]] == Kind.DESK

    def change_roster(self, team: Team, staff: int) -> None:
        """The roster of a team changes; at closing time people may have to stay."""
        closes_now = rules.closes_at(self.plan.closing_time, self.env.now)
        here = self.hall.in_building[team.site]
        staying = rules.stays(self.plan.serve_all[team.site], closes_now, here, team.staff, staff)
        self.record.charge_overtime(team, self.env.now)
        self.hall.change_roster(team, staff, staying)
        self.env.call(self.hall.take, self.env.now, Precedence.TAKE, 0)
