"""Where a result comes from."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sim.scenario.files import ScenarioFile

PACKAGES = ("motcua", "numpy", "scipy", "pandas", "simpy", "numba", "holidays")


def provenance(
    scenario: ScenarioFile, *, seed: int, replications: int, engine: str, started: str
) -> dict[str, Any]:
    """Everything needed to get the same numbers again; `started` is an ISO date and time."""
    return {
        "scenario": scenario.resolved,
        "hash": scenario.hash,
        "seed": seed,
        "replications": replications,
        "engine": engine,
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "started": started,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
