"""The legal clock of each dossier in the reference engine."""

from __future__ import annotations

import math

from sim.engine import rules
from sim.engine.contract import Draws, Mark, Plan
from sim.engine.record import Record


class LegalClock:
    """Starts, pauses, resumes and stops; the record keeps when, and the due date."""

    def __init__(self, plan: Plan, draws: Draws, record: Record) -> None:
        self.plan, self.draws, self.record = plan, draws, record
        self.paused = [*draws.paused]

    def turn(self, dossier: int, mark: int, now: float) -> None:
        """What the end of a task with this mark does."""
        draws, record = self.draws, self.record
        limit = draws.deadline_unit[dossier], draws.deadline_amount[dossier], draws.cut_off[dossier]
        if mark == Mark.START:
            if math.isnan(record.received[dossier]):
                record.received[dossier] = now
            record.due[dossier] = float(rules.due_when_started(self.plan.office, now, *limit))
        elif mark == Mark.PAUSE:
            self.paused[dossier] = now
        elif mark == Mark.RESUME and not math.isnan(self.paused[dossier]):
            paused, due = self.paused[dossier], record.due[dossier]
            record.due[dossier] = float(
                rules.due_when_resumed(self.plan.office, self.plan.restart, due, paused, now, *limit)
            )
            self.paused[dossier] = math.nan
        elif mark == Mark.STOP:
            record.ready[dossier] = now
