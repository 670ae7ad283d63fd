"""The waits of all replications in bins as a table, and read back from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.results.groups import Label
from sim.results.measured import tallied
from sim.results.tally import EDGES, Tally

PARTS = list(Label._fields)


def wait_table(key: pd.DataFrame, tallies: Sequence[Tally]) -> pd.DataFrame:
    """One row per replication, group and bin that is not empty: how many `visits` waited `low` to `high` minutes.

    Where the two are equal, the waits are exactly so long, otherwise longer than the one and shorter than the other.
    """
    labels = _labels(key)
    group = np.concatenate([np.repeat(np.arange(len(one.size)), one.size) for one in tallies])
    edge, between = np.divmod(np.concatenate([one.bin for one in tallies]).astype(np.int64), 2)
    told = {part: pd.Categorical(labels[part]).take(group) for part in PARTS}
    return pd.DataFrame(
        {"replication": np.repeat(np.arange(len(tallies)), [len(one.bin) for one in tallies])}
        | told
        | {"low": EDGES[edge], "high": EDGES[edge + between]}
        | {"visits": np.concatenate([one.number for one in tallies])}
    )


def tallies_of(table: pd.DataFrame, key: pd.DataFrame, replications: int) -> list[Tally]:
    """What :func:`wait_table` told."""
    labels = pd.MultiIndex.from_frame(_labels(key))
    group = labels.get_indexer(pd.MultiIndex.from_frame(table[PARTS].astype(str)))
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    bins = (2 * np.searchsorted(EDGES, low) + (high > low)).astype(np.uint16)
    ends = np.searchsorted(table["replication"], np.arange(replications + 1))
    return [
        Tally(
            np.bincount(group[first:after], minlength=len(labels)).astype(np.uint32),
            bins[first:after],
            table["visits"].to_numpy(np.uint32)[first:after],
        )
        for first, after in pairwise(ends)
    ]


def _labels(key: pd.DataFrame) -> pd.DataFrame:
    """The labels of the groups whose waits are counted, in the order of their numbers."""
    return key.loc[tallied(key) >= 0, PARTS].drop_duplicates()
