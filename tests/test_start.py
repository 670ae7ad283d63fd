"""The command starts light, answers Ctrl-C from the first moment on, and `import sim` brings nothing yet."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "scenarios" / "valid" / "tiny.toml"
RARELY_USED = {
    *("scipy.optimize", "scipy.stats", "scipy.sparse.linalg", "SALib", "matplotlib"),
    *("jinja2", "docx", "openpyxl", "distributed", "dask", "sim.report.figures", "sim.report.paper"),
}
LIBRARIES = {"numpy", "numba", "scipy", "pandas", "pyarrow", "pydantic", "holidays", "typer", "rich"}


def python(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A program run by a Python of its own, which knows nothing of this one's modules."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


RUN = """
import sys
from sim.__main__ import main
try:
    main()
finally:
    sys.stderr.write("|" + " ".join(sys.modules))
"""


@pytest.mark.parametrize("command", ["run", "explain"])
def test_a_command_imports_no_library_that_it_does_not_use(command: str) -> None:
    own = ["--replications", 1] if command == "run" else []
    ended = python(RUN, command, TINY, *own)
    assert ended.returncode == 0
    imported = set(ended.stderr.rpartition("|")[2].split())
    assert "sim.cli" in imported
    assert not RARELY_USED & imported


def test_import_sim_brings_no_library() -> None:
    ended = python("import sim, sys; print(*sys.modules)")
    imported = set(ended.stdout.split())
    assert {name for name in imported if name.partition(".")[0] == "sim"} == {"sim"}
    assert not LIBRARIES & imported


def test_type_checkers_see_the_names_where_python_finds_them() -> None:
    tree = ast.parse((ROOT / "sim/__init__.py").read_text("utf-8"))
    (seen,) = (node for node in tree.body if isinstance(node, ast.If))
    where = {
        alias.name: node.module
        for node in seen.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert where == {name: f"sim.{module}" for name, module in sim._HOME.items()}
    assert sorted(where) == sorted(sim.__all__)
    assert set(sim.__all__) <= set(dir(sim))
    for name, module in where.items():
        assert getattr(sim, name) is getattr(sys.modules[str(module)], name)


def test_a_name_that_is_none() -> None:
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'nothing'"):
        sim.nothing  # noqa: B018


INTERRUPTED = """
import os, runpy, signal, sys

class CtrlC:
    def find_spec(self, name, path, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, CtrlC())
runpy.run_module("sim", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("module", ["sim.cli", "typer", "numba", "pandas", "sim.report.result_screen"])
def test_ctrl_c_while_modules_are_imported(module: str) -> None:
    ended = python(INTERRUPTED, module)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_the_command_that_is_installed_is_the_one_that_answers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"sim": "sim.__main__:main"}


def test_ctrl_c_that_is_ignored_stays_ignored() -> None:
    """As it is for what a script starts in the background."""
    program = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{INTERRUPTED}"
    ended = python(program, "numba")
    assert ended.returncode != 130
    assert "No such command 'numba'" in ended.stderr
