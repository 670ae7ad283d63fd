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
        self.paused = draws.of_all(draws.paused).tolist()
        terms = draws.stream_unit, draws.stream_amount, draws.stream_cut_off
        self.limits = [*zip(*(column[draws.stream].tolist() for column in terms), strict=True)]

    def turn(self, dossier: int, mark: int, now: float) -> None:
        """What the end of a task with this mark does."""
        record, limit = self.record, self.limits[dossier]
        if mark == Mark.START:
            if math.isnan(record.received[dossier]):
                record.received[dossier] = now
            record.due[dossier] = float(rules.due_when_started(self.plan.deadlines, now, *limit))
        elif mark == Mark.PAUSE:
            self.paused[dossier] = now
        elif mark == Mark.RESUME and not math.isnan(self.paused[dossier]):
            paused, due = self.paused[dossier], record.due[dossier]
            record.due[dossier] = float(
                rules.due_when_resumed(self.plan.deadlines, self.plan.restart, due, paused, now, *limit)
            )
            self.paused[dossier] = math.nan
        elif mark == Mark.STOP:
            record.ready[dossier] = now
