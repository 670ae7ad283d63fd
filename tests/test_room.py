"""The room of the compiled engine grows where it is short, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from builder import Dossier, Step, Team, World

from sim.engine.contract import Kind
from sim.engine.state import MOST_SLOTS, Room, make_room, more_room


@pytest.fixture
def room() -> Room:
    step = Step(Kind.DESK, "in", 3.0)
    return make_room(*World([Team([["in"]], staff=2)], [Dossier(480, [step])]).build())


@pytest.mark.parametrize(
    ("count", "column", "full"),
    [("used", "live", 1026), ("spells", "spell", 1 << 20), ("leavings", "left", 4096)],
)
def test_only_what_is_short_grows(room: Room, count: str, column: str, full: int) -> None:
    room.progress[count] = full
    grown = more_room(room)
    changed = {name for name in Room._fields if getattr(grown, name) is not getattr(room, name)}
    beside = {"gone", "gone_reason"} if column == "live" else set()
    assert changed == {column, *beside}


def test_more_tasks_at_once_than_an_event_can_name_are_refused(room: Room) -> None:
    many = room._replace(live=np.empty(MOST_SLOTS, room.live.dtype))
    many.progress["used"] = MOST_SLOTS
    with pytest.raises(MemoryError, match="under way at once"):
        more_room(many)
