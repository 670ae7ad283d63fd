"""What all chapters of a report read: the results, in one table whether there is one scenario or are several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd

from sim.report.language import Language
from sim.report.naming import too_few
from sim.report.paper.document import Estimate, clean, shared
from sim.results.comparison import Comparison
from sim.results.estimates import whole
from sim.results.measures import MEASURES
from sim.results.named import measure_of
from sim.results.neglect import demand_met
from sim.results.result import Result

PAIRED = ("difference", "difference_low", "difference_high", "better")
GROUP = ["scenario", "measure", "site"]
BETTER, WORSE, SAME, UNDECIDED = "better", "worse", "same", "undecided"
VERDICTS = {"better": BETTER, "worse": WORSE, "no practical difference": SAME, "undecided": UNDECIDED}


@dataclass(frozen=True)
class Study:
    """Results in the words of one language; the first is the baseline.

    The tables are those of :class:`Comparison`; of a single run the last two are empty.
    """

    results: tuple[Result, ...]
    comparison: Comparison | None = field(repr=False)  # for figures
    table: pd.DataFrame = field(repr=False)
    verdicts: pd.DataFrame = field(repr=False)
    inputs: pd.DataFrame = field(repr=False)
    say: Language = field(repr=False)
    investment: Mapping[str, float] = field(default_factory=dict)  # VND by scenario
    hour_value: float | None = None  # VND for an hour of a citizen

    @classmethod
    def of(cls, saved: Result | Comparison, say: Language) -> Study:
        """The study that a run or a comparison is."""
        if isinstance(saved, Comparison):
            return cls(saved.results, saved, saved.table(), saved.verdicts, saved.inputs, say)
        table = saved.summary().assign(scenario=saved.name, **dict.fromkeys(PAIRED, float("nan")))
        return cls(
            (saved,), None, table, pd.DataFrame(columns=GROUP), pd.DataFrame(columns=["scenario"]), say
        )

    @property
    def baseline(self) -> Result:
        """What all others are compared with."""
        return self.results[0]

    @property
    def alternatives(self) -> tuple[Result, ...]:
        """All but the baseline."""
        return self.results[1:]

    @property
    def options(self) -> tuple[Result, ...]:
        """The alternatives that may be chosen: no stress tests."""
        return tuple(one for one in self.alternatives if one.is_option)

    @cached_property
    def sites(self) -> dict[str, str]:
        """Titles of the kinds of site, the most important first as in the file."""
        return {name: clean(title) for name, title in self.baseline.titles("site").items()}

    @property
    def replications(self) -> int:
        """Of each scenario."""
        return int(self.baseline.provenance["replications"])

    @property
    def period(self) -> tuple[date, date]:
        """First and last day of the measuring window."""
        return self.baseline.period

    def period_told(self, key: str) -> str:
        """The text of a key, with the first and last day in it."""
        first, last = map(self.say.day, self.period)
        return self.say(key, first=first, last=last)

    def title(self, result: Result) -> str:
        """A scenario's title, without what those of all alternatives begin with before a colon."""
        if result is self.baseline:
            return clean(result.title)
        return clean(result.title.removeprefix(f"{self.baseline.title}; ").removeprefix(self._prefix))

    def form_note(self, result: Result) -> str:
        """Whose dossiers an official form counts."""
        asked = result.provenance
        return self.say(
            "form.note",
            scenario=self.title(result),
            replications=self.say.number(asked["replications"], 0),
            seed=asked["seed"],
        )

    @cached_property
    def _prefix(self) -> str:
        titles = [one.title.removeprefix(f"{self.baseline.title}; ") for one in self.alternatives]
        begin = titles[0][: shared(min(titles), max(titles))] if len(titles) > 1 else ""
        return begin[: begin.rfind(": ") + 2] if ": " in begin else ""

    def named(self, measure: str, site: str) -> str:
        """A measure and where it is taken, in words."""
        return f"{self.say.measure(measure)} ({self.sites.get(site, self.say('report.network'))})"

    def has(self, measure: str) -> bool:
        """The study knows this measure; without a survey nobody is asked."""
        return bool((self.table["measure"] == measure).any())

    def row(self, result: Result, measure: str, site: str = "") -> pd.Series:
        """One measure of one scenario, of a kind of site or the network; all NaN where it is not known."""
        row = self._rows.xs((result.name, measure, site))
        assert isinstance(row, pd.Series)
        return row

    def value(self, result: Result, measure: str, site: str = "") -> Estimate:
        """The mean and its interval."""
        row = self.row(result, measure, site)
        mean, low, high = _numbers(row, "mean", "low", "high")
        return Estimate(
            mean, low, high, measure_of(measure).unit, verdict=too_few(measure, mean, low, self.say)
        )

    def difference(self, result: Result, measure: str, site: str = "") -> Estimate:
        """The paired difference to the baseline; of what is decided with simultaneous bounds and the verdict."""
        unit = measure_of(measure).unit
        if (decided := self._decided(result, measure, site)) is not None:
            verdict = self.say(f"verdict.{self.verdict(result, measure, site)}")
            return Estimate(*_numbers(decided, "difference", "low", "high"), unit, True, verdict)
        row = self.row(result, measure, site)
        numbers = _numbers(row, "difference", "difference_low", "difference_high")
        return Estimate(*numbers, unit, True)

    def verdict(self, result: Result, measure: str, site: str = "") -> str:
        """Better or worse than the baseline, much the same, or undecided; empty of the baseline.

        What the comparison does not decide has no practical threshold: better or worse is then what its own interval
        tells from 0.
        """
        if (decided := self._decided(result, measure, site)) is not None:
            return VERDICTS[decided["verdict"]]
        by, low, high = self.difference(result, measure, site)[:3]
        if by != by:
            return ""
        if not self.say.is_clear(by, low, high, measure_of(measure).unit):
            return UNDECIDED
        return BETTER if (by < 0) == (measure_of(measure).better == "lower") else WORSE

    def ranked(self, measure: str, site: str, verdict: str) -> Sequence[Result]:
        """The alternatives of one verdict, the one that differs most first."""
        chosen = [one for one in self.alternatives if self.verdict(one, measure, site) == verdict]
        return sorted(chosen, key=lambda one: -abs(self.difference(one, measure, site).mean))

    def measures_at_sites(self, names: Sequence[str]) -> list[str]:
        """Of these the ones there are; the demand met only where some of it is not."""
        return [name for name in names if self.has(name) and (name != "demand.met" or self.neglects)]

    @property
    def neglects(self) -> bool:
        """In some scenario work meets nobody for days, citizens are sent away, or demand is unmet."""
        return any(one.neglects for one in self.results)

    def of_demand(self, measure: str, site: str = "") -> str:
        """Beside what is on time, in a sentence: how much of demand got in; empty if practically all did."""
        if measure != "on_time.rate" or not self.neglects:
            return ""
        shares = (
            self.say(
                "report.of_scenario",
                scenario=self.title(one),
                told=self.say.percent(demand_met(one.measured)[site]),
            )
            for one in self.results
        )
        return " " + self.say("report.of_demand", shares="; ".join(shares))

    def better_options(self, measure: str, site: str) -> Sequence[Result]:
        """The options that are better than the baseline, the best first; nobody chooses a stress test."""
        return [one for one in self.ranked(measure, site, BETTER) if one.is_option]

    def _decided(self, result: Result, measure: str, site: str) -> pd.Series | None:
        """What the comparison decides of a measure, if it does."""
        key = (result.name, measure, site)
        if key not in self._decisions.index:
            return None
        row = self._decisions.xs(key)
        assert isinstance(row, pd.Series)
        return row

    @cached_property
    def _decisions(self) -> pd.DataFrame:
        table = self.verdicts
        if len(table):
            table = whole(table[table["verdict"] != ""])
        return table.set_index(GROUP)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The rows of the network and of kinds of site, by scenario, measure and site, each there."""
        measures = list(dict.fromkeys([*MEASURES, *self.table["measure"]]))
        every = pd.MultiIndex.from_product(
            [[one.name for one in self.results], measures, ["", *self.baseline.titles("site")]]
        )
        return whole(self.table).set_index(GROUP).reindex(every)


def _numbers(row: pd.Series, mean: str, low: str, high: str) -> tuple[float, float, float]:
    return float(row[mean]), float(row[low]), float(row[high])
