"""SimPy with events at exact instants, in the order of the model's keys."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any

import simpy

IDS = 10**10  # more than there are tasks
HOUSEKEEPING = 2  # an id for events of precedence 0: after SimPy's own, before every modelled event


class Clockwork(simpy.Environment):
    """A SimPy environment with events at exact instants.

    NOTE: SimPy schedules by delay, and in floating point ``now + (t - now)`` is not always `t`.
    """

    def at(self, time: float, precedence: int, id_: int) -> simpy.Event:
        """An event that happens at `time`, among simultaneous ones by precedence (0: none), then id."""
        event = simpy.Event(self)
        event._ok, event._value = True, None
        heap: list[Any] = self._queue
        heappush(heap, (time, precedence * IDS + id_, next(self._eid), event))
        return event

    def call(self, action: Callable[[], None], time: float, precedence: int, id_: int) -> None:
        """Do something at `time`, as an event."""
        self.at(time, precedence, id_).callbacks.append(lambda _: action())
