"""What the alternatives change in the inputs, in few rows: what many of one noun have in common stands in one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from sim.report.paper.document import Section, Table, clean
from sim.report.paper.study import Study
from sim.report.paper.values import told
from sim.results.result import Result

NAMED = ("site", "team", "step", "journey", "loop", "field", "procedure", "profile", "target")
MORE = "…"


class Change(NamedTuple):
    """A path of the scenario file, the baseline's value and the alternative's, and where that one comes from."""

    path: str
    before: str
    after: str
    origin: str


def inputs(study: Study) -> Section | None:
    """Only what differs from the baseline; none without alternatives."""
    if not study.alternatives:
        return None
    say = study.say
    heads = tuple(say(f"report.{key}") for key in ("input", "baseline", "alternative", "origin"))
    rows = [
        row
        for one in study.alternatives
        for row in ((study.title(one), "", "", ""), *together(changed(study, one)))
    ]
    table = Table(say("sheet.inputs"), say("report.inputs"), heads, tuple(rows), say("report.inputs_note"))
    return Section("inputs", say("report.inputs"), (table,))


def changed(study: Study, result: Result) -> Iterator[Change]:
    """Each value that an alternative sets otherwise; what a file does not set has its default."""
    rows = study.inputs[study.inputs["scenario"] == result.name]
    for path, before, after in zip(*(rows[name] for name in ("path", "baseline", "value")), strict=True):
        origin = result.provenance["origins"].get(path, {}).get("origin", "")
        yield Change(path, *_both(study, before, after), clean(origin))


def together(changes: Iterable[Change]) -> Iterator[Change]:
    """The same change of several teams, steps, … as one, with their names behind a path with a star."""
    groups: dict[Change, list[Change]] = {}
    for one in changes:
        groups.setdefault(one._replace(path=pattern(one.path)), []).append(one)
    for common, own in groups.items():
        if len(own) == 1:
            yield own[0]
        else:
            names = "; ".join(one.path.split(".")[1] for one in own)
            yield common._replace(path=f"{common.path} ({names})")


def pattern(path: str) -> str:
    """The path of a named thing, or of its value, with a star for the name."""
    noun, *rest = path.split(".")
    return ".".join([noun, "*", *rest[1:]]) if noun in NAMED and rest else path


def _both(study: Study, before: str, after: str) -> tuple[str, str]:
    """Two values from JSON; of two lists only where they differ."""
    say = study.say
    was, now = (json.loads(text) if text else None for text in (before, after))
    if isinstance(was, list) and isinstance(now, list):
        return _parted(was, now, study)
    if isinstance(was, dict) and not after:
        return MORE, say("explain.nothing")
    one, other = (
        clean(told(value, say)) if text else say("report.default")
        for value, text in ((was, before), (now, after))
    )
    return one, other


def _parted(before: list[Any], after: list[Any], study: Study) -> tuple[str, str]:
    """Both without what they have in common, which dots stand for."""
    was, now = ([json.dumps(item) for item in items] for items in (before, after))
    parts: tuple[list[str], list[str]] = ([], [])
    for kind, *bounds in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        for own, items, (first, last) in zip(parts, (before, after), (bounds[:2], bounds[2:]), strict=True):
            if kind == "equal":
                own.append(MORE)
            elif first < last:
                own.append(told(items[first:last], study.say))
    return _joined(parts[0]), _joined(parts[1])


def _joined(parts: list[str]) -> str:
    return clean(" ".join(parts)) if set(parts) - {MORE} else "–"
