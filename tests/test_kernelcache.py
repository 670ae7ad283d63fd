"""Compiled code is kept under a hash of its sources."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import kernelcache
from sim.engine import compiled
from sim.options import KERNEL
from sim.plan.compile import compile_scenario

TWICE = "test_kernelcache._twice"
TINY = Path(__file__).parent / "scenarios/valid/tiny.toml"


def test_an_edit_opens_another_folder_and_undoing_it_finds_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules.py"
    rules.write_text("first")
    monkeypatch.setattr(kernelcache, "SOURCES", (rules,))
    in_another_process = kernelcache.cache_folder.__wrapped__
    first = in_another_process()
    rules.write_text("other")
    assert in_another_process() != first
    rules.write_text("first")
    assert in_another_process() == first


def test_another_copy_of_the_program_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kernelcache.cache_folder()
    monkeypatch.setattr(kernelcache, "HERE", tmp_path)
    assert kernelcache.cache_folder.__wrapped__() != first


def test_all_that_is_compiled_into_the_kernel_is_hashed() -> None:
    names = {source.name for source in kernelcache.SOURCES}
    assert {"compiled.py", "agenda.py", "lines.py", "rules.py", "contract.py", "officetime.py"} <= names
    assert all(source.is_file() for source in kernelcache.SOURCES)


def test_without_a_folder_it_still_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    monkeypatch.setattr(kernelcache, "cache_folder", lambda: occupied / "kernels")
    assert not kernelcache.is_cached(TWICE)
    assert kernelcache.cached(_twice)(21) == 42


def test_the_second_process_finds_what_the_first_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernelcache, "cache_folder", lambda: tmp_path / "kernels")
    assert not kernelcache.is_cached(TWICE)
    assert kernelcache.cached(_twice)(21) == 42
    assert kernelcache.is_cached(TWICE)
    assert not kernelcache.is_cached(KERNEL), "what is compiled while a scenario is read is not the kernel"
    again = kernelcache.cached(_twice)
    assert again(21) == 42
    assert sum(again.stats.cache_hits.values()) == 1


def test_the_kernel_is_found_by_its_name() -> None:
    compiled.prepare(compile_scenario(sim.load(TINY).scenario).plan)
    assert kernelcache.is_cached(KERNEL)


def _twice(number: int) -> int:
    return 2 * number


def test_processes_that_start_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Each finds an empty folder, compiles, and keeps what it has compiled; the next one only loads it."""
    script = tmp_path / "twice.py"
    script.write_text(
        "from sim.kernelcache import cached\n"
        "@cached\n"
        "def twice(number):\n"
        "    return 2 * number\n"
        "print(twice(21), sum(twice.stats.cache_hits.values()))\n"
    )
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[1])}

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True)

    together = [start() for _ in range(3)]
    assert {process.communicate()[0].split()[0] for process in together} == {"42"}
    assert start().communicate()[0].split() == ["42", "1"]
