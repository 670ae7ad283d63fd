"""The figures of a report: those that a comparison and its baseline have, with what they show in words."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.figures import PICTURES
from sim.report.paper.document import Block, Picture, Section, clean
from sim.report.paper.retold import Subjects, retold
from sim.report.paper.study import Study
from sim.scenario.filenames import files_read


def pictures(study: Study) -> Section:
    """The comparison's first, since they answer the question; then those of the baseline, at last single cases."""
    say, again = study.say, retold(study)
    compared: Subjects = {"comparison": (study.comparison,)} if study.comparison is not None else {}
    whole: Subjects = {"result": (study.baseline,)} | {key: again[key] for key in again if key == "model"}
    cases = {key: again[key] for key in again if key != "model"}
    blocks: list[Block] = [*_of(study, compared)]
    if compared:
        blocks.append(say("report.of_baseline", scenario=study.title(study.baseline)))
    blocks += _of(study, whole)
    blocks.append(say("report.retold") if again else _why_not(study))
    return Section("figures", say("report.figures"), (*blocks, *_of(study, cases)))


def _why_not(study: Study) -> str:
    """Why single cases are not shown; to simulate again does not help where files are missing."""
    if files := files_read(study.baseline.provenance["scenario"]):
        return study.say("report.not_kept", files=clean(", ".join(files)))
    return study.say("report.not_retold")


def _of(study: Study, subjects: Subjects) -> Iterator[Picture]:
    for name, picture in PICTURES.items():
        if picture.source in subjects and not (table := picture.data(*subjects[picture.source])).empty:
            told = clean(picture.tell(table, study.say))
            yield Picture(name, study.say(picture.title), told, picture.draw(table, study.say))
