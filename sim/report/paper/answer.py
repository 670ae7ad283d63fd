"""The question, and the answer in three sentences made of the same rows as the tables."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.paper.document import Bullets, Section, capital, clean, with_unit
from sim.report.paper.study import WORSE, Study
from sim.report.paper.targets import judged
from sim.results.result import Result

NETWORK = ""


def headline(study: Study) -> tuple[tuple[str, str], ...]:
    """The measures of the answer and where they are taken: at the first kind of site, and over all."""
    first = next(iter(study.sites))
    return ("wait.mean", first), ("on_time.rate", first), ("citizen.hours", NETWORK)


def question(study: Study) -> Section | None:
    """What each scenario asks, the baseline first; none if no file tells."""
    asked = [
        study.say(
            "report.asks", scenario=capital(study.title(one)), question=clean(one.provenance["question"])
        )
        for one in study.results
        if one.provenance["question"]
    ]
    return Section("question", study.say("report.question"), (Bullets(tuple(asked)),)) if asked else None


def answer(study: Study) -> Section:
    """Three sentences: how long people wait, what is on time, what it costs whom."""
    if study.alternatives:
        sentences = tuple(compared(study, measure, site) for measure, site in headline(study))
    else:
        sentences = (_waiting(study), _on_time(study), _targets(study))
    note = (one_replication(study),) if study.replications == 1 else ()
    return Section("answer", study.say("report.answer"), (Bullets(sentences), *note))


def one_replication(study: Study) -> str:
    """What cannot be known from one replication."""
    return study.say("report.one_replication" if study.alternatives else "report.one_of_one")


def compared(study: Study, measure: str, site: str) -> str:
    """The best alternative by one measure with before, after and difference, or that none is; and the worse ones."""
    say, better = study.say, study.better_options(measure, site)
    told = {
        "measure": named(study, measure, site),
        "before": with_unit(study.value(study.baseline, measure, site), say),
        "worse": _worse(study, study.ranked(measure, site, WORSE), measure, site),
    }
    if not better:
        return say("report.none_better", **told) + study.of_demand(measure, site)
    best = better[0]
    sentence = say(
        "report.best",
        **told,
        scenario=study.title(best),
        after=with_unit(study.value(best, measure, site), say),
        difference=with_unit(study.difference(best, measure, site)._replace(verdict=""), say),
        count=len(better),
        alternatives=len(study.options),
    )
    return sentence + study.of_demand(measure, site)


def named(study: Study, measure: str, site: str) -> str:
    """A measure and where, at the beginning of a sentence."""
    return capital(study.named(measure, site))


def _worse(study: Study, worse: Sequence[Result], measure: str, site: str) -> str:
    if not worse:
        return ""
    told = (
        study.say(
            "report.of_scenario",
            scenario=study.title(one),
            told=with_unit(study.difference(one, measure, site)._replace(verdict=""), study.say),
        )
        for one in worse
    )
    return study.say("report.worse", scenarios=", ".join(told))


def _waiting(study: Study) -> str:
    site, title = next(iter(study.sites.items()))
    mean, p90 = (
        with_unit(study.value(study.baseline, measure, site), study.say)
        for measure in ("wait.mean", "wait.p90")
    )
    return study.say("report.waiting", site=title, mean=mean, p90=p90)


def _on_time(study: Study) -> str:
    rates = (
        study.say(
            "report.at_site",
            site=title,
            told=with_unit(study.value(study.baseline, "on_time.rate", site), study.say),
        )
        for site, title in study.sites.items()
    )
    return study.say("report.on_time", rates="; ".join(rates)) + study.of_demand("on_time.rate")


def _targets(study: Study) -> str:
    every = judged(study, study.baseline)
    if not every:
        return study.say("report.no_targets")
    missed = [one.told for one in every if not one.met]
    told = study.say("report.missed", targets="; ".join(missed)) if missed else ""
    return study.say("report.targets_met", met=len(every) - len(missed), count=len(every), missed=told)
