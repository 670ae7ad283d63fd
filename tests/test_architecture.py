"""The house rules that a reader relies on: who imports whom, who draws, who reads the clock, who speaks.

The tables of rooms and of libraries stand in `docs/architecture.md`; they are the rule, not a copy of it.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from shipped import SCRIPTS

import sim

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
FILES = sorted((ROOT / "sim").rglob("*.py"))
WITH_SCRIPTS = [*FILES, *(ROOT / "tests").glob("*.py"), *SCRIPTS]
LONGEST_FILE = 300  # lines
KNOWN_LONG = {"engine.compiled"}  # one function on purpose: see its first lines


def table(first: str, second: str) -> dict[str, list[str]]:
    """A table of the page: the name in its first column, the names in its second."""
    rows = PAGE.partition(f"| {first} | {second} |")[2].partition("\n\n")[0].splitlines()[2:]
    names = [[re.findall(r"`(\S+?)`", cell) for cell in row.strip("|").split("|")[:2]] for row in rows]
    return {name[0]: allowed for name, allowed in names}


ROOMS = table("room", "may import")
LIBRARIES = table("library", "used by")


# --- imports ---


def name_of(file: Path) -> str:
    """The module within `sim`, for example `plan.model`; of a package, the package."""
    parts = file.relative_to(ROOT / "sim").with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in FILES}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """The dotted names that an import statement brings."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(module: str) -> set[str]:
    """Every dotted name that a module imports."""
    return {name for node in ast.walk(tree(module)) for name in imported(node)}


def own(names: set[str]) -> set[str]:
    """The modules of `sim` among dotted names, without that prefix."""
    inside = {name.removeprefix("sim.") for name in names if name.startswith("sim.")}
    return {name if name in MODULES else name.rpartition(".")[0] for name in inside}


def libraries(module: str) -> set[str]:
    """What a module imports that is neither of `sim` nor of the standard library."""
    packages = {name.partition(".")[0].removesuffix("_core") for name in imports(module)}
    return packages - {"sim", *sys.stdlib_module_names}


def room(module: str) -> str:
    return module.partition(".")[0]


def test_every_room_is_in_the_table_and_every_library_too() -> None:
    assert set(ROOMS) == {room(module) for module in MODULES}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["cluster"], *extras["report"]]
    names = {re.split(r"[^\w-]", text)[0] for text in wanted}
    assert set(LIBRARIES) == {name.removeprefix("python-") for name in names}


def test_rooms_build_on_those_above_them() -> None:
    order = list(ROOMS)
    for number, (name, allowed) in enumerate(ROOMS.items()):
        assert {room(module) for module in allowed} <= set(order[:number]), name


def test_modules_import_only_what_their_room_may() -> None:
    refused = {
        (module, name)
        for module in MODULES
        for name in own(imports(module))
        if not {name, room(name)} & {room(module), *ROOMS[room(module)]}
    }
    assert not refused


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports for type checkers aside: they do not happen."""
    graph = {}
    for module in MODULES:
        unreal = {
            name
            for node in ast.walk(tree(module))
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
            for name in imported(inner)
        }
        graph[module] = own(imports(module) - unreal)
    TopologicalSorter(graph).prepare()


def test_libraries_are_used_only_where_the_table_says() -> None:
    refused = {
        (module, library)
        for module in MODULES
        for library in libraries(module)
        if room(module) not in LIBRARIES.get(library, ())
    }
    assert not refused


def test_every_permission_is_used() -> None:
    used = {(room(module), library) for module in MODULES for library in libraries(module)}
    used |= {(room(module), name) for module in MODULES for name in own(imports(module))}
    used |= {(name, room(other)) for name, other in used}
    given = {(name, library) for library, rooms in LIBRARIES.items() for name in rooms}
    given |= {(name, other) for name, allowed in ROOMS.items() for other in allowed}
    assert not given - used


# --- who draws, who reads the clock, who speaks ---


def calls(module: str) -> set[str]:
    """The last name of everything that a module calls."""
    functions = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    return {ast.unparse(function).rpartition(".")[2] for function in functions}


def test_only_keyed_numbers_are_random() -> None:
    names = {(module, name) for module in MODULES for name in imports(module)}
    assert not {(m, name) for m, name in names if {"random", "secrets", "uuid"} & set(name.split("."))}
    assert not {m for m in MODULES if {"rvs", "default_rng", "RandomState", "urandom"} & calls(m)}
    assert not [m for m in MODULES if re.search(r"\bnp\.random\b", ast.unparse(tree(m)))]


def test_only_the_plan_draws() -> None:
    """And whoever makes up a country."""
    drawing = {module for module in MODULES if "keyed" in own(imports(module))}
    assert {module for module in drawing if room(module) != "plan"} == {"study.country"}


def test_only_provenance_and_the_command_read_the_clock() -> None:
    """An engine's `now` is an attribute, not a call."""
    clocks = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "process_time"}
    assert {module for module in MODULES if clocks & calls(module)} == {"cli", "study.replicate"}
    assert {module for module in MODULES if "time" in imports(module)} == {"cli"}


def test_engines_and_plans_touch_no_files() -> None:
    pure = [m for m in MODULES if room(m) in ("engine", "plan")]
    names = {(module, name.partition(".")[0]) for module in pure for name in imports(module)}
    files = {"os", "io", "pathlib", "sys", "csv", "json", "logging", "tempfile"}
    assert not {(module, name) for module, name in names if name in files}
    assert not {module for module in pure if "open" in calls(module)}


def test_only_the_command_prints() -> None:
    printing = {module for module in MODULES if {"print", "input"} & calls(module)}
    assert printing == {"cli", "options", "report_command", "study_commands", "report.progress"}
    assert {module for module in MODULES if "sys" in imports(module)} == {"cli"}


def test_no_vietnamese_in_code() -> None:
    """It belongs into `report/words`; docstrings may explain a term."""
    letters = re.compile(r"[\u00c0-\u01b0\u1ea0-\u1ef9]")
    assert not {(m, text) for m in MODULES for text in texts(m) if letters.search(text)}


def texts(module: str) -> Iterator[str]:
    """The strings of a module, docstrings aside."""
    statements = [node.value for node in ast.walk(tree(module)) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in statements:
            yield node.value


# --- names and sizes ---


def test_public_names() -> None:
    assert sorted(sim.__all__) == sim.__all__
    assert all(hasattr(sim, name) for name in sim.__all__)
    listed = PAGE.partition("The public names are")[2].partition("Everything else")[0]
    assert set(re.findall(r"`sim\.(\w+)`", listed)) == set(sim.__all__)


def test_nothing_hides_a_module_of_the_standard_library() -> None:
    """Where a file lies in a folder that Python searches: a script's own, the tests', and `sim` run from inside."""
    searched = [file for file in WITH_SCRIPTS if file not in FILES or file.parent == ROOT / "sim"]
    assert not [file.name for file in searched if file.stem in sys.stdlib_module_names - {"__main__"}]


def test_files_are_short() -> None:
    long = {
        name for name, file in MODULES.items() if len(file.read_text("utf-8").splitlines()) > LONGEST_FILE
    }
    assert long <= KNOWN_LONG
