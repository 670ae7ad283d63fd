"""Files to tables: TOML, and the files that it names, inside the scenario folder.

Three keys belong to the file alone: `extends`, the parent's file name, `without`, what is taken away from it, and
`[catalogue]`, which names the CSV file with the procedures of a site. A file names others that lie beside it, below,
or in the folder of bases.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from sim.scenario.layers import Tables, leaves, plain
from sim.scenario.messages import ScenarioError, shown, suggest
from sim.textfiles import BASES, bases_around, inside, read_text

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(file: Path, name: str) -> Tables:
    """The tables of a TOML file in the form of JSON."""
    try:
        tables: Tables = plain(tomllib.loads(text_of(file, name)))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {_in_words(error)}") from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{name}: is nested too deeply, or has a number that is too long") from None
    if isinstance(tables.get("origin"), dict):
        tables["origin"] = {".".join(leaf): text for leaf, text in leaves(tables["origin"])}
    return tables


def beside(file: Path, named: Any, folder: Path, where: str) -> Path:
    """The file that `file` names, which must lie inside the folder, or in the folder of bases around it."""
    if not isinstance(named, str) or not named:
        raise ScenarioError(f"{where}: {shown(named)} is not a file name in quotes")
    try:
        found = inside(folder, named, file.parent)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None
    if found is None:
        raise ScenarioError(
            f"{where}: {shown(named)} leaves the scenario folder; name a file beside this one or below, "
            f"or one of another office as '{BASES}/OFFICE/FILE'"
        )
    if not found.exists():
        raise ScenarioError(f"{where}: {_no_such(found)}{_without_bases(file, named)}")
    if found.is_dir():
        raise ScenarioError(f"{where}: {shown(named)} is a folder, not a file")
    return found


def text_of(file: Path, name: str) -> str:
    """What a file says; `ScenarioError`, with the nearest name there is, if it does not exist or cannot be read."""
    try:
        if not file.exists():
            raise ValueError(f"{name}: {_no_such(file)}")
        return read_text(file, name)
    except (OSError, ValueError) as error:
        raise ScenarioError(str(error)) from None


def _without_bases(file: Path, named: str) -> str:
    if not named.startswith(f"{BASES}/") or bases_around(file.parent):
        return ""
    return f"; this file lies in no folder called '{BASES}'"


def _no_such(file: Path) -> str:
    names = [other.name for other in file.parent.glob(f"*{file.suffix}") if other.name != file.name]
    return f"no such file {shown(file.name)}{suggest(file.name, names)}"


def _in_words(error: tomllib.TOMLDecodeError) -> str:
    text = str(error)
    where = _WHERE.search(text)
    if where is None:
        return f"is not TOML: {text}"
    place = f"line {where[1]}, column {where[2]}" if where[1] else "at the end"
    return f"{place}: is not TOML: {text[: where.start()]}"
