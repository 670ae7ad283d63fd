"""The pages in `docs` say what the program does: keys, defaults, laws, measures, commands and files."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import typer.core
import typer.main
from pydantic.fields import FieldInfo

import sim
from sim import cli, laws
from sim.engine.contract import Precedence
from sim.results.measures import MEASURES
from sim.scenario import shape
from sim.scenario.domain import Scenario
from sim.scenario.values import Part

ROOT = Path(__file__).parents[1]
FORMAT = (ROOT / "docs/scenario_format.md").read_text(encoding="utf-8")
MODEL = (ROOT / "docs/model.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
EXAMPLES = re.findall(r"```(toml|csv)\n(.*?)```", FORMAT, re.DOTALL)


class Key(NamedTuple):
    """A row of the tables of keys."""

    name: str
    default: str


# --- scenario_format.md ---


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, headers and rules aside."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def sections() -> dict[tuple[str, ...], list[Key]]:
    """The keys that the page lists for each table; NAME stands for any name."""
    found = {}
    for heading, text in re.findall(r"^### (.+?)$(.*?)(?=^#|\Z)", FORMAT, re.DOTALL | re.MULTILINE):
        keys = [Key(row[0].strip("`"), row[-1]) for row in rows(text)]
        for path in re.findall(r"`\[(.*?)\]`", heading):
            found[tuple(path.split(".")) if path else ()] = keys
    return found


def parts(kind: Any) -> Iterator[type[Part]]:
    """Every noun that a type can hold."""
    if isinstance(kind, type) and issubclass(kind, Part):
        yield kind
        for field in kind.model_fields.values():
            yield from parts(field.annotation)
    for inner in get_args(kind):
        yield from parts(inner)


def default(field: FieldInfo) -> object:
    """What the page must give as default: a value, or None for a dash."""
    value = field.default
    if field.is_required() or value is None or isinstance(value, Part | dict):
        return "required" if field.is_required() else None
    return value.text if isinstance(value, laws.Law) else json.loads(json.dumps(value))


def test_every_table_has_its_section() -> None:
    described = {shape.part_at(path) for path in sections()}
    assert described == set(parts(Scenario))


@pytest.mark.parametrize("path", sections(), ids=".".join)
def test_every_key_is_described_with_its_default(path: tuple[str, ...]) -> None:
    part = shape.part_at(path)
    assert part is not None
    given = {
        key.name: json.loads(key.default.strip("`")) if key.default.startswith("`") else key.default
        for key in sections()[path]
    }
    fields = {field.alias or name: field for name, field in part.model_fields.items()}
    expected = {name: default(field) for name, field in fields.items()}
    assert given == {name: "–" if value is None else value for name, value in expected.items()}


def test_every_law_is_described_with_its_parameters() -> None:
    table = FORMAT.partition("| law | parameters |")[2]
    given = [row[0].strip("`") for row in rows(table.partition("\n\n")[0])]
    shapes = laws._LAWS | {"empirical": partial(laws._column, None)}
    expected = {name: tuple(inspect.signature(law).parameters) for name, law in shapes.items()}
    written = {text.partition("(")[0]: re.findall(r"(\w+)(?:=|,|\))", text) for text in given}
    assert {name: tuple(names) for name, names in written.items()} == expected


def test_examples_load(tmp_path: Path) -> None:
    tables = ["commune.csv", "open.csv"]
    assert [kind for kind, _ in EXAMPLES].count("csv") == len(tables)
    for number, (kind, text) in enumerate(EXAMPLES):
        name = tables.pop(0) if kind == "csv" else f"example_{number}.toml" if number else "small.toml"
        (tmp_path / name).write_text(text, encoding="utf-8")
    for file in sorted(tmp_path.glob("*.toml")):
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        assert (file.stem == "small") != ("extends" in tables)
        sim.load(file)


# --- model.md ---


def test_every_measure_is_described_with_its_unit() -> None:
    table = MODEL.partition("| measure | unit | definition |")[2].partition("\n\n")[0]
    given = {row[0].strip("`"): row[1] for row in rows(table)}
    assert given == {name: measure.unit for name, measure in MEASURES.items()}


def test_order_of_simultaneous_events() -> None:
    table = MODEL.partition("| precedence | event |")[2].partition("\n\n")[0]
    given = [(int(number), name) for number, name in re.findall(r"^\| (\d) \| `(\w+)`", table, re.MULTILINE)]
    assert given == [(event.value, event.name) for event in Precedence]


# --- all pages ---


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_named_in_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:sim|tests|docs|scenarios|\.ci)/[\w./-]+|[A-Za-z_]+\.(?:md|txt))`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [link for link in linked if not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = [line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    code += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    words = [line.removeprefix("$ ").removeprefix(".venv/bin/").split() for line in code]
    made = {
        line[1]
        for line in words
        if line[:1] == ["make"] and len(line) > 1 and line[1].replace("-", "_").isidentifier()
    }
    run = {
        line[1]
        for line in words
        if line[:1] == ["sim"] and len(line) > 1 and line[1].replace("-", "_").isidentifier()
    }
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    command = typer.main.get_command(cli.app)
    assert isinstance(command, typer.core.TyperGroup)
    assert made <= set(targets)
    assert run <= set(command.commands)
