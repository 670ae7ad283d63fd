"""Motcua's reference engine, a SimPy program: the whole model of the Tiên Yên year on SimPy."""

from __future__ import annotations

from benchmarks import with_motcua
from benchmarks.outcome import Run


def prepare(case: str, days: int | None) -> Run:
    """As the compiled engine."""
    return with_motcua.prepare(case, days, "reference")
