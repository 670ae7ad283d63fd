"""What all tests share: Hypothesis without time limits, and the same examples on every run."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "everyday", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("everyday")
