"""The log of the reference engine while it is being written."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from sim.engine.contract import Draws, Log, Outcome, Reason
from sim.engine.counts import as_columns
from sim.engine.hall import Team

NAN = math.nan
SPELL = [("task", np.int32), ("team", np.int32), ("began", np.float64), ("ended", np.float64)]
LEAVING = [("task", np.int64), ("entered", np.float64), ("time", np.float64), ("reason", np.int64)]


class Record:
    """Columns as lists, which are quicker to write number by number; names and meaning are those of the log."""

    def __init__(self, draws: Draws) -> None:
        tasks = len(draws.work)
        self.entered, self.started, self.ended = [NAN] * tasks, [NAN] * tasks, [NAN] * tasks
        self.team, self.overtime, self.interrupted = [-1] * tasks, [0.0] * tasks, [0] * tasks
        self.outcome = [int(Outcome.NOT_ENTERED)] * tasks
        clock = draws.received, draws.due, draws.ready
        self.received, self.due, self.ready = (draws.of_all(hand).tolist() for hand in clock)
        self.dossiers = len(draws.arrival)
        self.reopened: list[
            list[int]
        ] = []  # dossier and activity of further counts, whose hands follow those above
        self.spells: list[tuple[int, int, float, float]] = []  # task, team, began, ended
        self.left: list[tuple[int, float, float, Reason]] = []  # task, entered, time, reason

    def charge_overtime(self, team: Team, now: float) -> None:
        """Whoever is at work beyond the roster is past it; it is those at work the longest who should be gone."""
        for task in team.at_work[: max(len(team.at_work) - team.staff, 0)]:
            self.overtime[task] += now - team.charged
        team.charged = now

    def spell_ends(self, task: int, team: Team, began: float, ended: float) -> None:
        """Write a spell down, as a row only if the task has been interrupted: else its start and end tell."""
        self.team[task] = team.number
        if math.isnan(self.started[task]):
            self.started[task] = began
        if self.interrupted[task]:
            self.spells.append((task, team.number, began, ended))

    def reopen(self, dossier: int) -> int:
        """A further count of the legal clock begins; returns its number."""
        self.reopened.append([dossier, -1])
        for hand in (self.received, self.due, self.ready):
            hand.append(NAN)
        return len(self.received) - 1

    def starts(self, count: int, activity: int, now: float) -> bool:
        """A count starts, or anew; returns whether it is a further one."""
        if math.isnan(self.received[count]):
            self.received[count] = now
        if further := count >= self.dossiers:
            self.reopened[count - self.dossiers][1] = activity
        return further

    def log(self) -> Log:
        """The log as arrays."""
        floats, ids = partial(np.array, dtype=np.float64), partial(np.array, dtype=np.int32)
        spells, left = np.array(self.spells, dtype=SPELL), np.array(self.left, dtype=LEAVING)
        hands = [floats(hand) for hand in (self.received, self.due, self.ready)]
        reopened = np.array(self.reopened, np.int32).reshape(-1, 2).T
        return Log(
            entered=floats(self.entered),
            started=floats(self.started),
            ended=floats(self.ended),
            team=ids(self.team),
            overtime=floats(self.overtime),
            interrupted=ids(self.interrupted),
            outcome=np.array(self.outcome, np.int8),
            spell_task=spells["task"].copy(),
            spell_team=spells["team"].copy(),
            spell_began=spells["began"].copy(),
            spell_ended=spells["ended"].copy(),
            left_task=left["task"].copy(),
            left_entered=left["entered"].copy(),
            left_time=left["time"].copy(),
            left_reason=left["reason"].copy(),
            **as_columns(hands, self.dossiers, *reopened),
        )
