"""What must hold in the log of any engine, looked at instant by instant."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

import naive
import numpy as np
import pytest
from builder import World

from sim import deadlines
from sim.engine.contract import Kind, Log, Mark, Outcome, Reason

EPS = 1e-6


class Run:
    """A log with what it takes to look at any instant of it."""

    def __init__(self, world: World, log: Log) -> None:
        self.plan, self.draws = world.build()
        self.log = log
        stages = np.diff(self.draws.stage_start)
        self.stage = np.repeat(np.arange(stages.sum()), np.diff(self.draws.task_start))
        self.dossier = np.repeat(np.arange(len(stages)), stages)[self.stage]
        self.tasks = range(len(self.draws.work))
        self.desk = self.draws.kind == Kind.DESK
        self.spells = list(zip(*(part.tolist() for part in log.spells(self.plan.end)), strict=True))
        self.left = list(zip(*(part.tolist() for part in log[14:18]), strict=True))

    def patience(self, row: int, came: int) -> float:
        """For how long the citizen of a visit waits, having come so often before."""
        every = self.draws.patience
        return float(every[row * self.draws.attempts + came]) if len(every) else math.inf

    @cached_property
    def waits(self) -> list[tuple[int, float, float]]:
        """(task, from, until) of all waiting for people, to the end of the run."""
        found = [(task, entered, gone) for task, entered, gone, _ in self.left]
        gone = {(task, entered) for task, entered, _, _ in self.left}
        for task in np.flatnonzero((self.draws.queue >= 0) & ~np.isnan(self.log.entered)).tolist():
            since = float(self.log.entered[task])
            if (task, since) in gone:
                continue
            for _, _, began, ended in (spell for spell in self.spells if spell[0] == task):
                found.append((task, since, began))
                since = ended
            if self.log.outcome[task] == Outcome.OPEN:
                found.append((task, since, self.plan.end))
        return found

    @cached_property
    def moments(self) -> list[float]:
        """An instant between every two at which something happens."""
        times = {0.0, self.plan.end, *self.draws.roster_time.tolist()}
        times |= {t for _, _, began, ended in self.spells for t in (began, ended)}
        times |= {t for _, start, end in self.waits for t in (start, end)}
        return [(before + after) / 2 for before, after in pairwise(sorted(times)) if after - before > EPS]

    def staff(self, team: int, t: float) -> int:
        """On the roster from t on."""
        changes = (self.draws.roster_team == team) & (self.draws.roster_time <= t)
        return int(self.draws.roster_staff[changes][-1]) if changes.any() else 0

    def at_work(self, team: int, t: float) -> list[tuple[int, int, float, float]]:
        return [spell for spell in self.spells if spell[1] == team and spell[2] < t < spell[3]]


# --- what must hold in a log ---


def states_follow_one_another(run: Run) -> None:
    log, draws = run.log, run.draws
    assert (np.isnan(log.entered) == (log.outcome == Outcome.NOT_ENTERED)).all()
    assert (np.isnan(log.ended) == (log.outcome != Outcome.DONE)).all()
    done = log.outcome == Outcome.DONE
    worked = done & (draws.queue >= 0)
    assert (log.entered[done] <= log.ended[done]).all()
    assert ((log.entered <= log.started) & (log.started <= log.ended))[worked].all()
    assert (log.ended[done] < run.plan.end).all()
    assert not (np.isnan(log.started) & worked).any()
    assert log.spell_ended.tolist() == sorted(log.spell_ended.tolist())
    assert set(log.spell_task.tolist()) == set(np.flatnonzero(log.interrupted > 0).tolist())
    assert log.left_time.tolist() == sorted(log.left_time.tolist())


def stages_follow_one_another(run: Run) -> None:
    for stage, first in enumerate(run.draws.task_start[:-1]):
        tasks = slice(first, run.draws.task_start[stage + 1])
        begins_dossier = stage in run.draws.stage_start
        if begins_dossier:
            ready = run.draws.arrival[run.dossier[first]]
        else:
            before = run.log.ended[run.stage == stage - 1]
            ready = math.inf if np.isnan(before).any() else before.max()
        entered = run.log.entered[tasks]
        if run.draws.kind[first] == Kind.DESK:
            assert np.isnan(entered).all() or (entered >= ready).all()
        else:
            assert (entered == ready).all() or (ready == math.inf and np.isnan(entered).all())


def all_work_is_done_once(run: Run) -> None:
    for task in np.flatnonzero(run.draws.queue >= 0).tolist():
        spells = [spell for spell in run.spells if spell[0] == task]
        total = sum(ended - began for _, _, began, ended in spells)
        done = run.log.outcome[task] == Outcome.DONE
        assert total <= run.draws.work[task] + EPS
        assert not done or total == pytest.approx(run.draws.work[task])
        assert len(spells) in (run.log.interrupted[task], run.log.interrupted[task] + 1)
        assert not spells or (run.log.team[task], run.log.started[task]) == (spells[-1][1], spells[0][2])
    assert (run.log.interrupted[run.desk] == 0).all()


def nobody_works_outside_their_queues(run: Run) -> None:
    plan = run.plan
    for task, team, _, _ in run.spells:
        queue = run.draws.queue[task]
        assert team in plan.server_team[plan.server_start[queue] : plan.server_start[queue + 1]]
        assert plan.team_site[team] == run.draws.site[run.dossier[task]]


def nobody_serves_two(run: Run) -> None:
    """More at work than on the roster: desk work that began before, or after closing by those who stayed."""
    for team in range(len(run.plan.team_site)):
        for t in run.moments:
            at_work, staff = run.at_work(team, t), run.staff(team, t)
            if len(at_work) <= staff:
                continue
            assert all(run.desk[task] for task, *_ in at_work)
            fell = run.draws.roster_time[(run.draws.roster_team == team) & (run.draws.roster_time < t)][-1]
            assert len(at_work) <= max(run.staff(team, spell[2]) for spell in at_work) or (
                len(at_work) <= run.staff(team, fell - EPS)
            )
            began = max(spell[2] for spell in at_work)
            if began >= fell:
                site = run.plan.team_site[team]
                assert run.plan.serve_all[site]
                assert fell in run.plan.closing_time
                assert naive.covered(visitors(run, site), fell, began)


def visitors(run: Run, site: int) -> list[tuple[float, float]]:
    """Stretches of time in which a citizen waits or is served at a site."""
    here = run.desk & (run.draws.site[run.dossier] == site)
    served = [(began, ended) for task, _, began, ended in run.spells if here[task]]
    return served + [(start, end) for task, start, end in run.waits if here[task]]


def nobody_is_idle_while_work_waits(run: Run) -> None:
    plan = run.plan
    for t in run.moments:
        for queue in {int(run.draws.queue[task]) for task, start, end in run.waits if start < t < end}:
            for team in plan.server_team[plan.server_start[queue] : plan.server_start[queue + 1]]:
                assert len(run.at_work(team, t)) >= run.staff(team, t)


def overtime_is_work_past_the_roster(run: Run) -> None:
    for team in range(len(run.plan.team_site)):
        changes = run.draws.roster_time[run.draws.roster_team == team].tolist()
        times = {0.0, run.plan.end, *changes, *(t for spell in run.spells for t in spell[2:])}
        past = 0.0
        for before, after in pairwise(sorted(times)):
            t = (before + after) / 2
            past += max(len(run.at_work(team, t)) - run.staff(team, t), 0) * (after - before)
        assert run.log.overtime[run.log.team == team].sum() == pytest.approx(past, abs=EPS)


def citizens_keep_to_their_patience(run: Run) -> None:
    for task in np.flatnonzero(run.desk).tolist():
        row, came = run.draws.visit[task], 0
        for _, entered, gone, reason in (left for left in run.left if left[0] == task):
            patience = run.patience(row, came)
            assert gone - entered <= patience + EPS
            assert reason != Reason.PATIENCE or gone == entered + patience
            assert reason == Reason.PATIENCE or reason == Reason.TURNED_AWAY or gone == entered
            came += reason != Reason.TURNED_AWAY
        lost = run.log.outcome[task] == Outcome.LOST
        assert came <= run.draws.returns[row] + lost
        if lost:
            assert came == run.draws.returns[row] + 1
        elif not math.isnan(run.log.started[task]):
            patience = run.patience(row, came)
            assert run.log.started[task] - run.log.entered[task] <= patience


def delays_last_as_long_as_drawn(run: Run) -> None:
    plan, draws, log = run.plan, run.draws, run.log
    for task in np.flatnonzero((draws.queue < 0) & ~np.isnan(log.entered)).tolist():
        entered, work = log.entered[task], draws.work[task]
        match draws.kind[task]:
            case Kind.CITIZEN:
                end = entered + work
            case Kind.AGENCY:
                end = deadlines.add_days(plan.deadlines, entered, work)
            case Kind.ROUND:
                which = draws.activity_round[draws.activity[task]]
                times = plan.round_time[plan.round_start[which] : plan.round_start[which + 1]]
                end = min((t for t in times if t >= entered), default=math.inf)
            case Kind.MILESTONE:
                end = entered
        assert log.ended[task] == end if end < plan.end else np.isnan(log.ended[task])


def clock_obeys_the_marks(run: Run) -> None:
    every = zip(*run.log[-5:], strict=True)
    further = [(int(whose), *hands) for whose, _, *hands in every]
    for dossier in range(len(run.draws.arrival)):
        first, *others = counts_of(run, dossier)
        found = run.log.received[dossier], run.log.due[dossier], run.log.ready[dossier]
        np.testing.assert_array_equal(found, first)
        np.testing.assert_array_equal(
            [hands for whose, *hands in further if whose == dossier], others or np.zeros(0)
        )


def counts_of(run: Run, dossier: int) -> list[list[float]]:
    """When each count of a dossier's legal clock is received, due and ready, told again from the marks."""
    plan, draws, log = run.plan, run.draws, run.log
    clock = draws.received, draws.due, draws.paused, draws.ready
    received, due, paused, ready = (float(draws.of_all(hand)[dossier]) for hand in clock)
    own = draws.stream[dossier]
    *limit, cut_off = draws.stream_unit[own], draws.stream_amount[own], draws.stream_cut_off[own]
    counts = [[received, due, ready]]
    mine = [t for t in run.tasks if run.dossier[t] == dossier and not math.isnan(log.ended[t])]
    for now, task in sorted((log.ended[t], t) for t in mine):
        mark, count, of_step = draws.mark[task], counts[-1], draws.activity[task]
        if mark == Mark.START:
            if not math.isnan(count[2]):
                count, paused = [math.nan] * 3, math.nan
                counts.append(count)
            if len(counts) > 1:
                given = draws.activity_unit[of_step] >= 0
                of_procedure = draws.stream_unit[own], draws.stream_amount[own]
                limit = (
                    [draws.activity_unit[of_step], draws.activity_amount[of_step]]
                    if given
                    else [*of_procedure]
                )
            count[0] = now if math.isnan(count[0]) else count[0]
            count[1] = deadlines.due(plan.deadlines, now, *limit, cut_off)
        elif not math.isnan(count[2]):
            continue
        elif mark == Mark.PAUSE:
            paused = now
        elif mark == Mark.RESUME and not math.isnan(paused):
            count[1] = (
                deadlines.due(plan.deadlines, now, *limit, cut_off)
                if plan.restart
                else deadlines.due_after_pause(plan.deadlines, count[1], paused, now, limit[0], cut_off)
            )
            paused = math.nan
        elif mark == Mark.STOP:
            count[2] = now
    return counts


CHECKS: list[Callable[[Run], None]] = [
    states_follow_one_another,
    stages_follow_one_another,
    all_work_is_done_once,
    nobody_works_outside_their_queues,
    nobody_serves_two,
    nobody_is_idle_while_work_waits,
    overtime_is_work_past_the_roster,
    citizens_keep_to_their_patience,
    delays_last_as_long_as_drawn,
    clock_obeys_the_marks,
]
