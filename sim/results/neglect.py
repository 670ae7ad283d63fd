"""What a run leaves undone, so that nobody takes an empty counter for a success."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.results.estimates import estimates, grouped_by
from sim.results.measured import Measured
from sim.results.thresholds import BY_UNIT

KINDS = (
    "nobody",
    "unmet",
    "sent_away",
)  # of flags; the first is known from the rosters, see :mod:`sim.plan.gaps`


def flags(measured: Measured, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Kinds of site at which demand stays `unmet`, or citizens are `sent_away`: more than makes none in practice."""
    unmet = {site: 1 - met for site, met in demand_met(measured).items()}
    left = {"unmet": unmet, "sent_away": _by_site(measured, "sent_away.rate")}
    return [
        {"kind": kind, "place": titles[site], "share": shares[site]}
        for kind, shares in left.items()
        for site in titles
        if shares.get(site, 0.0) > BY_UNIT["fraction"]
    ]


def demand_met(measured: Measured) -> dict[str, float]:
    """The share of demand that got in at each kind of site, and over the network ("")."""
    return _by_site(measured, "demand.met")


def _by_site(measured: Measured, measure: str) -> dict[str, float]:
    """A measure at each kind of site, and over the network (""), all replications together."""
    key = measured.key
    rows = (grouped_by(key, ["site"]) | grouped_by(key, [])) & (key["measure"] == measure)
    own = measured.only(np.flatnonzero(rows))
    return dict(zip(own.key["site"], estimates(own).mean.tolist(), strict=True))
