"""Scenario files: TOML, `extends` and catalogues become a checked scenario that knows its origins."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.laws import Law
from sim.scenario import shape
from sim.scenario.beliefs import Choose, beliefs, median, settled
from sim.scenario.blame import error
from sim.scenario.catalogue import read_catalogue
from sim.scenario.checks import check
from sim.scenario.counted import counted
from sim.scenario.differences import at, complete, differences, unlabelled
from sim.scenario.domain import Scenario
from sim.scenario.filenames import seen_from
from sim.scenario.layers import Layer, Leaf, Tables, leaves, merge, merged, origins, plain, setters
from sim.scenario.messages import Problem, ScenarioError, shown, suggest, translate
from sim.scenario.reading import beside, read_toml
from sim.scenario.removal import removal
from sim.scenario.translated import LANGUAGES, in_each, told_in
from sim.scenario.values import LONGEST_TITLE
from sim.textfiles import as_spelt, bases_around, composed

_NOT_PLAIN = str.maketrans("", "", "<>")


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario, the file it came from, and the parent it extends or was changed from."""

    path: Path
    name: str
    scenario: Scenario = field(repr=False)
    parent: ScenarioFile | None = field(repr=False)
    layers: tuple[Layer, ...] = field(repr=False)
    folder: Path = field(repr=False)

    @cached_property
    def resolved(self) -> Tables:
        """The merged tables in the form of JSON, dates as ISO text."""
        return merged(self.layers)

    @cached_property
    def sources(self) -> dict[str, str]:
        """The file (in a catalogue, the line too) that set each value, by its dotted path."""
        return {
            ".".join(leaf): self.layers[index].source(leaf) for leaf, index in setters(self.layers).items()
        }

    @cached_property
    def origins(self) -> dict[str, str]:
        """Where each value comes from, in words, by its dotted path; "" if no `[origin]` tells."""
        return {".".join(leaf): text for leaf, text in origins(self.layers).items()}

    @cached_property
    def beliefs(self) -> dict[str, Law]:
        """The numbers that nobody is sure of, by their place; `scenario` has their medians. See :mod:`.beliefs`."""
        return beliefs(self.resolved, self.folder)

    @property
    def question(self) -> str | None:
        """The question that this scenario itself asks; that of a parent is not inherited."""
        return self.scenario.question if "question" in self.layers[-1].tables else None

    @cached_property
    def hash(self) -> str:
        """sha256 of all that changes numbers: not titles and sources, not the order of a noun's keys.

        A law counts with its parameters, so that the numbers in the file of an empirical law count too.
        The order of teams and other named tables counts, since teams are asked in that order.
        """
        text = json.dumps(unlabelled(self.scenario.model_dump(by_alias=True)), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def differences(self) -> list[tuple[str, Any, Any]]:
        """What differs from the parent: (path, the parent's value, own value); titles and sources aside."""
        return differences(self.parent.scenario, self.scenario) if self.parent else []

    def change(
        self, changes: Mapping[str, Any], *, title: str | None = None, name: str | None = None
    ) -> ScenarioFile:
        """The scenario with other values at dotted paths, such as ``{"team.land-counter.staff": 3}``.

        A table merges, anything else is replaced, as in a file that extends this one. The name and the title tell
        the changes unless given. Raises `ScenarioError` for an unknown path, and for whatever a file would be
        refused for.
        """
        tables: Tables = {}
        for dotted, value in changes.items():
            path = tuple(dotted.split("."))
            self._check_path(path, value)
            for key in reversed(path):
                value = {key: value}
            tables = merge(tables, plain(value))
        told = [f"{path} = {shown(plain(value))}" for path, value in changes.items()]
        own_title = title or in_each(
            self.resolved["title"], lambda text: "; ".join([text, *([name] if name else told)])
        )
        plain_title = in_each(own_title, lambda text: text.translate(_NOT_PLAIN)[:LONGEST_TITLE])
        tables = {"title": plain_title} | tables
        layers = (*self.layers, *counted(self.layers, tables), Layer(f"{self.name} (changed)", tables))
        return _checked(self.path, name or "; ".join([self.name, *told]), self, layers, self.folder)

    def during(self, days: str) -> ScenarioFile:
        """The scenario of which only these days are measured: "2019-07", "2019-07-15" or "2019-07-01..2019-08-15".

        The same citizens come, on all days; name, title and question stay. ScenarioError for days it does not have.
        """
        *below, last = self.layers
        above = last._replace(tables=merge(last.tables, {"horizon": {"during": days}}))
        return _checked(self.path, self.name, self.parent, (*below, above), self.folder)

    def check_path(self, dotted: str) -> None:
        """Raise `ScenarioError` if no value can stand at a dotted path, with the nearest that can."""
        self._check_path(tuple(dotted.split(".")), None)

    def value(self, dotted: str) -> Any:
        """The value at a dotted path, or its default; None without such a table."""
        return at(self._complete, tuple(dotted.split(".")))

    def written(self, dotted: str) -> Any:
        """The same, but a belief as its text."""
        found = at(self.resolved, tuple(dotted.split(".")))
        return self.value(dotted) if found is None else found

    def names_at(self, path: Leaf) -> list[str]:
        """The names in the table at a path; none if no table is there."""
        found = at(self._complete, path)
        return list(found) if isinstance(found, dict) else []

    def settle(self, choose: Choose) -> ScenarioFile:
        """The scenario with a number of one's choice for each belief, by its name and law."""
        tables, _ = settled(self.resolved, choose, self.folder)
        return _checked(
            self.path, self.name, self, (*self.layers, Layer(f"{self.name} (drawn)", tables)), self.folder
        )

    @cached_property
    def _complete(self) -> Tables:
        """The tables in the form of JSON with every default filled in."""
        return complete(self.scenario)

    def _check_path(self, path: Leaf, value: Any) -> None:
        node: Any = self._complete
        for depth, key in enumerate(path):
            above, is_last = path[:depth], depth == len(path) - 1
            known = shape.keys_at(above)
            if shape.holds_tables(above) and not (is_last and isinstance(value, Mapping)):
                known = list(node or {})
            if (known and key not in known) or shape.kind_at(path[: depth + 1]) is None:
                where = f"{'.'.join(above)}: " if above else ""
                raise ScenarioError(f"{self.name}: {where}{shown(key)} is not known{suggest(key, known)}")
            node = node.get(key) if isinstance(node, dict) else None


Source = ScenarioFile | str | os.PathLike[str]


def load(path: str | os.PathLike[str], language: str = "en") -> ScenarioFile:
    """The scenario of a TOML file, with its parents and catalogues, checked.

    All files it names lie in its folder, below, or in the folder `scenarios` around it (:mod:`sim.textfiles`). Each
    parent must be a scenario of its own. Texts given in two languages are read in `language`. Raises `ScenarioError`,
    one line a problem.
    """
    if language not in LANGUAGES:
        raise ValueError(f"'{language}' is no language of scenario files; choose {' or '.join(LANGUAGES)}")
    file = Path(path)
    try:
        folder = file.parent.resolve()
        file = as_spelt(folder, file.name)
    except (OSError, ValueError, RuntimeError):
        raise ScenarioError(f"{shown(str(path))} is not a file name") from None
    return _load(file, folder, (), language)


def read(scenario: Source, during: str | None = None) -> ScenarioFile:
    """The scenario of a path, or the one given; of its days only those `during` are measured, if it names any."""
    file = scenario if isinstance(scenario, ScenarioFile) else load(scenario)
    return file if during is None else file.during(during)


def restored(name: str, resolved: Tables) -> ScenarioFile:
    """The scenario that a result recorded; `ScenarioError` if it reads files, which results do not keep."""
    nowhere = Path(os.devnull)
    return _checked(nowhere, name, None, (Layer(name, resolved),), nowhere)


def _load(file: Path, folder: Path, trail: tuple[Path, ...], language: str) -> ScenarioFile:
    """`folder` is where the file may name others; names of files are seen from the first in the trail."""
    home = (*trail, file)[0].parent
    name = _name(file, home)
    if file in trail:
        circle = " → ".join(_name(each, home) for each in (*trail[trail.index(file) :], file))
        raise ScenarioError(f"{name}: extends: the files extend one another in a circle: {circle}")
    tables = told_in(read_toml(file, name), language, name)
    parent = None
    if "extends" in tables:
        parent_file = beside(file, tables.pop("extends"), folder, f"{name}: extends")
        parent_folder = folder if parent_file.is_relative_to(folder) else parent_file.parent
        parent = _load(parent_file, parent_folder, (*trail, file), language)
    inherited = parent.layers if parent else ()
    if "without" in tables:
        inherited = (*inherited, removal(tables.pop("without"), parent.resolved if parent else None, name))
    catalogues = _catalogues(tables.pop("catalogue", {}), file, folder, home)
    if file.parent != home:
        tables = seen_from(tables, _path(file.parent, home))
    layers = (*inherited, *counted(inherited, tables), *catalogues, Layer(name, tables))
    return _checked(file, composed(file.stem), parent, layers, home)


def _catalogues(named: Any, file: Path, folder: Path, home: Path) -> Iterator[Layer]:
    name = _name(file, home)
    if not isinstance(named, dict):
        raise ScenarioError(f"{name}: catalogue: {shown(named)} is not a table of sites and their CSV files")
    for site, table in named.items():
        table_file = beside(file, table, folder, f"{name}: catalogue.{site}")
        yield read_catalogue(table_file, _name(table_file, home), site)


def _checked(
    path: Path, name: str, parent: ScenarioFile | None, layers: tuple[Layer, ...], folder: Path
) -> ScenarioFile:
    inherited = len(parent.layers) if parent else 0
    chosen, unread = settled(merged(layers), median, folder)
    if unread:
        raise error(unread, layers, inherited)
    tables = merge(merged(layers), chosen)
    try:
        scenario = Scenario.model_validate_json(
            json.dumps(tables), strict=True, by_alias=True, by_name=False, context={"folder": folder}
        )
    except ValidationError as refused:
        raise error(translate(refused, tables), layers, inherited) from None
    made = ScenarioFile(path, name, scenario, parent, layers, folder)
    problems = [
        Problem(tuple(path.split(".")), words) for path, words in (*check(scenario), *_unknown_origins(made))
    ]
    if problems:
        raise error(problems, layers, inherited)
    return made


def _unknown_origins(file: ScenarioFile) -> Iterator[tuple[str, str]]:
    if not file.scenario.origin:
        return
    paths = [leaf for leaf, _ in leaves(file._complete)]
    known = {".".join(leaf[:length]) for leaf in paths for length in range(1, len(leaf) + 1)}
    for path in file.scenario.origin:
        if path not in known:
            yield "origin", f"{shown(path)} is no value of the scenario{suggest(path, known)}"


def _path(file: Path, home: Path) -> str:
    """How the files of a folder name another: from there on, or from the folder of bases that both lie in."""
    bases = bases_around(home)
    outer = home if bases is None or file.is_relative_to(home) else bases.parent
    return file.relative_to(outer).as_posix()


def _name(file: Path, home: Path) -> str:
    name = _path(file, home)
    return name if name.isprintable() else shown(name)
