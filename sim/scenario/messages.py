"""What is wrong with a scenario, in words a planner can act on: one line a problem, no jargon."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim.scenario import shape
from sim.scenario.domain import Scenario
from sim.scenario.values import QUEUE, SLUG, Part
from sim.textfiles import LONGEST_SHOWN, shortened

SHOWN_PROBLEMS = 5


# What planners call a key, where its name is another word.
_MEANT = {"people": "staff", "officers": "staff", "headcount": "staff"}


class ScenarioError(ValueError):
    """A scenario that cannot be used; `args` are all its problems, the text shows the first five."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*(" ".join(problem.split()) for problem in problems))

    def __str__(self) -> str:
        more = len(self.args) - SHOWN_PROBLEMS
        return "\n".join([*self.args[:SHOWN_PROBLEMS], *([f"and {more} more"] if more > 0 else [])])


class Problem(NamedTuple):
    """Where in the tables something is wrong, and what."""

    path: shape.Path
    words: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.words}" if self.path else self.words


def shown(value: Any) -> str:
    """A value as a planner wrote it, on one line, shortened to 60 characters."""
    return shortened(
        repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    )


def dotted(path: shape.Path) -> str:
    """`team.land-counter.staff entry 2` for a path; counting starts at 1 for people."""
    names = ".".join(_key(key) for key in path if isinstance(key, str))
    entry = next((f" entry {key + 1}" for key in path if isinstance(key, int)), "")
    return names + entry


def suggest(word: str, choices: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the choices when none is near."""
    known = sorted(set(choices))
    if near := [_MEANT[word]] if _MEANT.get(word) in known else get_close_matches(word, known, n=1):
        return f"; did you mean {near[0]!r}?"
    listed = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return f"; write one of {listed}" if known else ""


def translate(error: ValidationError, tables: dict[str, Any], root: type[Part] = Scenario) -> list[Problem]:
    """What the nouns, of which `root` is the outermost, refuse in the tables, a problem for each value."""
    values: dict[tuple[shape.Path, bool], list[_Refusal]] = {}
    for detail in error.errors(include_url=False):
        path, choice = _locate(detail["loc"], tables, root)
        refusal = _Refusal(path, detail["type"], detail["input"], detail.get("ctx", {}))
        values.setdefault((path if choice is None else choice, choice is not None), []).append(refusal)
    return [
        problem
        for (_, is_choice), refusals in values.items()
        for problem in (
            [_of_choice(refusals, root)] if is_choice else [_problem(refusal, root) for refusal in refusals]
        )
    ]


class _Refusal(NamedTuple):
    path: shape.Path
    kind: str
    value: Any
    context: dict[str, Any]


_NOUNS = {
    "int_type": "a whole number",
    "int_parsing_size": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "date_type": "a date such as 2019-01-31",
    "date_parsing": "a date such as 2019-01-31",
    "date_from_datetime_parsing": "a date such as 2019-01-31",
    "date_from_datetime_inexact": "a date such as 2019-01-31",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_WORDS = {
    "greater_than": "{value} is too small; write more than {gt:g}",
    "less_than_equal": "{value} is too large; write at most {le:g}",
    "finite_number": "{value} is not a finite number",
    "literal_error": "{value} is not allowed; write {expected}",
    "string_too_short": "is empty",
    "string_too_long": "{value} is too long; write at most {max_length} characters",
    "too_short": "has {actual_length} entries; write at least {min_length}",
    "too_long": "has too many entries; write at most {max_length}",
}
_NAME = "lower-case letters, digits and hyphens, such as 'land-counter'"
_PATTERNS = {
    SLUG: f"is not a name; write {_NAME}",
    QUEUE: "is not a queue; write 'role:field', such as 'intake:land' or 'stamp:*'",
}


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w:*-]+", key) and len(key) <= LONGEST_SHOWN else shown(key)


def _locate(loc: Iterable[str | int], tables: Any, root: type[Part]) -> tuple[shape.Path, shape.Path | None]:
    """The path in the tables, and the path of the value that may be of several kinds, if there is one."""
    path: list[str | int] = []
    choice: shape.Path | None = None
    node = tables
    for part in loc:
        if _can_hold(node, part, path, root):
            node = _held(node, part)
            path.append(part)
        elif part != "[key]":
            choice = tuple(path)
    return tuple(path), choice


def _can_hold(node: Any, part: str | int, path: list[str | int], root: type[Part]) -> bool:
    if isinstance(node, dict):
        return part in node or part in shape.keys_at(path, root)
    return isinstance(node, list) and isinstance(part, int)


def _held(node: Any, part: str | int) -> Any:
    try:
        return node[part]
    except (KeyError, IndexError):
        return None


def _of_choice(refusals: list[_Refusal], root: type[Part]) -> Problem:
    """One problem for a value that may be of several kinds and is none of them."""
    deepest = max(len(refusal.path) for refusal in refusals)
    nearest = [refusal for refusal in refusals if len(refusal.path) == deepest]
    told = [refusal for refusal in nearest if refusal.kind not in _NOUNS]
    if told:
        return _problem(told[0], root)
    nouns = dict.fromkeys(_NOUNS[refusal.kind] for refusal in nearest)
    return Problem(nearest[0].path, f"{shown(nearest[0].value)} is not {' or '.join(nouns)}")


def _problem(refusal: _Refusal, root: type[Part]) -> Problem:
    path, kind, value, context = refusal
    if kind == "missing":
        key = path[-1]
        return Problem(path[:-1], f"{key!r} is missing" if isinstance(key, str) else "has too few parts")
    if kind == "extra_forbidden":
        return Problem(
            path[:-1],
            f"{shown(path[-1])} is not known{suggest(str(path[-1]), shape.keys_at(path[:-1], root))}",
        )
    return Problem(path, _words(kind, value, context))


def _words(kind: str, value: Any, context: dict[str, Any]) -> str:
    if kind == "value_error":
        return str(context["error"]).replace(f"'{value}'", shown(value))
    if kind in _NOUNS:
        return f"{shown(value)} is not {_NOUNS[kind]}"
    if kind == "greater_than_equal":
        return _below(value, context["ge"])
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} {_PATTERNS.get(context['pattern'], 'is not a month and day such as 04-01')}"
    return _WORDS.get(kind, "{value} cannot be used here").format(value=shown(value), **context)


def _below(value: Any, least: float) -> str:
    if least == 0:
        return f"{shown(value)} is negative; write 0 or more"
    return f"{shown(value)} is too small; write at least {least:g}"
