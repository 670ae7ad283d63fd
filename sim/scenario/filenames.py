"""File names that values hold: a scenario names files from where it lies, whoever extends it.

`empirical(file="times.csv", column="minutes")` in `scenarios/tien_yen_2019/baseline.toml` means the file beside it.
For a scenario that extends it from another folder that is `scenarios/tien_yen_2019/times.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.scenario.layers import Tables

_FILE = re.compile(r"""(empirical\((?:[^()]*\bfile\s*=\s*|\s*)["'])""")
_NAMED = re.compile(_FILE.pattern + r"""([^"']*)""")
_TABLE = ("horizon", "open_dossiers")


def seen_from(tables: Tables, folder: str) -> Tables:
    """The tables with `folder` before each file name that a law or `open_dossiers` has."""
    seen = {key: _seen(value, folder) for key, value in tables.items()}
    noun, key = _TABLE
    if isinstance(seen.get(noun), dict) and isinstance(seen[noun].get(key), str):
        seen[noun][key] = f"{folder}/{seen[noun][key]}"
    return seen


def _seen(value: Any, folder: str) -> Any:
    if isinstance(value, dict):
        return {key: _seen(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_seen(item, folder) for item in value]
    if isinstance(value, str) and "empirical(" in value:
        return _FILE.sub(rf"\g<1>{folder}/", value)
    return value


def files_read(tables: Tables) -> list[str]:
    """The files that laws and `open_dossiers` of a resolved scenario name, each once."""
    noun, key = _TABLE
    table = tables.get(noun, {}).get(key)
    return list(dict.fromkeys([*([table] if table else []), *_named(tables)]))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (found[2] for found in _NAMED.finditer(value))
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _named(item)
