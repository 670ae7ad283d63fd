"""Which days are simulated, and which of them are measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from sim.scenario.notation import days_of
from sim.scenario.opendossiers import OpenDossiersFile
from sim.scenario.values import Days, Duration, Part


class Horizon(Part):
    """The days simulated after the warm-up, both included; `during` names those measured, by default all."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    during: Days | None = None
    warm_up: Duration = "0 days"
    open_dossiers: OpenDossiersFile | None = None

    @property
    def measured(self) -> tuple[date, date]:
        """First and last day of the measuring window."""
        return (self.first, self.last) if self.during is None else days_of(self.during)


def measured_days(horizon: Mapping[str, str]) -> tuple[date, date]:
    """First and last day measured, of the table `horizon` of a resolved file."""
    if "during" in horizon:
        return days_of(horizon["during"])
    return date.fromisoformat(horizon["from"]), date.fromisoformat(horizon["to"])
