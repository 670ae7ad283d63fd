"""The legal clock of each dossier in the reference engine."""

from __future__ import annotations

import math

from sim.engine import rules
from sim.engine.contract import Draws, Mark, Plan
from sim.engine.record import Record


class LegalClock:
    """Starts, pauses, resumes and stops; the record keeps when, and the due date."""

    def __init__(self, plan: Plan, draws: Draws, record: Record) -> None:
        self.plan, self.record = plan, record
        self.count = list(range(len(draws.arrival)))  # of each dossier the one that runs, or ran last
        self.paused = draws.of_all(draws.paused).tolist()
        terms = draws.stream_unit, draws.stream_amount, draws.stream_cut_off
        self.terms = [*zip(*(column[draws.stream].tolist() for column in terms), strict=True)]
        self.limits = list(self.terms)  # of the counts that run
        self.own = [*zip(draws.activity_unit.tolist(), draws.activity_amount.tolist(), strict=True)]

    def due(self, dossier: int) -> float:
        """The due moment as it stands."""
        return self.record.due[self.count[dossier]]

    def turn(self, dossier: int, mark: int, activity: int, now: float) -> None:
        """What the end of a task of this activity, which has this mark, does."""
        record, count = self.record, self.count[dossier]
        decided = not math.isnan(record.ready[count])
        if not rules.acts(mark, decided):
            return
        if mark == Mark.START:
            self._start(dossier, activity, decided, now)
        elif mark == Mark.PAUSE:
            self.paused[dossier] = now
        elif mark == Mark.RESUME and not math.isnan(self.paused[dossier]):
            paused, due, limit = self.paused[dossier], record.due[count], self.limits[dossier]
            record.due[count] = float(
                rules.due_when_resumed(self.plan.deadlines, self.plan.restart, due, paused, now, *limit)
            )
            self.paused[dossier] = math.nan
        elif mark == Mark.STOP:
            record.ready[count] = now

    def _start(self, dossier: int, activity: int, reopened: bool, now: float) -> None:
        """The deadline is counted from now, and in a further count if the one before is over."""
        record, (unit, amount, cut_off) = self.record, self.terms[dossier]
        if reopened:
            self.count[dossier], self.paused[dossier] = record.reopen(dossier), math.nan
        count = self.count[dossier]
        further = record.starts(count, activity, now)
        self.limits[dossier] = *rules.limit_of(further, *self.own[activity], unit, amount), cut_off
        record.due[count] = float(rules.due_when_started(self.plan.deadlines, now, *self.limits[dossier]))
