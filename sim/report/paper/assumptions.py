"""What was assumed, and how each number is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sim.report.paper.document import Number, Section, Table, clean
from sim.report.paper.study import Study
from sim.results.provenance import CATALOGUE
from sim.results.result import Result

KINDS = ("reported", "law", "comparable", "assumed")
LABELS = ("title", "question", "source")


def assumptions(study: Study) -> Section:
    """How many numbers are known in which way, then every origin as the scenario files tell it."""
    say = study.say
    about = study.baseline.provenance
    own = Counter(kind_of(one["origin"]) for path, one in about["origins"].items() if not _is_label(path))
    catalogue: Counter[str] = Counter()
    for text, count in about["catalogue"].items():
        catalogue[kind_of(text)] += count
    counts = tuple(
        (
            say(f"origin.{kind}"),
            Number(own[kind], "count"),
            Number(catalogue[kind], "count"),
            say(f"origin_means.{kind}"),
        )
        for kind in (*KINDS, "unknown")
    )
    keys = ("how_known", "own_values", "catalogue_values", "meaning")
    heads = tuple(say(f"report.{key}") for key in keys)
    columns = tuple(say(f"report.{key}") for key in ("input", "how_known", "origin"))
    register = [
        row
        for one in study.results
        if (told := list(_register(study, one)))
        for row in ((study.title(one), "", ""), *told)
    ]
    return Section(
        "assumptions",
        say("report.assumptions"),
        (
            say("report.assumptions_scope"),
            Table(say("sheet.known"), say("report.known"), heads, counts),
            *(
                [Table(say("sheet.origins"), say("report.register"), columns, tuple(register))]
                if register
                else []
            ),
        ),
    )


def kind_of(origin: str) -> str:
    """The word before the colon, if it is one of the kinds."""
    kind = origin.partition(":")[0]
    return kind if kind in KINDS else "unknown"


def _register(study: Study, result: Result) -> Iterator[tuple[str, str, str]]:
    """The origins a scenario tells outside the catalogue; of an alternative those that the baseline does not."""
    base = study.baseline.provenance["scenario"].get("origin", {})
    for path, text in result.provenance["scenario"].get("origin", {}).items():
        own = result is study.baseline or base.get(path) != text
        if own and not path.startswith(CATALOGUE):
            kind = kind_of(text)
            words = clean(text if kind == "unknown" else text.partition(":")[2].strip())
            yield path, study.say(f"origin.{kind}"), words


def _is_label(path: str) -> bool:
    return path in LABELS or path.endswith((".title", ".name"))
