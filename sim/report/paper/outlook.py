"""The dossiers that were open when the run began, the likeliest late first."""

from __future__ import annotations

from sim.report.outlook_table import outlook_table, told
from sim.report.paper.document import Section, Table, clean
from sim.report.paper.study import Study

SHOWN = 30  # dossiers


def outlook(study: Study) -> Section | None:
    """The list of the baseline; none if its run began with an empty office."""
    say, result = study.say, study.baseline
    if result.outlook.empty:
        return None
    found, title = outlook_table(result, say), say("outlook.heading")
    rows = tuple(tuple(map(clean, row)) for row in found.head(SHOWN).itertuples(index=False, name=None))
    heads, note = tuple(map(str, found.columns)), told(result, SHOWN, say)
    return Section("outlook", title, (Table(say("sheet.outlook"), title, heads, rows, note),))
