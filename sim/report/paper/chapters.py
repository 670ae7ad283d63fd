"""The chapters of a report in their order."""

from __future__ import annotations

from sim.report.paper import official_forms
from sim.report.paper.answer import answer, question
from sim.report.paper.assumptions import assumptions
from sim.report.paper.benefit import benefit
from sim.report.paper.document import Document, clean
from sim.report.paper.effects import effects
from sim.report.paper.inputs import inputs
from sim.report.paper.method import method, provenance
from sim.report.paper.outlook import outlook
from sim.report.paper.pictures import pictures
from sim.report.paper.robustness import robustness
from sim.report.paper.study import Study
from sim.report.paper.targets import targets
from sim.report.paper.validation import validation

FORMS_OF_A_SCENARIO = 2


def document(study: Study) -> Document:
    """The whole report; nothing in it is known but from the study."""
    say = study.say
    sections = (
        question(study),
        answer(study),
        inputs(study),
        effects(study),
        targets(study),
        outlook(study),
        pictures(study),
        benefit(study),
        robustness(study),
        assumptions(study),
        validation(study),
        method(study),
        provenance(study),
    )
    first, last = map(say.day, study.period)
    told = say(
        "report.subtitle", first=first, last=last, count=study.replications, scenarios=len(study.results)
    )
    forms = official_forms.forms(study)
    return Document(
        say("report.title", title=clean(study.baseline.title)),
        told,
        say.code,
        tuple(section for section in sections if section is not None),
        forms,
        forms[:FORMS_OF_A_SCENARIO],
    )
