"""Engines: pure functions ``simulate(plan, draws) -> log`` that agree on every number."""
