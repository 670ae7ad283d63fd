"""What could overturn the conclusion: chance, assumptions, and offices whose averages mean nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.report.explain_screen import warnings
from sim.report.paper.answer import headline, named, one_replication
from sim.report.paper.document import Bullets, Section, clean, with_unit
from sim.report.paper.inputs import changed, pattern
from sim.report.paper.study import UNDECIDED, Study

FRAGILE = 2.0  # half-widths from the interval's middle to 0


def robustness(study: Study) -> Section:
    """What the reader should know before acting on the answer."""
    texts = [*_flags(study), *_chance(study), *_undecided(study), *_assumed(study)]
    if study.alternatives:
        texts.append(study.say("report.many", count=len(study.verdicts)))
    one = study.replications == 1
    texts.append(
        one_replication(study) if one else study.say("report.replications", count=study.replications)
    )
    return Section("robustness", study.say("report.robustness"), (Bullets(tuple(texts)),))


def _flags(study: Study) -> Iterator[str]:
    """Queues that grow for ever, work that nobody does."""
    for one in study.results:
        for text in warnings(one.provenance["flags"], study.say):
            yield study.say("report.of_scenario", scenario=study.title(one), told=clean(text.plain))


def _chance(study: Study) -> Iterator[str]:
    """How far each difference of the answer is from none, in half-widths of its interval."""
    for measure, site in headline(study):
        for best in study.better_options(measure, site)[:1]:
            difference = study.difference(best, measure, site)
            margin = (difference.high - difference.low) / 2
            times = abs(difference.mean) / margin if margin > 0 else float("inf")
            yield study.say(
                "report.fragile" if times < FRAGILE else "report.firm",
                measure=named(study, measure, site),
                scenario=study.title(best),
                difference=with_unit(difference._replace(verdict=""), study.say),
                times=study.say.number(times, 1),
            )


def _undecided(study: Study) -> Iterator[str]:
    for measure, site in headline(study):
        if unclear := study.ranked(measure, site, UNDECIDED):
            titles = ", ".join(study.title(one) for one in unclear)
            yield study.say("report.undecided", measure=named(study, measure, site), scenarios=titles)


def _assumed(study: Study) -> Iterator[str]:
    """The changed inputs of each alternative that nobody measured."""
    for one in study.alternatives:
        paths = [row.path for row in changed(study, one) if "assumed" in row.origin or not row.origin]
        if paths:
            told = _patterns(paths)
            yield study.say("report.stands_on", scenario=study.title(one), paths=", ".join(told))


def _patterns(paths: Sequence[str]) -> Iterator[str]:
    """The paths, those of several named things as one with a star."""
    for common, own in groupby(sorted(paths, key=pattern), key=pattern):
        every = list(own)
        yield every[0] if len(every) == 1 else common
