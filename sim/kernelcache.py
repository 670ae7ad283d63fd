"""Where compiled code is kept between runs, so that it is never older than its source.

Numba's own check sees an edit of the file with a compiled function only, not of the modules it calls. So the folder
carries a hash of all sources that may be compiled: an edit opens a new folder, undoing the edit finds the old one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from sim.compiler import MISSING, njit

HERE = Path(__file__).parent
COMPILING = (b"sim.compiler", b"sim.kernelcache")
# Whatever is compiled imports one of these; the constants it reads besides are those of the contract.
SOURCES = (
    HERE / "engine/contract.py",
    HERE / "compiler.py",
    *sorted(f for f in HERE.rglob("*.py") if any(name in f.read_bytes() for name in COMPILING)),
)


@cache  # what this process compiles is what it imported, whatever becomes of the files
def cache_folder() -> Path:
    """The folder of this version of the sources at this place, in the user's cache.

    At this place, for Numba keeps code by the path of its source: another copy of the program compiles its own.
    """
    parts = [os.fsencode(HERE), *(source.read_bytes() for source in SOURCES)]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return user_cache_path("motcua") / "kernels" / digest[:16]


def cached(function: Callable[..., Any], **options: bool) -> Any:
    """Compile a function when it is first called, or load it from the folder; without a folder, compile each time.

    `options` are those of `numba.njit`. Without Numba the function stays as it is.
    """
    if MISSING:
        return function
    import numba

    settings: Any = numba.config
    folder, before = cache_folder(), settings.CACHE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        keep = os.access(folder, os.W_OK)
    except OSError:
        keep = False
    try:
        settings.CACHE_DIR = str(folder) if keep else before
        return njit(nogil=True, cache=keep, **options)(function)
    finally:
        settings.CACHE_DIR = before


def is_cached(function: str) -> bool:
    """A process of this version has compiled a function (``module.name``) before, or nothing can be compiled."""
    return bool(MISSING) or any(cache_folder().glob(f"**/{function}-*.nbi"))
