"""Askings for an appointment added up, and what is told of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.contract import Floats
from sim.plan.model import Bookings, Model
from sim.results.figure import Figure, share
from sim.results.groups import Grouping, Groups, within
from sim.results.totals import VisitTotals, of_groups


class BookingTotals(NamedTuple):
    """Askings for an appointment in the measuring window: float[group]."""

    asked: Floats
    found: Floats  # a slot
    days: Floats  # until that slot


def booking_totals(model: Model, bookings: Bookings, groups: Grouping) -> BookingTotals:
    """The askings added up."""
    asked = within(model.window, bookings.asked)
    cells = Groups(len(groups.of), groups.first[bookings.stream[asked]])
    days = bookings.days[asked]
    found = np.isfinite(days)
    sums = cells.number(), cells.number(found), cells.total(days, found)
    return BookingTotals(*of_groups(np.column_stack(sums).astype(np.float64), groups))


def slot_days(table: BookingTotals) -> Figure:
    """Mean working days from asking for an appointment to the slot given, of those who find one.

    The day of asking is not counted; working days are those on which the office opens. Who cancels asks again.
    """
    return share(table.days, table.found)


def no_slot_rate(table: BookingTotals) -> Figure:
    """Share of askings for an appointment that find no slot as far ahead as may be booked."""
    return share(table.asked - table.found, table.asked)


def slots_lost(table: VisitTotals) -> Figure:
    """Places in slots lost to those who booked and did not come."""
    lost = table.visits - table.came
    return Figure(lost, lost)
