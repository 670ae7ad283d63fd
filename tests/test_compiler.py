"""Where Numba cannot be loaded, the reference engine gives the same numbers; the compiled one says what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests/scenarios/valid/tiny.toml"


@pytest.fixture
def without_numba(tmp_path: Path) -> dict[str, str]:
    """An environment in which Numba is broken."""
    (tmp_path / "numba.py").write_text("raise OSError('cannot load libllvmlite')", "utf-8")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}


def run(environment: dict[str, str], engine: str) -> subprocess.CompletedProcess[str]:
    options = ["--replications", "2", "--engine", engine, "--json"]
    command = [sys.executable, "-m", "sim", "run", str(SMALL), *options]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", cwd=ROOT)


def test_the_reference_engine_gives_the_same_numbers(without_numba: dict[str, str]) -> None:
    plain = run(without_numba, "reference")
    compiled = run(dict(os.environ) | {"PYTHONPATH": str(ROOT)}, "compiled")
    assert plain.returncode == compiled.returncode == 0, plain.stderr
    one, other = (json.loads(done.stdout)["measures"] for done in (plain, compiled))
    assert one == other


def test_the_compiled_engine_says_what_it_needs(without_numba: dict[str, str]) -> None:
    refused = run(without_numba, "compiled")
    assert refused.returncode == 2
    assert refused.stderr.strip() == (
        "the compiled engine needs Numba, which cannot be loaded (OSError: cannot load libllvmlite): "
        "install it anew, or use --engine reference, which gives the same numbers slowly"
    )
