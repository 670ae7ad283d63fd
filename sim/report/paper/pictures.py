"""The figures of a report: those that a comparison and its baseline have, with what they show in words."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.figures import PICTURES
from sim.report.paper.document import Picture, Section, clean
from sim.report.paper.study import Study


def pictures(study: Study) -> Section:
    """The comparison's first, since they answer the question."""
    found = [*_of(study, "comparison"), *_of(study, "result")]
    return Section("figures", study.say("report.figures"), tuple(found))


def _of(study: Study, source: str) -> Iterator[Picture]:
    subject = study.comparison if source == "comparison" else study.baseline
    if subject is None:
        return
    for name, picture in PICTURES.items():
        if picture.source == source and not (table := picture.data(subject)).empty:
            alt = clean(picture.alt(table, study.say))
            yield Picture(name, study.say(picture.title), alt, picture.draw(table, study.say))
