"""Counts of the legal clock: the first of each dossier, and behind them those that began after a stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.engine.contract import Floats, Ids

HANDS = ("received", "due", "ready")


def as_columns(hands: Sequence[Floats], dossiers: int, whose: Ids, activity: Ids) -> dict[str, Any]:
    """The columns of a log, from the hands of all counts in the order in which they began.

    `whose` and `activity` are those of further counts alone. What order dossiers have among each other at one
    instant is mechanics, so they come by dossier.
    """
    order = np.argsort(whose, kind="stable")
    first = {name: hand[:dossiers] for name, hand in zip(HANDS, hands, strict=True)}
    further = {f"reopened_{name}": hand[dossiers:][order] for name, hand in zip(HANDS, hands, strict=True)}
    return first | further | {"reopened_dossier": whose[order], "reopened_activity": activity[order]}
