"""Results told in another language than the one they were made in, as far as their scenario files have both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.results.comparison import Comparison
from sim.results.result import Result


def in_language(saved: Result | Comparison, code: str) -> Result | Comparison:
    """The same results, with the titles and questions of this language."""
    if isinstance(saved, Comparison):
        return replace(saved, results=tuple(_translated(one, code) for one in saved.results))
    return _translated(saved, code)


def _translated(result: Result, code: str) -> Result:
    told = about_in(result.provenance, code)
    return replace(result, title=told["scenario"]["title"], provenance=told)


def about_in(about: Mapping[str, Any], code: str) -> dict[str, Any]:
    """A scenario's provenance in this language."""
    texts = about["translations"][code]
    scenario = with_texts(about["scenario"], texts)
    renamed = _site_titles(about["scenario"], scenario)
    flags = [flag | {"place": renamed.get(flag["place"], flag["place"])} for flag in about.get("flags", [])]
    question = about["question"] and texts.get("question", about["question"])
    return {**about, "scenario": scenario, "flags": flags, "question": question}


def with_texts(tables: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """A copy of the tables with other texts at these paths."""
    told: dict[str, Any] = dict(tables)
    for path, text in texts.items():
        *above, last = path.split(".")
        table = told
        for key in above:
            table[key] = dict(table[key])
            table = table[key]
        table[last] = text
    return told


def _site_titles(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """What a warning calls a site, and what it is called now."""
    return {site["title"]: after["site"][name]["title"] for name, site in before["site"].items()}
