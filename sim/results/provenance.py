"""Where a result comes from."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sim.scenario.counted import is_kept
from sim.scenario.files import ScenarioFile
from sim.scenario.translated import translations

FORMAT = 5  # of what a results folder holds; another one is refused by :func:`sim.results.saved.load_saved`
CATALOGUE = "procedure."
PACKAGES = ("motcua", "numpy", "scipy", "pandas", "simpy", "numba", "holidays")


def provenance(
    scenario: ScenarioFile, *, seed: int, replications: int, engine: str, started: str
) -> dict[str, Any]:
    """Everything needed to get the same numbers again, and to tell how each of its inputs is known.

    `started` is an ISO date and time. `origins` tells of each value outside the catalogue which file set it and where
    it comes from, `catalogue` how many values of the catalogue come from where: reported, law, comparable, assumed.
    `translations` has the texts given in both languages, by their paths.
    """
    origins, sources = scenario.origins, scenario.sources
    return {
        "format": FORMAT,
        "name": scenario.name,
        "question": scenario.question,
        "scenario": scenario.resolved,
        "translations": translations(scenario.resolved),
        "hash": scenario.hash,
        "seed": seed,
        "replications": replications,
        "engine": engine,
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "started": started,
        "origins": {
            path: {"file": file, "origin": origins.get(path, "")}
            for path, file in sources.items()
            if not path.startswith((CATALOGUE, "origin.")) and not is_kept(path)
        },
        "catalogue": Counter(
            text.partition(":")[0] for path, text in origins.items() if path.startswith(CATALOGUE)
        ),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
