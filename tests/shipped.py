"""The files that ship, by name: what a planner puts beside them is none of the tests' business."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
TIEN_YEN = ROOT / "scenarios" / "tien_yen_2019"
BASELINE = TIEN_YEN / "baseline.toml"
ALTERNATIVES = tuple(
    TIEN_YEN / f"{name}.toml"
    for name in (
        "approval_not_on_the_spot",
        "e_signature",
        "every_counter_every_procedure",
        "later_closing",
        "one_less_at_busiest_counter",
        "one_more_at_busiest_counter",
        "online_40",
        "tet_surge_and_sickness",
    )
)
SCENARIOS = (BASELINE, *ALTERNATIVES)
STUDIES = (TIEN_YEN / "studies" / "land_counter.toml",)
TABLES = tuple(
    TIEN_YEN / "catalogue" / name
    for name in ("commune.csv", "district.csv", "fields.csv", "places.csv", "procedures.csv", "volumes.toml")
)
SCRIPTS = (TIEN_YEN / "calibrate.py", TIEN_YEN / "catalogue" / "choose.py")
NOTEBOOKS = tuple(
    ROOT / "notebooks" / f"{name}.ipynb"
    for name in (
        "01_what_if",
        "02_staffing",
        "03_digitisation",
        "04_justify_a_reform",
        "05_inside_the_model",
    )
)
